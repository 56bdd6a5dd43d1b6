"""Scripted speech: sound frames that carry their own words, so that a scripted recogniser can read them back.

A frame is 20 ms of 16-bit little-endian mono at 8 kHz: 320 bytes.
"""

from __future__ import annotations

FRAME = 320
SILENCE = bytes(FRAME)
VOICE = b"\x00\x10\x00\xf0" * (FRAME // 4)  # a steady tone: loud, and no silence detector doubts it
SECONDS_PER_WORD = 0.4
_MARK = b"\xfe\x7fKZ\xfe\x7f"


def spoken(text: str) -> list[bytes]:
    """The frames of somebody saying `text`: voice for 0.4 s a word; the last frame holds the words (312 bytes)."""
    words = text.encode()
    if len(words) > FRAME - len(_MARK) - 2:
        raise ValueError("too long for one breath: say it in two goes")
    marked = (_MARK + len(words).to_bytes(2, "big") + words).ljust(FRAME, b"\0")
    return [VOICE] * round(max(1, len(text.split())) * SECONDS_PER_WORD / 0.02 - 1) + [marked]


def said(sound: bytes) -> list[str]:
    """The texts whose last frame lies in this sound (any number of whole frames)."""
    texts = []
    for start in range(0, len(sound) - FRAME + 1, FRAME):
        frame = sound[start : start + FRAME]
        if frame.startswith(_MARK):
            size = int.from_bytes(frame[len(_MARK) : len(_MARK) + 2], "big")
            texts.append(frame[len(_MARK) + 2 : len(_MARK) + 2 + size].decode())
    return texts


def is_voice(frame: bytes) -> bool:
    """Whether somebody speaks in this frame."""
    return frame[:4] == VOICE[:4] or frame.startswith(_MARK)
