"""The printed screens: their registers import with exactly the expected warnings, and the same figures come out."""

import csv
import json
from typing import Any

import pytest

from models import AccountFacts, Charge, LedgerEntry, Meter, Organization, PersonalAccount, Statement, StatementLine
from models.enums import MeterState
from models.money import minor_units
from models.quantity import decimal_text
from tests.resolvers.imports.conftest import FIGURES, assert_whole, contents, said, taken


def printed(name: str) -> dict[str, Any]:
    return json.loads((FIGURES / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["water_individual_2020_05", "water_legal_2019_11", "housing_2014_10", "heat_2020_03"])
async def test_exactly_the_expected_warnings(organization: Organization, name: str):
    with (FIGURES / f"{name}.expected.csv").open(encoding="utf-8") as file:
        _, *wanted = csv.reader(file, delimiter=";")
    outcome = await taken(FIGURES / name)
    assert said(outcome) == sorted(tuple(line[:4]) for line in wanted)
    arithmetic = {(line.file, line.line): line.params for line in outcome.lines if line.code != "detail"}
    for file_name, line, _, code, value, computed in wanted:
        if code != "detail":
            assert arithmetic[file_name, int(line)] == {"printed": value, "computed": computed}
    await assert_whole()
    before = await contents()
    await taken(FIGURES / name)
    assert await contents() == before


async def test_the_flat_of_may_2020(organization: Organization):
    await taken(FIGURES / "water_individual_2020_05")
    screen = printed("water_individual_2020_05")
    statement = await Statement.get(is_current=True)
    assert statement.opening == minor_units(screen["opening_balance"])
    assert statement.charged == minor_units(screen["charged"])
    assert statement.closing == minor_units(screen["closing_balance_printed"])
    assert statement.compensation_note == minor_units(screen["compensation_note"])
    assert (await PersonalAccount.get()).balance == statement.closing
    lines = await Charge.all().order_by("position")
    assert [(decimal_text(line.quantity, 3), line.amount) for line in lines] == [(line["quantity"], minor_units(line["amount"])) for line in screen["charges"]]
    assert await LedgerEntry.filter(kind="supplier_difference").values_list("amount", "reason") == [(1, "arithmetic")]
    assert await LedgerEntry.filter(kind="compensation").count() == 0, "a note enters no sum"


async def test_the_contract_of_november_2019(organization: Organization):
    await taken(FIGURES / "water_legal_2019_11")
    accounts = await PersonalAccount.all().order_by("number")
    assert [account.number for account in accounts] == ["00009177", "00010129"]
    assert len({account.contract_id for account in accounts}) == 1
    installed, removed = await Meter.all().order_by("id")
    assert (installed.serial, installed.state) == ("12223773", MeterState.INSTALLED)
    assert (removed.serial, removed.verification_due_on, removed.state) == (None, None, MeterState.REMOVED)
    assert [account.balance for account in accounts] == [None, None], "no register says what they owe"
    assert {statement.closing for statement in await Statement.all()} == {None}


async def test_the_heat_of_march_2020(organization: Organization):
    await taken(FIGURES / "heat_2020_03")
    screen = printed("heat_2020_03")
    statement = await Statement.get(is_current=True)
    totals = screen["totals_printed"]
    assert {name: getattr(statement, name) for name in totals} == {name: minor_units(value) for name, value in totals.items()}
    lines = await StatementLine.filter(statement_id=statement.id).order_by("position").prefetch_related("service")
    assert {line.service.name: line.paid for line in lines} | {"total": statement.paid} == {
        name: minor_units(value) for name, value in screen["paid_derived"].items()
    }
    assert (statement.by_service, statement.derived, {line.derived for line in lines}) == (True, "paid", {"paid"})
    for line, row in zip(lines, screen["rows"], strict=True):
        said_of = [line.opening, line.charged, line.recalculation, line.closing]
        assert said_of == [value and minor_units(value) for value in row[4:]]
    assert (await PersonalAccount.get()).balance == minor_units(screen["due_printed"])
    assert (await AccountFacts.get()).ownership == "private"


async def test_the_flat_of_october_2014(organization: Organization):
    """Nothing printed says what was owed before or paid, and the penalty is in the total of services."""
    await taken(FIGURES / "housing_2014_10")
    screen = printed("housing_2014_10")
    statement = await Statement.get(is_current=True)
    assert (statement.opening, statement.paid, statement.derived, statement.by_service) == (None, None, "", False)
    assert statement.closing == minor_units(screen["debt_printed"])
    assert statement.charged + statement.penalty == minor_units(screen["total_printed"])
    lines = await Charge.all().order_by("position").prefetch_related("service")
    assert [(line.service.name, line.amount) for line in lines] == [(row[0], minor_units(row[4])) for row in screen["rows"][:-1]]
    assert {line.price for line in lines} == {None}, "tariffs are printed with tax"
    assert (await AccountFacts.get()).ownership == "municipal"
