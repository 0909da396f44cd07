"""What is said of the reading window on the page and at home: before it, in it, after it, late, and in a form that was opened in time."""

import datetime as dt

import pytest

from models import Organization, Reading
from models.meter_enums import LatePolicy
from schema import operations
from schema.context import Context
from tests.web.reader import Page
from tests.web.test_readings import GOOD

ALMATY = dt.timezone(dt.timedelta(hours=5))


class Wall:
    """The clock of the pages, by Almaty's time: `11-25 23:59`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch

    def shows(self, text: str) -> None:
        now = dt.datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=ALMATY)
        self._patch.setattr(operations, "Context", lambda viewer, _, *rest, **named: Context(viewer, now, *rest, **named))


@pytest.fixture
async def wall(site, aigul, monkeypatch) -> Wall:
    """Signing in has gone by the true clock; the window is from the 10th to the 25th."""
    await rules()
    return Wall(monkeypatch)


@pytest.fixture
def address(site) -> str:
    return f"/accounts/{site.account}/readings"


async def rules(late: LatePolicy = LatePolicy.REFUSE, first: int = 10, last: int = 25) -> None:
    await Organization.filter(slug="vodokanal").update(window_first_day=first, window_last_day=last, late_policy=late, form_grace_minutes=60)


async def sent() -> list[tuple]:
    return await Reading.filter(by_resident=True).order_by("id").values_list("value", "period", "state", "is_late", "is_current")


@pytest.mark.parametrize(
    ("moment", "page_says", "home_says"),
    [
        (
            "12-01 09:00",
            ("Приём показаний ещё не начался", "за декабрь 2026 принимаются с 10 декабря по 25 декабря"),
            "за декабрь 2026 принимаются с 10 декабря",
        ),
        ("12-10 00:00", ("Осталось 16 дней.", "с 10 декабря по 25 декабря"), "Осталось 16 дней."),
        ("12-23 09:00", ("Осталось 3 дня.", "сколько угодно раз"), "Осталось 3 дня."),
        ("12-25 23:58", ("Последний день: до 23:59.", "за декабрь 2026"), "Последний день: до 23:59."),
        (
            "12-26 00:00",
            ("Приём показаний за декабрь 2026 закрыт", "по 25 декабря", "Следующий приём: с 10 января по 25 января"),
            "Следующий приём: с 10 января",
        ),
    ],
)
async def test_each_day_says_what_it_is(aigul, wall, address, moment, page_says, home_says):
    wall.shows(moment)
    for language in ("ru", "kk", "en"):
        page = await aigul.page(f"{address}?lang={language}")
        assert page.problems() == []
        assert (page.by_id("value-0") is not None) is ("12-10" <= moment < "12-26")
    page, home = await aigul.page(f"{address}?lang=ru"), await aigul.page("/")
    for words in page_says:
        assert words in page.text()
    assert home.problems() == []
    assert home_says in home.text()


@pytest.mark.parametrize(
    ("late", "before", "after", "state"),
    [
        (LatePolicy.REVIEW, "будет принято за ноябрь 2026 с опозданием: сначала его посмотрит поставщик", "прежде чем учесть за ноябрь 2026", "in_review"),
        (LatePolicy.NEXT_MONTH, "сейчас, будет учтено за декабрь 2026", "будут учтены за декабрь 2026", "sent"),
    ],
)
@pytest.mark.parametrize("moment", ["11-26 08:00", "12-03 08:00"])
async def test_late_readings_say_what_becomes_of_them_before_and_after(aigul, wall, address, late, before, after, state, moment):
    await rules(late)
    wall.shows(moment)
    for path in (address, "/"):
        page = await aigul.page(path)
        assert page.problems() == []
        assert before in page.text()
    assert "Показания за ноябрь 2026 принимались по 25 ноября" in (await aigul.page(address)).text()
    assert (await aigul.send(address, **GOOD)).status_code == 303
    done = await aigul.page(f"{address}?sent=1")
    assert done.problems() == []
    assert after in done.text()
    assert done.text().count("Квитанция") >= 2
    assert {(row[2], row[3]) for row in await sent()} == {(state, True)}
    assert (await aigul.page(f"{address}?lang=kk")).problems() == []


async def test_the_window_closes_between_opening_and_sending(aigul, wall, address):
    wall.shows("11-25 23:50")
    opened = (await aigul.page(address)).fields(address)
    wall.shows("11-26 00:40")
    wrong = await aigul.post(address, opened | GOOD | {"readings.0.value": "сто"})
    assert wrong.status_code == 422
    again = Page(wrong.text)
    assert again.problems() == []
    assert "эту форму вы открыли вовремя" in again.text()
    assert "26 ноября 2026, 01:00" in again.text()
    fields = again.fields(address)
    assert (fields["formToken"], fields["readings.1.value"]) == (opened["formToken"], GOOD["readings.1.value"])
    assert (await aigul.post(address, fields | GOOD)).status_code == 303
    assert {row[1:4] for row in await sent()} == {(dt.date(2026, 11, 1), "sent", False)}


async def test_after_the_grace_what_was_typed_is_still_there_to_read(aigul, wall, address):
    wall.shows("11-25 23:50")
    opened = (await aigul.page(address)).fields(address)
    wall.shows("11-26 01:00")
    late = await aigul.post(address, opened | GOOD)
    assert late.status_code == 422
    page = Page(late.text)
    assert page.problems() == []
    assert "Показания принимаются с 10.12.2026 по 25.12.2026" in page.text()
    assert GOOD["readings.0.value"] in page.text()
    assert await sent() == []


async def test_a_changed_token_is_no_form_that_was_opened_in_time(aigul, wall, address):
    wall.shows("11-25 23:50")
    opened = (await aigul.page(address)).fields(address)
    wall.shows("11-26 00:01")
    for token in ("", "x", opened["formToken"][:-1], opened["formToken"] + "A", "A" * 5000):
        assert (await aigul.post(address, opened | GOOD | {"formToken": token})).status_code == 422
    assert await sent() == []


@pytest.mark.parametrize(("late", "words"), [(LatePolicy.REVIEW, "они придут с опозданием"), (LatePolicy.NEXT_MONTH, "они будут учтены за декабрь 2026")])
async def test_a_form_that_did_not_know_asks_before_it_is_late(aigul, wall, address, late, words):
    await rules(late)
    wall.shows("11-25 20:00")
    opened = (await aigul.page(address)).fields(address)
    wall.shows("11-26 08:00")
    asked = await aigul.post(address, opened | GOOD)
    assert asked.status_code == 422
    page = Page(asked.text)
    assert page.problems() == []
    assert words in page.text()
    assert await sent() == []
    assert (await aigul.post(address, page.fields(address))).status_code == 303
    assert {row[3] for row in await sent()} == {True}


async def test_over_midnight_of_the_month_the_form_keeps_its_month(aigul, wall, address):
    """Windows that follow each other: a form of November sent in its grace is November's, with its receipts and the values before it."""
    await rules(first=1, last=31)
    wall.shows("11-30 23:50")
    opened = (await aigul.page(address)).fields(address)
    wall.shows("12-01 00:20")
    done = await aigul.post(address, opened | GOOD)
    assert done.status_code == 303
    shown = await aigul.client.get(done.headers["location"])
    assert Page(shown.text).problems() == []
    assert "00117.500" in shown.text
    assert "эту форму вы открыли вовремя" in Page(shown.text).text()
    assert {row[1] for row in await sent()} == {dt.date(2026, 11, 1)}
    block = Page((await aigul.post(address, opened | GOOD | {"readings.0.value": "118", "idempotencyKey": "again"}, htmx="readings")).text, fragment=True)
    assert "00118.000" in block.text()
    assert (await aigul.page(address)).value("readings.0.value") == "", "December's own form is empty"
