"""``abonent organization paying``: by which day bills are to be paid, and on which weekdays registers come."""

import asyncio
import datetime as dt
from typing import Annotated

import typer

from jobs.console import opened, out
from models.allocation import AllocationRule
from resolvers.paying_rules import WantedPaying, set_paying_rules


def paying(
    slug: Annotated[str, typer.Argument(help="the organization")],
    due_day: Annotated[int | None, typer.Option(min=0, max=31, help="the day of the next month to pay by; 31 is the last one, 0 is none")] = None,
    allocation: Annotated[AllocationRule | None, typer.Option(help="what payments pay first that no register has split, from tomorrow on")] = None,
    update_days: Annotated[str | None, typer.Option(help='the weekdays on which registers come: "1 4" is Monday and Thursday, "" is unsaid')] = None,
) -> None:
    """Say when bills are to be paid and when data come; what is left out stays as it is."""

    async def work() -> None:
        async with opened():
            rules = await set_paying_rules(slug, WantedPaying(due_day, update_days, allocation), dt.datetime.now(dt.UTC))
        said = f"to pay by day {rules.due_day} of the next month" if rules.due_day else "no day to pay by"
        out.print(f"{slug}: {said}. Registers come on weekdays {rules.update_days or 'unsaid'}. Payments pay: {rules.allocation.value}.", markup=False)

    asyncio.run(work())
