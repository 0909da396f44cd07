"""``abonent organization readings``: when and how an organization takes readings."""

import asyncio
from typing import Annotated

import typer

from jobs.console import opened, out
from models.enums import OverduePolicy
from models.meter_enums import LatePolicy
from resolvers.reading_rules import WantedRules, set_reading_rules


def readings(
    slug: Annotated[str, typer.Argument(help="the organization")],
    first_day: Annotated[int | None, typer.Option(min=1, max=31, help="the window's first day of the month; 31 is the last day of shorter ones too")] = None,
    last_day: Annotated[int | None, typer.Option(min=1, max=31, help="the window's last day; before the first one it is of the next month")] = None,
    late: Annotated[LatePolicy | None, typer.Option(help="what becomes of readings sent while the window is closed")] = None,
    grace: Annotated[int | None, typer.Option(min=0, max=1440, help="minutes after the window's end in which a form is taken that was opened in it")] = None,
    overdue: Annotated[OverduePolicy | None, typer.Option(help="what becomes of readings of meters whose verification has expired")] = None,
    notice: Annotated[int | None, typer.Option(min=0, max=365, help="how many days before a verification expires people are reminded")] = None,
) -> None:
    """Say when and how readings are taken; what is left out stays as it is."""

    async def work() -> None:
        async with opened():
            rules = await set_reading_rules(slug, WantedRules(first_day, last_day, late, grace, overdue, notice))
        out.print(f"{slug}: from day {rules.window_first_day} to day {rules.window_last_day}, {rules.form_grace_minutes} minutes of grace.", markup=False)
        out.print(f"Late readings: {rules.late_policy}. Overdue meters: {rules.overdue_policy}, {rules.verification_notice_days} days of notice.", markup=False)

    asyncio.run(work())
