"""Small objects written out where they stand: a sum of money, a quantity, whose fields are leaves that are read at once.

The usual case costs no call. Whatever is unusual goes, with what was read already, to the selection's own function, which reads the rest:
nothing is read twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLString,
    is_leaf_type,
)

if TYPE_CHECKING:
    from graphql_plan.codegen import Source
    from graphql_plan.fields import Selected
    from graphql_plan.plan import Plan

MOST_LEAVES = 6
# When a leaf is its own serialized form.
EXACT = {GraphQLString: "type({v}) is str", GraphQLID: "type({v}) is str", GraphQLBoolean: "type({v}) is bool"}
EXACT |= {
    GraphQLInt: "type({v}) is int and -2147483648 <= {v} <= 2147483647",
    GraphQLFloat: "type({v}) is float and -INFINITY < {v} < INFINITY",
}


def leaves(plan: Plan, one: Selected) -> list[Selected] | None:
    """The fields of the object that `one` gives, where all of them are such leaves."""
    kind = _bare(one.type)
    if not isinstance(kind, GraphQLObjectType) or plan.positions.get((kind.name, id(one.details))) is None:
        return None
    if kind.is_type_of is not None and plan.mine(kind) is None:
        return None
    found = plan.children[kind.name, id(one.details)]
    if len(found) > MOST_LEAVES or all(child.way.kind == "typename" for child in found):
        return None
    return found if all(_is_leaf(child) for child in found) else None


def _is_leaf(child: Selected) -> bool:
    if child.way.kind == "typename":
        return True
    if child.way.kind not in ("attribute", "direct") or child.way.guards:
        return False
    kind = _bare(child.type)
    return is_leaf_type(kind) and (isinstance(kind, GraphQLEnumType) or exact(kind) is not None)


def exact(kind: Any) -> str | None:
    """The condition under which a value of the leaf type is its own serialized form."""
    if kind in EXACT:
        return EXACT[kind]
    return "type({v}) is str" if getattr(kind, "coerce_output_value", None) is str else None


def inline(out: Source, one: Selected, fields: list[Selected], v: str, place: str, complete: str) -> None:
    """Complete the object in `v`; `complete` is the line that does it for any."""
    kind = _bare(one.type)
    depth = 3
    if not isinstance(one.type, GraphQLNonNull):
        out.add(depth, f"if {v} is not None:")
        depth += 1
    known = "KNOWN" if kind.is_type_of is None else out.bind("N", one.plan.mine(kind))
    names = [f"f{number}" for number, child in enumerate(fields) if child.way.kind != "typename"]
    resumed = f"{out.bind('S', one.plan.resumed(kind, one.details))}(x, {v}, {place}, {{}}, {', '.join(names)})"
    out.add(depth, f"if type({v}) in {known}:", f" {' = '.join(names)} = UNREAD", " t = None", " try:")
    _read(out, depth + 2, fields, v)
    out.add(depth + 1, "except Exception as z:", f" {v} = {resumed.format('z')}", f"else: {v} = t if t is not None else {resumed.format(None)}")
    out.add(depth, "else:", f" {complete}")


def _read(out: Source, depth: int, fields: list[Selected], v: str) -> None:
    """Read one leaf after the other as long as they are usual, and put the object together: `t`."""
    shown = []
    for number, child in enumerate(fields):
        if child.way.kind == "typename":
            shown.append(f"{child.key!r}: {child.parent.name!r}")
            continue
        f = f"f{number}"
        read = f"{v}.{child.way.attribute}" if child.way.kind == "attribute" else f"{out.bind('D', child.way.direct)}({v})"
        out.add(depth, f"{f} = {read}", foreign=True)
        condition, told = _leaf(out, child, f)
        out.add(depth, f"if {condition}:")
        depth += 1
        shown.append(f"{child.key!r}: {told}")
    out.add(depth, f"t = {{{', '.join(shown)}}}")


def _leaf(out: Source, child: Selected, f: str) -> tuple[str, str]:
    """When the value in `f` is usual, and what it is told as."""
    needed = isinstance(child.type, GraphQLNonNull)
    kind = _bare(child.type)
    if isinstance(kind, GraphQLEnumType):
        members = out.bind("M", child.names)
        condition, told = f"id({f}) in {members}", f"{members}[id({f})]"
        return (condition, told) if needed else (f"({f} is None or {condition})", f"None if {f} is None else {told}")
    condition = str(exact(kind)).format(v=f)
    return (condition if needed else f"({f} is None or {condition})"), f


def _bare(kind: Any) -> Any:
    return kind.of_type if isinstance(kind, GraphQLNonNull) else kind
