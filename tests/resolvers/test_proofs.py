"""Proving an account: what matches, what is said, and how often anybody may try."""

import asyncio
import datetime as dt
from collections import Counter

import pytest

from models import AccountCode, AccountFacts, Organization, PersonalAccount, ProofBudget
from models.enums import AccountKind, CodeSource, Door, Factor, PaymentState, Purpose, StepUp
from models.errors import ProblemCode, Refused, RefusedMany
from resolvers import account_codes, mailed_secrets, proof_targets, proofs, step_ups
from resolvers.proof_budget import RESERVE, TRIES, Try, key_of
from resolvers.proofs import Case, Given, check_form, judged, prove, typed_day, typed_sum
from tests import factories as make
from tests.counting import counted

F = Factor
RIGHT = Given(surname="Ким", flat="1", paid_on="12.11.2026", paid_amount="1 052,98", tax_number="900101300811")
MISS = Given(surname="Ли", paid_on="12.11.2026", paid_amount="1 052,98")
ASKED = (F.SURNAME, F.LAST_PAYMENT)


@pytest.fixture
async def account(database) -> PersonalAccount:
    of = await make.organization()
    made = await make.account(of, "02015213", flat="1", surname="Ким")
    await AccountFacts.filter(account=made).update(tax_number="900101300811", email="kim@example.kz")
    await make.payment(made, 50000, "2026-10-12")
    await make.payment(made, 105298, "2026-11-12")
    return made


async def target_of(account: PersonalAccount) -> proof_targets.Target:
    return await proof_targets.account_by_number(account.organization_id, account.number, make.TODAY)


def case_of(organization_id: int, target: proof_targets.Target, given: Given = MISS, required=ASKED, **more) -> Case:
    return Case(organization_id, Door.LINK, key_of("number", target.number or "09999999"), make.TODAY, target, required, given, **more)


async def code_for(account: PersonalAccount, source: CodeSource) -> str:
    text = account_codes.new_code()
    await AccountCode.create(
        organization_id=account.organization_id, account=account, source=source, code_hash=account_codes.code_hash(text), issued_by="user:1",
        created_at=make.NOW, expires_at=make.NOW + dt.timedelta(days=1),
    )  # fmt: skip
    return account_codes.shown(text)


@pytest.mark.parametrize("required", [(F.SURNAME,), (F.FLAT,), (F.LAST_PAYMENT,), (F.TAX_NUMBER,), (F.SURNAME, F.FLAT, F.LAST_PAYMENT, F.TAX_NUMBER)])
async def test_each_factor_proves_alone_and_all_together(account, required):
    target = await target_of(account)
    assert judged(target, RIGHT, required, None)
    assert not judged(proof_targets.NOBODY, RIGHT, required, None)
    assert not judged(target, Given(), required, None)


async def test_without_anything_asked_nothing_is_proved(account):
    assert not judged(await target_of(account), RIGHT, (), None)


@pytest.mark.parametrize(
    "wrong", [{"surname": "Ки"}, {"surname": "Алия"}, {"surname": "Алия Ким"}, {"surname": "Kim"}, {"flat": "2"}, {"flat": ""}, {"paid_on": "12.10.2026"},
              {"paid_amount": "500"}, {"paid_on": "12.10.2026", "paid_amount": "500,00"}, {"tax_number": "900101300812"}],
)  # fmt: skip
async def test_one_wrong_factor_spoils_all(account, wrong):
    given = {name: getattr(RIGHT, name) for name in ("surname", "flat", "paid_on", "paid_amount", "tax_number")} | wrong
    assert not judged(await target_of(account), Given(**given), (F.SURNAME, F.FLAT, F.LAST_PAYMENT, F.TAX_NUMBER), None)


@pytest.mark.parametrize("surname", ["КИМ", "ким", "Ким Алия", " Ким "])
async def test_the_holder_may_write_the_name_out(account, surname):
    assert judged(await target_of(account), Given(surname=surname), (F.SURNAME,), None)


async def test_last_payment_is_any_of_its_day_or_their_sum_and_what_is_on_its_way(account):
    await make.payment(account, 1000, "2026-11-12")
    await make.payment(account, 77700, "2026-11-18", state=PaymentState.IN_TRANSIT)
    await make.payment(account, 5, "2026-11-19", state=PaymentState.REFUNDED)
    await make.payment(account, 6, "2026-11-19", is_current=False)
    assert (await target_of(account)).payments == {
        (dt.date(2026, 11, 12), 105298), (dt.date(2026, 11, 12), 1000), (dt.date(2026, 11, 12), 106298), (dt.date(2026, 11, 18), 77700),
    }  # fmt: skip


async def test_present_facts_count_and_tell_since_when(account):
    for day, surname, name in (("2025-01-01", "Ли", "Борис"), ("2026-01-01", "Ли-Пак", "Борис"), ("2027-01-01", "Тен", "")):
        await AccountFacts.create(organization_id=account.organization_id, account=account, valid_from=make.day(day), surname=surname, name=name)
    target = await target_of(account)
    assert (target.names, target.since) == ({"ли пак", "ли пак борис"}, dt.date(2025, 1, 1))


async def test_a_company_is_proved_by_its_object_or_its_payer(account):
    of = await Organization.get(id=account.organization_id)
    contract = await make.contract(of, "2666", tax_number="990140004654")
    recipient = await make.account(of, kind=AccountKind.LEGAL, contract=contract, surname="Магазин «Волна»", name="")
    await make.payment(recipient, 900, "2026-11-01")
    target = await target_of(recipient)
    for typed in ("магазин волна", "ТОО Берег", "Берег"):
        assert judged(target, Given(surname=typed, tax_number="990140004654"), (F.SURNAME, F.TAX_NUMBER), None), typed
    whole = await proof_targets.contract_by_number(of.id, " 2666 ")
    assert judged(whole, Given(surname="берег", tax_number="990140004654", paid_on="2026-11-01", paid_amount="9"), (*ASKED, F.TAX_NUMBER), None)
    assert (whole.contract_id, whole.account_id) == (contract.id, None)


async def test_a_withdrawn_account_is_nobody(account):
    await PersonalAccount.filter(id=account.id).update(withdrawn_at=make.NOW)
    assert await target_of(account) == proof_targets.NOBODY


@pytest.mark.parametrize(("text", "day"), [("25.05.2020", (2020, 5, 25)), ("5.5.2020", (2020, 5, 5)), ("2020-05-25", (2020, 5, 25)), ("25/05/2020", (2020, 5, 25)),
                                           ("31.02.2020", None), ("25.05.20", None), ("вчера", None), ("", None), ("00.00.0000", None)])  # fmt: skip
def test_days_as_they_are_typed(text, day):
    assert typed_day(text) == (dt.date(*day) if day else None)


@pytest.mark.parametrize(("text", "minor"), [("123,45", 12345), ("123.45", 12345), ("1 052,98", 105298), ("1\u00a0052,98 ₸", 105298), ("500", 50000),
                                             ("500,5 тг", 50050), ("0", None), ("-5", None), ("1,234.50", None), ("1e3", None), ("", None), ("сто", None)])  # fmt: skip
def test_sums_as_they_are_typed(text, minor):
    assert typed_sum(text) == minor


@pytest.mark.parametrize(
    ("given", "codes"),
    [(Given(), {"surname": "REQUIRED", "paidOn": "REQUIRED", "paidAmount": "REQUIRED", "taxNumber": "REQUIRED", "code": "REQUIRED"}),
     (Given("—", "", "31.02.2026", "12,345", "79102830272", "X"), {"surname": "REQUIRED", "paidOn": "INVALID_DATE", "paidAmount": "INVALID_AMOUNT", "taxNumber": "INVALID_TAX_NUMBER"}),
     (Given("я" * 201, "", "01.01.2030", "12,34", "12345678901X", "X"), {"surname": "TOO_LONG", "paidOn": "DATE_IN_FUTURE", "taxNumber": "INVALID_TAX_NUMBER"})],
)  # fmt: skip
def test_what_is_wrong_by_its_form_is_said_beside_its_field(given, codes):
    with pytest.raises(RefusedMany) as refused:
        check_form(given, tuple(Factor), make.TODAY)
    assert {one.path[1]: one.code.name for one in refused.value.problems} == codes


async def test_a_right_proof_is_no_miss(account):
    for _ in range(TRIES + 3):
        proved = await prove(case_of(account.organization_id, await target_of(account), RIGHT), make.NOW)
        assert proved.by == ASKED
    assert {one.misses for one in await ProofBudget.all()} == {0}


@pytest.mark.parametrize("exists", [True, False])
async def test_five_misses_and_the_next_is_not_even_looked_at(account, exists):
    target = await target_of(account) if exists else proof_targets.NOBODY
    seen = []
    for given in [MISS] * TRIES + [RIGHT]:
        with pytest.raises(Refused) as refused:
            await prove(case_of(account.organization_id, target, given), make.NOW)
        seen.append((refused.value.problems[0].code, refused.value.problems[0].path))
    assert seen == [(ProblemCode.NOT_PROVED, ())] * TRIES + [(ProblemCode.NO_TRIES_LEFT, ())]


async def test_existing_and_missing_cost_the_same_statements(account):
    counts = []
    for number in (account.number, "09999999"):
        with counted() as seen:
            target = await proof_targets.account_by_number(account.organization_id, number, make.TODAY)
            await step_ups.passed("ABCD-EFGH", target, tuple(StepUp), make.NOW)
            with pytest.raises(Refused):
                await prove(Case(account.organization_id, Door.LINK, key_of("number", number), make.TODAY, target, tuple(Factor), MISS), make.NOW)
        counts.append(len(seen))
    assert counts[0] == counts[1]


async def test_ten_thousand_misses_are_five_checks(account, monkeypatch):
    """However many try, and however many of them at once: the wall stands before anything is compared."""
    checks = 0

    def counting(*given):
        nonlocal checks
        checks += 1
        return judged(*given)

    monkeypatch.setattr(proofs, "judged", counting)
    target = await target_of(account)
    seen: Counter[str] = Counter()
    for _ in range(100):
        results = await asyncio.gather(*(prove(case_of(account.organization_id, target), make.NOW) for _ in range(100)), return_exceptions=True)
        seen.update(error.problems[0].code.name for error in results)
    assert seen == {"NOT_PROVED": TRIES, "NO_TRIES_LEFT": 10_000 - TRIES}
    assert checks == TRIES


@pytest.mark.parametrize("kind", list(StepUp))
async def test_strangers_never_lock_the_owner_out(account, kind: StepUp):
    """Many at once, and still five checks; the owner passes by each step-up, which is spent by success alone."""
    target = await target_of(account)
    results = await asyncio.gather(*(prove(case_of(account.organization_id, target), make.NOW) for _ in range(40)), return_exceptions=True)
    codes = [error.problems[0].code for error in results]
    assert (codes.count(ProblemCode.NOT_PROVED), codes.count(ProblemCode.NO_TRIES_LEFT)) == (TRIES, 40 - TRIES)
    if kind is StepUp.EMAIL:
        secret = await mailed_secrets.make(Purpose.STEP_UP, make.NOW, step_ups.LIFETIME, with_code=True, account_id=account.id)
        ways = [str(mailed_secrets.token_of(secret)), str(mailed_secrets.code_of(secret))]
    else:
        ways = [await code_for(account, CodeSource.STAFF if kind is StepUp.STAFF else CodeSource.BILL)]
    for text in ways:
        passed = await step_ups.passed(text, target, tuple(StepUp), make.NOW)
        assert passed is not None
        assert passed.kind is kind
        with pytest.raises(Refused) as refused:
            await prove(case_of(account.organization_id, target, step_up=passed), make.NOW)
        assert refused.value.problems[0].code is ProblemCode.NOT_PROVED
    proved = await prove(case_of(account.organization_id, target, RIGHT, step_up=passed), make.NOW)
    assert await proved.spend(make.NOW)
    assert not await proved.spend(make.NOW)
    assert await step_ups.passed(ways[0], target, tuple(StepUp), make.NOW) is None


async def test_the_reserve_ends_too_and_both_come_back_tomorrow(account):
    target = await target_of(account)
    passed = await step_ups.passed(await code_for(account, CodeSource.STAFF), target, tuple(StepUp), make.NOW)
    seen = []
    for _ in range(TRIES + RESERVE + 1):
        with pytest.raises(Refused) as refused:
            await prove(case_of(account.organization_id, target, step_up=passed), make.NOW)
        seen.append(refused.value.problems[0].code)
    assert seen.index(ProblemCode.NO_TRIES_LEFT) == TRIES + RESERVE
    assert await Try(account.organization_id, Door.LINK, key_of("number", account.number), make.TODAY + dt.timedelta(days=1)).count()


async def test_a_step_up_is_good_for_its_own_target_and_where_it_is_offered(account):
    other = await make.account(await Organization.get(id=account.organization_id))
    secret = await mailed_secrets.make(Purpose.STEP_UP, make.NOW, step_ups.LIFETIME, with_code=True, account_id=account.id)
    staff = await code_for(account, CodeSource.STAFF)
    elsewhere = await target_of(other)
    for text in (str(mailed_secrets.token_of(secret)), str(mailed_secrets.code_of(secret)), staff):
        assert await step_ups.passed(text, elsewhere, tuple(StepUp), make.NOW) is None
        assert await step_ups.passed(text, proof_targets.NOBODY, tuple(StepUp), make.NOW) is None
        assert await step_ups.passed(text, await target_of(account), (StepUp.BILL_CODE,), make.NOW) is None


async def test_a_code_is_forgiving_and_over_when_it_is_over(account):
    text = await code_for(account, CodeSource.BILL)
    loose = text.lower().replace("-", " ").replace("o", "0").replace("i", "1")
    assert await account_codes.find(loose, account.id, None, make.NOW)
    assert await account_codes.find(text, account.id, None, make.NOW + dt.timedelta(days=2)) is None
    assert await account_codes.find("", account.id, None, make.NOW) is None


@pytest.mark.parametrize(("one", "other"), [("02015213", " 0201 5213 "), ("АБ-1", "аб-1")])
def test_a_number_is_one_target_however_it_is_written(one, other):
    assert key_of("number", one) == key_of("number", other)
    assert len(key_of("number", "9" * 5000)) <= 80
