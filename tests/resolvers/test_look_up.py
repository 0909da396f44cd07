"""Looking an account up: what finds it, what does not, and that nobody can tell why."""

import datetime as dt

import pytest

from models import AccountFacts, AuditRecord, Organization, ProofBudget
from models.enums import Factor, LookUp
from models.errors import ProblemCode, Refused
from resolvers import gate
from resolvers.look_up import Place, find_account
from resolvers.proofs import Given
from resolvers.views import viewer_of_view
from tests import factories as make

C = ProblemCode
RIGHT = Place("ул. Красина", "3", "12", "А")


@pytest.fixture
async def org(database):
    await gate.clear() if gate.clear.__code__.co_flags & 0x80 else gate.clear()
    org = await make.organization()
    await Organization.filter(id=org.id).update(look_up=LookUp.ON)
    account = await make.account(org, "02015213", flat="12А", surname="Қабдолова")
    await make.account(org, "02015220", flat="13", surname="Петров")
    await make.payment(account, 123_45, "2026-10-12")
    return org


async def found(place: Place = RIGHT, surname: str = "Кабдолова", **given):
    return await find_account("vodokanal", place, Given(surname=surname, **given), make.NOW, source=None)


async def refused(*arguments, **given) -> list[tuple]:
    with pytest.raises(Refused) as caught:
        await found(*arguments, **given)
    return [(problem.code, problem.path) for problem in caught.value.problems]


@pytest.mark.parametrize("place", [RIGHT, Place("КРАСИНА", "3", "12а"), Place("Красина көшесі", " 3 ", "кв. 12 A"), Place("Kрacинa", "д. 3", "12", "a")])
async def test_an_address_is_found_however_it_is_written(org, place):
    answer = await found(place)
    assert answer.numbers == ["02015213"]
    viewer = await viewer_of_view(answer.token, make.NOW)
    assert len(viewer.grants) == 1
    assert [(row.action, row.actor) for row in await AuditRecord.all()] == [("look-up", "stranger")]


@pytest.mark.parametrize(
    ("place", "surname"),
    [(RIGHT, "Петров"), (Place("Красина", "3", "13"), "Кабдолова"), (Place("Красина", "31", "2А"), "Кабдолова"), (Place("Крас", "3", "12А"), "Кабдолова"),
     (Place("Красина", "3", "12"), "Кабдолова"), (Place("Нет такой", "3", "12А"), "Кабдолова"), (Place("%", "3", "12А"), "Кабдолова"), (RIGHT, "Кабдол")],
)  # fmt: skip
async def test_every_miss_is_the_same_miss(org, place, surname):
    assert await refused(place, surname) == [(C.NOT_PROVED, ())]


async def test_an_address_is_missed_five_times_a_day_and_no_more_existing_or_not(org):
    for place in (RIGHT, Place("Нет такой", "3", "12А")):
        codes = [(await refused(place, "Иванов"))[0][0] for _ in range(7)]
        assert codes == [C.NOT_PROVED] * 5 + [C.NO_TRIES_LEFT] * 2
    assert await refused(RIGHT) == [(C.NO_TRIES_LEFT, ())]
    assert (await find_account("vodokanal", RIGHT, Given(surname="Кабдолова"), make.NOW + dt.timedelta(days=1), source=None)).numbers == ["02015213"]


async def test_only_misses_count(org):
    for _ in range(7):
        await found()
    assert {row.misses for row in await ProofBudget.all()} == {0}


async def test_an_organization_that_does_not_offer_it_says_so(org):
    await Organization.filter(id=org.id).update(look_up=LookUp.OFF)
    assert await refused() == [(C.NOT_OFFERED, ())]


async def test_a_further_proof(org):
    await Organization.filter(id=org.id).update(look_up=LookUp.PROOF, look_up_proof=Factor.LAST_PAYMENT)
    assert await refused() == [(C.REQUIRED, ("proofs", "paidOn")), (C.REQUIRED, ("proofs", "paidAmount"))]
    assert await refused(paid_on="12.10.2026", paid_amount="123,46") == [(C.NOT_PROVED, ())]
    assert (await found(paid_on="12.10.2026", paid_amount="123,45 тг")).numbers == ["02015213"]


async def test_what_is_missing_is_said_beside_it(org):
    assert await refused(Place("", "", ""), "") == [(C.REQUIRED, ("street",)), (C.REQUIRED, ("house",)), (C.REQUIRED, ("proofs", "surname"))]
    assert await refused(Place("у" * 161, "3")) == [(C.TOO_LONG, ("street",))]


async def test_a_new_holder_is_found_by_his_own_name_and_shows_nothing_older(org):
    account = (await AccountFacts.get(surname="Қабдолова")).account_id
    await AccountFacts.create(organization=org, account_id=account, valid_from=dt.date(2026, 6, 1), surname="Ли", name="Вера")
    assert await refused() == [(C.NOT_PROVED, ())]
    viewer = await viewer_of_view((await found(surname="ЛИ")).token, make.NOW)
    assert viewer.grants[0].from_on == dt.date(2026, 6, 1)
