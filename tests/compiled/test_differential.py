"""Plans against the reference: data, errors with all they say and their order, and every resolver's call.

OPERATIONS=10000 runs the whole; without it a modest number keeps the door.
"""

import asyncio
import os

import pytest
from graphql import execute, parse, print_ast
from hypothesis import HealthCheck, given, seed, strategies
from hypothesis import settings as hypothesis_settings
from hypothesis_graphql import from_schema, nodes
from strawberry.execution import optimized_is_awaitable

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

COUNT = int(os.environ.get("OPERATIONS", "300"))
SEED = int(os.environ.get("SEED", "1"))
VIEWERS = ("nasty", nasty.CLEAN, "stranger")
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

    def note(self, what: str, reference, *compiled) -> None:
        self.run += 1
        self.clean += not reference[1]
        self.wrong += [f"{what}\nreference {reference}\ncompiled  {one}" for one in compiled if one != reference]


async def compared(schema, tally: Tally, text: str, variables) -> None:
    """Each viewer by the reference, then twice by a plan: what it learns in between changes nothing."""
    node = valid(schema, text)
    if node is None:
        return
    for viewer in VIEWERS:
        runs = [await told(schema, node, variables, nasty.Context(viewer), nasty.Root(), compiled=turn > 0) for turn in range(3)]
        tally.note(f"{viewer}: {text} {variables}", *runs)
    flipped = {name: not value for name, value in variables.items()}
    if flipped:
        runs = [await told(schema, node, flipped, nasty.Context("nasty"), nasty.Root(), compiled=turn > 0) for turn in range(2)]
        tally.note(f"flipped: {text} {flipped}", *runs)


async def differential(schema, count: int, first: int) -> Tally:
    tally, generator = Tally(), Generator(schema._schema, first)
    number = 0
    while tally.run < count:
        number += 1
        await compared(schema, tally, *generator.operation(mutation=number % 6 == 0))
    return tally


async def test_nasty_operations_do_not_differ():
    schema = nasty.built()
    configure(schema, Settings(compile_after=0))
    tally = await differential(schema, COUNT, SEED)
    counts = stats(schema)
    print(f"{tally.run} operations, {tally.clean} without errors, {counts}")  # noqa: T201 - the long run's record
    assert tally.wrong[:3] == []
    assert tally.clean < tally.run, "errors are compared too"
    assert counts["reference"] == counts["selections_failed"] == counts["operations_failed"] == counts["faults"] == 0


def test_operations_of_another_generator_do_not_differ():
    schema = nasty.built()
    configure(schema, Settings(compile_after=0))
    tally = Tally()

    @seed(SEED)
    @hypothesis_settings(max_examples=max(12, COUNT // 25), deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(from_schema(str(schema), custom_scalars={"Whole": _whole()}))
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
    kinds = [name for name in ("account", "organization", "contract", "viewer", "accounts", "node") if name in SCHEMA._schema.query_type.fields]
    before = stats(SCHEMA)
    while tally.run < COUNT // 2:
        text, variables = generator.operation()
        node = valid(SCHEMA, text)
        if node is None or not any(kind in text for kind in kinds):
            continue
        for viewer in OUR_VIEWERS:
            runs = []
            for turn in range(3):
                context = Context(world.viewers[viewer], make.NOW, make.TODAY)
                context.document = parse(print_ast(node))
                runs.append(await ours(node, variables, context, compiled=turn > 0))
            tally.note(f"{viewer}: {text} {variables}", *runs)
    counts = stats(SCHEMA)
    print(f"{tally.run} operations, {tally.clean} without errors, {counts}")  # noqa: T201
    assert tally.wrong[:3] == []
    assert counts["faults"] == before["faults"]
    assert counts["selections_failed"] == before["selections_failed"]
