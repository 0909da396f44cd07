"""«Почему столько?» of contracts: recipients and parts add up to the difference, whatever was charged to whomever."""

import datetime as dt
from collections import Counter, defaultdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import AccountFacts, Contract, PersonalAccount
from models.enums import ChargeBasis
from models.money import Currency
from models.period import Period
from resolvers.changes import changed
from resolvers.charges import ChargeRow, charge_row
from resolvers.contract_changes import changed_recipients_pages, contract_changes_of
from resolvers.contract_statements import contract_statements
from resolvers.contracts import contracts_by_ids
from resolvers.price_steps import ChangeCause
from resolvers.viewer import viewer_of_user
from tests import factories as make

SEPTEMBER, OCTOBER = Period(2026, 9), Period(2026, 10)


async def compared(contract: Contract, first: int = 50, after: int | None = None) -> tuple[Any, list[Any]]:
    user = await make.user()
    await make.member(user, contract)
    viewer = await viewer_of_user(user.id, make.TODAY)
    rows = list((await contracts_by_ids(viewer, [contract.id])).values())
    statements = list((await contract_statements(viewer, rows, OCTOBER)).values())
    found = list((await contract_changes_of(viewer, statements, 1)).values())
    if not found:
        return None, []
    return found[0], (await changed_recipients_pages(viewer, found, first, after))[found[0].pk]


@pytest.mark.usefixtures("database")
async def test_by_recipients_whoever_changed_most_first():
    org = await make.organization()
    contract = await make.contract(org)
    stays, grows, comes, leaves = [await make.account(org, number, contract=contract) for number in "1234"]
    for account in (stays, grows, comes, leaves):
        await make.statement(account, "2026-10")
    await AccountFacts.filter(account=comes).update(valid_from=dt.date(2026, 10, 1))
    await AccountFacts.create(organization=org, account=comes, valid_from=dt.date(1900, 1, 1))
    await AccountFacts.create(organization=org, account=leaves, valid_from=dt.date(2026, 10, 1))
    printed = {"price": 50_000_000, "price_with_tax": 56_000_000, "tax_percent": 1200}
    for account in (stays, grows, comes, leaves):
        await make.charge(account, "2026-09", 28_000, quantity=5_000_000, **printed)
        await make.charge(account, "2026-10", 28_000, quantity=5_000_000, **printed)
    await make.charge(grows, "2026-10", 500, basis=ChargeBasis.RECALCULATION, quantity=None)
    found, rows = await compared(contract)
    told = [(row.account.number, row.difference.minor, {part.cause: part.amount.minor for part in row.parts}) for row in rows]
    assert told == [
        ("3", 28_000, {ChangeCause.SERVICE: 28_000}),
        ("4", -28_000, {ChangeCause.SERVICE: -28_000}),
        ("2", 500, {ChangeCause.RECALCULATION: 500}),
        ("1", 0, {}),
    ]
    assert (found.amount_then.minor, found.amount_now.minor, found.difference.minor) == (84_000, 84_500, 500)
    assert {part.cause: part.amount.minor for part in found.parts} == {ChangeCause.RECALCULATION: 500}
    _, page = await compared(contract, 1, 1)
    assert [(row.position, row.account.number) for row in page] == [(2, "4"), (3, "2")], "one more than asked for says that there are more"


@pytest.mark.usefixtures("database")
async def test_who_left_is_told_of_as_he_was_and_not_who_came_after_him():
    org = await make.organization()
    contract = await make.contract(org)
    stays, leaves = [await make.account(org, number, contract=contract) for number in "12"]
    await make.statement(stays, "2026-10")
    await AccountFacts.create(organization=org, account=leaves, valid_from=dt.date(2026, 10, 1), surname="Чужой", residents=9)
    await PersonalAccount.filter(id=leaves.id).update(contract_id=None)
    for account, month in ((stays, "2026-09"), (stays, "2026-10"), (leaves, "2026-09"), (leaves, "2026-10")):
        await make.charge(account, month, 100)
    _, rows = await compared(contract)
    [row] = [row for row in rows if row.account.pk == leaves.id]
    assert row.difference.minor == -100
    for facts in (row.facts, row.account.facts):
        assert facts.residents != 9
        assert "Чужой" not in (facts.holder_name or "")


@pytest.mark.usefixtures("database")
async def test_nothing_to_compare_with():
    org = await make.organization()
    contract = await make.contract(org)
    account = await make.account(org, contract=contract)
    await make.statement(account, "2026-10")
    await make.charge(account, "2026-10", 100)
    assert await compared(contract) == (None, [])


SUMS = st.integers(-(10**9), 10**9)
LINES = st.lists(
    st.tuples(
        st.integers(1, 3),
        SUMS,
        st.none() | st.integers(0, 10**10),
        st.none() | st.integers(0, 10**9),
        st.sampled_from(ChargeBasis),
        st.none() | st.integers(0, 2000),
    ),
    max_size=5,
)


def rows(lines: list[tuple[Any, ...]], period: Period) -> list[ChargeRow]:
    return [
        charge_row(defaultdict(lambda: None, {
            "id": place, "account_id": 1, "period": period.first_day, "service_id": service, "service_name": "", "resource": "other", "currency": "KZT",
            "amount": amount, "basis": basis.value, "unit": "м³", "quantity": quantity, "tax_percent": tax, "price": price,
            "price_with_tax": None if price is None or tax is None else price + price * tax // 10_000,
        }))
        for place, (service, amount, quantity, price, basis, tax) in enumerate(lines)
    ]  # fmt: skip


@given(st.lists(st.tuples(LINES, LINES), max_size=4))
def test_whatever_was_charged_the_parts_add_up(recipients: list[tuple[Any, Any]]):
    for then, now in recipients:
        found = changed(Currency.KZT, SEPTEMBER, rows(then, SEPTEMBER), rows(now, OCTOBER))
        assert found.amount_then.minor == sum(line[1] for line in then)
        assert found.amount_now.minor == sum(line[1] for line in now)
        assert sum(part.amount.minor for part in found.parts) == found.difference.minor
        assert all(sum(part.amount.minor for part in line.parts) == line.difference.minor for line in found.lines)
        by_lines: Counter[ChangeCause] = Counter()
        for line in found.lines:
            for part in line.parts:
                by_lines[part.cause] += part.amount.minor
        assert {cause: amount for cause, amount in by_lines.items() if amount} == {part.cause: part.amount.minor for part in found.parts}
