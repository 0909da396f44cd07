"""Statement PDFs per second and core: the whole document through the product's own pool, against rendering its HTML alone."""

import asyncio
import io
import time

from pypdf import PdfReader

from adapters import pdf
from adapters.rendering import render, surrounded
from benchmarks.paper import accounts, frame

DOCUMENTS = 60


def main() -> None:
    asyncio.run(measured())


async def measured() -> None:
    """Print both rates and the size of one document."""
    account = accounts()["water"]
    started = time.perf_counter()
    for _ in range(DOCUMENTS):
        with surrounded(frame()):
            html = render("pdf/statement.html", account=account)
    pages = DOCUMENTS / (time.perf_counter() - started)
    await asyncio.gather(*[pdf.made(html) for _ in range(pdf.WORKERS)])  # the pool has started
    started = time.perf_counter()
    for _ in range(0, DOCUMENTS, pdf.WORKERS):
        made = await asyncio.gather(*[pdf.made(html) for _ in range(pdf.WORKERS)])
    documents = DOCUMENTS / (time.perf_counter() - started)
    pdf.close()
    words = len(PdfReader(io.BytesIO(made[0])).pages[0].extract_text().split())
    print(f"HTML of a statement: {pages:.0f} a second")
    print(f"PDF of a statement ({words} words, {len(made[0]) // 1024} KB): {documents:.1f} a second, {documents / pdf.WORKERS:.1f} a second and core")
    print(f"A PDF costs {pages / documents * pdf.WORKERS:.0f} times its HTML")


if __name__ == "__main__":
    main()
