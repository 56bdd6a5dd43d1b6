"""Recordings of any kind become the sound of a telephone line, or a clear error."""

from __future__ import annotations

import math
import struct
from array import array
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek_api.sound_file import NotSound, _a_law, _mu_law, read, resampled


def wav(
    data: bytes, *, coding: int = 1, channels: int = 1, rate: int = 8000, bits: int = 16, torn: bool = False
) -> bytes:
    form = struct.pack("<HHIIHH", coding, channels, rate, rate * channels * bits // 8, channels * bits // 8, bits)
    size = 0xFFFFFFFF if torn else len(data)
    chunks = b"fmt " + struct.pack("<I", len(form)) + form + b"LIST" + struct.pack("<I", 3) + b"abc\0"
    chunks += b"data" + struct.pack("<I", size) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def tone(rate: int, hertz: float = 440.0, seconds: float = 0.5) -> list[int]:
    return [int(12000 * math.sin(2 * math.pi * hertz * n / rate)) for n in range(int(rate * seconds))]


def written(folder: Path, content: bytes) -> Path:
    path = folder / "a.wav"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000])
def test_a_tone_is_the_same_tone_at_the_telephones_rate(rate, tmp_path):
    (sound,) = read(written(tmp_path, wav(array("h", tone(rate)).tobytes(), rate=rate)))
    samples = array("h", sound)
    assert len(samples) == pytest.approx(4000, abs=2)
    wanted = tone(8000)
    assert all(abs(got - want) < 300 for got, want in zip(samples[200:3800], wanted[200:3800], strict=True))


def test_what_a_telephone_does_not_pass_on_is_not_folded_back():
    samples = array("h", resampled(tone(16000, 6000.0), 16000))
    assert max(map(abs, samples[200:3800])) < 400


def test_both_sides_of_a_talk_come_apart(tmp_path):
    left, right = tone(8000), tone(8000, 880.0)
    both = array("h", [sample for pair in zip(left, right, strict=True) for sample in pair])
    assert read(written(tmp_path, wav(both.tobytes(), channels=2))) == [
        array("h", left).tobytes(),
        array("h", right).tobytes(),
    ]


@pytest.mark.parametrize(
    ("bits", "coding", "data"),
    [
        (8, 1, bytes([128, 255, 0])),
        (24, 1, b"\0\0\0" + b"\0\xff\x7f" + b"\0\0\x80"),
        (32, 1, b"\0\0\0\0" + b"\0\0\xff\x7f" + b"\0\0\0\x80"),
        (32, 3, struct.pack("<3f", 0.0, 1.0, -1.0)),
    ],
)
def test_samples_of_other_sizes(bits, coding, data, tmp_path):
    (sound,) = read(written(tmp_path, wav(data, bits=bits, coding=coding)))
    silent, high, low = array("h", sound)
    assert (silent, high > 32500 - 300, low < -32500) == (0, True, True)


def test_companded_sound_is_decoded_by_the_standards_tables(tmp_path):
    assert [_a_law(byte) for byte in (0xD5, 0x55, 0xAA, 0x2A)] == [8, -8, 32256, -32256]
    assert [_mu_law(byte) for byte in (0xFF, 0x7F, 0x80, 0x00)] == [0, 0, 32124, -32124]
    (sound,) = read(written(tmp_path, wav(b"\xd5\xaa", bits=8, coding=6, torn=True)))
    assert list(array("h", sound)) == [8, 32256]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"ID3 an mp3", "no WAV"),
        (b"", "no WAV"),
        (wav(b"", coding=0x55), "convert"),
        (wav(b"ab", channels=0), "channels"),
        (wav(b"ab", rate=1), "Hz"),
        (wav(b"ab")[:30], "without sound"),
    ],
)
def test_what_is_no_recording_says_what_to_do(content, why, tmp_path):
    with pytest.raises(NotSound, match=why):
        read(written(tmp_path, content))


@given(st.binary(max_size=300))
def test_any_file_is_sound_or_not(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("sound") / "a.wav"
    for bytes_of_it in (content, b"RIFF\0\0\0\0WAVE" + content, wav(content, bits=16)[: 44 + len(content)]):
        path.write_bytes(bytes_of_it)
        try:
            read(path)
        except NotSound:
            continue
