"""Which dials the numbers of one group can be for: what is certain, what must be asked, and what cannot be read.

Nothing is guessed: a value is understood where one dial is meant, or where of all the ways to share the numbers out only one goes on from
the last readings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from models.errors import ProblemCode
from resolvers.reading_cursor import Label, Number
from resolvers.reading_dials import Dial, Meaning, Question, Unread, Value

MOST_CHOICES = 6
MOST_NUMBERS = 6
MOST_STEPS = 4_000  # of trying, for a whole text: a text that needs more is not a message about readings
_THIN = " \u00a0\u2007\u2009\u202f"
LONGEST_PIECE = 60
RED_DIGITS = 3  # litres on a water meter

Sharing = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Labels, and the numbers that they are for. `dials` are those that they leave."""

    labels: tuple[Label, ...]
    numbers: tuple[Number, ...]
    dials: tuple[Dial, ...]
    is_known: bool = True
    is_sure: bool = True  # not where the labels contradict each other: «гвс холодная 117»

    @property
    def span(self) -> tuple[int, int]:
        parts: list[Label | Number] = [*self.labels, *self.numbers]
        return min(part.start for part in parts), max(part.end for part in parts)


@dataclass(slots=True)
class Chooser:
    """`claimed` are the dials that a value was found for."""

    text: str
    meaning: Meaning = field(default_factory=Meaning)
    claimed: dict[int, Value] = field(default_factory=dict)
    steps: int = 0

    def settle(self, groups: Iterable[Group]) -> Meaning:
        """Groups that mean one dial come first: what they leave narrows the others."""
        waiting = list(groups)
        for group in waiting:
            if len(group.dials) == 1 and group.is_known:
                self._settle(group)
        for group in waiting:
            if len(group.dials) != 1 or not group.is_known:
                self._settle(group)
        return self.meaning

    def piece(self, group: Group) -> str:
        start, end = group.span
        return short(self.text[start:end])

    def _settle(self, group: Group) -> None:
        piece = self.piece(group)
        several = len(group.dials) > 1 or not group.is_known
        dials = [dial for dial in group.dials if dial.key not in self.claimed] if several else list(group.dials)
        numbers = self._without_inlet(group, dials)
        if any(number.is_bad for number in numbers):
            self.meaning.unread.append(Unread(piece))
        elif not dials:
            self.meaning.unread.append(Unread(piece, ProblemCode.UNKNOWN_METER if group.is_known and not several else ProblemCode.NOT_UNDERSTOOD))
        elif any(number.is_same for number in numbers):
            self._same(piece, dials, numbers)
        else:
            self._share(piece, dials, numbers, sure=group.is_known, plain=group.is_sure)

    def _without_inlet(self, group: Group, dials: list[Dial]) -> Sequence[Number]:
        """«хвс 1 117» where cold water comes by inlets 1 and 2: the first number names the inlet."""
        first = group.numbers[0]
        inlets = {dial.inlet for dial in group.dials}
        if not (group.labels and len(group.numbers) > 1 and len(inlets) > 1 and len(first.text) == 1 and first.text.isdecimal() and int(first.text) in inlets):
            return group.numbers
        dials[:] = [dial for dial in dials if dial.inlet == int(first.text)]
        return group.numbers[1:]

    def _same(self, piece: str, dials: Sequence[Dial], numbers: Sequence[Number]) -> None:
        """ "As before" is asked back with the values that it would be."""
        known = tuple(Value(dial, dial.last_text, piece) for dial in dials if dial.last is not None)
        if known and len(numbers) == 1:
            self.meaning.questions.append(Question(piece, (known,)))
        else:
            self.meaning.unread.append(Unread(piece))

    def _share(self, piece: str, dials: Sequence[Dial], numbers: Sequence[Number], *, sure: bool, plain: bool) -> None:
        likely, readable = self._sharings(piece, dials, numbers)
        found = likely or (readable if sure else [])
        certain = sure and plain and all(number.is_sure for number in numbers)
        if not found:
            self._nothing(piece, dials, numbers, sure=sure)
        elif len(found) == 1 and found[0][1] and certain:
            self._take(found[0][0])
        else:
            singles = _singles(piece, dials, numbers) if not any(plain for _, plain in found) else []
            choices = dict.fromkeys([*singles, *(sharing for sharing, _ in found)])
            self.meaning.questions.append(Question(piece, tuple(choices)[:MOST_CHOICES]))

    def _nothing(self, piece: str, dials: Sequence[Dial], numbers: Sequence[Number], *, sure: bool) -> None:
        """More numbers than dials are offered one by one; what no dial can show is named."""
        singles = _singles(piece, dials, numbers)
        if sure and singles:
            self.meaning.questions.append(Question(piece, tuple(singles[:MOST_CHOICES])))
            return
        codes = {code for number in numbers for dial in dials if isinstance(code := dial.reads(number.text), ProblemCode)}
        one = len(codes) == 1 and len(numbers) == len(dials) == 1
        self.meaning.unread.append(Unread(piece, codes.pop(), dials[0]) if one else Unread(piece))

    def _take(self, sharing: Sharing) -> None:
        for value in sharing:
            former = self.claimed.get(value.dial.key)
            if former is None:
                self.claimed[value.dial.key] = value
                self.meaning.understood.append(value)
            elif former.dial.reads(former.value) != value.dial.reads(value.value):
                self._contradicted(former, value)

    def _contradicted(self, former: Value, value: Value) -> None:
        """Two values for one dial: whoever wrote them says which."""
        asked = [one for one in self.meaning.questions if (former,) in one.choices]
        choices = (*(asked[0].choices if asked else ((former,),)), (value,))
        self.meaning.questions = [one for one in self.meaning.questions if one not in asked]
        self.meaning.understood = [one for one in self.meaning.understood if one is not former]
        pieces = list(dict.fromkeys(one.piece for (one,) in choices))
        self.meaning.questions.append(Question(" / ".join(pieces), choices))

    def _sharings(self, piece: str, dials: Sequence[Dial], numbers: Sequence[Number]) -> tuple[list[tuple[Sharing, bool]], list[tuple[Sharing, bool]]]:
        """The ways that go on from the last readings, and all that the dials can show; each with whether the text says it plainly."""
        likely: list[tuple[Sharing, bool]] = []
        readable: list[tuple[Sharing, bool]] = []
        if len(numbers) > MOST_NUMBERS:
            return likely, readable
        for values, plain in _divisions(self.text, numbers, dials):
            for sharing, is_likely in self._shared(piece, values, list(dials)):
                found = likely if is_likely else readable
                if len(found) <= MOST_CHOICES and not (found is readable and not plain):
                    found.append((sharing, plain))
        red = _red(self.text, numbers, copied=bool(likely))
        copied = [dial for dial in dials if dial.last is not None and isinstance(micro := dial.reads(red), int) and dial.is_likely(micro)]
        likely += [((Value(dial, red, piece),), False) for dial in copied]
        return likely, readable

    def _shared(self, piece: str, values: Sequence[tuple[str, Number]], dials: list[Dial]) -> Iterator[tuple[Sharing, bool]]:
        """Each value to a dial of its own."""
        if not values:
            yield (), True
            return
        (text, number), rest = values[0], values[1:]
        for dial in dials:
            self.steps += 1
            if self.steps > MOST_STEPS:
                return
            micro = dial.reads(text)
            if isinstance(micro, ProblemCode) or (number.unit is not None and dial.resource not in number.unit):
                continue
            for others, is_likely in self._shared(piece, rest, [one for one in dials if one is not dial]):
                yield (Value(dial, text, piece), *others), is_likely and dial.is_likely(micro)


def _singles(piece: str, dials: Sequence[Dial], numbers: Sequence[Number]) -> list[Sharing]:
    """More numbers than one dial has values: each of them alone."""
    if not len(numbers) > len(dials) == 1:
        return []
    [dial] = dials
    readable = {number.text: micro for number in numbers if isinstance(micro := dial.reads(number.text), int)}
    likely = [text for text, micro in readable.items() if dial.is_likely(micro)]
    return [(Value(dial, text, piece),) for text in likely or readable]


def short(piece: str) -> str:
    bare = " ".join(piece.split())
    return bare if len(bare) <= LONGEST_PIECE else bare[: LONGEST_PIECE - 1] + "…"


def _divisions(text: str, numbers: Sequence[Number], dials: Sequence[Dial]) -> Iterator[tuple[list[tuple[str, Number]], bool]]:
    """The values that the numbers can be, at most as many as there are dials, and whether they stand so in the text.

    «117 196» is two values or one with its thousands apart; «117,196» one or, seldom, two.
    """
    for values in _joined(text, numbers):
        if len(values) <= len(dials):
            yield values, True
    for place, number in enumerate(numbers):
        whole, comma, fraction = number.text.partition(",")
        if comma and len(numbers) < len(dials):
            plain = [(one.text, one) for one in numbers]
            yield [*plain[:place], (whole, number), (fraction, number), *plain[place + 1 :]], False


def _red(text: str, numbers: Sequence[Number], *, copied: bool) -> str:
    """«00117 500», copied from a dial with red digits: its value with a comma. Where it is `copied` only with all the zeros in front."""
    if len(numbers) != 2 or not _follows(text, *numbers) or not all(number.text.isdecimal() for number in numbers):
        return ""
    black, red = (number.text for number in numbers)
    return f"{black},{red}" if len(red) == RED_DIGITS and (black.startswith("0") or not copied) else ""


def _joined(text: str, numbers: Sequence[Number]) -> Iterator[list[tuple[str, Number]]]:
    if not numbers:
        yield []
        return
    for count in range(1, len(numbers) + 1):
        part = numbers[:count]
        if count > 1 and not (_follows(text, part[-2], part[-1]) and len(part[-1].text.partition(",")[0].partition(".")[0]) == 3):
            return
        if count == 1 or (len(part[0].text) <= 3 and all(number.text.isdecimal() for number in part[:-1])):
            value = text[part[0].start : part[-1].start] + part[-1].text  # a unit behind the last one is none of it
            for rest in _joined(text, numbers[count:]):
                yield [(value, part[-1]), *rest]


def _follows(text: str, one: Number, other: Number) -> bool:
    """Whether nothing but one blank is between them."""
    return len(text[one.end : other.start]) == 1 and text[one.end] in _THIN and one.unit is None
