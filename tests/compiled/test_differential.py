"""Plans against the reference: data, errors with all they say and their order, and every resolver's call.

OPERATIONS=10000 runs the whole; without it a modest number keeps the door.
"""

import asyncio
import gc
import os
import resource
from collections import Counter

import pytest
from graphql import execute, get_named_type, is_leaf_type, parse
from hypothesis import HealthCheck, given, seed, strategies
from hypothesis import settings as hypothesis_settings
from hypothesis_graphql import from_schema, nodes
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from adapters.counters import counters
from graphql_plan import CompiledExecutor, Settings, configure, stats
from schema import ids
from schema.build import SCHEMA
from schema.context import Context
from schema.execution import reason
from schema.loaders import Loaders, _Loader
from tests import factories as make
from tests.compiled import nasty
from tests.compiled.both import compiling
from tests.compiled.comparing import abandoned_by, as_answered, ended, error_of, quietly, told, valid
from tests.compiled.generator import Generator
from tests.compiled.waiting import Waiting
from tests.schema.world import World, built

COUNT = int(os.environ.get("OPERATIONS", "80"))  # generated operations, each for three viewers
OURS = COUNT if "OPERATIONS" in os.environ else 10
SEED = int(os.environ.get("SEED", "1"))
VIEWERS = ("nasty", nasty.CLEAN, "stranger")
INNER = """ { __typename ... on Thing { number seen coin { amount colour size exactly } } ... on Box { title thing { number } }
    ... on Coin { told exactly size colour amount } ... on Tag { told amount colour } }"""
OUR_VIEWERS = ("owner", "clerk", "stranger")
OUR_AHEAD = ("account", "accounts", "nodes", "meters", "registers", "history", "statement", "statements", "statementPeriods", "charges", "lines", "lastReading")


@pytest.fixture(autouse=True)
def quiet():
    end = quietly()
    yield
    end()


class Tally:
    """Answers compared (of an operation, for a viewer), how many had no error, for how many something was read ahead, and those that differed."""

    def __init__(self) -> None:
        self.run = self.clean = self.ahead = 0
        self.wrong: list[str] = []

    def note(self, what: str, reference, clean: bool, differing: list) -> None:
        self.run += 1
        self.clean += clean
        self.wrong += [f"{what}\nreference {reference}\ncompiled  {one}" for one in differing]
        if self.run % 50 == 0:
            gc.collect()

    def __str__(self) -> str:
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        return f"{self.run} answers, {self.clean} without errors, {self.ahead} read ahead, {len(self.wrong)} differ, {memory} MB at most"


async def compared(schema, tally: Tally, text: str, variables) -> bool:
    """Each viewer by the reference, then twice by a plan: what it learns in between changes nothing."""
    node = valid(schema, text)
    if node is None:
        return False
    for viewer in VIEWERS:
        await by_each(schema, tally, text, node, variables, viewer)
    flipped = {name: other(value) for name, value in variables.items()}
    for viewer in VIEWERS[:2] if flipped != variables else ():
        await by_each(schema, tally, f"flipped: {text}", node, flipped, viewer, turns=1)
    return True


def other(value):
    """Another value of the same kind, where that is easy."""
    if isinstance(value, bool):
        return not value
    return value % 3 + 1 if isinstance(value, int) else value


async def by_each(schema, tally: Tally, text: str, node, variables, viewer: str, turns: int = 2) -> None:
    """Where a plan reads ahead, it is the same in everything as the reference that waits for what is begun, and the same in the end as the reference alone."""

    async def seen(by):
        context = nasty.Context(viewer)
        return await told(schema, node, variables, context, nasty.Root(), by), context.begun

    reference, _ = await seen(StrawberryGraphQLCoreExecutionContext)
    compiled = [await seen(CompiledExecutor) for _ in range(turns)]
    waiting, begun = await seen(Waiting)
    tally.ahead += bool(begun)
    differing = [one for one in compiled if one != (waiting, begun) or not (as_answered(one[0], reference) if begun else one[0] == reference)]
    unasked = Counter(_each(begun)) - Counter(call[:2] for call in reference[2])
    if unasked and not abandoned_by(reference):
        differing.append(("begun and never asked for", unasked))
    tally.note(f"{viewer}: {text} {variables}", (reference, waiting, begun), not reference[1], differing)


def _each(begun):
    return ((name, number) for name, numbers in begun for number in numbers)


async def every_field(schema, tally: Tally) -> None:
    """Each field of a thing by itself, twice in its selection, for the numbers that decide its answers; of an object also what is read ahead, alone."""
    for name, field in schema._schema.type_map["Thing"].fields.items():
        for inner in [""] if is_leaf_type(get_named_type(field.type)) else [INNER, " { __typename ... on Thing { number foreseen } }"]:
            for number in range(12):
                node = parse(f"{{ thing(number: {number}) {{ {name}{inner} {name}{inner} }} }}")
                await by_each(schema, tally, f"{name} of {number}", node, {}, "nasty")


async def differential(schema, count: int, first: int) -> Tally:
    tally, generator, number = Tally(), Generator(schema._schema, first, favoured=nasty.AHEAD), 0
    while number < count:
        number += await compared(schema, tally, *generator.operation(mutation=number % 6 == 5))
    return tally


async def test_nasty_operations_do_not_differ():
    schema = nasty.built()
    configure(schema, Settings(compile_after=0))
    each = Tally()
    await every_field(schema, each)
    assert each.wrong[:3] == []
    tally = await differential(schema, COUNT, SEED)
    counts = stats(schema)
    print(f"{tally}, {counts}")  # noqa: T201 - the long run's record
    assert tally.wrong[:3] == []
    least = 0.5 if COUNT >= 1000 else 0.4  # of few it varies
    assert tally.run * least < tally.clean < tally.run * 3 / 4, "both good answers and errors are compared"
    assert tally.ahead > tally.run / 20
    assert counts["reference"] == counts["selections_failed"] == counts["operations_failed"] == counts["faults"] == 0


def test_operations_of_another_generator_do_not_differ():
    schema = nasty.built()
    configure(schema, Settings(compile_after=0))
    tally = Tally()

    @seed(SEED)
    @hypothesis_settings(max_examples=max(12, COUNT // 12), deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(from_schema(str(schema), custom_scalars={"Whole": _whole(), "Text": strategies.nothing()}))
    def look(text: str) -> None:
        asyncio.run(compared(schema, tally, text, {}))

    look()
    print(tally)  # noqa: T201
    assert tally.run > 30
    assert tally.wrong[:3] == []


def _whole():
    return strategies.integers(0, 20).map(nodes.Int)


@pytest.fixture
async def world(database) -> World:
    return await built()


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list:
    """What our loaders were asked for, as batches; None where some of it was begun ahead."""
    found: list = []
    answered, ahead = _Loader._answered, Loaders.ahead

    async def noting(self, asked):
        found.append(("batch", tuple((self._read.__qualname__, repr(self._arguments), repr(one.key)) for one in asked), ()))
        await answered(self, asked)

    def beginning(self, read, rows, *arguments):
        found.append(None)
        return ahead(self, read, rows, *arguments)

    monkeypatch.setattr(_Loader, "_answered", noting)
    monkeypatch.setattr(Loaders, "ahead", beginning)
    return found


async def ours(node, variables, viewer, reads: list, by):
    """An operation over our schema; what stands behind an error is compared by its class."""
    counters.cache_clear()  # what one run has used up would be refused to the next
    context = Context(viewer, make.NOW, make.TODAY)
    reads.clear()
    with compiling(by is not StrawberryGraphQLCoreExecutionContext):
        result = execute(SCHEMA._schema, node, None, context, variables, executor_class=by, is_awaitable=optimized_is_awaitable, operation_extensions=None)
        if optimized_is_awaitable(result):
            result = await result
        await ended()
    errors = [(*error_of(one, result.data)[:4], type(reason(one)).__name__, error_of(one, result.data)[-1]) for one in result.errors or ()]
    return (repr(result.data), errors, [one for one in reads if one]), None in reads


async def test_our_queries_do_not_differ(world: World, reads: list):
    """Which of two statements ends first is the database's to say, so that the reference does not twice say the same either: the same in the end."""
    generator, tally, before = await _ours(world), Tally(), stats(SCHEMA)
    while tally.run < OURS * 3:
        text, variables = generator.operation()
        node = valid(SCHEMA, text)
        if node is None or "humanCheck" in text:  # whose task is drawn anew
            continue
        for viewer in OUR_VIEWERS:
            executors = (StrawberryGraphQLCoreExecutionContext, CompiledExecutor, CompiledExecutor)
            (reference, _), *compiled = [await ours(node, variables, world.viewers[viewer], reads, by) for by in executors]
            tally.ahead += compiled[-1][1]
            tally.note(f"{viewer}: {text} {variables}", reference, not reference[1], [one for one, _ in compiled if not as_answered(one, reference)])
    counts = stats(SCHEMA)
    print(f"{tally}, {counts}")  # noqa: T201
    assert tally.wrong[:3] == []
    assert counts["faults"] == before["faults"]
    assert counts["selections_failed"] == before["selections_failed"]


async def _ours(world: World) -> Generator:
    """Operations over our schema, with the world's own values."""
    await ids.load()
    names = {key[0].lower() + key[1:]: f'"{value}"' for key, value in world.ids.items()}
    values = {"id": tuple(f'"{value}"' for value in world.ids.values()), "ids": tuple(f'"{value}"' for value in world.ids.values())}
    values |= {name: (value,) for name, value in names.items()}
    values |= {"slug": ('"vodokanal"',), "period": ('"2026-08"', '"2026-10"'), "from": ('"2026-08"',), "to": ('"2026-10"',), "first": ("1", "3")}
    values |= {"Period": ('"2026-08"',), "Date": ('"2026-08-01"',), "String": ('"vodokanal"',), "ID": values["id"]}
    values |= {"after": ("null", "null", '"vodokanal"'), "accountsByIds.ids": (f'"{world.ids["Account"]}"',), "months": ("2",)}
    values |= {f"{kind.lower()}.id": (f'"{world.ids[kind]}"',) for kind in ("Account", "Contract")}
    return Generator(SCHEMA._schema, SEED, values, depth=6, favoured=OUR_AHEAD)
