"""For staff: the queue of readings that were sent, accepted and refused one by one or many at once."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from schema.operations import NotFound
from web.answers import BadAddress, answer, ask, cursor, own_slug
from web.filled import Filled
from web.forms import form
from web.sendings import new_key

STATES = ("", "IN_REVIEW", "SENT", "ACCEPTED", "REFUSED", "BILLED")  # the first: all that wait
VERDICTS = ("ACCEPT", "REFUSE", "REVIEW")
SIZES = (20, 100, 500)
AT_ONCE = 100  # rows that one document may ask for
MOST = 500


async def queue(request: Request) -> Response:
    """GET shows the readings that were chosen, POST judges those that are ticked: what could not be judged so is 422."""
    slug = await own_slug(request)
    if request.method == "GET":
        return await _page(request, slug, request.query_params, Filled())
    fields = await form(request)
    verdict, chosen = _wanted(fields)
    rows = [{"reading": one, "verdict": verdict, "reason": fields.get("reason", "")} for one in chosen]
    key = fields.get("idempotencyKey", "")
    wanted = {"organizationSlug": slug, "verdicts": rows, "idempotencyKey": key}
    result = (await ask(request, "readings/judge", input=wanted)).judgeReadings
    if result.typename == "Rejected":
        return await _page(request, slug, fields, Filled(fields, result.problems), chosen=chosen)
    failed = [row for row in result.rows if row.problems]
    done = sum(row.changed for row in result.rows)
    if failed:
        said = [problem for row in failed for problem in row.problems if tuple(problem.path) == ("reason",)][:1]
        others = [row for row in failed if tuple(row.problems[0].path) != ("reason",)]
        left = [row.reading.id for row in failed if row.reading is not None]
        return await _page(request, slug, fields, Filled(fields, said), chosen=left, failed=others, done=done, status=422)
    if request.headers.get("hx-request") == "true":
        return await _page(request, slug, fields, Filled(), done=done, judged=True)
    return RedirectResponse(f"{request.url.path}?{urlencode({**_filters(fields), 'done': done})}", 303)


def _wanted(fields: Mapping[str, str]) -> tuple[str, list[str]]:
    """The verdict, and the readings that it is about: one by its own button, all that the page showed, or those that are ticked."""
    single, _, reading = fields.get("one", "").partition(" ")
    if reading:
        return (single if single in VERDICTS else "REVIEW"), [reading]
    verdict = fields.get("verdict", "")
    ticked = [value for name, value in fields.items() if re.fullmatch(r"chosen\.[0-9]{1,3}", name, re.ASCII) and value]
    shown = fields.get("shown", "").split()[: MOST + 1]
    return (verdict if verdict in VERDICTS else "REVIEW"), (shown if fields.get("all") == "true" else ticked)


async def _page(
    request: Request, slug: str, given: Mapping[str, str], filled: Filled, *, chosen: Any = (), failed: Any = (), done: int = 0,
    judged: bool = False, status: int = 200,
) -> Response:  # fmt: skip
    filters = _filters(given)
    size = int(filters["rows"])
    found = await _rows(request, slug, filters, size)
    problems = list(filled.problems)
    context = {
        "rows": found[0], "following": found[1], "filters": filters, "states": STATES, "sizes": SIZES, "form": filled, "chosen": set(chosen),
        "failed": failed, "done": done or _number(given.get("done", "")), "judged": judged or "done" in given, "key": new_key(),
        "months": _months(dt.datetime.now(dt.UTC).date()), "nothing": any(tuple(problem.path) == ("verdicts",) for problem in problems),
    }  # fmt: skip
    return answer(request, "readings/queue.html", 422 if problems else status, **context)


async def _rows(request: Request, slug: str, filters: Mapping[str, str], size: int) -> tuple[list[Any], str | None]:
    """As many as the page is to show, and where the next page begins."""
    after, rows = cursor(request), list[Any]()
    only = {"state": filters["state"] or None, "period": filters["period"] or None}
    while True:
        wanted: dict[str, Any] = {"slug": slug, "first": min(AT_ONCE, size - len(rows)), "after": after, **only}
        found = (await ask(request, "readings/queue", **wanted)).organization
        if found is None or found.readings is None:
            raise NotFound
        rows += found.readings.nodes
        after = found.readings.pageInfo.endCursor if found.readings.pageInfo.hasNextPage else None
        if after is None or len(rows) >= size:
            return rows, after


def _filters(given: Mapping[str, str]) -> dict[str, str]:
    state, rows, period = given.get("state", ""), given.get("rows", ""), given.get("period", "")
    if period and not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", period, re.ASCII):
        raise BadAddress
    return {"state": state if state in STATES else "", "rows": rows if rows in map(str, SIZES) else str(SIZES[0]), "period": period}


def _months(today: dt.date) -> list[str]:
    """This month and the year before it, newest first."""
    return [f"{number // 12}-{number % 12 + 1:02d}" for number in range(today.year * 12 + today.month - 1, today.year * 12 + today.month - 14, -1)]


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,3}", text, re.ASCII) else 0
