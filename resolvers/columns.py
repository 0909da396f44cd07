"""The columns of a row, as far as somebody will look at them."""

from __future__ import annotations

from functools import lru_cache

Asked = frozenset[str] | None  # attributes that readers of the rows will ask for; None: nobody has said


class Columns:
    """`always` are read for each row; each attribute of `of` needs what it names beside them. Whoever may ask for any other attribute gets all."""

    def __init__(self, always: str, **of: str) -> None:
        self._always, self._of = _listed(always), {name: _listed(needed) for name, needed in of.items()}
        self.everything = ", ".join(self._chosen(frozenset(self._of)))
        self.text = lru_cache(maxsize=256)(self._text)

    def _text(self, asked: Asked) -> str:
        return self.everything if asked is None or asked - self._of.keys() else ", ".join(self._chosen(asked))

    def _chosen(self, asked: frozenset[str]) -> list[str]:
        needed = [column for name, columns in self._of.items() if name in asked for column in columns]
        return list(dict.fromkeys([*self._always, *needed]))


def _listed(columns: str) -> list[str]:
    return [column.strip() for column in columns.split(",") if column.strip()]


def names(columns: str) -> list[str]:
    """What columns are called from outside: `s.name AS service_name` is `service_name`."""
    return [column.rpartition(" AS ")[2].rpartition(".")[2] for column in _listed(columns)]
