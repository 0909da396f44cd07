"""Bills with a QR per second and core: the product's way against xhtml2pdf as it comes, and against an empty page, which is what any document costs.

``python -m benchmarks.bill_pdf``: each way works in a fresh process of its own, and is measured in that process's CPU seconds.
"""

import asyncio
import io
import logging
import multiprocessing
import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from adapters import pdf
from adapters.rendering import render, surrounded
from benchmarks.paper import accounts, frame

WARM, ROUNDS, MEASURED = 3, 4, 6
GOAL = 22
EMPTY = "<html><head><title>0</title></head><body><p>0</p></body></html>"


def main() -> None:
    bills = {kind: html_of(account) for kind, account in accounts().items()}
    print(f"{'':10}{'product':>12}{'as it comes':>14}{'ratio':>8}{'peak of a process':>20}")
    for kind, html in {**bills, "empty": EMPTY}.items():
        (product, peak), (plain, _) = alone(as_product, html), alone(as_it_comes, html)
        print(f"{kind:10}{1 / product:>10.1f}/s{1 / plain:>12.1f}/s{plain / product:>7.1f}x{peak:>17} MB")
    ratio = asyncio.run(processes(list(bills.values())))
    print(f"Two processes make {ratio:.2f} times as many as one. The goal is {GOAL} bills a second and core, and 1.80 times.")


def html_of(account: Any, size: str = "a4", language: str = "ru") -> str:
    with surrounded(frame(language)):
        return render("pdf/bill.html", accounts=[account], size=size, redacted=False)


def alone(way: Callable[[str], tuple[float, int]], html: str) -> tuple[float, int]:
    """CPU seconds of a document, and the most memory, in a process that has done nothing before."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(way, html).result()


def as_product(html: str) -> tuple[float, int]:
    pdf._bounded()
    return measured(pdf.written, html)


def as_it_comes(html: str) -> tuple[float, int]:
    """xhtml2pdf called as its manual says, fonts read from the same folder."""
    from xhtml2pdf import pisa

    logging.disable(logging.WARNING)
    return measured(lambda text: pisa.CreatePDF(text, dest=io.BytesIO(), encoding="utf-8", path=str(pdf.FONTS / "document.html")), html)


def measured(make: Callable[[str], Any], html: str) -> tuple[float, int]:
    """The quickest of some rounds: the rest is what else the machine does."""
    for _ in range(WARM):
        make(html)
    rounds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(MEASURED):
            make(html)
        rounds.append((time.process_time() - started) / MEASURED)
    return min(rounds), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


async def processes(htmls: list[str]) -> float:
    """How much faster the product's pool is with its two processes than with one."""
    rates = []
    pdf.SECONDS = 300  # a process may start slowly where the machine is busy
    for workers in (1, 2):
        pdf.WORKERS = workers
        work = htmls * 16
        await crowd(htmls * 2 * workers, workers)  # they have started
        started = time.perf_counter()
        await crowd(work, workers)
        rates.append(len(work) / (time.perf_counter() - started))
        pdf.close()
    return rates[1] / rates[0]


async def crowd(work: list[str], workers: int) -> None:
    waiting = iter(work)

    async def one() -> None:
        for html in waiting:
            await pdf.made(html)

    await asyncio.gather(*[one() for _ in range(2 * workers)])


if __name__ == "__main__":
    main()
