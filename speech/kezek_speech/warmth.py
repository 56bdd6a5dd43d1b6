"""Sound like speech, made of nothing: syllables of a buzzing voice through moving formants. It warms recognisers up."""

from __future__ import annotations

import math
import random
from array import array

from .types import RATE

_VOWELS = ((700, 1200), (300, 2200), (350, 800), (500, 1700), (450, 900), (320, 1100))  # two formants, Hz


def speechlike(seconds: float, seed: int = 109) -> bytes:
    """16-bit mono at 8 kHz. The same seed gives the same sound."""
    chance = random.Random(seed)  # noqa: S311 - a noise, not a secret
    samples = array("h")
    while len(samples) < seconds * RATE:
        low, high = chance.choice(_VOWELS)
        pitch = chance.uniform(110, 220)
        length = int(chance.uniform(0.09, 0.22) * RATE)
        harmonics = [(2 * math.pi * pitch * k / RATE, _gain(pitch * k, low, high)) for k in range(1, int(3400 / pitch))]
        hiss = chance.uniform(100, 1500)
        for n in range(int(0.05 * RATE)):
            samples.append(int(chance.uniform(-hiss, hiss) * min(1.0, n / 80)))
        for n in range(length):
            envelope = math.sin(math.pi * n / length)
            samples.append(int(2500 * envelope * sum(gain * math.sin(step * n) for step, gain in harmonics)))
    return samples[: int(seconds * RATE)].tobytes()


def _gain(hertz: float, low: float, high: float) -> float:
    return math.exp(-(((hertz - low) / 180) ** 2)) + 0.5 * math.exp(-(((hertz - high) / 250) ** 2)) + 0.02
