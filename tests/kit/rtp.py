"""The sound of a test's phone: A-law over RTP, 20 ms a packet, digits by RFC 4733, and what came in."""

from __future__ import annotations

import asyncio
import math
from collections import deque

from kezek_api.drill.rtp import DECODED, DIGITS, EVENT, HEADER, PCMA, SILENCE, Outgoing, alaw, linear, loudness

__all__ = ["SILENCE", "Sound", "alaw", "linear", "loudness", "share_of"]


def share_of(coded: bytes, hertz: float) -> float:
    """How much of the sound is one tone, 0..1 (Goertzel); 0 for silence."""
    samples = [DECODED[byte] for byte in coded]
    energy = sum(sample * sample for sample in samples)
    if energy <= 100 * 100 * len(samples):
        return 0.0
    turn = 2 * math.pi * hertz / 8000
    real = sum(sample * math.cos(turn * at) for at, sample in enumerate(samples))
    imaginary = sum(sample * math.sin(turn * at) for at, sample in enumerate(samples))
    return 2 * (real * real + imaginary * imaginary) / (energy * len(samples))


class Sound(asyncio.DatagramProtocol):
    """One direction each way. Sends silence until told to say something; keeps the last seconds heard."""

    def __init__(self) -> None:
        self._closed = False
        self.heard: deque[bytes] = deque(maxlen=250)  # 5 s
        self.packets = 0
        self.digits: dict[int, str] = {}  # by the moment of each digit's beginning
        self._peer: tuple[str, int] | None = None
        self._out = Outgoing()
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
        self._out.say(alaw(sound))

    @property
    def silent(self) -> bool:
        """Everything has been said."""
        return self._out.silent

    def press(self, digit: str, *, brief: bool = False) -> None:
        self._out.press(digit, brief=brief)

    def close(self) -> None:
        self._closed = True
        if self._next:
            self._next.cancel()
        if self._transport:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(data) > HEADER and data[1] & 0x7F == PCMA:
            self.packets += 1
            self.heard.append(data[HEADER:])
        elif len(data) > HEADER and data[1] & 0x7F == EVENT and data[HEADER] < len(DIGITS):
            self.digits[int.from_bytes(data[4:8])] = list(DIGITS)[data[HEADER]]

    def _tick(self) -> None:
        packet = self._out.packet()
        if self._transport and self._peer:
            self._transport.sendto(packet, self._peer)
        self._due += 0.02
        self._next = asyncio.get_running_loop().call_at(self._due, self._tick)
