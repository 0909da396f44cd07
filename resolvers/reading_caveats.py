"""Words of a message about readings that take its numbers back, or say that they are none of a meter's."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from resolvers import reading_words as words
from resolvers.reading_cursor import Break, Number, Taken
from resolvers.reading_days import Times
from resolvers.reading_dials import Dial
from resolvers.reading_omissions import Omissions


class Caveats(Omissions):
    """Each step says how many tokens its words were, 0 for none."""

    def __init__(self, text: str, dials: Sequence[Dial], account_number: str, times: Times | None = None) -> None:
        super().__init__(text, dials, account_number, times)
        self.poisoned = False  # «не работает 117»: what follows in this part is no reading
        self.is_cancelled = False  # «не отправляйте»: nothing of the text is
        self.is_minus = self.is_money = False  # the number that comes next

    def _caveat(self, place: int) -> int:
        token = self._at(place)
        if token.kind == "other":
            return self._money(place) if unicodedata.category(token.text) == "Sc" else 0
        if token.kind != "word":
            return 0
        if token.means(words.MINUS):
            self.is_minus = True
            return 1
        return self._cancelled(place) or self._money(place)

    def _cancelled(self, place: int) -> int:
        """«отмена», «не отправляйте», «жібермеңіз», «керек емес»."""
        token, following = self._at(place), self._next(place + 1)
        pair = (words.NOT, words.SENDING) if token.means(words.NOT) else (words.NEEDED, words.NOT)
        paired = token.means(pair[0]) and self._at(following).means(pair[1])
        if not paired and not token.means(words.CANCEL):
            return 0
        self.is_cancelled = True
        return following - place + 1 if paired else 1

    def _money(self, place: int) -> int:
        """«215 тенге», «₸ 215», «2 тыс.»: no value of a meter, whether the word is behind the number or before it."""
        token = self._at(place)
        if token.kind == "word" and not token.means(words.MONEY) and not token.means(words.THOUSANDS) and token.text.casefold() != "р":
            return 0
        index = self._behind(place, " ./*()-")
        if index >= 0:
            self._spoil(index, token.end)
        elif token.text.casefold() == "р":
            return 0
        else:
            self.is_money = True
        return 1

    def _behind(self, place: int, joints: str) -> int:
        """Which of the items is the number that the word here belongs to; -1 for none."""
        items = self.taken.items
        index = next((index for index in range(len(items) - 1, -1, -1) if not isinstance(items[index], Break)), -1)
        last = items[index] if index >= 0 else None
        fits = isinstance(last, Number) and not last.is_same and not self.text[last.end : self._at(place).start].strip(joints)
        return index if fits else -1

    def _spoil(self, index: int, end: int) -> None:
        """The number is no value; the piece that is named goes as far as `end`. What stood between is none of the items any more."""
        number = self.taken.items[index]
        if isinstance(number, Number):
            self.taken.items[index:] = [replace(number, end=end, is_bad=True)]

    def _concluded(self) -> Taken:
        """What was taken, under what the whole text says: a cancellation, a minus or money behind the last number."""
        items = self.taken.items
        last = max((index for index, item in enumerate(items) if isinstance(item, Number)), default=-1)
        for index, item in enumerate(items):
            if isinstance(item, Number):
                bad = self.is_cancelled or (self.is_money and index == last)
                items[index] = replace(item, is_bad=item.is_bad or bad, is_sure=item.is_sure and not (self.is_minus and index == last))
        return self.taken

    def _negated(self, place: int) -> int:
        """«не 117, а 118» leaves 117 out; «не работает 117» leaves out all that follows."""
        here = self._next(place + 1)
        if self._at(here).kind == "number":
            return here - place + 1
        self.poisoned = self._at(here).kind == "word"
        return 1
