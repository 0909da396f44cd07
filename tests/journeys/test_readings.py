"""Sending readings as people do: corrected, in part, refused, out of time, and from a cellar without network."""

import datetime as dt
from collections.abc import Callable

import pytest

from models import Meter, MeterRegister, Organization, PersonalAccount, Reading
from models.database import close, connect
from models.enums import MeterState, Resource, TariffZone
from resolvers.organizations import create_organization
from resolvers.users import create_user, grant_membership
from tests import factories as make
from tests.adapters.test_file_contents import GOOD_PDF, picture
from tests.databases import Fill, Template
from tests.journeys.conftest import PASSWORD, SLUG, Site, focused, sessions
from tests.journeys.looks import WIDER, findings

pytestmark = pytest.mark.journey
PHONE = {"width": 360, "height": 640}
SEEN = "name => { const box = document.getElementById(name).getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight; }"
BELOW = (
    "document.getElementById('documents').getBoundingClientRect().top - document.querySelector('#readings > :last-child .btn').getBoundingClientRect().bottom"
)
SENT, KEPT = "Ваши показания в обработке!", "хранятся на этом устройстве"


async def people(url: str) -> dict[str, str]:
    """Aigul with cold and hot water; Marat with everything that can be counted, or cannot."""
    await connect(url)
    await create_organization(SLUG, "Водоканал", "KZT", "Asia/Almaty")
    org = await Organization.get(slug=SLUG)
    plain, full = await make.account(org, "02000001"), await make.account(org, "02000002")
    await dials(plain)
    await dials(full)
    power = await make.meter(full, Resource.ELECTRICITY, digits=(6, 0), serial="EL-0071188-ЖШС", place="Щит на лестничной площадке второго этажа", inlet=None)
    await MeterRegister.filter(id=power.id).update(zone=TariffZone.DAY)
    await MeterRegister.create(meter_id=power.meter_id, integer_digits=6, fraction_digits=0, zone=TariffZone.NIGHT)
    await make.meter(full, serial=None)
    await make.meter(full, serial="31800001", register_state=MeterState.REMOVED)
    for login, number in (("aigul", "02000001"), ("marat", "02000002")):
        await create_user(login, f"{login}@example.com", PASSWORD)
        await grant_membership(login, SLUG, number)
    found = await sessions("aigul", "marat")
    await close()
    return found


async def dials(account: PersonalAccount) -> None:
    """Three months of 2 m³ of cold and 1 m³ of hot water, up to the last one."""
    today = dt.datetime.now(dt.UTC).date()
    for resource, values in ((Resource.COLD_WATER, ("110", "112", "114")), (Resource.HOT_WATER, ("190", "191", "192"))):
        dial = await make.meter(account, resource)
        for back, value in zip((3, 2, 1), values, strict=True):
            month = (today.year * 12 + today.month - 1) - back
            await make.reading(dial, value, dt.date(month // 12, month % 12 + 1, 20))


@pytest.fixture
def database_template(filled: Callable[[Fill], Template]) -> Template:
    return filled(people)


async def opened(site: Site, login: str = "aigul", **options):
    page = await site.signed_in(login, **{**PHONE, **options})
    await page.goto(await page.eval_on_selector("a[href*='/readings']", "link => link.href"))
    await page.locator("#value-0").wait_for()
    return page


async def typed(page, *values: str) -> None:
    for index, value in enumerate(values):
        await page.fill(f"#value-{index}", value)


async def sent(page) -> None:
    await page.get_by_role("button", name="Передать показания").click()
    await page.get_by_role("heading", name=SENT).wait_for()


async def stored(url: str) -> list[tuple[int, bool]]:
    """Value and whether it stands, of what residents sent."""
    await connect(url)
    try:
        return await Reading.filter(by_resident=True).order_by("id").values_list("value", "is_current")
    finally:
        await close()


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "without"])
async def test_sending_in_part_with_cancel_and_confirm_and_correcting(site: Site, javascript: bool):
    page = await opened(site, java_script_enabled=javascript)
    await typed(page, "116,5")
    if javascript:
        await page.locator("#said-0").get_by_text("00116.500").wait_for()
        assert "расход 2,500" in (await page.locator("#said-0").inner_text()).replace("\u00a0", " ")
    else:
        await page.get_by_role("button", name="Сначала проверить").click()
    if javascript:
        await page.get_by_role("button", name="Передать показания").click()
    await page.get_by_role("heading", name="Проверьте перед отправкой").wait_for()
    await page.get_by_role("button", name="Отмена").click()
    await page.get_by_role("heading", name="Отменено").wait_for()
    assert await page.locator("#value-0").input_value() == "116,5"
    await page.get_by_role("button", name="Передать показания").click()
    await page.get_by_role("button", name="Передать без них").click()
    await page.get_by_role("heading", name=SENT).wait_for()
    assert await page.get_by_text("Квитанция о приёме").count() == 1
    await typed(page, "116,7", "193")
    await sent(page)
    await page.locator("#sent").get_by_text("00116.700").wait_for()
    assert await page.get_by_text("Квитанция о приёме").count() == 2


async def test_a_button_stays_under_the_finger_that_presses_it(site: Site):
    """Leaving a field has it looked at, and what is said below it would move the button between down and up."""
    page = await opened(site)
    heading, button = page.get_by_role("heading", level=1), page.get_by_role("button", name="Передать показания")

    async def pressed(what) -> None:
        async with page.expect_response(lambda answer: answer.request.method == "POST"):
            await what.hover()
            await page.mouse.down()
        await page.wait_for_timeout(100)

    await page.fill("#value-0", "116")
    await pressed(heading)
    assert await page.locator("#said-0").inner_text() == ""
    await page.mouse.up()
    await page.locator("#said-0").get_by_text("00116.000").wait_for()
    await page.fill("#value-1", "193")
    await pressed(button)
    assert await page.locator("#said-1").inner_text() == ""
    await page.mouse.up()
    await page.get_by_role("heading", name=SENT).wait_for()


async def test_what_is_strange_is_asked_with_its_numbers(site: Site):
    page = await opened(site, bypass_csp=True)
    await typed(page, "594", "сто")
    await page.locator("#said-1 .err").wait_for()
    await page.locator("#said-0").get_by_text("Обычно около 2").wait_for()
    await page.locator("#value-1[aria-invalid=true]").wait_for()
    await page.fill("#value-1", "193")
    await page.locator("#said-1").get_by_text("00193.000").wait_for()
    await page.locator("#value-1:not([aria-invalid])").wait_for()
    await page.get_by_role("button", name="Передать показания").click()
    await focused(page, "questions")
    assert "это было бы 480" in (await page.locator("#questions").inner_text()).replace("\u00a0", " ")
    assert await page.get_by_role("button", name="Да, всё верно").is_visible()
    await page.wait_for_timeout(300)  # until nothing fades any more
    assert await findings(page) == []
    await page.get_by_role("button", name="Да, всё верно").click()
    await focused(page, "sent")


@pytest.mark.parametrize("browser_options", [[], ["--blink-settings=defaultFontSize=32"]], ids=["", "large-text"], indirect=True)
async def test_every_kind_of_meter_fits_every_screen(site: Site):
    page = await opened(site, "marat", bypass_csp=True)
    assert await page.get_by_text("Невозможно передать показания на не работающий прибор учета!").count() == 1
    assert await page.get_by_text("Показания на водомер без заводского номера не передаются!").count() == 1
    wide = []
    for language, scheme in (("ru", "light"), ("kk", "dark")):
        await page.emulate_media(color_scheme=scheme)
        await page.goto(f"{page.url.partition('?')[0]}?lang={language}")
        for width in (320, 360, 740, 1024, 1160, 1280):
            await page.set_viewport_size({"width": width, "height": 800})
            wide += await page.evaluate(WIDER)
        wide += await findings(page)
        await page.set_viewport_size(PHONE)
        wide += await findings(page)
    assert wide == []
    assert await page.locator("input[name$='.value']").count() == 4


async def test_nothing_on_the_page_puzzles_the_browser(site: Site):
    page = await opened(site)
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    await page.fill("#text", "хвс 116 гвс 193")
    await page.get_by_role("button", name="Заполнить поля").click()
    await focused(page, "text-read")
    await sent(page)
    assert heard == []


async def test_the_first_field_is_on_a_phones_first_screen_beside_an_overdue_meter(site: Site, database_url: str):
    await connect(database_url)
    await Meter.filter(resource=Resource.HOT_WATER).update(verification_due_on=dt.date(2026, 1, 31))
    await close()
    page = await opened(site)
    notice = page.locator("#verification")
    for language in ("kk", "en", "ru"):
        await page.goto(f"{page.url.partition('?')[0]}?lang={language}")
        assert await page.evaluate(SEEN, "value-0"), language
    assert await notice.locator(".tag").inner_text() == "просрочена"
    assert not await notice.locator("li").is_visible()
    await notice.locator("summary").click()
    await notice.get_by_text("срок поверки истёк 31 января 2026").wait_for()


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "without"])
async def test_a_printout_of_a_heat_meter_comes_as_a_file_or_a_photo(site: Site, database_url: str, javascript: bool):
    await connect(database_url)
    await PersonalAccount.filter(number="02000001").update(heat_meter=True)
    await close()
    page = await opened(site, java_script_enabled=javascript)
    papers = page.locator("#documents")
    gap = await page.evaluate(BELOW) if javascript else 16
    assert gap >= 16, "the block stands apart from the button above it"
    for name, kind, content in (("суточные.pdf", "application/pdf", GOOD_PDF), ("фото.jpg", "image/jpeg", picture("JPEG"))):
        await page.set_input_files("#file", {"name": name, "mimeType": kind, "buffer": content})
        await page.get_by_role("button", name="Отправить файл").click()
        await papers.get_by_role("link", name=name).wait_for()
        assert await papers.get_by_text("Файл получен").is_visible()
        assert await page.evaluate(WIDER) == [] if javascript else True


async def test_the_box_that_unfolds_the_months_stands_beside_its_words(site: Site):
    page = await opened(site)
    await page.goto(await page.eval_on_selector("a.past", "link => link.href + '?lang=kk'"))
    assert await page.locator("label[for=unfolded]").inner_text() == "Айлар бойынша, кесте түрінде"
    box, words = await page.locator("#unfolded").bounding_box(), await page.locator("label[for=unfolded]").bounding_box()
    assert words["y"] < box["y"] + box["height"] / 2 < words["y"] + words["height"]
    assert words["x"] > box["x"]


async def test_a_closed_window_says_so_and_loses_nothing(site: Site, database_url: str):
    page = await opened(site)
    await typed(page, "116", "193")
    await connect(database_url)
    today = dt.datetime.now(dt.UTC).date()
    await Organization.filter(slug=SLUG).update(window_first_day=25 if today.day < 15 else 1, window_last_day=28 if today.day < 15 else 4, form_grace_minutes=0)
    await close()
    await page.get_by_role("button", name="Передать показания").click()
    await page.get_by_role("heading", name="Ничего не отправлено").wait_for()
    await page.get_by_text("Вы ввели: 116").wait_for()
    assert await stored(database_url) == []


async def test_from_the_cellar_and_back(site: Site, database_url: str):
    """Kept over a lost network, a reload and a closed tab; sent once, by itself."""
    page = await opened(site)
    address = page.url
    await page.context.set_offline(True)
    await typed(page, "116", "193")
    await page.locator("#kept").get_by_text("хранится на этом устройстве").wait_for()
    await page.get_by_role("button", name="Передать показания").click()
    await focused(page, "kept")
    assert KEPT in await page.locator("#kept").inner_text()
    assert await page.evaluate(SEEN, "kept")
    assert await page.locator("#held").inner_text() == "Ещё не отправлено: ждёт связи."
    assert await page.locator("#failed").count() == 0
    await page.close()
    assert await stored(database_url) == []
    await page.context.set_offline(False)
    one, other = await page.context.new_page(), await page.context.new_page()
    await one.goto(address)
    await one.get_by_role("heading", name=SENT).wait_for()
    await one.locator("#kept").get_by_text("Отправлено в").wait_for()
    assert await one.locator("#value-0").input_value() == "00116.000"
    await other.goto(address)
    assert await other.evaluate("Object.keys(localStorage).length") == 0
    assert sorted(await stored(database_url)) == [(116_000_000, True), (193_000_000, True)]


async def test_a_page_opened_anew_in_the_cellar_says_what_is_kept_and_comes_back(site: Site, database_url: str):
    """By a page that names nobody: neither who it is nor which meters there are is kept on the device."""
    page = await opened(site, bypass_csp=True)
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await page.context.set_offline(True)
    await typed(page, "116", "193")
    await page.reload()
    await page.get_by_role("heading", name="Нет связи").wait_for()
    assert "116; 193" in await page.locator("#typed").inner_text()
    assert await findings(page) == []
    told = await page.evaluate("caches.keys().then(names => Promise.all(names.map(name => caches.open(name).then(cache => cache.keys()))))"
                               ".then(all => Promise.all([].concat(...all).map(key => caches.match(key).then(answer => answer.text())))).then(all => all.join())")  # fmt: skip
    assert "Показания счётчиков" in told
    assert not [word for word in ("acc_", "reg_", "02000001", "aigul", "Aigul") if word in told]
    await page.context.set_offline(False)
    await page.wait_for_function("(document.getElementById('value-0') || {}).value === '116'")
    await page.context.set_offline(True)
    await page.get_by_role("button", name="Передать показания").click()
    await focused(page, "kept")
    await page.reload()
    await page.locator("#waiting").get_by_text("116; 193").wait_for()
    await page.evaluate("history.replaceState({owner: 'another'}, '')")
    await page.reload()
    await page.get_by_role("heading", name="Нет связи").wait_for()
    assert "116" not in await page.locator("main").inner_text()
    await page.context.set_offline(False)
    await page.get_by_role("heading", name=SENT).wait_for()
    assert sorted(await stored(database_url)) == [(116_000_000, True), (193_000_000, True)]
    await page.get_by_role("button", name="Выйти").click()
    await page.get_by_text("Вы вышли").wait_for()
    assert await page.evaluate("Promise.all([navigator.serviceWorker.getRegistrations(), caches.keys()]).then(both => both[0].length + both[1].length)") == 0


async def test_digits_are_looked_at_where_nobody_can_be_asked(site: Site):
    page = await opened(site)
    said = page.locator("#said-0")
    await page.fill("#value-0", "116")
    await said.get_by_text("00116.000").wait_for()
    await page.context.set_offline(True)
    for value, told in (("сто", "Введите показание числом, например 117,5"), ("1.1.1", "числом"), ("-5", "не может быть меньше нуля"),
                        ("217500", "Наберите, например, 217,500"), ("1,2345", "до запятой 5, после запятой 3")):  # fmt: skip
        await page.fill("#value-0", value)
        await page.locator("#value-0").blur()
        await said.locator(".err").get_by_text(told).wait_for()
        assert await page.get_attribute("#value-0", "aria-invalid") == "true"
    await page.get_by_role("button", name="Передать показания").click()
    await focused(page, "value-0")
    assert not await page.locator("#held").is_visible()
    await page.fill("#value-0", "00117,5000 м3")
    await page.locator("#value-0").blur()
    await page.locator("#value-0:not([aria-invalid])").wait_for()
    assert await said.inner_text() == ""
    await page.context.set_offline(False)
    await page.fill("#value-0", "118")
    await said.get_by_text("00118.000").wait_for()


async def test_what_waits_goes_off_when_the_network_is_back_and_comes_back_when_it_is_asked_about(site: Site, database_url: str):
    page = await opened(site)
    await page.context.set_offline(True)
    await typed(page, "594", "193")
    await page.get_by_role("button", name="Передать показания").click()
    await page.locator("#kept").get_by_text(KEPT).wait_for()
    await page.context.set_offline(False)
    await page.get_by_role("heading", name="Проверьте перед отправкой").wait_for()
    assert await page.locator("#value-0").input_value() == "594"
    await page.locator("#kept").get_by_text("проверьте их").wait_for()
    assert await stored(database_url) == []
    await page.get_by_role("button", name="Да, всё верно").click()
    await page.get_by_role("heading", name=SENT).wait_for()
    assert await page.evaluate("Object.keys(localStorage).length") == 0


async def test_what_is_kept_is_for_one_person_and_gone_after_signing_out(site: Site, database_url: str):
    page = await opened(site)
    address = page.url
    await page.fill("#value-0", "116,25")
    await page.wait_for_function("Object.keys(localStorage).length === 1")
    await page.reload()
    await page.locator("#kept").get_by_text("Здесь то, что вы ввели").wait_for()
    assert await page.locator("#value-0").input_value() == "116,25"

    kept = await page.evaluate("JSON.stringify(localStorage)")
    await page.context.clear_cookies()
    await connect(database_url)
    await grant_membership("marat", SLUG, "02000001")
    await close()
    await page.goto(f"{site.base}/sign-in")
    await page.fill("#login", "marat")
    await page.fill("#password", PASSWORD)
    await page.click("main button")
    await page.wait_for_url(f"{site.base}/")
    await page.goto(address)
    await page.locator("#value-0").wait_for()
    assert await page.locator("#value-0").input_value() == ""
    assert await page.evaluate("JSON.stringify(localStorage)") == kept

    await page.get_by_role("button", name="Выйти").click()
    await page.get_by_text("Вы вышли").wait_for()
    assert await page.evaluate("Object.keys(localStorage).length") == 0


async def test_without_storage_the_form_works(site: Site):
    context = await site.opened(**PHONE)
    await context.add_init_script("Object.defineProperty(window, 'localStorage', {get: function () { throw new Error('none'); }})")
    page = await context.new_page()
    await page.goto(f"{site.base}/sign-in")
    await page.fill("#login", "aigul")
    await page.fill("#password", PASSWORD)
    await page.click("main button")
    await page.wait_for_url(f"{site.base}/")
    await page.goto(await page.eval_on_selector("a[href*='/readings']", "link => link.href"))
    await typed(page, "116", "193")
    await context.set_offline(True)
    await page.get_by_role("button", name="Передать показания").click()
    await page.get_by_text("Ошибка подключения к серверу").wait_for()
    await context.set_offline(False)
    await sent(page)
