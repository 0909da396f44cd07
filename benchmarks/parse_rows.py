"""Rows per second that registers give, kind by kind, against csv.reader alone over the same files: the rest is what meaning costs.

Seconds are of the processor, so that neighbours do not count.
"""

import csv
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from adapters.files import open_register

ROOT = Path(__file__).parents[1]
ROUNDS = 3


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="abonent-bench-") as name:
        folder = Path(name) / "water"
        command = [sys.executable, ROOT / "samples/make_registers.py", "--accounts", 8_000, "--months", 4, "--until", "2026-10", "--events", "--out", folder]
        subprocess.run([str(part) for part in command], check=True)
        for path in sorted(folder.glob("*.csv"), key=lambda path: -path.stat().st_size):
            register = open_register(path.stem, path)
            if path.stat().st_size < 100_000:
                continue
            rows, alone = best(lambda path=path, encoding=register.encoding: plain(path, encoding))
            parsed, seconds = best(register.rows)
            assert parsed == rows - 1
            print(f"{path.stem:10} {parsed:>9,} rows: {parsed / seconds:>9,.0f} a second; csv.reader alone {rows / alone:>9,.0f}: {seconds / alone:.1f} times")


def plain(path: Path, encoding: str) -> Iterable[list[str]]:
    with path.open(encoding=encoding, newline="") as file:
        yield from csv.reader(file, delimiter=";")


def best(rows: Callable[[], Iterable[object]]) -> tuple[int, float]:
    times = []
    for _ in range(ROUNDS):
        started = time.process_time()
        count = sum(1 for _ in rows())
        times.append(time.process_time() - started)
    return count, min(times)


if __name__ == "__main__":
    main()
