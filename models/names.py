"""When a typed name is the name that a register holds, however a clerk or a keyboard wrote it.

Stricter than a search key: what looks the same is the same (case, ё and е, Kazakh letters written as Russian ones, Latin letters of
the same shape inside a Cyrillic word, hyphens, blanks), and nothing else is. A name in Latin is not its Russian reading.
"""

from __future__ import annotations

import re
import unicodedata

# By shape, hence before case is folded: capital H looks like Н, small h like Kazakh һ.
_SHAPES = str.maketrans("ABCEHIKMOPTXYaceiopxyh", "АВСЕНІКМОРТХУасеіорхуһ")
_SHAPES_AMONG_CYRILLIC = str.maketrans("kmtb", "кмтв")  # of capitals that a program has made small
_LETTERS = str.maketrans("әғқңөұүһіїё", "агкноуухиие")
_APOSTROPHES = re.compile("['`´\u2018\u2019\u201b\u02bc\u2032]")
_BETWEEN = re.compile(r"[^\w№]+|_+")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = re.compile("[A-Za-z]")
_FORMS = {
    "тоо", "жшс", "ооо", "оао", "зао", "пао", "ао", "ақ", "ип", "жк", "кх", "шқ", "гу", "мм", "кгу", "кмм", "гкп", "мкк", "кск", "пик", "осу", "мжк",
    "тсж", "тсн", "жск", "гск", "снт", "пк", "ук", "рко", "рмм", "ргу", "ргп", "рмк", "гккп", "мкқк", "нао", "кеақ", "чп", "уч",
}  # fmt: skip


def name_key(text: str) -> str:
    """`Иванова - Петрова` -> `иванова петрова`; empty where the text holds no letter or digit."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return " ".join(_folded(word) for word in _BETWEEN.split(_APOSTROPHES.sub("", plain)) if word)


def company_key(text: str) -> str:
    """The same for a company or an object: without its legal form, `ТОО «Берег»` -> `берег`."""
    words = name_key(text).split()
    forms = {_folded(form) for form in _FORMS}
    return " ".join([word for word in words if word not in forms] or words)


def _folded(word: str) -> str:
    """A word all of whose Latin letters have Cyrillic twins is that Cyrillic word: nobody can see the difference."""
    shaped = word.translate(_SHAPES)
    if _CYRILLIC.search(word):
        shaped = shaped.casefold().translate(_SHAPES_AMONG_CYRILLIC)
    elif _LATIN.search(shaped):
        return unicodedata.normalize("NFC", word).casefold()
    return shaped.casefold().translate(_LETTERS)
