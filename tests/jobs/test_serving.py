"""What long-running processes run on."""

import asyncio
import sys

import pytest

from jobs.console import run_long


@pytest.mark.parametrize("hidden", [False, True])
def test_long_work_runs_on_the_quicker_loop_where_there_is_one(hidden: bool, monkeypatch: pytest.MonkeyPatch):
    if hidden:
        monkeypatch.setitem(sys.modules, "uvloop", None)
    kinds = []

    async def work() -> None:
        kinds.append(type(asyncio.get_running_loop()).__module__)
        await asyncio.sleep(0)

    run_long(work())
    assert kinds[0].partition(".")[0] == ("asyncio" if hidden or sys.platform == "win32" else "uvloop")
