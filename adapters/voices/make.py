"""How the spoken digits beside this file were made; needed again only for another language. It is no part of the product.

    pip install espeakng-loader && python adapters/voices/make.py

espeak-ng 1.52 (GPL; what it speaks is not) says each digit, slowly; the sound is brought to 8000 unsigned bytes a second, as
captcha.audio takes them, its silence cut off and its loudness made equal.
"""

import ctypes
import wave
from pathlib import Path
from typing import Any

import espeakng_loader

WORDS = {
    "ru": "ноль один два три четыре пять шесть семь восемь девять",
    "kk": "нөл бір екі үш төрт бес алты жеті сегіз тоғыз",
    "en": "zero one two three four five six seven eight nine",
}
RATE, LOUDEST, QUIET, PAUSE = 8000, 100, 300, 400
CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def main() -> None:
    library = espeakng_loader.load_library()
    rate = library.espeak_Initialize(1, 0, espeakng_loader.get_data_path().encode(), 0)  # 1: give the samples, play nothing
    found: list[int] = []

    def take(samples: Any, count: int, _events: object) -> int:
        found.extend(samples[:count] if samples else [])
        return 0

    kept = CALLBACK(take)
    library.espeak_SetSynthCallback(kept)
    library.espeak_SetParameter(1, 90, 0)  # words a minute
    for language, words in WORDS.items():
        assert library.espeak_SetVoiceByName(language.encode()) == 0, language
        for digit, word in enumerate(words.split()):
            found.clear()
            text = word.encode() + b"\0"
            library.espeak_Synth(text, len(text), 0, 0, 0, 1, None, None)
            library.espeak_Synchronize()
            write(Path(__file__).parent / language / str(digit) / "voice.wav", at_rate(trimmed(found), rate))


def trimmed(samples: list[int]) -> list[int]:
    loud = [place for place, value in enumerate(samples) if abs(value) > QUIET]
    return samples[max(0, loud[0] - PAUSE) : loud[-1] + PAUSE]


def at_rate(samples: list[int], rate: int) -> bytes:
    """Each new sample is the mean of the old ones around it: enough of a low-pass for a voice."""
    step, most = rate / RATE, max(map(abs, samples))
    means = [samples[int(place * step) : int((place + 1) * step) + 1] for place in range(int(len(samples) / step))]
    return bytes(128 + round(sum(some) / len(some) * LOUDEST / most) for some in means)


def write(path: Path, samples: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE)
        file.writeframes(samples)


if __name__ == "__main__":
    main()
