"""Settings come from the environment or .env, and say clearly what is wrong with them."""

import stat
from pathlib import Path

import pytest

from settings import Misconfigured, Mode, settings

LONG = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def bare(bare_settings: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty working folder, and the data folder left to its default."""
    monkeypatch.delenv("ABONENT_DATA_DIR")
    monkeypatch.chdir(tmp_path)


def problems(monkeypatch: pytest.MonkeyPatch, **variables: str) -> list[str]:
    for name, value in variables.items():
        monkeypatch.setenv(f"ABONENT_{name}", value)
    with pytest.raises(Misconfigured) as caught:
        settings()
    return caught.value.problems


def test_without_anything_it_is_a_developers_machine():
    assert settings().mode is Mode.DEVELOPMENT
    assert settings().database.startswith("sqlite:////")
    assert settings() is settings()


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch):
    Path(".env").write_text("ABONENT_MODE=demo\nABONENT_BASE_URL=http://one.example\nSTRANGER=1\nABONENT_LATER_KEY=1\n")
    monkeypatch.setenv("ABONENT_BASE_URL", "http://two.example/")
    assert settings().mode is Mode.DEMO
    assert settings().base_url == "http://two.example"


def test_production_needs_a_secret_and_https(monkeypatch: pytest.MonkeyPatch):
    found = problems(monkeypatch, MODE="production")
    assert [line.split()[0] for line in found] == ["ABONENT_SECRET", "ABONENT_BASE_URL"]


def test_production_starts_with_both(monkeypatch: pytest.MonkeyPatch):
    for name, value in {"MODE": "production", "SECRET": f"{LONG} {LONG[::-1]}", "BASE_URL": "https://cabinet.example"}.items():
        monkeypatch.setenv(f"ABONENT_{name}", value)
    assert settings().secrets == [LONG, LONG[::-1]]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MODE", "live"),
        ("SECRET", "short"),
        ("METRICS_TOKEN", "short"),
        ("DATABASE_URL", "mysql://root@localhost/abonent"),
        ("DATABASE_URL", "postgres://u:p@host:port/name"),
        ("SMTP_URL", "localhost:25"),
        ("BASE_URL", "here.test"),
        ("BASE_URL", "https://here.test/?a=1"),
    ],
)
def test_each_problem_is_one_sentence_naming_its_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str):
    found = problems(monkeypatch, **{name: value})
    assert len(found) == 1
    assert found[0].startswith(f"ABONENT_{name} must ")
    assert value not in found[0]


def test_several_problems_are_told_at_once(monkeypatch: pytest.MonkeyPatch):
    assert len(problems(monkeypatch, MODE="prod", SECRET="short", BASE_URL="x")) == 3


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ABONENT_DATABASE_URL", "")
    assert settings().database_url == ""


@pytest.mark.parametrize("url", ["sqlite:///a.db", "sqlite:////tmp/a.db", "postgres://u:p@h:5/n", "postgres:///n?host=/run"])
def test_both_databases_are_understood(monkeypatch: pytest.MonkeyPatch, url: str):
    monkeypatch.setenv("ABONENT_DATABASE_URL", url)
    assert settings().database == url


def test_the_kept_secret_is_random_stays_and_is_the_owners_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("ABONENT_DATA_DIR", str(tmp_path / "new" / "folder"))
    first = settings().secrets
    settings.cache_clear()
    assert settings().secrets == first
    assert len(first[0]) >= 32
    files = list((tmp_path / "new" / "folder").iterdir())
    assert [file.name for file in files] == ["secret"]
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600


def test_secrets_do_not_show_in_what_is_printed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ABONENT_SECRET", LONG)
    monkeypatch.setenv("ABONENT_SMTP_URL", "smtp://user:hunter22@host")
    assert LONG not in repr(settings())
    assert "hunter22" not in repr(settings())
