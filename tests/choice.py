"""Which tests a run on a second database has (docs/adr/0034-what-the-second-database-is-asked.md says why), and in which order workers take them."""

import inspect
from collections.abc import Iterator

import pytest

STORED = {"server", "database_kind"}  # what every database of a test comes from
PAGES = {"web", "journeys"}  # they hold no SQL, tests/test_architecture.py sees to that, and ask by documents, which tests/schema runs
# Files that take minutes begin, files of seconds end: else one worker has a long file left when the others have nothing.
DEAREST = ("tests/journeys/test_readings.py", "tests/journeys/", "tests/test_cli.py", "tests/schema/", "tests/jobs/", "tests/resolvers/imports/")


def dearest_first(item: pytest.Item) -> int:
    return next((place for place, start in enumerate(DEAREST) if item.nodeid.startswith(start)), len(DEAREST))


def stored(items: list[pytest.Item]) -> Iterator[pytest.Item]:
    """What a second database has a say in: tests that open it. Of pages the first story of each file, and those that ask which database it is; of seeds the first."""
    told, sown = set(), set()
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if not fixtures & STORED or "once" in fixtures:
            continue
        if (seeds := item.get_closest_marker("seeds")) is not None:
            case = (item.nodeid.partition("[")[0], tuple(sorted((name, repr(value)) for name, value in item.callspec.params.items() if name not in seeds.args)))
            if case in sown:
                continue
            sown.add(case)
        if item.path.parent.name not in PAGES or item.path not in told or _asks(item):
            told.add(item.path)
            yield item


def _asks(item: pytest.Item) -> bool:
    return bool(STORED & set(inspect.signature(getattr(item, "function", print)).parameters))
