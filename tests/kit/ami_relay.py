"""A relay before AMI that loses some events, says others twice, and can flood whoever listens."""

from __future__ import annotations

import random
from collections.abc import Callable

from kezek_api.drill.ami_noise import AmiNoise
from kezek_api.drill.relay import Relay

KINDS = (
    "Newstate\r\nUniqueid: x-{0}\r\nChannel: PJSIP/x-{0}\r\nChannelStateDesc: Ringing",
    "Hangup\r\nUniqueid: x-{0}\r\nChannel: PJSIP/x-{0}\r\nCause: 16",
    "DeviceStateChange\r\nDevice: Local/x-{0}\r\nState: NOT_INUSE",
    "UserEvent\r\nUserEvent: Somebodys\r\nUniqueid: x-{0}\r\nCall: x-{0}",
)


class AmiRelay(Relay):
    """`lost`, `doubled`: of how many events. Seeded: the same seed and the same events lose the same ones."""

    def __init__(self, port: int, *, lost: float = 0.0, doubled: float = 0.0, seed: int = 1) -> None:
        super().__init__(f"127.0.0.1:{port}", said=self._listener)
        self.noise = AmiNoise(random.Random(seed), lost, doubled)  # noqa: S311 - no secret
        self.at_login = 0  # so many events more, as soon as a connection is up

    def flood(self, events: int) -> None:
        """All at once, to whoever is connected: packets go on whole, so they come between two of Asterisk's."""
        assert self.clients
        for client in self.clients:
            client.write(of_strangers(events))

    def _listener(self) -> Callable[[bytes], bytes]:
        heard = self.noise.said()

        def said(data: bytes) -> bytes:
            packets = heard(data)
            return packets + of_strangers(self.at_login) if b"FullyBooted" in packets else packets

        return said


def of_strangers(events: int) -> bytes:
    """Of channels and devices that are none of ours."""
    return "".join(f"Event: {KINDS[number % len(KINDS)].format(number)}\r\n\r\n" for number in range(events)).encode()
