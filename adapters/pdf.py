"""PDF from our own HTML, by xhtml2pdf in processes of their own: bounded in time and memory, with our fonts and nothing from outside."""

import asyncio
import io
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

_pool: ProcessPoolExecutor | None = None
_waiting = 0


class Overloaded(Exception):
    """The document takes too long, or too many are being made: to be tried again later."""


async def made(html: str) -> bytes:
    """The document; raises Overloaded. Whoever waits does not hold up anybody else's page."""
    global _waiting  # noqa: PLW0603 - one process, one pool
    if _waiting >= WAITING:
        raise Overloaded
    _waiting += 1
    try:
        return await asyncio.wait_for(asyncio.wrap_future(pool().submit(written, html)), SECONDS)
    except (TimeoutError, BrokenProcessPool, MemoryError) as error:
        close()
        raise Overloaded from error
    finally:
        _waiting -= 1


def pool() -> ProcessPoolExecutor:
    """The processes, started when first needed."""
    global _pool  # noqa: PLW0603
    if _pool is None:
        _pool = ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn"), initializer=_bounded, max_tasks_per_child=500)
    return _pool


def close() -> None:
    """End the processes, also one that hangs: the next document starts new ones."""
    global _pool
    ending, _pool = _pool, None
    if ending is not None:
        for process in list((ending._processes or {}).values()):
            process.kill()
        ending.shutdown(wait=False, cancel_futures=True)


def written(html: str) -> bytes:
    """Runs in a process of the pool. Local files are read from the fonts' folder only, addresses not at all."""
    from xhtml2pdf import pisa
    from xhtml2pdf.files import ResourceAccessPolicy

    out = io.BytesIO()
    policy = ResourceAccessPolicy.server(FONTS, allow_remote=False)
    status = pisa.CreatePDF(html, dest=out, encoding="utf-8", path=str(FONTS / "document.html"), resource_policy=policy)
    if status.err:
        raise ValueError(f"xhtml2pdf found {status.err} errors")
    return out.getvalue()


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


def _without_a_font(canvas: Any) -> None:
    """What reportlab does at a page's start, less its own first font."""
    canvas._preamble = "1 0 0 1 0 0 cm"
