"""A page's text as the tree that xhtml2pdf walks: what html5lib makes, but by the C parser, for that was a quarter of a bill's cost."""

import re
from typing import Any
from xml.dom import minidom

from lxml import html

NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
DEEPEST = 200


class TooDeep(ValueError):
    """Elements nest as no template of ours does."""


def dom(text: str) -> minidom.Document:
    """What cannot stand in a document is replaced by a mark: the C parser would end there, and the rest would be missing."""
    root = html.document_fromstring(NO_TEXT.sub("\ufffd", text), parser=html.HTMLParser(encoding="utf-8", huge_tree=True))
    document = minidom.Document()
    _copy(root, document, document, 0)
    return document


def _copy(element: Any, parent: Any, document: minidom.Document, depth: int) -> None:
    if not isinstance(element.tag, str):  # a comment
        return
    if depth > DEEPEST:
        raise TooDeep
    node = document.createElement(element.tag)
    for name, value in element.attrib.items():
        node.setAttribute(name, value)
    parent.appendChild(node)
    if element.text:
        node.appendChild(document.createTextNode(element.text))
    for child in element:
        _copy(child, node, document, depth + 1)
        if child.tail:
            node.appendChild(document.createTextNode(child.tail))
