"""The way out of a mailing, for whoever holds a letter: a page that asks, and the one click that mail programs send by themselves (RFC 8058)."""

from starlette.requests import Request
from starlette.responses import Response

from web.answers import ask
from web.forms import fields_of_anybody
from web.strangers import page

LONGEST_TOKEN = 200


async def unsubscribe(request: Request) -> Response:
    """GET says what the link ends and ends nothing, since programs open links to look at them. POST ends it: the link itself allows that, no cookie
    does, so it may come from anywhere, and a second one changes nothing.
    """
    given = await fields_of_anybody(request) if request.method == "POST" else {}
    token = (given.get("token") or request.query_params.get("token", "").replace("\0", ""))[:LONGEST_TOKEN]
    result = (await ask(request, "unsubscribe/end", input={"token": token, "validateOnly": request.method == "GET"})).unsubscribe
    if result.typename == "Rejected":
        return await page(request, "unsubscribe/index.html", 422 if request.method == "POST" else 404, problems=result.problems)
    told = {"topic": result.topic, "recipient": result.recipient, "done": request.method == "POST"}
    return await page(request, "unsubscribe/index.html", problems=[], token=token, **told)
