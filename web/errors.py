"""One table from what went wrong to what a person is told. No page here asks the database for anything."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from adapters import logs
from adapters.pdf import Overloaded
from adapters.rendering import render, surrounded
from adapters.texts import gettext, speaking
from schema.operations import BadRequest, Forbidden, NotFound, SignInRequired, Throttled, Unavailable
from web import graphql
from web.answers import BadAddress
from web.frames import frame_of
from web.middleware.bodies import TooLarge
from web.protection import Forged
from web.sessions import to_sign_in

SECONDS_TO_RETRY = 30


class UnknownHost(Exception):
    """No organization answers under this name."""


class UnknownOrganization(Exception):
    """No organization has this slug."""


@dataclass(frozen=True, slots=True)
class Told:
    """A status, a title, what to do about it, and after how many seconds to try again."""

    status: int
    title: Callable[[], str]
    advice: Callable[[], str]
    retry_after: int | None = None


GONE = Told(
    404,
    lambda: gettext("There is no such page"),
    lambda: gettext("The address may be mistyped, or what it showed is not yours. Start from the home page."),
)
NO_ORGANIZATION = Told(
    404, lambda: gettext("There is no such supplier"), lambda: gettext("Check the address on your bill, or choose the supplier from the list.")
)
FORBIDDEN = Told(403, lambda: gettext("This is not allowed"), lambda: gettext("Your access does not include this. Whoever gave it can change that."))
FORGED = Told(
    403,
    lambda: gettext("The form is out of date"),
    lambda: gettext("Nothing was done. Go back, reload the page and send it again; cookies must be allowed."),
)
BAD = Told(
    400,
    lambda: gettext("The address is not understood"),
    lambda: gettext("Something in it is mistyped: check what stands after the question mark, or start from the home page."),
)
TOO_LARGE = Told(413, lambda: gettext("That was too much"), lambda: gettext("Nothing was taken: what was sent is too large."))
WRONG_METHOD = Told(405, lambda: gettext("This cannot be done here"), lambda: gettext("Start from the home page."))
UNAVAILABLE = Told(
    503,
    lambda: gettext("The cabinet is not working right now"),
    lambda: gettext("Nothing of yours is lost. Please try again in a minute."),
    SECONDS_TO_RETRY,
)
BROKEN = Told(
    500,
    lambda: gettext("Something broke on our side"),
    lambda: gettext("Nothing was changed. Please try again; if it happens again, tell us the number."),
)

TABLE: dict[type[BaseException], Told] = {
    NotFound: GONE, Forbidden: FORBIDDEN, Forged: FORGED, BadRequest: BAD, BadAddress: BAD, TooLarge: TOO_LARGE, UnknownHost: NO_ORGANIZATION,
    UnknownOrganization: NO_ORGANIZATION, Overloaded: UNAVAILABLE, Unavailable: UNAVAILABLE,
}  # fmt: skip
BY_STATUS = {403: FORBIDDEN, 404: GONE, 405: WRONG_METHOD, 413: TOO_LARGE}


def answer_to(request: Request, error: Exception) -> Response:
    """The page for an error; what nobody foresaw is logged under an id that the page shows."""
    if isinstance(error, SignInRequired):
        return to_sign_in(request)
    if isinstance(error, Throttled):
        return _page(request, _throttled(error.retry_after_seconds))
    if isinstance(error, HTTPException):
        return _page(request, BY_STATUS.get(error.status_code, BAD), headers=error.headers)
    if isinstance(error, BadAddress) and str(error):
        return _page(request, replace(BAD, advice=lambda: gettext("Check what stands after the question mark: %(what)s", what=str(error))))
    for kind in type(error).__mro__:
        if told := TABLE.get(kind):
            if told is UNAVAILABLE:
                logs.log().warning("request.unavailable", exc_info=error.__cause__ or error)
            return _page(request, told)
    identity = secrets.token_hex(4)
    logs.log().error("request.failed", error_id=identity, exc_info=error)
    return _page(request, BROKEN, identity)


def _throttled(seconds: int) -> Told:
    minutes = max((seconds + 59) // 60, 1)
    return Told(
        429,
        lambda: gettext("Too many attempts"),
        lambda: gettext("Please wait and try again. Minutes to wait: %(minutes)s.", minutes=minutes),
        seconds,
    )


def _page(request: Request, told: Told, identity: str = "", headers: object = None) -> Response:
    extra = {"retry-after": str(told.retry_after)} if told.retry_after is not None else {}
    if request.url.path.startswith("/health"):
        return Response(status_code=told.status, headers=extra)
    if request.url.path.endswith(graphql.PATH):  # raised before the endpoint: too large a body, no database
        return graphql.refusal(told.status, told.title(), told.retry_after)
    frame = frame_of(request)
    try:
        with surrounded(frame):
            html = render("errors/index.html", title=told.title(), advice=told.advice(), identity=identity)
    except Exception as error:  # noqa: BLE001 - the page for errors must not fail itself
        logs.log().error("error_page.failed", exc_info=error)
        with speaking(frame.language):
            return Response(f"{told.title()}. {told.advice()} {identity}", told.status, extra, "text/plain")
    return HTMLResponse(html, told.status, extra)
