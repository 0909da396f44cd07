"""Our way through xhtml2pdf gives what xhtml2pdf gives by itself: words, places, fonts. Where it changes, this fails before paper does."""

import hashlib
import inspect
import io
import logging

import pytest
from pypdf import PdfReader
from reportlab import rl_config
from reportlab.platypus.doctemplate import BaseDocTemplate
from reportlab.platypus.flowables import KeepInFrame
from xhtml2pdf import document, parser, pisa, tables
from xhtml2pdf.context import pisaContext
from xhtml2pdf.files import ResourceAccessPolicy
from xhtml2pdf.xhtml2pdf_reportlab import PmlKeepInFrame, PmlPageTemplate, PmlParagraph

from adapters import pdf
from adapters.paper import sheets
from adapters.paper.dom import TooDeep, dom
from adapters.paper.press import press
from adapters.paper.rows import walk
from benchmarks.bill_pdf import html_of
from benchmarks.paper import accounts

PATH = str(pdf.FONTS / "document.html")
POLICY = ResourceAccessPolicy.server(pdf.FONTS, allow_remote=False)
PAGE = "<style>@page { size: a6; margin: 1cm; @frame foot { -pdf-frame-content: foot; left: 1cm; right: 1cm; bottom: 0.3cm; height: 0.6cm; } } .b { color: #ff0000 }</style>"
FOOT = '<div id="foot">page <pdf:pagenumber> of <pdf:pagecount></div>'


@pytest.fixture(autouse=True)
def quiet():
    """Without what other tests in this process have left behind."""
    sheets._kept.clear()
    logging.getLogger("xhtml2pdf").setLevel(logging.ERROR)


def ours(html: str) -> PdfReader:
    return PdfReader(io.BytesIO(press(html, PATH, POLICY)))


def by_itself(html: str) -> PdfReader:
    """With its own walk, which `rows` has replaced in this process."""
    out = io.BytesIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parser, "pisaLoop", walk)
        assert not pisa.CreatePDF(html, dest=out, encoding="utf-8", path=PATH, resource_policy=POLICY).err
    return PdfReader(out)


def placed(reader: PdfReader) -> list[set[tuple[str, float, float, float]]]:
    """Of each page, every piece of text with its place and size."""
    pages = []
    for page in reader.pages:
        seen: set[tuple[str, float, float, float]] = set()
        page.extract_text(
            visitor_text=lambda text, cm, tm, _font, size, seen=seen: seen.add((text.strip(), *where(cm, tm), round(size, 2))) if text.strip() else None
        )
        pages.append(seen)
    return pages


def where(cm: list[float], tm: list[float]) -> tuple[float, float]:
    return round(tm[4] * cm[0] + cm[4], 1), round(tm[5] * cm[3] + cm[5], 1)


def fonts(reader: PdfReader) -> set[str]:
    return {font.get_object()["/BaseFont"] for page in reader.pages for font in page["/Resources"]["/Font"].values()}


@pytest.mark.parametrize(("kind", "size"), [("water", "a5"), ("housing", "a4"), ("legal", "a4")])
def test_a_bill_is_what_xhtml2pdf_makes_by_itself(kind: str, size: str):
    html = html_of(accounts()[kind], size, "kk")
    mine, plain = ours(html), by_itself(html)
    assert placed(mine) == placed(plain)
    assert [page.mediabox for page in mine.pages] == [page.mediabox for page in plain.pages]
    assert {name for name in fonts(mine) if "DejaVu" in name} == {name for name in fonts(plain) if "DejaVu" in name}


def test_a_second_document_of_a_sheet_is_as_the_first_and_not_mixed_with_another(monkeypatch):
    monkeypatch.setattr(rl_config, "invariant", 1)
    red, plain = f"{PAGE}<p class=b>one</p><p>two</p>{FOOT}", f"{PAGE}<p>one</p><p class=b>two</p>{FOOT}"
    known = [press(html, PATH, POLICY) for html in (red, plain, red, plain)]
    assert len(sheets._kept) == 1
    sheets._kept.clear()
    assert [press(plain, PATH, POLICY), press(red, PATH, POLICY)] == [known[1], known[0]] == [known[3], known[2]]
    assert known[0] != known[1]


def test_every_page_says_how_many_there_are():
    reader = ours(PAGE + "<p>words</p>" * 90 + FOOT)
    assert len(reader.pages) > 2
    for number, page in enumerate(reader.pages, 1):
        assert f"page {number} of {len(reader.pages)}" in page.extract_text()


def test_a_word_that_no_cell_holds_is_made_smaller_as_by_itself():
    html = f"{PAGE}<table><tr><td width='20%'>{'W' * 60}</td><td>b</td></tr></table>"
    assert placed(ours(html)) == placed(by_itself(html))


def test_what_a_sheet_lays_down_is_all_kept():
    """Whatever reading a sheet changes in a context of xhtml2pdf's is named in `sheets`, so that a context made from memory lacks nothing."""
    context = pisaContext(PATH)
    context.resource_policy = POLICY
    context.addDefaultCSS("p { color: #000000 }")
    context.addCSS(
        "@page { size: a5; margin: 1cm; @frame f { -pdf-frame-content: foot; left: 1cm; right: 1cm; bottom: 1cm; height: 1cm; } } td { padding: 1pt }"
    )
    context.addCSS('@font-face { font-family: Bill; src: url("DejaVuSans.ttf"); }')
    before = {name: repr(value) for name, value in vars(context).items()}
    context.parseCSS()
    changed = {name for name, value in vars(context).items() if repr(value) != before.get(name)}
    assert {"templateList", "fontList", "css"} <= changed
    assert changed <= {*sheets.LAID_DOWN, *sheets.PARSED, "cssCascade", "cssBuilder", "cssParser"}


CELLS = """<table><thead><tr><th>h</th><th width="30%">i</th><th class=b>j</th></tr></thead>
<tr><td>one</td><td width="30%">two words that need more than a line of their narrow column</td><td class=b>3,00\xa0₽</td></tr>
<tr><td>one</td><td width="30%"></td><td class=b> 4,00\xa0₽ </td></tr><tr><td>one</td><td width="30%"><b>bold</b> and not</td><td class=b>a<br>b</td></tr>
<tr><td colspan="2">wide</td><td class=b>5</td></tr><tr><td rowspan="2">tall</td><td>six</td><td>seven</td></tr><tr><td>six</td><td>eight</td></tr>
<tr><td style="color: #00ff00">one</td><td height="40">high</td><td align="right">right</td></tr><tr><td>one</td><td>two</td><td>three</td></tr></table>"""


def test_cells_of_every_sort():
    """Alone, and when all that is known of them comes from a document before."""
    html = PAGE + CELLS + CELLS + FOOT
    assert placed(ours(html)) == placed(ours(html)) == placed(by_itself(html))


RELIED_ON = {
    "pisaParser": "8bc65b604091",
    "_build": "9a0fbfd438cf",
    "pisaLoop": "c0b0b23fa626",
    "CSSCollect": "ed93c6e4769e",
    "pisaContext.parseCSS": "c5a8ef800e47",
    "pisaContext.addPara": "ac6eaa4baf25",
    "pisaTagTD": "fe661f697845",
    "KeepInFrame.wrap": "ccf0a5edbe24",
    "BaseDocTemplate.build": "cb1211783e3f",
    "PmlKeepInFrame.wrap": "2cbc8cc085ac",
    "PmlPageTemplate.beforeDrawPage": "b629e653e18c",
    "PmlParagraph.draw": "f13db36f6699",
}


def test_what_we_rely_on_is_as_it_was_read():
    """Where one of these has changed, read it beside what adapters/paper does instead, and write its new sum here."""
    parts = (
        parser.pisaParser, document._build, walk, parser.CSSCollect, pisaContext.parseCSS, pisaContext.addPara, tables.pisaTagTD, KeepInFrame.wrap,
        BaseDocTemplate.build, PmlKeepInFrame.wrap, PmlPageTemplate.beforeDrawPage, PmlParagraph.draw,
    )  # fmt: skip
    assert {part.__qualname__: hashlib.sha256(inspect.getsource(part).encode()).hexdigest()[:12] for part in parts} == RELIED_ON


def test_what_is_no_text_ends_nothing():
    found = dom("<p>a\x00b\x0c\ud800</p><p>after</p>")
    assert [node.firstChild.data for node in found.getElementsByTagName("p")] == ["a?b??", "after"]


def test_nesting_has_an_end():
    with pytest.raises(TooDeep):
        dom("<div>" * 300 + "x")
