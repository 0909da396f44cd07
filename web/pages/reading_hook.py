"""For staff: the address that judges readings, and the secret that signs what is sent there."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from schema.operations import NotFound
from web.answers import answer, ask, own_slug
from web.filled import Filled
from web.forms import form


async def reading_hook(request: Request) -> Response:
    """GET shows the address, POST names another or makes a new secret, which is shown this once; what is no address is 422."""
    slug = await own_slug(request)
    hook = (await ask(request, "reading_hook/index", slug=slug)).organization.readingHook
    if hook is None:
        raise NotFound
    if request.method == "GET":
        return answer(request, "reading_hook/index.html", hook=hook, form=Filled({"url": hook.url or ""}), saved=False, secret=None)
    fields = await form(request)
    anew = "newSecret" in fields
    wanted = {"organizationSlug": slug, "url": (hook.url or "") if anew else fields.get("url", ""), "newSecret": anew}
    result = (await ask(request, "reading_hook/set", input=wanted)).setReadingHook
    if result.typename == "Rejected":
        return answer(request, "reading_hook/index.html", 422, hook=hook, form=Filled(fields, result.problems), saved=False, secret=None)
    shown = Filled({"url": result.hook.url or ""})
    return answer(request, "reading_hook/index.html", hook=result.hook, form=shown, saved=True, secret=result.secret)
