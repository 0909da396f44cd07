"""One folded key for searching names and addresses, the same on every database.

SQLite compares only ASCII without case, clerks write Kazakh names with Russian letters, and Latin look-alikes hide in
Cyrillic words: the key is what remains when none of that matters.
"""

from __future__ import annotations

import unicodedata

_KAZAKH = str.maketrans("әғқңөұүһіё", "агкноуухие")
_LATIN = str.maketrans("aceopxyktmhb", "асеорхуктмнв")
_DROPPED = str.maketrans("", "", "-‐‑–—.,'\"«»()№ \u00a0\u202f")


def search_key(text: str) -> str:
    """`Қабанбай батыр, 3-1` -> `кабанбайбатыр31`."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return folded.translate(_KAZAKH).translate(_LATIN).translate(_DROPPED)
