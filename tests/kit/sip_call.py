"""One call of a test's telephone: what can be done in it, and what can be waited for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from kit.rtp import Sound
from kit.sip_message import SipMessage, digest, media_address, session_description, uri_of

if TYPE_CHECKING:
    from kit.sip_agent import SipAgent

LIMIT = 15.0  # seconds that anything expected may take on a loaded machine


class SipCall:
    """One call of the agent, in or out."""

    def __init__(self, agent: SipAgent, call_id: str, local: str, remote: str, target: str) -> None:
        self.agent, self.call_id, self.local, self.remote, self.target = agent, call_id, local, remote, target
        self.sound = Sound()
        self.status = 0  # the last final status of the INVITE
        self.invite: SipMessage | None = None
        self.sequence = 1
        self._rung, self._answered, self._ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._port = 0
        self._version = 1  # of the session description

    async def rung(self, limit: float = LIMIT) -> None:
        async with asyncio.timeout(limit):
            await self._rung.wait()

    async def answered(self, limit: float = LIMIT) -> None:
        async with asyncio.timeout(limit):
            await self._answered.wait()

    async def ended(self, limit: float = LIMIT) -> None:
        async with asyncio.timeout(limit):
            await self._ended.wait()

    @property
    def over(self) -> bool:
        return self._ended.is_set()

    @property
    def talking(self) -> bool:
        return self._answered.is_set() and not self.over

    @property
    def number(self) -> str:
        """The number that was dialled, of a call that came in."""
        assert self.invite
        return self.invite.start.split()[1].removeprefix("sip:").partition("@")[0]

    def hold(self, on: bool = True) -> None:
        """The phone's own hold key: a re-INVITE."""
        self._version += 1
        body = session_description(self._port, "sendonly" if on else "sendrecv", self._version)
        extra = [("Contact", self.agent.contact), ("Content-Type", "application/sdp")]
        self.agent.request("INVITE", self, body=body, extra=extra)

    def press(self, digits: str, *, brief: bool = False) -> None:
        for digit in digits:
            self.sound.press(digit, brief=brief)

    def say(self, sound: bytes) -> None:
        self.sound.say(sound)

    async def hang_up(self) -> None:
        """BYE, or CANCEL before the answer."""
        if self.over:
            return
        if self._answered.is_set():
            self.agent.request("BYE", self)
            self._finish()
        else:
            assert self.invite, "only a call of ours can be given up before its answer"
            via = self.invite.get("Via")
            self.agent.send(
                SipMessage(
                    self.invite.start.replace("INVITE", "CANCEL", 1),
                    [("Via", via), ("Max-Forwards", "70"), ("From", self.local), ("To", self.remote),
                     ("Call-ID", self.call_id), ("CSeq", f"{self.sequence} CANCEL")],
                )
            )  # fmt: skip
            await self.ended()

    # --- an incoming call

    def ringing(self) -> None:
        self._reply(180, "Ringing")

    def answer(self) -> None:
        assert self.invite
        self.sound.start(media_address(self.invite.body))
        self._reply(200, "OK", session_description(self._port))

    def decline(self, status: int = 603, reason: str = "Decline") -> None:
        self.status = status
        self._reply(status, reason)
        self._finish()

    def _reply(self, status: int, reason: str, body: str = "") -> None:
        assert self.invite
        extra = [("Contact", self.agent.contact)] + ([("Content-Type", "application/sdp")] if body else [])
        self.agent.send(self.invite.reply(status, reason, self.agent.tag, extra, body))

    # --- from the agent

    def _response(self, message: SipMessage) -> None:
        if message.method != "INVITE" or message.status < 180:
            return
        if message.status < 200:
            self._rung.set()
            return
        self.remote = message.get("To")
        if message.get("Contact"):
            self.target = uri_of(message.get("Contact"))
        self.agent.request("ACK", self, sequence=message.sequence)
        if message.status == 401 and self._repeat(message.get("WWW-Authenticate")):
            return
        self.status = message.status
        if message.status < 300:
            self.sound.start(media_address(message.body))
            self._answered.set()
        else:
            self._finish()

    def _repeat(self, challenge: str) -> bool:
        """The same INVITE with the password, once."""
        if not self.agent.password or not self.invite or self.invite.get("Authorization"):
            return False
        self.remote = self.invite.get("To")
        given = digest(challenge, user=self.agent.user, password=self.agent.password, method="INVITE", uri=self.target)
        kept = [(key, value) for key, value in self.invite.headers if key in ("Contact", "Content-Type")]
        extra = [("Authorization", given), *kept]
        self.invite = self.agent.request("INVITE", self, body=self.invite.body, extra=extra)
        return True

    def _finish(self) -> None:
        self.sound.close()
        self._ended.set()
