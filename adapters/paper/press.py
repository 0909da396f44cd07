"""One document, from HTML to PDF."""

import io
from typing import Any

from xhtml2pdf.config.resources import ResourceAccessPolicy, render_budget, use_policy
from xhtml2pdf.default import DEFAULT_CSS
from xhtml2pdf.files import cleanFiles
from xhtml2pdf.parser import pisaPreLoop
from xhtml2pdf.xhtml2pdf_reportlab import PmlTable

from adapters.paper.cells import simplify
from adapters.paper.dom import dom
from adapters.paper.pages import lay_out
from adapters.paper.rows import install, walked
from adapters.paper.sheets import StyledContext

install()


def press(html: str, path: str, policy: ResourceAccessPolicy) -> bytes:
    """The document; raises what xhtml2pdf raises, and ValueError where it found errors. `path` is what addresses in the document are relative to."""
    context, out = _Context(path), io.BytesIO()
    context.resource_policy = policy
    try:
        with use_policy(policy), render_budget(policy):
            _read(html, context)
            lay_out(context, out)
    finally:
        cleanFiles()
    if context.err:
        raise ValueError(f"xhtml2pdf found {context.err} errors")
    return out.getvalue()


def _read(html: str, context: "_Context") -> None:
    """What :func:`xhtml2pdf.parser.pisaParser` does: from text to a story of flowables."""
    document = dom(html)
    context.addDefaultCSS(DEFAULT_CSS)
    pisaPreLoop(document, context)
    context.parseCSS()
    walked(document, context)
    document.unlink()


class _Context(StyledContext):
    """What a document is read into."""

    known_style: Any = None

    def toParagraphStyle(self, first: Any) -> Any:  # noqa: N802 - xhtml2pdf's name
        return self.known_style or super().toParagraphStyle(first)

    def addPageCount(self) -> None:  # noqa: N802 - xhtml2pdf's name
        """The number of pages needs no second reading: feet are drawn last."""

    def addStory(self, flowable: Any) -> None:  # noqa: N802
        if isinstance(flowable, PmlTable):
            simplify(flowable)
        super().addStory(flowable)
