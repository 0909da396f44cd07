"""Heat meters: whose print-outs of daily parameters are asked for each month."""

from __future__ import annotations

from collections.abc import Sequence

from models.enums import MeterState, Resource
from resolvers.accounts import AccountRow
from resolvers.meters import MeterRow, meters_of
from resolvers.viewer import Viewer


async def wants_printout(viewer: Viewer, accounts: Sequence[AccountRow]) -> dict[int, bool]:
    """Where the register says that there is a heat meter, or one stands there. One statement."""
    meters = await meters_of(viewer, accounts)
    return {account.pk: bool(account.heat_meter) or any(_is_heat(one) for one in meters.get(account.pk, ())) for account in accounts}


def _is_heat(meter: MeterRow) -> bool:
    return meter.resource is Resource.HEATING and meter.state is not MeterState.REMOVED
