"""Human checks on pages: what a form held as its answer, and a fresh check for the form that is shown again."""

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.requests import Request

from web.answers import ask

ANSWERS = ("proofOfWork", "image", "typed")


def human_input(fields: Mapping[str, str]) -> dict[str, str] | None:
    """`humanCheck` of a mutation's input; None where the form asked for none."""
    given = {name: fields[f"humanCheck.{name}"] for name in ANSWERS if fields.get(f"humanCheck.{name}")}
    return given or None


def wants_new_image(fields: Mapping[str, str]) -> bool:
    """Whether the form was sent by the button "New picture": it is to be shown again as it was typed, with status 200."""
    return fields.get("human") == "new"


async def human_check(request: Request, door: str, fields: Mapping[str, str], problems: Iterable[Any] = ()) -> Any:
    """What `ui.human()` shows: a fresh check where one was asked for, or was answered and so is used up; None where nobody asked.

    `door` is the name in the schema: SIGN_IN, REGISTER, …
    """
    asked = any(tuple(problem.path)[:1] == ("humanCheck",) for problem in problems)
    if not asked and human_input(fields) is None:
        return None
    return (await ask(request, "human/check", door=door)).humanCheck
