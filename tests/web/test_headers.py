"""Headers on every answer, languages, accents, logs."""

import gc
import hashlib
import re

import pytest
from structlog.testing import capture_logs

from adapters import colours, rendering
from models import Organization
from models import database as guarded
from settings import settings
from tests.web.conftest import BASE, Browser
from web import accents
from web.app import Damaged, create_app
from web.assets import FOLDER, best_encoding, static
from web.middleware.languages import preferred

ROOT = "http://127.0.0.1:8000"


async def test_every_answer_is_guarded(site, stranger, aigul):
    asset = static("app.css")
    for browser, path in ((stranger, "/sign-in"), (stranger, "/"), (stranger, "/no-such"), (aigul, "/"), (aigul, f"/accounts/{site.account}/statement.pdf"),
                          (stranger, ROOT + asset), (stranger, ROOT + "/health/live"), (stranger, ROOT + "/o/nix/")):  # fmt: skip
        headers = (await browser.get(path)).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == ("public, max-age=31536000, immutable" if asset in path else "no-store")
        assert headers["x-request-id"]
        assert "server" not in headers


async def test_production_binds_cookies_to_https(site, monkeypatch):
    monkeypatch.setenv("ABONENT_MODE", "production")
    monkeypatch.setenv("ABONENT_SECRET", "s" * 40)
    monkeypatch.setenv("ABONENT_BASE_URL", "https://cabinet.example.kz")
    settings.cache_clear()
    browser = Browser(create_app())
    browser.client.base_url = "https://cabinet.example.kz"
    answer = await browser.sign_in("aigul")
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-abonent=abn_")
    assert "Secure" in cookie
    assert "max-age=31536000" in answer.headers["strict-transport-security"]
    assert (await browser.get("/")).status_code == 200
    assert (await browser.client.get("https://127.0.0.1/", headers={"host": "127.0.0.1"})).status_code == 404


async def test_an_organizations_host_needs_no_slug(site):
    await Organization.filter(slug="vodokanal").update(host="voda.example.kz")
    browser = Browser(site.app)
    answer = await browser.client.get("http://voda.example.kz/sign-in")
    assert answer.status_code == 200
    assert 'action="/sign-in"' in answer.text
    assert "Водоканал" in answer.text


@pytest.mark.parametrize(("header", "language"), [
    ("kk-KZ,kk;q=0.9,ru;q=0.8", "kk"), ("en-US,en;q=0.5", "en"), ("de,fr;q=0.5", "ru"), ("", "ru"), ("ru;q=0,kk;q=0.1", "kk"), ("kk;q=x,en", "en"), ("*", "ru"),
])  # fmt: skip
def test_the_browsers_language_is_met(header: str, language: str):
    assert preferred(header, ("ru", "kk", "en")) == language


async def test_a_chosen_language_stays(stranger):
    assert (await stranger.page("/sign-in?lang=kk")).named("html")[0].get("lang") == "kk"
    assert (await stranger.page("/sign-in")).named("html")[0].get("lang") == "kk"
    assert (await stranger.page("/sign-in?lang=xx")).named("html")[0].get("lang") == "kk"


@pytest.mark.parametrize("accent", ["#0b6e8f", "#ffff00", "#000000", "#ffffff", "#ff0000", "#7fffd4", "nonsense", "#12"])
def test_any_accent_becomes_readable(accent: str):
    for ground, towards in ((accents.DAY_GROUND, 0), (accents.NIGHT_PAPER, 255)):
        colour = colours.readable(colours.parsed(accent) or (1, 2, 3), ground, towards)
        assert colours.contrast(colour, ground) >= 4.5
    assert accents.stylesheet(accent).count("--accent:#") == 2


async def test_another_accent_is_a_stylesheet_of_its_own(site):
    await Organization.filter(slug="vodokanal").update(accent="#8b1e3f")
    stranger = Browser(create_app())  # the other one remembers organizations for a while
    page = await stranger.page("/sign-in")
    sheet = next(link.get("href") for link in page.named("link") if "theme" in link.get("href"))
    assert sheet == f"{BASE}/theme.css?8b1e3f"
    assert "#8b1e3f" in (await stranger.get(ROOT + sheet)).text


async def test_a_log_line_names_the_route_and_nobody(site, aigul):
    with capture_logs() as lines:
        await aigul.get(f"/accounts/{site.account}/statement?period=2020-05")
    line = next(line for line in lines if line["event"] == "request")
    assert (line["route"], line["status"], line["method"]) == ("/accounts/{id}/statement", 200, "GET")
    assert site.account not in str(lines)


def test_what_a_browser_accepts_is_sent():
    assert best_encoding("gzip, deflate, br") == "br"
    assert best_encoding("gzip, br;q=0") == "gzip"
    assert best_encoding("") == "identity"


def test_htmx_is_the_release_that_was_vendored():
    assert hashlib.sha256((FOLDER / "htmx-2.0.11.min.js").read_bytes()).hexdigest() in (FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "most"),
    [("app.js", 120), ("cellar.js", 330), ("dials.js", 85), ("away.js", 50), ("worker.js", 30), ("shelter.js", 50), ("human.js", 100), ("human-worker.js", 50)],
)
def test_our_scripts_stay_small_and_old(name: str, most: int):
    script = re.sub(r"/\*.*?\*/", "", (FOLDER / name).read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(script.splitlines()) < most
    assert not [word for word in ("=>", "?.", "??", "`", "let ", "const ", "async ") if word in script]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.js")), ids=lambda path: path.name)
def test_scripts_call_nothing_that_came_after_chrome_80(path):
    """Vendored ones too: what such a phone lacks would break the page's script at that line."""
    script = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    newer = (r"\.replaceAll\(", r"\.at\(", r"\bstructuredClone\b", r"\brandomUUID\b", r"\bObject\.hasOwn\b", r"\bPromise\.any\b", r"\.replaceChildren\(",
             r"\.findLast(Index)?\(", r"\.toSorted\(", r"\bWeakRef\b", r"\bAbortSignal\.timeout\b", r"\?\?=|\|\|=|&&=", r"\bstatic\s*\{")  # fmt: skip
    assert [each for each in newer if re.search(each, script)] == []


def test_our_styles_are_known_to_old_browsers():
    styles = re.sub(r"/\*.*?\*/", "", (FOLDER / "app.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    newer = [r":has\(", r":is\(", r":where\(", "@container", "@layer", r"[^-]inset\s*:", "aspect-ratio", r"(?<!grid-)\bgap\s*:", "&", "-inline", "-block:",
             "accent-color", "color-mix", r"\d(dvh|svh)", "text-wrap", "overflow: clip", "@import", "url\\("]  # fmt: skip
    assert [each for each in newer if re.search(each, styles)] == []
    for rule in re.findall(r"[^{}]*:focus-visible[^{}]*\{[^}]*\}", styles):
        assert rule.strip() == ":focus:not(:focus-visible) { outline: 0; }"  # alone: an old browser drops a rule that it does not know, and all of it


async def test_a_damaged_database_is_not_served(app, monkeypatch, database):
    async def lacks_one() -> list[str]:
        return ["ledger_entry is never changed"]

    monkeypatch.setattr(guarded, "missing_guards", lacks_one)
    with pytest.raises(Damaged, match="ledger_entry is never changed"):
        async with app.router.lifespan_context(app):
            pass


async def test_no_reader_in_production_waits_for_a_template(app, monkeypatch, database):
    """All are compiled before the first request, and their files are not looked at again; nor does the collector look at what is loaded."""
    monkeypatch.setenv("ABONENT_MODE", "production")
    monkeypatch.setenv("ABONENT_SECRET", "s" * 40)
    monkeypatch.setenv("ABONENT_BASE_URL", "https://cabinet.example.kz")
    settings.cache_clear()
    for opened in ("connect", "close"):
        monkeypatch.setattr(guarded, opened, _nothing)
    made = rendering.environment.__wrapped__()
    monkeypatch.setattr(rendering, "environment", lambda: made)
    usual = gc.get_threshold()
    async with app.router.lifespan_context(app):
        assert gc.get_freeze_count() > 100_000
        assert gc.get_threshold()[0] > usual[0]
        assert not made.auto_reload
        assert {name for _, name in made.cache} >= set(made.list_templates(extensions=("html", "txt")))
    assert (gc.get_freeze_count(), gc.get_threshold()) == (0, usual)


async def _nothing(*_: object) -> None:
    """The tests' database stays as it is."""


async def test_pages_can_be_asked_for_their_heads(aigul):
    answer = await aigul.client.head(f"{BASE}/")
    assert answer.status_code == 200
