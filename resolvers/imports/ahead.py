"""Reading registers ahead of the database: in a process of its own where they are big, so that one core reads while the other stores.

What was read waits in a private file, chunk by chunk, whatever the size; over the pipe go only the places of the chunks.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import pickle
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from adapters.files import FileRefused, Register
from resolvers.imports.staging import CHUNK, Read, Reader, Recipe, judged

WORTH_A_PROCESS = 8 << 20  # bytes of all registers: to start one takes most of a second


Task = tuple[int, Register, Recipe]


@contextmanager
def reading(tasks: list[Task], today: dt.date, folder: Path) -> Iterator[Reader]:
    """A reader of the tasks, in their order. Its chunks raise FileRefused where a register turns out to be unusable on the way."""
    if sum(register.size for _, register, _ in tasks) < WORTH_A_PROCESS:
        yield _Here(tasks, today)
        return
    reader = _There(tasks, today, folder / "chunks")
    try:
        yield reader
    finally:
        reader.close()


class _Here:
    """Reads when it is asked."""

    def __init__(self, tasks: list[Task], today: dt.date) -> None:
        self._tasks, self._today = {task[0]: task for task in tasks}, today

    async def chunks(self, file_id: int) -> AsyncIterator[Read]:
        for chunk in _chunks(*self._tasks[file_id], self._today):
            yield chunk


class _There:
    """Reads in a process of its own, as far ahead as the disk takes it."""

    def __init__(self, tasks: list[Task], today: dt.date, chunks: Path) -> None:
        context = get_context("spawn")
        self._chunks = chunks
        self._pipe, theirs = context.Pipe(duplex=False)
        told = [(file_id, register, recipe.module) for file_id, register, recipe in tasks]
        self._process = context.Process(target=_read_all, args=(theirs, str(chunks), told, today), daemon=True)
        self._process.start()
        theirs.close()

    def close(self) -> None:
        self._process.kill()
        self._process.join()
        self._pipe.close()

    async def chunks(self, file_id: int) -> AsyncIterator[Read]:
        while (message := await asyncio.to_thread(self._next)) is not None:
            if isinstance(message, FileRefused):
                raise message
            yield await asyncio.to_thread(self._load, *message)

    def _next(self) -> Any:
        try:
            return self._pipe.recv()
        except EOFError:
            raise RuntimeError("the process that reads registers ended before its time") from None

    def _load(self, offset: int, length: int) -> Read:
        with self._chunks.open("rb") as file:
            file.seek(offset)
            return Read(*pickle.loads(file.read(length)))  # noqa: S301 - our own process wrote it into our own folder


def _chunks(file_id: int, register: Register, recipe: Recipe, today: dt.date) -> Iterator[Read]:
    numbers = iter(range(file_id * 10**9, (file_id + 1) * 10**9))  # grow with the file and the line
    rows = register.rows()
    while chunk := list(islice(rows, CHUNK)):
        yield Read(*judged(recipe, file_id, today, numbers, chunk), register.done)


def _read_all(pipe: Any, path: str, tasks: list[tuple[int, Register, str]], today: dt.date) -> None:
    """In the other process: every register, each ended by None or by why it was refused. Quiet where nobody listens any more."""
    from importlib import import_module

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches us too; the parent ends us
    with suppress(BrokenPipeError), Path(path).open("wb") as file:
        for file_id, register, module in tasks:
            end: FileRefused | None = None
            try:
                for chunk in _chunks(file_id, register, import_module(module).RECIPE, today):
                    place, length = file.tell(), file.write(pickle.dumps(tuple(chunk), protocol=5))
                    file.flush()
                    pipe.send((place, length))
            except FileRefused as refused:
                end = refused
            pipe.send(end)
