"""Messages of an account in the database: its meters, its last readings, its rights; and that nothing is written."""

import datetime as dt

import pytest

from models import AuditRecord, IdempotencyKey, Meter, Organization, Reading
from models.enums import MeterState, Resource, Right, TokenScope
from models.errors import Forbidden, NotFound, ProblemCode, Refused
from resolvers.reading_desk import Typed
from resolvers.submissions import Submission, submit_readings
from resolvers.text_readings import parse_readings
from resolvers.viewer import viewer_of_user
from tests import factories as make
from tests.counting import counted

C = ProblemCode


class Flat:
    async def prepare(self) -> "Flat":
        self.org = await make.organization()
        self.account = await make.account(self.org, "02015213")
        self.cold = await make.meter(self.account, serial="31883369")
        self.hot = await make.meter(self.account, Resource.HOT_WATER, serial="31883423")
        for dial, value in ((self.cold, "114"), (self.hot, "192")):
            await make.reading(dial, value, dt.date(2026, 10, 20))
        user = await make.user("aliya")
        await make.member(user, self.account)
        self.viewer = await viewer_of_user(user.id, make.TODAY)
        return self

    async def parse(self, text: str, viewer=None):
        return await parse_readings(viewer or self.viewer, self.account.id, text, make.NOW, make.TODAY)

    def said(self, values) -> dict[str, str]:
        names = {self.cold.id: "cold", self.hot.id: "hot"}
        return {names[one.register.pk]: one.value for one in values}


@pytest.fixture
async def flat(database):
    return await Flat().prepare()


async def written() -> tuple[int, int, int]:
    return await Reading.all().count(), await IdempotencyKey.all().count(), await AuditRecord.all().count()


async def test_what_is_understood_can_be_sent_on(flat):
    before = await written()
    found = await flat.parse("вода 116,5 193")
    assert (flat.said(found.understood), found.questions, found.problems) == ({"cold": "116,5", "hot": "193"}, [], [])
    assert await written() == before
    rows = tuple(Typed(one.register.pk, one.value) for one in found.understood)
    assert len(await submit_readings(flat.viewer, Submission(flat.account.id, rows, "k"), make.NOW, make.TODAY)) == 2


async def test_a_correction_is_compared_with_the_month_before(flat):
    rows = tuple(Typed(dial.id, value) for dial, value in ((flat.cold, "118"), (flat.hot, "194")))
    await submit_readings(flat.viewer, Submission(flat.account.id, rows, "k"), make.NOW, make.TODAY)
    assert flat.said((await flat.parse("117 193")).understood) == {"cold": "117", "hot": "193"}
    [question] = (await flat.parse("без изменений")).questions
    assert flat.said(question.choices[0]) == {"cold": "00114.000", "hot": "00192.000"}
    assert (question.problem.code, question.piece) == (C.PROBABLY_MEANT, "без изменений")


async def test_several_meanings_are_asked_back(flat):
    [question] = (await flat.parse("вода 116,193")).questions
    assert [flat.said(choice) for choice in question.choices] == [{"cold": "116,193"}, {"cold": "116", "hot": "193"}]
    assert question.problem.code is C.AMBIGUOUS


@pytest.mark.parametrize(("text", "code", "piece"), [
    ("газ 331", C.UNKNOWN_METER, "газ 331"), ("хвс 1e5", C.NOT_UNDERSTOOD, "хвс 1e5"), ("хвс 123456", C.TOO_MANY_DIGITS, "хвс 123456"),
    ("лс 02015214 хвс 117", C.OTHER_ACCOUNT, "лс 02015214"),
])  # fmt: skip
async def test_pieces_without_a_value_are_named(flat, text, code, piece):
    found = await flat.parse(text)
    assert (found.understood, found.questions, [(one.problem.code, one.piece) for one in found.problems]) == ([], [], [(code, piece)])


@pytest.mark.parametrize(("text", "piece"), [("хвс 116 за октябрь", "октябрь"), ("өткен айға суық су 116", "өткен айға"), ("хвс 116 в декабре", "декабре")])
async def test_values_of_another_month_are_not_read_for_this_one(flat, text, piece):
    found = await flat.parse(text)
    assert (found.understood, found.questions, [(one.problem.code, one.piece) for one in found.problems]) == ([], [], [(C.NOT_UNDERSTOOD, piece)])
    assert flat.said((await flat.parse("за ноябрь хвс 116")).understood) == {"cold": "116"}


async def test_a_window_over_the_end_of_the_month_reads_for_the_month_before(flat):
    await Organization.filter(id=flat.org.id).update(window_first_day=20, window_last_day=5)

    async def parse(text: str):
        return await parse_readings(flat.viewer, flat.account.id, text, make.NOW, dt.date(2026, 12, 3))

    for text in ("за ноябрь хвс 116", "на 3 декабря хвс 116", "за прошлый месяц хвс 116"):
        assert flat.said((await parse(text)).understood) == {"cold": "116"}
    assert (await parse("за декабрь хвс 116")).understood == []


@pytest.mark.parametrize(("change", "code"), [
    ({"register_state": MeterState.FAULTY}, C.METER_FAULTY), ({"removed_on": dt.date(2026, 11, 1)}, C.METER_REMOVED), ({"serial": None}, C.METER_WITHOUT_SERIAL),
])  # fmt: skip
async def test_a_meter_that_takes_no_readings_says_why(flat, change, code):
    await Meter.filter(id=flat.hot.meter_id).update(**change)
    found = await flat.parse("хвс 116 гвс 193")
    assert flat.said(found.understood) == {"cold": "116"}
    assert [(one.problem.code, one.piece) for one in found.problems] == [(code, "гвс 193")]


async def test_an_overdue_meter_where_the_organization_refuses_it(flat):
    await Organization.filter(id=flat.org.id).update(overdue_policy="refuse")
    await Meter.filter(id=flat.cold.meter_id).update(verification_due_on=dt.date(2026, 11, 19))
    [problem] = (await flat.parse("хвс 116")).problems
    assert (problem.problem.code, problem.problem.params) == (C.VERIFICATION_OVERDUE, {"due": dt.date(2026, 11, 19)})


@pytest.mark.parametrize(("text", "code"), [("", C.REQUIRED), (" \n", C.REQUIRED), ("х" * 501, C.TOO_LONG)])
async def test_texts_that_are_not_read(flat, text, code):
    with pytest.raises(Refused) as caught:
        await flat.parse(text)
    assert [(problem.code, problem.path) for problem in caught.value.problems] == [(code, ("text",))]


async def test_only_who_may_send_has_messages_read(flat):
    reader = await make.user("reader")
    await make.member(reader, flat.account, Right.reader())
    reading_only = await make.viewer_of_token(await make.token(flat.org, TokenScope.READ_ACCOUNTS, TokenScope.READ_READINGS), make.TODAY)
    for viewer in (await viewer_of_user(reader.id, make.TODAY), reading_only):
        with pytest.raises(Forbidden):
            await flat.parse("117", viewer)
    with pytest.raises(NotFound):
        await flat.parse("117", await viewer_of_user((await make.user()).id, make.TODAY))
    partner = await make.viewer_of_token(await make.token(flat.org, TokenScope.READ_ACCOUNTS, TokenScope.SUBMIT_READINGS), make.TODAY)
    assert flat.said((await flat.parse("хвс 116", partner)).understood) == {"cold": "116"}


async def test_statements_do_not_grow_with_meters_and_readings(flat):
    async def count() -> int:
        with counted() as seen:
            await flat.parse("вода 116 193")
        return len(seen)

    before = await count()
    for number in range(5):
        dial = await make.meter(flat.account, Resource.GAS, inlet=number + 2)
        for month in (8, 9, 10):
            await make.reading(dial, f"{month}", dt.date(2026, month, 20))
    assert await count() == before
