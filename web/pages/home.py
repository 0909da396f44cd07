"""Home: what is due and what needs doing; for staff, a search."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from adapters.formats import is_cubic_metres
from schema.operations import SignInRequired
from web.answers import answer, ask, cursor
from web.pages.organizations import chooser
from web.sessions import viewer


async def home(request: Request) -> Response:
    organization = request.scope["state"].get("organization")
    if organization is None:
        return await chooser(request)
    if await viewer(request) is None:
        raise SignInRequired
    page = await ask(request, "home/index", slug=organization.slug, after=cursor(request))
    if page.viewer.kind == "STAFF":
        return await _staff(request, organization.slug)
    accounts = page.accounts.nodes
    others = await _elsewhere(request, organization.slug, page.viewer.organizations)
    if len(accounts) == 1 and not page.contracts.nodes and cursor(request) is None:
        return await _one_account(request, accounts[0].id, others)
    wanted = (await ask(request, "home/wanted")).viewer.user.wantedLink if not accounts and not page.contracts.nodes else None
    todos = {account.id: todo(account) for account in accounts}
    return answer(request, "home/index.html", page=page, wanted=wanted, todo=todos, others=others, bills=_bills(accounts))


@dataclass(frozen=True, slots=True)
class Bills:
    """The accounts of which one file can hold the newest month's bills."""

    period: Any
    accounts: list[Any]


def _bills(accounts: list[Any]) -> Bills | None:
    """None where fewer than two accounts have one: a single bill is with its account."""
    newest = max((str(account.statement.period) for account in accounts if account.statement), default=None)
    same = [account for account in accounts if account.statement and str(account.statement.period) == newest]
    return Bills(newest, same) if len(same) > 1 else None


MOST_OTHERS = 4  # organizations whose accounts are shown beside one's own here


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Accounts at another organization; `more` says that there are others besides."""

    organization: Any
    accounts: list[Any]
    more: bool


async def _elsewhere(request: Request, slug: str, organizations: list[Any]) -> list[Elsewhere]:
    """A person's accounts at other organizations: nearly nobody has them, so they cost only whom they concern."""
    found = []
    for other in [one for one in organizations if one.slug != slug][:MOST_OTHERS]:
        page = (await ask(request, "home/elsewhere", slug=other.slug)).accounts
        found.append(Elsewhere(other, page.nodes, page.pageInfo.hasNextPage))
    return found


@dataclass(frozen=True, slots=True)
class Todo:
    """What the holder of an account has to do: meters whose readings wait, and those whose verification is overdue."""

    unsent: list[Any]
    all_sent: bool
    overdue: list[Any]
    waits: bool  # there are meters to send, and no window is open


def todo(account: Any) -> Todo:
    sends = [(meter, register) for meter in account.meters if not meter.refusal for register in meter.registers] if "SEND_READINGS" in account.may else []
    registers = sends if account.readingWindow.isOpen else []
    unsent = list({meter.id: meter for meter, register in registers if register.currentReading is None}.values())
    overdue = [meter for meter in account.meters if meter.state == "INSTALLED" and meter.verificationOverdue]
    return Todo(unsent, bool(registers) and not unsent, overdue, bool(sends) and not account.readingWindow.isOpen)


async def _one_account(request: Request, account_id: str, others: list[Elsewhere]) -> Response:
    account = (await ask(request, "home/account", id=account_id)).account
    return answer(request, "home/account.html", account=account, todo=todo(account), water=water(account.consumption or []), others=others)


async def _staff(request: Request, slug: str) -> Response:
    search = request.query_params.get("search", "")[:100].replace("\0", "").strip()
    page = await ask(request, "home/staff", slug=slug, search=search or None, after=cursor(request))
    return answer(request, "home/staff.html", page=page, search=search)


@dataclass(frozen=True, slots=True)
class Water:
    """Billed water by month, oldest first, as exact decimal texts; `resource` is what it is when it is of one kind only."""

    months: list[tuple[Any, str]]
    resource: str | None


def water(consumption: list[Any]) -> Water:
    sums: dict[Any, Decimal] = {}
    kinds = set()
    for month in consumption:
        if month.resource in ("COLD_WATER", "HOT_WATER") and is_cubic_metres(month.volume.unit):
            kinds.add(month.resource)
            sums[month.period] = sums.get(month.period, Decimal(0)) + Decimal(month.volume.value)
    return Water([(period, f"{value:f}") for period, value in sums.items()], kinds.pop() if len(kinds) == 1 else None)
