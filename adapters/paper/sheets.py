"""Stylesheets parsed once in a process, and the rules that hold at a place of a document matched once."""

import copy
from typing import Any

from xhtml2pdf.context import pisaContext
from xhtml2pdf.parser import CSSAttrCacheKey

MOST_SHEETS, MOST_PLACES = 20, 5000
PARSED = ("css", "cssDefault", "cssPositionalTags", "cssAttributeNames", "cssCustomNames")  # shared: nothing changes them
LAID_DOWN = (  # by @page and @font-face; a document changes them as it is laid out, so each has its own
    "templateList", "template", "frameList", "frameStaticList", "frameStatic", "fontList", "pageSize", "bodyPageSize", "bodyPageNamed",
)  # fmt: skip

_kept: dict[Any, "_Sheet"] = {}


class _Sheet:
    """What a document's stylesheets come to."""

    def __init__(self, context: pisaContext) -> None:
        self.parsed = {name: getattr(context, name) for name in PARSED}
        self.cascade = context.cssCascade
        self.laid_down = copy.deepcopy({name: getattr(context, name) for name in LAID_DOWN})
        self.places: dict[Any, Any] = {}
        self.cells: dict[Any, Any] = {}  # of `rows`


class StyledContext(pisaContext):
    """A document's context that knows sheets seen before."""

    cssDefaultText: str  # noqa: N815 - xhtml2pdf's names
    cssSources: list[tuple[str, str]]  # noqa: N815
    sheet: _Sheet

    def parseCSS(self) -> None:  # noqa: N802 - xhtml2pdf's name
        key = (self.cssDefaultText, tuple(self.cssSources))
        sheet = _kept.get(key)
        if sheet is None:
            super().parseCSS()
            sheet = _Sheet(self)
            if len(_kept) >= MOST_SHEETS:
                _kept.clear()
            _kept[key] = sheet
        else:
            self._as_before(sheet)
        if len(sheet.cells) >= MOST_PLACES:
            sheet.cells.clear()
        self.sheet, self.cssAttrCache = sheet, _Places(sheet.places)

    def _as_before(self, sheet: _Sheet) -> None:
        sources, self.cssSources = self.cssSources, []
        default, self.cssDefaultText = self.cssDefaultText, ""
        super().parseCSS()  # makes the parser for `style` attributes
        self.cssSources, self.cssDefaultText = sources, default
        cascade = copy.copy(sheet.cascade)
        cascade.parser = self.cssParser
        self.__dict__.update(sheet.parsed, cssCascade=cascade, **copy.deepcopy(sheet.laid_down))


class _Places(dict[Any, Any]):
    """What xhtml2pdf keeps for one document by the element above, kept for all by the way down to it."""

    def __init__(self, places: dict[Any, Any]) -> None:
        super().__init__()
        self._places = places

    def get(self, key: CSSAttrCacheKey, default: Any = None) -> Any:
        return self._places.get(key._replace(parent=way(key.parent)), default)

    def __setitem__(self, key: CSSAttrCacheKey, value: Any) -> None:
        if len(self._places) >= MOST_PLACES:
            self._places.clear()
        self._places[key._replace(parent=way(key.parent))] = value


def way(node: Any) -> Any:
    """The elements from the root down to this one, as selectors see them."""
    known = getattr(node, "way", None)
    if known is None:
        attributes = node.attributes
        known = node.way = (way(node.parentNode), node.tagName, tuple(attributes.items()) if attributes else ()) if node.parentNode is not None else ()
    return known
