"""A message about readings as tokens, and a place in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from models.enums import Resource
from resolvers import reading_words as words
from resolvers.reading_dials import Dial, Says
from resolvers.reading_words import is_one_of, spellings

_ADDRESSES = re.compile(r"(?:https?://|www\.)[^\s,;]*|[\w.+-]{1,64}@[\w.-]{1,64}", re.IGNORECASE)
_TOKEN = re.compile(r"(?P<number>[0-9]+(?:[.,][0-9]+)*)|(?P<word>[\[{]?[^\W\d_²³]+)|(?P<line>[\n\r;]+)|(?P<space>\s+)|(?P<other>.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    start: int
    end: int

    @property
    def spellings(self) -> list[str]:
        return spellings(self.text) if self.kind == "word" else []

    def means(self, listed: str) -> bool:
        return any(is_one_of(one, listed) for one in self.spellings)


@dataclass(frozen=True, slots=True)
class Label:
    says: Says
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Number:
    """`is_bad` is no value in any case; `is_sure` not where a minus or typing may have meant something else. `is_same`: no number, "as before"."""

    text: str
    start: int
    end: int
    is_bad: bool = False
    is_sure: bool = True
    is_same: bool = False
    unit: frozenset[Resource] | None = None


@dataclass(frozen=True, slots=True)
class Break:
    start: int
    end: int
    is_line: bool = False


Item = Label | Number | Break


@dataclass(slots=True)
class Taken:
    """The items of a text; `other_account` is the piece that names another account than this one, `other_month` another month."""

    items: list[Item] = field(default_factory=list)
    other_account: str | None = None
    other_month: str | None = None


def tokens(text: str) -> list[Token]:
    bare = _ADDRESSES.sub(lambda match: " " * len(match[0]), text)  # of sites and mailboxes
    return [Token(str(match.lastgroup), match[0], match.start(), match.end()) for match in _TOKEN.finditer(bare)]


class Cursor:
    """The tokens of a text for an account with these dials."""

    def __init__(self, text: str, dials: Sequence[Dial]) -> None:
        self.text, self.dials = text, dials
        self.tokens = tokens(text)
        self.zones = {one.zone for one in dials if one.zone is not None}
        self.taken = Taken()

    def _at(self, place: int) -> Token:
        return self.tokens[place] if 0 <= place < len(self.tokens) else Token("end", "", len(self.text), len(self.text))

    def _next(self, place: int, *kinds: str) -> int:
        """The next token from here that is no blank, nor one of few signs: its place."""
        while self._at(place).kind == "space" or (self._at(place).kind == "other" and self._at(place).text in "№#:.=-()" and "other" in kinds):
            place += 1
        return place

    def _put(self, item: Item) -> None:
        self.taken.items.append(item)

    def _last(self) -> Item | None:
        return self.taken.items[-1] if self.taken.items else None

    def _matches(self, place: int, phrase: str) -> int:
        """How many tokens from here are the phrase."""
        here = place
        for word in phrase.split():
            here = self._next(here)
            if not self._at(here).means(word):
                return 0
            here += 1
        return here - place

    def _resources(self, token: Token) -> frozenset[Resource] | None:
        return next((resources for resources, listed in words.RESOURCES.items() if token.means(listed)), None)
