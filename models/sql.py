"""Set-based SQL that reads the same on SQLite and PostgreSQL: one text, named values, bulk loading into staging tables.

Written for work on many rows at once (imports, postings, checks), where an object per row would be the cost. Nothing here takes
text from outside as a value: that goes through staging tables, loaded by COPY on PostgreSQL and by the hundred on SQLite.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import chain, count
from typing import Any

from models.database import connection, is_sqlite

_NAMED = re.compile(r"(?<![:\w]):([a-z_]+)\b")
_LAST_DAY = re.compile(r"LAST_DAY\(([\w.]+)\)")
MOST_ROWS, MOST_PLACES = 200, 30_000  # of one INSERT on SQLite
_DAYS_FROM = re.compile(r"DAYS_FROM\(([\w.]+), (-?\d+)\)")
PAGE = 5_000  # rows that Python sees at once
_numbers = count(1)
_WORD = re.compile(r"[\w ./|#-]*")


async def execute(text: str, **values: Any) -> int:
    """Run one INSERT, UPDATE or DELETE; gives the number of rows it touched."""
    query = rendered(text, **values)
    if is_sqlite():
        before = await connection().execute_query_dict("SELECT total_changes() AS n")
        await connection().execute_query(query)
        after = await connection().execute_query_dict("SELECT total_changes() AS n")
        return int(after[0]["n"] - before[0]["n"])
    return int((await connection().execute_query(query))[0])


async def fetch(text: str, **values: Any) -> list[dict[str, Any]]:
    """Run one SELECT. Dates come as `datetime.date` only from PostgreSQL: pass them through :func:`day`."""
    return list(await connection().execute_query_dict(rendered(text, **values)))


async def pages(select: str, order: str, **values: Any) -> AsyncIterator[list[dict[str, Any]]]:
    """Rows of one SELECT, however many, some thousands at a time, in the order of its columns `order`."""
    name = f"paged_{next(_numbers)}"
    lifetime = "" if is_sqlite() else "ON COMMIT DROP "
    await connection().execute_query(
        rendered(f"CREATE TEMPORARY TABLE {name} {lifetime}AS SELECT q.*, ROW_NUMBER() OVER (ORDER BY {order}) AS page_row FROM ({select}) q", **values)
    )
    [found] = await fetch(f"SELECT COUNT(*) AS n FROM {name}")
    if found["n"] > PAGE:
        await connection().execute_query(f"CREATE INDEX {name}_row ON {name} (page_row)")
    for first in range(1, found["n"] + 1, PAGE):
        yield await fetch(f"SELECT * FROM {name} WHERE page_row BETWEEN :first AND :last ORDER BY page_row", first=first, last=first + PAGE - 1)
    await connection().execute_query(f"DROP TABLE {name}")


async def staging(name: str, columns: Mapping[str, str], *indexes: str) -> None:
    """Make an empty temporary table, in place of an older one. It is this connection's own.

    A column of the kind "row number" is what one row is found by.
    """
    await connection().execute_query(f"DROP TABLE IF EXISTS {name}")
    types = {"row number": "INTEGER PRIMARY KEY" if is_sqlite() else "bigint"}
    body = ", ".join(f"{column} {types.get(kind, kind)}" for column, kind in columns.items())
    end = "" if is_sqlite() else " ON COMMIT DROP"
    await connection().execute_query(f"CREATE TEMPORARY TABLE {name} ({body}){end}")
    for number, index in enumerate(indexes):
        await connection().execute_query(f"CREATE INDEX {name}_{number} ON {name} ({index})")


async def index(name: str, columns: str) -> None:
    """Index a staging table that is full already: cheaper than row by row."""
    await connection().execute_query(f"CREATE INDEX {name}_late ON {name} ({columns})")


async def analyze(*names: str) -> None:
    """Tell PostgreSQL how big the staging tables became: it plans joins of unknown tables as if they were tiny."""
    if not is_sqlite():
        for name in names:
            await connection().execute_script(f"ANALYZE {name}")


async def load(name: str, columns: Sequence[str], records: Sequence[Sequence[Any]]) -> None:
    """Append records to a table as fast as the database can. PostgreSQL wants a transaction around it."""
    if not records:
        return
    if not is_sqlite():
        await connection()._connection.copy_records_to_table(name, records=records, columns=list(columns))
        return
    rows = min(MOST_ROWS, MOST_PLACES // len(columns))  # a statement per row would cost several times as much
    for start in range(0, len(records), rows):
        part = records[start : start + rows]
        places = ", ".join([f"({', '.join('?' * len(columns))})"] * len(part))
        await connection().execute_query(f"INSERT INTO {name} ({', '.join(columns)}) VALUES {places}", list(chain.from_iterable(part)))


def rendered(text: str, **values: Any) -> str:
    """The text with `:name` replaced by literals, in the words of the present database."""
    sqlite = is_sqlite()
    query = _NAMED.sub(lambda match: _literal(values[match[1]], sqlite), text)
    last_day = r"date(\1, '+1 month', '-1 day')" if sqlite else r"CAST(\1 + INTERVAL '1 month' - INTERVAL '1 day' AS date)"
    query = _LAST_DAY.sub(last_day, query)  # of the month that begins on a day
    query = _DAYS_FROM.sub(r"date(\1, '\2 days')" if sqlite else r"(\1 + (\2))", query)
    if sqlite:
        return query.replace("IS NOT DISTINCT FROM", "IS").replace("IS DISTINCT FROM", "IS NOT")
    return query.replace("INSTR(", "STRPOS(").replace("JSON_OBJECT(", "json_build_object(")


def same(columns: Sequence[str], left: str, right: str) -> str:
    """The condition that two rows agree in all columns, nulls included."""
    return " AND ".join(f"{left}.{column} IS NOT DISTINCT FROM {right}.{column}" for column in columns)


def day(value: dt.date | str | None) -> dt.date | None:
    """A date as SQLite (text) or PostgreSQL (date) returned it."""
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def _literal(value: Any, sqlite: bool) -> str:
    if value is None or isinstance(value, bool):
        return {None: "NULL", True: "TRUE", False: "FALSE"}[value]
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, dt.datetime):
        return f"'{value.isoformat(' ')}'" if sqlite else f"TIMESTAMPTZ '{value.isoformat()}'"
    if isinstance(value, dt.date):
        return f"'{value.isoformat()}'" if sqlite else f"DATE '{value.isoformat()}'"
    if isinstance(value, str) and _WORD.fullmatch(value) and value.isascii():
        return f"'{value}'"  # words of code only; people's text never gets here
    raise TypeError(f"not a value for a statement: {value!r}")
