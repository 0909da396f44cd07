"""Whether a door tells who exists: a thousand interleaved pairs of existing and missing at each, by answer, length, letters and time.

In process, through the schema, with passwords hashed at the least cost: what is left is what might differ. Of each door the ratio of the
medians (missing to existing) with the interval that 95 of 100 shuffled samples fall into, and the chance that two equal doors differ so
in rank (Mann and Whitney). `python -m benchmarks.enumeration [pairs] [postgres] [earnest]`;
in earnest passwords cost what they cost, and their noise hides the rest.

It ends with 1 where a door tells: other answers, other letters than is meant (`Door.letters`), or times so far apart that eleven equal doors
would hardly ever be (outside the interval, and less than one chance in a thousand).
"""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
import logging
import math
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import structlog
from argon2 import PasswordHasher

from adapters import passwords
from benchmarks.statement_query import served
from models import AccountFacts, Letter, Organization, Registration, database
from models.enums import AccountKind, LookUp
from resolvers import gate
from resolvers.viewer import viewer_of_user
from schema import ids
from schema.context import Context
from schema.execution import execute
from tests import factories as make

PAIRS, WARM = 1000, 30
CHANCE = 0.001  # that two equal doors lie so far apart
MISSES_PER_USER = 9
NOW = dt.datetime.now(dt.UTC)
REJECTED = "__typename ... on Rejected { problems { code path message } }"
LONG = "correct horse battery"
NO_ADDRESS, TO_HOLDER = "a login that nobody has leads to no address", "the code goes to the account's own address, not to who asks"
Given = dict[str, Any]


@dataclass
class Door:
    """`inputs` gives a mutation's input for the number of a pair, of somebody who exists or of nobody."""

    name: str
    mutation: str
    inputs: Callable[[int, bool], Given]
    viewers: list[Any] | None = None
    letters: str = ""  # why only who exists gets one, where that is meant: strangers do not see it

    def text(self) -> str:
        kind = f"{self.mutation[0].upper()}{self.mutation[1:]}Input"
        return f"mutation ($input: {kind}!) {{ {self.mutation}(input: $input) {{ {REJECTED} }} }}"


def doors(viewers: list[Any], version: str, count: int) -> list[Door]:
    def email(number: int, known: bool, kind: str = "user") -> str:
        return f"{kind if known else 'none'}{number:05d}@example.com"

    def registration(number: int, known: bool) -> Given:
        asked = {"kind": "INDIVIDUAL", "organizationSlug": "vodokanal", "email": email(number, known), "password": LONG, "repeat": LONG}
        return asked | {"language": "ru", "agreementVersion": version, "idempotencyKey": f"{number} {known}"}

    def number(number: int, known: bool) -> str:
        return f"{1 if known else 9}{number:07d}"

    wrong = {"surname": "Иванов", "paidOn": "12.11.2026", "paidAmount": "1,00"}
    of = {"organizationSlug": "vodokanal"}
    return [
        Door("sign in by e-mail", "signIn", lambda one, known: {"login": email(one, known), "password": "wrong", **of}),
        Door("sign in by login", "signIn", lambda one, known: {"login": email(one, known)[:9], "password": "wrong", **of}),
        Door("sign in, unconfirmed", "signIn", lambda one, known: {"login": email(one, known, "wait"), "password": "wrong", **of}),
        Door("register", "registerUser", registration),
        Door("resend to a user", "resendConfirmation", lambda one, known: {"email": email(one, known), **of}),
        Door("resend to one waiting", "resendConfirmation", lambda one, known: {"email": email(one, known, "wait"), **of}),
        Door("recover by e-mail", "requestRecovery", lambda one, known: {"loginOrEmail": email(one + count, known), **of}),
        Door("recover by login", "requestRecovery", lambda one, known: {"loginOrEmail": email(one + 2 * count, known)[:9], **of}, letters=NO_ADDRESS),
        Door("step-up", "requestStepUp", lambda one, known: {"number": number(one, known), **of}, viewers, TO_HOLDER),
        Door("link", "linkAccount", lambda one, known: {"number": number(one, known), "proofs": wrong, "idempotencyKey": f"{one}", **of}, viewers),
        Door("look up", "findAccount", lambda one, known: {"street": "Красина" if known else "Пушкина", "house": f"{one}", "flat": "1", "proofs": wrong, **of}),
    ]


async def main() -> int:
    """How many doors tell who exists."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else PAIRS
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    if "earnest" not in sys.argv:
        passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    endless = gate.Limit(10**9, 600)
    gate.LIMITS.clear()
    gate.ELSEWHERE = gate.Limits(*[endless] * 6)
    with tempfile.TemporaryDirectory(prefix="abonent-bench-") as name:
        if "postgres" in sys.argv:
            url, stop = served()
        else:
            url, stop = f"sqlite:///{Path(name) / 'bench.db'}", lambda: None
        await database.migrate(url)
        await database.connect(url)
        try:
            await ids.load()
            viewers = await filled(pairs + WARM)
            version = (await execute("{ agreement { version } }", None, Context(None, NOW))).body["data"]["agreement"]["version"]
            return sum([await tells(door, pairs) for door in doors(viewers, version, pairs + WARM)])
        finally:
            await database.close()
            stop()


async def filled(count: int) -> list[Any]:
    """As many users, waiting registrations and accounts; gives the viewers that link and ask for step-ups."""
    org = await make.organization()
    await Organization.filter(id=org.id).update(look_up=LookUp.ON)
    stored = await passwords.hashed("right")
    for number in range(3 * count):
        await make.user(f"user{number:05d}", email=f"user{number:05d}@example.com", email_key=f"user{number:05d}@example.com", password_hash=stored)
    for number in range(count):
        address = f"wait{number:05d}@example.com"
        await Registration.create(
            email=address, email_key=address, password_hash=stored, kind=AccountKind.INDIVIDUAL, language="ru", agreement_version="1",
            agreement_hash="0" * 64,
            organization=org, created_at=NOW, expires_at=NOW + dt.timedelta(days=7),
        )  # fmt: skip
        account = await make.account(org, f"1{number:07d}", house=f"{number}", flat="1")
        await AccountFacts.filter(account=account).update(email=f"holder{number}@example.com")
        await make.payment(account, 105298, "2026-11-12")
    people = [await make.user(f"linker{number}") for number in range(2 * count // MISSES_PER_USER + 2)]
    return [await viewer_of_user(user.id, NOW.date()) for user in people]


async def tells(door: Door, pairs: int) -> bool:
    answers, letters, times = await asked(door, pairs)
    alike = {len(one) for one in answers[True]} == {len(one) for one in answers[False]} and len(answers[True]) > 1
    same, as_many = alike or answers[True] == answers[False], letters[True] == letters[False]
    said = ("answers of one length" if alike else "same answers") if same else f"DIFFERENT ANSWERS {answers}"[:400]
    post = "as many letters" if as_many else f"letters only to who exists, as intended ({door.letters})" if door.letters else f"DIFFERENT LETTERS {letters}"
    figures, apart = told(times[True], times[False])
    print(f"{door.name:22} {said}, {post}; {figures}", flush=True)
    return not same or apart or not (as_many or door.letters)


async def asked(door: Door, pairs: int) -> tuple[dict[bool, set[str]], dict[bool, set[int]], dict[bool, list[float]]]:
    """Answers, numbers of letters and milliseconds, of who exists (True) and of nobody."""
    times: dict[bool, list[float]] = {True: [], False: []}
    answers: dict[bool, set[str]] = {True: set(), False: set()}
    letters: dict[bool, set[int]] = {True: set(), False: set()}
    text, asked = door.text(), 0
    gc.collect()
    gc.disable()
    for number in range(pairs + WARM):
        for known in random.sample((True, False), 2):
            viewer = door.viewers[asked // MISSES_PER_USER] if door.viewers else None
            context = Context(viewer, NOW, source=f"10.{asked // 65536}.{asked // 256 % 256}.{asked % 256}")
            asked += 1
            before = await Letter.all().count() if number < WARM else 0
            took, answer = await timed(lambda known=known, number=number, context=context: execute(text, {"input": door.inputs(number, known)}, context))
            answers[known].add(orjson.dumps(answer.body).decode())
            if number < WARM:
                letters[known].add(await Letter.all().count() - before)
            else:
                times[known].append(took)
    gc.enable()
    return answers, letters, times


async def timed(work: Callable[[], Awaitable[Any]]) -> tuple[float, Any]:
    begun = time.perf_counter()
    answer = await work()
    return 1000 * (time.perf_counter() - begun), answer


def told(known: list[float], missing: list[float]) -> tuple[str, bool]:
    """The figures, and whether the two are further apart than chance explains."""
    ratio, (low, high), chance = statistics.median(missing) / statistics.median(known), shuffled(known, missing), rank_test(known, missing)
    apart = chance < CHANCE and not low <= ratio <= high
    verdict = "BEYOND CHANCE" if apart else "within noise"
    return f"{statistics.median(known):.3f} ms, ratio {ratio:.4f} (noise {low:.4f} to {high:.4f}), p {chance:.3f}: {verdict}", apart


def shuffled(known: list[float], missing: list[float], times: int = 400) -> tuple[float, float]:
    """Between which ratios the medians would lie if nobody could tell the two apart: each pair's two are exchanged at random."""
    pairs, found = list(zip(known, missing, strict=True)), []
    for _ in range(times):
        turned = [pair[:: random.choice((1, -1))] for pair in pairs]  # noqa: S311 - nothing secret
        found.append(statistics.median(b for _, b in turned) / statistics.median(a for a, _ in turned))
    found.sort()
    return found[int(times * 0.025)], found[int(times * 0.975)]


def rank_test(one: list[float], other: list[float]) -> float:
    """Two-sided p of Mann and Whitney's test, by its normal approximation; times hardly ever tie."""
    ranked = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    ranks = sum(place for place, (_, which) in enumerate(ranked, 1) if which == 0)
    size = len(one)
    spread = math.sqrt(size * size * (2 * size + 1) / 12)
    return math.erfc(abs(ranks - size * (size + 1) / 2 - size * size / 2) / spread / math.sqrt(2))


if __name__ == "__main__":
    sys.exit(1 if asyncio.run(main()) else 0)
