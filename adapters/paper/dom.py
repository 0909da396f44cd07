"""A page's text as the tree that xhtml2pdf walks: what html5lib makes, but by the C parser, for that was a quarter of a bill's cost."""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any
from xml.dom import minidom

from lxml import html
from reportlab.pdfbase.ttfonts import TTFontFile

NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
DEEPEST = 200
FONTS = Path(__file__).parents[1] / "fonts"
SOFT_HYPHEN = "\xad"  # alone it is no text, and xhtml2pdf fails on it
MARK = "?"  # our fonts have no better sign for what they cannot draw
BLANKS = frozenset("\n\t\r")
UNSEEN = {"Cf", "Mn", "Sk", "Cc"}  # kinds of what joins, varies or tints the sign before it: alone it is nothing
BLOCKS = frozenset(("p", "td", "th", "li", "div", "h1", "h2"))
WITHOUT_TEXT = frozenset(("table", "thead", "tbody", "tfoot", "tr"))
ENDLESS = re.compile(r"\S{40}")


class TooDeep(ValueError):
    """Elements nest as no template of ours does."""


def dom(text: str) -> minidom.Document:
    """What cannot stand in a document is replaced by a mark: the C parser would end there, and the rest would be missing. So is what our fonts do
    not draw: a name must not lose a letter without a trace."""
    root = html.document_fromstring(_drawable(NO_TEXT.sub(MARK, text)), parser=html.HTMLParser(encoding="utf-8", huge_tree=True))
    document = minidom.Document()
    _copy(root, document, document, None, 0)
    return document


def _drawable(text: str) -> str:
    unknown = set(text) - _drawn()
    return text.translate({ord(sign): _instead(sign) for sign in unknown}) if unknown else text


@cache
def _drawn() -> frozenset[str]:
    faces = [TTFontFile(str(FONTS / name)) for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")]
    return frozenset.intersection(*(frozenset(map(chr, face.charToGlyph)) for face in faces)) | BLANKS


def _instead(sign: str) -> str:
    """The same in plain letters, where it has them."""
    plain = unicodedata.normalize("NFKC", sign)
    if set(plain) <= _drawn():
        return plain
    return "" if unicodedata.category(sign) in UNSEEN else MARK


def _copy(element: Any, parent: Any, document: minidom.Document, block: Any, depth: int) -> None:
    if not isinstance(element.tag, str):  # a comment
        return
    if depth > DEEPEST:
        raise TooDeep
    node = document.createElement(element.tag)
    for name, value in element.attrib.items():
        node.setAttribute(name, value)
    parent.appendChild(node)
    block = node if element.tag in BLOCKS else block
    _text(element.text, node, document, block)
    for child in element:
        _copy(child, node, document, block, depth + 1)
        _text(child.tail, node, document, block)


def _text(text: str | None, node: Any, document: minidom.Document, block: Any) -> None:
    """A word that no line would hold is broken anywhere: it ran off the sheet's edge."""
    if not text or not text.strip(SOFT_HYPHEN) or (node.tagName in WITHOUT_TEXT and not text.strip(" \n\t\r")):
        return
    node.appendChild(document.createTextNode(text))
    if block is not None and len(text) >= 40 and ENDLESS.search(text):
        block.setAttribute("class", f"{block.getAttribute('class')} endless".strip())
