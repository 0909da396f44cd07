"""Hand-written set-based reads, the same text for both databases.

Placeholders are `$1`, `$2`…; lists of ids go in as one parameter each, so that a statement's text does not depend on how many rows
are asked for and each database keeps its plan. Rows answer to `row["column"]`.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar

import orjson

from models.database import connection, is_sqlite
from models.sql import day

Row = Mapping[str, Any]
Member = TypeVar("Member", bound=Enum)
_LISTED = "/*ids*/"
_LIST = re.compile(r"IN \(/\*ids\*/([0-9, ]+)\)")


async def fetch(text: str, *parameters: Any) -> Sequence[Row]:
    """Run one reading statement. Lists of integers are for `among`."""
    if is_sqlite():
        _, rows = await connection().execute_query(text.replace("$", "?"), [_for_sqlite(value) for value in parameters])
        return rows
    if _LISTED in text:
        text, parameters = _lifted(text, parameters)
    places = tuple([place for place, value in enumerate(parameters, 1) if type(value) is list and len(value) == 1])
    if places:
        text, alone = _for_one(text, places)
        parameters = tuple([value[0] if place in alone else value for place, value in enumerate(parameters, 1)])
    return await connection().read(text, parameters)  # type: ignore[attr-defined]


def listed(ids: Iterable[int]) -> str:
    """Ids written out in a statement's text, for `IN (…)`. PostgreSQL gets them as a parameter all the same: a text of each viewer's own would
    be planned for each anew, which takes thrice as long as the statement."""
    return _LISTED + written(ids)


def written(ids: Iterable[int]) -> str:
    """The same, for good."""
    return ", ".join(str(int(one)) for one in sorted(ids))


def _lifted(text: str, parameters: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    lists: list[list[int]] = []

    def place(match: re.Match[str]) -> str:
        lists.append([int(one) for one in match[1].split(",")])
        return f"= ANY(${len(parameters) + len(lists)}::bigint[])"

    return _LIST.sub(place, text), (*parameters, *lists)


@lru_cache(maxsize=1024)
def _for_one(text: str, places: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
    """The text where lists of one, which those of most pages are, are compared as what they hold. PostgreSQL takes a list whose length it does not
    know for ten rows, finds that its plan for this one is better, and so makes a plan each time, which takes longer than the statement."""
    alone = []
    for place in places:
        changed = re.sub(rf"= ANY\(\${place}::(\w+)\[\]\)", rf"= ${place}::\1", text)
        if changed != text and not re.search(rf"\${place}::\w+\[\]", changed):
            text = changed
            alone.append(place)
    return text, tuple(alone)


def among(column: str, place: int) -> str:
    """`column` is one of the integers of the list parameter `$place`."""
    if is_sqlite():
        return f"{column} IN (SELECT value FROM json_each(${place}))"
    return f"{column} = ANY(${place}::bigint[])"


def among_days(column: str, place: int) -> str:
    """The same for a list of dates."""
    if is_sqlite():
        return f"{column} IN (SELECT value FROM json_each(${place}))"
    return f"{column} = ANY(${place}::date[])"


def among_texts(column: str, place: int) -> str:
    """The same for a list of texts."""
    if is_sqlite():
        return f"{column} IN (SELECT value FROM json_each(${place}))"
    return f"{column} = ANY(${place}::text[])"


def rows_within(columns: Sequence[str], source: str) -> str:
    """A column that holds the rows of a subquery, for `told_rows`: what a second statement would bring."""
    listed = ", ".join(columns)
    made = f"json_group_array(json_array({listed}))" if is_sqlite() else f"json_agg(json_build_array({listed}))"
    return f"(SELECT {made} FROM {source})"


def told_rows(columns: Sequence[str], value: str | None) -> list[Row]:
    """The rows that `rows_within` put into a column, in no order. Days and instants are texts."""
    return [dict(zip(columns, row, strict=True)) for row in orjson.loads(value or "[]")]


def escaped(text: str) -> str:
    """The text as LIKE finds it letter by letter, with `ESCAPE '!'`."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def month_after(column: str) -> str:
    """The first day of the month after the one in `column`."""
    return f"date({column}, '+1 month')" if is_sqlite() else f"({column} + interval '1 month')::date"


def members(kind: type[Member]) -> dict[str, Member]:
    """An enum's members by what a column holds: looked up, which is a third of what calling the enum costs, for each of hundreds of rows."""
    return {member.value: member for member in kind}


def known_day(value: Any) -> dt.date:
    """The same for a column that is never null."""
    found = day(value)
    assert found is not None
    return found


def instant(value: Any) -> dt.datetime | None:
    """A timestamp column's value, in UTC."""
    found = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    return found.replace(tzinfo=dt.UTC) if found is not None and found.tzinfo is None else found


def known_instant(value: Any) -> dt.datetime:
    """The same for a column that is never null."""
    found = instant(value)
    assert found is not None
    return found


def literal(value: dt.date) -> str:
    """A date inside a statement's text."""
    return f"'{value.isoformat()}'"


def ids(rows: Iterable[Any]) -> list[int]:
    """The row ids of records, each once."""
    return list(dict.fromkeys(row.pk for row in rows))


def _for_sqlite(value: Any) -> Any:
    if isinstance(value, list):
        return json.dumps([_for_sqlite(inner) for inner in value])
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return value
