"""Registers of one month that contradict each other, and what the report says of it."""

from pathlib import Path

import pytest

from models import Organization
from models.enums import RegisterDifference
from models.period import Period
from resolvers import register_differences
from resolvers.organizations import organizations_by_ids
from resolvers.register_differences import differences_page, place_of
from tests.resolvers.imports.conftest import taken, write
from tests.resolvers.imports.test_money import ACCOUNTS, BALANCES, CHARGES, PAYMENTS
from tests.resolvers.imports.test_reference import METERS, READINGS

K = RegisterDifference
OCTOBER = Period(2026, 10)


async def report(organization: Organization, period: Period = OCTOBER) -> list[tuple[str, str, str | None]]:
    row = (await organizations_by_ids([organization.id]))[organization.id]
    rows, resume = await differences_page(row, period, 100, None)
    assert resume == 0
    return [(one.kind.value, None if one.printed is None else one.printed.amount, one.amount and one.amount.amount) for one in rows]


async def test_registers_that_agree_have_no_differences(organization: Organization, tmp_path: Path):
    balances = BALANCES + "2026-10;1;0;100,00;-5,00;0;40,00;0;0;55,00"
    await taken(write(tmp_path / "a", accounts=ACCOUNTS, charges=CHARGES + "2026-10;1;Вода;1;100;100,00;-5,00;", balances=balances,
                      payments=PAYMENTS + "20.10.2026;1;40,00;Банк;7"))  # fmt: skip
    assert await report(organization) == []
    assert await report(organization, Period(2026, 9)) == []


async def test_each_contradiction_is_told_by_its_registers(organization: Organization, tmp_path: Path):
    balances = BALANCES + "2026-10;1;0;101,00;0;0;41,00;0;0;61,00\n2026-10;2;0;0;0;0;0;0;0;0"
    await taken(write(tmp_path / "a", accounts=ACCOUNTS, charges=CHARGES + "2026-10;1;Вода;1;100;100,00;-5,00;\n2026-10;2;Вода;1;100;0;;",
                      balances=balances, payments=PAYMENTS + "20.10.2026;1;40,00;Банк;7"))  # fmt: skip
    assert await report(organization) == [
        ("arithmetic", "61.00", "1.00"), ("charges", "101.00", "1.00"), ("payments", "41.00", "1.00"), ("recalculations", "0.00", "5.00"),
    ]  # fmt: skip


async def test_a_statement_that_contradicts_itself_or_the_one_before_says_with_what(organization: Organization, tmp_path: Path):
    balances = BALANCES + "2026-09;1;0;100,00;0;0;0;0;0;100,00\n2026-10;1;90,00;5,00;0;0;0;0;0;96,00"
    await taken(write(tmp_path / "a", accounts=ACCOUNTS, balances=balances))
    row = (await organizations_by_ids([organization.id]))[organization.id]
    rows, _ = await differences_page(row, OCTOBER, 100, None)
    assert [(one.kind, one.printed.amount, one.found.amount, one.amount.amount) for one in rows] == [
        (K.ARITHMETIC, "96.00", "95.00", "1.00"), (K.CHAIN, "90.00", "100.00", "-10.00"),
    ]  # fmt: skip


async def test_the_last_month_is_summed_up_for_whoever_checks(organization: Organization, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(register_differences, "LOOKED_AT_ONCE", 1)
    assert await register_differences.last_months() == []
    balances = BALANCES + "2026-10;1;0;101,00;0;0;40,00;0;0;61,00\n2026-10;2;0;7,00;0;0;0;0;0;7,00"
    await taken(write(tmp_path / "a", accounts=ACCOUNTS, charges=CHARGES + "2026-10;1;Вода;1;100;100,00;;\n2026-10;2;Вода;1;100;0;;",
                      balances=balances, payments=PAYMENTS + "20.10.2026;1;40,00;Банк;7"))  # fmt: skip
    [found] = await register_differences.last_months()
    assert (found.slug, found.period, found.counts) == (organization.slug, OCTOBER, {K.CHARGES: 2})


async def test_a_register_that_did_not_come_contradicts_nothing(organization: Organization, tmp_path: Path):
    await taken(write(tmp_path / "a", accounts=ACCOUNTS, balances=BALANCES + "2026-10;1;0;101,00;0;0;41,00;0;0;60,00"))
    assert await report(organization) == []


async def test_what_was_billed_against_the_readings(organization: Organization, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    meters = METERS + "".join(f"{n};1;хол.;5{n};01.01.2026;01.01.2030;Установлен;5;3\n" for n in (1, 2))
    values = ((1, "20.09.2026;100"), (1, "20.10.2026;102,500"), (2, "20.09.2026;100"), (2, "20.10.2026;104"))
    readings = READINGS + "".join(f"{n};1;хол.;5{n};{value};Сайт\n" for n, value in values)
    charges = CHARGES.strip() + ";Основание\n" + "\n".join(f"2026-10;{n};Холодная вода;2,5;100;250,00;;;показание" for n in (1, 2))
    outcome = await taken(write(tmp_path / "a", accounts=ACCOUNTS, meters=meters, readings=readings, charges=charges))
    assert outcome.status == 0, [(line.code, line.params, line.row) for line in outcome.lines]
    row = (await organizations_by_ids([organization.id]))[organization.id]
    rows, _ = await differences_page(row, OCTOBER, 100, None)
    assert [(one.kind, one.printed.micro, one.found.micro) for one in rows] == [(K.VOLUME, 2_500_000, 4_000_000)]
    monkeypatch.setattr(register_differences, "LOOKED_AT_ONCE", 1)
    monkeypatch.setattr(register_differences, "MOST_LOOKED_AT", 1)
    none_yet, resume = await differences_page(row, OCTOBER, 1, None)
    assert (none_yet, resume > 0) == ([], True), "the first account agrees, and no more was looked at"
    rest, resume = await differences_page(row, OCTOBER, 1, (resume, "~"))
    assert [place_of(one) for one in rest] == [(rows[0].account_pk, "volume cold_water")]
