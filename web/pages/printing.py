"""Bills that staff print: of accounts by their numbers, in one file, with one-time codes where they are wanted."""

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from adapters.texts import gettext
from schema.operations import NotFound
from settings import settings
from web.answers import answer, ask, is_month, own_slug
from web.downloads import printed
from web.filled import Filled
from web.forms import form
from web.pages.bills import MOST_ACCOUNTS as AT_ONCE
from web.pages.bills import SIZES
from web.typed import Said

LONGEST_NUMBER = 40
MOST_ACCOUNTS = 50  # of one file: it is made while somebody waits


async def printing(request: Request) -> Response:
    """GET asks which, POST gives the file; 422 where a number is none, or has no bill of the month."""
    slug = await own_slug(request)
    found = (await ask(request, "bills/printing", slug=slug)).organization
    if found is None or found.accessRules is None:
        raise NotFound
    shown: dict[str, Any] = {"months": [one.period for one in found.periods.nodes], "codes": found.accessRules.asksForBillCodes, "most": MOST_ACCOUNTS}
    if request.method == "GET":
        return answer(request, "bills/printing.html", form=Filled(), **shown)
    fields = await form(request)
    accounts, problems = await _accounts(request, slug, fields)
    codes: dict[str, Any] = {}
    if fields.get("codes") and not problems:
        wanted = {"organizationSlug": slug, "accounts": [account.id for account in accounts]}
        result = (await ask(request, "bills/codes", input=wanted)).issueBillCodes
        if result.typename == "Rejected":
            problems = [Said((), problem.message) for problem in result.problems]
        else:
            codes = {one.account.id: one for one in result.codes}
    if problems:
        return answer(request, "bills/printing.html", 422, form=Filled(fields, problems), **shown)
    size, link = fields.get("size", "a4"), f"{settings().base_url}/o/{slug}/link"
    words = {"size": size, "redacted": False, "codes": codes, "link_address": link}
    return await printed(request, "pdf/bill.html", f"bills-{fields['period']}.pdf", accounts=accounts, **words)


async def _accounts(request: Request, slug: str, fields: dict[str, str]) -> tuple[list[Any], list[Said]]:
    """The accounts with their bills, in the order of the numbers, or what is wrong with the form."""
    numbers = list(dict.fromkeys(re.findall(r"[^\s,;]+", fields.get("numbers", ""))))
    if not is_month(fields.get("period", "")):
        return [], [Said(("period",), gettext("Please choose one."))]
    if fields.get("size", "a4") not in SIZES:
        return [], [Said(("size",), gettext("Please choose one."))]
    if not numbers:
        return [], [_said(gettext("Please fill this in."))]
    if len(numbers) > MOST_ACCOUNTS:
        return [], [_said(gettext("At most %(limit)s accounts in one file.", limit=MOST_ACCOUNTS))]
    odd = [number for number in numbers if len(number) > LONGEST_NUMBER or not number.isprintable()]
    known = (await ask(request, "bills/numbers", slug=slug, numbers=numbers)).accountsByNumbers if not odd else []
    if unknown := odd or [number for number, account in zip(numbers, known, strict=True) if account is None]:
        return [], [_said(gettext("There is no account with this number: %(number)s.", number=number[:40])) for number in unknown]
    accounts = []
    for first in range(0, len(known), AT_ONCE):
        asked = [account.id for account in known[first : first + AT_ONCE]]
        accounts += (await ask(request, "bills/index", ids=asked, period=fields["period"])).accountsByIds
    return accounts, [_said(gettext("The account %(number)s has no bill of this month.", number=one.number)) for one in accounts if one.statement is None]


def _said(message: str) -> Said:
    return Said(("numbers",), message)
