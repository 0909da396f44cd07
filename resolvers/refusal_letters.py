"""A letter to whoever sent a reading that the supplier does not take: with its reason, and where to send another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import groupby

from adapters.texts import DEFAULT
from models import Letter
from models.enums import Topic
from resolvers import letters
from resolvers.readings import COLUMNS, FROM, reading_row
from resolvers.sql import Row, among, fetch

# Whoever sent it, has subscribed, and may still see the account.
_TOLD = f"""
    SELECT DISTINCT {COLUMNS}, NULL AS previous, m.serial, a.number, o.id AS organization_id, o.slug, u.id AS user_id, u.email, u.language
    FROM {FROM} JOIN personal_account a ON a.id = rd.account_id JOIN organization o ON o.id = rd.organization_id
    JOIN user_account u ON u.id = rd.user_id AND u.is_active
    JOIN subscription s ON s.user_id = u.id AND s.topic = $2 AND (s.account_id IS NULL OR s.account_id = rd.account_id)
    JOIN membership ms ON ms.user_id = u.id AND (ms.account_id = a.id OR ms.contract_id = a.contract_id)
        AND (ms.from_on IS NULL OR ms.from_on <= $3) AND (ms.until_on IS NULL OR ms.until_on >= $3)
    WHERE rd.by_resident AND {{chosen}} ORDER BY u.id, a.number, rd.id"""


async def queue(refused: Sequence[int], now: dt.datetime) -> None:
    """One letter for each person and account, in the transaction of the refusal. Two statements, however many there are."""
    if not refused:
        return
    rows = await fetch(_TOLD.format(chosen=among("rd.id", 1)), list(refused), Topic.READINGS.value, now.date())
    found = [_letter(list(group), now) for _, group in groupby(rows, key=lambda row: (row["user_id"], row["account_id"]))]
    if found:
        await Letter.bulk_create(found)


def _letter(rows: Sequence[Row], now: dt.datetime) -> Letter:
    first = rows[0]
    base, language = f"/o/{first['slug']}", first["language"] or DEFAULT
    return letters.unsaved(
        "refused_reading", first["email"], language, now, base=base, path="/", user_id=first["user_id"], organization_id=first["organization_id"],
        number=first["number"], refusals=list(_refusals(rows)), mailing=True,
    )  # fmt: skip


def _refusals(rows: Iterable[Row]) -> Iterable[dict[str, str]]:
    for row in rows:
        reading = reading_row(row)
        zone = reading.zone.name if reading.zone else ""
        yield {"resource": reading.resource.name, "zone": zone, "serial": row["serial"] or "", "value": reading.display, "reason": reading.reason}
