"""The same schema.execute by the reference executor and by compiled operations, in one run: ratios, which a noisy machine leaves alone.

No database: plain records in memory, so that what is measured is the executor with Strawberry around it. Documents are prepared once for
both, as the product does. 932 leaves are a year of an account; 768 of them lie in its charges.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import strawberry
from graphql import DocumentNode, parse
from strawberry.extensions import SchemaExtension

from graphql_plan import CompiledExecutor, Settings, configure, stats
from graphql_plan.cache import cache_of

ROUNDS = 11


class Prepared(SchemaExtension):
    def on_parse(self) -> None:  # type: ignore[override]
        self.execution_context.graphql_document = self.execution_context.context

    def on_validate(self) -> None:  # type: ignore[override]
        self.execution_context.pre_execution_errors = []


@strawberry.type
class Money:
    amount: str
    currency: str


@strawberry.type
class Charge:
    id: strawberry.ID
    service: str
    unit: str
    amount: Money
    paid: Money | None
    tier: int | None


@strawberry.type
class Reading:
    value: str
    taken_on: str
    late: bool


@strawberry.type
class Meter:
    serial: str
    readings: list[Reading]


@strawberry.type
class Account:
    id: strawberry.ID
    number: str
    holder: str
    balance: Money
    charges: list[Charge]
    meters: list[Meter]


SUM = Money(amount="1234.50", currency="KZT")
CHARGES = [Charge(id=strawberry.ID(f"c{n}"), service="Water", unit="m3", amount=SUM, paid=SUM, tier=n % 3) for n in range(96)]
METERS = [Meter(serial=f"s{n}", readings=[Reading(value="12.5", taken_on="2026-01-20", late=False) for _ in range(13)]) for n in range(4)]
ACCOUNT = Account(id=strawberry.ID("a"), number="02015213", holder="A", balance=SUM, charges=CHARGES, meters=METERS)


@strawberry.type
class Query:
    @strawberry.field
    async def account(self) -> Account:
        return ACCOUNT


@strawberry.type
class Done:
    account: Account


@strawberry.type
class Refused:
    message: str


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def send(self, value: str) -> Done | Refused:
        return Done(account=ACCOUNT)


SUM_FIELDS = "{ amount currency }"
DOCUMENTS = {
    "932 leaves": f"""{{ account {{ id number holder balance {SUM_FIELDS}
        charges {{ id service unit amount {SUM_FIELDS} paid {SUM_FIELDS} tier }} meters {{ serial readings {{ value takenOn late }} }} }} }}""",
    "5 leaves": f"{{ account {{ id number holder balance {SUM_FIELDS} }} }}",
    "mutation": 'mutation { send(value: "1") { ... on Done { account { id number } } ... on Refused { message } } }',
}
TIMES = {"932 leaves": 40, "5 leaves": 400, "mutation": 400}
SCHEMA = strawberry.Schema(query=Query, mutation=Mutation, extensions=[Prepared], execution_context_class=CompiledExecutor)


@contextmanager
def compiling(enabled: bool) -> Iterator[None]:
    cache_of(SCHEMA._schema).settings = Settings(enabled=enabled, compile_after=1)
    yield


async def once(text: str, document: DocumentNode) -> Any:
    return await SCHEMA.execute(text, context_value=document)


def leaves(value: Any) -> int:
    if isinstance(value, dict):
        return sum(map(leaves, value.values()))
    return sum(map(leaves, value)) if isinstance(value, list) else 1


async def main() -> None:
    configure(SCHEMA, Settings(compile_after=1))
    for name, text in DOCUMENTS.items():
        document = parse(text)
        times: dict[bool, list[float]] = {False: [], True: []}
        answers = []
        for enabled in (False, True):
            with compiling(enabled):
                answers.append((await once(text, document)).data)
        assert answers[0] == answers[1]
        for _ in range(ROUNDS):
            for enabled in (False, True):
                with compiling(enabled):
                    started = time.perf_counter()
                    for _ in range(TIMES[name]):
                        await once(text, document)
                    times[enabled].append((time.perf_counter() - started) / TIMES[name] * 1000)
        reference, compiled = statistics.median(times[False]), statistics.median(times[True])
        print(f"{name:12} {leaves(answers[0]):4} leaves  reference {reference:7.3f} ms  compiled {compiled:7.3f} ms  {reference / compiled:5.1f} x")
    print(stats(SCHEMA))


if __name__ == "__main__":
    asyncio.run(main())
