"""A user goes, and nothing names the person any more; what the organizations need stays."""

import datetime as dt
import json

from tortoise import Tortoise

from models import AuditRecord, DataReport, Letter, Membership, Reading, User
from models.enums import LetterState, ReportState
from resolvers.deletion import forget_deleted
from tests.mailbox import deliver_all, deliver_one
from tests.web.conftest import PASSWORD, Browser, signed_in

NAME, PHONE, IIN, EMAIL = "Айгүл Серікқызы", "+77017654321", "7707083893", "aigul@example.com"


async def rows_naming(*texts: str) -> list[str]:
    """Rows of whatever table that hold one of the texts."""
    found = []
    for name, model in Tortoise.apps["models"].items():
        for row in await model.all().values():
            written = json.dumps(row, default=str, ensure_ascii=False)
            found += [f"{name}: {text}" for text in texts if text.casefold() in written.casefold()]
    return found


async def test_nothing_names_the_person_any_more(site, aigul, firma, operator):
    await aigul.send("/profile/data", name=NAME, phone=PHONE, taxNumber=IIN, language="kk")
    page = await aigul.page(f"/accounts/{site.account}/readings")
    await aigul.post(f"/accounts/{site.account}/readings", page.fields("/readings") | {"readings.0.value": "116", "readings.1.value": "197"})
    await aigul.send(f"/accounts/{site.account}/members", email="guest@example.com")
    await aigul.send("/profile/email", email="neu@example.com", password=PASSWORD)
    await firma.send("/profile/email", email=EMAIL, password=PASSWORD)
    await firma.send(f"/contracts/{site.contract}/members", email=EMAIL)
    await aigul.send(f"/accounts/{site.account}/report?what=AREA", message=f"Я {NAME}")
    await aigul.send(f"/accounts/{site.account}/report?what=RESIDENTS", message=f"Мой телефон {PHONE}")
    await DataReport.filter(attribute="area").update(state=ReportState.SETTLED, answer=f"{NAME}, исправим")
    await aigul.send("/profile/tokens", **{"label": NAME, "scopes.READ_ACCOUNTS": "true", "days": "30"})
    await deliver_all()
    assert await rows_naming(NAME)
    wrong = await aigul.send("/profile/delete", password="falsch")
    assert (wrong.status_code, 'id="password-error"' in wrong.text) == (422, True)
    identity = (await User.get(email=EMAIL)).id
    done = await aigul.send("/profile/delete", password=PASSWORD)
    assert (done.status_code, "clear-site-data" in done.headers) == (303, True)
    assert (await aigul.page("/profile/delete?done=1")).problems() == []
    assert await rows_naming(NAME, PHONE, IIN) == []
    assert await rows_naming(EMAIL, "neu@example.com") == [f"Letter: {EMAIL}"]
    last = await deliver_one()
    assert (last.recipient, last.template) == (EMAIL, "user_deleted")
    assert await forget_deleted(dt.datetime.now(dt.UTC)) == {"recipients": 1}
    assert await rows_naming(EMAIL) == []
    assert await AuditRecord.exists(action="user.delete", subject=f"user:{identity}")
    assert not await Membership.exists(user_id=identity)
    assert (await Browser(site.app).sign_in("aigul")).status_code == 422
    assert (await Browser(site.app).sign_in("02015213")).status_code == 422
    assert (await DataReport.get()).message == ""
    assert (await operator.get("/reports?answered=1")).status_code == 200


async def test_readings_stay_without_their_sender(site, aigul):
    reading = await Reading.all().order_by("-id").first()
    await Reading.filter(id=reading.id).update(user_id=(await User.get(login="aigul")).id)
    assert (await aigul.send("/profile/delete", password=PASSWORD)).status_code == 303
    assert (await Reading.get(id=reading.id)).user_id is None


async def test_staff_are_told_that_their_access_goes_too(site, operator):
    page = await operator.page("/profile/delete")
    assert "Водоканал. Этот доступ" in page.text()
    assert (await operator.send("/profile/delete", password=PASSWORD)).status_code == 303
    waiting = await Letter.get(state=LetterState.QUEUED)
    assert waiting.template == "user_deleted"
    elsewhere = await signed_in(site.app, "aigul")
    assert (await elsewhere.get("/profile/delete?done=1")).status_code == 200
