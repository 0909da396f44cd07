"""Whom a visitor of the demo may play who has no login yet: an account that nobody has linked, and what proves it."""

from collections.abc import Container
from dataclasses import dataclass

from models.sql import day
from resolvers.sql import fetch

_CANDIDATES = """
    SELECT a.number, f.surname, h.street, h.number AS house, p.flat, p.flat_prefix, pay.paid_on, pay.amount
    FROM personal_account a
    JOIN organization o ON o.id = a.organization_id
    JOIN account_facts f ON f.account_id = a.id
    JOIN premises p ON p.id = a.premises_id JOIN house h ON h.id = p.house_id
    JOIN payment pay ON pay.account_id = a.id AND pay.is_current
    WHERE o.slug = $1 AND a.kind = 'individual' AND f.surname <> ''
      AND pay.paid_on = (SELECT MAX(other.paid_on) FROM payment other WHERE other.account_id = a.id AND other.is_current)
    ORDER BY a.number LIMIT 50"""


@dataclass(frozen=True, slots=True)
class Newcomer:
    number: str
    surname: str
    address: str
    paid_on: str
    paid_amount: str


async def find_newcomer(slug: str, taken: Container[str]) -> Newcomer | None:
    """The first account of the organization that none of the demo's people has, with its holder's surname and its last payment."""
    for row in await fetch(_CANDIDATES, slug):
        if row["number"] not in taken:
            paid, flat = day(row["paid_on"]), f"{row['flat']}{row['flat_prefix']}"
            assert paid is not None
            address = f"{row['street']}, {row['house']}" + (f", {flat}" if flat else "")
            whole, rest = divmod(row["amount"], 100)
            return Newcomer(row["number"], row["surname"], address, f"{paid:%d.%m.%Y}", f"{whole},{rest:02d}")
    return None
