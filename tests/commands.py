"""``python -m`` anything of the project, started in milliseconds: a process that has imported the program already forks for each command.

What a command is in earnest it is here: a process of its own with its own environment, files and signals, untouched by what a test has
patched, since the process that forks was started from nothing. It has run no line of the program beyond imports and has no threads. Only
importing is saved; tests/test_cli.py starts ``python -m jobs.cli`` cold too.
"""

import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import pkgutil
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parent.parent
IMPORTED = ("web.app", "jobs.serving", "jobs.broker", "jobs.demo", "schema.snapshot", "resolvers.imports", "uvicorn.protocols.http.auto", "uvicorn.lifespan.on")


class Command:
    """A started command, as `subprocess.Popen` would have it; `stdout` is there if a pipe was asked for."""

    def __init__(self, module: str, *arguments: str, stdin: int, stdout: int, stderr: int, variables: dict[str, str]) -> None:
        mine, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(_forker(), [b"."], [stdin, stdout, stderr, theirs.fileno()])
        self._keeper = mine.makefile("rwb", buffering=0)
        mine.close()  # the file holds it open
        self._keeper.write(json.dumps([module, arguments, {**os.environ, **variables}]).encode() + b"\n")
        self.pid = int(self._keeper.readline())
        self.returncode: int | None = None

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status; negative where a signal ended it."""
        if self.returncode is None:
            with socket.socket(fileno=os.dup(self._keeper.fileno())) as told:
                told.settimeout(timeout)
                self.returncode = int(told.recv(16))
            self._keeper.close()
        return self.returncode

    def send_signal(self, which: int) -> None:
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, which)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def run(module: str, *arguments: str, timeout: float = 120, **variables: str) -> subprocess.CompletedProcess[str]:
    """As `subprocess.run` with its output captured; `variables` are added to the test's environment."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, started(module, *arguments, stdout=out, stderr=err, **variables) as command:
        status = command.wait(timeout)
        said = [os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode() for file in (out, err)]
    return subprocess.CompletedProcess([module, *arguments], status, *said)


@contextlib.contextmanager
def started(module: str, *arguments: str, stdin: IO | None = None, stdout: IO | None = None, stderr: IO | None = None, **variables: str) -> Iterator[Command]:
    """A command that is told to end, if it has not, when the block is left. Nothing is read or kept unless files are given."""
    with open(os.devnull, "r+b") as nothing:  # noqa: PTH123 - a device
        files = {name: (file or nothing).fileno() for name, file in (("stdin", stdin), ("stdout", stdout), ("stderr", stderr))}
        command = Command(module, *arguments, **files, variables=variables)
    try:
        yield command
    finally:
        command.terminate()
        try:
            command.wait(15)
        except TimeoutError:
            command.kill()
            command.wait()


@contextlib.contextmanager
def pipe() -> Iterator[tuple[IO[str], IO[str]]]:
    """Two ends: one to read lines from, one to give to a command; close the second once it is given."""
    read, write = os.pipe()
    with open(read, encoding="utf-8") as reader, open(write, "w", encoding="utf-8") as writer:  # noqa: PTH123 - no paths
        yield reader, writer


@functools.cache
def _forker() -> socket.socket:
    """The line to the process that forks; it ends with this one."""
    mine, theirs = socket.socketpair()
    bare = {name: value for name, value in os.environ.items() if not name.startswith("ABONENT_")}
    command = [sys.executable, "-m", "tests.commands", str(theirs.fileno())]
    with theirs:
        process = subprocess.Popen(command, cwd=ROOT, env=bare, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, start_new_session=True)
    atexit.register(lambda: (mine.close(), process.wait(15)))
    return mine


def _forked(line: socket.socket) -> str:
    """Fork at each request. Comes back in the new process alone, ready to run the module that it names."""
    while True:
        asked, files, _, _ = socket.recv_fds(line, 1, 4)
        with contextlib.suppress(ChildProcessError):  # keepers are nobody's concern, but what they took is counted: `time make test`
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not asked:
            os._exit(0)
        if os.fork() == 0:
            line.close()
            return _kept(files[:3], socket.socket(fileno=files[3]))
        for file in files:
            os.close(file)


def _kept(files: list[int], test: socket.socket) -> str:
    """Fork the command itself; the process between it and the test tells its pid and how it ended."""
    with test, test.makefile("rb") as told:
        module, arguments, environment = json.loads(told.readline())
        if child := os.fork():
            for file in (*files, 0, 1, 2):
                os.close(file)
            test.sendall(b"%d\n" % child)
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            with contextlib.suppress(OSError):  # nobody may be there to hear it
                test.sendall(b"%d" % status)
            os._exit(0)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[1:] = arguments
    return module


def _import() -> None:
    """All that commands import, but not ``jobs.cli``, which is run."""
    from jobs import commands

    for name in (*IMPORTED, *(f"jobs.commands.{found.name}" for found in pkgutil.iter_modules(commands.__path__))):
        importlib.import_module(name)
    _prepare()
    gc.collect()
    gc.freeze()  # what is imported stays: a forked process need not look through it, nor copy it, when it ends
    assert threading.active_count() == 1, "forking would lose a thread"


def _prepare() -> None:
    """What a server does once before its first page, whatever the settings: documents checked, templates compiled, files compressed."""
    from adapters import texts
    from adapters.rendering import environment
    from schema import operations
    from web.assets import assets

    operations.load()
    assets()
    for language in texts.LANGUAGES:
        texts.translations(language)
    for name in environment().list_templates(extensions=["html"]):
        environment().get_template(name)


if __name__ == "__main__":
    _import()
    runpy.run_module(_forked(socket.socket(fileno=int(sys.argv[1]))), run_name="__main__", alter_sys=True)
