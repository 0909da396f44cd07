"""Documents are made from our own files only, within their limits."""

import asyncio
import io
import os
import subprocess
import sys
import time
from concurrent.futures import Future
from pathlib import Path

import pytest
from pypdf import PdfReader

from adapters import pdf


@pytest.fixture(autouse=True)
def ended():
    yield
    pdf.close()


def words(document: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(document)).pages)


async def test_a_document_is_made_in_another_process():
    assert "Bill" in words(await pdf.made("<p>Bill</p>"))


@pytest.mark.parametrize("source", [
    "http://127.0.0.1:9/x.png", "https://example.com/x.png", "file:///etc/passwd", "/etc/passwd", "../../settings.py", "//example.com/x.png",
])  # fmt: skip
async def test_nothing_is_fetched_from_outside(source: str):
    html = f'<p>before</p><img src="{source}" width="10"><link rel="stylesheet" href="{source}"><p>after</p>'
    text = words(await pdf.made(html))
    assert "before" in text
    assert "root:" not in text


async def test_one_that_takes_too_long_is_given_up_and_the_next_is_made(monkeypatch):
    await pdf.made("<p>warm</p>")
    monkeypatch.setattr(pdf, "SECONDS", 0.3)
    started = time.monotonic()
    with pytest.raises(pdf.Overloaded):
        await pdf.made("<table>" + "<tr><td>word word word</td></tr>" * 20_000 + "</table>")
    assert time.monotonic() - started < 5
    monkeypatch.setattr(pdf, "SECONDS", 30)
    assert "Bill" in words(await pdf.made("<p>Bill</p>"))


async def test_who_waits_while_the_processes_are_ended_is_told_to_come_back(monkeypatch):
    """The pool is closed because of another document: its futures are cancelled, which is no reason to end the one who waits."""

    class Pool:
        def submit(self, *_: object) -> Future:
            self.future: Future = Future()
            return self.future

    pool = Pool()
    monkeypatch.setattr(pdf, "pool", lambda: pool)
    waiting = asyncio.create_task(pdf.made("<p>Bill</p>"))
    await asyncio.sleep(0)
    pool.future.cancel()
    with pytest.raises(pdf.Overloaded):
        await waiting
    ending = asyncio.create_task(pdf.made("<p>Bill</p>"))
    await asyncio.sleep(0)
    ending.cancel()  # the reader has gone: that is another matter
    with pytest.raises(asyncio.CancelledError):
        await ending


WORKER = """
import asyncio, sys
from adapters import pdf
async def main():
    await pdf.made("<p>Bill</p>")
    print(*pdf.pool()._processes, flush=True)
    await asyncio.sleep(60)
if __name__ == "__main__":
    asyncio.run(main())
"""


def test_processes_end_with_a_worker_that_is_killed(tmp_path):
    script, root = tmp_path / "worker.py", str(Path(pdf.__file__).parent.parent)
    script.write_text(WORKER)
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": root}) as worker:
        assert worker.stdout is not None
        pids = [int(word) for word in worker.stdout.readline().split()]
        worker.kill()
    assert pids
    until = time.monotonic() + 20
    while any(is_alive(pid) for pid in pids):
        assert time.monotonic() < until
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text() if Path("/proc/self").exists() else os.kill(pid, 0) is None
    except (FileNotFoundError, ProcessLookupError):
        return False


async def test_a_crowd_is_told_to_come_back(monkeypatch):
    monkeypatch.setattr(pdf, "WAITING", 0)
    with pytest.raises(pdf.Overloaded):
        await pdf.made("<p>Bill</p>")
