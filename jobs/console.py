"""What every command shares: the two consoles, progress bars, an opened database, and sentences for what went wrong."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from models import database
from models.errors import AbonentError, NotFound, Problem, ProblemCode, Refused
from settings import settings

out = Console(highlight=False, soft_wrap=True)  # what a script may read
err = Console(stderr=True, highlight=False, soft_wrap=True)  # what a person watches

_SENTENCES = {
    ProblemCode.REQUIRED: "{field} is missing",
    ProblemCode.STEP_UP_NEEDED: "{field}: surname, last payment and look-up need at least one of email, staff, bill_code",
    ProblemCode.TAKEN: "{field} is already taken",
    ProblemCode.LATER_IMPORTS: "later imports stand on this one. Undo first: {runs}",
    ProblemCode.INVALID: "{field} is not valid",
    ProblemCode.TOO_LONG: "{field} is too long: at most {limit} characters",
    ProblemCode.PASSWORD_TOO_SHORT: "{field} is too short: at least {limit} characters",
    ProblemCode.PASSWORD_TOO_COMMON: "{field} is one that people try first: choose another",
}


class Stop(Exception):
    """End the command with one sentence for its user. ``status`` is the exit code: 1 did not work, 2 was called wrongly."""

    def __init__(self, sentence: str, status: int = 1) -> None:
        super().__init__(sentence)
        self.status = status


def run_long(work: Coroutine[Any, Any, None]) -> None:
    """As asyncio.run, on uvloop's loop where there is one: a page waits for a dozen statements, and each wait costs less there."""
    try:
        import uvloop
    except ImportError:  # Windows has none
        asyncio.run(work)
    else:
        uvloop.run(work)


@asynccontextmanager
async def opened(*, even_damaged: bool = False) -> AsyncIterator[None]:
    """The database of the settings, opened; raises Stop where it has not been migrated or has lost its guards."""
    file = database.sqlite_file(settings().database)
    if file is not None and not file.exists():
        raise Stop(f"There is no database at {file}. Make it with: abonent migrate")
    await database.connect(settings().database)
    try:
        if not even_damaged and (missing := await database.missing_guards()):
            raise Stop(f"The database is not up to date (it lacks: {', '.join(missing[:3])}{', …' if missing[3:] else ''}). Run: abonent migrate")
        yield
    finally:
        await database.close()


def numbers_of(file: Path) -> list[str]:
    """One in each line, each once; raises Stop where the file is no text."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise Stop(f"{file} is not a text in UTF-8 with one number in each line.") from None
    return list(dict.fromkeys(line.strip() for line in lines if line.strip()))


def progress() -> Progress:
    """Bars on standard error, gone when done; lines of plain text where nobody watches."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=err,
        transient=True,
    )


def sentence(error: AbonentError) -> str:
    """What went wrong, for the person at the terminal."""
    if isinstance(error, Refused):
        return "\n".join(_of_problem(problem) for problem in error.problems)
    if isinstance(error, NotFound):
        return f"There is no {error}." if error.args else "There is no such thing."
    return str(error) or (type(error).__doc__ or type(error).__name__).splitlines()[0]


def _of_problem(problem: Problem) -> str:
    field = ".".join(problem.path) or "input"
    template = _SENTENCES.get(problem.code, "{field}: " + problem.code.value.replace("_", " "))
    hint = f": {problem.params['hint']}" if "hint" in problem.params else ""
    text = template.format_map({"field": field, **problem.params}) + hint
    return f"{text[0].upper()}{text[1:]}."
