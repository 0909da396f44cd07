"""Settlements, movement of funds and reconciliation through the API: the printed figures, and accounts made for the purpose."""

import datetime as dt
import itertools

import pytest

from models import Payment
from models.enums import ChargeBasis, DifferenceReason, EntryKind, PaymentState
from models.money import minor_units
from models.period import Period
from resolvers.viewer import viewer_of_user
from schema import ids
from schema.build import SCHEMA
from schema.context import Context
from schema.execution import execute
from schema.limits import prepare
from tests import factories as make
from tests.counting import counted
from tests.schema.test_printed_screens import answered

MONTHS = "months { ...month } total { ...month }"
FRAGMENT = """fragment month on Movement { period opening { amount } charged { amount } recalculation { amount } penalty { amount }
  compensation { amount } paid { amount } refunded { amount } difference { amount } closing { amount } }"""
ALL = f"""query ($number: AccountNumber!, $first: Period, $last: Period) {{ account(organizationSlug: "vodokanal", number: $number) {{
  settlement {{ balance {{ amount }} inTransit {{ amount }} due {{ amount }} overdue {{ amount }} overdueThen {{ amount }} nextDueOn updateDays dataAsOf
    services {{ service {{ name }} balance {{ amount }} }} ages {{ age amount {{ amount }} }} }}
  movements(from: $first, to: $last) {{ first last {MONTHS} }} }} }} {FRAGMENT}"""
REPORT = """query ($number: AccountNumber!, $from: Date, $to: Date, $first: Int!, $after: String) {
  account(organizationSlug: "vodokanal", number: $number) { reconciliation(from: $from, to: $to) {
    first last opening { amount } debit { amount } credit { amount } closing { amount }
    entries(first: $first, after: $after) { nodes { happenedOn kind amount { amount } isReversed isReversal document service { name } } pageInfo { endCursor hasNextPage } } } } }"""
FIGURES = ("opening", "charged", "recalculation", "penalty", "compensation", "paid", "refunded", "difference", "closing")


def figures(month: dict) -> list[str | None]:
    return [month[name] and month[name]["amount"] for name in FIGURES]


async def asked(text: str, viewer, number: str = "1", **variables):
    answer = await execute(text, {"number": number, **variables}, Context(viewer, make.NOW, make.TODAY))
    assert not answer.errors, answer.errors
    return answer.data["account"]


async def resident(account, **given):
    user = await make.user()
    await make.member(user, account, **given)
    return await viewer_of_user(user.id, make.TODAY)


PRINTED = {  # folder: currency, account, month, what the movement says
    "water_individual_2020_05": ("KZT", "02015213", "2020-05", ["-641.06", "180.84", "0.00", "0.00", "0.00", "0.00", "0.00", "0.01", "-460.21"]),
    "heat_2020_03": ("RUB", "00000000", "2020-03", None),
    # lines of 3184,59 under a printed total of 3183,50: the difference stands beside them
    "housing_2014_10": ("RUB", "00000154", "2014-10", ["3694.34", "3184.59", "0.00", "11.53", "0.00", "0.00", "0.00", "-1.09", "6889.37"]),
}


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("folder", PRINTED)
async def test_the_printed_figures(folder: str):
    """The month's movement is the statement: what it prints, to the last digit; reconciled by day it is the same."""
    currency, number, month, expected = PRINTED[folder]
    ends = "statement { opening { amount } charged { amount } recalculation { amount } paid { amount } closing { amount } lines { closing { amount } } }"
    days = f'reconciliation(from: "{month}-01", to: "{Period.parse(month).last_day}") {{ opening {{ amount }} closing {{ amount }} debit {{ amount }} credit {{ amount }} }}'
    text = f"""{{ account(organizationSlug: "vodokanal", number: "{number}") {{ {ends} {days} balance {{ amount }}
        settlement {{ balance {{ amount }} services {{ balance {{ amount }} }} }} movements(from: "{month}", to: "{month}") {{ {MONTHS} }} }} }} {FRAGMENT}"""
    found = (await answered(folder, text, currency, number=number))[0]["account"]
    [row], printed = found["movements"]["months"], found["statement"]
    assert expected is None or figures(row) == expected
    for name in ("opening", "recalculation", "paid", "closing", *(["charged"] if row["difference"]["amount"] != "-1.09" else [])):
        assert printed[name] is None or row[name] == printed[name], name
    assert row["closing"] == found["balance"] == found["settlement"]["balance"] == found["reconciliation"]["closing"]
    assert found["reconciliation"]["opening"] == row["opening"]
    services = [one["balance"] for one in found["settlement"]["services"]]
    if printed["lines"]:
        assert services == [line["closing"] for line in printed["lines"]]
    elif services:
        assert sum(minor_units(one["amount"]) for one in services) == minor_units(found["balance"]["amount"])


@pytest.mark.usefixtures("database")
async def test_the_recipient_of_november_2019_has_no_known_balance():
    """The legal screen prints no balance: sums are there, and nothing is made up."""
    text = f"""{{ contracts(first: 1) {{ nodes {{ recipients(first: 1) {{ nodes {{ balance {{ amount }}
        settlement {{ balance {{ amount }} due {{ amount }} ages {{ age }} }} reconciliation(from: "2019-11-01", to: "2019-11-30") {{ opening {{ amount }} closing {{ amount }} }}
        movements(from: "2019-11", to: "2019-11") {{ {MONTHS} }} }} }} }} }} }} {FRAGMENT}"""
    data, _ = await answered("water_legal_2019_11", text, contract="2666")
    [found] = data["contracts"]["nodes"][0]["recipients"]["nodes"]
    assert found["settlement"] == {"balance": None, "due": None, "ages": None}
    assert found["reconciliation"] == {"opening": None, "closing": None}
    assert all(month["opening"] is None is month["closing"] for month in found["movements"]["months"])


async def half_a_year(org, number: str = "1"):
    """Opening 100,00 in June; bills of 10,00; a payment, one taken back, a penalty, a refund."""
    account = await make.account(org, number)
    await make.entry(account, EntryKind.OPENING, 10_000, "2026-06-01")
    for month in ("2026-06-30", "2026-07-31", "2026-08-31", "2026-10-31"):
        await make.entry(account, EntryKind.CHARGE, 1_000, month)
    wrong = await make.entry(account, EntryKind.CHARGE, 777, "2026-07-31")
    await make.reversal(wrong)
    await make.entry(account, EntryKind.PAYMENT, -9_500, "2026-08-15")
    await make.entry(account, EntryKind.RECALCULATION, -200, "2026-08-31")
    await make.entry(account, EntryKind.PENALTY, 50, "2026-10-31")
    await make.entry(account, EntryKind.REFUND, 300, "2026-10-05")
    await make.entry(account, EntryKind.COMPENSATION, -25, "2026-10-31")
    await make.entry(account, EntryKind.SUPPLIER_DIFFERENCE, 1, "2026-10-31", reason=DifferenceReason.DETAIL)
    return account


@pytest.mark.usefixtures("database")
async def test_months_chain_and_add_up():
    await ids.load()
    viewer = await resident(await half_a_year(await make.organization()))
    months = (await asked(ALL, viewer))["movements"]
    assert (months["first"], months["last"]) == ("2025-12", "2026-11")
    rows = [figures(month) for month in months["months"]]
    assert [month["period"] for month in months["months"]] == ["2026-06", "2026-07", "2026-08", "2026-10"]
    assert rows[0][0] == "100.00"
    assert rows[1] == ["110.00", "10.00", *["0.00"] * 6, "120.00"], "what was taken back leaves nothing"
    assert rows[2] == ["120.00", "10.00", "-2.00", "0.00", "0.00", "95.00", "0.00", "0.00", "33.00"]
    assert rows[3] == ["33.00", "10.00", "0.00", "0.50", "0.25", "0.00", "3.00", "0.01", "46.26"]
    assert all(before[-1] == after[0] for before, after in itertools.pairwise(rows))
    assert figures(months["total"]) == ["100.00", "40.00", "-2.00", "0.50", "0.25", "95.00", "3.00", "0.01", "46.26"]
    later = (await asked(ALL, viewer, first="2026-08", last="2026-09"))["movements"]
    assert [figures(month) for month in later["months"]] == [rows[2]], "the balance before the span counts from the beginning"


@pytest.mark.usefixtures("database")
async def test_a_month_of_which_all_was_taken_back_is_left_out():
    """After an undo it stood there with zeros above the words that such months are left out; a month that says zero is another thing."""
    await ids.load()
    account = await half_a_year(await make.organization())
    viewer = await resident(account)
    before = (await asked(ALL, viewer))["movements"]["months"]
    for kind, amount in ((EntryKind.CHARGE, 500), (EntryKind.PAYMENT, -300)):
        await make.reversal(await make.entry(account, kind, amount, "2026-09-30"))
        await make.reversal(await make.entry(account, kind, amount, "2026-08-31"))
    assert (await asked(ALL, viewer))["movements"]["months"] == before
    await make.entry(account, EntryKind.CHARGE, 0, "2026-09-30")
    months = (await asked(ALL, viewer))["movements"]["months"]
    assert [month["period"] for month in months] == ["2026-06", "2026-07", "2026-08", "2026-09", "2026-10"]
    assert figures(months[3]) == ["33.00", *["0.00"] * 7, "33.00"]


@pytest.mark.usefixtures("database")
async def test_what_is_owed_by_age_and_what_the_due_day_makes_of_it():
    await ids.load()
    account = await half_a_year(await make.organization(payment_due_day=25, update_days="1 4"))
    await make.payment(account, 4_000, "2026-11-19", state=PaymentState.IN_TRANSIT)
    found = (await asked(ALL, await resident(account)))["settlement"]
    assert [found[name]["amount"] for name in ("balance", "inTransit", "due")] == ["46.26", "40.00", "6.26"]
    # October's 13,26 is due on 25 November; before it August's 8,00 and July's 10,00, then June's 10,00 and what is left of the opening
    ages = {one["age"]: one["amount"]["amount"] for one in found["ages"]}
    assert ages == {"NOT_DUE": "13.26", "TO_90": "18.00", "TO_180": "15.00"}
    assert (found["overdue"]["amount"], found["nextDueOn"], found["overdueThen"]["amount"]) == ("33.00", "2026-11-25", "6.26")
    assert (found["updateDays"], found["dataAsOf"], found["services"]) == ([1, 4], None, [])
    await Payment.all().delete()
    assert (await asked(ALL, await resident(account)))["settlement"]["overdueThen"]["amount"] == "46.26"


@pytest.mark.usefixtures("database")
async def test_nothing_is_overdue_where_nobody_named_a_day():
    await ids.load()
    found = (await asked(ALL, await resident(await half_a_year(await make.organization()))))["settlement"]
    assert [found[name] for name in ("ages", "overdue", "nextDueOn", "overdueThen")] == [None] * 4


@pytest.mark.usefixtures("database")
async def test_reconciled_between_two_days_page_by_page():
    await ids.load()
    viewer = await resident(await half_a_year(await make.organization()))
    span = {"from": "2026-07-01", "to": "2026-08-15"}
    found, entries, after = None, [], None
    while found is None or found["entries"]["pageInfo"]["hasNextPage"]:
        found = (await asked(REPORT, viewer, **span, first=2, after=after))["reconciliation"]
        entries += found["entries"]["nodes"]
        after = found["entries"]["pageInfo"]["endCursor"]
    assert [found[name]["amount"] for name in ("opening", "debit", "credit", "closing")] == ["110.00", "10.00", "95.00", "25.00"]
    assert [(one["happenedOn"], one["amount"]["amount"], one["isReversed"], one["isReversal"]) for one in entries] == [
        ("2026-07-31", "10.00", False, False), ("2026-07-31", "7.77", True, False), ("2026-07-31", "-7.77", False, True),
        ("2026-08-15", "-95.00", False, False),
    ]  # fmt: skip
    whole = (await asked(REPORT, viewer, **{"from": "2020-01-01", "to": "2026-11-20"}, first=50))["reconciliation"]
    assert (whole["first"], whole["opening"]["amount"], whole["closing"]["amount"]) == ("2026-06-01", "100.00", "46.26"), "before it nothing is known"
    assert "OPENING" not in {one["kind"] for one in whole["entries"]["nodes"]}


@pytest.mark.usefixtures("database")
async def test_the_month_that_is_corrected_is_said_of_what_corrects_it_alone():
    """A register's row may hold a month's charge and a recalculation of another month; what comes about a closed month stands in a later one."""
    await ids.load()
    account = await make.account(await make.organization(), "1")
    february = dt.date(2026, 2, 1)
    told = {"corrects_period": february, "recalculation": -500}
    charge = await make.charge(account, "2026-03", 1_000, basis=ChargeBasis.READING, **told)
    recalculation = await make.charge(account, "2026-03", -500, basis=ChargeBasis.RECALCULATION, service=await charge.service, corrects_period=february)
    for kind, of, on, given in (
        (EntryKind.CHARGE, charge, "2026-03-31", {}), (EntryKind.RECALCULATION, recalculation, "2026-03-31", {}),
        (EntryKind.CHARGE, None, "2026-03-31", {"posted_in": dt.date(2026, 4, 1)}),
    ):  # fmt: skip
        await make.entry(account, kind, of.amount if of else 77, on, charge=of, **given)
    await make.statement(account, "2026-03")
    text = """query ($number: AccountNumber!) { account(organizationSlug: "vodokanal", number: $number) {
      statement(period: "2026-03") { charges { basis correctsPeriod } recalculations { correctsPeriod } }
      reconciliation(from: "2026-03-01", to: "2026-04-30") { entries(first: 9) { nodes { period kind correctsPeriod } } } } }"""
    found = await asked(text, await resident(account))
    assert [line["correctsPeriod"] for line in found["statement"]["charges"]] == [None]
    assert [line["correctsPeriod"] for line in found["statement"]["recalculations"]] == ["2026-02"]
    assert [tuple(entry.values()) for entry in found["reconciliation"]["entries"]["nodes"]] == [
        ("2026-03", "CHARGE", None), ("2026-03", "RECALCULATION", "2026-02"), ("2026-04", "CHARGE", "2026-03"),
    ]  # fmt: skip


@pytest.mark.usefixtures("database")
async def test_two_spans_in_one_document_keep_their_entries_apart():
    await ids.load()
    account = await half_a_year(await make.organization())
    text = """query ($number: AccountNumber!) { account(organizationSlug: "vodokanal", number: $number) {
      august: reconciliation(from: "2026-08-01", to: "2026-08-31") { entries(first: 9) { nodes { happenedOn } } }
      october: reconciliation(from: "2026-10-01", to: "2026-10-31") { entries(first: 9) { nodes { happenedOn } } } } }"""
    found = await asked(text, await resident(account))
    for name, month in (("august", "2026-08"), ("october", "2026-10")):
        days = [one["happenedOn"] for one in found[name]["entries"]["nodes"]]
        assert days
        assert {day[:7] for day in days} == {month}


@pytest.mark.usefixtures("database")
async def test_days_before_and_after_a_membership_stay_its_neighbours():
    """A former owner and a new one of the same account: each sees his days, and the balance that they begin and end with."""
    await ids.load()
    account = await half_a_year(await make.organization())
    former = await resident(account, until_on=dt.date(2026, 7, 31))
    buyer = await resident(account, from_on=dt.date(2026, 8, 1))
    span = {"from": "2026-06-01", "to": "2026-11-20", "first": 50}
    old, new = [(await asked(REPORT, one, **span))["reconciliation"] for one in (former, buyer)]
    assert (old["first"], old["last"], old["opening"]["amount"], old["closing"]["amount"]) == ("2026-06-01", "2026-07-31", "100.00", "120.00")
    assert (new["first"], new["last"], new["opening"]["amount"], new["closing"]["amount"]) == ("2026-08-01", "2026-11-20", "120.00", "46.26")
    assert {one["happenedOn"][:7] for one in old["entries"]["nodes"]} == {"2026-06", "2026-07"}
    assert {one["happenedOn"][:7] for one in new["entries"]["nodes"]} == {"2026-08", "2026-10"}
    seen = {one: (await asked(ALL, viewer)) for one, viewer in (("old", former), ("new", buyer))}
    assert [month["period"] for month in seen["old"]["movements"]["months"]] == ["2026-06", "2026-07"]
    assert [month["period"] for month in seen["new"]["movements"]["months"]] == ["2026-08", "2026-10"]
    assert seen["new"]["movements"]["months"][0]["opening"]["amount"] == "120.00"
    assert (seen["old"]["settlement"], seen["new"]["settlement"]["balance"]["amount"]) == (None, "46.26")


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("first", "last", "code"),
    [("2026-12-01", "2026-12-02", "DATE_IN_FUTURE"), ("2026-10-02", "2026-10-01", "DATES_REVERSED"), ("2010-01-01", "2026-10-01", "SPAN_TOO_LONG")],
)
async def test_spans_that_cannot_be_shown(first: str, last: str, code: str):
    await ids.load()
    viewer = await resident(await half_a_year(await make.organization()))
    context = Context(viewer, make.NOW, make.TODAY)
    answer = await execute(REPORT, {"number": "1", "from": first, "to": last, "first": 1}, context)
    [problem] = answer.errors[0]["extensions"]["problems"]
    assert (answer.errors[0]["extensions"]["code"], problem["code"], problem["message"]) == ("BAD_REQUEST", code, answer.errors[0]["message"])
    assert problem["path"] == (["to"] if code == "DATE_IN_FUTURE" else ["from"])
    assert code not in problem["message"], "words for people"
    answer = await execute(
        ALL, {"number": "1", "first": first[:7], "last": last[:7] if code != "DATES_REVERSED" else "2026-09"}, Context(viewer, make.NOW, make.TODAY)
    )
    assert answer.errors[0]["extensions"]["problems"][0]["code"] == code.replace("DATE_IN", "MONTH_IN")


@pytest.mark.usefixtures("database")
async def test_statements_do_not_grow_with_accounts():
    await ids.load()
    org = await make.organization(payment_due_day=25)
    clerk = await make.user("clerk")
    await make.staff(clerk, org)
    viewer = await viewer_of_user(clerk.id, make.TODAY)
    text = f"""{{ accounts(first: 50) {{ nodes {{ settlement {{ due {{ amount }} ages {{ age }} services {{ service {{ name }} }} }} movements {{ {MONTHS} }}
        certificates {{ number }} reconciliation {{ closing {{ amount }} entries(first: 5) {{ nodes {{ kind service {{ name }} }} }} }} }} }} }} {FRAGMENT}"""
    seen = []
    for number in range(1, 8):
        await half_a_year(org, str(number))
        if number in (1, 7):
            with counted() as statements:
                answer = await execute(prepare(SCHEMA._schema, text, introspection=True), None, Context(viewer, make.NOW, make.TODAY))
            assert not answer.errors
            assert len(answer.data["accounts"]["nodes"]) == number
            seen.append(len(statements))
    assert seen[0] == seen[1], seen
