"""Whether a door tells who exists: a thousand interleaved pairs of existing and missing at each, by answer, length, letters and time.

In process, through the schema, with passwords hashed at the least cost: what is left is what might differ. Of each door the ratio of the
medians (missing to existing) with the interval that 95 of 100 shuffled samples fall into, and the chance that two equal doors differ so
in rank (Mann and Whitney). `python -m benchmarks.enumeration [pairs] [postgres] [earnest]`;
in earnest passwords cost what they cost, and their noise hides the rest.
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
MISSES_PER_USER = 9
NOW = dt.datetime.now(dt.UTC)
REJECTED = "__typename ... on Rejected { problems { code path message } }"
LONG = "correct horse battery"
Given = dict[str, Any]


@dataclass
class Door:
    """`inputs` gives a mutation's input for the number of a pair, of somebody who exists or of nobody."""

    name: str
    mutation: str
    inputs: Callable[[int, bool], Given]
    viewers: list[Any] | None = None

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
        Door("recover by login", "requestRecovery", lambda one, known: {"loginOrEmail": email(one + 2 * count, known)[:9], **of}),
        Door("step-up", "requestStepUp", lambda one, known: {"number": number(one, known), **of}, viewers),
        Door("link", "linkAccount", lambda one, known: {"number": number(one, known), "proofs": wrong, "idempotencyKey": f"{one}", **of}, viewers),
        Door("look up", "findAccount", lambda one, known: {"street": "Красина" if known else "Пушкина", "house": f"{one}", "flat": "1", "proofs": wrong, **of}),
    ]


async def main() -> None:
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
            for door in doors(viewers, version, pairs + WARM):
                await compared(door, pairs)
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


async def compared(door: Door, pairs: int) -> None:
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
    same = "same answers" if answers[True] == answers[False] else f"DIFFERENT ANSWERS {answers}"[:400]
    same = "answers of one length" if {len(one) for one in answers[True]} == {len(one) for one in answers[False]} and len(answers[True]) > 1 else same
    post = "as many letters" if letters[True] == letters[False] else f"DIFFERENT LETTERS {letters}"
    print(f"{door.name:22} {same}, {post}; {told(times[True], times[False])}")


async def timed(work: Callable[[], Awaitable[Any]]) -> tuple[float, Any]:
    begun = time.perf_counter()
    answer = await work()
    return 1000 * (time.perf_counter() - begun), answer


def told(known: list[float], missing: list[float]) -> str:
    ratio, (low, high) = statistics.median(missing) / statistics.median(known), shuffled(known, missing)
    verdict = "within noise" if low <= ratio <= high else "BEYOND NOISE"
    return f"{statistics.median(known):.2f} ms, ratio {ratio:.3f} (noise {low:.3f} to {high:.3f}), p {rank_test(known, missing):.2f}: {verdict}"


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
    asyncio.run(main())
