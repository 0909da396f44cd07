"""Lists: whole, without repeats, in a stable order, whatever the page's size."""

import pytest

from models.enums import Resource
from resolvers.viewer import viewer_of_user
from schema import ids
from schema.context import Context
from schema.execution import execute
from tests import factories as make

LISTS = {  # how to ask, and how many there are
    "accounts": ("accounts(first: $first, after: $after) { nodes { id } edges { cursor } pageInfo { hasNextPage endCursor } }", 7),
    "contracts": ("contracts(first: $first, after: $after) { nodes { id } edges { cursor } pageInfo { hasNextPage endCursor } }", 3),
    "charges": ("account(id: $id) { list: charges(first: $first, after: $after) { nodes { id } edges { cursor } pageInfo { hasNextPage endCursor } } }", 9),
    "payments": ("account(id: $id) { list: payments(first: $first, after: $after) { nodes { id } edges { cursor } pageInfo { hasNextPage endCursor } } }", 6),
    "readings": ("account(id: $id) { list: readings(first: $first, after: $after) { nodes { id } edges { cursor } pageInfo { hasNextPage endCursor } } }", 8),
    "statements": (
        "account(id: $id) { list: statements(first: $first, after: $after) { nodes { id: period } edges { cursor } pageInfo { hasNextPage endCursor } } }",
        3,
    ),
    "recipients": (
        "contract(id: $con) { list: recipients(first: $first, after: $after) { nodes { id } edges { cursor } pageInfo { hasNextPage endCursor } } }",
        5,
    ),
    "contract payments": (
        "contract(id: $con) { list: payments(first: $first, after: $after) { nodes { id } edges { cursor } pageInfo { hasNextPage endCursor } } }",
        3,
    ),
    "contract entries": (
        (
            "contract(id: $con) { reconciliation { list: entries(first: $first, after: $after) {"
            " nodes { id: document } edges { cursor } pageInfo { hasNextPage endCursor } } } }"
        ),
        3,
    ),
    "rows": (
        (
            "contract(id: $con) { statement { list: rows(first: $first, after: $after) {"
            " nodes { id: position } edges { cursor } pageInfo { hasNextPage endCursor } } } }"
        ),
        7,
    ),
    "organizations": ("organizations(first: $first, after: $after) { nodes { id } edges { cursor } pageInfo { hasNextPage endCursor } }", 2),
}


@pytest.fixture
async def town(database):
    await ids.load()
    org = await make.organization()
    await make.organization("teploset")
    contracts = [await make.contract(org) for _ in range(3)]
    accounts = [await make.account(org, contract=contracts[0]) for _ in range(5)] + [await make.account(org) for _ in range(2)]
    cold, hot = await make.meter(accounts[0]), await make.meter(accounts[0], Resource.HOT_WATER)
    for month in ("2026-07", "2026-08", "2026-09"):
        await make.statement(accounts[0], month)
        for _ in range(3):
            await make.charge(accounts[0], month, 100)
        for _ in range(2):
            await make.payment(accounts[0], 100, f"{month}-10")
        await make.own_payment(contracts[0], 100, f"{month}-10")
        await make.reading(cold, "1", f"{month}-10")
        await make.reading(hot, "1", f"{month}-10")
    await make.reading(cold, "2", "2026-09-20")
    await make.reading(hot, "2", "2026-09-20")
    for account in accounts[1:5]:
        await make.statement(account, "2026-09")
        await make.charge(account, "2026-09", 100)
    clerk = await make.user()
    await make.staff(clerk, org)
    return await viewer_of_user(clerk.id, make.TODAY), ids.encode("acc", accounts[0].id), ids.encode("con", contracts[0].id)


async def page(town, name: str, first: int, after: str | None):
    viewer, account, contract = town
    text = f"query ($first: Int!, $after: String, $id: ID!, $con: ID!) {{ {LISTS[name][0]} u1: node(id: $id) {{ id }} u2: node(id: $con) {{ id }} }}"
    answer = await execute(text, {"first": first, "after": after, "id": account, "con": contract}, Context(viewer, make.NOW, make.TODAY))
    assert not answer.errors, answer.errors
    found = answer.data[next(iter(answer.data))]
    while "nodes" not in found:
        found = found.get("list") or found.get("statement") or found["reconciliation"]
    return found


@pytest.mark.parametrize("name", LISTS)
async def test_pages_make_the_whole(town, name: str):
    whole = await page(town, name, 100, None)
    assert (len(whole["nodes"]), whole["pageInfo"]["hasNextPage"]) == (LISTS[name][1], False)
    for size in (1, 2, 3):
        seen, after, more = [], None, True
        while more:
            found = await page(town, name, size, after)
            assert 1 <= len(found["nodes"]) <= size
            assert found["edges"][-1]["cursor"] == found["pageInfo"]["endCursor"]
            seen += found["nodes"]
            after, more = found["pageInfo"]["endCursor"], found["pageInfo"]["hasNextPage"]
        assert seen == whole["nodes"]


async def test_a_cursor_of_another_list_is_refused(town):
    viewer, account, _ = town
    cursor = (await page(town, "payments", 1, None))["pageInfo"]["endCursor"]
    text = f'{{ account(id: "{account}") {{ charges(first: 1, after: "{cursor}") {{ nodes {{ id }} }} }} }}'
    answer = await execute(text, None, Context(viewer, make.NOW, make.TODAY))
    assert answer.errors[0]["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize(
    ("search", "count"), [("02", 7), ("КРАСИНА", 7), ("красин", 7), ("ким", 7), ("Ким Красина", 7), ("нет", 0), ("%", 0), ("_", 0), ("!", 0), ("'", 0)]
)
async def test_staff_search_by_number_name_and_address(town, search, count):
    viewer, *_ = town
    answer = await execute("query ($s: String) { accounts(first: 50, search: $s) { nodes { id } } }", {"s": search}, Context(viewer, make.NOW, make.TODAY))
    assert len(answer.data["accounts"]["nodes"]) == count
