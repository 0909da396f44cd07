"""`check` finds what somebody did to the database behind the ledger's back."""

from pathlib import Path

import pytest

from models import Organization
from models.database import connection, is_sqlite, migrate
from resolvers.integrity import check
from tests.resolvers.imports.conftest import FIGURES, TODAY, contents, organization, rows, taken, write

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
        ("DELETE FROM statement WHERE period = '2020-05-01'", {"controls", "extra_entries", "bare_charges"}),
        ("UPDATE statement SET is_current = FALSE WHERE period = '2020-05-01'", {"statement_versions", "extra_entries"}),
        ("UPDATE statement SET period = '2020-07-01' WHERE period = '2020-05-01'", {"controls", "extra_entries"}),
        ("UPDATE statement SET closing = NULL", {"controls"}),
        ("UPDATE statement SET charged = NULL", {"controls"}),
        ("UPDATE statement SET charged = charged + 100, paid = paid + 100", {"controls"}),
        ("UPDATE statement SET compensation_note = 1", {"controls"}),
        ("UPDATE ledger_entry SET kind = 'recalculation' WHERE kind = 'charge'", {"altered_entries"}),
        ("UPDATE ledger_entry SET business_date = '2020-05-02' WHERE kind = 'charge'", {"altered_entries"}),
        ("UPDATE ledger_entry SET service_id = NULL WHERE kind = 'charge'", {"altered_entries"}),
        ("UPDATE ledger_entry SET key = 'none' WHERE kind = 'payment'", {"missing_entries", "extra_entries"}),
        ("UPDATE payment SET paid_on = '2020-06-06'", {"altered_entries"}),
        ("UPDATE charge SET quantity = quantity + 1", {"controls"}),
    ],
)
async def test_each_damage_is_named(books: Organization, damage: str, codes: set[str]):
    await without_guards()
    await connection().execute_query(damage)
    assert set(await found()) - {"guards"} >= codes


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("UPDATE statement_line SET closing = closing + 1 WHERE position = 1", "lines"),
        ("DELETE FROM statement_line", "lines"),
        ("UPDATE statement SET by_service = FALSE", "lines"),
        ("UPDATE charge SET parent_id = (SELECT MIN(id) FROM charge WHERE NOT is_group) WHERE parent_id IS NOT NULL", "groups"),
        ("UPDATE charge SET is_group = FALSE WHERE is_group", "groups"),
    ],
)
async def test_damage_to_lines_and_groups_is_named(organization: Organization, tmp_path: Path, damage: str, code: str):
    folder = write(
        tmp_path / "heat",
        accounts="Лицевой счёт;Фамилия\n1;Иванов",
        charges="Период;Лицевой счёт;Услуга;В составе;Сумма\n2026-09;1;Вода;ГВС;10,00\n2026-09;1;Тепло;ГВС;20,00",
        balances="Период;Лицевой счёт;Услуга;Остаток на начало;Начислено;Остаток на конец\n2026-09;1;Вода;0,00;10,00;10,00\n2026-09;1;Тепло;0,00;20,00;20,00",
    )
    await taken(folder)
    assert await found() == []
    await connection().execute_query(damage)
    assert code in await found()


async def test_nothing_is_kept_of_a_look(books: Organization):
    await connection().execute_query("UPDATE personal_account SET balance = 1")
    before = await contents()
    assert await found() == await found()
    assert await contents() == before


async def test_entries_that_cancel_each_other_are_found(books: Organization):
    for amount in (500, -500):
        await connection().execute_query(
            f"""INSERT INTO ledger_entry (organization_id, account_id, kind, amount, period, business_date, key, posted_at)
            SELECT organization_id, account_id, 'payment', {amount}, period, business_date, 'by hand {amount}', posted_at
            FROM ledger_entry WHERE kind = 'opening'"""
        )
    [damage] = (await check()).problems
    assert (damage.code, damage.count) == ("extra_entries", 2)


async def test_guards_that_guard_nothing_are_damage(books: Organization, database: str):
    if is_sqlite():
        for verb in ("update", "delete"):
            await connection().execute_query(f"DROP TRIGGER ledger_entry_no_{verb}")
            await connection().execute_query(f"CREATE TRIGGER ledger_entry_no_{verb} BEFORE {verb.upper()} ON ledger_entry BEGIN SELECT 1; END")
    else:
        await connection().execute_script("CREATE OR REPLACE FUNCTION ledger_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$")
    [damage] = (await check()).problems
    assert set(damage.examples) >= {"ledger_entry_no_update", "ledger_entry_no_delete"}
    await migrate(database)
    assert await found() == []


async def test_a_trigger_of_another_moment_is_damage(books: Organization, database: str):
    if is_sqlite():
        await connection().execute_query("DROP INDEX statement_current")
        await connection().execute_query("CREATE INDEX statement_current ON statement (account_id, period)")
        name = "statement_current"
    else:
        name = "ledger_entry_no_delete"
        await connection().execute_script(
            f"CREATE OR REPLACE TRIGGER {name} BEFORE DELETE ON ledger_entry FOR EACH ROW WHEN (OLD.amount = 1) EXECUTE FUNCTION ledger_entry_refuse()"
        )
    assert [damage.examples for damage in (await check()).problems] == [(name,)]
    await migrate(database)
    assert await found() == []


async def test_a_replaced_version_that_became_current_again(organization: Organization, tmp_path: Path):
    """An older version stands as the current one: hand-made, since an import always makes a new one."""
    for number, sum_ in enumerate((10, 20)):
        folder = tmp_path / str(number)
        accounts = "Лицевой счёт;Фамилия\n1;А"
        await taken(write(folder, accounts=accounts, charges=f"Период;Лицевой счёт;Услуга;Сумма\n2026-10;1;Вода;{sum_}"))
    assert await found() == []
    await connection().execute_query("UPDATE charge SET is_current = FALSE")
    await connection().execute_query("UPDATE charge SET is_current = TRUE WHERE version = 1")
    assert {"charge_versions", "missing_entries", "extra_entries"} <= set(await found())


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


async def test_damage_is_found_in_whichever_span_it_is(organization: Organization, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """However many accounts are looked at together: each is looked at once, and examples are the first of all."""
    numbers = range(1, 8)
    balances = "\n".join(f"2026-09;{n};0,00;10,00;10,00\n2026-10;{n};10,00;0,00;10,00" for n in numbers)
    await taken(
        write(
            tmp_path / "seven",
            accounts="Лицевой счёт;Фамилия\n" + "\n".join(f"{n};А" for n in numbers),
            charges="Период;Лицевой счёт;Услуга;Сумма\n" + "\n".join(f"2026-09;{n};Вода;10,00" for n in numbers),
            balances=f"Период;Лицевой счёт;Остаток на начало;Начислено;Остаток на конец\n{balances}",
        )
    )
    await without_guards()
    await connection().execute_query("UPDATE statement SET closing = closing + 1 WHERE period = '2026-10-01'")
    await connection().execute_query("UPDATE charge SET amount = amount + 1")
    await connection().execute_query("UPDATE personal_account SET balance = balance + 1")
    await connection().execute_query("UPDATE ledger_entry SET kind = 'penalty' WHERE kind = 'charge'")
    whole = {problem.code: (problem.count, problem.examples) for problem in (await check()).problems}
    assert {"closings", "unposted_charges", "balances", "altered_entries"} <= whole.keys()
    assert all(whole[code][0] == 7 for code in ("closings", "unposted_charges", "balances"))
    for at_once in (1, 3, 7):
        monkeypatch.setattr("resolvers.integrity.AT_ONCE", at_once)
        monkeypatch.setattr("resolvers.rehearsal.AT_ONCE", at_once)
        assert {problem.code: (problem.count, problem.examples) for problem in (await check()).problems} == whole


async def test_rows_of_no_account_at_all_are_looked_at(books: Organization):
    """Spans of accounts leave no gap: what belongs to an account whose row is gone lies in one of them too."""
    if not is_sqlite():
        pytest.skip("PostgreSQL keeps its references by itself")
    await rows("PRAGMA foreign_keys = OFF")
    await connection().execute_query("UPDATE statement SET account_id = 900000 WHERE period = '2020-06-01'")
    assert {"references", "openings", "closings"} <= set(await found())


async def test_a_replaced_charge_whose_run_was_undone(organization: Organization, tmp_path: Path):
    """A version of an undone run stands as the current one, though an older one was not undone."""
    for number, sum_ in enumerate((10, 20)):
        charges = f"Период;Лицевой счёт;Услуга;Сумма\n2026-10;1;Вода;{sum_}"
        await taken(write(tmp_path / str(number), accounts="Лицевой счёт;Фамилия\n1;А", charges=charges))
    assert await found() == []
    await connection().execute_query("UPDATE import_run SET state = 'undone' WHERE id = (SELECT MAX(id) FROM import_run)")
    assert "charge_versions" in await found()
