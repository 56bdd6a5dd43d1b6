"""What a recogniser node and its client say to each other: AudioSocket's frames, and messages in JSON between them.

A frame is kind (1 byte), length (2 bytes, big-endian), payload. Sound is AudioSocket's own kind 0x10 (16-bit
little-endian mono at 8 kHz). A message is one JSON object in one frame of kind 0x20, or in several: kind 0x21 for all
but the last. One connection is one recogniser:

    node    {"hello": NONCE, "languages": [...]}
    client  {"open": LANGUAGE, "phrases": [...] | null, "spare": [...] | null, "kind": "call", "proof": HEX}
    node    {"opened": true}  or  {"refused": "recogniser_full" | "no_model" | "recogniser_dead" | "unproven"}, the end
    client  sound ..., {"flush": true}, {"again": NUMBER, "phrases": [...]}
    node    {"heard": [[TEXT, CONFIDENCE, START, END], ...], "final": true}
            {"again": NUMBER, "words": [...]}  or  {"again": NUMBER, "refused": CODE}
            {"end": "" | CODE} and the end;  {"beat": 1} each second: a node that says nothing is dead
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

from ..types import Dead, Full, NoModel, SpeechError, Word

SOUND, MESSAGE, MORE = 0x10, 0x20, 0x21
HEADER = 3
LONGEST = 0xFFFF  # bytes of a payload
BEAT_S = 1.0
UNPROVEN = "unproven"  # refused: the secret is not this node's

ERRORS: dict[str, type[SpeechError]] = {error.code: error for error in (Full, NoModel, Dead)}


class BadPeer(Exception):
    """It does not speak this protocol, or says more than it may."""


class Frames:
    """Bytes in, whole sounds (bytes) and messages (dict) out. Raises BadPeer."""

    def __init__(self, longest: int) -> None:
        """`longest`: bytes of a message in all its frames."""
        self._longest = longest
        self._buffer = bytearray()
        self._message = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes | dict[str, Any]]:
        self._buffer += data
        start = 0
        try:
            while len(self._buffer) - start >= HEADER:
                end = start + HEADER + int.from_bytes(self._buffer[start + 1 : start + HEADER], "big")
                if len(self._buffer) < end:
                    break
                kind, payload = self._buffer[start], bytes(self._buffer[start + HEADER : end])
                start = end
                if kind == SOUND:
                    yield payload
                elif kind in (MESSAGE, MORE):
                    if len(self._message) + len(payload) > self._longest:
                        raise BadPeer("a message that is too long")
                    self._message += payload
                    if kind == MESSAGE:
                        yield self._whole()
                else:
                    raise BadPeer(f"a frame of kind {kind:#x}")
        finally:
            del self._buffer[:start]

    def _whole(self) -> dict[str, Any]:
        text, self._message = bytes(self._message), bytearray()
        try:
            told = json.loads(text)
        except (ValueError, RecursionError):
            raise BadPeer("a message that is no JSON") from None
        if not isinstance(told, dict):
            raise BadPeer("a message that is no object")
        return told


def sound_frame(sound: bytes) -> bytes:
    """In as many frames as it needs."""
    return b"".join(
        _frame(SOUND, sound[at : at + LONGEST - 1]) for at in range(0, len(sound), LONGEST - 1)
    )  # an even number of bytes: whole samples


def message(told: dict[str, Any]) -> bytes:
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    last = max(0, len(text) - 1) // LONGEST * LONGEST
    return b"".join(
        _frame(MESSAGE if at == last else MORE, text[at : at + LONGEST]) for at in range(0, last + 1, LONGEST)
    )


def _frame(kind: int, payload: bytes) -> bytes:
    return bytes([kind]) + len(payload).to_bytes(2, "big") + payload


def told_words(words: Sequence[Word]) -> list[list[Any]]:
    return [[word.text, word.confidence, word.start, word.end] for word in words]


def read_words(told: Any, most: int = 2_000) -> tuple[Word, ...]:
    """Raises BadPeer."""
    if not isinstance(told, list) or len(told) > most:
        raise BadPeer("no list of words")
    return tuple(_word(each) for each in told)


def _word(told: Any) -> Word:
    match told:
        case [str(text), float() | int() as confidence, float() | int() as start, float() | int() as end]:
            if len(text) <= 200 and all(map(math.isfinite, (confidence, start, end))):
                return Word(text, min(1.0, max(0.0, float(confidence))), float(start), float(end))
    raise BadPeer("no word")


def read_phrases(told: Any, most: int = 100_000) -> tuple[str, ...] | None:
    """Raises BadPeer."""
    if told is None:
        return None
    if (
        not isinstance(told, list)
        or len(told) > most
        or not all(isinstance(each, str) and len(each) <= 200 for each in told)
    ):
        raise BadPeer("no list of phrases")
    return tuple(told)


def refused(code: Any) -> SpeechError:
    """The error of that code; an unknown one is a death."""
    if code == UNPROVEN:
        return Dead("KEZEK_EARS_SECRET is not the node's")
    return ERRORS.get(str(code), Dead)("a recogniser node says so")


def proof(secret: str, nonce: str) -> str:
    """That the client knows the secret, for this connection alone."""
    return hmac.new(secret.encode(), nonce.encode(), hashlib.sha256).hexdigest()


def proven(secret: str, nonce: str, told: Any) -> bool:
    """Without a secret everybody whose address is known may come."""
    return not secret or (isinstance(told, str) and hmac.compare_digest(proof(secret, nonce).encode(), told.encode()))
