"""Static files: read, named by their content and compressed once, at start; then served from memory for a year."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import brotli
from starlette.requests import Request
from starlette.responses import Response

from schema.operations import NotFound

FOLDER = Path(__file__).parent.parent / "static"
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    kind: str
    bodies: dict[str, bytes]  # by content encoding


@cache
def assets() -> tuple[dict[str, str], dict[str, Asset]]:
    """(file name -> hashed name, hashed name -> asset)."""
    names, found = {}, {}
    for path in sorted(FOLDER.iterdir()):
        if path.suffix in TYPES:
            body = path.read_bytes()
            hashed = f"{path.stem}.{hashlib.sha256(body).hexdigest()[:10]}{path.suffix}"
            names[path.name] = hashed
            found[hashed] = Asset(TYPES[path.suffix], {"br": brotli.compress(body), "gzip": gzip.compress(body, 9, mtime=0), "identity": body})
    return names, found


def static(name: str) -> str:
    """The address of a static file; KeyError where there is none."""
    return f"/static/{assets()[0][name]}"


def best_encoding(request_header: str) -> str:
    """``br``, ``gzip`` or ``identity``, by what the browser accepts; ``q=0`` refuses."""
    accepted = {part.partition(";")[0].strip(): part.partition(";")[2].replace(" ", "") for part in request_header.lower().split(",")}
    for encoding in ("br", "gzip"):
        if encoding in accepted and accepted[encoding] not in ("q=0", "q=0.0"):
            return encoding
    return "identity"


async def asset(request: Request) -> Response:
    """GET /static/<hashed name>."""
    found = assets()[1].get(request.path_params["name"])
    if found is None:
        raise NotFound
    encoding = best_encoding(request.headers.get("accept-encoding", ""))
    headers = {"cache-control": FOREVER, "vary": "Accept-Encoding"}
    if request.path_params["name"].startswith("worker."):
        headers["service-worker-allowed"] = "/"
    if encoding != "identity":
        headers["content-encoding"] = encoding
    return Response(found.bodies[encoding], media_type=found.kind, headers=headers)
