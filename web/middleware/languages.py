"""In which language to answer: what the address asks for, what was chosen before, what the browser prefers, what the organization says first."""

from starlette.datastructures import Headers, QueryParams
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from adapters.texts import DEFAULT, LANGUAGES, speaking
from web.sessions import is_secure

COOKIE = "abonent-language"
A_YEAR = 31_536_000
FILES = (".pdf", ".csv", ".xlsx")  # one is taken in a language; the pages stay in theirs


class Languages:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state, headers = scope.setdefault("state", {}), Headers(scope=scope)
        known = offered(state.get("organization"))
        query, cookie = scope.get("query_string"), headers.get("cookie")
        asked = QueryParams(query).get("lang", "") if query else ""
        chosen = cookie_parser(cookie).get(COOKIE, "") if cookie else ""
        state["languages"] = known
        explicit = next((code for code in (asked, chosen) if code in known), None)
        state["language"] = explicit or preferred(headers.get("accept-language", ""), known)
        state["language_open"] = explicit is None  # whoever signs in here is spoken to as the profile says (web/sessions.py)
        if asked in known and not scope["path"].endswith(FILES):
            state["remembered_language"] = asked  # Headers sets the cookie: an answer made outside this layer (the way to sign in) needs it too
        with speaking(state["language"]):  # what a page says of a form is said in it, wherever it is said
            await self.app(scope, receive, send)


def cookie_of(language: str) -> str:
    return f"{COOKIE}={language}; Path=/; Max-Age={A_YEAR}; HttpOnly; SameSite=Lax{'; Secure' if is_secure() else ''}"


def offered(organization: object) -> tuple[str, ...]:
    """The organization's languages that we speak, its default first."""
    codes = getattr(organization, "languages", None) or (DEFAULT, *LANGUAGES)
    return tuple(dict.fromkeys(code for code in codes if code in LANGUAGES)) or (DEFAULT,)


def preferred(header: str, known: tuple[str, ...]) -> str:
    """The browser's most wanted language among ours, else the first of ours."""
    wanted = []
    for place, part in enumerate(header[:400].lower().split(",")):
        tag, _, quality = part.strip().partition(";q=")
        try:
            wanted.append((-float(quality or 1), place, tag[:2]))
        except ValueError:
            continue
    return next((code for weight, _, code in sorted(wanted) if weight < 0 and code in known), known[0])
