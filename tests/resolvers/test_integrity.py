"""`check` finds what somebody did to the database behind the ledger's back."""

import pytest

from models import Organization
from models.database import connection, is_sqlite
from resolvers.integrity import check
from tests.resolvers.imports.conftest import FIGURES, TODAY, organization, rows, taken, write

__all__ = ["organization"]


@pytest.fixture
async def books(organization: Organization, tmp_path) -> Organization:
    await taken(FIGURES / "water_individual_2020_05")
    await taken(
        write(tmp_path / "more", payments="Дата;Лицевой счёт;Сумма\n05.06.2020;02015213;20"),
        write(tmp_path / "next", balances="Период;Лицевой счёт;Остаток на начало;Остаток на конец\n2020-06;02015213;-460,21;-480,21"),
        today=TODAY,
    )
    return organization


async def without_guards() -> None:
    if is_sqlite():
        for verb in ("update", "delete"):
            await connection().execute_query(f"DROP TRIGGER ledger_entry_no_{verb}")
    else:
        await connection().execute_query("ALTER TABLE ledger_entry DISABLE TRIGGER ALL")


async def found() -> list[str]:
    return [problem.code for problem in (await check()).problems]


async def test_whole_books_are_whole(books: Organization):
    report = await check()
    assert report.whole
    assert report.counts["ledger_entry"] == 5


async def test_missing_guards_are_damage(books: Organization):
    await without_guards()
    assert await found() == ["guards"]
    assert "abonent migrate" in str((await check()).problems[0])


@pytest.mark.parametrize(
    ("damage", "codes"),
    [
        ("UPDATE personal_account SET balance = balance + 1", {"balances"}),
        ("UPDATE personal_account SET balance = NULL", {"balances"}),
        ("UPDATE ledger_entry SET amount = amount + 1 WHERE kind = 'opening'", {"balances", "openings", "closings"}),
        ("UPDATE ledger_entry SET amount = amount + 1 WHERE charge_id IS NOT NULL", {"balances", "unposted_charges", "movements", "openings", "closings"}),
        ("DELETE FROM ledger_entry WHERE payment_id IS NOT NULL", {"balances", "unposted_payments", "closings"}),
        ("UPDATE ledger_entry SET period = '2020-06-01' WHERE kind = 'supplier_difference'", {"openings", "closings"}),
        ("UPDATE charge SET amount = amount + 1", {"unposted_charges"}),
        ("UPDATE charge SET is_current = FALSE", {"dead_charges"}),
        ("UPDATE payment SET amount = 1", {"unposted_payments"}),
        ("UPDATE payment SET is_current = FALSE", {"dead_payments"}),
        ("UPDATE statement SET closing = closing + 1 WHERE period = '2020-06-01'", {"closings"}),
        ("UPDATE statement SET opening = opening + 1 WHERE period = '2020-06-01'", {"openings"}),
        ("UPDATE statement SET charged = charged + 1 WHERE period = '2020-05-01'", {"movements"}),
        ("DELETE FROM statement WHERE period = '2020-05-01'", set()),
    ],
)
async def test_each_damage_is_named(books: Organization, damage: str, codes: set[str]):
    await without_guards()
    await connection().execute_query(damage)
    assert set(await found()) - {"guards"} == codes


async def test_an_entry_posted_twice_and_a_reversal_that_does_not_undo(books: Organization):
    columns = "organization_id, account_id, kind, period, business_date, posted_at"
    await connection().execute_query(
        f"INSERT INTO ledger_entry ({columns}, amount, key, reverses_id) SELECT {columns}, -amount + 1, 'wrong', id FROM ledger_entry WHERE kind = 'opening'"
    )
    assert {"reversals", "balances"} <= set(await found())


async def test_another_organizations_row(books: Organization):
    other = await Organization.create(slug="other", name="Другой", currency="KZT", timezone="Asia/Almaty")
    await connection().execute_query(f"UPDATE statement SET organization_id = {other.id} WHERE period = '2020-06-01'")
    assert await found() == ["tenants"]


async def test_rows_that_point_nowhere(books: Organization):
    if not is_sqlite():
        pytest.skip("PostgreSQL keeps its references by itself")
    await rows("PRAGMA foreign_keys = OFF")
    await connection().execute_query("DELETE FROM service")
    assert await found() == ["references"]
