"""Imports run one way: models <- adapters <- resolvers <- schema <- {web | jobs}. docs/architecture.md says why."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "settings": set(),
    "graphql_plan": set(),
    "models": {"settings"},
    "adapters": {"settings", "models"},
    "resolvers": {"settings", "models", "adapters"},
    "schema": {"settings", "graphql_plan", "models", "adapters", "resolvers"},
    "web": {"settings", "adapters", "schema"},  # pages have no door that the API lacks
    "jobs": {"settings", "models", "adapters", "resolvers", "schema"},
}
ONLY_IN = {  # package: the rooms or files that may know it
    "strawberry": ("schema/", "graphql_plan/"),
    "graphql": ("schema/", "graphql_plan/"),
    "starlette": ("web/",),
    "tortoise": ("models/", "resolvers/", "schema/loaders.py"),
    "aiosmtplib": ("adapters/",),
    "xhtml2pdf": ("adapters/",),
    "argon2": ("adapters/",),
    "jinja2": ("adapters/",),
    "PIL": ("adapters/",),
    "typer": ("jobs/",),
    "uvicorn": ("jobs/",),
}
COMPOSITION_ROOTS = ("web/app.py", "jobs/cli.py")
LONGEST_MODULE = 300
MODULES = [
    path.relative_to(ROOT)
    for room in MAY_IMPORT
    for path in ([ROOT / "settings.py"] if room == "settings" else sorted((ROOT / room).rglob("*.py")))
    if "migrations" not in path.parts
]


def imported(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name.split(".")[0]) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno}: a relative import"
            yield node.lineno, (node.module or "").split(".")[0]


def verdict(path: Path, package: str) -> str | None:
    room = path.parts[0].removesuffix(".py")
    if package in MAY_IMPORT and package != room and package not in MAY_IMPORT[room]:
        return f"{room} may not import {package}"
    if package in ONLY_IN and not path.as_posix().startswith(ONLY_IN[package]):
        return f"{package} is only for {', '.join(ONLY_IN[package])}"
    return None


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_imports_run_one_way(path: Path):
    if path.as_posix() not in COMPOSITION_ROOTS:
        assert [f"{path}:{line}: {why}" for line, package in imported(path) if (why := verdict(path, package))] == []


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_modules_stay_readable(path: Path):
    assert len((ROOT / path).read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


def test_the_rule_itself_catches():
    assert verdict(Path("web/pages/home.py"), "models")
    assert verdict(Path("models/money.py"), "adapters")
    assert verdict(Path("schema/accounts.py"), "tortoise")
    assert verdict(Path("schema/loaders.py"), "tortoise") is None
    assert verdict(Path("jobs/worker.py"), "resolvers") is None


def test_no_room_is_a_drawer_for_everything():
    drawers = {"utils", "helpers", "core", "common", "services", "managers"}
    assert not [path for path in MODULES if drawers & {part.removesuffix(".py") for part in path.parts}]


def test_every_class_of_a_page_means_something():
    """A misspelt class shows what was to be hidden from eyes, and hides no mistake from readers. Letters and paper have styles of their own."""
    styles = (ROOT / "static" / "app.css").read_text(encoding="utf-8")
    scripts = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "static").glob("*.js") if not file.name.startswith("htmx"))
    pages = [file for file in (ROOT / "templates").rglob("*.html") if not {"mail", "pdf"} & set(file.parts)]
    used = {name for file in pages for names in re.findall(r'class="([^"{}]*)"', file.read_text(encoding="utf-8")) for name in names.split()}
    assert len(used) > 30
    assert {name for name in used if not re.search(rf"\.{re.escape(name)}(?![\w-])", styles) and name not in scripts} == set()
