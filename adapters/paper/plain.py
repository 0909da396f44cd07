"""Cells of nothing but words of one look, which are most of a bill: measured and drawn as strings.

xhtml2pdf's paragraph, which copies itself for every word, is made only where that does not do.
"""

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple

from reportlab.lib.enums import TA_LEFT, TA_RIGHT
from reportlab.pdfbase.pdfmetrics import getAscentDescent, stringWidth
from reportlab.platypus.flowables import _FUZZ
from xhtml2pdf.reportlab_paragraph import FragLine, _maxLeadingExtent
from xhtml2pdf.xhtml2pdf_reportlab import PmlKeepInFrame, PmlParagraph

from adapters.paper.cells import Cell
from adapters.paper.dom import SOFT_HYPHEN

BLANKS = re.compile(r"[^\S\xa0]+")  # what separates words: a non-breaking space does not
IN_LOOK = frozenset(("textColor", "fontFamilies", "fontName", "fontSize", "leading", "leadingSource", "alignment", "bold", "text", "vAlign", "bulletFontName"))
BORDER = (f"border{side}{what}" for side in ("Top", "Bottom", "Left", "Right") for what in ("Width", "Color"))
UNSET = frozenset(("backColor", "bulletText", "pageNumber", "pageCount", *BORDER))


class Look(NamedTuple):
    """How the words of a cell look, and how high their lines are."""

    font: str
    size: float
    colour: Any
    to_right: bool
    first: float  # from the top to the first line's base
    line: float

    @classmethod
    def of(cls, paragraph: PmlParagraph) -> "Look | None":
        """None where there is more to the paragraph than words."""
        frag, style = paragraph.frags[0], paragraph.style
        if not all(_is_plain(each) for each in paragraph.frags) or len(frag.fontFamilies) != 1 or frag.textColor.alpha != 1:
            return None
        if style.alignment not in {TA_LEFT, TA_RIGHT} or paragraph.bulletText or paragraph.dir != "ltr":
            return None
        ascent, descent = getAscentDescent(frag.fontName, frag.fontSize)
        line = sum(_maxLeadingExtent(FragLine(ascent=ascent, descent=descent), style.leading))
        return cls(frag.fontName, frag.fontSize, frag.textColor, style.alignment == TA_RIGHT, ascent, line)


def _is_plain(frag: Any) -> bool:
    """A fragment says only what differs from the plainest one's."""
    return all(name in IN_LOOK or (name in UNSET and not value) for name, value in vars(frag).items())


class PlainCell(PmlKeepInFrame):
    """Words, broken into lines for a width. Where they are too high, `_whole` is made smaller or cut as any other cell."""

    def __init__(self, text: str, look: Look, paragraph: Callable[[], PmlParagraph]) -> None:
        self._words = " ".join(filter(None, BLANKS.split(text.replace(SOFT_HYPHEN, ""))))
        self._look, self._paragraph = look, paragraph
        self._broken_for: float | None = None
        self._lines: list[tuple[float, str]] = []  # what each leaves free, and its words
        self._fits = False

    def __deepcopy__(self, _known: Any) -> "PlainCell":
        """For a table within a table, which is copied before it is cut. The whole document hangs by `_paragraph`."""
        return PlainCell(self._words, self._look, self._paragraph)

    @cached_property
    def _whole(self) -> Cell:
        return Cell(self._paragraph())

    @property
    def _content(self) -> list[Any]:
        """For a table that is cut within a row."""
        return list(self._whole._content)

    def drawn_flowables(self) -> list[Any]:
        """For the index of headings: none."""
        return []

    def getSpaceBefore(self) -> float:  # noqa: N802 - reportlab's names
        return 0

    def getSpaceAfter(self) -> float:  # noqa: N802
        return 0

    def wrapOn(self, canvas: Any, width: float, height: float) -> tuple[float, float]:  # noqa: N802
        if self._broken_for != width:
            self._broken_for, self._lines = width, _broken(self._words, self._look, width)
        needed = len(self._lines) * self._look.line
        self._fits = needed <= height + _FUZZ
        if self._fits:
            self.height = needed - _FUZZ
            return width - _FUZZ, self.height
        size: tuple[float, float] = self._whole.wrapOn(canvas, width, height)
        return size

    def drawOn(self, canvas: Any, x: float, y: float, _sW: float = 0) -> None:  # noqa: N802, N803
        if not self._fits:
            self._whole.drawOn(canvas, x, y, _sW)
            return
        look = self._look
        canvas.setFillColor(look.colour)
        canvas.setFont(look.font, look.size)
        y += self.height - look.first
        for free, words in self._lines:
            canvas.drawString(x + free if look.to_right else x, y, words)
            y -= look.line


def _broken(text: str, look: Look, width: float) -> list[tuple[float, str]]:
    """The lines. A word that is wider than one has a line of its own."""
    whole = stringWidth(text, look.font, look.size)
    if whole <= width:
        return [(width - whole, text)]
    lines: list[tuple[float, str]] = []
    blank = stringWidth(" ", look.font, look.size)
    line, used = "", 0.0
    for word in text.split(" "):
        needs = stringWidth(word, look.font, look.size)
        if line and used + blank + needs > width:
            lines.append((width - used, line))
            line, used = word, needs
        else:
            line, used = (f"{line} {word}", used + blank + needs) if line else (word, needs)
    return [*lines, (width - used, line)]
