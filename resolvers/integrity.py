"""`check`: does the database still hold what the law of the ledger promises? Set-based, so that it takes millions of rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, pairwise

from models import sql
from models.database import is_sqlite, missing_guards
from models.snapshots import Part, snapshot
from resolvers import controls, rehearsal
from resolvers.promises import PROMISES

SHOWN = 5  # examples of each kind of damage; the rest is counted
COUNTED = ("personal_account", "charge", "payment", "statement", "ledger_entry")
AT_ONCE = 20_000  # accounts whose promises are looked at together
LAST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Damage:
    """`count` rows break a promise; `examples` are ids of `subject`, a table's name."""

    code: str
    subject: str
    count: int
    examples: tuple[int | str, ...] = ()

    def __str__(self) -> str:
        shown = ", ".join(map(str, self.examples)) + (", …" if self.count > len(self.examples) else "")
        return f"{_SENTENCES.get(self.code, self.code)}: {self.count} ({self.subject} {shown})"


@dataclass(slots=True)
class CheckReport:
    """`counts` says how much was looked at; the database is whole where `problems` is empty."""

    problems: list[Damage] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        return not self.problems


async def check() -> CheckReport:
    """Look at everything, as it is at one moment; changes nothing."""
    async with snapshot() as moment:
        found = await moment.each(await _looks())
        counts = await moment.each([partial(_counted, table) for table in COUNTED])
    return CheckReport(_together(chain.from_iterable(found)), dict(zip(COUNTED, counts, strict=True)))


async def _looks() -> list[Part[list[Damage]]]:
    """What there is to look at, in parts that need nothing of each other: first what takes long, the small ones fill up the end."""
    spanned = {codes: promise for codes, promise in PROMISES.items() if ":after" in promise[1]}
    whole = PROMISES.keys() - spanned.keys()
    return [
        *(partial(_broken, codes) for codes in PROMISES if codes in whole),
        _controls,
        *(partial(_broken, codes, after=after, last=last) for after, last in await _spans() for codes in spanned),
        *(partial(_underived, span) for span in await rehearsal.spans()),
        _guards,
        *((_sqlite_damage,) if is_sqlite() else ()),
    ]


async def _spans() -> list[tuple[int, int]]:
    """All ids that an account may have, as (after, last), some thousands of accounts at a time."""
    lasts = [row["id"] for row in await sql.fetch(_LASTS, most=AT_ONCE)]
    return list(pairwise((0, *lasts[:-1], LAST_ID)))


async def _broken(codes: str, **span: int) -> list[Damage]:
    """A promise, or several that one statement sees to, of everything or of a span of accounts."""
    subject, query = PROMISES[codes]
    several = codes.split() if " " in codes else []
    counted = ", ".join(f"COUNT({code}) AS {code}" for code in several) or f"COUNT(*) AS {codes}"
    [row] = await sql.fetch(f"SELECT {counted} FROM ({query}) broken", **span)
    damages = []
    for code, count in row.items():
        if count:
            only = f"WHERE {code} = 1" if several else ""
            examples = await sql.fetch(f"SELECT id FROM ({query}) broken {only} ORDER BY id LIMIT {SHOWN}", **span)
            damages.append(Damage(code, subject, count, tuple(example["id"] for example in examples)))
    return damages


async def _underived(span: rehearsal.Span) -> list[Damage]:
    """Where the ledger does not say what charges, payments and statements make it say."""
    found = await rehearsal.differences(span)
    return [Damage(code, "personal_account" if code == "missing_entries" else "ledger_entry", len(ids), tuple(ids[:SHOWN])) for code, ids in found.items()]


async def _controls() -> list[Damage]:
    files = await controls.broken()
    return [Damage("controls", "import_file", len(files), tuple(files[:SHOWN]))] if files else []


async def _guards() -> list[Damage]:
    missing = await missing_guards()
    return [Damage("guards", "guard", len(missing), tuple(missing[:SHOWN]))] if missing else []


def _together(damages: Iterable[Damage]) -> list[Damage]:
    """One of each kind, in the order of their sentences, with the first examples of all."""
    found: dict[str, Damage] = {}
    for damage in damages:
        known = found.get(damage.code, Damage(damage.code, damage.subject, 0))
        examples = sorted((*known.examples, *damage.examples)) if known.examples else damage.examples
        found[damage.code] = Damage(damage.code, damage.subject, known.count + damage.count, tuple(examples[:SHOWN]))
    return [found[code] for code in _SENTENCES if code in found]


async def _counted(table: str) -> int:
    [row] = await sql.fetch(f"SELECT COUNT(*) AS n FROM {table}")
    return int(row["n"])


async def _sqlite_damage() -> list[Damage]:
    """PostgreSQL keeps its files and references by itself; a SQLite file may have been copied while it was written."""
    pages = [row["integrity_check"] for row in await sql.fetch("PRAGMA integrity_check") if row["integrity_check"] != "ok"]
    references = await sql.fetch("PRAGMA foreign_key_check")
    found = [Damage("file", "page", len(pages), tuple(pages[:SHOWN]))] if pages else []
    if references:
        found.append(Damage("references", "table", len(references), tuple(sorted({row["table"] for row in references}))[:SHOWN]))
    return found


_SENTENCES = {
    "guards": "Guards of the ledger are missing; `abonent migrate` creates them again",
    "balances": "An account's cached balance is not the sum of its entries",
    "unposted_charges": "A current charge does not have exactly one entry with its amount",
    "dead_charges": "A replaced charge still has an entry that nothing reverses",
    "unposted_payments": "Entries of a received payment do not come to its amount",
    "dead_payments": "A replaced payment still has an entry that nothing reverses",
    "reversals": "A reversal does not undo the entry that it reverses",
    "openings": "Entries before a month and its differences do not make the printed opening",
    "movements": "A month's entries do not make the printed figures",
    "closings": "Entries up to a month do not make the printed closing",
    "doubled_differences": "A month has two differences for one reason",
    "statement_versions": "A month does not have exactly one current statement, or lacks a version of it",
    "charge_versions": "An older version of a charge stands as the current one",
    "payment_versions": "An older version of a payment stands as the current one",
    "bare_charges": "A charge's month has no statement",
    "groups": "A charge is a part of what is no current group of its month",
    "lines": "A statement's figures are not the sums of its lines",
    "missing_entries": "An account lacks an entry that its charges, payments and statements call for",
    "extra_entries": "No charge, payment or statement calls for an entry",
    "altered_entries": "An entry says something else than what it was posted for",
    "contract_entries": "No payment calls for a contract's entry",
    "controls": "Rows that a register brought were changed or are gone",
    "closed_months": "Entries up to a closed month are not those that it was closed with",
    "tenants": "A row belongs to another organization than its account",
    "contract_tenants": "A row belongs to another organization than its contract",
    "file": "The database file is damaged",
    "references": "Rows point to rows that do not exist",
}
_LASTS = """
    SELECT MAX(id) AS id FROM (SELECT id, (ROW_NUMBER() OVER (ORDER BY id) - 1) / :most AS span FROM personal_account) a GROUP BY span ORDER BY span"""
