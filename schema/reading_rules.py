"""An organization's rules of readings, and houses with a window of their own; for its staff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import Parent, field

from models.enums import OverduePolicy
from models.errors import BadRequest
from models.meter_enums import LatePolicy
from resolvers import house_windows as houses
from resolvers.access_rules import staffed
from resolvers.house_windows import HouseWindowRow
from resolvers.organizations import OrganizationRow
from resolvers.reading_rules import ReadingRules as RulesRow
from resolvers.reading_rules import WantedRules, reading_rules_by_ids, set_reading_rules
from schema import ids
from schema.arguments import After, First, Id
from schema.context import Info
from schema.results import Rejected
from schema.values import Connection, PageOf, checked_first
from schema.windows import ReadingWindow

if TYPE_CHECKING:
    from schema.accounts import House

LONGEST_SEARCH = 100
Words = Annotated[str | None, strawberry.argument(description="Words of the address, in any spelling; at most 100 characters.")]


@strawberry.type(description="How an organization takes readings from residents.")
class ReadingRules:
    late_policy: LatePolicy = field(description="What becomes of readings that are sent while no window is open.")
    form_grace_minutes: int = field(description="For how many minutes after the window's end a form is taken that was opened before it.")
    overdue_policy: OverduePolicy = field(description="What becomes of readings of meters whose verification has expired.")
    verification_notice_days: int = field(description="How many days before a verification expires people are reminded of it.")

    @field(description="The window's first day of the month, 1–31; 31 is the last one of shorter months too.")
    def first_day(root: Parent[RulesRow]) -> int:  # noqa: N805
        return root.window_first_day

    @field(description="The window's last day of the month, 1–31; before `firstDay` it is of the next month.")
    def last_day(root: Parent[RulesRow]) -> int:  # noqa: N805
        return root.window_last_day


@strawberry.type(description="The reading window of a house.")
class HouseWindow:
    house: Annotated[House, strawberry.lazy("schema.accounts")] = field(description="The house.")
    first_day: int | None = field(description="Its own first day of the month; null where the organization's holds.")
    last_day: int | None = field(description="Its own last day of the month; null where the organization's holds.")

    @field(description="The window that holds there, as seen today.")
    def reading_window(root: Parent[HouseWindowRow], info: Info) -> ReadingWindow:  # noqa: N805
        return root.window(info.context.today(root.organization))  # type: ignore[return-value]


@strawberry.type
class OrganizationReadingRules:
    """Fields of an organization."""

    @field(description="Its rules of readings; null for those who are not its staff, in person.")
    async def reading_rules(root: Parent[OrganizationRow]) -> ReadingRules | None:  # noqa: N805
        return (await reading_rules_by_ids([root.pk]))[root.pk]  # type: ignore[return-value]

    @field(description="Houses with a window of their own or, with `search`, all that match; null for those who are not its staff, in person.")
    async def house_windows(
        root: Parent[OrganizationRow],  # noqa: N805
        info: Info,
        first: First,
        after: After = None,
        search: Words = None,
    ) -> Connection[HouseWindow] | None:
        if search is not None and len(search) > LONGEST_SEARCH:
            raise BadRequest(f"`search` may have {LONGEST_SEARCH} characters at most")
        place = ids.after("house windows", after)
        rows = await houses.house_windows_page(info.context.person, root, checked_first(first), (place[0], place[1]) if place else None, search)
        return PageOf("house windows", rows, first, lambda row: (row.search, row.house.pk))  # type: ignore[return-value]

    @field(description="The window of one of its houses; null for those who are not its staff, in person.")
    async def house_window(root: Parent[OrganizationRow], info: Info, id: Id) -> HouseWindow | None:  # noqa: A002, N805
        found = await houses.house_window(info.context.person, ids.pk_of(id, "hse"))
        return found if found.organization.pk == root.pk else None  # type: ignore[return-value]


@strawberry.input(description="Rules of readings; what is left out stays as it is.")
class SetReadingRulesInput:
    organization_slug: str = field(description="The organization's name in addresses.")
    first_day: int | None = field(default=None, description="The window's first day of the month, 1–31; 31 is the last one of shorter months too.")
    last_day: int | None = field(default=None, description="The window's last day of the month, 1–31; before `firstDay` it is of the next month.")
    late_policy: LatePolicy | None = field(default=None, description="What becomes of readings that are sent while no window is open.")
    form_grace_minutes: int | None = field(default=None, description="How long a form is taken after the window's end: 0–1440 minutes.")
    overdue_policy: OverduePolicy | None = field(default=None, description="What becomes of readings of meters whose verification has expired.")
    verification_notice_days: int | None = field(default=None, description="How early people are reminded of a verification: 0–365 days.")
    validate_only: bool = field(default=False, description="Say what is wrong, or the rules as they would be, and write nothing.")


@strawberry.type(description="The rules hold from now on; with `validateOnly`, they would.")
class SetReadingRulesDone:
    rules: ReadingRules = field(description="The rules.")


@strawberry.input(description="Both days, or neither: then the organization's window holds.")
class SetHouseWindowInput:
    house: strawberry.ID = field(description="The house.")
    first_day: int | None = field(default=None, description="Its first day of the month, 1–31.")
    last_day: int | None = field(default=None, description="Its last day of the month, 1–31; before `firstDay` it is of the next month.")


@strawberry.type(description="The house's window holds from now on.")
class SetHouseWindowDone:
    house_window: HouseWindow = field(description="The house and its window.")


SetReadingRulesResult = Annotated[SetReadingRulesDone | Rejected, strawberry.union("SetReadingRulesResult", description="How changing the rules ends.")]
SetHouseWindowResult = Annotated[SetHouseWindowDone | Rejected, strawberry.union("SetHouseWindowResult", description="How changing a house's window ends.")]
ReadingRulesArgument = Annotated[SetReadingRulesInput, strawberry.argument(description="Whose rules, and which.")]
HouseWindowArgument = Annotated[SetHouseWindowInput, strawberry.argument(description="Which house, and its days.")]


@strawberry.type
class ReadingRulesMutations:
    @field(description="Say how readings are taken, for an organization's staff in person. Codes: OUT_OF_RANGE.")
    async def set_reading_rules(self, info: Info, input: ReadingRulesArgument) -> SetReadingRulesResult:  # noqa: A002
        viewer = info.context.person
        await staffed(viewer, input.organization_slug)
        wanted = WantedRules(
            window_first_day=input.first_day,
            window_last_day=input.last_day,
            late_policy=input.late_policy,
            form_grace_minutes=input.form_grace_minutes,
            overdue_policy=input.overdue_policy,
            verification_notice_days=input.verification_notice_days,
        )
        rules = await set_reading_rules(input.organization_slug, wanted, actor=viewer.actor, validate_only=input.validate_only)
        return SetReadingRulesDone(rules=rules)  # type: ignore[arg-type]

    @field(description="Give a house a reading window of its own, or take it away, for staff in person. Codes: REQUIRED, OUT_OF_RANGE.")
    async def set_house_window(self, info: Info, input: HouseWindowArgument) -> SetHouseWindowResult:  # noqa: A002
        made = await houses.set_house_window(info.context.person, ids.pk_of(input.house, "hse"), input.first_day, input.last_day)
        return SetHouseWindowDone(house_window=made)  # type: ignore[arg-type]
