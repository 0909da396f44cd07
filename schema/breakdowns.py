"""A contract's breakdown by recipients in one piece, however many there are: asked for page by page by the pages' own document."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from models.errors import NotFound

DOCUMENT = "contracts/index"
ROWS_AT_ONCE = 100

Asking = Callable[[dict[str, Any]], Awaitable[Any]]  # runs DOCUMENT with these variables


async def pages(ask: Asking, identity: str, period: str | None) -> AsyncIterator[Any]:
    """The contract again and again, each time with the next of its rows. Raises NotFound where there is none, or no row of the month."""
    wanted: dict[str, Any] = {"id": identity, "period": period, "first": ROWS_AT_ONCE, "after": None}
    while True:
        contract = (await ask(wanted)).contract
        if contract is None or contract.statement is None or not contract.statement.rows.nodes:
            raise NotFound
        yield contract
        page = contract.statement.rows.pageInfo
        if not page.hasNextPage:
            return
        wanted |= {"period": str(contract.statement.period), "after": page.endCursor}
