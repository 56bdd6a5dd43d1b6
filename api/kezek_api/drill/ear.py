"""What a drill's callers hear and say. One turn of 20 ms serves them all: a packet sent, and those read that came.

Silence is measured as the caller has it: the longest time in which nothing audible came, neither packets nor any that
hold more than A-law's two zeros (16 of 32,768: -66 dB). Measured on the five pieces of the packaged music on hold: the
longest pause below that is 0.3 s in the middle of a piece, and 0.3, 0.8, 1.2, 2.8 and 4.0 s at the end of one, where it
fades away; with a limit of 200 of 32,768 the longest would be 8.8 s.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Iterator

from kezek_api.drill.rtp import HEADER, PCMA, Outgoing

TURN_S = 0.02
ZEROS = b"\xd5\x55"
PERIOD = 8  # samples of the tone that stands for 'at your house ...': 1 kHz
APART_S = 2.0  # a tone so long after the last one is another
MOST_PACKETS = 100  # read of one caller in one turn
PACKET = 2048  # bytes at most
REFUSED_S = 1.0  # for so long every packet of ours has been refused: nobody is there any more


class Ear:
    """One caller's sound. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self.out = Outgoing()
        self._peer = False
        self._audible = 0.0  # when something audible came last; 0 before it listens
        self._refused = 0.0
        self.silence_s = 0.0
        self.silence_at = 0.0
        self.marks: list[float] = []  # when the tone of an outage began
        self._mark = 0.0  # when it was heard last

    def listen(self, now: float, port: int = 0) -> None:
        """The call is answered: silence counts from now. `port`: where the sound goes; 0 is where the first comes
        from."""
        self._audible = now
        if port:
            self._connect(("127.0.0.1", port))

    def stop(self, now: float) -> None:
        """The call is over."""
        if self._audible:
            self._silent_until(now)
        self._audible = 0.0

    def close(self) -> None:
        self._socket.close()

    def dead_since(self, now: float) -> float:
        """Since when the other end's port has been gone; 0 while it is not sure."""
        return self._refused if self._refused and now - self._refused > REFUSED_S else 0.0

    def turn(self, now: float) -> None:
        """A packet goes out; what has come is looked at."""
        if self._peer:
            try:
                self._socket.send(self.out.packet())
            except ConnectionRefusedError:  # by an earlier packet: loopback tells it at once
                self._refused = self._refused or now
            except OSError:
                pass  # no room: this one is lost, as on any line
        came, audible = self._read(now)
        if came:
            self._refused = 0.0
        if audible and self._audible:
            # of several that waited for a late turn the first came earlier
            self._silent_until(max(now - TURN_S * came, self._audible))
            self._audible = now

    def _read(self, now: float) -> tuple[int, bool]:
        """How many packets of sound came, and whether something is to be heard in them."""
        came, audible = 0, False
        for _ in range(MOST_PACKETS):
            try:
                data, source = self._socket.recvfrom(PACKET)
            except ConnectionRefusedError:
                self._refused = self._refused or now
                continue
            except OSError:
                break
            if not self._peer:
                self._connect(source)
            if len(data) > HEADER and data[1] & 0x7F == PCMA:
                came += 1
                said = data[HEADER:]
                audible = audible or bool(said.strip(ZEROS))
                if is_mark(said):
                    self._marked(time.monotonic())
        return came, audible

    def _connect(self, peer: tuple[str, int]) -> None:
        """Bound to one other end, the kernel tells us when that one is gone."""
        self._socket.connect(peer)
        self._peer = True

    def _marked(self, now: float) -> None:
        if now - self._mark > APART_S:
            self.marks.append(now)
        self._mark = now

    def _silent_until(self, now: float) -> None:
        if now - self._audible > self.silence_s:
            self.silence_s, self.silence_at = now - self._audible, self._audible


def is_mark(said: bytes) -> bool:
    """Whether a packet is full of the outage's tone. Nothing else repeats itself so exactly but silence."""
    return said == said[:PERIOD] * (len(said) // PERIOD) and bool(said.strip(ZEROS))


class Ears:
    """All callers' ears. `run` keeps them going, until cancelled."""

    def __init__(self) -> None:
        self._open: set[Ear] = set()

    @contextlib.contextmanager
    def opened(self) -> Iterator[Ear]:
        ear = Ear()
        self._open.add(ear)
        try:
            yield ear
        finally:
            self._open.discard(ear)
            ear.close()

    async def run(self) -> None:
        due = time.monotonic()
        while True:
            now = time.monotonic()
            for ear in self._open:
                ear.turn(now)
            due = max(due + TURN_S, time.monotonic())  # a turn that comes late is not made good: nor would a phone
            await asyncio.sleep(due - time.monotonic())
