"""Asking organizations' own addresses about sent readings: a turn of the worker, short, so that nobody's silence holds up the rest."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping

from models.meter_enums import HookState
from resolvers import reading_hooks
from resolvers.reading_hooks import Caller, NoVerdict
from schema import ids

SECONDS_OF_A_TURN = 40.0
MOST_OF_A_TURN = 500


async def ask_hooks(now: dt.datetime) -> dict[str, int]:
    """What is due, one after another. An organization whose address does not answer waits for the next turn with all that it has."""
    counts = {state.value: 0 for state in HookState}
    silent: set[int] = set()
    begun, caller = time.monotonic(), None
    while sum(counts.values()) < MOST_OF_A_TURN and time.monotonic() - begun < SECONDS_OF_A_TURN:
        call = await reading_hooks.lease(now, silent)
        if call is None:
            break
        caller = caller or await _caller()
        state = await reading_hooks.make(call, caller, now)
        if state in (HookState.WAITING, HookState.FAILED):
            silent.add(call.organization_id)
        if state is not None:
            counts[state.value] += 1
    for organization_id in silent:
        counts[HookState.FAILED.value] += await reading_hooks.give_up(organization_id, now)
    return {name: count for name, count in counts.items() if count}


async def _caller() -> Caller:
    if not ids.is_loaded():
        await ids.load()
    return Caller(_post, ids.encode)


async def _post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    from adapters import web_calls  # brings aiohttp along

    try:
        answer = await web_calls.post(url, body, headers)
    except (web_calls.BadUrl, web_calls.CallFailed) as error:
        raise NoVerdict(str(error) or "not an address that may be called") from None
    return answer.status, answer.body
