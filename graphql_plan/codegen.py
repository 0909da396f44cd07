"""The source of one selection: straight-line Python with a constant shape, bound to its names afterwards.

Source holds GraphQL names, attribute names and repr() of them only; all else is a bound name. Lines that run somebody else's code
(resolvers, attributes, guards, serializers) are noted: an error raised in any other line is a fault of this module.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    is_leaf_type,
)

from graphql_plan import flat
from graphql_plan.fields import Selected, ignores_info
from graphql_plan.runtime import FILE, HELPERS, UNREAD

if TYPE_CHECKING:
    from graphql_plan.plan import Plan

_BASE: dict[str, Any] = HELPERS | {
    "INFINITY": float("inf"),
    "UNREAD": UNREAD,
    "WHOLE": frozenset((dict, list, type(None))),
    "JSON": frozenset((str, int, float, bool, dict, list)),
}


class Source:
    """Lines under way, with the names that they need."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.lines: list[str] = []
        self.bound: dict[str, Any] = {"KNOWN": plan.known}
        self.foreign: list[int] = []

    def add(self, depth: int, *lines: str, foreign: bool = False) -> None:
        for line in lines:
            self.lines.append(" " * depth + line)
            if foreign:
                self.foreign.append(len(self.lines))

    def bind(self, prefix: str, value: Any) -> str:
        name = f"{prefix}{len(self.bound)}"
        self.bound[name] = value
        return name

    def function(self, name: str, codes: dict[str, CodeType]) -> Callable[..., Any]:
        text = "\n".join(self.lines)
        code = codes.get(text)
        if code is None:
            code = compile(text, FILE, "exec", dont_inherit=True)
            codes[text] = code
        namespace = _BASE | self.bound | {"foreign_lines": frozenset(self.foreign), "__name__": __name__}
        exec(code, namespace)  # noqa: S102 - names of the schema and repr() only
        made: Callable[..., Any] = namespace[name]
        return made


def selection(plan: Plan, fields: list[Selected], *, resumed: bool = False) -> Callable[..., Any]:
    """s(x, source, path): the selection's dictionary, or a coroutine of it. A `resumed` one is given the error that stopped the reading, if
    one did, and the values that were read before."""
    out = Source(plan)
    given = [f"f{number}" for number, one in enumerate(fields) if one.way.kind != "typename"] if resumed else []
    out.add(0, f"def s({', '.join(('x', 'o', 'p', *(['e'] if resumed else []), *given))}):", " a = None", " try:", "  pass")
    shown = []
    for number, one in enumerate(fields):
        if one.way.kind == "typename":
            shown.append(f"{one.key!r}: {one.parent.name!r}")
            continue
        shown.append(f"{one.key!r}: v{number}")
        _field(out, one, f"v{number}", f"f{number}" if resumed else None)
    out.add(0, " except Exception:", "  drop(x, a)", "  raise", f" r = {{{', '.join(shown)}}}", " return r if a is None else gather(r, a)")
    return out.function("s", plan.codes)


def _field(out: Source, one: Selected, v: str, given: str | None) -> None:
    name = out.bind("F", one)
    key = repr(one.key)
    out.add(2, "try:", " i = None")
    if given is not None:
        out.add(3, f"if {given} is not UNREAD: {v} = {given}", "elif e is not None:", " y = e", " e = None")
        out.add(4, "raise y", foreign=True)
        out.add(3, "else:")
    _resolve(out, one, name, v, 3 if given is None else 4)
    if one.complete is None:
        leaf = one.type.of_type if isinstance(one.type, GraphQLNonNull) else one.type
        slow = [f"{v} = slow(x, {name}, p, i, {v})", f"if x.is_awaitable({v}): a = put(a, {key}, {v})"]
        if is_leaf_type(leaf):
            _leaf(out, 3, leaf, isinstance(one.type, GraphQLNonNull), v, slow, key, one)
        else:
            out.add(3, *slow)
    else:
        place = f"(p, {key}, {one.parent.name!r})"
        complete = f"{v} = {out.bind('C', one.complete)}(x, {place}, i, {v}, False)"
        small = flat.leaves(out.plan, one)
        if small is None and one.way.kind != "attribute":
            out.add(3, f"w = {name}.ahead and ahead(x, {name}, {v})", f"if w and len(w) > 1: {v} = later(x, {name}, {place}, {v}, w)", f"else: {complete}")
        elif small is None:
            out.add(3, complete)
        else:
            flat.inline(out, one, small, v, place, complete)
        out.add(3, f"if type({v}) not in WHOLE and x.is_awaitable({v}):", f" {v} = awaited(x, {name}, {place}, {v})", f" a = put(a, {key}, {v})")
    out.add(2, "except Exception as z:", f" {v} = fail_or_redo(x, {name}, p, o, z)")
    out.add(3, f"if {v} is not None and x.is_awaitable({v}): a = put(a, {key}, {v})")


def _resolve(out: Source, one: Selected, name: str, v: str, start: int) -> None:
    way, depth = one.way, start
    has_arguments = bool(one.definition.args or one.nodes[0].arguments)
    if way.kind == "informed" and has_arguments:
        out.add(depth, f"q = {name}.constants", f"if q is None: q = constants(x, {name})", "if q is not None:")
        depth += 1
    for guard in way.guards:
        out.add(depth, f"if {out.bind('G', guard)}(o, x.context_value):", foreign=True)
        depth += 1
    if way.kind == "attribute":
        out.add(depth, f"{v} = o.{way.attribute}", foreign=True)
    elif way.kind == "direct":
        out.add(depth, f"{v} = {out.bind('D', way.direct)}(o)", foreign=True)
    elif way.kind == "informed":
        info = f"Informed(x, {name}, (p, {one.key!r}, {one.parent.name!r}))"
        out.add(depth, f"{v} = {out.bind('D', way.direct)}(o, {info}{', **q' if has_arguments else ''})", foreign=True)
    else:
        _called(out, depth, one, name, v)
    while depth > start:
        depth -= 1
        out.add(depth, "else:")
        _called(out, depth + 1, one, name, v)


def _called(out: Source, depth: int, one: Selected, name: str, v: str) -> None:
    resolve = "x.field_resolver" if one.way.resolve is None else out.bind("R", one.way.resolve)
    arguments = f", **arguments_of(x, {name})" if one.definition.args or one.nodes[0].arguments else ""
    out.add(depth, f"i = info_of(x, {name}, (p, {one.key!r}, {one.parent.name!r}))")
    out.add(depth, f"{v} = {resolve}(o, i{arguments})", foreign=True)


def _leaf(out: Source, depth: int, kind: Any, needed: bool, v: str, slow: list[str], key: str, one: Selected) -> None:
    """Complete the leaf in `v`; `slow` is what to do with an unusual value."""
    exact = flat.EXACT.get(kind)
    nothing = "" if needed else f"{v} is None or "
    if exact is not None:
        out.add(depth, f"if not ({nothing}{exact.format(v=v)}):", *(f" {line}" for line in slow))
        return
    odd, kind_name = out.bind("T", kind), ""
    if isinstance(kind, GraphQLEnumType):
        kind_name = out.bind("M", one.names)
        out.add(depth, f"t = {kind_name}.get(id({v}))", "if t is not None:", f" {v} = t")
        call = f"t = member({odd}, {kind_name}, {out.bind('K', [])}, {v})"
    else:
        call = f"t = {out.bind('L', kind.coerce_output_value)}({v})"
    if not needed:
        out.add(depth, f"{'elif' if kind_name else 'if'} {v} is None: pass")
    out.add(depth, f"{'elif' if kind_name or not needed else 'if'} type({v}) in KNOWN:")
    out.add(depth, f" {call}", foreign=True)
    out.add(depth, " if type(t) in JSON:", f"  {v} = t", " else:")
    out.add(depth, f"  {v} = odd_leaf({odd}, {v}, t)", foreign=True)
    out.add(depth, f"  if x.is_awaitable({v}): a = put(a, {key}, {v})", "else:", *(f" {line}" for line in slow))


def completion(plan: Plan, one: Selected, kind: Any) -> Callable[..., Any] | None:
    """c(x, path, info, value, settled) of a composite type; None for a leaf."""
    needed = isinstance(kind, GraphQLNonNull)
    inner = kind.of_type if needed else kind
    if is_leaf_type(inner):
        return None
    out = Source(plan)
    name = out.bind("F", one)
    out.add(0, "def c(x, p, i, v, w):")
    if not needed:
        out.add(1, "if v is None: return None")
    if isinstance(inner, GraphQLObjectType):
        _object(out, plan, one, inner, name)
    elif isinstance(inner, GraphQLList):
        out.add(1, "if type(v) is list or type(v) is tuple:", f" return {out.bind('S', _listed(plan, one, inner.of_type))}(x, p, i, v)")
    out.add(1, f"return unknown(x, {name}, p, i, v, w)")
    return out.function("c", plan.codes)


def _object(out: Source, plan: Plan, one: Selected, kind: GraphQLObjectType, name: str) -> None:
    select = plan.position(kind, one.details)
    if select is None:
        return
    out.add(1, "if type(v) in KNOWN:")
    if kind.is_type_of is not None:
        if not ignores_info(kind.is_type_of):
            out.add(2, f"if i is None: i = info_of(x, {name}, p)")
        out.add(2, f"k = {_asked(out, kind)}", foreign=True)
        out.add(2, f"if k is not True: return typed(x, {name}, {out.bind('T', kind)}, p, v, k)", foreign=True)
    out.add(2, f"return {out.bind('S', select)}(x, v, p)")


def _asked(out: Source, kind: GraphQLObjectType) -> str:
    """What `is_type_of` answers, by the class where nothing else decides it."""
    mine = out.plan.mine(kind)
    if mine is None:
        return f"{out.bind('O', kind.is_type_of)}(v, i)"
    name = out.bind("N", mine)
    return f"True if type(v) in {name} else {name}.asked(v, i)"


def _listed(plan: Plan, one: Selected, kind: Any) -> Callable[..., Any]:
    """l(x, path, info, items): a list's items completed, or a coroutine of them."""
    out = Source(plan)
    name, item = out.bind("F", one), out.bind("I", kind)
    needed = isinstance(kind, GraphQLNonNull)
    inner = kind.of_type if needed else kind
    slow = [f"v = slow_item(x, {name}, {item}, (p, n, None), i, v)", "if x.is_awaitable(v): a = put(a, n, v)"]
    if isinstance(inner, GraphQLObjectType) and inner.is_type_of is not None and not ignores_info(inner.is_type_of):
        out.add(0, "def l(x, p, i, q):", f" if i is None: i = info_of(x, {name}, p)")
    else:
        out.add(0, "def l(x, p, i, q):")
    out.add(0, " r = []", " a = None", " n = 0", " q = iter(q)", " try:", "  for v in q:", "   try:")
    if is_leaf_type(inner):
        _leaf(out, 4, inner, needed, "v", slow, "n", one)
    else:
        _composite_item(out, plan, one, inner, needed, slow)
    out.add(3, "except Exception as z:", f" v = fail_item(x, {name}, {item}, (p, n, None), z)", "r.append(v)", "n += 1")
    out.add(1, "except Exception:", " drop(x, a, q)", " raise", "return r if a is None else gather(r, a)")
    return out.function("l", plan.codes)


def _composite_item(out: Source, plan: Plan, one: Selected, inner: Any, needed: bool, slow: list[str]) -> None:
    """An item that is an object or a list; one of an abstract type goes to the reference, which finds its type."""
    name = "F1"
    if not needed:
        out.add(4, "if v is None: pass")
    select = plan.position(inner, one.details) if isinstance(inner, GraphQLObjectType) else None
    if select is not None:
        out.add(4, f"{'if' if needed else 'elif'} type(v) in KNOWN:")
        if inner.is_type_of is not None:
            out.add(5, f"k = {_asked(out, inner)}", foreign=True)
            typed = f"typed(x, {name}, {out.bind('T', inner)}, (p, n, None), v, k)"
            out.add(5, f"v = {out.bind('S', select)}(x, v, (p, n, None)) if k is True else {typed}", foreign=True)
        else:
            out.add(5, f"v = {out.bind('S', select)}(x, v, (p, n, None))")
    elif isinstance(inner, GraphQLList):
        out.add(4, f"{'if' if needed else 'elif'} type(v) is list or type(v) is tuple:")
        out.add(5, f"v = {out.bind('S', _listed(plan, one, inner.of_type))}(x, (p, n, None), i, v)")
    else:
        out.add(4, *([*slow] if needed else ["else:", *(f" {line}" for line in slow)]))
        return
    out.add(5, "if type(v) not in WHOLE and x.is_awaitable(v):", " v = awaited_item(x, F1, I2, (p, n, None), v)", " a = put(a, n, v)")
    out.add(4, "else:", *(f" {line}" for line in slow))
