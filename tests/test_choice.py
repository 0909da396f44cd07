"""What the second database is asked, and in which order workers take tests."""

from pathlib import Path
from types import SimpleNamespace

from tests.choice import dearest_first, stored


def item(path: str, *fixtures: str, function=lambda: None) -> SimpleNamespace:
    return SimpleNamespace(nodeid=path, path=Path(path), fixturenames=fixtures, function=function, get_closest_marker=lambda _name: None)


def test_what_holds_sql_is_asked_whole_and_pages_once_a_file():
    chosen = [item(f"tests/{room}/test_a.py", "server") for room in ("resolvers", "resolvers", "schema", "models", "jobs", "jobs", "web", "journeys")]
    left = [item(f"tests/{room}/test_a.py", "server") for room in ("web", "journeys")]
    assert list(stored([*chosen, *left])) == chosen


def test_of_seeds_the_first_is_asked_and_of_everything_else_each():
    def sown(kind: str, seed: int) -> SimpleNamespace:
        case = item(f"tests/resolvers/test_a.py::test_b[{kind}-{seed}]", "server")
        case.callspec, case.get_closest_marker = SimpleNamespace(params={"kind": kind, "seed": seed}), lambda _name: SimpleNamespace(args=("seed",))
        return case

    cases = [sown(kind, seed) for kind in ("housing", "energy") for seed in (1, 2, 3)]
    assert list(stored(cases)) == [cases[0], cases[3]]


def test_what_opens_no_database_or_only_looks_is_left():
    assert list(stored([item("tests/resolvers/test_a.py", "tmp_path"), item("tests/journeys/test_a.py", "server", "once")])) == []


def test_a_page_that_asks_which_database_it_is_says_so_on_both():
    first, asks = item("tests/web/test_a.py", "server"), item("tests/web/test_a.py", "server", function=lambda database_kind: None)
    assert list(stored([first, asks])) == [first, asks]


def test_long_files_begin():
    paths = ["tests/web/test_a.py", "tests/jobs/test_a.py", "tests/journeys/test_a.py", "tests/journeys/test_readings.py"]
    assert [each.nodeid for each in sorted(map(item, paths), key=dearest_first)] == paths[::-1]
