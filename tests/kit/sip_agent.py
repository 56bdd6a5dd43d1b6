"""A small SIP telephone in the loop of the test: calls, registers, rings, answers, declines, presses, hangs up at will.

async with SipAgent.calling(asterisk) as citizen:
    call = await citizen.call("109", caller="77015550101")
    await call.answered()
    call.press("1")
    await call.hang_up()

async with SipAgent.phone(asterisk, "1001") as phone:       # registered with its password
    ring = await phone.rings()
    ring.answer()
    await ring.ended()
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol

from kit.sip_call import LIMIT, SipCall
from kit.sip_message import SipMessage, digest, session_description, uri_of


class Exchange(Protocol):
    """What a phone must know of an Asterisk."""

    @property
    def sip_port(self) -> int: ...
    @property
    def phones(self) -> Mapping[str, str]: ...
    @property
    def line_password(self) -> str: ...


__all__ = ["Exchange", "SipAgent", "SipCall"]


class SipAgent(asyncio.DatagramProtocol):
    """A UDP socket with a user name. Datagrams on loopback do not get lost: nothing is sent twice."""

    def __init__(self, exchange: Exchange, user: str) -> None:
        self.exchange, self.user = exchange, user
        self.tag = uuid.uuid4().hex[:8]
        self.calls: dict[str, SipCall] = {}
        self.answers_options = True
        self.password = ""  # answers a challenged call
        self._incoming: asyncio.Queue[SipCall] = asyncio.Queue()
        self._replies: dict[str, asyncio.Future[SipMessage]] = {}

    @classmethod
    @contextlib.asynccontextmanager
    async def calling(cls, exchange: Exchange) -> AsyncIterator[SipAgent]:
        """A caller from the exchange's side: known to Asterisk by its address."""
        agent = cls(exchange, "caller")
        await agent._open()
        try:
            yield agent
        finally:
            await agent._close()

    @classmethod
    @contextlib.asynccontextmanager
    async def phone(cls, exchange: Exchange, number: str) -> AsyncIterator[SipAgent]:
        """An operator's phone, registered while the context lasts."""
        agent = cls(exchange, number)
        await agent._open()
        try:
            await agent.register()
            yield agent
            await agent.register(expires=0)
        finally:
            await agent._close()

    @classmethod
    @contextlib.asynccontextmanager
    async def trunk(cls, exchange: Exchange, port: int) -> AsyncIterator[SipAgent]:
        """The city exchange, as Asterisk dials it: every number outside rings here."""
        agent = cls(exchange, "exchange")
        await agent._open(port)
        try:
            yield agent
        finally:
            await agent._close()

    @classmethod
    @contextlib.asynccontextmanager
    async def line(cls, exchange: Exchange, password: str | None = None) -> AsyncIterator[SipAgent]:
        """A softphone as a citizen: its calls are challenged."""
        agent = cls(exchange, "line")
        agent.password = exchange.line_password if password is None else password
        await agent._open()
        try:
            yield agent
        finally:
            await agent._close()

    @property
    def contact(self) -> str:
        return f"<sip:{self.user}@127.0.0.1:{self.port}>"

    async def call(
        self, number: str, *, caller: str = "77015550101", name: str = "", headers: Mapping[str, str] | None = None
    ) -> SipCall:
        """Dial; returns at once, before any answer."""
        target = f"sip:{number}@127.0.0.1:{self.exchange.sip_port}"
        shown = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '" ' if name else ""
        call = SipCall(self, uuid.uuid4().hex, f"{shown}<sip:{caller}@127.0.0.1>;tag={self.tag}", f"<{target}>", target)
        call._port = await call.sound.open()
        self.calls[call.call_id] = call
        call.invite = self.request(
            "INVITE", call, body=session_description(call._port),
            extra=[("Contact", self.contact), ("Content-Type", "application/sdp"), *(headers or {}).items()],
        )  # fmt: skip
        return call

    async def rings(self, limit: float = LIMIT) -> SipCall:
        """The next incoming call; it is already told to be ringing."""
        async with asyncio.timeout(limit):
            return await self._incoming.get()

    @property
    def quiet(self) -> bool:
        """No call has come in that was not taken by `rings`."""
        return self._incoming.empty()

    async def register(self, expires: int = 120, password: str | None = None) -> int:
        """Register by digest; the final status."""
        password = self.exchange.phones[self.user] if password is None else password
        call_id, uri = uuid.uuid4().hex, f"sip:127.0.0.1:{self.exchange.sip_port}"
        own = f"<sip:{self.user}@127.0.0.1:{self.exchange.sip_port}>"
        authorization: list[tuple[str, str]] = []
        for sequence in (1, 2):
            self._replies[call_id] = asyncio.get_running_loop().create_future()
            self.send(
                SipMessage(
                    f"REGISTER {uri} SIP/2.0",
                    [("Via", self._via()), ("Max-Forwards", "70"), ("From", f"{own};tag={self.tag}"), ("To", own),
                     ("Call-ID", call_id), ("CSeq", f"{sequence} REGISTER"), ("Contact", self.contact),
                     ("Expires", str(expires)), *authorization],
                )
            )  # fmt: skip
            async with asyncio.timeout(LIMIT):
                reply = await self._replies[call_id]
            if reply.status != 401 or sequence == 2:
                break
            answer = digest(
                reply.get("WWW-Authenticate"), user=self.user, password=password, method="REGISTER", uri=uri
            )
            authorization = [("Authorization", answer)]
        return reply.status

    # --- the wire

    def request(
        self, method: str, call: SipCall, *, sequence: int | None = None, body: str = "",
        extra: list[tuple[str, str]] | None = None,
    ) -> SipMessage:  # fmt: skip
        if sequence is None:
            call.sequence += 1
            sequence = call.sequence
        message = SipMessage(
            f"{method} {call.target} SIP/2.0",
            [("Via", self._via()), ("Max-Forwards", "70"), ("From", call.local), ("To", call.remote),
             ("Call-ID", call.call_id), ("CSeq", f"{sequence} {method}"), *(extra or [])],
            body,
        )  # fmt: skip
        self.send(message)
        return message

    def send(self, message: SipMessage) -> None:
        self._transport.sendto(message.bytes(), ("127.0.0.1", self.exchange.sip_port))

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if not data.strip():
            return
        message = SipMessage.read(data)
        call_id = message.get("Call-ID")
        call = self.calls.get(call_id)
        if message.status:
            waiting = self._replies.get(call_id)
            if waiting and not waiting.done() and message.status >= 200:
                waiting.set_result(message)
            elif call:
                call._response(message)
        elif message.method == "INVITE" and call is None:
            task = asyncio.ensure_future(self._ring(message))  # a datagram callback cannot await; kept until done
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif message.method == "ACK":
            if call and not call.status:
                call._answered.set()
        elif message.method == "OPTIONS" and not self.answers_options:
            return
        elif not (message.method == "INVITE" and call and not call._answered.is_set()):
            self.send(message.reply(200, "OK", self.tag))
            if call and message.method == "CANCEL" and not call.over:
                call.decline(487, "Request Terminated")
            elif call and message.method == "BYE":
                call._finish()

    async def _ring(self, invite: SipMessage) -> None:
        call = SipCall(
            self,
            invite.get("Call-ID"),
            f"{invite.get('To')};tag={self.tag}",
            invite.get("From"),
            uri_of(invite.get("Contact")),
        )
        call.invite = invite
        self.calls[call.call_id] = call
        call._port = await call.sound.open()
        call.ringing()
        self._incoming.put_nowait(call)

    def _via(self) -> str:
        return f"SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{uuid.uuid4().hex[:12]};rport"

    async def _open(self, port: int = 0) -> None:
        loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Future[None]] = set()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", port))
        self.port = int(self._transport.get_extra_info("sockname")[1])

    async def _close(self) -> None:
        for call in self.calls.values():
            if call.talking:
                self.request("BYE", call)
            call.sound.close()
        self._transport.close()
