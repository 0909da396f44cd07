"""Where an organization is paid, for its staff to say."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from schema.operations import NotFound
from web.answers import answer, ask, own_slug
from web.filled import Filled
from web.forms import form

FIELDS = ("payee", "taxNumber", "bank", "bic", "account", "correspondentAccount", "kpp", "kbe")


async def bank_details(request: Request) -> Response:
    """GET shows them, POST keeps what is typed; what cannot be is 422."""
    slug = await own_slug(request)
    organization = (await ask(request, "bank_details/index", slug=slug)).organization
    if organization is None or organization.accessRules is None:
        raise NotFound
    currency, saved = str(organization.currency), "saved" in request.query_params
    if request.method == "GET":
        known = organization.bankDetails
        values = {name: getattr(known, name) for name in FIELDS} if known is not None else {}
        return answer(request, "bank_details/index.html", form=Filled(values), currency=currency, saved=saved)
    fields = await form(request)
    typed = {name: fields.get(name, "") for name in FIELDS}
    result = (await ask(request, "bank_details/set", input={"organizationSlug": slug, **typed})).setBankDetails
    if result.typename == "Rejected":
        return answer(request, "bank_details/index.html", 422, form=Filled(typed, result.problems), currency=currency, saved=False)
    return RedirectResponse(f"{request.url.path}?saved=1", 303)
