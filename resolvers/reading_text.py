"""A message in which somebody writes readings as people do: «хвс 117,5 гвс 196». What it says, what must be asked back, what nobody can read.

Never guesses silently, and knows no value that is not in the text. docs/adr/0024 says how it decides.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from models.errors import ProblemCode
from resolvers.reading_choices import Chooser, Group, short
from resolvers.reading_cursor import Break, Item, Label, Number
from resolvers.reading_days import Times
from resolvers.reading_dials import Dial, Meaning, Question, Says, Unread, Value
from resolvers.reading_tokens import take_apart

LONGEST = 500


@dataclass(slots=True)
class Run:
    """Labels that stand together, or numbers; whether something parts the run from what was before it."""

    items: list[Label | Number]
    is_parted: bool = False

    @property
    def labels(self) -> list[Label]:
        return [item for item in self.items if isinstance(item, Label)]

    @property
    def numbers(self) -> list[Number]:
        return [item for item in self.items if isinstance(item, Number)]


Bound = list[tuple[list[Label], list[Number]]]


def read_text(text: str, dials: Sequence[Dial], account_number: str = "", times: Times | None = None) -> Meaning:
    """What the text means for an account with these dials. Of a text longer than LONGEST nothing is read, nor with `times` of one that
    names another month."""
    whole = unicodedata.normalize("NFC", text)
    if len(whole) > LONGEST:
        return Meaning(unread=[Unread(short(whole), ProblemCode.TOO_LONG)])
    taken = take_apart(whole, dials, account_number, times)
    if taken.other_account is not None:
        return Meaning(unread=[Unread(short(taken.other_account), ProblemCode.OTHER_ACCOUNT)])
    if taken.other_month is not None:
        return Meaning(unread=[Unread(short(taken.other_month))])
    found = _Binder(whole, dials).meaning(taken.items)
    if whole.strip() and not (found.understood or found.questions or found.unread):
        found.unread.append(Unread(short(whole)))
    return found


@dataclass(slots=True)
class _Binder:
    """Puts labels and numbers together. `former` is what the last labels said, `inlet` what heads the ones that follow."""

    text: str
    dials: Sequence[Dial]
    former: Says = field(default_factory=Says)
    heading: Says = field(default_factory=Says)

    def meaning(self, items: Sequence[Item]) -> Meaning:
        clauses = [runs for clause in _clauses(items) if (runs := _runs(clause))]
        readings: list[list[Group]] = [[]]
        for runs in clauses:
            ways = list(_bindings(runs))
            kept = self.former, self.heading
            made = []
            for way in ways:
                self.former, self.heading = kept
                made.append([group for labels, numbers in way for group in self._groups(labels, numbers)])
            readings = [former + groups for former in readings[:4] for groups in made]
        return _agreed(self.text, [Chooser(self.text).settle(groups) for groups in readings])

    def _groups(self, labels: Sequence[Label], numbers: Sequence[Number]) -> Iterator[Group]:
        """Usually one; as many as there are labels where «хвс гвс 117 196» gives each its number."""
        said = self._said(labels)
        if not numbers:
            if any(says.is_known for says, _ in said):
                yield Group(tuple(labels), (_nothing(labels),), ())
            return
        own = [number for number in numbers if self._may_be(number, said)]
        if own and len(own) < len(numbers):  # «4512 квт 331 м3 газ»
            yield self._group(self.heading, [], [number for number in numbers if number not in own])
        yield from self._shared(said, labels, own or numbers)

    def _may_be(self, number: Number, said: Sequence[tuple[Says, list[Label]]]) -> bool:
        """Whether the number's unit is one of what the labels name."""
        return not said or number.unit is None or any(dial.resource in number.unit for says, _ in said for dial in says.of(self.dials))

    def _shared(self, said: Sequence[tuple[Says, list[Label]]], labels: Sequence[Label], numbers: Sequence[Number]) -> Iterator[Group]:
        if len(said) == len(numbers) and len(said) > 1:
            for (says, own), number in zip(said, numbers, strict=True):
                yield self._group(says, own, [number])
        elif len(said) > 1:
            merged = {dial.key: dial for says, _ in said for dial in says.of(self.dials)}
            yield Group(tuple(labels), tuple(numbers), tuple(merged.values()), is_sure=False)
        else:
            says, own = said[0] if said else (self.heading, [])
            yield self._group(says, own, numbers)

    def _group(self, says: Says, labels: Sequence[Label], numbers: Sequence[Number]) -> Group:
        return Group(tuple(labels), tuple(numbers), tuple(says.of(self.dials)), says.is_known)

    def _said(self, labels: Sequence[Label]) -> list[tuple[Says, list[Label]]]:
        """What a run of labels says: one thing where they agree, several where they contradict each other."""
        known = [label for label in labels if label.says.is_known] or list(labels[-1:])
        found: list[tuple[Says, list[Label]]] = []
        for label in known:
            both = found[-1][0].both(label.says) if found and label.says.is_known else None
            if both is not None:
                found[-1] = (both, [*found[-1][1], label])
            else:
                found.append((label.says, [label]))
        completed = []
        for says, own in found:
            complete = says.after(self.former if says.resources is None else self.heading, self.dials)
            if own[0].says.inlet is not None and own[0].says.resources is None:
                self.heading = Says(inlet=own[0].says.inlet)
            self.former = complete if says.is_known else self.former
            completed.append((complete, own))
        return completed


def _nothing(labels: Sequence[Label]) -> Number:
    """A label without a value, as a number that cannot be read."""
    return Number("", labels[-1].end, labels[-1].end, is_bad=True)


def _clauses(items: Sequence[Item]) -> list[list[Item]]:
    """The lines of a text where each has labels and numbers of its own; a line of labels alone heads the next one. Else all of it."""
    lines: list[list[Item]] = [[]]
    for item in items:
        if isinstance(item, Break) and item.is_line:
            if any(isinstance(one, Number) for one in lines[-1]):
                lines.append([])
            continue
        lines[-1].append(item)
    lines = [line for line in lines if any(not isinstance(item, Break) for item in line)]
    whole = all({Label, Number} <= {type(item) for item in line} for line in lines)
    return lines if whole else [list(items)]


def _runs(items: Sequence[Item]) -> list[Run]:
    """Labels and numbers in turn. Unknown words that end a text which begins with a label are none."""
    found = _turns(items)
    if len(found) > 2 and _is_known(found[0]) and found[-1].labels and not _is_known(found[-1]):
        found.pop()
    return found


def _is_known(run: Run) -> bool:
    return any(label.says.is_known for label in run.labels)


def _heads(header: Run, runs: Sequence[Run]) -> bool:
    """Whether the first labels agree with all the others: «вода: 117 хвс 196 гвс»."""
    firsts = [next((label.says for label in run.labels if label.says.is_known), None) for run in (header, *runs)]
    return all(firsts[0] and one and firsts[0].both(one) for one in firsts[1:])


def _turns(items: Sequence[Item]) -> list[Run]:
    found: list[Run] = []
    parted = False
    for item in items:
        if isinstance(item, Break):
            parted = True
            continue
        if found and isinstance(found[-1].items[0], Label) == isinstance(item, Label):
            found[-1].items.append(item)
        else:
            found.append(Run([item], parted))
        parted = False
    return found


def _bindings(runs: Sequence[Run]) -> Iterator[Bound]:
    """Labels before their numbers, or behind them; both ways where the text does not tell."""
    begins, ends = bool(runs[0].labels), bool(runs[-1].labels)
    if begins and not (ends and len(runs) > 1):
        yield _before(runs)
    elif begins:
        header, rest = runs[0], runs[1:]
        if len(rest) > 2 and _heads(header, rest[1::2]):
            yield [(header.labels + labels, numbers) for labels, numbers in _behind(rest)]
        else:
            yield _before(runs)
    elif ends or len(runs) == 1:
        yield _behind(runs)
    elif all(run.is_parted for run in runs[1::2]):
        yield _before(runs)
    elif all(run.is_parted for run in runs[2::2]) and not any(run.is_parted for run in runs[1::2]):
        yield _behind(runs)
    else:
        yield _before(runs)
        yield _behind(runs)


def _before(runs: Sequence[Run]) -> Bound:
    loose: Bound = [] if runs[0].labels else [([], runs[0].numbers)]
    paired = runs if runs[0].labels else runs[1:]
    return loose + [(labels.labels, numbers.numbers if numbers else []) for labels, numbers in itertools.zip_longest(paired[::2], paired[1::2])]


def _behind(runs: Sequence[Run]) -> Bound:
    return [(labels.labels if labels else [], numbers.numbers) for numbers, labels in itertools.zip_longest(runs[::2], runs[1::2])]


def _agreed(text: str, meanings: Sequence[Meaning]) -> Meaning:
    """One meaning of several readings of the text: the one that is clear and likely, else all of them as choices."""
    if len(meanings) == 1:
        return meanings[0]
    clear = [one for one in meanings if one.is_clear and one.understood]
    likely = [one for one in clear if all(_is_likely(value) for value in one.understood)] or clear
    choices = tuple(dict.fromkeys(tuple(sorted(one.understood, key=lambda value: value.dial.key)) for one in likely))
    if not choices:
        return min(meanings, key=lambda one: (len(one.unread), len(one.questions)))
    if len({tuple((value.dial.key, value.value) for value in choice) for choice in choices}) == 1:
        return likely[0]
    return Meaning(questions=[Question(short(text), choices)])


def _is_likely(value: Value) -> bool:
    micro = value.dial.reads(value.value)
    return isinstance(micro, int) and value.dial.is_likely(micro)
