"""The sound of a test's phone: A-law over RTP, 20 ms a packet, digits by RFC 4733, and what came in."""

from __future__ import annotations

import array
import asyncio
import math
import struct
from collections import deque

SILENCE = b"\xd5" * 160
DIGITS = {digit: event for event, digit in enumerate("0123456789*#")}


def alaw(sound: bytes) -> bytes:
    """16-bit little-endian samples as A-law (ITU-T G.711)."""
    return bytes(_encode(sample) for sample in array.array("h", sound))


def linear(coded: bytes) -> bytes:
    return array.array("h", (_DECODED[byte] for byte in coded)).tobytes()


def loudness(coded: bytes) -> float:
    """Mean magnitude of A-law sound, 0..32767; silence is below 20."""
    return sum(abs(_DECODED[byte]) for byte in coded) / len(coded) if coded else 0.0


def share_of(coded: bytes, hertz: float) -> float:
    """How much of the sound is one tone, 0..1 (Goertzel); 0 for silence."""
    samples = [_DECODED[byte] for byte in coded]
    energy = sum(sample * sample for sample in samples)
    if energy <= 100 * 100 * len(samples):
        return 0.0
    turn = 2 * math.pi * hertz / 8000
    real = sum(sample * math.cos(turn * at) for at, sample in enumerate(samples))
    imaginary = sum(sample * math.sin(turn * at) for at, sample in enumerate(samples))
    return 2 * (real * real + imaginary * imaginary) / (energy * len(samples))


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


_DECODED = [_decode(byte) for byte in range(256)]


class Sound(asyncio.DatagramProtocol):
    """One direction each way. Sends silence until told to say something; keeps the last seconds heard."""

    def __init__(self) -> None:
        self._closed = False
        self.heard: deque[bytes] = deque(maxlen=250)  # 5 s
        self.packets = 0
        self.digits: dict[int, str] = {}  # by the moment of each digit's beginning
        self._peer: tuple[str, int] | None = None
        self._out: deque[tuple[int, bytes, bool]] = deque()  # payload type, payload, first of its kind
        self._number = 1
        self._time = 0
        self._next: asyncio.TimerHandle | None = None
        self._transport: asyncio.DatagramTransport | None = None

    async def open(self) -> int:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        port = int(self._transport.get_extra_info("sockname")[1])
        if self._closed:  # while it was being opened
            self._transport.close()
        return port

    def start(self, peer: tuple[str, int]) -> None:
        started, self._peer = self._peer, peer
        if started is None:
            self._due = asyncio.get_running_loop().time()
            self._tick()

    def say(self, sound: bytes) -> None:
        """Say 16-bit little-endian mono sound at 8 kHz after what is being said."""
        coded = alaw(sound)
        for at in range(0, len(coded), 160):
            self._out.append((8, coded[at : at + 160].ljust(160, b"\xd5"), False))

    @property
    def silent(self) -> bool:
        """Everything has been said."""
        return not self._out

    def press(self, digit: str) -> None:
        event = DIGITS[digit]
        for step in range(1, 6):
            self._out.append((101, struct.pack("!BBH", event, 10, 160 * step), step == 1))
        for _ in range(3):
            self._out.append((101, struct.pack("!BBH", event, 0x80 | 10, 960), False))
        self._out.extend((8, SILENCE, False) for _ in range(3))

    def close(self) -> None:
        self._closed = True
        if self._next:
            self._next.cancel()
        if self._transport:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(data) > 12 and data[1] & 0x7F == 8:
            self.packets += 1
            self.heard.append(data[12:])
        elif len(data) > 12 and data[1] & 0x7F == 101 and data[12] < len(DIGITS):
            self.digits[int.from_bytes(data[4:8])] = list(DIGITS)[data[12]]

    def _tick(self) -> None:
        kind, payload, first = self._out.popleft() if self._out else (8, SILENCE, False)
        if kind != 101:
            self._time += 160
        elif first:
            self._time += 160  # all packets of one digit carry the time of its beginning
        header = struct.pack("!BBHII", 0x80, kind | (0x80 if first else 0), self._number & 0xFFFF, self._time, 7)
        self._number += 1
        if self._transport and self._peer:
            self._transport.sendto(header + payload, self._peer)
        self._due += 0.02
        self._next = asyncio.get_running_loop().call_at(self._due, self._tick)
