"""Which tests a run has."""

from collections.abc import Iterator

import pytest

STORED = {"server", "database_kind"}  # what every database of a test comes from


def stored(items: list[pytest.Item]) -> Iterator[pytest.Item]:
    """What a second database has a say in: tests that open it, and of a journey one variant, since screens and scripts are the page's affair."""
    seen = set()
    for item in items:
        journey = item.nodeid.partition("[")[0]
        again = item.get_closest_marker("journey") is not None and journey in seen
        seen.add(journey)
        if STORED.intersection(getattr(item, "fixturenames", ())) and not again:
            yield item
