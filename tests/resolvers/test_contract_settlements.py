"""A contract's settlements: sums of its recipients and its own entries, months that chain while recipients come and go."""

import datetime as dt
import itertools
from typing import Any

import pytest

from models import AccountFacts, Contract, LedgerEntry, Organization, PersonalAccount
from models.enums import EntryKind, PaymentState
from models.period import Period
from resolvers.contract_entries import own_entries_pages
from resolvers.contract_movements import contract_movements_of
from resolvers.contract_reconciliations import contract_reconciliations_of, contract_totals_of, own_turnovers_of, turnovers_pages
from resolvers.contract_settlements import contract_settlements_of
from resolvers.contracts import contracts_by_ids
from resolvers.movements import KINDS
from resolvers.spans import Days, Months
from resolvers.viewer import viewer_of_user
from tests import factories as make
from tests.counting import counted

JUNE, OCTOBER = Period(2026, 6), Period(2026, 10)
SPAN = Days(dt.date(2026, 7, 1), dt.date(2026, 9, 30))
SIGNS = {"charged": 1, "recalculation": 1, "penalty": 1, "compensation": -1, "paid": -1, "refunded": 1, "difference": 1}


@pytest.fixture
async def org(database) -> Organization:
    return await make.organization(payment_due_day=25)


async def recipient(org: Organization, contract: Contract, number: str, opening: int) -> PersonalAccount:
    """Opening in June, 10,00 a month up to October, 5,00 paid in August."""
    account = await make.account(org, number, contract=contract)
    if opening:
        await make.entry(account, EntryKind.OPENING, opening, "2026-06-01")
    for day in ("2026-06-30", "2026-07-31", "2026-08-31", "2026-09-30", "2026-10-31"):
        await make.entry(account, EntryKind.CHARGE, 1_000, day)
    await make.entry(account, EntryKind.PAYMENT, -500, "2026-08-15")
    return account


async def own_entry(contract: Contract, amount: int, on: str, **given: Any) -> LedgerEntry:
    values = {"kind": EntryKind.PAYMENT, "period": make.day(on).replace(day=1), "key": f"own {on} {amount}", "posted_at": make.NOW, **given}
    return await LedgerEntry.create(organization_id=contract.organization_id, contract=contract, amount=amount, business_date=make.day(on), **values)


async def payer_of(*contracts: Contract, **given: Any) -> tuple[Any, list[Any]]:
    user = await make.user()
    for contract in contracts:
        await make.member(user, contract, **given)
    viewer = await viewer_of_user(user.id, make.TODAY)
    return viewer, list((await contracts_by_ids(viewer, [contract.id for contract in contracts])).values())


def minor(row: Any) -> list[int | None]:
    sums = [getattr(row, side) for side in ("opening", "debit", "credit", "closing")]
    return [None if one is None else one.minor for one in sums]


async def test_what_is_owed_is_the_recipients_and_the_contracts_own(org):
    contract = await make.contract(org)
    await recipient(org, contract, "1", 10_000)
    await recipient(org, contract, "2", -20_000)
    await make.account(org, "3", contract=contract)
    await own_entry(contract, -700, "2026-09-10")
    viewer, rows = await payer_of(contract)
    found = (await contract_settlements_of(viewer, rows, make.TODAY))[contract.id]
    assert (found.balance.minor, found.own.minor, found.due.minor, found.unknown) == (14_500 - 15_500 - 700, -700, -1_700, 1)
    assert sum(one.amount.minor for one in found.ages) == 14_500 - 700, "debts are told of those who owe, less what was paid for the contract"
    assert found.overdue.minor == 14_500 - 700 - 1_000


@pytest.mark.parametrize(
    ("own", "ages"),
    [
        (0, {"not_due": 1_000, "to_30": 1_000, "to_90": 2_000, "to_180": 10_500}),
        (-10_600, {"not_due": 1_000, "to_30": 1_000, "to_90": 1_900}),
        (-20_000, {}),
        (300, {"not_due": 1_000, "to_30": 1_000, "to_90": 2_000, "to_180": 10_500, "unknown": 300}),
    ],
)
async def test_a_sum_for_the_contract_pays_the_oldest_debt_first(org, own: int, ages: dict[str, int]):
    contract = await make.contract(org)
    await recipient(org, contract, "1", 10_000)
    if own:
        await own_entry(contract, own, "2026-09-10")
    viewer, rows = await payer_of(contract)
    found = (await contract_settlements_of(viewer, rows, make.TODAY))[contract.id]
    assert {one.age.value: one.amount.minor for one in found.ages} == ages
    assert found.balance.minor == 14_500 + own


async def test_what_is_on_its_way_for_the_contract_lowers_what_is_due(org):
    contract, other = await make.contract(org), await make.contract(org)
    first = await recipient(org, contract, "1", 10_000)
    await make.payment(first, 40, "2026-11-19", state=PaymentState.IN_TRANSIT)
    for owner in (contract, other):
        await make.own_payment(owner, 2_000, "2026-11-19", state=PaymentState.IN_TRANSIT)
    viewer, rows = await payer_of(contract)
    found = (await contract_settlements_of(viewer, rows, make.TODAY))[contract.id]
    assert (found.balance.minor, found.own.minor, found.in_transit.minor, found.due.minor) == (14_500, 0, 2_040, 12_460)


async def sums(viewer, found):
    own, totals = (await own_turnovers_of(viewer, [found]))[found.pk].turnover, (await contract_totals_of(viewer, [found]))[found.pk]
    return own, totals.known + own, totals.unknown


async def test_entries_of_the_contract_itself(org):
    """Of the days alone that each viewer may see, a page at a time, in one statement for many contracts."""
    contracts = [await make.contract(org) for _ in range(3)]
    for contract in contracts:
        wrong = await own_entry(contract, -9, "2026-08-01")
        await own_entry(contract, 9, "2026-08-01", reverses_id=wrong.id, key="back")
        for on in ("2026-06-30", "2026-09-10", "2026-10-01"):
            await make.own_payment(contract, 300, on, document="77")
    viewer, rows = await payer_of(*contracts)
    found = list((await contract_reconciliations_of(viewer, rows, SPAN)).values())
    with counted() as statements:
        pages = await own_entries_pages(viewer, found, 2, None)
    assert len(statements) == 1
    told = {pk: [(str(one.happened_on), one.amount.minor, one.document, one.is_reversed, one.is_reversal) for one in page] for pk, page in pages.items()}
    expected = [("2026-08-01", -9, None, True, False), ("2026-08-01", 9, None, False, True), ("2026-09-10", -300, "77", False, False)]
    assert told == {row.pk: expected for row in found}
    last = pages[found[0].pk][1]
    assert [one.amount.minor for one in (await own_entries_pages(viewer, found[:1], 2, (last.happened_on, last.pk)))[found[0].pk]] == [-300]
    late, [seen] = await payer_of(contracts[0], from_on=dt.date(2026, 9, 1))
    [own] = (await contract_reconciliations_of(late, [seen], SPAN)).values()
    assert [str(one.happened_on) for one in (await own_entries_pages(late, [own], 5, None))[own.pk]] == ["2026-09-10"]


async def test_between_two_days_by_recipients(org):
    contract = await make.contract(org)
    first, second = await recipient(org, contract, "1", 10_000), await recipient(org, contract, "2", -20_000)
    await make.account(org, "3", contract=contract)
    wrong = await own_entry(contract, -9, "2026-08-01")
    await own_entry(contract, 9, "2026-08-01", reverses_id=wrong.id)
    await own_entry(contract, -700, "2026-06-10")
    await own_entry(contract, -300, "2026-09-10")
    viewer, rows = await payer_of(contract)
    found = (await contract_reconciliations_of(viewer, rows, SPAN))[contract.id]
    own, total, unknown = await sums(viewer, found)
    assert (minor(own), unknown) == ([-700, 0, 300, -1_000], 1)
    told = (await turnovers_pages(viewer, [found], 1, None))[found.pk]
    assert [(one.position, one.row.account.pk, minor(one.row)) for one in told] == [
        (1, first.id, [11_000, 3_000, 500, 13_500]), (2, second.id, [-19_000, 3_000, 500, -16_500]),
    ]  # fmt: skip
    assert minor(total) == [11_000 - 19_000 - 700, 6_000, 1_300, 13_500 - 16_500 - 1_000]
    assert [one.position for one in (await turnovers_pages(viewer, [found], 5, (1, "1")))[found.pk]] == [2, 3]


async def test_a_page_of_recipients_reads_these_alone_and_skips_whom_the_viewer_does_not_see(org):
    """Twenty of them came to the contract before the payer did, and left it before the span began."""
    contract = await make.contract(org)
    made = [await recipient(org, contract, f"{number:02}", 100) for number in range(26)]
    for account in made[3:23]:
        await AccountFacts.filter(account=account).update(contract_id=None)
    viewer, rows = await payer_of(contract)
    found = (await contract_reconciliations_of(viewer, rows, SPAN))[contract.id]
    everybody = [(one.position, one.row.account.number) for one in (await turnovers_pages(viewer, [found], 30, None))[found.pk]]
    assert [number for _, number in everybody] == ["00", "01", "02", "23", "24", "25"]
    told, after = [], None
    while page := (await turnovers_pages(viewer, [found], 2, after))[found.pk]:
        told += [(one.position, one.row.account.number) for one in page[:2]]
        after = (told[-1][0], told[-1][1])
        if len(page) <= 2:
            break
    assert told == everybody
    assert [position for position, _ in told] == list(range(1, len(told) + 1))


async def test_a_former_payer_sees_the_contracts_own_entries_of_his_days_alone(org):
    contract = await make.contract(org)
    await own_entry(contract, -700, "2026-06-10")
    await own_entry(contract, -50, "2026-08-20")
    await own_entry(contract, -300, "2026-09-10")
    viewer, rows = await payer_of(contract, until_on=dt.date(2026, 8, 31))
    found = (await contract_reconciliations_of(viewer, rows, SPAN))[contract.id]
    own, total, _ = await sums(viewer, found)
    assert (found.last, minor(own), minor(total)) == (dt.date(2026, 8, 31), [-700, 0, 50, -750], [-700, 0, 50, -750])
    viewer, rows = await payer_of(contract, from_on=dt.date(2026, 9, 1))
    found = (await contract_reconciliations_of(viewer, rows, SPAN))[contract.id]
    assert (found.first, minor((await sums(viewer, found))[0])) == (dt.date(2026, 9, 1), [-750, 0, 300, -1_050])


async def test_more_recipients_than_a_statement_has_terms(org):
    """In the first year every account shows less than the span: a term for each of them was more than SQLite takes."""
    contract = await make.contract(org)
    accounts = [await make.account(org, f"{number:05}", contract=contract) for number in range(3)]
    for account in accounts:
        await make.entry(account, EntryKind.OPENING, 100, "2026-08-01")
    viewer, rows = await payer_of(contract)
    with counted() as statements:
        found = (await contract_reconciliations_of(viewer, rows, SPAN))[contract.id]
        totals = (await contract_totals_of(viewer, [found]))[found.pk]
    assert minor(totals.known) == [300, 0, 0, 300]
    assert max(text.count("e.account_id IN") + text.count("e.account_id =") for text in map(str, statements)) <= 8


async def test_a_last_month_of_which_all_was_taken_back_is_left_out(org):
    contract = await make.contract(org)
    account = await recipient(org, contract, "1", 10_000)
    viewer, rows = await payer_of(contract)
    before = (await contract_movements_of(viewer, rows, Months(JUNE, Period(2026, 11))))[contract.id]
    await make.reversal(await make.entry(account, EntryKind.CHARGE, 900, "2026-11-10"))
    after = (await contract_movements_of(viewer, rows, Months(JUNE, Period(2026, 11))))[contract.id]
    assert [str(row.month.period) for row in after.months] == [str(row.month.period) for row in before.months]
    assert after.months[-1].month.closing == before.months[-1].month.closing


async def test_months_chain_while_recipients_come_and_go(org):
    contract = await make.contract(org)
    await recipient(org, contract, "1", 10_000)
    comes, leaves = await recipient(org, contract, "2", 5_000), await recipient(org, contract, "3", 7_000)
    await AccountFacts.filter(account=comes).update(valid_from=dt.date(2026, 8, 10))
    await AccountFacts.create(organization=org, account=comes, valid_from=dt.date(1900, 1, 1))
    await AccountFacts.create(organization=org, account=leaves, valid_from=dt.date(2026, 9, 1))
    await PersonalAccount.filter(id=leaves.id).update(contract_id=None)
    await own_entry(contract, -700, "2026-09-10")
    viewer, rows = await payer_of(contract)
    found = (await contract_movements_of(viewer, rows, Months(JUNE, OCTOBER)))[contract.id]
    months = [
        (str(row.month.period), row.month.opening.minor, row.joined.minor, row.month.charged.minor, row.month.paid.minor, row.month.closing.minor)
        for row in found.months
    ]
    assert months == [
        ("2026-06", 17_000, 0, 2_000, 0, 19_000), ("2026-07", 19_000, 0, 2_000, 0, 21_000), ("2026-08", 21_000, 7_000, 3_000, 1_500, 29_500),
        ("2026-09", 29_500, -9_500 - 0, 2_000, 700, 21_300), ("2026-10", 21_300, 0, 2_000, 0, 23_300),
    ]  # fmt: skip
    for row in (*found.months, found.total):
        moved = sum(sign * getattr(row.month, name).minor for name, sign in SIGNS.items())
        assert row.month.closing.minor == row.month.opening.minor + row.joined.minor + moved
    assert set(SIGNS) == set(KINDS)
    assert all(before.month.closing == after.month.opening for before, after in itertools.pairwise(found.months))
    later = (await contract_movements_of(viewer, rows, Months(Period(2026, 8), Period(2026, 9))))[contract.id]
    assert [(row.month.opening, row.joined, row.month.closing) for row in later.months] == [
        (row.month.opening, row.joined, row.month.closing) for row in found.months[2:4]
    ]  # fmt: skip


async def test_a_recipient_of_unknown_balance_leaves_no_balance_and_a_payer_sees_his_months(org):
    contract = await make.contract(org)
    account = await recipient(org, contract, "1", 10_000)
    viewer, rows = await payer_of(contract, from_on=dt.date(2026, 9, 1))
    found = (await contract_movements_of(viewer, rows, Months(JUNE, OCTOBER)))[contract.id]
    assert [(str(row.month.period), row.month.opening.minor) for row in found.months] == [("2026-09", 12_500), ("2026-10", 13_500)]
    await PersonalAccount.filter(id=account.id).update(balance=None)
    found = (await contract_movements_of(viewer, rows, Months(JUNE, OCTOBER)))[contract.id]
    assert [(row.month.opening, row.joined, row.month.closing, row.month.charged.minor) for row in found.months] == [(None, None, None, 1_000)] * 2


async def test_statements_do_not_grow_with_recipients_and_contracts(org):
    contracts, seen = [], []
    for number in range(1, 5):
        contracts.append(await make.contract(org))
        for place in range(number):
            await recipient(org, contracts[-1], f"{number}{place}", 100)
        if number in (1, 4):
            viewer, rows = await payer_of(*contracts)
            with counted() as statements:
                assert len(await contract_settlements_of(viewer, rows, make.TODAY)) == number
                found = list((await contract_reconciliations_of(viewer, rows, SPAN)).values())
                assert len(await contract_totals_of(viewer, found)) == number
                assert len(await turnovers_pages(viewer, found, 9, None)) == number
                assert len(await contract_movements_of(viewer, rows, Months(JUNE, OCTOBER))) == number
            seen.append(len(statements))
    assert seen[0] == seen[1], seen
