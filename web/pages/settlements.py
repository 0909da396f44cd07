"""What is owed, how it moved by month, and every entry between two days: pages, files for spreadsheets, and the act to sign."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from adapters import pdf
from adapters.formats import date, day_of
from adapters.money_words import debt_age, entry_details, entry_kind, paid_for
from adapters.texts import gettext, speaking
from schema.operations import WrongSpan
from schema.problems import sentence
from web import tables
from web.answers import answer, ask, cursor, refuse
from web.downloads import MOST_ROWS, printed
from web.filled import Filled
from web.pages.accounts import found, ours
from web.typed import Said, Typed

ROWS_AT_ONCE = 100
FIGURES = ("opening", "charged", "recalculation", "penalty", "compensation", "paid", "refunded", "difference", "closing")
Part = list[Sequence[Any]]


async def settlements(request: Request) -> Response:
    """GET what is owed now."""
    account = ours(request, (await ask(request, "settlements/index", id=request.path_params["id"])).account)
    return answer(request, "settlements/index.html", account=account)


async def settlements_file(request: Request) -> Response:
    """GET the same as a table."""
    account = ours(request, (await ask(request, "settlements/index", id=request.path_params["id"])).account)
    found(account.settlement)
    return await tables.handed(request, "settlements", _settlement(request, account))


async def _settlement(request: Request, account: Any) -> AsyncIterator[Part]:
    state = account.settlement
    with speaking(request.scope["state"]["language"]):
        yield [
            [gettext("What"), gettext("Sum")],
            [gettext("Personal account"), account.number],
            [gettext("Data as of"), day_of(state.asOf, account.organization.timezone)],
            [gettext("Balance by the supplier's books"), state.balance],
            [gettext("On its way to the supplier"), state.inTransit],
            [gettext("Balance with payments on their way"), state.due],
            *_overdue(state),
            *([paid_for(one), one.balance] for one in state.services),
            *([debt_age(one.age), one.amount] for one in state.ages or ()),
        ]


def _overdue(state: Any) -> Iterator[Sequence[Any]]:
    """What is late already, and what will be: nothing where no day to pay by is named."""
    if state.overdue is not None:
        yield [gettext("Overdue by the supplier's books"), state.overdue]
    if state.nextDueOn and state.overdueThen:
        yield [gettext("Overdue if nothing more is paid by %(day)s", day=date(state.nextDueOn)), state.overdueThen]


async def movements(request: Request) -> Response:
    """GET the months of a span."""
    account, form, status = await asked(request, "settlements/movements", Typed.month)
    return answer(request, "settlements/movements.html", status, account=account, form=form)


async def movements_file(request: Request) -> Response:
    """GET the same as a table."""
    account, form, _ = await asked(request, "settlements/movements", Typed.month)
    refuse(form.problems)
    found(account.movements)
    return await tables.handed(request, "movements", _months(request, account.movements))


async def _months(request: Request, shown: Any) -> AsyncIterator[Part]:
    with speaking(request.scope["state"]["language"]):
        yield [movement_headings()]
        yield [[f"{row.period.first_day:%m.%Y}", *(getattr(row, name) for name in FIGURES)] for row in shown.months]
        if shown.total:
            yield [[gettext("Total"), *(getattr(shown.total, name) for name in FIGURES)]]


def movement_headings() -> list[str]:
    """Of the month and its figures, in the language that is spoken."""
    return [
        gettext("Month"), gettext("Opening balance"), gettext("Charged"), gettext("Recalculation"), gettext("Penalty"), gettext("Compensation"),
        gettext("Paid"), gettext("Money given back"), gettext("Difference in the supplier's data"), gettext("Closing balance"),
    ]  # fmt: skip


async def reconciliation(request: Request) -> Response:
    """GET the entries between two days, page by page."""
    account, form, status = await asked(request, "settlements/reconciliation", Typed.day, first=25, after=cursor(request))
    return answer(request, "settlements/reconciliation.html", status, account=account, form=form, begins=cursor(request) is None)


async def reconciliation_file(request: Request) -> Response:
    """GET all of them as a table, streamed."""
    account = await _first_page(request)
    return await tables.handed(request, "reconciliation", _entries(request, account))


async def act(request: Request) -> Response:
    """GET the act of reconciliation as PDF, for both sides to sign."""
    account = await _first_page(request)
    rows: list[Any] = []
    async for page in _pages(request, account):
        rows += page
        if len(rows) > MOST_ROWS:
            raise pdf.Overloaded
    shown = account.reconciliation
    return await printed(request, "pdf/reconciliation.html", f"reconciliation-{shown.first}-{shown.last}.pdf", account=account, rows=rows)


async def _entries(request: Request, account: Any) -> AsyncIterator[Part]:
    language, shown = request.scope["state"]["language"], account.reconciliation
    with speaking(language):
        yield [entry_headings(), [date(shown.first), "", gettext("Opening balance"), "", *sides(shown.opening)]]
    async for page in _pages(request, account):
        with speaking(language):
            yield [entry_cells(entry) for entry in page]
    with speaking(language):
        yield entry_ends(shown.last, shown)


def entry_headings() -> list[str]:
    """Of the cells of an entry, in the language that is spoken."""
    return [gettext("Date"), gettext("Month"), gettext("Operation"), gettext("Details"), gettext("Debit"), gettext("Credit")]


def entry_ends(last: Any, sums: Any) -> Part:
    """The turnover and the balance below the entries."""
    return [
        [date(last), "", gettext("Turnover"), gettext("without entries that were taken back on their own day"), sums.debit, sums.credit],
        [date(last), "", gettext("Closing balance"), "", *sides(sums.closing)],
    ]


def entry_cells(entry: Any) -> list[Any]:
    """As a row of a table."""
    return [date(entry.happenedOn), f"{entry.period.first_day:%m.%Y}", entry_kind(entry.kind), entry_details(entry), *sides(entry.amount)]


def sides(amount: Any) -> tuple[Any, Any]:
    """What adds to the debt stands on the left, what lowers it, as a positive sum, on the right."""
    if amount is None or not amount.minor:
        return amount, None
    return (amount, None) if amount.minor > 0 else (None, -amount)


async def _pages(request: Request, account: Any) -> AsyncIterator[list[Any]]:
    """The entries of a reconciliation, its first page at hand; the others are asked for with the days that it settled on."""
    shown, wanted = account.reconciliation, {"id": request.path_params["id"], "first": ROWS_AT_ONCE}
    span: dict[str, Any] = {"from": str(shown.first), "to": str(shown.last)}
    while True:
        yield shown.entries.nodes
        if not shown.entries.pageInfo.hasNextPage:
            return
        after = shown.entries.pageInfo.endCursor
        shown = found(found((await ask(request, "settlements/reconciliation", **wanted, **span, after=after)).account).reconciliation)


async def _first_page(request: Request) -> Any:
    """The account with the first entries; raises BadAddress for a span that cannot be shown, NotFound where there is nothing to show."""
    account, form, _ = await asked(request, "settlements/reconciliation", Typed.day, first=ROWS_AT_ONCE, after=None)
    refuse(form.problems)
    found(account.reconciliation)
    return account


async def asked(request: Request, operation: str, read: Callable[..., str | None], **wanted: Any) -> tuple[Any, Filled, int]:
    """The account or contract over the span that the address has: what is wrong with it is told beside its field, and what was typed stays."""
    given = {name: request.query_params.get(name, "").replace("\0", "")[:40] for name in ("from", "to")}
    typed = Typed(given)
    options = {"required": False} if read is Typed.day else {}
    span: dict[str, Any] = {name: read(typed, name, **options) for name in given}
    wanted |= {"id": request.path_params["id"]}
    problems = typed.problems
    if not problems:
        try:
            found_one = _one(request, await ask(request, operation, **wanted, **span))
        except WrongSpan as wrong:
            with speaking(request.scope["state"]["language"]):
                problems = [Said(problem.path, sentence(problem), problem.code.name) for problem in wrong.problems]
        else:
            return found_one, Filled(_shown(found_one, span)), 200
    found_one = _one(request, await ask(request, operation, **wanted | {"after": None} if "after" in wanted else wanted))
    return found_one, Filled(given, problems), 422


def _one(request: Request, page: Any) -> Any:
    return ours(request, page.contract if hasattr(page, "contract") else page.account)


def _shown(found_one: Any, span: dict[str, str | None]) -> dict[str, str]:
    """The ends as the fields take them: those that were settled on where none were typed."""
    report = found_one.movements if hasattr(found_one, "movements") else found_one.reconciliation
    settled = (report.first, report.last) if report is not None else ("", "")
    return {name: span[name] or str(end) for name, end in zip(("from", "to"), settled, strict=True)}
