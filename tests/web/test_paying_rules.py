"""What payments went to as residents see it, and the rules of payment that staff set."""

import datetime as dt
import re

import pytest

from models import AllocationChoice, Organization, PersonalAccount
from models.enums import EntryKind
from tests import factories as make
from tests.web.conftest import BASE
from tests.web.test_figures import missing
from tests.web.test_settlements import rows_of


@pytest.fixture
async def owing(site) -> PersonalAccount:
    """Two services since the printed screen, and a payment for them."""
    account = await PersonalAccount.get(number="02015213")
    of = await Organization.get(slug="vodokanal")
    await make.entry(account, EntryKind.CHARGE, 60_021, "2020-06-30", service=await make.service(of))
    await make.entry(account, EntryKind.CHARGE, 20_000, "2020-06-30", service=await make.service(of, "Вывоз мусора"))
    payment = await make.payment(account, 3_000, "2020-07-05", channel="Банк")
    await make.entry(account, EntryKind.PAYMENT, -3_000, "2020-07-05", payment=payment)
    return account


async def test_what_a_payment_paid_and_what_is_owed_for_each_service(aigul, site, owing):
    page = await aigul.page(f"/accounts/{site.account}/payments")
    said = page.text(page.named("details")[0])
    assert missing(said, ["На что пошёл", "июнь 2020", "22,50 ₸", "7,50 ₸"]) == []
    page = await aigul.page(f"/accounts/{site.account}/settlements")
    assert missing(page.text(page.named("main")[0]), ["Долг по услугам", "Вывоз мусора", "сначала самый ранний месяц", "310,00 ₸"]) == []
    assert page.problems() == []
    rows = await rows_of(aigul, f"/accounts/{site.account}/settlements.csv")
    assert [row[1] for row in rows if row[0] in ("Холодная вода", "Вывоз мусора")] == ["77,48", "232,52"]


async def test_staff_set_the_rules(operator, site):
    page = await operator.page("/paying-rules")
    assert page.problems() == []
    answer = await operator.send("/paying-rules", dueDay="25", weekday1="true", weekday4="true", allocation="PRO_RATA", allocationFrom="01.06.2020")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{BASE}/paying-rules?saved=1")
    of = await Organization.get(slug="vodokanal")
    assert (of.payment_due_day, of.update_days) == (25, "1 4")
    assert str((await AllocationChoice.get()).valid_from) == "2020-06-01"
    page = await operator.page("/paying-rules?saved=1")
    fields = page.fields("/paying-rules")
    assert (fields["dueDay"], fields["allocation"], fields["allocationFrom"]) == ("25", "PRO_RATA", ""), (
        "a day is typed for another rule alone: who changes it without one changes no old payment"
    )
    assert [one.get("name") for one in page.named("input") if one.get("type") == "checkbox" and one.get("checked") is not None] == ["weekday1", "weekday4"]
    assert "Сохранено" in page.text()
    await operator.send("/paying-rules", dueDay="")
    assert (await Organization.get(slug="vodokanal")).payment_due_day is None


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("dueDay", "32", "от 0 до 31"),
        ("dueDay", "x", "целое число"),
        ("allocationFrom", "32.01.2026", "25.05.2026"),
        ("allocation", "MINE", "не так, как нужно"),
    ],
)
async def test_what_cannot_be_stays_typed(operator, site, field: str, typed: str, said: str):
    answer = await operator.send("/paying-rules", **{field: typed})
    assert answer.status_code == 422
    assert said in answer.text
    assert field == "allocation" or f'value="{typed}"' in answer.text
    assert await AllocationChoice.all().count() == 0


async def test_nobody_else_finds_them(aigul):
    assert (await aigul.get("/paying-rules")).status_code == 404


async def test_the_file_says_what_is_late_and_what_will_be(aigul, site, owing):
    url = f"/accounts/{site.account}/settlements"
    late = ("Просрочено по данным поставщика", "Будет просрочено, если до")
    assert [row for row in await rows_of(aigul, f"{url}.csv") if row[0].startswith(late)] == [], "no day to pay by is named"
    await Organization.filter(slug="vodokanal").update(payment_due_day=25)
    await make.entry(owing, EntryKind.CHARGE, 10_000, dt.datetime.now(dt.UTC).date().isoformat())
    overdue, then = [row for row in await rows_of(aigul, f"{url}.csv") if row[0].startswith(late)]
    assert overdue == ["Просрочено по данным поставщика", "310,00"]
    page = await aigul.page(url)
    said = page.text(page.named("main")[0])
    assert missing(said, [f"{overdue[0]}: 310,00 ₸", f"со следующего дня будет просрочено {then[1]} ₸"]) == []
    assert re.search(r"до 25\.\d\d\.\d{4}", then[0])
