"""An organization's accent colour, made readable: as dark as white text needs by day, as light as dark paper needs by night."""

import re

from starlette.requests import Request
from starlette.responses import Response

from schema.operations import NotFound
from web.assets import FOREVER

OWN = "#0b6e8f"  # what static/app.css has; it needs no stylesheet of its own
READABLE = 4.6  # a little more than WCAG's 4.5, for rounding
DAY_GROUND, NIGHT_PAPER = (243, 246, 248), (24, 34, 43)
DAY_INK, NIGHT_INK = "#fff", "#06222c"
Colour = tuple[int, int, int]


def stylesheet(accent: str) -> str:
    """The two custom properties, by day and by night, for any ``#rrggbb``; nonsense gives our own colour."""
    colour = parsed(accent) or parsed(OWN)
    assert colour is not None
    day, night = readable(colour, DAY_GROUND, 0), readable(colour, NIGHT_PAPER, 255)
    return (
        f":root{{--accent:{written(day)};--accent-ink:{DAY_INK}}}"
        f"@media(prefers-color-scheme:dark){{:root{{--accent:{written(night)};--accent-ink:{NIGHT_INK}}}}}"
    )


def readable(colour: Colour, ground: Colour, towards: int) -> Colour:
    """The colour, moved towards black (0) or white (255) until it can be read on the ground."""
    for step in range(0, 101, 2):
        moved = tuple(round(part + (towards - part) * step / 100) for part in colour)
        found: Colour = (moved[0], moved[1], moved[2])
        if contrast(found, ground) >= READABLE:
            return found
    return (towards, towards, towards)


def contrast(one: Colour, other: Colour) -> float:
    """WCAG's contrast ratio, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: Colour) -> float:
    red, green, blue = ((part / 255 / 12.92) if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def parsed(text: str) -> Colour | None:
    match = re.fullmatch(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})", text)
    return (int(match[1], 16), int(match[2], 16), int(match[3], 16)) if match else None


def written(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


async def theme(request: Request) -> Response:
    """GET /theme.css of an organization; its address carries the colour, so it may be kept."""
    organization = request.state.organization
    if organization is None:
        raise NotFound
    return Response(stylesheet(organization.accent), media_type="text/css; charset=utf-8", headers={"cache-control": FOREVER})
