"""What payments went to, and what is owed for each service by that, through the API."""

import datetime as dt
from typing import Any

import pytest

from models import AllocationChoice, AuditRecord, LedgerEntry, Organization, Payment, PeriodClosing, PersonalAccount, Supplier
from models.allocation import AllocationRule
from models.enums import EntryKind, PaymentState
from resolvers.viewer import viewer_of_user
from schema import ids
from schema.build import SCHEMA
from schema.context import Context
from schema.execution import execute
from schema.limits import prepare
from tests import factories as make
from tests.counting import counted
from tests.schema.test_settlements import resident

SPENT = """query ($number: AccountNumber!) { account(organizationSlug: "vodokanal", number: $number) {
  settlement { allocation balance { amount } services { kind service { name } supplier { name } balance { amount } } }
  payments(first: 9) { nodes { paidOn amount { amount } allocations { kind service { name } supplier { name } period amount { amount } } } } } }"""
SET = """mutation ($input: SetPayingRulesInput!) { setPayingRules(input: $input) {
  ... on SetPayingRulesDone { rules { dueDay updateDays allocation allocationFrom } } ... on Rejected { problems { path code } } } }"""
RULES = """{ organization(slug: "vodokanal") { payingRules { dueDay updateDays allocation allocationFrom } } }"""


async def asked(text: str, viewer: Any, **variables: Any) -> Any:
    answer = await execute(text, variables, Context(viewer, make.NOW, make.TODAY))
    assert not answer.errors, answer.errors
    return answer.data


async def paid(account: PersonalAccount, amount: int, day: str) -> Payment:
    payment = await make.payment(account, amount, day)
    await make.entry(account, EntryKind.PAYMENT, -amount, day, payment=payment)
    return payment


async def owing(org: Organization, number: str = "1") -> PersonalAccount:
    """Water and sewerage (of another supplier) for two months: 30,00 + 10,00 in August, 30,00 + 50,00 in September."""
    account = await make.account(org, number)
    water, drain = await make.service(org), await make.service(org, "Водоотведение")
    supplier, _ = await Supplier.get_or_create(organization=org, name="ТОО «Сток»")
    for day, amounts in (("2026-08-31", (3000, 1000)), ("2026-09-30", (3000, 5000))):
        await make.entry(account, EntryKind.CHARGE, amounts[0], day, service=water)
        await make.entry(account, EntryKind.CHARGE, amounts[1], day, service=drain, supplier=supplier)
    return account


def told(parts: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [
        (
            one["kind"],
            one["service"] and one["service"]["name"],
            one["supplier"] and one["supplier"]["name"],
            one.get("period"),
            (one.get("amount") or one["balance"])["amount"],
        )
        for one in parts
    ]


WATER, DRAIN = ("SERVICE", "Холодная вода", None), ("SERVICE", "Водоотведение", "ТОО «Сток»")


@pytest.mark.usefixtures("database")
async def test_the_oldest_debt_first_and_an_advance_at_last():
    await ids.load()
    account = await owing(await make.organization())
    await paid(account, 4400, "2026-10-05")
    await paid(account, 8000, "2026-10-20")
    await make.payment(account, 100, "2026-11-19", state=PaymentState.IN_TRANSIT)
    found = (await asked(SPENT, await resident(account), number="1"))["account"]
    coming, second, first = found["payments"]["nodes"]
    assert coming["allocations"] is None
    assert told(first["allocations"]) == [(*WATER, "2026-08", "30.00"), (*DRAIN, "2026-08", "10.00"), (*WATER, "2026-09", "1.50"), (*DRAIN, "2026-09", "2.50")]
    assert told(second["allocations"]) == [(*WATER, "2026-09", "28.50"), (*DRAIN, "2026-09", "47.50"), ("ADVANCE", None, None, None, "4.00")]
    assert (found["settlement"]["allocation"], found["settlement"]["balance"]["amount"]) == ("OLDEST_FIRST", "-4.00")
    assert found["settlement"]["services"] == [], "nothing is owed for any service"


@pytest.mark.usefixtures("database")
async def test_another_rule_holds_from_its_day_on_and_reversals_give_places_up():
    await ids.load()
    org = await make.organization()
    account = await owing(org)
    await paid(account, 400, "2026-10-05")
    await AllocationChoice.create(organization=org, valid_from=dt.date(2026, 10, 6), rule=AllocationRule.PRO_RATA)
    await paid(account, 1160, "2026-10-20")
    found = (await asked(SPENT, await resident(account), number="1"))["account"]
    second, first = found["payments"]["nodes"]
    assert told(first["allocations"]) == [(*WATER, "2026-08", "3.00"), (*DRAIN, "2026-08", "1.00")]
    assert told(second["allocations"]) == [(*WATER, "2026-08", "5.70"), (*DRAIN, "2026-08", "5.90")]
    assert told(found["settlement"]["services"]) == [(*WATER, None, "51.30"), (*DRAIN, None, "53.10")]
    await make.reversal(await LedgerEntry.get(amount=-1160))
    found = (await asked(SPENT, await resident(account), number="1"))["account"]
    assert found["payments"]["nodes"][0]["allocations"] == []
    assert told(found["settlement"]["services"]) == [(*WATER, None, "57.00"), (*DRAIN, None, "59.00")]


@pytest.mark.usefixtures("database")
async def test_months_that_a_viewer_does_not_see_are_not_named():
    await ids.load()
    account = await owing(await make.organization())
    await paid(account, 12000, "2026-10-05")
    found = (await asked(SPENT, await resident(account, from_on=dt.date(2026, 9, 1)), number="1"))["account"]
    assert told(found["payments"]["nodes"][0]["allocations"]) == [
        (*WATER, None, "30.00"), (*DRAIN, None, "10.00"), (*WATER, "2026-09", "30.00"), (*DRAIN, "2026-09", "50.00"),
    ]  # fmt: skip


@pytest.mark.usefixtures("database")
async def test_nothing_is_said_of_an_account_whose_balance_nobody_knows():
    await ids.load()
    account = await owing(await make.organization())
    await paid(account, 4400, "2026-10-05")
    viewer = await resident(account)
    await PersonalAccount.all().update(balance=None)
    found = (await asked(SPENT, viewer, number="1"))["account"]
    assert (found["payments"]["nodes"][0]["allocations"], found["settlement"]["services"], found["settlement"]["allocation"]) == (None, [], None)


@pytest.mark.usefixtures("database")
async def test_the_lines_of_a_bill_that_say_what_was_paid_win():
    await ids.load()
    org = await make.organization()
    account = await owing(org)
    await paid(account, 4000, "2026-09-10")
    await make.charge(account, "2026-09", 3000, paid=3500)
    drain = await make.service(org, "Водоотведение")
    await make.charge(account, "2026-09", 5000, paid=500, service=drain, supplier=await Supplier.get())
    found = (await asked(SPENT, await resident(account), number="1"))["account"]
    assert told(found["payments"]["nodes"][0]["allocations"]) == [(*WATER, "2026-08", "30.00"), (*DRAIN, "2026-08", "5.00"), (*WATER, "2026-09", "5.00")]


@pytest.mark.usefixtures("database")
async def test_statements_do_not_grow_with_payments_and_accounts():
    await ids.load()
    org = await make.organization()
    clerk = await make.user("clerk")
    await make.staff(clerk, org)
    viewer = await viewer_of_user(clerk.id, make.TODAY)
    text = """{ accounts(first: 50) { nodes { settlement { services { service { name } } } payments(first: 9) { nodes { allocations { service { name } } } } } } }"""
    seen = []
    for number in range(1, 6):
        account = await owing(org, str(number))
        for day in range(1, number + 1):
            await paid(account, 100 * day, f"2026-10-{day:02}")
        if number in (1, 5):
            with counted() as statements:
                answer = await execute(prepare(SCHEMA._schema, text, introspection=True), None, Context(viewer, make.NOW, make.TODAY))
            assert not answer.errors
            assert len(answer.data["accounts"]["nodes"]) == number
            seen.append(len(statements))
    assert seen[0] == seen[1], seen


async def clerk_of(org: Organization) -> Any:
    user = await make.user("clerk")
    await make.staff(user, org)
    return await viewer_of_user(user.id, make.TODAY)


@pytest.mark.usefixtures("database")
async def test_rules_are_set_and_noted():
    await ids.load()
    viewer = await clerk_of(await make.organization())
    fresh = {"dueDay": None, "updateDays": [], "allocation": "OLDEST_FIRST", "allocationFrom": None}
    assert (await asked(RULES, viewer))["organization"]["payingRules"] == fresh

    async def put(**given: Any) -> Any:
        return (await asked(SET, viewer, input={"organizationSlug": "vodokanal", **given}))["setPayingRules"]

    assert (await put(dueDay=10, validateOnly=True))["rules"] == fresh
    assert (await put(dueDay=10, updateDays=[4, 1], allocation="PRO_RATA"))["rules"] == {
        "dueDay": 10, "updateDays": [1, 4], "allocation": "PRO_RATA", "allocationFrom": "2026-11-21",
    }  # fmt: skip
    assert (await put(allocation="PRO_RATA"))["rules"]["allocationFrom"] == "2026-11-21", "the same rule again changes nothing"
    assert (await put(allocation="REGISTER", allocationFrom="2026-05-01"))["rules"]["allocationFrom"] == "2026-05-01"
    assert await AllocationChoice.all().count() == 1, "what was chosen for later days falls away"
    assert (await put(dueDay=0))["rules"]["dueDay"] is None
    [last] = await AuditRecord.filter(action="organization.paying").order_by("-id").limit(1)
    assert (last.details["before"]["due_day"], last.details["after"]["due_day"]) == (10, None)
    assert await AuditRecord.filter(action="organization.paying").count() == 3


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("given", "path", "code"),
    [
        ({"dueDay": 32}, "dueDay", "OUT_OF_RANGE"), ({"dueDay": -1}, "dueDay", "OUT_OF_RANGE"), ({"updateDays": [0]}, "updateDays", "INVALID"),
        ({"updateDays": [12]}, "updateDays", "INVALID"), ({"allocation": "PRO_RATA", "allocationFrom": "2026-09-30"}, "allocationFrom", "DAY_IN_CLOSED_MONTH"),
    ],
)  # fmt: skip
async def test_what_cannot_be(given: dict[str, Any], path: str, code: str):
    await ids.load()
    org = await make.organization()
    viewer = await clerk_of(org)
    await PeriodClosing.create(organization=org, period=make.month("2026-09"), entries=0, amount=0, closed_at=make.NOW, closed_by="user:1")
    found = (await asked(SET, viewer, input={"organizationSlug": "vodokanal", **given}))["setPayingRules"]
    assert found == {"problems": [{"path": [path], "code": code}]}
    assert await AllocationChoice.all().count() == 0
