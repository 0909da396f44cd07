"""Tables to keep: as CSV, streamed, or as a workbook."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse

from adapters import tables
from adapters.texts import gettext, speaking
from schema.operations import NotFound

TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


async def handed(request: Request, name: str, parts: AsyncIterator[list[Sequence[Any]]]) -> Response:
    """The rows as the kind of file that the address ends with; its name says nothing personal. NotFound for any other kind."""
    kind = request.path_params["kind"]
    if kind not in TYPES:
        raise NotFound
    headers = {"content-disposition": f'attachment; filename="{name}.{kind}"', "cache-control": "no-store"}
    if kind == "csv":
        return StreamingResponse(tables.as_csv(parts), media_type=TYPES[kind], headers=headers)
    with speaking(request.scope["state"]["language"]):
        sheet = gettext("Sheet")
    path = await tables.as_xlsx(parts, sheet)
    return FileResponse(path, media_type=TYPES[kind], headers=headers, background=BackgroundTask(path.unlink, missing_ok=True))
