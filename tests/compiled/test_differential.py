"""Plans against the reference: data, errors with all they say and their order, and every resolver's call.

OPERATIONS=10000 runs the whole; without it a modest number keeps the door.
"""

import asyncio
import gc
import operator
import os

import pytest
from graphql import execute, get_named_type, is_leaf_type, parse
from hypothesis import HealthCheck, given, seed, strategies
from hypothesis import settings as hypothesis_settings
from hypothesis_graphql import from_schema, nodes
from strawberry.execution import optimized_is_awaitable

from adapters.counters import counters
from graphql_plan import CompiledExecutor, Settings, configure, stats
from schema import ids
from schema.build import SCHEMA
from schema.context import Context
from schema.execution import reason
from tests import factories as make
from tests.compiled import nasty
from tests.compiled.both import compiling
from tests.compiled.comparing import quietly, told, valid
from tests.compiled.generator import Generator
from tests.schema.world import World, built

COUNT = int(os.environ.get("OPERATIONS", "80"))  # generated operations, each for three viewers
SEED = int(os.environ.get("SEED", "1"))
VIEWERS = ("nasty", nasty.CLEAN, "stranger")
INNER = """ { __typename ... on Thing { number seen coin { amount colour size exactly } } ... on Box { title thing { number } }
    ... on Coin { told exactly size colour amount } ... on Tag { told amount colour } }"""
OUR_VIEWERS = ("owner", "clerk", "stranger")


@pytest.fixture(autouse=True)
def quiet():
    end = quietly()
    yield
    end()


class Tally:
    """Operations run, how many gave no error, and those that differed."""

    def __init__(self) -> None:
        self.run = self.clean = 0
        self.wrong: list[str] = []

    def note(self, what: str, reference, *compiled, alike=None) -> None:
        self.run += 1
        self.clean += not reference[1]
        alike = alike or (in_any_order if nasty.begun else operator.eq)
        self.wrong += [f"{what}\nreference {reference}\ncompiled  {one}" for one in compiled if not alike(one, reference)]
        nasty.begun.clear()
        if self.run % 50 == 0:
            gc.collect()


def in_any_order(one, other) -> bool:
    """Where a plan waits for what it began, branches beside that one go ahead of it: what is said and called is the same, not when."""
    return _sorted(one) == _sorted(other)


def _sorted(told) -> tuple:
    data, errors, calls = told
    keys = [key for call in calls if call[0] == "batch" for key in call[1]]
    return data, sorted(map(repr, errors)), sorted(repr(call) for call in calls if call[0] != "batch"), sorted(keys)


def as_databases_answer(one, other) -> bool:
    """The same, errors in any order: which read ends first is the database's to say. Where two of them leave nothing of the answer, one may be untold."""
    (data, errors), (other_data, others) = one, other
    said, also_said = sorted(map(repr, errors)), sorted(map(repr, others))
    return data == other_data and (said == also_said or (data == "None" and not set(said).isdisjoint(also_said)))


async def compared(schema, tally: Tally, text: str, variables) -> bool:
    """Each viewer by the reference, then twice by a plan: what it learns in between changes nothing."""
    node = valid(schema, text)
    if node is None:
        return False
    for viewer in VIEWERS:
        runs = [await told(schema, node, variables, nasty.Context(viewer), nasty.Root(), compiled=turn > 0) for turn in range(3)]
        tally.note(f"{viewer}: {text} {variables}", *runs)
    flipped = {name: not value if isinstance(value, bool) else value for name, value in variables.items()}
    if flipped != variables:
        runs = [await told(schema, node, flipped, nasty.Context("nasty"), nasty.Root(), compiled=turn > 0) for turn in range(2)]
        tally.note(f"flipped: {text} {flipped}", *runs)
    return True


async def every_field(schema, tally: Tally) -> None:
    """Each field of a thing by itself, twice in its selection, for the numbers that decide its answers; of an object also what is read ahead, alone."""
    for name, field in schema._schema.type_map["Thing"].fields.items():
        for inner in [""] if is_leaf_type(get_named_type(field.type)) else [INNER, " { __typename ... on Thing { number foreseen } }"]:
            for number in range(12):
                node = parse(f"{{ thing(number: {number}) {{ {name}{inner} {name}{inner} }} }}")
                runs = [await told(schema, node, {}, nasty.Context("nasty"), nasty.Root(), compiled=turn > 0) for turn in range(3)]
                tally.note(f"{name} of {number}", *runs)


async def differential(schema, count: int, first: int) -> Tally:
    tally, generator = Tally(), Generator(schema._schema, first)
    await every_field(schema, tally)
    number = 0
    while number < count:
        number += await compared(schema, tally, *generator.operation(mutation=number % 6 == 5))
    return tally


async def test_nasty_operations_do_not_differ():
    schema = nasty.built()
    configure(schema, Settings(compile_after=0))
    tally = await differential(schema, COUNT, SEED)
    counts = stats(schema)
    print(f"{tally.run} operations, {tally.clean} without errors, {counts}")  # noqa: T201 - the long run's record
    assert tally.wrong[:3] == []
    assert tally.run / 4 < tally.clean < tally.run * 3 / 4, "both good answers and errors are compared"
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
    print(f"{tally.run} operations, {tally.clean} without errors")  # noqa: T201
    assert tally.run > 30
    assert tally.wrong[:3] == []


def _whole():
    return strategies.integers(0, 20).map(nodes.Int)


@pytest.fixture
async def world(database) -> World:
    return await built()


async def ours(node, variables, context, *, compiled: bool):
    """An operation over our schema; what stands behind an error is compared by its class."""
    with compiling(compiled):
        result = execute(
            SCHEMA._schema, node, None, context, variables, executor_class=CompiledExecutor, is_awaitable=optimized_is_awaitable, operation_extensions=None
        )
        if optimized_is_awaitable(result):
            result = await result
    return repr(result.data), [(one.message, one.path, one.locations, type(reason(one)).__name__) for one in result.errors or ()]


async def test_our_queries_do_not_differ(world: World):
    await ids.load()
    names = {key[0].lower() + key[1:]: f'"{value}"' for key, value in world.ids.items()}
    values = {"id": tuple(f'"{value}"' for value in world.ids.values()), "ids": tuple(f'"{value}"' for value in world.ids.values())}
    values |= {name: (value,) for name, value in names.items()}
    values |= {"slug": ('"vodokanal"',), "period": ('"2026-08"', '"2026-10"'), "from": ('"2026-08"',), "to": ('"2026-10"',), "first": ("1", "3")}
    values |= {"Period": ('"2026-08"',), "Date": ('"2026-08-01"',), "String": ('"vodokanal"',), "ID": values["id"]}
    generator, tally = Generator(SCHEMA._schema, SEED, values, depth=5), Tally()
    before = stats(SCHEMA)
    while tally.run < COUNT // 8 * 3:
        text, variables = generator.operation()
        node = valid(SCHEMA, text)
        if node is None or "humanCheck" in text:  # whose task is drawn anew
            continue
        for viewer in OUR_VIEWERS:
            runs = []
            for turn in range(3):
                context = Context(world.viewers[viewer], make.NOW, make.TODAY)
                counters.cache_clear()  # what one run has used up would be refused to the next
                runs.append(await ours(node, variables, context, compiled=turn > 0))
            tally.note(f"{viewer}: {text} {variables}", *runs, alike=as_databases_answer)
    counts = stats(SCHEMA)
    print(f"{tally.run} operations, {tally.clean} without errors, {counts}")  # noqa: T201
    assert tally.wrong[:3] == []
    assert counts["faults"] == before["faults"]
    assert counts["selections_failed"] == before["selections_failed"]
