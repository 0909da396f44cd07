"""QR codes drawn on the server: the path of an SVG for pages, where templates make the mark with its words, and a picture for paper."""

from dataclasses import dataclass
from functools import lru_cache

import segno

BORDER = 4  # the quiet zone that readers need


@dataclass(frozen=True, slots=True)
class Drawn:
    """`size` of the square in modules, quiet zone included; `path` draws the dark ones."""

    size: int
    path: str


@lru_cache(maxsize=256)
def drawn(text: str) -> Drawn:
    """Of an address or another short text; raises ValueError for one that no QR holds."""
    matrix = segno.make_qr(text, error="m").matrix
    rows = [_row(y, bytes(row)) for y, row in enumerate(matrix)]
    return Drawn(len(matrix) + 2 * BORDER, "".join(rows))


def _row(y: int, modules: bytes) -> str:
    """The dark runs of one row, as bars of one module's height."""
    parts, x = [], 0
    while x < len(modules):
        end = x
        while end < len(modules) and modules[end]:
            end += 1
        if end > x:
            parts.append(f"M{x + BORDER} {y + BORDER}h{end - x}v1h-{end - x}z")
        x = end + 1
    return "".join(parts)


def picture(text: str, scale: int = 2) -> str:
    """A PNG as a data URI, for paper. The mask is fixed: trying all eight takes most of the time, and readers do not mind."""
    return str(segno.make_qr(text, error="m", encoding="utf-8", mask=3, boost_error=False).png_data_uri(scale=scale, border=BORDER))
