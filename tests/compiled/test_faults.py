"""Can the differential suite fail? Faults sown into the compiler, each of which it must find."""

import inspect
import textwrap
from collections.abc import Callable
from typing import Any

import pytest

from graphql_plan import Settings, arguments, cache, codegen, configure, executor, informed, plan, runtime, starting
from schema import loaders
from tests.compiled import nasty
from tests.compiled.comparing import quietly
from tests.compiled.generator import Generator
from tests.compiled.test_differential import SEED, Tally, compared, every_field

MOST = 4000
TEXTUAL = {  # a fault in generated text: what becomes what
    "any class is a text": (" is str)", " is not None)"),
    "any whole number fits": (" and -2147483648 <= ", " or -2147483648 <= "),
    "infinity is a number": ("-INFINITY < ", "-INFINITY <= "),
    "items stand still": ("   n += 1", "   pass"),
    "errors of items are forgotten": (" v = fail_item(", " v = (lambda *_: None)("),
    "errors of fields are forgotten": (" = fail_or_redo(", " = (lambda *_: None)("),
    "what is late is not awaited": (": a = put(a, ", ": v = put(a, "),
    "arguments are left out": (", **arguments_of(x,", ", **(lambda *_: {})(x,"),
    "constant arguments are left out": (", **q)", ")"),
    "any object is of the type": ("if k is not True:", "if k == 5:"),
    "what was read is read again": (" is not UNREAD: ", " is None: "),
    "what stopped the reading is forgotten": ("elif e is not None:", "elif e == 5:"),
    "a small object's leaves are usual": ("     if type(f0) is str:", "     if f0 is not UNREAD:"),
    "a small object is of any class": ("in N", "in KNOWN or type(o) in N"),
    "nothing is an object": ("if v is None: return None", "if v is None: return {}"),
    "what is here at once waits for nothing": ("if w and len(w) > 1:", "if w == 5:"),
    "a single wait is one for all": ("len(w) > 1", "len(w) > 0"),
    "a list is its beginning": ("  for v in q:", "  for v in list(q)[:2]:"),
}


AHEAD = {  # a fault in reading ahead: in which function, what becomes what
    "nothing is begun": (runtime, informed.ahead, " in one.ahead:", " in ():"),
    "the first alone is begun": (runtime, informed.ahead, " in one.ahead:", " in one.ahead[:1]:"),
    "it is begun twice": (runtime, informed.ahead, " in one.ahead:", " in one.ahead * 2:"),
    "it is begun for too few": (runtime, informed.ahead, ", sources,", ", sources[1:],"),
    "it is begun for one of them": (runtime, informed.ahead, ", sources,", ", sources[:1] * len(sources),"),
    "it is begun for who may not": (runtime, informed.ahead, "if all(", "if True or all("),
    "it is begun without its arguments": (runtime, informed.ahead, ", **arguments", ""),
    "it is not waited for": (runtime, informed.all_of, "for each in begun:", "for each in ():"),
    "the last alone is waited for": (runtime, informed.all_of, "for each in begun:", "for each in begun[-1:]:"),
    "what was begun fails the rest": (runtime, informed.all_of, "except Exception:", "except OSError:"),
    "lists are not opened": (informed, informed._opened, "if type(each) is list or type(each) is tuple:", "if False:"),
    "attributes are not followed": (informed, informed._reached, "in path:", "in path[1:]:"),
    "the way there is forgotten": (plan.Plan, plan.Plan._ahead, "(child.way.attribute, *path)", "path"),
    "variables have no values": (arguments.Passing, arguments.Passing.of, "found[name] = value", "found[name] = None"),
    "nothing stands in for a variable": (arguments.Passing, arguments.Passing.of, "if value is None:", "if value == 5:"),
    "other arguments are left out": (arguments.Passing, arguments.Passing.of, "self.fixed.copy()", "{}"),
    "a variable's value is what came": (starting.Start, starting.Start.values, "value = variable.leaf.coerce_input_value(value)", "pass"),
    "no variable has a default": (starting.Start, starting.Start.values, " or variable.signature.default is not None", ""),
    "nothing is no value": (starting.Start, starting.Start.values, "coerced[name] = value", "coerced.update({} if value is None else {name: value})"),
    "what is written out holds no variable": (arguments, arguments._passing, "isinstance(node, ListValueNode | ObjectValueNode)", "False"),
    "any argument is handed on": (arguments, arguments._is_handed_on, "return kind", "return True or kind"),
}


@pytest.fixture(autouse=True)
def quiet():
    end = quietly()
    yield
    end()


async def found() -> bool:
    """Whether an operation differs, or a fault shows in the counts."""
    schema = nasty.built()
    configure(schema, Settings(compile_after=0))
    generator, tally, number = Generator(schema._schema, SEED, favoured=nasty.AHEAD), Tally(), 0
    await every_field(schema, tally)
    while not tally.wrong and tally.run < MOST:
        number += 1
        await compared(schema, tally, *generator.operation(mutation=number % 6 == 0))
    counts = cache.cache_of(schema._schema).counts
    return bool(tally.wrong or counts["faults"] or counts["selections_failed"] or counts["operations_failed"])


@pytest.mark.parametrize("name", TEXTUAL)
async def test_a_fault_in_generated_text_is_found(name: str, monkeypatch: pytest.MonkeyPatch):
    right, wrong = TEXTUAL[name]
    function = codegen.Source.function
    sown = []

    def faulty(self, called: str, codes):
        sown.extend(line for line in self.lines if right in line)
        self.lines = [line.replace(right, wrong) for line in self.lines]
        return function(self, called, codes)

    monkeypatch.setattr(codegen.Source, "function", faulty)
    assert await found()
    assert sown, "the fault is in no line: the text has changed"


@pytest.mark.parametrize("name", AHEAD)
async def test_a_fault_in_reading_ahead_is_found(name: str, monkeypatch: pytest.MonkeyPatch):
    where, function, right, wrong = AHEAD[name]
    text = textwrap.dedent(inspect.getsource(function))
    assert right in text, "the fault is in no line: the text has changed"
    made: dict[str, Any] = {}
    exec("from __future__ import annotations\n" + text.replace(right, wrong), function.__globals__, made)  # noqa: S102 - our own text
    monkeypatch.setattr(where, function.__name__, made[function.__name__])
    if function.__name__ in codegen._BASE:
        monkeypatch.setitem(codegen._BASE, function.__name__, made[function.__name__])
    assert await found()


def keyed_by_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cache, "_booleans", lambda _x: set())


def only_the_first_node(patch: pytest.MonkeyPatch) -> None:
    path_of = informed.path_of
    patch.setattr(informed, "info_of", lambda x, one, place: x.build_resolve_info(one.definition, one.nodes[:1], one.parent, path_of(place)))


def named_by_field(patch: pytest.MonkeyPatch) -> None:
    made = plan.Plan._selected
    patch.setattr(plan.Plan, "_selected", lambda self, kind, key, details: made(self, kind, details[0].node.name.value, details))


def mutations_side_by_side(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(executor.CompiledExecutor, "execute_fields_serially", executor.CompiledExecutor.execute_fields)


def errors_are_plain(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(runtime, "is_plain", lambda _kind: True)


def nothing_is_a_leaf(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(codegen._BASE, "odd_leaf", lambda _kind, _value, coerced: coerced)


def late_objects_are_lost(patch: pytest.MonkeyPatch) -> None:
    async def finish(x, one, place, info, value):
        await value

    patch.setattr(runtime, "finish", finish)


def one_after_another(patch: pytest.MonkeyPatch) -> None:
    async def gather(results, waiting):
        for key, value in waiting.items():
            results[key] = await value
        return results

    patch.setitem(codegen._BASE, "gather", gather)


def errors_of_what_is_late_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(runtime, "fail", lambda *_: None)


def errors_of_what_was_read_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    now = loaders._Answer.now
    patch.setattr(loaders._Answer, "now", lambda self, then: None if self._error is not None else now(self, then))


SOWN = (
    keyed_by_nothing, only_the_first_node, named_by_field, mutations_side_by_side, errors_are_plain, nothing_is_a_leaf, late_objects_are_lost, one_after_another,
    errors_of_what_is_late_are_forgotten, errors_of_what_was_read_are_forgotten,
)  # fmt: skip


@pytest.mark.parametrize("sow", SOWN, ids=lambda sow: sow.__name__)
async def test_a_fault_in_what_surrounds_it_is_found(sow: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch):
    sow(monkeypatch)
    assert await found()
