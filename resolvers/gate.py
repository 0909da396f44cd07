"""Who may try how often, at every door that strangers knock at: signing in, registering, recovering, proving an account, looking one up."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from resolvers.throttle import Misses

_sources = Misses(limit=300, within=dt.timedelta(minutes=10))
_targets = Misses(limit=20, within=dt.timedelta(minutes=10))


@dataclass(frozen=True, slots=True)
class HumanAnswer:
    """What a visitor gives who was asked for a human check: a solved proof of work, or the typed code of an image or a sound."""

    proof_of_work: str | None = None
    image: str | None = None  # which image: what its address ends with
    typed: str | None = None


@dataclass(frozen=True, slots=True)
class Knock:
    """An attempt, counted before its outcome is known."""

    source: str | None
    target: str | None

    async def forgive(self) -> None:
        """It was right: nothing is counted."""
        _targets.forgive(self.target)
        _sources.forgive(self.source)


async def knock(door: str, source: str | None, now: dt.datetime, *, target: str | None = None, human: HumanAnswer | None = None) -> Knock:
    """Count an attempt at a door ("sign_in", "register", "recover", "confirm", "link", "look_up", "step_up"); `target` is what it aims at.

    Raises Refused with HUMAN_CHECK_NEEDED or WRONG_HUMAN_CHECK at `humanCheck`, and Throttled.
    """
    _sources.attempt(source, now)
    aimed = f"{door} {source} {target}" if source is not None and target is not None else None
    _targets.attempt(aimed, now)
    return Knock(source, aimed)


def clear() -> None:
    """Forget all attempts; for tests."""
    _sources.clear()
    _targets.clear()
