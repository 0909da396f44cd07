"""A message about readings taken apart: labels, numbers and what parts them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace

from models.enums import Resource, TariffZone
from resolvers import reading_words as words
from resolvers.reading_caveats import Caveats
from resolvers.reading_cursor import Break, Label, Number, Taken, Token
from resolvers.reading_days import Times
from resolvers.reading_dials import Dial, Says
from resolvers.reading_words import mistyped

_LONGEST_NUMBER = 40
_DASHES = "-−–—"


def take_apart(text: str, dials: Sequence[Dial], account_number: str, times: Times | None = None) -> Taken:
    return _Reader(text, dials, account_number, times).read()


class _Reader(Caveats):
    """Walks over the tokens; each step looks at what begins here and says how many tokens it was."""

    def __init__(self, text: str, dials: Sequence[Dial], account_number: str, times: Times | None = None) -> None:
        super().__init__(text, dials, account_number, times)
        self.serials = _serials(text, dials)
        self.has_address = any(token.means(words.ADDRESS) or token.means(words.STREET) for token in self.tokens)
        self.places = [(one.key, place) for one in dials for place in _place_words(one.place)]

    def read(self) -> Taken:
        place = 0
        steps: list[Callable[[int], int]] = [
            self._relative, self._caveat, self._ignored, self._separator, self._serial, self._phrase, self._account, self._date, self._marked, self._inlet,
            self._tariff, self._number, self._word,
        ]  # fmt: skip
        while place < len(self.tokens):
            place += next((count for step in steps if (count := step(place))), 1)
        return self._concluded()

    def _separator(self, place: int) -> int:
        token = self._at(place)
        if token.kind == "line":
            self.poisoned = False
            self._put(Break(token.start, token.end, is_line=True))
        elif token.kind == "other" and token.text not in "()№#":
            self.poisoned = self.poisoned and token.text not in ".,!"
            strange = unicodedata.category(token.text).startswith("N") and token.text not in "³²"
            self._put(Number(token.text, token.start, token.end, is_bad=True) if strange else Break(token.start, token.end))
        else:
            return int(token.kind == "space")
        return 1

    def _serial(self, place: int) -> int:
        """The number of a meter, wherever it stands."""
        start = self._at(place).start
        if start not in self.serials:
            return 0
        end, keys = self.serials[start]
        self._put(Label(Says(keys=keys), start, end))
        count = 0
        while self._at(place + count).kind != "end" and self._at(place + count).start < end:
            count += 1
        return count

    def _phrase(self, place: int) -> int:
        """Words that mean something only together: greetings, "as before"."""
        if self._at(place).kind != "word":
            return 0
        for phrase in words.GREETINGS.split("|"):
            if count := self._matches(place, phrase):
                return count
        for phrase in words.SAME.split("|"):
            if count := self._matches(place, phrase):
                self._put(Number("", self._at(place).start, self._at(place + count - 1).end, is_same=True))
                return count
        return 0

    def _marked(self, place: int) -> int:
        """«№ 3369», «счётчик 31883369»: a number that is said to be a meter's, or a place in a list."""
        token = self._at(place)
        sign = token.text in ("№", "#") or token.means(words.SERIAL)
        if not sign and not token.means(words.METER):
            return 0
        here = self._next(place + 1, "other")
        while self._at(here).means(words.SERIAL):
            here = self._next(here + 1, "other")
        number = self._at(here)
        if not sign and self._is_small(here) and self._at(self._next(here + 1, "other")).kind == "number":
            self._put(Break(token.start, number.end))
            return here - place + 1
        if number.kind != "number" or not number.text.isdecimal() or (not sign and len(number.text) < 6):
            return 1 if number.start not in self.serials else here - place
        if number.start in self.serials:
            return here - place
        keys = frozenset(one.key for one in self.dials if len(number.text) >= 4 and _digits(one.serial).endswith(number.text))
        if len(number.text) > 1:
            self._put(Label(Says(keys=keys if len({one.serial for one in self.dials if one.key in keys}) == 1 else frozenset()), token.start, number.end))
        else:
            self._put(Break(token.start, number.end))
        return here - place + 1

    def _inlet(self, place: int) -> int:
        """«ввод 2», «2 ввод», «2-й ввод»; «1 счётчик», which only counts."""
        token = self._at(place)
        if token.means(words.INLET):
            here = self._next(place + 1, "other")
            if self._is_small(here):
                self._put(Label(Says(inlet=int(self._at(here).text)), token.start, self._at(here).end))
                return here - place + 1
            return 1
        if not self._is_small(place):
            return 0
        here = self._next(place + 1, "other")
        if self._at(here).means("й ой ый ши и"):
            here = self._next(here + 1)
        if self._at(here).means(words.METER) and self._at(self._next(here + 1, "other")).kind == "number":
            self._put(Break(token.start, self._at(here).end))
            return here - place + 1
        if not self._at(here).means(words.INLET) or self._is_small(self._next(here + 1, "other")):
            return 0
        self._put(Label(Says(inlet=int(token.text)), token.start, self._at(here).end))
        return here - place + 1

    def _is_small(self, place: int) -> bool:
        return self._at(place).kind == "number" and len(self._at(place).text) == 1 and self._at(place).text != "0"

    def _tariff(self, place: int) -> int:
        """«Т1» and «Т2» of a meter of two zones are day and night; of three zones nobody agrees."""
        token, here = self._at(place), place + 1
        if token.means("тариф*"):
            here = self._next(here)
        number = self._at(here)
        if not token.means("т t тариф*") or number.kind != "number" or number.text not in ("1", "2", "3"):
            return 0
        zone = {"1": TariffZone.DAY, "2": TariffZone.NIGHT}.get(number.text) if self.zones == {TariffZone.DAY, TariffZone.NIGHT} else None
        self._put(Label(Says(frozenset({Resource.ELECTRICITY}), zone), token.start, number.end))
        return here - place + 1

    def _number(self, place: int) -> int:
        token = self._at(place)
        if token.kind != "number":
            return 0
        if self._at(place + 1).kind == "space" and self._at(place + 2).means("емес emes"):
            return 3
        before, last = self._at(place - 1), self._last()
        glued = before.kind == "word" and not (isinstance(last, Label) and last.end == token.start and last.says.is_known)
        minus = before.text in _DASHES and before.text != "" and self._at(place - 2).kind in ("space", "end", "line")
        halved = before.text in (".", ",") and self._at(place - 2).kind in ("space", "end")  # «,5»
        minus, money, self.is_minus, self.is_money = minus or self.is_minus, self.is_money, False, False
        bad = glued or halved or money or self.poisoned or len(token.text) > _LONGEST_NUMBER or token.text.replace(",", ".").count(".") > 1
        self._put(Number(token.text, token.start, token.end, is_bad=bad, is_sure=not minus))
        return 1

    def _word(self, place: int) -> int:
        token = self._at(place)
        if token.kind != "word":
            return 0
        last = self._last()
        if self._unit(place):
            return 2 if self._at(place + 1).text in ("3", "³") else 1
        if token.means(words.NOT):
            return self._negated(place)
        if token.means(words.NONE):
            return self._nothing(place)
        says = self._says(token, place)
        if says is None:
            return 1
        if isinstance(last, Number) and last.end == token.start and (not says.is_known or len(token.text) == 1):
            self.taken.items[-1] = replace(last, end=token.end, is_bad=True)
            return 1
        hyphened = self._hyphened(place)
        end = self._at(place + hyphened - 1).end
        self._put(Label(says, token.start, end))
        return hyphened

    def _unit(self, place: int) -> bool:
        """A unit behind a number goes with it. Litres beside cubic metres are one value in two numbers: nobody guesses that."""
        token, items = self._at(place), self.taken.items
        behind = self._behind(place, " ./*")
        last = items[behind] if behind >= 0 else None
        if not isinstance(last, Number):
            return False
        kinds = [kinds for kinds, listed in words.UNITS.items() if token.means(listed)]
        if kinds:
            cubic = self._at(place + 1).text in ("3", "³")
            items[behind:] = [replace(last, end=self._at(place + cubic).end, unit=last.unit or kinds[0])]
        elif token.means(words.LITRES):
            former = items[behind - 1] if behind else None
            if isinstance(former, Number):
                items[behind - 1] = replace(former, is_bad=True)
            self._spoil(behind, token.end)
        return bool(kinds) or token.means(words.LITRES)

    def _nothing(self, place: int) -> int:
        """«гвс нет», «нет горячей»: a label without a value."""
        if isinstance(self._last(), Label):
            while isinstance(self._last(), Label):
                self.taken.items.pop()
            return 1
        here = self._next(place + 1)
        while self._resources(self._at(here)) or self._at(here).means(words.METER):
            here = self._next(here + 1)
        return max(1, here - place)

    def _hyphened(self, place: int) -> int:
        """«су-ык» is one word."""
        pair = self._at(place + 1).text == "-" and self._at(place + 2).kind == "word"
        return 3 if pair and self._resources(replace(self._at(place), text=self._at(place).text + self._at(place + 2).text)) else 1

    def _says(self, token: Token, place: int) -> Says | None:
        """What a word says of dials; None for words that say nothing."""
        if self._hyphened(place) == 3:
            token = replace(token, text=token.text + self._at(place + 2).text)
        if resources := self._resources(token):
            return Says(resources)
        zone = next((zone for zone, listed in words.ZONES.items() if token.means(listed)), None)
        if zone is None and self.zones and not self.has_address:
            zone = TariffZone.DAY if token.means("д") else TariffZone.NIGHT if token.means("н") else None
        if zone is not None:
            return Says(zone=zone)
        keys = frozenset(key for key, place_word in self.places if any(_is_place(one, place_word) for one in token.spellings))
        if keys:
            return Says(keys=keys)
        return self._otherwise(token)

    def _otherwise(self, token: Token) -> Says | None:
        if token.means(words.AND_NOTHING) or token.means(words.MONTHS) or token.means(words.BEFORE_DATE) or token.means(words.YEAR):
            return None
        for kinds, listed in words.UNITS.items():
            if token.means(listed):
                return Says(kinds)
        for resources, listed in words.RESOURCES.items():
            if any(mistyped(one, listed) for one in token.spellings[:1]):
                return Says(resources)
        zone = next((zone for zone, listed in words.ZONES.items() if mistyped(token.spellings[0], listed)), None)
        if zone is None and any(mistyped(token.spellings[0], listed) for listed in (words.AND_NOTHING, words.METER)):
            return None
        return Says(zone=zone, is_known=zone is not None)


def _digits(serial: str | None) -> str:
    return "".join(letter for letter in serial or "" if letter.isdecimal())


def _serials(text: str, dials: Sequence[Dial]) -> dict[int, tuple[int, frozenset[int]]]:
    """Where a meter's whole number stands in the text: begin, end, and the dials of that meter."""
    found: dict[int, tuple[int, frozenset[int]]] = {}
    folded = text.casefold() if len(text.casefold()) == len(text) else text
    for serial in {one.serial.strip() for one in dials if one.serial and len(one.serial.strip()) >= 5}:
        keys = frozenset(one.key for one in dials if one.serial and one.serial.strip() == serial)
        place = folded.find(serial.casefold())
        while place >= 0:
            end = place + len(serial)
            if not text[place - 1 : place].isalnum() and not text[end : end + 1].isalnum():
                found[place] = (end, keys)
            place = folded.find(serial.casefold(), end)
    return found


def _place_words(place: str | None) -> list[str]:
    """«Кухня» -> кухня; of «С/узел» the part that is long enough to know it by."""
    return [word for part in re.findall(r"[^\W\d_]+", place or "") if len(word := words.fold(part)) >= 4]


def _is_place(word: str, place: str) -> bool:
    return len(word) >= 4 and (word[:4] == place[:4] or word.endswith(place))
