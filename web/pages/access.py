"""For staff: whom the organization lets in, and codes for single accounts."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from schema.operations import NotFound
from web.answers import answer, ask, own_slug
from web.filled import Filled
from web.forms import form
from web.pages.accounts import ours

PROOFS = ("SURNAME", "FLAT", "LAST_PAYMENT", "TAX_NUMBER", "BILL_CODE")
STEP_UPS = ("EMAIL", "STAFF", "BILL_CODE")
HINTS = ("tax_number", "number")
LOOK_UPS = ("OFF", "ON", "PROOF")
LOOK_UP_PROOFS = ("LAST_PAYMENT", "TAX_NUMBER", "BILL_CODE")


async def access(request: Request) -> Response:
    """GET shows the rules, POST sets them; what contradicts itself is 422."""
    slug = await own_slug(request)
    rules = (await ask(request, "access/index", slug=slug)).organization.accessRules
    if rules is None:
        raise NotFound
    if request.method == "GET":
        return answer(request, "access/index.html", form=Filled(_values(rules)), saved="saved" in request.query_params)
    fields = await form(request)
    result = (await ask(request, "access/set", input=_input(slug, fields))).setAccessRules
    if result.typename == "Rejected":
        return answer(request, "access/index.html", 422, form=Filled(fields, result.problems), saved=False)
    return RedirectResponse(f"{request.url.path}?saved=1", 303)


async def code_of_account(request: Request) -> Response:
    return await _code(request, "account")


async def code_of_contract(request: Request) -> Response:
    return await _code(request, "contract")


async def _code(request: Request, kind: str) -> Response:
    """GET asks, POST gives a code for the account or contract and shows it once."""
    page = await ask(request, f"access/{kind}", id=request.path_params["id"], slug=await own_slug(request))
    owner, rules = ours(request, getattr(page, kind)), page.organization.accessRules
    if rules is None:
        raise NotFound
    shown: dict[str, Any] = {
        "account": None,
        "contract": None,
        kind: owner,
        "back": f"{request.scope['root_path']}/{kind}s/{owner.id}",
        "links": "STAFF" in rules.stepUps,
        "stands": "BILL_CODE" in rules.proofs,
    }
    if request.method == "GET":
        return answer(request, "access/code.html", issued=None, **shown)
    await form(request)
    issued = (await ask(request, "access/issue", input={kind: owner.id})).issueAccountCode
    return answer(request, "access/code.html", issued=issued, **shown)


def _values(rules: Any) -> dict[str, str]:
    ticked = [*(f"proofs.{one}" for one in rules.proofs), *(f"stepUps.{one}" for one in rules.stepUps), *(f"recoveryAsks.{one}" for one in rules.recoveryAsks)]
    return dict.fromkeys(ticked, "true") | {"lookUp": str(rules.lookUp), "lookUpProof": str(rules.lookUpProof)}


def _input(slug: str, fields: dict[str, str]) -> dict[str, Any]:
    look_up, proof = fields.get("lookUp", ""), fields.get("lookUpProof", "")
    return {
        "organizationSlug": slug,
        "proofs": [one for one in PROOFS if fields.get(f"proofs.{one}")],
        "stepUps": [one for one in STEP_UPS if fields.get(f"stepUps.{one}")],
        "recoveryAsks": [one for one in HINTS if fields.get(f"recoveryAsks.{one}")],
        "lookUp": look_up if look_up in LOOK_UPS else "OFF",
        "lookUpProof": proof if proof in LOOK_UP_PROOFS else "LAST_PAYMENT",
    }
