"""All parts together, for whoever changes the look: development only."""

from types import SimpleNamespace as Sample

from starlette.requests import Request
from starlette.responses import Response

from web.answers import answer
from web.filled import Filled

MONTHS = [f"2026-{month:02d}" for month in range(1, 11)]
VOLUMES = ["6.1", "7.4", "8.2", "6.9", "7.3", "9.9", "11.02", "10.1", "8.6", "8.412"]


async def styles(request: Request) -> Response:
    sums = [Sample(amount=amount, currency="KZT") for amount in ("1846.14", "-460.21", "0.00")]
    form = Filled({"email": "aigul@example"}, [Sample(path=["email"], message="Please type one e-mail address.")])
    return answer(request, "styles/index.html", form=form, sums=sums, water=list(zip(MONTHS, VOLUMES, strict=True)), period=MONTHS[-1], periods=MONTHS[::-1])
