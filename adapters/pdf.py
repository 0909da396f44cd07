"""PDF from our own HTML, by xhtml2pdf in processes of their own: bounded in time and memory, with our fonts and nothing from outside."""

import asyncio
import gc
import itertools
import logging
import multiprocessing
import os
import resource
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

FONTS = Path(__file__).parent / "fonts"
WORKERS = 2
SECONDS = 30
BYTES = 1_500_000_000  # of address space, libraries included
WAITING = 20  # more at once are told to come back
RECYCLED = 500  # a process ends after so many documents, and with it whatever it has gathered
COLLECT_EVERY, LONG = 8, 200_000  # documents; characters of one that is swept up after at once

_pool: ProcessPoolExecutor | None = None
_waiting = 0
_made = itertools.count(1)  # in a process of the pool


class Overloaded(Exception):
    """The document takes too long, or too many are being made: to be tried again later."""


async def made(html: str) -> bytes:
    """The document; raises Overloaded. Whoever waits does not hold up anybody else's page."""
    global _waiting  # noqa: PLW0603 - one process, one pool
    if _waiting >= WAITING:
        raise Overloaded
    _waiting += 1
    mine = pool()
    try:
        future = mine.submit(written, html)
        return await asyncio.wait_for(asyncio.wrap_future(future), SECONDS)
    except (TimeoutError, BrokenProcessPool, MemoryError) as error:
        if _pool is mine:  # else somebody has closed it already, and the new one is not to blame
            close()
        raise Overloaded from error
    except asyncio.CancelledError:
        if future.cancelled() and not _is_being_cancelled():  # with the pool, because of another document
            raise Overloaded from None
        raise
    finally:
        _waiting -= 1


def _is_being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def pool() -> ProcessPoolExecutor:
    """The processes, started when first needed."""
    global _pool  # noqa: PLW0603
    if _pool is None:
        _pool = ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn"), initializer=_bounded, max_tasks_per_child=RECYCLED)
    return _pool


def close() -> None:
    """End the processes, also one that hangs: the next document starts new ones."""
    global _pool
    ending, _pool = _pool, None
    if ending is not None:
        for process in list((ending._processes or {}).values()):
            process.kill()
        ending.shutdown(wait=False, cancel_futures=True)


def finish() -> None:
    """End the processes, which have nothing more to do, and wait for that: for a command at its own end."""
    global _pool
    ending, _pool = _pool, None
    if ending is not None:
        ending.shutdown(wait=True)


def written(html: str) -> bytes:
    """Runs in a process of the pool. Local files are read from the fonts' folder only, addresses not at all."""
    from xhtml2pdf.files import ResourceAccessPolicy

    from adapters.paper.press import press

    document = press(html, str(FONTS / "document.html"), ResourceAccessPolicy.server(FONTS, allow_remote=False))
    if len(html) > LONG or next(_made) % COLLECT_EVERY == 0:
        gc.collect()
    return document


def _end_with_parent() -> None:
    """A worker that is killed would leave its processes behind, waiting for ever for a document to make."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _bounded() -> None:
    """At a process's start. reportlab names Helvetica, which is never embedded, wherever it begins a page or a cell, although all of our
    text is in our own fonts: it is given one of ours to begin with."""
    from reportlab import rl_config
    from reportlab.pdfbase import pdfmetrics, ttfonts
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus.tables import CellStyle

    threading.Thread(target=_end_with_parent, daemon=True).start()
    logging.disable(logging.WARNING)  # its warnings quote the document's words
    pdfmetrics.registerFont(ttfonts.TTFont("Blank", str(FONTS / "DejaVuSans.ttf")))
    CellStyle.fontname = "Blank"
    rl_config.invariant = 1  # the same words make the same bytes: no instant of making, no random identity
    Canvas._make_preamble = _without_a_font
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    written("<p>warm</p>")
    gc.collect()
    gc.freeze()  # what is there stays; a document's own rings are swept between documents, not amid them, where that took a tenth of the time
    gc.disable()


def _without_a_font(canvas: Any) -> None:
    """What reportlab does at a page's start, less its own first font."""
    canvas._preamble = "1 0 0 1 0 0 cm"
