"""When a typed street, house or flat is the one that a register names, whatever the clerk and the visitor put around it."""

from __future__ import annotations

import re
import unicodedata

from models.search import search_key

_WORDS = re.compile(r"[^\s.,]+")
_KINDS = {
    "улица", "ул", "у", "проспект", "пр", "пр-т", "просп", "п-т", "переулок", "пер", "бульвар", "бул", "б-р", "шоссе", "ш", "площадь", "пл", "проезд",
    "пр-д", "микрорайон", "мкр", "мкрн", "мкр-н", "м-н", "набережная", "наб", "тупик", "туп", "квартал", "кв-л", "даңғылы", "даңғыл", "көшесі", "көше", "көш",
    "шағынауданы", "шағынаудан", "ықшамауданы", "ықшамаудан", "ы/а", "тұйығы", "алаңы", "street", "st", "avenue", "ave", "lane", "district",
}  # fmt: skip
_BEFORE_NUMBERS = re.compile(r"^(?:дом|д|үй|house|квартира|кв|пәтер|flat|apt|№|#)[.\s]*(?=\d)")
_SHAPES = str.maketrans("abcehkmoptxy", "авсенкмортху")


def street_key(text: str) -> str:
    """`ул. Абая` and `Абая көшесі` -> `абая`; empty where nothing is named."""
    words = _WORDS.findall(unicodedata.normalize("NFKC", text).casefold())
    return search_key("".join([word for word in words if word not in _KINDS] or words))


def number_key(text: str) -> str:
    """Of a house or a flat: `д. 12 A` -> `12а`, `3 / 1` -> `3/1`. A hyphen stays: 3-1 is not 31."""
    folded = _BEFORE_NUMBERS.sub("", unicodedata.normalize("NFKC", text).casefold().strip())
    return "".join(folded.split()).translate(_SHAPES).strip(".,")
