"""A code as people can see or hear it: a picture of its digits, or the digits spoken in their language over a murmur."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from captcha.audio import AudioCaptcha
from captcha.image import ImageCaptcha

from models.errors import Throttled

VOICES = Path(__file__).parent / "voices"
WIDTH, HEIGHT = 240, 80
INK, PAPER = (31, 41, 55), (255, 255, 255)
LANE = ThreadPoolExecutor(1, thread_name_prefix="human-codes")
MOST_WAITING, SECONDS_TO_WAIT = 30, 5
HISS = bytes(126 + value % 5 for value in range(256))

_waiting = 0


class Drawn(ImageCaptcha):
    """The library takes a colour's brightness for its strength: dark ink would be pale."""

    lookup_table = [min(255, value * 6) for value in range(256)]  # noqa: RUF012 - as the library declares it


class Spoken(AudioCaptcha):
    """The library asks the system for a random number for every sample of its hiss, which takes a fifth of a second."""

    def create_background_noise(self, length: int, chars: str) -> bytearray:
        noise = bytearray(os.urandom(length).translate(HISS))
        place = 0
        while place < length:
            murmur = self._noise_pick()[: length - place]
            noise[place : place + len(murmur)] = _mixed(murmur, noise[place : place + len(murmur)])
            place += len(murmur) + 400
        return noise


async def picture(code: str) -> bytes:
    """A JPEG of about four kilobytes. Raises Throttled where too many wait."""
    return await _in_the_lane(lambda: Drawn(WIDTH, HEIGHT).generate(code, "jpeg", bg_color=PAPER, fg_color=INK).getvalue())


async def sound(code: str, language: str) -> bytes:
    """A WAV of some fifteen seconds. Raises Throttled where too many wait."""
    return await _in_the_lane(lambda: bytes(_voice(language).generate(code)))


async def _in_the_lane(work: Callable[[], bytes]) -> bytes:
    global _waiting  # noqa: PLW0603 - one process, one lane
    if _waiting >= MOST_WAITING:
        raise Throttled(SECONDS_TO_WAIT)
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(LANE, work)
    finally:
        _waiting -= 1


@cache
def _voice(language: str) -> Spoken:
    folder = VOICES / language
    return Spoken(str(folder if folder.is_dir() else VOICES / "ru"))


def _mixed(one: bytearray, other: bytearray) -> bytes:
    return bytes(min(255, max(0, a + b - 128)) for a, b in zip(one, other, strict=True))
