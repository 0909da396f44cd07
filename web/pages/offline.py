"""What static/shelter.js keeps and static/worker.js shows where the page of readings cannot be reached."""

from starlette.requests import Request
from starlette.responses import Response

from web.answers import answer


async def offline(request: Request) -> Response:
    """GET says that there is no connection; it names nobody, whoever asks."""
    return answer(request, "readings/away.html")
