"""Documents are made from our own files only, within their limits."""

import io
import time

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


async def test_a_crowd_is_told_to_come_back(monkeypatch):
    monkeypatch.setattr(pdf, "WAITING", 0)
    with pytest.raises(pdf.Overloaded):
        await pdf.made("<p>Bill</p>")
