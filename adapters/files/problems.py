"""What can be wrong with a cell or a file, as exceptions that carry a code and the numbers its sentence needs."""

from __future__ import annotations

from typing import Any


class CellProblem(Exception):
    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class FileRefused(Exception):
    """The file as a whole cannot be taken. `line` is 0 where no line is to blame."""

    def __init__(self, code: str, line: int = 0, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.line = line
        self.params = params

    def __reduce__(self) -> tuple[Any, ...]:
        """Exceptions of a reader in another process come back whole."""
        return _again, (type(self), self.code, self.line, self.params)


def _again(kind: type[FileRefused], code: str, line: int, params: dict[str, Any]) -> FileRefused:
    return kind(code, line, **params)
