"""Telling people from programs without a third party: a proof of work for browsers that run scripts, a shown or spoken code for the others.

Both are signed, for one door, good for ten minutes and once. Nothing is kept of one that was never used: the proof carries its own
signature, and the code follows from the image's address and the installation's secret.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from enum import StrEnum

import altcha
from tortoise.exceptions import IntegrityError

from models import SpentChallenge
from models.database import transaction
from models.errors import ProblemCode, Refused
from settings import settings

LIFETIME = dt.timedelta(minutes=10)
DIGITS = 6
LONGEST_ANSWER = 4000
# PBKDF2 in the browser's own code: a phone of 2017 does about 600,000 rounds a second. MOST bounds how many keys it must try.
ALGORITHM, ROUNDS, MOST = "PBKDF2/SHA-256", 4000, 300


class HumanDoor(StrEnum):
    """Which door a check is for: it opens no other."""

    SIGN_IN = "sign_in"
    REGISTER = "register"
    CONFIRM = "confirm"
    RESEND = "resend"
    RECOVER = "recover"
    LINK = "link"
    STEP_UP = "step_up"
    LOOK_UP = "look_up"
    PROFILE = "profile"


@dataclass(frozen=True, slots=True)
class HumanAnswer:
    """What a visitor gives who was asked for a human check: a solved proof of work, or the typed code of an image or a sound."""

    proof_of_work: str | None = None
    image: str | None = None  # which image: what its address ends with
    typed: str | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """What a visitor is asked: either of the two is enough."""

    proof_of_work: str
    image: str
    expires_at: dt.datetime


def fresh(door: str, now: dt.datetime) -> Check:
    expires = int((now + LIFETIME).timestamp())
    signing, solving = _keys(settings().secrets[0])
    challenge = altcha.create_challenge(
        ALGORITHM,
        ROUNDS,
        counter=secrets.randbelow(MOST),
        expires_at=expires,
        data={"door": door},
        hmac_secret=signing,
        hmac_key_secret=solving,
    )
    text = f"{door}.{expires}.{secrets.token_urlsafe(12)}"
    image = f"{text}.{_mac(settings().secrets[0], text)}"
    return Check(json.dumps(challenge.to_dict(), separators=(",", ":")), image, dt.datetime.fromtimestamp(expires, dt.UTC))


async def demand(door: str, answer: HumanAnswer | None, now: dt.datetime) -> None:
    """Raise Refused at `humanCheck` unless the answer is right: HUMAN_CHECK_NEEDED without one, WRONG_HUMAN_CHECK for a wrong, used or old one."""
    if answer is None or not (answer.proof_of_work or answer.typed):
        raise Refused(ProblemCode.HUMAN_CHECK_NEEDED, ("humanCheck",))
    solved = bool(answer.proof_of_work) and await _worked(door, answer.proof_of_work or "", now)
    if not solved and not await _typed(door, answer.image or "", answer.typed or "", now):
        raise Refused(ProblemCode.WRONG_HUMAN_CHECK, ("humanCheck",))


def shown_code(image: str, now: dt.datetime) -> str | None:
    """The digits of an image or a sound; None for an address that is not ours or too old."""
    text, _, mac = image.rpartition(".")
    key = next((key for key in settings().secrets if hmac.compare_digest(_mac(key, text), mac)), None) if image.isascii() else None
    if key is None or dt.datetime.fromtimestamp(int(text.split(".")[1]), dt.UTC) <= now:
        return None
    number = int.from_bytes(hmac.new(key.encode(), f"human code\0{text}".encode(), hashlib.sha256).digest())
    return f"{number % 10**DIGITS:0{DIGITS}}"


async def _worked(door: str, text: str, now: dt.datetime) -> bool:
    if len(text) > LONGEST_ANSWER:
        return False
    try:
        payload = altcha.Payload.from_base64(text)
        if not any(altcha.verify_solution(payload, signing, hmac_key_secret=solving).verified for signing, solving in map(_keys, settings().secrets)):
            return False
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError):  # it may hold anything at all
        return False
    asked = payload.challenge.parameters  # signed: what stands here is what we wrote
    expires = dt.datetime.fromtimestamp(asked.expires_at or 0, dt.UTC)
    return asked.data == {"door": door} and expires > now and await _spent(asked.nonce, expires)


async def _typed(door: str, image: str, typed: str, now: dt.datetime) -> bool:
    """A wrong guess uses the image up too: a million of them at one would find it."""
    code = shown_code(image, now)
    if code is None or image.partition(".")[0] != door:
        return False
    digits = "".join(letter for letter in typed if letter.isdecimal())
    expires = dt.datetime.fromtimestamp(int(image.split(".")[1]), dt.UTC)
    right = len(digits) == DIGITS and int(digits) == int(code)
    return await _spent(image, expires) and right


async def _spent(what: str, expires: dt.datetime) -> bool:
    """Use it up; False where it was used before."""
    try:
        async with transaction():
            await SpentChallenge.create(digest=hashlib.sha256(what.encode()).hexdigest(), expires_at=expires)
    except IntegrityError:
        return False
    return True


def _keys(secret: str) -> tuple[str, str]:
    """One signs the question, the other the answer."""
    return _mac(secret, "signing"), _mac(secret, "solving")


def _mac(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), f"human check\0{text}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:40]
