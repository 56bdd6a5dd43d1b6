"""Photos lose where they were taken and with what; the picture stays, byte by byte."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek_register.photos import NotAPicture, without_traces
from kit.pictures import JPEG, MAKER, PLAIN_JPEG, PLAIN_PNG, PLAIN_WEBP, PNG, WEBP, large_jpeg

EVERY = {"jpeg": JPEG, "png": PNG, "webp": WEBP}


@pytest.mark.parametrize("picture", EVERY.values(), ids=EVERY)
def test_what_tells_of_the_maker_is_gone(picture: bytes) -> None:
    clean = without_traces(picture)
    assert MAKER in picture
    assert MAKER not in clean
    assert without_traces(clean) == clean


def test_a_jpeg_keeps_its_scan_and_how_it_was_held() -> None:
    clean = without_traces(JPEG + MAKER)
    assert clean.endswith(JPEG[JPEG.index(b"\xff\xdb") :])
    assert b"Exif\0\0MM\0*" in clean
    assert b"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06" in clean, "orientation 6"
    assert len(clean) < len(JPEG)


def test_a_png_keeps_its_picture() -> None:
    assert without_traces(PNG) == PLAIN_PNG


@pytest.mark.parametrize("plain", [PLAIN_JPEG, PLAIN_PNG, PLAIN_WEBP, large_jpeg(99_999)])
def test_what_tells_nothing_stays_as_it_is(plain: bytes) -> None:
    assert without_traces(plain) == plain


def test_a_webp_says_no_longer_that_there_is_more() -> None:
    clean = without_traces(WEBP)
    assert struct.unpack_from("<I", clean, 4)[0] == len(clean) - 8
    assert clean[clean.index(b"VP8X") + 8] & 0x0C == 0
    assert clean[clean.index(b"VP8 ") :] == WEBP[WEBP.index(b"VP8 ") : WEBP.index(b"EXIF")]


@pytest.mark.parametrize(
    "wrong", [b"", b"GIF89a", b"\xff\xd8", b"\xff\xd8\xff\xe1\xff\xff", JPEG[:80], PNG[:40], WEBP[:60]]
)
def test_what_is_no_picture_is_refused(wrong: bytes) -> None:
    with pytest.raises(NotAPicture):
        without_traces(wrong)


@given(st.sampled_from(sorted(EVERY)), st.data())
def test_broken_pictures_end_in_order(name: str, data: st.DataObject) -> None:
    whole = bytearray(EVERY[name])
    for at in data.draw(st.lists(st.integers(3, len(whole) - 1), max_size=6)):
        whole[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))
    with contextlib.suppress(NotAPicture):
        without_traces(bytes(whole[:cut]))
