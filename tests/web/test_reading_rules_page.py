"""The staff's page of reading rules: what it sets, what it refuses beside which field, and houses with days of their own."""

import pytest

from models import AuditRecord, House, Organization
from models.enums import OverduePolicy
from models.meter_enums import LatePolicy
from schema import ids
from tests import factories as make
from tests.web.conftest import BASE, SLUG
from tests.web.reader import Page

PATH = "/reading-rules"
GOOD = {"firstDay": "25", "lastDay": " 5 ", "formGraceMinutes": "30", "latePolicy": "REVIEW", "overduePolicy": "REFUSE", "verificationNoticeDays": "14"}


async def rules() -> tuple:
    of = await Organization.get(slug=SLUG)
    return of.window_first_day, of.window_last_day, of.form_grace_minutes, of.late_policy, of.overdue_policy, of.verification_notice_days


@pytest.fixture
async def house(site) -> tuple[House, str]:
    found = await House.filter(organization__slug=SLUG).order_by("id").first()
    return found, f"{PATH}/houses/{ids.encode('hse', found.id)}"


async def test_staff_set_the_rules(operator):
    before = await operator.page(PATH)
    assert before.problems() == []
    assert (before.value("firstDay"), before.value("lastDay"), before.value("formGraceMinutes")) == ("1", "31", "60")
    assert "Ни у одного дома нет своих дней приёма" in before.text()
    answer = await operator.send(PATH, **GOOD)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{BASE}{PATH}?saved=1")
    assert await rules() == (25, 5, 30, LatePolicy.REVIEW, OverduePolicy.REFUSE, 14)
    record = await AuditRecord.get(action="organization.readings")
    assert record.details["before"] == {
        "window_first_day": 1, "window_last_day": 31, "form_grace_minutes": 60, "late_policy": "refuse", "overdue_policy": "accept", "verification_notice_days": 30,
    }  # fmt: skip
    assert record.details["after"]["window_first_day"] == 25
    assert record.actor.startswith("user:")
    shown = await operator.page(f"{PATH}?saved=1")
    assert shown.problems() == []
    assert shown.by_id("latePolicy-REVIEW").get("checked") is not None
    assert shown.fields(PATH)["latePolicy"] == "REVIEW"
    assert (await operator.send(PATH)).status_code == 303
    assert await AuditRecord.filter(action="organization.readings").count() == 1, "what stays as it is is not told as a change"


@pytest.mark.parametrize(
    ("name", "typed"),
    [("firstDay", "0"), ("firstDay", "32"), ("lastDay", ""), ("lastDay", "-5"), ("firstDay", "5.5"), ("firstDay", "٥"), ("lastDay", "9" * 40),
     ("formGraceMinutes", "1441"), ("formGraceMinutes", "час"), ("verificationNoticeDays", "366"), ("verificationNoticeDays", "<b>")],
)  # fmt: skip
async def test_wrong_values_are_refused_beside_their_fields(operator, name, typed):
    before = await rules()
    answer = await operator.send(PATH, **GOOD | {name: typed})
    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.problems() == []
    assert page.value(name) == typed
    field = page.by_id(name)
    assert field.get("aria-invalid") == "true"
    assert [link.get("href") for link in page.named("a") if link.get("href", "").startswith("#") and link.get("href") != "#main"] == [f"#{name}"]
    assert page.fields(PATH)["latePolicy"] == "REVIEW", "what was chosen beside it stays"
    assert await rules() == before
    assert await AuditRecord.filter(action="organization.readings").count() == 0


async def test_all_that_is_wrong_is_told_at_once(operator):
    answer = await operator.send(PATH, firstDay="0", lastDay="99", latePolicy="DROP")
    assert answer.status_code == 422
    page = Page(answer.text)
    assert [field for field in ("firstDay", "lastDay", "formGraceMinutes") if page.by_id(field).get("aria-invalid")] == ["firstDay", "lastDay"]
    assert page.by_id("latePolicy-error") is not None


@pytest.mark.parametrize(("name", "typed"), [("latePolicy", "X"), ("overduePolicy", ""), ("overduePolicy", "refuse")])
async def test_made_up_choices_are_refused_beside_their_options_and_change_nothing(operator, name, typed):
    answer = await operator.send(PATH, **GOOD | {name: typed})
    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.problems() == []
    assert page.text(page.by_id(f"{name}-error")) == "Записано не так, как нужно."
    assert f"#{name}" in [link.get("href") for link in page.named("a")]
    assert (page.value("firstDay"), await rules()) == ("25", (1, 31, 60, LatePolicy.REFUSE, OverduePolicy.ACCEPT, 30))


async def test_a_number_with_a_hole_is_none(operator):
    """A NUL is not left out: «2, nothing, 5» is not the 25th."""
    answer = await operator.send(PATH, **GOOD | {"firstDay": "2\0005"})
    assert answer.status_code == 422
    assert Page(answer.text).by_id("firstDay").get("aria-invalid") == "true"
    assert await rules() == (1, 31, 60, LatePolicy.REFUSE, OverduePolicy.ACCEPT, 30)


async def test_a_house_gets_days_of_its_own_and_loses_them(operator, house):
    row, address = house
    found = await operator.page(f"{PATH}?search={row.street[:4]}")
    assert f"{BASE}{address}" in [link.get("href") for link in found.named("a")]
    page = await operator.page(address)
    assert page.problems() == []
    assert (page.value("firstDay"), page.value("lastDay")) == ("", "")
    assert (await operator.send(address, firstDay="20", lastDay="3")).status_code == 303
    await row.refresh_from_db()
    assert (row.window_first_day, row.window_last_day) == (20, 3)
    listed = await operator.page(PATH)
    assert listed.problems() == []
    assert "с 20-го по 3-е число следующего месяца" in listed.text()
    fields = (await operator.page(address)).fields(address)
    assert (await operator.post(address, {"csrf": fields["csrf"], "clear": "1", "firstDay": "99"})).status_code == 303
    await row.refresh_from_db()
    assert (row.window_first_day, row.window_last_day) == (None, None)
    changes = [one.details for one in await AuditRecord.filter(action="house.window").order_by("id")]
    assert changes == [{"before": [None, None], "after": [20, 3]}, {"before": [20, 3], "after": [None, None]}]


@pytest.mark.parametrize(("first", "last", "wrong"), [("20", "", "lastDay"), ("", "5", "firstDay"), ("0", "5", "firstDay"), ("1", "x", "lastDay")])
async def test_half_a_window_is_none(operator, house, first, last, wrong):
    row, address = house
    answer = await operator.send(address, firstDay=first, lastDay=last)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.problems() == []
    assert page.by_id(wrong).get("aria-invalid") == "true"
    assert (page.value("firstDay"), page.value("lastDay")) == (first, last)
    await row.refresh_from_db()
    assert (row.window_first_day, row.window_last_day) == (None, None)


async def test_long_lists_of_houses_come_in_pages(operator, site):
    of = await Organization.get(slug=SLUG)
    for number in range(30):
        await make.account(of, street="Длинная", house=str(number))
    first = await operator.fragment(f"{PATH}?search=длинная", "houses")
    assert first.text.count("/reading-rules/houses/") == 25
    [more] = [link.get("href") for link in Page(first.text, fragment=True).named("a") if "after=" in link.get("href", "")]
    assert (await operator.fragment(more.removeprefix(BASE), "houses")).text.count("/reading-rules/houses/") == 5
    assert "Дом не найден" in (await operator.get(f"{PATH}?search=%25_!")).text


async def test_it_is_for_staff_alone(operator, aigul, stranger, site, house):
    _, address = house
    foreign = await make.account(await Organization.get(slug="teplo"))
    other = f"{PATH}/houses/{ids.encode('hse', (await foreign.premises).house_id)}"
    for path in (PATH, address):
        assert (await aigul.get(path)).status_code == 404
        assert (await stranger.get(path)).status_code == 303
    assert (await operator.get(other)).status_code == 404
    csrf = (await aigul.page("/profile/data")).value("csrf")
    for path in (PATH, address):
        assert (await aigul.post(path, GOOD | {"csrf": csrf})).status_code == 404
    own = (await operator.page(PATH)).value("csrf")
    for path in (other, f"{PATH}/houses/hse_x"):
        assert (await operator.post(path, {"csrf": own, "firstDay": "1", "lastDay": "2"})).status_code == 404
    assert await rules() == (1, 31, 60, LatePolicy.REFUSE, OverduePolicy.ACCEPT, 30)
    assert await House.filter(window_first_day__isnull=False).count() == 0
