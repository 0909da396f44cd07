"""An organization's accent colour, made readable: as dark as white text needs by day, as light as dark paper needs by night."""

from starlette.requests import Request
from starlette.responses import Response

from adapters.colours import OWN, parsed, readable, written
from schema.operations import NotFound
from web.assets import FOREVER

DAY_GROUND, NIGHT_PAPER = (243, 246, 248), (24, 34, 43)
DAY_INK, NIGHT_INK = "#fff", "#06222c"


def stylesheet(accent: str) -> str:
    """The two custom properties, by day and by night, for any ``#rrggbb``; nonsense gives our own colour."""
    colour = parsed(accent) or parsed(OWN)
    assert colour is not None
    day, night = readable(colour, DAY_GROUND, 0), readable(colour, NIGHT_PAPER, 255)
    return (
        f":root{{--accent:{written(day)};--accent-ink:{DAY_INK}}}"
        f"@media(prefers-color-scheme:dark){{:root{{--accent:{written(night)};--accent-ink:{NIGHT_INK}}}}}"
    )


async def theme(request: Request) -> Response:
    """GET /theme.css of an organization; its address carries the colour, so it may be kept."""
    organization = request.state.organization
    if organization is None:
        raise NotFound
    return Response(stylesheet(organization.accent), media_type="text/css; charset=utf-8", headers={"cache-control": FOREVER})
