"""Cells of plain text, which are most of a bill: what xhtml2pdf works out for the first at a place holds for the others there, but for their words.

The place is the way down to the cell with every attribute on it (`sheets.way`), within one stylesheet. Remembered are the fragment that carries the cell's
style, the style of its paragraph, how its words look, and what the cell tells its table. Anything unusual goes xhtml2pdf's own way: spans, elements within,
heights, running feet. This replaces `xhtml2pdf.parser.pisaLoop`, through which it walks the tree; tests/adapters/test_paper.py knows the sources that it
relies on.
"""

import copy
from functools import partial
from typing import Any, NamedTuple
from xml.dom.minidom import Node

from xhtml2pdf import parser
from xhtml2pdf.tables import _width

from adapters.paper.cells import Cell
from adapters.paper.plain import Look, PlainCell
from adapters.paper.sheets import StyledContext, way

walk = parser.pisaLoop
JOINING = {"LEFTPADDING", "RIGHTPADDING", "TOPPADDING", "BOTTOMPADDING", "VALIGN", "LINEBELOW", "LINEABOVE"}
LONGEST = 4  # of a line: longer are dashes, which begin anew in each cell
NOTHING_TOLD = (None, -1, -1, 0)
UNUSUAL = ("colspan", "rowspan", "height", "id", "style")


class Known(NamedTuple):
    """What a cell at a place comes to."""

    frag: Any
    block: Any
    style: Any
    look: Look | None
    width: Any  # its column's; None where the content decides
    commands: tuple[tuple[Any, ...], ...]  # to its table, less the cells they are for
    joins: bool  # they may be said for a run of cells: a line is then one line


def walked(node: Any, context: Any, **named: Any) -> None:
    """In the place of `pisaLoop`: the same story."""
    if node.nodeType == Node.ELEMENT_NODE:
        if node.tagName in ("td", "th") and isinstance(context, StyledContext) and _is_plain(node, context):
            cells = context.sheet.cells
            known = cells.get(place := way(node))
            if known is None:
                known = _learned(node, context, named)
                if known is not None:
                    cells[place] = known
            else:
                _told(node.firstChild.data, known, context)
            return
    elif getattr(context, "learning", None) is node.parentNode:
        context.learning = (context.frag, copy.copy(context.fragBlock))
    walk(node, context, **named)


def _is_plain(node: Any, context: StyledContext) -> bool:
    inside = node.childNodes
    return (
        len(inside) == 1
        and inside[0].nodeType == Node.TEXT_NODE
        and bool(inside[0].data.strip())
        and not any(node.hasAttribute(name) for name in UNUSUAL)
        and not context.frag.insideStaticFrame
        and not context.cssPositionalTags & {"td", "th", "*"}
    )


def _learned(node: Any, context: Any, named: dict[str, Any]) -> Known | None:
    """Go xhtml2pdf's way, and look what comes of it."""
    table = context.tableData
    before, row = len(table.styles), table.row
    context.learning = node
    walk(node, context, **named)
    seen, context.learning = context.learning, None
    column = table.col - 1
    cell, added = table.data[row][-1], table.styles[before:]
    if seen is node or len(cell._content) != 1 or seen[0].width is not None or any(command[1:3] != ((column, row), (column, row)) for command in added):
        return None
    (paragraph,) = cell._content
    commands = tuple((command[0], *command[3:]) for command in added)
    joins = all(command[0] in JOINING and len(command) <= LONGEST for command in commands)
    width = table.colw[column] if node.hasAttribute("width") else None
    known = Known(seen[0], seen[1], paragraph.style, Look.of(paragraph), width, commands, joins)
    del table.styles[before:]
    _command(table, row, column, known)
    if known.look:
        table.data[row][-1] = _cell(node.firstChild.data, known, context)
    return known


def _told(text: str, known: Known, context: Any) -> None:
    """What `pisaTagTD` does at its start and its end."""
    table = context.tableData
    _take_place(table, known)
    table.add_cell(_cell(text, known, context))


def _cell(text: str, known: Known, context: Any) -> Cell | PlainCell:
    paragraph = partial(_paragraph, text, known, context)
    return PlainCell(text, known.look, paragraph) if known.look else Cell(paragraph())


def _paragraph(text: str, known: Known, context: Any) -> Any:
    """What `pisaLoop` makes of a cell's words."""
    frag, story = context.frag, context.swapStory()
    context.frag, context.fragBlock, context.known_style = known.frag, copy.copy(known.block), known.style
    context.clearFrag()
    context.addFrag(text)
    context.addPara()
    (paragraph,) = context.story
    context.frag, context.known_style = frag, None
    context.swapStory(story)
    return paragraph


def _take_place(table: Any, known: Known) -> None:
    row = table.row
    while (table.col, row) in table.span:
        table.col += 1
    column = table.col
    table.mode = "TD"
    _command(table, row, column, known)
    table.colw += (column + 1 - len(table.colw)) * [_width()]
    if known.width is not None:
        table.colw[column] = known.width
    else:
        table.col_with_content.add(column)
    table.rowh += (row + 1 - len(table.rowh)) * [_width()]


def _command(table: Any, row: int, column: int, known: Known) -> None:
    """What holds for one cell after another in a row is said once for all of them."""
    before, of_row, end, at = getattr(table, "told", NOTHING_TOLD)
    first = column
    if known.joins and before == known.commands and (of_row, end) == (row, column - 1):
        first = table.styles[at][1][0]
    else:
        at = len(table.styles)
    table.styles[at : at + len(known.commands)] = [(name, (first, row), (column, row), *rest) for name, *rest in known.commands]
    table.told = (known.commands, row, column, at)


def install() -> None:
    parser.pisaLoop = walked
