"""The process that reads ahead: what it reads is tested with whole imports; here, that it goes when its parent has gone."""

import datetime as dt
from multiprocessing import get_context
from pathlib import Path

from adapters.files import open_registers
from resolvers.imports import steps
from resolvers.imports.ahead import _read_all
from tests.resolvers.imports.conftest import write

ROWS = "Лицевой счёт;Фамилия\n" + "\n".join(f"{number};x" for number in range(1, 50))


def test_nobody_who_listens_is_no_error(tmp_path: Path):
    write(tmp_path / "in", accounts=ROWS)
    [register] = open_registers("accounts", tmp_path / "in" / "accounts.csv", tmp_path)
    [recipe] = [module.RECIPE for module in steps.MODULES if module.RECIPE.kind.name == "accounts"]
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_read_all, args=(theirs, str(tmp_path / "chunks"), [(1, register, recipe.module)], dt.date(2026, 11, 20)))
    ours.close()
    child.start()
    theirs.close()
    child.join(30)
    assert child.exitcode == 0
