"""Human checks: a solution is good once, at its door, for ten minutes, and nothing that a visitor makes up is taken for one."""

import asyncio
import base64
import datetime as dt
import json
import wave
from io import BytesIO
from pathlib import Path

import altcha
import pytest

from adapters import human_codes
from models import SpentChallenge
from models.errors import ProblemCode, Refused, Throttled
from resolvers import human_checks
from resolvers.human_checks import HumanAnswer, demand, fresh, shown_code
from settings import settings
from tests.human import solved

NOW = dt.datetime.now(dt.UTC)
C = ProblemCode


def worked(door: str = "sign_in", now: dt.datetime | None = None) -> str:
    """What a browser sends that has worked the proof out."""
    challenge = altcha.Challenge.from_dict(json.loads(fresh(door, now or NOW).proof_of_work))
    return altcha.Payload(challenge, altcha.solve_challenge(challenge)).to_base64()


async def said(answer: HumanAnswer | None, door: str = "sign_in", now: dt.datetime | None = None) -> str:
    try:
        await demand(door, answer, now or NOW)
    except Refused as refused:
        return refused.problems[0].code if refused.problems[0].path == ("humanCheck",) else "elsewhere"
    return "right"


@pytest.fixture(autouse=True)
def easy(monkeypatch):
    monkeypatch.setattr(human_checks, "ROUNDS", 2)
    monkeypatch.setitem(globals(), "NOW", dt.datetime.now(dt.UTC))  # the library's own clock ends a proof: a run that began long ago has only old ones


async def test_both_ways_are_good_once(database):
    proof, image = HumanAnswer(proof_of_work=worked()), solved(NOW)
    assert [await said(proof), await said(proof)] == ["right", C.WRONG_HUMAN_CHECK]
    assert [await said(image), await said(image)] == ["right", C.WRONG_HUMAN_CHECK]
    assert await said(None) == await said(HumanAnswer(image=image.image)) == C.HUMAN_CHECK_NEEDED


async def test_one_solution_sent_many_times_at_once_opens_once(database):
    proof = HumanAnswer(proof_of_work=worked())
    assert (await asyncio.gather(*(said(proof) for _ in range(10)))).count("right") == 1


async def test_neither_opens_another_door_or_a_later_hour(database):
    late = NOW + human_checks.LIFETIME
    for door, now in (("register", NOW), ("sign_in", late)):
        assert await said(HumanAnswer(proof_of_work=worked()), door, now) == C.WRONG_HUMAN_CHECK
        assert await said(solved(NOW), door, now) == C.WRONG_HUMAN_CHECK
    assert shown_code(solved(NOW).image, late) is None


async def test_a_wrong_guess_uses_the_picture_up(database):
    image = solved(NOW)
    wrong = f"{(int(image.typed) + 1) % 10**6:06}"
    assert await said(HumanAnswer(image=image.image, typed=wrong)) == C.WRONG_HUMAN_CHECK
    assert await said(image) == C.WRONG_HUMAN_CHECK


async def test_digits_may_be_typed_with_spaces(database):
    image = solved(NOW)
    assert await said(HumanAnswer(image=image.image, typed=f" {image.typed[:3]} {image.typed[3:]} ")) == "right"


async def test_a_key_that_was_replaced_still_verifies_and_a_strangers_does_not(database, monkeypatch):
    old, new = "o" * 32, "n" * 32
    monkeypatch.setenv("ABONENT_SECRET", old)
    settings.cache_clear()
    answers = [HumanAnswer(proof_of_work=worked()), solved(NOW)]
    lost = [HumanAnswer(proof_of_work=worked()), solved(NOW)]
    monkeypatch.setenv("ABONENT_SECRET", f"{new} {old}")
    settings.cache_clear()
    assert [await said(one) for one in answers] == ["right", "right"]
    monkeypatch.setenv("ABONENT_SECRET", new)
    settings.cache_clear()
    assert [await said(one) for one in lost] == [C.WRONG_HUMAN_CHECK] * 2


def altered() -> list[str]:
    found = json.loads(base64.b64decode(worked()))
    made = []
    for path, value in [
        ("algorithm", "SHA-256"),
        ("cost", 1),
        ("keyPrefix", ""),
        ("nonce", "00" * 16),
        ("expiresAt", 2**31),
        ("expiresAt", None),
        ("data", {"door": "register"}),
        ("data", []),
    ]:
        other = json.loads(json.dumps(found))
        other["challenge"]["parameters"][path] = value
        made.append(other)
    for name, value in [("derivedKey", "00" * 32), ("derivedKey", None), ("derivedKey", [1]), ("derivedKey", "é")]:
        other = json.loads(json.dumps(found))
        other["solution"][name] = value
        made.append(other)
    made += [found | {"challenge": found["challenge"] | {"signature": one}} for one in ("", None, "00", "é", 5)]
    made += [{}, [], 5, None, "x", {"challenge": []}, {"challenge": {"parameters": {}}}, {"challenge": {"parameters": []}, "solution": 5}]
    return [base64.b64encode(json.dumps(one).encode()).decode() for one in made]


async def test_whatever_is_made_up_is_wrong_and_no_error(database):
    odd = ["", "x", "====", "é", "\ud800", "A" * 5000, base64.b64encode(b"[" * 3000).decode(), base64.b64encode(b"\xff\xfe").decode()]
    for text in altered() + odd[1:]:
        assert await said(HumanAnswer(proof_of_work=text)) == C.WRONG_HUMAN_CHECK, text
    image = solved(NOW).image
    for token in (*odd, ".", "..", "...", "sign_in.x.y.z", image[:-1], image + "0", image.replace("sign_in", "register"), image.upper(), "٣" * 20):
        assert await said(HumanAnswer(image=token, typed="123456")) == C.WRONG_HUMAN_CHECK, token
        assert shown_code(token, NOW) is None
    for typed in ("١٢٣", "12345", "1234567", "½", "abc", "\ud800", "9" * 5000):
        assert await said(HumanAnswer(image=solved(NOW).image, typed=typed)) == C.WRONG_HUMAN_CHECK, typed


async def test_what_is_never_used_is_kept_nowhere(database):
    [fresh("sign_in", NOW) for _ in range(20)]
    assert await SpentChallenge.all().count() == 0
    assert len({shown_code(fresh("sign_in", NOW).image, NOW) for _ in range(50)}) > 45


async def test_pictures_and_sounds_differ_each_time_and_are_small():
    one, other = await human_codes.picture("123456"), await human_codes.picture("123456")
    assert one != other
    assert one.startswith(b"\xff\xd8")
    assert len(one) < 8000
    for language in ("ru", "kk", "en", "xx"):
        body = await human_codes.sound("123456", language)
        with wave.open(BytesIO(body)) as found:
            assert (found.getframerate(), found.getnchannels(), found.getsampwidth()) == (8000, 1, 1)
            assert 8 < found.getnframes() / 8000 < 40


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_each_digit_is_spoken_and_differs(language: str):
    folder, bodies = Path(human_codes.VOICES) / language, set()
    assert sorted(path.name for path in folder.iterdir()) == list("0123456789")
    for path in folder.rglob("*.wav"):
        with wave.open(str(path)) as voice:
            body = voice.readframes(-1)
        assert 0.15 < len(body) / 8000 < 1.2
        assert max(body) - min(body) > 100, "it can be heard"
        bodies.add(body)
    assert len(bodies) == 10


async def test_many_pictures_at_once_are_told_to_come_back(monkeypatch):
    monkeypatch.setattr(human_codes, "MOST_WAITING", 2)
    found = await asyncio.gather(*(human_codes.picture("123456") for _ in range(20)), return_exceptions=True)
    assert len([one for one in found if isinstance(one, Throttled)]) == 18
