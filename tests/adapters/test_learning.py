"""Proposals: what a file nobody described is taken for, and that the proposal itself reads it."""

from pathlib import Path

import openpyxl
import pytest

from adapters.files import FileRefused, parse_profile
from adapters.files.learning import propose
from tests.adapters.test_profiles import SBER_FOOTER, SBER_ROW

SALDO = "Ведомость\nКод лиц. счета;ФИО;Сальдо вх.;Нач-но;Опл-но;Сальдо исх.\n02015213;Иванов;10,00;5,50;0,00;15,50\n02015220;Петров;0,00;7,10;7,10;0,00\n"


def proposal(folder: Path, name: str, content: str, encoding: str = "cp1251"):
    path = folder / name
    path.write_bytes(content.encode(encoding))
    return propose(path)


def test_headings_that_sound_alike(tmp_path: Path):
    found = proposal(tmp_path, "saldo_202610.csv", SALDO)
    assert found.lacking == ()
    assert found.register is not None
    assert found.register.kind.name == "balances"
    rows = list(found.register.rows())
    assert [row.code for row in rows] == [None, None]
    named = dict(zip(found.register.kind.names, rows[0].values, strict=True))
    assert (str(named["period"]), named["account"], named["opening"], named["charged"], named["closing"]) == ("2026-10-01", "02015213", 1_000, 550, 1_550)


@pytest.mark.parametrize("encoding", ["cp1251", "cp866", "koi8-r", "utf-8"])
def test_contents_alone(tmp_path: Path, encoding: str):
    rows = "".join(f"{day:02d}.10.2026;020152{day};{day},50\n" for day in range(10, 30))
    found = proposal(tmp_path, "bank_17.txt", rows, encoding)
    assert found.register is not None
    assert (found.register.kind.name, found.register.positions) == ("payments", {"paid_on": 0, "account": 1, "amount": 2})
    assert parse_profile(found.text).find("bank_18.txt") is not None
    assert {row.code for row in found.register.rows()} == {None}


def test_a_bank_s_register_is_a_proposal_to_correct(tmp_path: Path):
    found = proposal(tmp_path, "sber_0124.txt", f"{SBER_ROW}\r\n" * 5 + f"{SBER_FOOTER}\r\n")
    assert 'kind = "payments"' in found.text
    assert 'footers = "="' in found.text
    assert "paid_on = 1 " in found.text
    assert parse_profile(found.text)


def test_numbers_of_operations_are_no_accounts(tmp_path: Path):
    """Both are all digits and of one length; accounts begin with zeros and come twice."""
    rows = [
        SBER_ROW.replace(";123456789;", f";{123456789 + turn * 7};").replace(";02015213;", f";{2015213 + turn % 30 * 7:08d};").replace(";10,53", f";{turn},53")
        for turn in range(40)
    ]
    found = proposal(tmp_path, "sber_0124.txt", "".join(f"{row}\r\n" for row in rows))
    assert found.register is not None
    assert {name: found.register.positions[name] for name in ("paid_on", "account")} == {"paid_on": 0, "account": 5}


def test_a_workbook(tmp_path: Path):
    book = openpyxl.Workbook()
    for row in (["Отчёт"], [], ["№ счета абонента", "Дата оплаты", "Сумма платежа, тг"], ["02015213", "01.10.2026", 15.5], ["02015220", "02.10.2026", 3]):
        book.active.append(row)
    book.save(tmp_path / "pay.xlsx")
    found = propose(tmp_path / "pay.xlsx")
    assert found.register is not None
    assert found.register.kind.name == "payments"
    assert [row.code for row in found.register.rows()] == [None, None]


def test_what_is_lacking_is_said(tmp_path: Path):
    found = proposal(tmp_path, "saldo.csv", SALDO)
    assert (found.lacking, found.register) == (("period",), None)
    assert "# [register.columns] period = ?" in found.text
    assert parse_profile(found.text)


@pytest.mark.parametrize("content", ["", "слово\n", "%PDF-1.7\n", "a;b\n"])
def test_what_is_no_table(tmp_path: Path, content: str):
    with pytest.raises(FileRefused):
        proposal(tmp_path, "x.csv", content)
