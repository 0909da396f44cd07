"""Cells of tables: xhtml2pdf lays each one out again whenever its table is measured, split or drawn; one paragraph for one width needs it once."""

from typing import Any

from reportlab.platypus.flowables import _FUZZ
from xhtml2pdf.reportlab_paragraph import Paragraph
from xhtml2pdf.xhtml2pdf_reportlab import PmlKeepInFrame, PmlParagraph, PmlTable

NO_END = 0xFFFFFFF


class Cell(PmlKeepInFrame):
    """One paragraph; where it does not fit, it is made smaller as any other cell."""

    def __init__(self, paragraph: PmlParagraph) -> None:
        super().__init__(maxWidth=0, maxHeight=0, mode="shrink", content=[paragraph])
        self._for_width: float | None = None
        self._needs = (0.0, 0.0)

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        if self._for_width != width:
            self._for_width, self._needs, self._scale = width, self._content[0].wrapOn(self.canv, width, NO_END), 1.0
        needed_width, needed_height = self._needs
        if needed_width > width + _FUZZ or needed_height > self.setMaxHeight(height) + _FUZZ:
            self._for_width = None
            shrunk: tuple[float, float] = super().wrap(width, height)
            return shrunk
        self.width, self.height = needed_width - _FUZZ, needed_height - _FUZZ
        return self.width, self.height

    def drawOn(self, canvas: Any, x: float, y: float, _sW: float = 0) -> None:  # noqa: N802, N803 - reportlab's names
        if self._for_width is None:
            super().drawOn(canvas, x, y, _sW)
        else:
            _draw(self._content[0], canvas, x, y)


def _draw(paragraph: PmlParagraph, canvas: Any, x: float, y: float) -> None:
    """A paragraph without a box of its own, as nearly all in cells are, is its text alone."""
    if paragraph.deltaWidth or paragraph.deltaHeight or paragraph.style.backColor or paragraph.style.backgroundImage or paragraph.outline:
        paragraph.drawOn(canvas, x, y)
        return
    canvas.saveState()
    canvas.translate(x, y)
    paragraph.canv = canvas
    Paragraph.draw(paragraph)
    del paragraph.canv
    canvas.restoreState()


def simplify(table: PmlTable) -> None:
    """Put `Cell` wherever a cell is one paragraph."""
    for row in table._cellvalues:
        for column, cell in enumerate(row):
            if type(cell) is PmlKeepInFrame and cell.mode == "shrink" and len(cell._content) == 1 and type(cell._content[0]) is PmlParagraph:
                row[column] = Cell(cell._content[0])
