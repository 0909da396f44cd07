"""What holds an import until a person has looked: too many rows refused, or totals that moved too far."""

from __future__ import annotations

from models import Organization
from resolvers.imports.outcome import Held, ImportOutcome

FEWEST_REFUSED = 20  # fewer are a clerk's slip, whatever their share


def passed(outcome: ImportOutcome, organization: Organization) -> list[Held]:
    """Each threshold of the organization that the run passes. A month moves from what it was, a new one from those before it."""
    return [*_refused(outcome, organization.hold_refused_percent), *_moved(outcome, organization.hold_moved_percent)]


def _refused(outcome: ImportOutcome, limit: int | None) -> list[Held]:
    if limit is None:
        return []
    shares = [(file.name, 100 * file.refused / file.rows) for file in outcome.files if file.refused > FEWEST_REFUSED]
    return [Held("refused_share", name, round(share, 1), limit) for name, share in shares if share > limit]


def _moved(outcome: ImportOutcome, limit: int | None) -> list[Held]:
    """Charges are compared: what is owed moves with what is paid. A new month may follow the season: it has moved where it is far from all."""
    if limit is None:
        return []
    held = []
    for month in outcome.summary["months"]:
        moves = [100 * (other["now"] - other["was"]) / abs(other["was"]) for other in month["compared"] if other["was"]]
        if moves and abs(nearest := min(moves, key=abs)) > limit:
            held.append(Held("total_moved", month["period"], round(nearest, 1), limit))
    return held
