"""What a look-up opens: for a quarter of an hour, the statements of the accounts that were found, without a name.

The token is sealed, and kept nowhere: whoever holds it learns neither rows' keys nor since when the holder is one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import orjson

from models.enums import LookUp, Right, TokenScope
from resolvers.sealing import opened, own_sealers
from resolvers.sql import among, fetch
from resolvers.viewer import Grant, Viewer, ViewerKind

PREFIX = "abv_"
OPEN_FOR = dt.timedelta(minutes=15)
LONGEST = 1000
_KIND = "look-up"


def new_view(accounts: Sequence[tuple[int, dt.date | None]], now: dt.datetime) -> tuple[str, dt.datetime]:
    """The token that shows these accounts, each since its present holder's first day, and until when."""
    until = now + OPEN_FOR
    shown = [int(until.timestamp()), *((pk, since.toordinal() if since else None) for pk, since in accounts)]
    return PREFIX + own_sealers()[0].sealed(_KIND, orjson.dumps(shown)), until


async def viewer_of_view(token: str, now: dt.datetime) -> Viewer | None:
    """Who holds this token sees those of its accounts whose organizations still let strangers look; None for one that is over or none."""
    accounts = _read(token, now)
    if not accounts:
        return None
    offered = f"SELECT a.id FROM personal_account a JOIN organization o ON o.id = a.organization_id WHERE {among('a.id', 1)} AND o.look_up <> $2"
    found = sorted(row["id"] for row in await fetch(offered, list(accounts), LookUp.OFF.value))
    return Viewer(
        kind=ViewerKind.VISITOR,
        actor=f"look-up:{found[0]}" if found else "look-up",
        grants=tuple(Grant(one, None, Right.SEE_MONEY, from_on=accounts[one]) for one in found),
        scopes=frozenset({TokenScope.READ_ACCOUNTS, TokenScope.READ_MONEY}),
        today=now.date(),
    )


def _read(token: str, now: dt.datetime) -> dict[int, dt.date | None]:
    """The accounts, and since when each may be seen."""
    if len(token) > LONGEST or not token.startswith(PREFIX):
        return {}
    payload = opened(_KIND, token.removeprefix(PREFIX))
    if payload is None:
        return {}
    until, *accounts = orjson.loads(payload)
    return {pk: dt.date.fromordinal(since) if since else None for pk, since in accounts} if now.timestamp() < until else {}
