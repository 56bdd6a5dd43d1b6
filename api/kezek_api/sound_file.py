"""WAV files as the telephone would have brought them: 16-bit mono at 8 kHz, each channel by itself.

PCM of 8 to 32 bits, 32-bit floats, A-law and mu-law at any rate; `wave` of the standard library reads PCM alone.
"""

from __future__ import annotations

import math
import struct
import sys
from array import array
from collections.abc import Iterator, Sequence
from operator import mul
from pathlib import Path

RATE = 8000
MOST = 1 << 30  # bytes of a file
_PCM, _FLOAT, _A_LAW, _MU_LAW, _EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
_TAPS = 12  # of the low-pass, to each side, in samples of the lower rate
_CUT_OFF = 3_600.0  # Hz: what a telephone passes on


class NotSound(Exception):
    """The file is no WAV that can be read; the message says what it is."""


def read(path: Path) -> list[bytes]:
    """Each channel's sound. Raises NotSound, OSError."""
    if path.stat().st_size > MOST:
        raise NotSound("longer than a gigabyte: cut it into pieces")
    return channels_of(path.read_bytes())


def channels_of(content: bytes) -> list[bytes]:
    """The same of a file's content. Raises NotSound."""
    coding, channels, rate, bits, data = _parts(content)
    samples = _samples(coding, bits, data)
    return [resampled(samples[channel::channels], rate) for channel in range(channels)]


def _parts(content: bytes) -> tuple[int, int, int, int, bytes]:
    """Coding, channels, rate, bits a sample, the data."""
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise NotSound("no WAV file: convert it (sox, ffmpeg: 'ffmpeg -i IN OUT.wav')")
    form: tuple[int, int, int, int] | None = None
    at = 12
    while at + 8 <= len(content):
        name, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        body = content[at + 8 : at + 8 + size]
        if name == b"fmt " and len(body) >= 16:
            coding, channels, rate, _, _, bits = struct.unpack("<HHIIHH", body[:16])
            if coding == _EXTENSIBLE and len(body) >= 26:
                coding = int.from_bytes(body[24:26], "little")
            form = coding, channels, rate, bits
        if name == b"data":
            if form is None:
                break
            if not (1 <= form[1] <= 8 and 4_000 <= form[2] <= 384_000):
                raise NotSound(f"{form[1]} channels at {form[2]} Hz: that is no recording of speech")
            return *form, content[at + 8 : at + 8 + size]  # a writer into a pipe does not know the length
        at += 8 + size + size % 2
    raise NotSound("a WAV file without sound in it")


def _samples(coding: int, bits: int, data: bytes) -> array[int]:
    if coding in (_A_LAW, _MU_LAW) and bits == 8:
        table = [(_a_law if coding == _A_LAW else _mu_law)(byte) for byte in range(256)]
        return array("h", map(table.__getitem__, data))
    if coding == _PCM and bits == 8:
        return array("h", [(byte - 128) << 8 for byte in data])
    if coding == _PCM and bits == 16:
        samples = array("h", data[: len(data) & ~1])
        if sys.byteorder == "big":
            samples.byteswap()
        return samples
    if coding == _PCM and bits in (24, 32):
        size = bits // 8
        high = bytearray(len(data) // size * 2)
        high[0::2], high[1::2] = _every(data, size, size - 2), _every(data, size, size - 1)
        return _samples(_PCM, 16, bytes(high))
    if coding == _FLOAT and bits == 32:
        floats = struct.unpack(f"<{len(data) // 4}f", data[: len(data) & ~3])
        return array("h", [int(max(-1.0, min(1.0, each)) * 32767) if math.isfinite(each) else 0 for each in floats])
    raise NotSound(f"coded as number {coding} with {bits} bits: convert it to 16-bit PCM ('ffmpeg -i IN OUT.wav')")


def _every(data: bytes, size: int, at: int) -> bytes:
    return data[at : len(data) // size * size : size]


def _a_law(byte: int) -> int:
    """ITU-T G.711."""
    byte ^= 0x55
    exponent, mantissa = byte >> 4 & 7, byte & 15
    size = (mantissa << 4) + 8 if exponent == 0 else ((mantissa << 4) + 0x108) << (exponent - 1)
    return size if byte & 0x80 else -size


def _mu_law(byte: int) -> int:
    """ITU-T G.711."""
    byte ^= 0xFF
    size = (((byte & 15) << 3) + 0x84 << (byte >> 4 & 7)) - 0x84
    return -size if byte & 0x80 else size


def resampled(samples: Sequence[int], rate: int) -> bytes:
    """To 8 kHz, by a windowed sinc for each of the phases that the two rates have."""
    if rate == RATE:
        return array("h", samples).tobytes()
    common = math.gcd(rate, RATE)
    up, down = RATE // common, rate // common
    half = math.ceil(_TAPS * max(1.0, rate / RATE))
    phases = [_phase(number / up, half, min(_CUT_OFF, 0.45 * rate) / rate) for number in range(up)]
    padded = array("h", bytes(2 * half)) + array("h", samples) + array("h", bytes(2 * half + 2))
    count = len(samples) * up // down
    return array("h", _filtered(padded, phases, count, up, down, half)).tobytes()


def _filtered(
    padded: array[int], phases: list[list[float]], count: int, up: int, down: int, half: int
) -> Iterator[int]:
    for number in range(count):
        at, phase = divmod(number * down, up)
        value = sum(map(mul, padded[at : at + 2 * half + 1], phases[phase]))
        yield max(-32768, min(32767, int(value)))


def _phase(offset: float, half: int, cut_off: float) -> list[float]:
    """Weights of the samples from -half to +half around a place `offset` (0..1) behind the middle one."""
    weights = []
    for tap in range(-half, half + 1):
        distance = tap - offset
        angle = 2 * math.pi * cut_off * distance
        sinc = math.sin(angle) / angle if angle else 1.0
        weights.append(sinc * (0.5 + 0.5 * math.cos(math.pi * distance / (half + 1))))
    whole = sum(weights)
    return [weight / whole for weight in weights]
