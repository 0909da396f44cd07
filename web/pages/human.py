"""The picture and the sound of a human check's code, under the address that the check names."""

from starlette.requests import Request
from starlette.responses import Response

from adapters import human_codes
from schema.human_checks import shown_code
from schema.operations import NotFound


async def image(request: Request) -> Response:
    """GET /human/image?c=…"""
    return Response(await human_codes.picture(_code(request)), media_type="image/jpeg")


async def sound(request: Request) -> Response:
    """GET /human/sound?c=…, in the page's language."""
    return Response(await human_codes.sound(_code(request), request.scope["state"]["language"]), media_type="audio/wav")


def _code(request: Request) -> str:
    code = shown_code(request.query_params.get("c", ""))
    if code is None:
        raise NotFound
    return code
