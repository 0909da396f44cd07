"""Which encoding a text is in, told by its letters, and which of its bytes that encoding never needs."""

from __future__ import annotations

import codecs
from functools import lru_cache

BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
BY_THEIR_LETTERS = ("utf-8", "cp1251", "cp866", "koi8-r", "kz1048")  # the order in which they are tried
SPOKEN = {
    "utf-8": "UTF-8", "utf-8-sig": "UTF-8 (BOM)", "utf-16": "UTF-16", "cp1251": "Windows-1251", "cp866": "CP866", "koi8-r": "KOI8-R",
    "kz1048": "KZ-1048",
}  # fmt: skip
ASCII = bytes(range(128))
# How often letters come in Russian, in parts of a thousand.
_LETTERS = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфёъ"
_PARTS = (110, 85, 80, 74, 67, 63, 55, 47, 45, 44, 35, 32, 30, 28, 26, 20, 19, 17, 17, 16, 16, 14, 12, 10, 9, 7, 6, 5, 4, 3, 3, 1, 1)
_OFTEN = dict(zip(_LETTERS, _PARTS, strict=True))
_FOREIGN = "ЂЃѓЏђ¤¦¬"
_CONTROL = bytes(b for b in range(32) if b not in b"\t\n\r") + b"\x7f"


def by_bom(head: bytes) -> str | None:
    return next((encoding for mark, encoding in BOMS if head.startswith(mark)), None)


def by_letters(sample: bytes) -> str:
    """The likeliest encoding of text whose bytes beyond ASCII are `sample`. It may be cut off inside a letter."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return max(("cp1251", "cp866", "koi8-r"), key=lambda encoding: _likeness(sample, encoding))
    return "utf-8"


def _likeness(sample: bytes, encoding: str) -> int:
    """Small letters count by how often Russian has them, capitals a little less, whatever is no letter against it."""
    points = 0
    for letter in sample.decode(encoding, "replace"):
        usual = _OFTEN.get(letter.lower(), -60)
        points += usual if letter.islower() or usual < 0 else usual * 19 // 20
    return points


@lru_cache(maxsize=8)
def doubtful(encoding: str) -> bytes:
    """Bytes that a row of real text in this encoding hardly ever has: control characters, boxes, holes in the table.

    Where one is seen, :func:`unreadable` looks closer. What UTF-8 cannot decode shows itself.
    """
    if encoding.startswith("utf"):
        return _CONTROL
    strange = bytes(b for b in range(128, 256) if _is_strange(bytes([b]).decode(encoding, "replace")))
    # In 866 and KOI8-R the letters of UTF-8 are boxes; in Windows-1251 those of UTF-8 and 866 are letters and signs that neither
    # Russian nor Kazakh has.
    return _CONTROL + strange + (_FOREIGN.encode("cp1251") if encoding in ("cp1251", "kz1048") else b"")


def unreadable(text: str, encoding: str) -> bool:
    """Whether a line holds characters that no text in this encoding has, or is in UTF-8 or 866 while the file is not."""
    if any(_is_strange(letter) for letter in text if not letter.isalnum()):
        return True
    if encoding.startswith("utf"):
        return False
    if encoding == "cp1251" and sum(letter in _FOREIGN for letter in text) > 2:
        return True
    try:
        plain = text.encode(encoding)
        return not plain.isascii() and any("а" <= letter.lower() <= "я" for letter in plain.decode("utf-8"))
    except UnicodeError:
        return False


def _is_strange(letter: str) -> bool:
    return letter == "\ufffd" or "\u2500" <= letter <= "\u25a0" or (letter < " " and letter not in "\t\r\n") or "\x7f" <= letter < "\xa0"
