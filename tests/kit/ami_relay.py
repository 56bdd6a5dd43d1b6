"""A relay before AMI that loses some events and says others twice; answers and the rows of a list come as they are."""

from __future__ import annotations

import asyncio
import random

from kit.relay import Relay

END = b"\r\n\r\n"


class AmiRelay(Relay):
    """`lost`, `doubled`: of how many events. Seeded: the same seed and the same events lose the same ones."""

    def __init__(self, port: int, *, lost: float = 0.0, doubled: float = 0.0, seed: int = 1) -> None:
        super().__init__(port)
        self._lost, self._doubled, self._chance = lost, doubled, random.Random(seed)  # noqa: S311 - no secret
        self.events_lost = self.events_doubled = 0
        self.at_login = 0  # so many events more, as soon as a connection is up
        self._inward: asyncio.StreamWriter | None = None

    def flood(self, events: int) -> None:
        """Of channels and devices that are none of ours, all at once."""
        assert self._inward is not None
        kinds = (
            "Newstate\r\nUniqueid: x-{0}\r\nChannel: PJSIP/x-{0}\r\nChannelStateDesc: Ringing",
            "Hangup\r\nUniqueid: x-{0}\r\nChannel: PJSIP/x-{0}\r\nCause: 16",
            "DeviceStateChange\r\nDevice: Local/x-{0}\r\nState: NOT_INUSE",
            "UserEvent\r\nUserEvent: Somebodys\r\nUniqueid: x-{0}\r\nCall: x-{0}",
        )
        told = (f"Event: {kinds[number % len(kinds)].format(number)}\r\n\r\n" for number in range(events))
        self._inward.write("".join(told).encode())

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, outward: bool) -> None:
        if outward:
            await super()._pass(reader, writer, outward=outward)
            return
        self._inward = writer
        try:
            while True:
                message = await reader.readuntil(END)
                writer.write(self._said(message))
                if b"FullyBooted" in message and self.at_login:
                    self.flood(self.at_login)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.transport.abort()

    def _said(self, message: bytes) -> bytes:
        if not message.startswith(b"Event:") or b"\r\nActionID:" in message or b"FullyBooted" in message:
            return message
        dice = self._chance.random()
        if dice < self._lost:
            self.events_lost += 1
            return b""
        if dice < self._lost + self._doubled:
            self.events_doubled += 1
            return message * 2
        return message
