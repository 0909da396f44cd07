"""Pages: laid out once, their feet drawn when all of them are there."""

import io
from typing import Any

from xhtml2pdf.builders.printmarks import MarkedCanvas
from xhtml2pdf.context import pisaContext
from xhtml2pdf.default import DEFAULT_PAGE_NAME
from xhtml2pdf.util import getBox
from xhtml2pdf.xhtml2pdf_reportlab import PmlBaseDoc, PmlFrame, PmlPageTemplate


def lay_out(context: pisaContext, out: io.BytesIO) -> None:
    """What :func:`xhtml2pdf.document.pisaDocument` does with a story, once."""
    templates = [context.templateList.pop(DEFAULT_PAGE_NAME, None) or _plain(context.pageSize), *context.templateList.values()]
    feet = {}
    for template in templates:
        feet[template], template.pisaStaticList = template.pisaStaticList, []
    document = Document(out, pagesize=context.pageSize, title=context.meta["title"].strip(), allowSplitting=1, lang=context.lang_tag or None)
    document.feet = feet
    document.addPageTemplates(templates)
    document.pisaPositioned = context.positioned
    document.build(context.story)


def _plain(size: tuple[float, float]) -> PmlPageTemplate:
    """Of a document that says nothing of its pages: a centimetre round about, as xhtml2pdf does."""
    frame = PmlFrame(*getBox("1cm 1cm -1cm -1cm", size), id="body", leftPadding=0, rightPadding=0, bottomPadding=0, topPadding=0)
    return PmlPageTemplate(id=DEFAULT_PAGE_NAME, frames=[frame], pagesize=size)


class Document(PmlBaseDoc):
    """Knows the feet of its pages, which its pages themselves have lost."""

    feet: dict[Any, list[Any]]

    def _makeCanvas(self, filename: Any = None, canvasmaker: Any = None) -> "Canvas":  # noqa: N802 - reportlab's name
        canvas: Canvas = super()._makeCanvas(filename, Canvas)
        canvas.document = self
        return canvas


class Canvas(MarkedCanvas):
    """Keeps its pages until the last is there, as reportlab's users do to say "page 1 of 2"."""

    document: Document

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._kept: list[tuple[Any, dict[str, Any]]] = []

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        self._kept.append((self.document.pageTemplate, dict(self.__dict__)))
        self._startPage()

    def save(self) -> None:
        kept = self._kept
        self.document._page_count = len(kept)
        for number, (template, state) in enumerate(kept, 1):
            self.__dict__.update(state)
            self._doctemplate, self.document.page = self.document, number
            self._draw_feet(template)
            super().showPage()
        super().save()

    def _draw_feet(self, template: Any) -> None:
        self.saveState()
        for frame in self.document.feet[template]:
            template._paintStaticFrame(frame, self, lambda _story: None)
        self.restoreState()
