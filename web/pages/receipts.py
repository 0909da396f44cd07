"""Receipts of readings: the sheet of one sending, to print, and the public page that verifies one."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from schema.operations import NotFound
from settings import settings
from web.answers import answer, ask
from web.filled import Filled
from web.pages.accounts import ours
from web.strangers import page

LONGEST = 40


async def sheet(request: Request) -> Response:
    """All receipts of the sending that one receipt belongs to. NotFound for a number that is none of this account's."""
    identity, number = request.path_params["id"], request.path_params["number"]
    account = ours(request, (await ask(request, "readings/receipt", id=identity, number=number)).account)
    if not account.receiptSheet:
        raise NotFound
    addresses = {row.receiptNumber: _address(account.organization.slug, row) for row in account.receiptSheet}
    return answer(request, "readings/receipt.html", account=account, addresses=addresses)


async def check(request: Request) -> Response:
    """Number and code from the address, as the QR code has them, or from the form: what stands behind them, the same 422 for every miss."""
    given: dict[str, Any] = {name: request.query_params.get(name, "").replace("\0", "")[:LONGEST] for name in ("number", "code")}
    if not any(given.values()):
        return await page(request, "readings/check.html", form=Filled(given), receipt=None, missed=False)
    receipt = (await ask(request, "readings/check", **given)).readingReceipt
    return await page(request, "readings/check.html", 200 if receipt else 422, form=Filled(given), receipt=receipt, missed=receipt is None)


def _address(slug: str, row: Any) -> str | None:
    """Where the receipt is verified; None where it has no code."""
    if row.checkCode is None:
        return None
    return f"{settings().base_url}/o/{slug}/check-receipt?{urlencode({'number': row.receiptNumber, 'code': row.checkCode})}"
