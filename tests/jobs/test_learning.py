"""``abonent import --learn``: a proposal on the terminal, kept with ``--write``, and what the next import makes of it."""

from pathlib import Path

import pytest

from resolvers.imports import profiles
from resolvers.organizations import organization_by_slug
from tests.adapters.test_learning import SALDO
from tests.test_cli import abonent, peopled

__all__ = ["peopled"]


def test_it_is_printed_with_the_first_rows_and_writes_nothing(tmp_path: Path):
    (tmp_path / "saldo_202610.csv").write_bytes(SALDO.encode("cp1251"))
    shown = abonent("import", "--learn", str(tmp_path / "saldo_202610.csv")).stdout
    assert 'closing = "Сальдо исх."' in shown
    assert "2026-10" in shown
    assert "15.50" in shown
    assert "--write needs" in abonent("import", "--learn", str(tmp_path / "saldo_202610.csv"), "--write", status=2).stderr


def test_columns_that_a_line_has_no_room_for_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whole cells of some columns say more than two letters of each; those that the kind needs come first."""
    headings = "Тип;Фамилия;Имя;Отчество;ИИН/БИН;Населённый пункт;Улица;Дом;Квартира;Площадь;Численность;Лицевой счёт"
    person = "Физическое лицо;Абдрахманова-Тлеубердинова;Гульнара;Мураткызы;760816462199;Усть-Каменогорск;Абая;1;2;92,61;1;02000147"
    (tmp_path / "people.csv").write_text(f"{headings}\n{person}\n", encoding="utf-8")
    monkeypatch.setenv("COLUMNS", "80")
    shown = abonent("import", "--learn", str(tmp_path / "people.csv")).stdout
    [row] = [line for line in shown.splitlines() if line.strip().startswith("2 ")]
    assert row.split() == ["2", "02000147", "individual", "Абдрахманова-Тлеу…", "Гульнара", "Мураткызы", "Абая"]
    assert len(row) <= 80
    assert "no room to show it: ИИН/БИН, Населённый пункт" in shown


def test_what_no_table_is_learnt_from(tmp_path: Path):
    (tmp_path / "x.csv").write_text("x\n")
    assert "headings do not tell" in abonent("import", "--learn", str(tmp_path / "x.csv"), status=1).stderr
    assert "abonent import SLUG PATH" in abonent("import", status=2).stderr


async def test_written_it_is_what_imports_read_by(peopled: str, tmp_path: Path):
    (tmp_path / "saldo_202610.csv").write_bytes(SALDO.encode("cp1251"))
    (tmp_path / "accounts.csv").write_text("Лицевой счёт;Фамилия\n02015213;А\n02015220;Б\n", encoding="utf-8")
    assert "Written" in abonent("import", "--learn", str(tmp_path / "saldo_202610.csv"), "--write", "vodokanal").stdout
    assert "saldo_*.csv" in await profiles.text_of((await organization_by_slug("vodokanal")).pk)
    done = abonent("import", "vodokanal", str(tmp_path))
    assert "saldo_202610" in done.stdout
