"""Arguments that many fields take, each described once."""

from typing import Annotated

import strawberry

from models.period import Period
from schema.scalars import AccountNumber

First = Annotated[int, strawberry.argument(description="How many rows, 1–100.")]
After = Annotated[str | None, strawberry.argument(description="The `endCursor` or an edge's `cursor` of the page before; null for the first page.")]
OfPeriod = Annotated[Period | None, strawberry.argument(description="A month, `YYYY-MM`; null for the last closed one.")]
OnlyPeriod = Annotated[Period | None, strawberry.argument(description="Only this month, `YYYY-MM`; null for all.")]
TheMonth = Annotated[Period, strawberry.argument(description="The month, `YYYY-MM`.")]
Months = Annotated[int, strawberry.argument(description="How many months back from the newest, 1–60.")]
PastMonths = Annotated[int, strawberry.argument(description="How many months back, the present one counted, 1–132.")]
Id = Annotated[strawberry.ID, strawberry.argument(description="Its opaque id, as the API gave it.")]
AccountIds = Annotated[list[strawberry.ID], strawberry.argument(name="ids", description="Their opaque ids, 1–30.")]
Numbers = Annotated[list[AccountNumber], strawberry.argument(description="Account numbers, 1–100, with their leading zeros.")]
OptionalId = Annotated[strawberry.ID | None, strawberry.argument(description="Its opaque id; or leave it out and give the two others.")]
Slug = Annotated[str, strawberry.argument(description="The organization's name in addresses: `/o/<slug>/`.")]
OptionalSlug = Annotated[str | None, strawberry.argument(description="Only of the organization with this name in addresses.")]
OptionalNumber = Annotated[AccountNumber | None, strawberry.argument(description="The account's number within that organization, with its leading zeros.")]
Search = Annotated[str | None, strawberry.argument(description="Beginning of a number, words of an address and, for staff, of a name; at most 100 characters.")]
WaitingOnly = Annotated[bool, strawberry.argument(description="Those that wait for an answer; else those that have one.")]
Host = Annotated[str, strawberry.argument(description="The host name of the organization's own address.")]
