"""Events of AMI that get lost or come twice: whole packets, by chance, with the chance's seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

END = b"\r\n\r\n"
EVENT = b"event: "
OF_A_LIST = b"\r\nactionid: "  # or of an Originate: an answer, which is no news
SPARED = b"event: fullybooted"  # the last word of signing in


@dataclass(slots=True)
class AmiNoise:
    """Of one link; both chances are 0 to 1, and 0 leaves everything as it is."""

    random: Random
    drop: float = 0.0
    double: float = 0.0
    dropped: int = field(default=0, init=False)
    doubled: int = field(default=0, init=False)

    def said(self) -> Callable[[bytes], bytes]:
        """For one connection: from what was heard to what goes on."""
        return _Packets(self).pass_on

    def times(self, packet: bytes) -> int:
        """How often it shall be heard."""
        if not is_news(packet):
            return 1
        if self.random.random() < self.drop:
            self.dropped += 1
            return 0
        if self.random.random() < self.double:
            self.doubled += 1
            return 2
        return 1


class _Packets:
    def __init__(self, noise: AmiNoise) -> None:
        self._noise = noise
        self._rest = b""

    def pass_on(self, data: bytes) -> bytes:
        """The packets that have become whole by it."""
        *packets, self._rest = (self._rest + data).split(END)
        return b"".join((packet + END) * self._noise.times(packet) for packet in packets)


def is_news(packet: bytes) -> bool:
    """An event that answers nothing; the banner, responses and the rows of lists are none."""
    said = packet.lower()
    return said.startswith(EVENT) and not said.startswith(SPARED) and OF_A_LIST not in said
