"""What a message about readings has beside them: addresses, telephones, the account's number, former values."""

from __future__ import annotations

from collections.abc import Sequence

from resolvers import reading_words as words
from resolvers.reading_cursor import Break, Token
from resolvers.reading_days import Days, Times
from resolvers.reading_dials import Dial

WHOLE_PHONE, LOCAL_PHONE = 11, 6  # digits


class Omissions(Days):
    """Each step says how many tokens are left out from here, 0 for none."""

    def __init__(self, text: str, dials: Sequence[Dial], account_number: str, times: Times | None = None) -> None:
        super().__init__(text, dials, times)
        self.account = account_number.lstrip("0")
        self.counting = counting(self.tokens)

    def _ignored(self, place: int) -> int:
        """Addresses, telephones, former values, consumption: the number behind these words is no reading."""
        token = self._at(place)
        if token.kind == "other" or place in self.counting:
            return self._beside(place)
        if token.kind == "number":
            return 3 if self._is_time(place) else 0
        if token.kind != "word":
            return 0
        if token.means(words.PHONE):
            return self._past_phone(place + 1)
        if token.means(words.STREET):
            return self._past_street(place)
        home = token.means(words.ADDRESS) or (token.means("д d") and not self.zones)
        if token.means(words.FORMER):
            return self._past_former(place + 1)
        return self._past_number(place + 1) if home or token.means(words.USED) else 0

    def _beside(self, place: int) -> int:
        """A telephone number after a plus; «1)» and «2.» that only count the lines."""
        if place in self.counting:
            self._put(Break(self._at(place).start, self._at(place + 1).end))
            return 2
        if self._at(place).text == "+" and self._at(place + 1).kind == "number" and self._at(place + 1).text.startswith("7"):
            return self._past_phone(place + 1)
        return 0

    def _past_number(self, place: int) -> int:
        """How many tokens it is from the one before to behind the number that begins here, «3-12» and «3/12» too."""
        here = self._next(place, "other")
        if self._at(here).kind != "number":
            return 1
        if self._at(here + 1).text in ("-", "/") and self._at(here + 2).kind == "number":
            here += 2
        return here - place + 2

    def _past_former(self, place: int) -> int:
        """The same for a former value, whose month may stand before it: «было в октябре 115»."""
        here = self._next(place, "other")
        if self._at(here).means(words.IN):
            here = self._next(here + 1)
        begin = self._next(here + 1, "other") if self._at(here).means(words.MONTHS) else place
        count = self._past_number(begin)
        if count == 1:
            return 1
        self.former_end = begin + count - 1
        return self.former_end - place + 1

    def _past_phone(self, place: int) -> int:
        """The same for the numbers of a telephone, however its digits are grouped."""
        here, digits, most = self._next(place, "other"), "", LOCAL_PHONE
        while self._at(here).kind == "number" and len(digits) < most:
            digits += self._at(here).text
            most = WHOLE_PHONE if digits[0] in "78" else LOCAL_PHONE
            here = self._next(here + 1, "other")
        while here > place and self._at(here - 1).kind != "number":
            here -= 1
        return here - place + 1

    def _past_street(self, place: int) -> int:
        here = self._next(place + 1, "other")
        while self._at(here).kind == "word" and here - place < 10 and not self._resources(self._at(here)):
            here = self._next(here + 1, "other")
        count = self._past_number(here) - 1
        named = self._next(here + count)
        if count and self._at(named).means(words.MONTHS):  # «ул. 1 Мая 5»
            return named - place + self._past_number(named + 1)
        return count + here - place

    def _is_time(self, place: int) -> bool:
        hour, colon, minute = (self._at(place + step) for step in range(3))
        return colon.text == ":" and minute.kind == "number" and len(minute.text) == 2 and len(hour.text) <= 2 and hour.text.isdecimal()

    def _account(self, place: int) -> int:
        """The account's number, named or alone; another account's is remembered."""
        token = self._at(place)
        if token.kind == "number" and len(token.text) >= 5 and token.text.lstrip("0") == self.account:
            return 1
        slashed = token.means("л l") and self._at(place + 1).text in "/\\." and self._at(place + 2).means("с c s")
        if not slashed and not token.means(words.ACCOUNT):
            return 0
        here = self._next(place + (3 if slashed else 1), "other")
        while self._at(here).means(words.ACCOUNT) or self._at(here).means(words.SERIAL):
            here = self._next(here + 1, "other")
        number = self._at(here)
        if number.kind != "number":
            return here - place
        if number.text.lstrip("0") != self.account:
            self.taken.other_account = self.text[token.start : number.end]
        return here - place + 1


def counting(tokens: Sequence[Token]) -> set[int]:
    """Numbers that only count: «1) 117 2) 196», «1. 117 2. 196», «1-117 2-196». Their places, where they run from one upwards."""
    found: set[int] = set()
    for sign in ").-:":
        places = [place for place, token in enumerate(tokens) if token.kind == "number" and len(token.text) == 1 and _counts(tokens, place, sign)]
        if len(places) > 1 and [tokens[place].text for place in places] == [str(number + 1) for number in range(len(places))]:
            found |= set(places)
    return found


def _counts(tokens: Sequence[Token], place: int, sign: str) -> bool:
    after = [token.kind if token.kind != "other" else token.text for token in tokens[place + 1 : place + 3]]
    before = tokens[place - 1].kind if place else "line"
    wanted = {")": ("space", "number", "word"), ".": ("space", "word"), "-": ("number",), ":": ("number",)}[sign]
    return len(after) == 2 and after[0] == sign and after[1] in wanted and before in ("space", "line")
