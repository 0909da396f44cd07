"""What a newcomer and CI rely on: lock files for pip alone, a Makefile that explains itself, compose, and settings that are written down."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from settings import Settings

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")


def pinned(name: str) -> dict[str, str]:
    """Package, with the condition under which it is meant, and version of each entry of a lock file."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return {match[1] + (match[3] or ""): match[2] for match in re.finditer(r"^([\w.-]+)==([^\s;]+)( ; [^\\\n]+)?", text, re.MULTILINE)}


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_hashes_and_no_download_address(name: str):
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[\w.-]+==)", text.strip())
    assert len(entries) == len(pinned(name))
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert not re.search(r"://|--(?:extra-)?index-url|--find-links|@ file", text)
    assert [version for version in pinned(name).values() if "+" in version] == []  # a local build has no public hash


def test_both_locks_agree():
    run, dev = (pinned(name) for name in LOCKS)
    assert {package: dev.get(package) for package in run} == run


@pytest.mark.skipif(shutil.which("make") is None, reason="no make")
def test_make_help_names_what_there_is():
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in ("setup", "demo", "test", "check", "lint", "schema", "migrations", "messages", "bench"):
        assert re.search(rf"^  {name} +\S", shown, re.MULTILINE), name


@pytest.mark.skipif(shutil.which("make") is None, reason="no make")
def test_make_says_which_python_it_needs(tmp_path: Path):
    for name in ("Makefile", "pyproject.toml", *LOCKS):
        shutil.copy(ROOT / name, tmp_path)
    done = subprocess.run(["make", "setup", "PYTHON=/no/such/python"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode
    assert "Abonent needs Python 3.11 or newer" in done.stderr


def test_compose_gives_web_worker_database_and_mail():
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    assert set(services) == {"migrate", "web", "worker", "database", "mail"}
    for name in ("web", "worker"):
        assert services[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}


def test_every_setting_is_written_down():
    for place in ("docs/operation.md", ".env.example"):
        text = (ROOT / place).read_text(encoding="utf-8")
        assert [name for name in Settings.model_fields if f"ABONENT_{name.upper()}" not in text] == [], place
