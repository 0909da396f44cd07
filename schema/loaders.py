"""One loader per read and its arguments: however many rows a document asks it for, it runs once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator, Hashable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, TypeAlias, TypeVar

from resolvers.columns import Asked
from resolvers.viewer import Viewer, signed_in
from schema.asked import Attributes, asked_of

# A resolver's read: `await read(viewer, rows, *arguments)` gives what each row has, by the row's `pk`; a row without answer is left out.
Read: TypeAlias = Callable[..., Awaitable[Mapping[Any, Any]]]
Then: TypeAlias = Callable[[Any], Any]
Function = TypeVar("Function", bound=Callable[..., Any])
MOST_ROWS = 1000  # of one read


def reads(read: Read, arguments: Callable[..., tuple[Any, ...]] | None = None, *, of: Callable[[Any], bool] | None = None) -> Callable[[Function], Function]:
    """Of a field whose function asks `answer` for this read (of the rows that are `of` it), with what `arguments` makes of the field's own: a
    compiled operation begins it for all rows as soon as they are known, and waits once (graphql_plan/informed.py)."""

    def mark(function: Function) -> Function:
        def plan_ahead(context: Any, rows: Iterable[Any], **given: Any) -> list[Awaitable[None]]:
            wanted = rows if of is None else [row for row in rows if of(row)]
            found: list[Awaitable[None]] = context.loaders.ahead(read, wanted, *(arguments(**given) if arguments is not None else ()))
            return found

        function.plan_ahead = plan_ahead  # type: ignore[attr-defined]
        return function

    return mark


def listed(found: Any) -> Any:
    """Where rows are left out that have none."""
    return found or []


class Loaders:
    def __init__(self, viewer: Viewer | None) -> None:
        self._viewer = viewer
        self._loaders: dict[tuple[object, ...], _Loader] = {}
        self.attributes: Attributes = {}  # that the document asks for

    def of(self, read: Read, row: Any, *arguments: Any) -> Awaitable[Any]:
        """What `read(viewer, rows, *arguments)` gives for the row, with other rows' questions in the same call."""
        return self._loader(read, arguments).answer(row.pk, row).wait()

    def by_id(self, read: Read, pk: int) -> Awaitable[Any]:
        """The row of that id, as `read(viewer, ids)` finds it for the viewer."""
        return self._loader(read, ()).answer(pk, pk).wait()

    def answer(self, read: Read, row: Any, *arguments: Any, then: Then | None = None) -> Any:
        """As `of`, what `then` makes of it; given at once, and nobody need wait, where the read was made before."""
        return self._loader(read, arguments).answer(row.pk, row).now(then)

    def ahead(self, read: Read, rows: Iterable[Any], *arguments: Any) -> list[Awaitable[None]]:
        """Begin the read for rows that will be asked about; to be waited for. Whatever goes wrong is said to those who ask."""
        loader = self._loader(read, arguments)
        return [answer for answer in [loader.answer(row.pk, row) for row in rows] if not answer.is_here]

    def forget(self) -> None:
        """Let go of what was read: whatever part of an execution refers to itself, no row of the request waits for the garbage collector with it."""
        self._loaders.clear()

    def _loader(self, read: Read, arguments: tuple[Any, ...]) -> _Loader:
        found = self._loaders.get((read, arguments))
        if found is None:
            found = self._loaders[read, arguments] = _Loader(self._viewer, read, arguments, asked_of(read, self.attributes))
        return found


class _Answer:
    """To one row's question. Several fields wait for it, each by a future of its own: where an error ends the wait of one, it must not
    end that of the others, nor their whole request."""

    __slots__ = ("_error", "_traceback", "_value", "_waiting", "is_here", "key", "row")

    def __init__(self, key: Hashable, row: Any) -> None:
        self.key, self.row, self.is_here = key, row, False
        self._value: Any = None
        self._error: Exception | None = None
        self._traceback: TracebackType | None = None
        self._waiting: list[tuple[asyncio.Future[Any], Then | None]] = []

    def now(self, then: Then | None) -> Any:
        if not self.is_here:
            return self.wait(then)
        if self._error is not None:  # one error for many fields: each raise would add its frames to those of all before it
            raise self._error.with_traceback(self._traceback)
        return self._value if then is None else then(self._value)

    def wait(self, then: Then | None = None) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self.is_here:
            self._tell(future, then)
        else:
            self._waiting.append((future, then))
        return future

    def __await__(self) -> Generator[Any, None, None]:
        if not self.is_here:
            yield from self.wait(_nothing).__await__()

    def settle(self, value: Any, error: Exception | None = None) -> None:
        self._value, self._error, self.is_here = value, error, True
        self._traceback = error.__traceback__ if error is not None else None
        for future, then in self._waiting:
            if not future.done():
                self._tell(future, then)
        self._waiting.clear()

    def end(self) -> None:
        for future, _ in self._waiting:
            future.cancel()

    def _tell(self, future: asyncio.Future[Any], then: Then | None) -> None:
        error = self._error if then is not _nothing else None
        if error is None:
            try:
                future.set_result(self._value if then is None else then(self._value))
                return
            except Exception as problem:  # noqa: BLE001 - of `then`: told to whoever waits
                error = problem
        future.set_exception(error)
        future.exception()  # whoever asked may have been given up, where a null above it ended the branch: that is no fault for the log


def _nothing(_: Any) -> None:
    """For those who wait for the answer to be there and do not want it."""


class _Loader:
    """Questions of two turns of the loop are asked together: a field that waits by a task of its own asks a turn later than one that does not."""

    def __init__(self, viewer: Viewer | None, read: Read, arguments: tuple[Any, ...], columns: dict[str, Asked]) -> None:
        self._viewer, self._read, self._arguments, self._columns = viewer, read, arguments, columns
        self._answers: dict[Hashable, _Answer] = {}
        self._asked: list[_Answer] = []
        self._reading: set[asyncio.Task[None]] = set()

    def answer(self, key: Hashable, row: Any) -> _Answer:
        found = self._answers.get(key)
        if found is None:
            found = self._answers[key] = _Answer(key, row)
            if not self._asked:
                asyncio.get_running_loop().call_soon(self._begin)
            self._asked.append(found)
        return found

    def _begin(self) -> None:
        self._run(self._all_answered())

    def _run(self, reading: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(reading)
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    async def _all_answered(self) -> None:
        asked, self._asked = self._asked, []
        for start in range(MOST_ROWS, len(asked), MOST_ROWS):
            self._run(self._answered(asked[start : start + MOST_ROWS]))
        await self._answered(asked[:MOST_ROWS])

    async def _answered(self, asked: Sequence[_Answer]) -> None:
        try:
            found = await self._read(signed_in(self._viewer), [one.row for one in asked], *self._arguments, **self._columns)
            values = [found.get(one.key) for one in asked]
        except Exception as error:  # noqa: BLE001 - told to whoever asked
            for one in asked:
                one.settle(None, error)
        except BaseException:
            for one in asked:
                one.end()
            raise
        else:
            for one, value in zip(asked, values, strict=True):
                one.settle(value)
