"""A form as its page shows it: what was typed, and what was said about each field. ``ui.input`` and ``ui.problems`` draw it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from web.forms import path_text

SECRETS = ("password", "repeat", "newPassword", "currentPassword", "code")  # what no page ever shows again


@dataclass(frozen=True, slots=True)
class Filled:
    """`values` by the fields' names, which are paths inside the mutation's input; `problems` as the mutation gave them."""

    values: Mapping[str, str] = field(default_factory=dict)
    problems: Iterable[Any] = ()

    def value(self, name: str) -> str:
        return "" if name.rpartition(".")[2] in SECRETS else self.values.get(name, "")

    def ticked(self, name: str) -> bool:
        return self.values.get(name) == "true"

    def said(self, name: str) -> list[Any]:
        """The problems of one field."""
        return [problem for problem in self.problems if path_text(problem.path) == name]
