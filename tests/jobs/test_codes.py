"""Codes for the printer, and rules of access from the command line."""

import csv
import datetime as dt
from pathlib import Path

import pytest

from models import AccountCode, Organization, PersonalAccount
from models.enums import LookUp
from models.errors import NotFound, ProblemCode, RefusedMany
from resolvers import account_codes
from resolvers.access_rules import Wanted, set_rules
from resolvers.bill_codes import issue_bill_codes
from tests import factories as make
from tests.test_cli import abonent


@pytest.fixture
async def town(database) -> Organization:
    of = await make.organization()
    for number in ("02015213", "02015214", "=1+1"):
        await make.account(of, number)
    await make.contract(of, "2666")
    return of


async def test_every_account_gets_its_own_code_once(town, tmp_path: Path):
    target = tmp_path / "codes.csv"
    assert "3 codes" in abonent("codes", "vodokanal", "--all", "--out", str(target)).stdout
    assert target.stat().st_mode & 0o077 == 0
    rows = list(csv.reader(target.read_text(encoding="utf-8").splitlines(), delimiter=";"))
    assert rows[0] == ["number", "code"]
    assert [row[0] for row in rows[1:]] == ["02015213", "02015214", "'=1+1"]
    first, second = [await PersonalAccount.get(number=number) for number in ("02015213", "02015214")]
    now = dt.datetime.now(dt.UTC)
    assert await account_codes.find(rows[1][1], first.id, None, now)
    assert await account_codes.find(rows[1][1], second.id, None, now) is None
    assert await account_codes.find(rows[1][1], first.id, None, now + dt.timedelta(days=91)) is None
    assert rows[1][1].replace("-", "") not in str(await AccountCode.all().values())
    assert "exists already" in abonent("codes", "vodokanal", "--all", "--out", str(target), status=1).stderr


async def test_a_list_of_numbers_and_contracts(town, tmp_path: Path):
    numbers, target = tmp_path / "numbers.txt", tmp_path / "codes.csv"
    numbers.write_text("\ufeff02015214\n\n02015214\n", encoding="utf-8")
    assert "1 codes" in abonent("codes", "vodokanal", "--accounts", str(numbers), "--out", str(target)).stdout
    numbers.write_text("02015214\n777\n", encoding="utf-8")
    with pytest.raises(NotFound):
        [part async for part in issue_bill_codes("vodokanal", ["02015214", "777"], make.NOW, dt.timedelta(days=1))]
    assert await AccountCode.all().count() == 1
    [[(number, code)]] = [part async for part in issue_bill_codes("vodokanal", None, make.NOW, dt.timedelta(days=1), contracts=True)]
    assert number == "2666"
    assert await account_codes.find(code, None, (await AccountCode.exclude(contract_id=None).get()).contract_id, make.NOW)


async def test_rules_are_said_and_kept(town):
    done = abonent(
        "organization", "access", "vodokanal", "--proofs", "surname bill_code", "--step-ups", "staff", "--look-up", "proof", "--recovery-asks", "number"
    )
    assert "surname, bill_code" in done.stdout
    of = await Organization.get(slug="vodokanal")
    assert (of.link_proofs, of.step_ups, of.look_up, of.recovery_asks) == ("surname bill_code", "staff", LookUp.PROOF, "number")
    assert "Look-up: proof" in abonent("organization", "access", "vodokanal", "--proofs", "surname").stdout, "what is left out stays"
    assert "email, staff, bill_code" in abonent("organization", "access", "vodokanal", "--proofs", "surname", "--step-ups", "", status=1).stderr


@pytest.mark.parametrize(
    ("wanted", "code", "place"),
    [(Wanted(("surname",), (), "off", "last_payment", ()), ProblemCode.STEP_UP_NEEDED, "stepUps"),
     (Wanted(("last_payment",), (), "off", "last_payment", ()), ProblemCode.STEP_UP_NEEDED, "stepUps"),
     (Wanted((), (), "on", "last_payment", ()), ProblemCode.STEP_UP_NEEDED, "stepUps"),
     (Wanted(("shoe size",), (), "off", "last_payment", ()), ProblemCode.INVALID, "proofs"),
     (Wanted((), ("owl",), "off", "last_payment", ()), ProblemCode.INVALID, "stepUps"),
     (Wanted((), (), "maybe", "last_payment", ()), ProblemCode.INVALID, "lookUp"),
     (Wanted((), (), "off", "guess", ()), ProblemCode.INVALID, "lookUpProof"),
     (Wanted((), (), "off", "flat", ("name",)), ProblemCode.INVALID, "recoveryAsks")],
)  # fmt: skip
async def test_rules_that_contradict_themselves_are_refused(town, wanted, code, place):
    with pytest.raises(RefusedMany) as refused:
        await set_rules("vodokanal", wanted)
    assert [(one.code, one.path) for one in refused.value.problems] == [(code, (place,))]


@pytest.mark.parametrize("proofs", [(), ("bill_code",), ("tax_number", "flat")])
async def test_what_cannot_be_guessed_needs_no_step_up(town, proofs):
    assert (await set_rules("vodokanal", Wanted(proofs, (), "off", "last_payment", ()))).step_ups == ()
