"""Files that people send as proof: what they are by their content, and what of them is kept.

A PDF is kept as it came if it is one from its first byte to its last and carries no programs and no other files. A picture is
painted anew: what is kept holds its pixels and nothing else that was in the file, places and telephones' names included.
"""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from adapters.shelf import safe_name

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
ENDINGS = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png"}
LONGEST_NAME = 120  # characters
_MOST_PIXELS = {"JPEG": 110_000_000, "PNG": 40_000_000}  # of a picture that is read: more would take the server's memory
_LONGEST_SIDE = 3000  # of a picture that is kept: a print-out of A4 stays readable
_PDF_BEGINS = re.compile(rb"%PDF-[12]\.\d[\r\n \t]")
_PDF_ENDS = re.compile(rb"startxref\s+\d+\s+%%EOF[\s\0]*\Z")
_ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|XFA)(?![A-Za-z0-9])")
_STREAMS = re.compile(rb"stream\r?\n.*?endstream", re.DOTALL)
_NAME_ESCAPES = re.compile(rb"#([0-9A-Fa-f]{2})")
_ARCHIVE_END, _ARCHIVE_TAIL = b"PK\x05\x06", 66_000
_MARKUP = re.compile(rb"<\s*(?:html|script|svg|!doctype|\?php|iframe)", re.IGNORECASE)


class NotTaken(ValueError):
    """Neither a PDF nor a picture that we take, or one that is damaged, or more than it seems."""


@dataclass(frozen=True, slots=True)
class Content:
    media_type: str
    data: bytes


def taken(data: bytes) -> Content:
    """What is kept of a file. Raises NotTaken. Takes processor time: call it in a thread."""
    if data.startswith(b"%PDF-"):
        return Content(PDF, _checked_pdf(data))
    if data.startswith(b"\xff\xd8\xff"):
        return Content(JPEG, _repainted(data, "JPEG"))
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Content(PNG, _repainted(data, "PNG"))
    raise NotTaken("no magic bytes that are known")


def shown_name(given: str, media_type: str) -> str:
    """What the sender called it, for showing: without paths, signs that cannot be seen or turn the text round, and with the ending of what it is."""
    visible = "".join(sign for sign in unicodedata.normalize("NFC", given) if unicodedata.category(sign)[0] != "C" or sign == " ")
    name = (safe_name(visible[-LONGEST_NAME * 2 :]) or "").strip(". ")
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", name).strip(". ")
    ending = ENDINGS[media_type]
    return (stem[: LONGEST_NAME - len(ending)].strip(". ") or "file") + ending


def _checked_pdf(data: bytes) -> bytes:
    if not _PDF_BEGINS.match(data) or not _PDF_ENDS.search(data, max(0, len(data) - 2048)):
        raise NotTaken("not a PDF from its first byte to its last")
    words = _STREAMS.sub(b" ", data)  # in what is packed any word comes about by chance
    plain = _NAME_ESCAPES.sub(lambda match: bytes([int(match[1], 16)]), words)  # /J#53 is /JS
    if _ACTIVE.search(plain):
        raise NotTaken("a PDF with programs or files in it")
    if _ARCHIVE_END in data[-_ARCHIVE_TAIL:] or _MARKUP.search(data[:1024]):
        raise NotTaken("something else as well")
    return data


def _repainted(data: bytes, kind: str) -> bytes:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is odd in the file: it is not kept
            with Image.open(io.BytesIO(data), formats=(kind,)) as picture:
                return _saved(picture, kind)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError) as error:
        raise NotTaken("a damaged picture") from error


def _saved(picture: Image.Image, kind: str) -> bytes:
    if picture.width * picture.height > _MOST_PIXELS[kind]:
        raise NotTaken("a picture with too many pixels")
    picture.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))  # a JPEG is read no larger than it is needed
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    clean = upright.convert("RGB" if kind == "JPEG" or "A" not in upright.mode else "RGBA")
    painted = Image.new(clean.mode, clean.size)
    painted.paste(clean)
    held = io.BytesIO()
    painted.save(held, kind, **({"quality": 85} if kind == "JPEG" else {"optimize": False}))
    return held.getvalue()
