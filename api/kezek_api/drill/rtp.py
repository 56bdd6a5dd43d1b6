"""Sound as a phone sends it: A-law (ITU-T G.711) over RTP, 20 ms a packet, digits by RFC 4733."""

from __future__ import annotations

import array
import struct
from collections import deque

RATE = 8000  # samples a second
FRAME = 160  # bytes of A-law in a packet: 20 ms
SILENCE = b"\xd5" * FRAME
DIGITS = {digit: event for event, digit in enumerate("0123456789*#")}
HEADER = 12  # bytes
PCMA, EVENT = 8, 101  # payload types


def alaw(sound: bytes) -> bytes:
    """16-bit little-endian samples as A-law."""
    return bytes(_encode(sample) for sample in array.array("h", sound))


def linear(coded: bytes) -> bytes:
    return array.array("h", (DECODED[byte] for byte in coded)).tobytes()


def loudness(coded: bytes) -> float:
    """Mean magnitude of A-law sound, 0..32767; silence is below 20."""
    return sum(abs(DECODED[byte]) for byte in coded) / len(coded) if coded else 0.0


class Outgoing:
    """What a phone sends: what it is told to say and press, in that order, and silence."""

    def __init__(self) -> None:
        self._out: deque[tuple[int, bytes, bool]] = deque()  # payload type, payload, first of its kind
        self._number = 1
        self._time = 0

    @property
    def silent(self) -> bool:
        """Everything has been said."""
        return not self._out

    def say(self, coded: bytes) -> None:
        """A-law sound, after what is being said."""
        for at in range(0, len(coded), FRAME):
            self._out.append((PCMA, coded[at : at + FRAME].ljust(FRAME, b"\xd5"), False))

    def press(self, digit: str, *, brief: bool = False) -> None:
        """For 120 ms; `brief`: as short as a hurried finger or late packets make it."""
        event = DIGITS[digit]
        for step in range(1, 2 if brief else 6):
            self._out.append((EVENT, struct.pack("!BBH", event, 10, FRAME * step), step == 1))
        for _ in range(3):
            self._out.append((EVENT, struct.pack("!BBH", event, 0x80 | 10, 160 if brief else 960), False))
        self._out.extend((PCMA, SILENCE, False) for _ in range(3))

    def packet(self) -> bytes:
        """The next 20 ms."""
        kind, payload, first = self._out.popleft() if self._out else (PCMA, SILENCE, False)
        if kind != EVENT or first:  # all packets of one digit carry the time of its beginning
            self._time = self._time + FRAME & 0xFFFFFFFF
        header = struct.pack("!BBHII", 0x80, kind | (0x80 if first else 0), self._number, self._time, 7)
        self._number = self._number + 1 & 0xFFFF
        return header + payload


def _encode(sample: int) -> int:
    sign = 0x80 if sample >= 0 else 0
    value = min(sample >> 3 if sample >= 0 else (-sample - 1) >> 3, 4095)
    exponent = max(value.bit_length() - 5, 0)
    mantissa = (value >> (exponent if exponent else 1)) & 0x0F
    return ((sign | exponent << 4 | mantissa) ^ 0x55) & 0xFF


def _decode(byte: int) -> int:
    byte ^= 0x55
    exponent, mantissa = byte >> 4 & 7, byte & 15
    value = (mantissa << 4) + 8 if exponent == 0 else ((mantissa << 4) + 0x108) << exponent - 1
    return value if byte & 0x80 else -value


DECODED = [_decode(byte) for byte in range(256)]
