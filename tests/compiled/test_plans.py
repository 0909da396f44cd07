"""What surrounds plans: bounds, switches, comparison in passing, containment, and many callers at once."""

import asyncio
import gc
import logging
import threading
import time

import pytest
import strawberry
from graphql import execute, parse
from strawberry.execution import optimized_is_awaitable
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graphql_plan import CompiledExecutor, Settings, clear, codegen, configure, explain, fields, runtime, sources, stats, warm
from graphql_plan.cache import MOST_CODES, cache_of
from tests.compiled import nasty
from tests.compiled.comparing import quietly, told

TEXT = "{ thing { number plain next { number tardy } strictThings { number } } }"


@pytest.fixture(autouse=True)
def quiet():
    end = quietly()
    yield
    end()


@pytest.fixture
def schema() -> strawberry.Schema:
    built = nasty.built()
    configure(built, Settings(compile_after=0))
    return built


async def run(schema, node, viewer: str = nasty.CLEAN, *, compiled: bool = True, **variables):
    return await told(schema, node, variables, nasty.Context(viewer), nasty.Root(), CompiledExecutor if compiled else StrawberryGraphQLCoreExecutionContext)


async def test_a_stranger_s_operation_is_compiled_at_its_second_use_and_a_known_one_at_its_first():
    schema = nasty.built()
    configure(schema, Settings(compile_after=2))
    node, known = parse(TEXT), parse(TEXT)
    warm(schema, [known])
    await run(schema, node)
    assert (stats(schema)["compiled"], stats(schema)["reference"]) == (0, 1)
    await run(schema, node)
    await run(schema, known)
    assert (stats(schema)["compiled"], stats(schema)["reference"]) == (2, 1)


async def test_the_kill_switch_leaves_everything_to_the_reference(schema):
    configure(schema, Settings(enabled=False))
    await run(schema, parse(TEXT))
    assert stats(schema)["compiled"] == stats(schema)["plans"] == 0
    assert not stats(schema)["enabled"]


async def test_unknown_sources_beneath_switch_it_off_with_a_word(schema, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    assert sources.unknown_sources() == [], "graphql-core or Strawberry changed: read what, run the differential suite, then write their digests"
    monkeypatch.setitem(sources.KNOWN, "graphql.execution.executor", "another")
    sources.unknown_sources.cache_clear()
    try:
        configure(schema, Settings(compile_after=0))
        await run(schema, parse(TEXT))
    finally:
        monkeypatch.undo()
        sources.unknown_sources.cache_clear()
    assert stats(schema)["compiled"] == 0
    assert "graphql.execution.executor" in caplog.text


async def test_a_thousand_documents_leave_no_more_than_the_bound(schema):
    configure(schema, Settings(compile_after=0, max_plans=16))
    kept = [parse(f"{{ a{number}: thing(number: {number}) {{ b{number}: number plain }} }}") for number in range(MOST_CODES + 100)]
    for node in kept:
        await run(schema, node)
    cache = cache_of(schema._schema)
    assert stats(schema)["plans"] == len(kept)
    assert len(cache.operations) == 16
    assert len(cache.codes) == MOST_CODES


async def test_strangers_push_no_page_out(schema):
    configure(schema, Settings(max_plans=4))
    page = parse(TEXT)
    warm(schema, [page])
    await run(schema, page)
    for number in range(20):
        node = parse(f"{{ thing(number: {number}) {{ number }} }}")
        for _ in range(3):
            await run(schema, node)
    plans = stats(schema)["plans"]
    warm(schema, [page])  # whoever starts once more
    await run(schema, page)
    assert stats(schema)["plans"] == plans
    del page
    gc.collect()
    assert cache_of(schema._schema).own == {}


async def test_a_plan_goes_with_its_document(schema):
    node = parse(TEXT)
    await run(schema, node)
    assert stats(schema)["operations"] == 1
    del node
    gc.collect()
    assert stats(schema)["operations"] == 0


async def test_what_a_list_will_wait_for_is_begun_once(schema):
    """All at once, as soon as its items are known; then each answers without a task of its own."""
    node = parse("{ strictThings { number foreseen } thing { foreseen } }")
    await run(schema, node)
    context = nasty.Context(nasty.CLEAN)
    assert await told(schema, node, {}, context, nasty.Root(), CompiledExecutor) == await run(schema, node, compiled=False)
    assert context.begun == [("foreseen", [2]), ("foreseen", [1, 2, 3])]


async def test_what_many_rows_wait_for_is_one_task(schema):
    """A list that is here at once: its rows do not wait each for themselves."""
    node = parse("{ things(first: 4) { row } }")
    made: list[object] = []

    def noting(loop, work, **more):
        made.append(work)
        return asyncio.Task(work, loop=loop, **more)

    for _ in range(2):
        await run(schema, node)
    asyncio.get_running_loop().set_task_factory(noting)
    await run(schema, node)
    asyncio.get_running_loop().set_task_factory(None)
    assert len(made) == 1, "the loader's"


@pytest.mark.parametrize(
    ("function", "ignored"),
    [
        (lambda value, info: isinstance(value, str), True),
        (lambda value, info: bool(info), False),
        (lambda value, info: (lambda: info)() is None, False),
        (lambda value, info: bool(locals()), False),
        (lambda *both: True, False),
        (nasty.Kind.whichever, True),
        (nasty.Kind.asking, False),
        (isinstance, False),
    ],
)
def test_who_never_looks_at_the_info_needs_none(function, ignored: bool):
    assert fields.ignores_info(function) is ignored


async def test_variants_of_an_operation_are_bounded(schema):
    configure(schema, Settings(compile_after=0, max_variants=2))
    node = parse("query ($a: Boolean!, $b: Boolean!) { thing { number @skip(if: $a) plain @include(if: $b) __typename } }")
    for a in (True, False):
        for b in (True, False):
            assert await run(schema, node, a=a, b=b) == await run(schema, node, compiled=False, a=a, b=b)
    assert stats(schema)["plans"] == 2
    assert (stats(schema)["compiled"], stats(schema)["reference"]) == (2, 2)


async def test_an_operation_of_too_many_fields_is_left_alone(schema):
    configure(schema, Settings(compile_after=0, max_fields=3))
    node = parse("{ thing { number plain seen } }")
    assert await run(schema, node) == await run(schema, node, compiled=False)
    assert stats(schema)["compiled"] == 0


async def test_middleware_and_directives_are_the_references(schema):
    class Tracing(SchemaExtension):
        def resolve(self, next_, root, info, *args, **kwargs):
            return next_(root, info, *args, **kwargs)

    traced = strawberry.Schema(query=nasty.Query, types=[nasty.Box], extensions=[Tracing], execution_context_class=CompiledExecutor, config=nasty.CONFIG)
    configure(traced, Settings(compile_after=0))
    answer = await traced.execute("{ thing { number } }", context_value=nasty.Context(nasty.CLEAN), root_value=nasty.Root())
    assert answer.data == {"thing": {"number": 2}}
    assert stats(traced)["compiled"] == 0
    assert explain(schema, "{ thing @defer { number } }") == ["the whole operation by the reference: the directive @defer"]


async def test_in_shadow_some_queries_are_answered_by_both(schema, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    configure(schema, Settings(compile_after=0, shadow_every=2))
    node = parse(TEXT)
    for _ in range(4):
        await run(schema, node)
    assert (stats(schema)["shadowed"], stats(schema)["differences"]) == (2, 0)
    monkeypatch.setitem(codegen._BASE, "slow", lambda *_: None)
    clear(schema)
    wrong = parse("{ thing(number: 3) { ratio } }")
    answers = [await run(schema, wrong, "nasty") for _ in range(2)]
    assert stats(schema)["differences"] == 1
    assert "differs" in caplog.text
    assert answers[1][0] == (await run(schema, wrong, "nasty", compiled=False))[0], "the reference's answer is given"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{ box { others { foreseen failing } } tardy }", "what is begun ahead lets the other branch fail first"),
        ("{ box { others { foreseen matrix } } strictThings { number } }", "and end this one before it has said anything"),
    ],
)
async def test_in_shadow_nobody_is_told_of_what_time_decides(schema, text: str, what: str):
    node = parse(text)
    first, second = [(await run(schema, node, "nasty", compiled=compiled))[1] for compiled in (False, True)]
    assert first != second, what
    configure(schema, Settings(compile_after=0, shadow_every=1))
    await run(schema, node, "nasty")
    assert (stats(schema)["shadowed"], stats(schema)["differences"]) == (1, 0)


@pytest.mark.parametrize("wrong", [{"message": "another"}, {"path": ["number"]}, {"path": ["nowhere"]}, {"path": ["failing", "beneath"]}])
async def test_in_shadow_another_error_is_told(schema, wrong: dict[str, object], monkeypatch: pytest.MonkeyPatch):
    configure(schema, Settings(compile_after=0, shadow_every=1))
    built = CompiledExecutor.build_response

    def another(self, data):
        error = self.collected_errors.errors[0]
        error.path, error.message = wrong.get("path", error.path), wrong.get("message", error.message)
        return built(self, data)

    monkeypatch.setattr(CompiledExecutor, "build_response", another)
    await run(schema, parse("{ failing number }"), "nasty")
    assert (stats(schema)["shadowed"], stats(schema)["differences"]) == (1, 1)


async def test_mutations_are_never_run_twice(schema):
    configure(schema, Settings(compile_after=0, shadow_every=1))
    _, errors, calls = await run(schema, parse("mutation { change { number } }"))
    assert (errors, calls) == ([], [("change", 1, ("change",))])
    assert stats(schema)["shadowed"] == 0


@pytest.mark.parametrize(
    "text",
    ["{ named { number ... on Box { thing { number } } } any { __typename } }", "mutation { change { number next { number } } strictChange { number } }"],
)
async def test_what_is_beneath_an_abstract_type_or_a_mutation_is_compiled(schema, text: str, monkeypatch: pytest.MonkeyPatch):
    """The reference finds the type, and runs mutations one after another; it executes none of what they select."""
    node = parse(text)
    expected = await run(schema, node, compiled=False)
    monkeypatch.setattr(CompiledExecutor, "execute_collected_subfields", lambda *_: pytest.fail("by the reference"))
    assert await run(schema, node) == expected


@pytest.mark.parametrize("text", [TEXT, "{ thing { next { number } } }", "{ named { number ... on Box { thing { number } } } strictThings { number } }"])
async def test_a_fault_of_generated_code_is_answered_by_the_reference(schema, text: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    function, node = codegen.Source.function, parse(text)
    expected = await run(schema, node, compiled=False)

    def faulty(self, name, codes):
        self.lines = [line.replace(" r = {'number'", " r = no_such_name, {'number'") for line in self.lines]
        return function(self, name, codes)

    monkeypatch.setattr(codegen.Source, "function", faulty)
    data, errors, _ = await run(schema, node)
    assert (data, errors) == expected[:2]
    assert stats(schema)["faults"] > 0
    assert "no_such_name" in caplog.text
    before = stats(schema)["compiled"]
    assert await run(schema, node) == expected, "the plan is used no more"
    assert stats(schema)["compiled"] == before


async def test_a_selection_that_does_not_compile_is_the_references(schema, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    node, selection = parse(TEXT), codegen.selection
    expected = await run(schema, node, compiled=False)
    monkeypatch.setattr(codegen, "selection", lambda plan, fields: selection(plan, fields) if fields[0].parent.name != "Thing" else 1 / 0)
    caplog.set_level(logging.CRITICAL, "graphql_plan")
    assert await run(schema, node) == expected
    assert stats(schema)["selections_failed"] == 3
    assert stats(schema)["compiled"] == 1


async def test_a_resolver_s_own_error_is_no_fault(schema):
    _, errors, _ = await run(schema, parse("{ thing(number: 6) { bares { number } failing } }"), "nasty")
    assert errors[0][4] == "AttributeError"
    assert stats(schema)["faults"] == 0


def test_an_enum_s_values_are_known_after_the_first():
    """Its metaclass has a `__getattr__` of its own on some Pythons: every enum was asked about anew, which the reference then completed."""
    assert runtime.is_plain(nasty.Colour)
    assert not runtime.is_plain(type("Lazy", (), {"__getattr__": lambda _self, _name: None}))
    assert not runtime.is_plain(type("Later", (), {"__await__": lambda _self: iter(())}))


def test_explain_says_how_each_value_is_got(schema):
    lines = explain(schema, "{ thing { number plain echo any { __typename } secret } }")
    assert lines[1:] == [
        "Thing.number: attribute number",
        "Thing.plain: its function",
        "Thing.echo: its function with its info",
        "Thing.any: its function with its info; its type is found by the reference",
        "Thing.secret: resolver",
    ]
    assert explain(schema, "{ nothing }")[0].startswith("the whole operation")
    assert explain(schema, "query ($a: Int!) { thing(number: $a) { number } }")[0].startswith("not executable")


async def test_a_hostile_document_costs_no_more_compiled(schema):
    """Wide, deep and wrong: aliases of failing fields by the hundred."""
    text = "{ thing { " + " ".join(f"a{number}: failing b{number}: next {{ number }}" for number in range(700)) + " } }"
    configure(schema, Settings(compile_after=1))
    first, later, reference = [], [], []
    for wide in (parse(text), parse(text), parse(text)):  # the quickest of three: what happened once was the machine
        for times, compiled in ((first, True), (later, True), (later, True), (reference, False)):
            started = time.process_time()
            await run(schema, wide, "nasty", compiled=compiled)
            times.append(time.process_time() - started)
    assert stats(schema)["compiled"] == 9
    assert min(later) < min(reference) * 1.5
    assert min(first) < min(reference) * 10, "compiling is once, and bounded by max_fields"


async def test_many_tasks_at_once(schema):
    node = parse(TEXT)
    expected = {viewer: await run(schema, node, viewer, compiled=False) for viewer in ("nasty", nasty.CLEAN)}

    async def one(viewer: str):
        context = nasty.Context(viewer)
        result = execute(schema._schema, node, nasty.Root(), context, executor_class=CompiledExecutor, is_awaitable=optimized_is_awaitable)
        return viewer, repr((await result).data if optimized_is_awaitable(result) else result.data)

    answers = await asyncio.gather(*(one(viewer) for viewer in ("nasty", nasty.CLEAN) * 100))
    assert {(viewer, data) for viewer, data in answers} == {(viewer, told[0]) for viewer, told in expected.items()}


def test_threads_share_a_schema(schema):
    nodes = [parse(TEXT) for _ in range(4)]
    expected = asyncio.run(run(schema, nodes[0], compiled=False))
    wrong: list[object] = []

    def work() -> None:
        for turn in range(40):
            answer = asyncio.run(run(schema, nodes[turn % len(nodes)]))
            if answer != expected:
                wrong.append(answer)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert stats(schema)["plans"] == len(nodes)


@pytest.mark.parametrize("executor", [CompiledExecutor, StrawberryGraphQLCoreExecutionContext])
async def test_cancellation_reaches_what_is_awaited(schema, executor):
    ended = []

    class Waiting(nasty.Context):
        async def _load(self, _viewer, keys):
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                ended.append(tuple(keys))
                raise

    node = parse("{ thing { loaded { number } tardy strictNext { loaded { number } } } }")
    if executor is CompiledExecutor:
        await run(schema, node)
    result = execute(schema._schema, node, nasty.Root(), Waiting(nasty.CLEAN), executor_class=executor, is_awaitable=optimized_is_awaitable)
    task = asyncio.ensure_future(result)
    for _ in range(5):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def test_loaders_get_the_same_batches(schema):
    node = parse("{ thing { loaded { number loaded { number } } strictThings { loaded { number } things { loaded { number } } } } }")
    reference = await run(schema, node, compiled=False)
    assert await run(schema, node) == await run(schema, node) == reference
    assert len([call for call in reference[2] if call[0] == "batch"]) > 1


async def test_guards_are_asked_before_the_value_is_read():
    asked = []

    @strawberry.type
    class Query:
        number: int = 5

    built = strawberry.Schema(query=Query, execution_context_class=CompiledExecutor)
    configure(built, Settings(compile_after=0))
    field = built._schema.query_type.fields["number"]
    inner = field.resolve

    def allows(root, context) -> bool:
        asked.append(context)
        if context == "broken":
            raise ValueError("guard")
        return context == "friend"

    def guarded(root, info, **arguments):
        if allows(root, info.context):
            return inner(root, info, **arguments)
        raise PermissionError("no")

    guarded.plan_guard = (allows, inner)
    field.resolve = guarded
    node = parse("{ number }")
    assert explain(built, "{ number }") == ["Query.number: attribute number, guarded"]
    for context in ("friend", "enemy", "broken"):
        told_both = []
        for executor in (StrawberryGraphQLCoreExecutionContext, CompiledExecutor):
            result = execute(built._schema, node, Query(), context, executor_class=executor, is_awaitable=optimized_is_awaitable)
            told_both.append((result.data, [one.message for one in result.errors or ()]))
        assert told_both[0] == told_both[1]
        assert (told_both[0][0] is None) == (context != "friend")
    assert len(asked) >= 6
    assert stats(built)["faults"] == 0
