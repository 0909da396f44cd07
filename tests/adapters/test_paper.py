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
from xhtml2pdf.context import pisaContext, shape_frag_text
from xhtml2pdf.files import ResourceAccessPolicy
from xhtml2pdf.reportlab_paragraph import Paragraph, _getFragWords, _maxLeadingExtent, _putFragLine, needs_bidi
from xhtml2pdf.xhtml2pdf_reportlab import PmlKeepInFrame, PmlPageTemplate, PmlParagraph, PmlTable

from adapters import pdf
from adapters.paper import sheets
from adapters.paper.dom import TooDeep, _drawn, dom
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
    bill = html_of(accounts()["housing"])
    assert press(bill, PATH, POLICY) == press(bill, PATH, POLICY)


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


LONG = "many words in a row, "
WORDS = f"""<table><tr><td>one</td><td width="30%">two words that need more than a line of their narrow column</td><td class=b>3\xa0000,00\xa0₽</td></tr>
<tr><td> one  two\n three </td><td width="30%">{"W" * 60}</td><td class=b>{LONG * 4}</td></tr>
<tr><td>soft\xadhy\xadphens</td><td width="30%">{LONG * 2}{"W" * 60}</td><td align=right>a\xa0 \xa0b \xa0c d</td></tr>
<tr><td class=c>{LONG * 3}</td><td width="30%">{LONG * 50}</td><td class=d>{LONG}</td></tr><tr><td>one</td><td width="30%">two</td><td class=b>3</td></tr></table>"""
TEXTURES = """<style>@font-face { font-family: Bill; src: url("DejaVuSans.ttf"); } body { font-family: Bill; line-height: 1.35; } .b { text-align: right; }
.c { text-align: center; } .d { text-decoration: underline; } td { border-bottom: 1pt solid #cccccc; padding: 2pt; }</style>"""


def test_words_are_broken_and_placed_as_by_itself():
    """In lines, to the right, too wide for a column, too high for a page, and of looks that only a paragraph has; in a table within a table too."""
    html = PAGE + TEXTURES + WORDS + f"<table><tr><td>out</td><td>{WORDS}</td></tr></table>" + FOOT
    assert placed(ours(html)) == placed(ours(html)) == placed(by_itself(html))
    assert len(ours(html).pages) > 4


def test_cells_of_a_bill_are_drawn_without_paragraphs(monkeypatch):
    """Nearly all: of some two hundred and forty. Paragraphs are what made a bill of a house slow."""
    html = html_of(accounts()["housing"])
    press(html, PATH, POLICY)
    made = []
    monkeypatch.setattr(PmlParagraph, "__init__", lambda self, *args, **named: made.append(self) or Paragraph.__init__(self, *args, **named))
    press(html, PATH, POLICY)
    assert 20 < len(made) < 50


@pytest.mark.parametrize(
    "said",
    [
        "text-decoration: underline", "text-decoration: line-through", "text-transform: uppercase", "letter-spacing: 2pt", "white-space: pre", "text-align: center",
        "text-align: justify", "text-indent: 9pt", "font-family: Bill, Times", "color: rgba(9, 9, 9, 0.5)", "-pdf-word-wrap: CJK",
    ],
)  # fmt: skip
def test_what_a_string_cannot_show_is_a_paragraph(monkeypatch, said: str):
    made = []
    monkeypatch.setattr(PmlParagraph, "__init__", lambda self, *args, **named: made.append(self) or Paragraph.__init__(self, *args, **named))
    html = f"{PAGE}{TEXTURES}<style>.e {{ {said} }}</style><table><tr><td class=e>some words</td></tr></table>"
    for _ in range(2):
        assert placed(ours(html)) == placed(by_itself(html))
    assert len(made) == 4
    press(html.replace(" class=e", ""), PATH, POLICY)
    press(html.replace(" class=e", ""), PATH, POLICY)
    assert len(made) == 5  # when it was learned


def test_dashes_begin_anew_in_every_cell():
    """Where a line is not dashed it is one for alike cells of a row."""
    html = f"{PAGE}<style>td {{ border-bottom: 1pt solid #000000; }}</style><table><tr><td>one</td><td>two</td><td>three</td></tr></table>"
    assert [lines(ours(html)), lines(by_itself(html))] == [1, 3]
    dashed = html.replace("solid", "dashed")
    assert [lines(ours(dashed)), lines(by_itself(dashed))] == [3, 3]


def lines(reader: PdfReader) -> int:
    return reader.pages[0].get_contents().get_data().count(b" l S")


def test_what_our_fonts_draw_is_drawn_as_it_is_written():
    """Cells leave out what xhtml2pdf does for scripts that join their letters or run from the right: our fonts have none of them."""
    for sign in _drawn():
        assert not needs_bidi(sign, "L")
        assert shape_frag_text(sign * 2, "Blank") in (None, "", sign * 2)


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
    "pisaContext.addFrag": "73f8c18b08ce",
    "pisaContext.toParagraphStyle": "9f134562c695",
    "Paragraph.breakLines": "3289f8d9186a",
    "Paragraph.drawPara": "3f67224234c6",
    "_getFragWords": "1ac8b697c71a",
    "_putFragLine": "320aa572bb9c",
    "_maxLeadingExtent": "5a24f7694ef7",
    "PmlTable._splitKeepInFrame": "9d599dc6e377",
}


def test_what_we_rely_on_is_as_it_was_read():
    """Where one of these has changed, read it beside what adapters/paper does instead, and write its new sum here."""
    parts = (
        parser.pisaParser, document._build, walk, parser.CSSCollect, pisaContext.parseCSS, pisaContext.addPara, tables.pisaTagTD, KeepInFrame.wrap,
        BaseDocTemplate.build, PmlKeepInFrame.wrap, PmlPageTemplate.beforeDrawPage, PmlParagraph.draw, pisaContext.addFrag, pisaContext.toParagraphStyle,
        Paragraph.breakLines, Paragraph.drawPara, _getFragWords, _putFragLine, _maxLeadingExtent, PmlTable._splitKeepInFrame,
    )  # fmt: skip
    assert {part.__qualname__: hashlib.sha256(inspect.getsource(part).encode()).hexdigest()[:12] for part in parts} == RELIED_ON


def test_what_is_no_text_ends_nothing():
    found = dom("<p>a\x00b\x0c\ud800</p><p>after</p>")
    assert [node.firstChild.data for node in found.getElementsByTagName("p")] == ["a?b??", "after"]


@pytest.mark.parametrize("look", ["", " align=center"])
def test_a_cell_of_soft_hyphens_alone_is_empty(look: str):
    row = f"<tr><td{look}>\xad</td><td>b</td></tr>"
    ours(f"{PAGE}<table><tr><td{look}>a</td><td>b</td></tr>{row}{row}</table>")


def test_nesting_has_an_end():
    with pytest.raises(TooDeep):
        dom("<div>" * 300 + "x")
