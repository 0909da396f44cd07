"""Linking an account: by its number or a bill's QR code, or chosen by street, house and flat; then what the organization asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from adapters import payment_qr
from schema.operations import NotFound, SignInRequired
from web.answers import answer, ask, cursor, slug_of
from web.filled import Filled
from web.forms import form
from web.human_checks import human_check, human_input, wants_new_image
from web.pages.accounts import ours
from web.sendings import new_key
from web.sessions import viewer

PROOFS = ("surname", "flat", "paidOn", "paidAmount", "taxNumber", "code")
AIMS = ("number", "candidate", "contractNumber")
LONGEST_SEARCH, LONGEST_NUMBER = 100, 40


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be proved, as the page names it."""

    aim: dict[str, str]  # as the mutations take it
    kept: dict[str, str]  # as the form keeps it
    label: str
    address: str
    is_contract: bool
    rules: Any
    flat: str = ""


async def link(request: Request) -> Response:
    """GET shows where one is on the way to an account; POST finds a number, asks for a letter, or proves."""
    if request.scope["state"].get("organization") is None:
        page = await ask(request, "organizations/index", after=cursor(request))
        return answer(request, "link/choose.html", page=page)
    if await viewer(request) is None:
        raise SignInRequired
    return await (_sent(request) if request.method == "POST" else _shown(request))


async def _shown(request: Request) -> Response:
    query = {name: value.replace("\0", "") for name, value in request.query_params.items()}
    if "done" in query:
        return await _linked(request, query["done"])
    if "house" in query or "street" in query:
        return await _list(request, "house" if "house" in query else "street", query)
    if query.get("token") or any(query.get(name) for name in (*AIMS, "flat")):
        subject = await _subject(request, query)
        if subject is not None:
            return answer(request, "link/index.html", **_proving(subject, Filled({"proofs.flat": subject.flat})))
    return await _start(request, search=query.get("search", ""), over="token" in query)


async def _sent(request: Request) -> Response:
    fields = await form(request)
    if fields.get("step") == "find":
        return await _found(request, fields)
    subject = await _subject(request, fields)
    if subject is None:
        return await _start(request)
    if wants_new_image(fields):
        check = await human_check(request, fields.get("door", "LINK"), fields)
        return answer(request, "link/index.html", **_proving(subject, Filled(fields), check=check, door=fields.get("door", "LINK")))
    return await (_letter(request, subject, fields) if fields.get("step") == "letter" else _prove(request, subject, fields))


async def _found(request: Request, fields: dict[str, str]) -> Response:
    """What was typed or pasted; whether there is such an account is told by nothing."""
    subject = await _subject(request, fields)
    if subject is None:
        return await _start(request, status=422, missing="qr" if payment_qr.looks_like_one(fields.get("number", "")) else "number")
    return answer(request, "link/index.html", **_proving(subject, Filled()))


async def _prove(request: Request, subject: Subject, fields: dict[str, str]) -> Response:
    proofs = {name: fields.get(f"proofs.{name}", "") for name in PROOFS}
    key = fields.get("idempotencyKey", "")[:100] or new_key()
    more = {"proofs": proofs, "stepUp": fields.get("stepUp", "").strip() or None, "idempotencyKey": key, "humanCheck": human_input(fields)}
    result = (await ask(request, "link/link", input={"organizationSlug": slug_of(request), **subject.aim, **more})).linkAccount
    if result.typename == "Rejected":
        check = await human_check(request, "LINK", fields, result.problems)
        return answer(request, "link/index.html", 422, **_proving(subject, Filled(fields, result.problems), check=check, key=key))
    done = result.account or result.contract
    if request.headers.get("hx-request") != "true":
        return RedirectResponse(f"{request.url.path}?done={done.id}", 303)
    return answer(request, "link/index.html", step="done", account=result.account, contract=result.contract, login=result.login)


async def _letter(request: Request, subject: Subject, fields: dict[str, str]) -> Response:
    wanted = {"organizationSlug": slug_of(request), **subject.aim, "humanCheck": human_input(fields)}
    result = (await ask(request, "link/ask", input=wanted)).requestStepUp
    refused = result.typename == "Rejected"
    problems = result.problems if refused else ()
    check = await human_check(request, "STEP_UP", fields, problems)
    page = _proving(subject, Filled(fields, problems), check=check, door="STEP_UP", sent=0 if refused else result.hours, key=fields.get("idempotencyKey"))
    return answer(request, "link/index.html", 422 if refused else 200, **page)


async def _subject(request: Request, given: dict[str, str]) -> Subject | None:
    """None where nothing is aimed at, or a link of a letter is over."""
    slug = slug_of(request)
    if token := given.get("token", ""):
        of = (await ask(request, "link/letter", slug=slug, token=token[:200])).organization
        found = of.stepUpTarget
        if found is None:
            return None
        return Subject({"candidate": found.id}, {"token": token, "stepUp": token}, found.maskedNumber, "", found.isContract, of.linkRules)
    if given.get("flat"):
        return await _at_flat(request, slug, given)
    rules = (await ask(request, "link/rules", slug=slug)).organization.linkRules
    for name in ("number", "contractNumber", "candidate"):
        text = given.get(name, "").strip()
        if name == "number":
            text = _number_of(text)
        if text and len(text) <= LONGEST_NUMBER:
            return Subject({name: text}, {name: text}, "" if name == "candidate" else text, "", name == "contractNumber", rules)
    return None


def _number_of(text: str) -> str:
    """Of a pasted QR code only the number goes on; nothing where it names none."""
    if not payment_qr.looks_like_one(text):
        return text
    try:
        return payment_qr.read(text).account or ""
    except payment_qr.NotAPaymentQr:
        return ""


async def _at_flat(request: Request, slug: str, given: dict[str, str]) -> Subject | None:
    of = (await ask(request, "link/flat", slug=slug, flat=given["flat"][:100])).organization
    if of.flat is None or not of.flat.candidates:
        raise NotFound
    chosen = next((one for one in of.flat.candidates if one.id == given.get("candidate")), None)
    if chosen is None and len(of.flat.candidates) > 1:
        return None
    chosen = chosen or of.flat.candidates[0]
    kept = {"candidate": chosen.id, "flat": of.flat.id}
    return Subject({"candidate": chosen.id}, kept, chosen.maskedNumber, _address(of.flat), False, of.linkRules, of.flat.number)


async def _list(request: Request, kind: str, query: dict[str, str]) -> Response:
    search = query.get("search", "")[:LONGEST_SEARCH]
    variables: dict[str, Any] = {"slug": slug_of(request), "search": search or None, "after": cursor(request), kind: query[kind][:100]}
    found = (await ask(request, f"link/{kind}", **variables)).organization
    place = getattr(found, kind)
    if place is None:
        raise NotFound
    rows, following = (place.flats, "flat") if kind == "house" else (place.houses, "house")
    title = _street(place) if kind == "street" else f"{_street(place.street)}, {place.number}"
    return answer(request, "link/index.html", step=kind, title=title, place=place, rows=rows, following=following, search=search)


async def _start(request: Request, *, search: str = "", status: int = 200, missing: str = "", over: bool = False) -> Response:
    kept = search[:LONGEST_SEARCH].strip()
    chosen = request.query_params.get("flat")
    if chosen and request.method == "GET":
        of = (await ask(request, "link/flat", slug=slug_of(request), flat=chosen[:100])).organization
        return answer(request, "link/index.html", step="flat", title=_address(of.flat), flat=of.flat)
    of = (await ask(request, "link/start", slug=slug_of(request), search=kept or None, after=cursor(request))).organization
    return answer(request, "link/index.html", status, step="start", streets=of.streets, rules=of.linkRules, search=kept, missing=missing, over=over)


async def _linked(request: Request, identity: str) -> Response:
    kind = "contract" if identity.startswith("con_") else "account"
    found = ours(request, getattr(await ask(request, f"link/{kind}", id=identity[:100]), kind))
    account, contract = (found, None) if kind == "account" else (None, found)
    return answer(request, "link/index.html", step="done", login=None, account=account, contract=contract)


def _proving(subject: Subject, filled: Filled, *, check: Any = None, door: str = "LINK", sent: int = 0, key: str | None = None) -> dict[str, Any]:
    codes = {str(problem.code) for problem in filled.problems}
    asked = subject.rules.contractProofs if subject.is_contract else subject.rules.proofs
    over = "NO_TRIES_LEFT" in codes
    opened = bool(over or sent or "WRONG_CODE" in codes or not asked or filled.value("stepUp"))
    return {
        "step": "prove", "subject": subject, "form": filled, "asked": asked, "ways": subject.rules.stepUps, "check": check, "door": door, "sent": sent,
        "over": over, "opened": opened, "key": key or new_key(),
    }  # fmt: skip


def _street(street: Any) -> str:
    return ", ".join(part for part in (street.locality, street.name) if part)


def _address(flat: Any) -> str:
    house = f"{_street(flat.house.street)}, {flat.house.number}"
    return f"{house}-{flat.number}" if flat.number else house
