"""A flat whose two meters have readings, and a resident who has just sent new ones."""

from models import Reading
from models.enums import Resource
from resolvers.reading_desk import Typed
from resolvers.submissions import Submission, submit_readings
from resolvers.viewer import viewer_of_user
from tests import factories as make


class Sent:
    """`readings` are those that were sent, cold water first."""

    async def prepare(self, **organization) -> "Sent":
        self.org = await make.organization(**organization)
        self.account = await make.account(self.org, "02015213")
        self.cold, self.hot = [await make.meter(self.account, resource) for resource in (Resource.COLD_WATER, Resource.HOT_WATER)]
        for dial, values in ((self.cold, ("110", "112", "114")), (self.hot, ("190", "191", "192"))):
            for value, month in zip(values, ("08", "09", "10"), strict=True):
                await make.reading(dial, value, f"2026-{month}-20")
        self.user = await make.user()
        await make.member(self.user, self.account)
        self.viewer = await viewer_of_user(self.user.id, make.TODAY)
        self.readings = await self.send("116", "193", key="first")
        return self

    async def send(self, cold: str, hot: str, *, key: str, viewer=None, now=make.NOW) -> list[Reading]:
        rows = (Typed(self.cold.id, cold), Typed(self.hot.id, hot))
        taken = await submit_readings(viewer or self.viewer, Submission(self.account.id, rows, key), now, make.TODAY)
        return [await Reading.get(id=row.pk) for row in taken]


async def states() -> list[tuple[str, str]]:
    """State and reason of what was sent, in the order of sending."""
    rows = await Reading.exclude(receipt=None).order_by("id")
    return [(row.state.value, row.reason) for row in rows]
