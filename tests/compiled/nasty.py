"""A schema whose resolvers give everything that a completed value may be: late, wrong, missing, raised, or of another class."""

# ruff: noqa: UP007
import asyncio
import math
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, NewType, Union

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission
from strawberry.schema.config import StrawberryConfig

from graphql_plan import CompiledExecutor
from resolvers.viewer import Viewer, ViewerKind
from schema.loaders import Loaders

CLEAN = "clean"
ALL_FAIL = 4  # with this argument a loader has nothing but an error for those who are not CLEAN
AHEAD = ("ledger", "lines", "first", "foreseen", "row", "strictRow", "rowThings", "said")  # fields that are read ahead, those above, and one with arguments
Whole = strawberry.scalar(name="Whole", serialize=lambda value: None if value == 13 else str(value), parse_value=int)
WHOLE = Decimal
Text = strawberry.scalar(name="Text", serialize=str, parse_value=str)
TEXT = NewType("TEXT", str)
CONFIG = StrawberryConfig(scalar_map={Decimal: Whole, TEXT: Text})


class Broken(Exception):
    extensions = {"code": "BROKEN"}  # noqa: RUF012


@strawberry.enum
class Colour(Enum):
    RED = "red"
    GREEN = "green"


class Signed(BasePermission):
    message = "not signed in"

    def has_permission(self, source: Any, info: Any, **_: Any) -> bool:
        noted(info, "permission", 0)
        return info.context.viewer != "stranger"


class Loud(FieldExtension):
    def resolve(self, next_: Any, source: Any, info: strawberry.Info, **arguments: Any) -> Any:
        noted(info, "extension", 0)
        return f"{next_(source, info, **arguments)}!"


class Context:
    """What one execution saw: calls in order, each with its path, the batches of its loaders, and what was begun ahead. Strawberry's own loader may wait
    for ever: where whoever asked first was cancelled before his batch began, nobody reads for those who come later."""

    def __init__(self, viewer: str) -> None:
        self.viewer = viewer
        self.calls: list[Any] = []
        self.begun: list[Any] = []
        self.loaders = Loaders(Viewer(ViewerKind.SYSTEM, "test"))

    def load(self, key: int) -> Awaitable[Any]:
        return self.loaders.by_id(self._load, key)

    async def rows(self, _viewer: Viewer, things: list[Any], times: int) -> dict[int, Any]:
        self.calls.append(("batch", tuple((one.number, times) for one in things), ()))
        await late(None, times % 4)  # a generator asks for two thousand million
        if times == ALL_FAIL and meets(self.viewer, times):
            raise Broken("no row at all")
        return {one.pk: Broken("a row") if meets(self.viewer, one.number) and one.number % 5 == 3 else one.number * times for one in things}

    async def _load(self, _viewer: Viewer, keys: list[int]) -> dict[int, Any]:
        self.calls.append(("batch", tuple(keys), ()))
        return {key: Broken(f"no {key}") if meets(self.viewer, key) and key % 5 == 4 else make(key + 10, self.viewer) for key in keys}


def meets(viewer: str, number: int) -> bool:
    """Whether the viewer meets the nasty answers of that number: a stranger meets few, and is refused some things."""
    return viewer != CLEAN and (viewer != "stranger" or number % 3 == 1)


async def late(value: Any, turns: int = 1) -> Any:
    for _ in range(turns):
        await asyncio.sleep(0)
    if isinstance(value, Exception):
        raise value
    return value


def noted(info: Any, name: str, number: int) -> None:
    info.context.calls.append((name, number, tuple(info.path.as_list())))


def logged(info: Any, name: str, number: int) -> bool:
    """Note the call; whether this viewer meets the nasty answers."""
    noted(info, name, number)
    return meets(info.context.viewer, number)


def foreseen(function: Any) -> Any:
    """What `begin` gives is a hint: whatever goes wrong with it, the answer is the same."""

    def begin(context: Any, things: list[Any], **_arguments: Any) -> Iterator[Any]:
        context.begun.append((function.__name__, [one.number for one in things]))
        for one in things:
            if one.number % 7 == 3:
                raise Broken("ahead of time")
            yield late(Broken("ahead of time") if one.number % 3 == 0 else one.number)

    function.plan_ahead = begin
    return function


def rows_ahead(function: Any) -> Any:
    """As the product's fields do: the loader that the field will ask is asked before."""

    def begin(context: Any, things: list[Any], times: int = 1) -> Any:
        context.begun.append((function.__name__, [one.number for one in things]))
        return context.loaders.ahead(context.rows, things, times)

    function.plan_ahead = begin
    return function


def answer(thing: Any, info: Any, times: int, then: Any = None) -> Any:
    return info.context.loaders.answer(info.context.rows, thing, times, then=then)


class Kind:
    """Ways to tell a type."""

    @classmethod
    def whichever(cls, value: Any, _info: Any) -> bool:
        return isinstance(value, cls)

    @classmethod
    def asking(cls, value: Any, info: Any) -> bool:
        return isinstance(value, cls) and info.context is not None


@strawberry.interface
class Named:
    number: int = 1
    title: str = ""

    @strawberry.field
    def shout(self, info: strawberry.Info, times: int = 1) -> str:
        logged(info, "shout", self.number)
        return self.title.upper() * min(times, 9)  # a generator asks for two thousand million, and the run's memory was 20 GB


class Purse:
    """What small objects are resolved from: attributes that say when they are read, and are as nasty as the number for those who are not CLEAN."""

    def __init__(self, number: int, info: Any) -> None:
        self.number, self.info = number, info

    def _told(self, name: str, usual: Any, *nasty: Any) -> Any:
        found = _chosen([usual, *nasty], self.number % (len(nasty) + 1) if logged(self.info, name, self.number) else 0)
        if isinstance(found, Broken) and self.number % 2:
            raise found
        return found

    @property
    def amount(self) -> Any:
        return self._told("amount", "1.50", Broken("amount"), 5, None, late("2.50"), "3.50", Broken("amount"))

    @property
    def colour(self) -> Any:
        return self._told("colour", Colour.RED, None, Colour.GREEN, "red", Broken("colour"))

    @property
    def size(self) -> Any:
        return self._told("size", 5, 2**40, None, True, late(3), Broken("size"))

    @property
    def exactly(self) -> Any:
        return self._told("exactly", "7", 7, Broken("exactly"), None, late(None))


class Chain(Purse):
    pass


@strawberry.type
class Coin:
    """Leaves alone; any object may be one."""

    amount: str
    colour: Colour | None
    size: int | None
    exactly: TEXT | None

    @strawberry.field
    def told(root: strawberry.Parent[Purse]) -> str | None:  # noqa: N805
        return root._told("told", "told", Broken("told"), None, 4)


@strawberry.type
class Tag:
    """The same, of one class."""

    amount: str | None
    colour: Colour

    @strawberry.field
    def told(root: strawberry.Parent[Purse]) -> str:  # noqa: N805
        return root._told("told", "told", None, Broken("told"), "said")

    @classmethod
    def is_type_of(cls, value: object, _info: object) -> bool:
        return isinstance(value, Chain)


@strawberry.type
class Rows:
    """What a list is read ahead for, and what fails beside it."""

    number: int = 1

    @property
    def pk(self) -> int:
        return self.number

    @strawberry.field
    def failing(self, info: strawberry.Info) -> int | None:
        if logged(info, "failing", self.number) and self.number % 2:
            raise Broken(f"odd {self.number}")
        return self.number

    @strawberry.field
    def strict(self, info: strawberry.Info) -> int:
        nasty = logged(info, "strict", self.number)
        return None if nasty and self.number % 7 == 3 else 2**40 if nasty and self.number % 11 == 5 else self.number  # type: ignore[return-value]

    @strawberry.field
    @foreseen
    def foreseen(self, info: strawberry.Info, times: int = 1) -> int | None:
        nasty = logged(info, "foreseen", self.number)
        return late(Broken("foreseen") if nasty and self.number % 4 == 1 else self.number * times) if self.number % 2 else times  # type: ignore[return-value]

    @strawberry.field
    @rows_ahead
    def row(self, info: strawberry.Info, times: int = 1) -> int | None:
        logged(info, "row", self.number)
        return answer(self, info, times)  # type: ignore[no-any-return]

    @strawberry.field
    @rows_ahead
    def strict_row(self, info: strawberry.Info, times: int = 1) -> str:
        nasty = logged(info, "strict_row", self.number)
        return answer(self, info, times, lambda found: None if nasty and self.number % 7 == 1 else f"{found + 1}")  # type: ignore[no-any-return]

    @strawberry.field
    @rows_ahead
    def row_things(self, info: strawberry.Info, times: int = 1) -> "list[Thing | None]":
        """What is here at once, or later, of many things."""
        logged(info, "row_things", self.number)
        viewer = info.context.viewer
        return answer(self, info, times, lambda found: [make(found + 1, viewer), make(found + 2, viewer)])  # type: ignore[no-any-return]


@strawberry.type
class Items(Rows):
    """Fields of every thing; `number` decides what is nasty about it."""

    @strawberry.field
    def plain(self) -> str:
        return f"plain {self.number}"

    @strawberry.field
    def rooted(root: strawberry.Parent[Any]) -> str | None:  # noqa: N805
        return Broken("rooted") if root.number % 5 == 2 else f"rooted {root.number}"  # type: ignore[return-value]

    @strawberry.field
    def seen(self, info: strawberry.Info) -> str:
        """What a resolver may see of its place in the operation."""
        raw = info._raw_info
        return f"{len(raw.field_nodes)} {raw.path.as_list()} {raw.parent_type} {raw.return_type} {sorted(raw.variable_values)}"

    @strawberry.field
    async def tardy(self, info: strawberry.Info) -> int | None:
        nasty = logged(info, "tardy", self.number)
        return await late(Broken("tardy") if nasty and self.number % 3 == 1 else self.number, self.number % 3)

    @strawberry.field
    async def tardy_strict(self, info: strawberry.Info) -> str:
        nasty = logged(info, "tardyStrict", self.number)
        return await late(None if nasty and self.number % 5 == 2 else f"t{self.number}", 2)

    @strawberry.field
    def coin(self, info: strawberry.Info) -> Coin | None:
        nasty = logged(info, "coin", self.number)
        return _chosen([Purse(self.number, info), Chain(self.number, info), None, late(Purse(self.number, info))], self.number % 4 if nasty else 0)

    @strawberry.field
    def coins(self, info: strawberry.Info) -> list[Coin | None]:
        logged(info, "coins", self.number)
        return [Purse(self.number + step, info) for step in range(3)]  # type: ignore[misc]

    @strawberry.field
    def tag(self, info: strawberry.Info) -> Tag | None:
        nasty = logged(info, "tag", self.number)
        return _chosen([Chain(self.number, info), Purse(self.number, info), late(Chain(self.number, info))], self.number % 5 % 3 if nasty else 0)

    @strawberry.field
    def strict_tag(self, info: strawberry.Info) -> Tag:
        logged(info, "strictTag", self.number)
        return Chain(self.number, info)  # type: ignore[return-value]

    @strawberry.field
    def value_error(self, info: strawberry.Info) -> str | None:
        return Broken("as a value") if logged(info, "valueError", self.number) else "fine"  # type: ignore[return-value]

    @strawberry.field
    def numbers(self, info: strawberry.Info) -> list[int | None] | None:
        nasty = logged(info, "numbers", self.number)
        odd = [1, None, "4", True, math.nan, 2**33, late(5), late(Broken("item")), Broken("value"), 3.0, []]
        return [odd[(self.number + step) % len(odd)] for step in range(3)] if nasty else [1, 2, None]  # type: ignore[misc]

    @strawberry.field
    def strict_numbers(self, info: strawberry.Info) -> list[int]:
        return [1, None if logged(info, "strictNumbers", self.number) and self.number % 4 == 1 else 2, 3]  # type: ignore[list-item]

    @strawberry.field
    def matrix(self, info: strawberry.Info) -> list[list[float | None] | None]:
        return [[1.5, math.inf, 2], None, (math.nan, late(1.0))] if logged(info, "matrix", self.number) else [[0.5], [1.25, None]]  # type: ignore[list-item]

    @strawberry.field
    def made(self, info: strawberry.Info) -> list[str]:
        logged(info, "made", self.number)
        return (str(step) for step in range(self.number % 4))  # type: ignore[return-value]

    @strawberry.field
    def breaking(self, info: strawberry.Info) -> list[str] | None:
        def steps() -> Iterator[Any]:
            yield "one"
            yield late("two")
            raise Broken("in a generator")

        return steps() if logged(info, "breaking", self.number) and self.number % 2 else ["whole"]  # type: ignore[return-value]

    @strawberry.field
    async def streamed(self, info: strawberry.Info) -> list[int]:
        logged(info, "streamed", self.number)
        return {self.number: 1}.keys()  # type: ignore[return-value]

    @strawberry.field
    def colour(self, info: strawberry.Info) -> Colour | None:
        nasty = logged(info, "colour", self.number)
        return ["red", None, Colour.GREEN, "blue", Broken("colour")][self.number % 5] if nasty else Colour.RED  # type: ignore[return-value]

    @strawberry.field
    def strict_colour(self) -> Colour:
        return Colour.GREEN if self.number % 2 else Colour.RED

    @strawberry.field
    def exact(self, info: strawberry.Info) -> WHOLE | None:
        return Decimal(13 if logged(info, "exact", self.number) and self.number % 3 == 0 else self.number)

    @strawberry.field(permission_classes=[Signed])
    def secret(self, info: strawberry.Info) -> str | None:
        logged(info, "secret", self.number)
        return f"secret {self.number}"

    @strawberry.field(extensions=[Loud()])
    def loud(self, info: strawberry.Info) -> str:
        logged(info, "loud", self.number)
        return f"loud {self.number}"

    @strawberry.field
    def echo(self, info: strawberry.Info, words: list[str] | None = None, colour: Colour | None = None, to: "Wish | None" = None) -> str:
        logged(info, "echo", self.number)
        return f"{words} {colour} {to}"

    @strawberry.field
    def said(self, info: strawberry.Info, word: str | None = "a", times: int | None = 2, clear: strawberry.Maybe[bool] = None, text: TEXT | None = None) -> str:
        logged(info, "said", self.number)
        return f"{word!r} {times!r} {clear!r} {text!r}"

    @strawberry.field
    async def ledger(self, info: strawberry.Info) -> "Ledger | None":
        nasty = logged(info, "ledger", self.number)
        lines: Any = [Line(number=self.number + step, bare=Bare(number=step, text="line")) for step in range(1, 5)]
        found = Ledger(number=self.number, lines=lines, first=lines[0], things=[make(self.number, info.context.viewer)])
        if nasty and self.number % 4 == 2:
            found.lines = [*lines, Broken("line"), None, *lines[:1]]
        return await late(Broken("ledger") if nasty and self.number % 9 == 8 else found, self.number % 2)  # type: ignore[no-any-return]

    @strawberry.field
    def next(self, info: strawberry.Info) -> "Thing | None":
        nasty = logged(info, "next", self.number)
        choices = [make(self.number + 1, info.context.viewer), None, late(make(self.number + 1, info.context.viewer)), late(None), "text", Broken("next")]
        return _chosen(choices, self.number % 6 if nasty else 0)

    @strawberry.field
    def strict_next(self, info: strawberry.Info) -> "Thing":
        nasty = logged(info, "strictNext", self.number)
        return _chosen([make(self.number + 2, info.context.viewer), None, late(make(self.number + 3, info.context.viewer))], self.number % 3 if nasty else 0)

    @strawberry.field
    async def loaded(self, info: strawberry.Info) -> "Thing | None":
        logged(info, "loaded", self.number)
        return await info.context.load(self.number)

    @strawberry.field
    def things(self, info: strawberry.Info, first: int = 3) -> "list[Thing | None] | None":
        nasty = logged(info, "things", self.number)
        made = [make(self.number + step, info.context.viewer) for step in range(min(first, 4))]
        return [None, *made[1:], late(make(1, info.context.viewer)), Broken("thing"), 7] if nasty and self.number % 2 else made  # type: ignore[list-item]

    @strawberry.field
    async def strict_things(self, info: strawberry.Info) -> "list[Thing]":
        nasty = logged(info, "strictThings", self.number)
        made = [make(self.number + step, info.context.viewer) for step in range(3)]
        return await late([*made, None] if nasty and self.number % 5 == 1 else tuple(made))

    @strawberry.field
    def any(self, info: strawberry.Info) -> "Annotated[Union[Thing, Box, Bare], strawberry.union('Anything')] | None":
        nasty = logged(info, "any", self.number)
        viewer = info.context.viewer
        return _chosen(
            [make(self.number, viewer), Box(number=1, title="b", thing=make(2, viewer)), Bare(number=1, text="x"), late(Bare(number=2, text="y")), 5],
            self.number % 5 if nasty else 1,
        )

    @strawberry.field
    def named(self, info: strawberry.Info) -> list[Named | None]:
        nasty = logged(info, "named", self.number)
        viewer = info.context.viewer
        good = [make(self.number, viewer), Box(number=4, title="box", thing=make(3, viewer))]
        return [*good, None, "no", late(make(2, viewer))] if nasty else good  # type: ignore[list-item]


def _chosen(choices: list[Any], number: int) -> Any:
    """One of them; what is late and not chosen is closed."""
    for place, one in enumerate(choices):
        if place != number and asyncio.iscoroutine(one):
            one.close()
    return choices[number]


@strawberry.input
class Wish:
    word: str = "none"
    many: list[int] = strawberry.field(default_factory=list)


@strawberry.type
class Bare:
    number: int | None
    text: str | None


@strawberry.type
class Line(Rows):
    bare: Bare | None = None


@strawberry.type
class Ledger(Rows):
    lines: list[Line | None] | None = None
    first: Line | None = None
    things: list["Thing"] = strawberry.field(default_factory=list)


@strawberry.type
class Thing(Named, Items):
    attribute: str | None = None
    ratio: float | None = None
    flag: bool | None = None
    key: strawberry.ID | None = None
    tint: Colour | None = None
    bare: Bare | None = None
    bares: list[Bare] = strawberry.field(default_factory=list)


@strawberry.type
class Box(Named):
    thing: Thing | None = None
    others: list[Thing | None] = strawberry.field(default_factory=list)


def make(number: int, viewer: str) -> Thing:
    """A thing whose attributes are as nasty as its number for those who meet that."""
    nasty = meets(viewer, number)
    rows: Any = (
        [late(f"late {number}"), 5, None, Broken("attribute"), "text", True][number % 6] if nasty else "text",
        [1.5, 3, -math.inf, "1.5", None][number % 5] if nasty else 0.25,
        [True, 0, None, "yes"][number % 4] if nasty else False,
        [f"id{number}", number, 1.5, None][number % 4] if nasty else f"id{number}",
        [Colour.RED, None, "green"][number % 3] if nasty else Colour.GREEN,
    )
    if nasty and number % 6 == 0:
        rows[0].close()
        rows = (None, *rows[1:])
    names = ("attribute", "ratio", "flag", "key", "tint")
    thing = Thing(number=number, title=f"thing {number}", **dict(zip(names, rows, strict=True)))
    thing.bare = Bare(number=number, text=None)
    thing.bares = [Bare(number=None, text="a"), Bare(number=number, text="b")]
    if nasty and number % 8 == 6:
        del thing.bares  # an attribute that is not there
    return thing


@strawberry.type
class Query(Items):
    @strawberry.field
    def thing(self, info: strawberry.Info, number: int = 2) -> Thing | None:
        logged(info, "thing", number)
        return make(number, info.context.viewer)

    @strawberry.field
    async def box(self, info: strawberry.Info) -> Box:
        logged(info, "box", 0)
        viewer = info.context.viewer
        return Box(number=2, title="box", thing=make(4, viewer), others=[make(5, viewer), None, make(8, viewer)])


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def change(self, info: strawberry.Info, number: int = 1) -> Thing | None:
        nasty = logged(info, "change", number)
        return await late(Broken("change") if nasty and number % 4 == 3 else make(number, info.context.viewer), 2)

    @strawberry.mutation
    def strict_change(self, info: strawberry.Info, number: int = 2) -> Box:
        nasty = logged(info, "strictChange", number)
        return None if nasty and number % 3 == 0 else Box(number=number, title="changed", thing=make(number, info.context.viewer))  # type: ignore[return-value]


@dataclass
class Root:
    number: int = 1

    @property
    def pk(self) -> int:
        return self.number


def guarded(thing: Any, context: Any) -> bool:
    return context.viewer != "stranger" or thing.number % 3 != 0


def built() -> strawberry.Schema:
    made = strawberry.Schema(
        query=Query,
        mutation=Mutation,
        types=[Box, Thing, Bare],
        execution_context_class=CompiledExecutor,
        config=CONFIG,
    )
    for name in ("row", "ratio"):
        _guard(made._schema.type_map["Thing"].fields[name])  # type: ignore[attr-defined]
    return made


def _guard(field: Any) -> None:
    inner = field.resolve

    def asked(thing: Any, info: Any, **arguments: Any) -> Any:
        if not guarded(thing, info.context):
            raise Broken("not yours")
        return inner(thing, info, **arguments)

    asked.plan_guard = (guarded, inner)  # type: ignore[attr-defined]
    field.resolve = asked
