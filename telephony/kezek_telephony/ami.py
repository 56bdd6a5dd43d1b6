"""The AMI link: keeps one connection to Asterisk alive, asks, and hands events on in order.

The link never repeats an action: one whose reply did not come ends in LinkDown, and its effect is asked of Asterisk,
not guessed.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from typing import NoReturn

import structlog

from .ami_protocol import AmiEvent, Expect, SafeProtocol
from .settings import TelephonySettings
from .types import LinkDown, Refused

log = structlog.get_logger(__name__)

LINK_UP = "kezek:up"
LINK_DOWN = "kezek:down"
OVERFLOW = "kezek:overflow"  # the reader was too slow: events were dropped, read the states again
OURS = frozenset({LINK_UP, LINK_DOWN, OVERFLOW})


class Subscription:
    """Events in the order in which Asterisk said them, with LINK_UP, LINK_DOWN, OVERFLOW; a bounded buffer.

    `at_once`, while it is set, is called with each event of Asterisk's in the moment of reading, when none before it
    still waits in the buffer: a phone may have to ring, and each turn of the loop costs that time.
    """

    def __init__(self, limit: int) -> None:
        self._events: asyncio.Queue[AmiEvent] = asyncio.Queue(limit)
        self.at_once: Callable[[AmiEvent], None] | None = None

    def put(self, event: AmiEvent) -> None:
        if self.at_once is not None and event.name not in OURS and self._events.empty():
            self.at_once(event)
            return
        if self._events.full():
            while not self._events.empty():
                self._events.get_nowait()
            log.error("ami_events_overflow")
            self._events.put_nowait(AmiEvent(OVERFLOW))
        self._events.put_nowait(event)

    async def get(self) -> AmiEvent:
        return await self._events.get()


class AmiLink:
    """`run()` keeps the link; everything else may be called from any coroutine of the same loop."""

    def __init__(self, settings: TelephonySettings) -> None:
        self._settings = settings
        self._protocol: SafeProtocol | None = None
        self._lost = asyncio.Event()
        self._booted = asyncio.Event()
        self._state = asyncio.Condition()
        self._subscriptions: list[Subscription] = []
        self._up = False
        self.connects = 0  # times that the link came up
        self.up_since = 0.0  # unix seconds of the last time
        self.alarm = ""  # why the link was given up for good: 'wrong_password'; '' while it is kept

    @property
    def up(self) -> bool:
        return self._up

    def subscribe(self) -> Subscription:
        """All events from now on. A subscription made while the link is up begins with LINK_UP."""
        subscription = Subscription(self._settings.event_buffer)
        if self._up:
            subscription.put(AmiEvent(LINK_UP))
        self._subscriptions.append(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        self._subscriptions.remove(subscription)

    async def wait_up(self, timeout: float) -> None:
        """Raises LinkDown when the link is not up within `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout), self._state:
                await self._state.wait_for(lambda: self._up or self.alarm)
        except TimeoutError:
            raise LinkDown("Asterisk does not answer") from None
        if self.alarm:
            raise LinkDown(f"the link was given up: {self.alarm}")

    # --- asking

    def begin(
        self,
        name: str,
        headers: Mapping[str, str] | None = None,
        *,
        variables: Mapping[str, str] | None = None,
        expect: Expect = Expect.ONE,
    ) -> asyncio.Future[list[AmiEvent]]:
        """Write the action before returning, so that nothing comes between the caller's check and the write."""
        if not self._up or self._protocol is None:
            raise LinkDown("not connected to Asterisk")
        return self._protocol.begin(name, headers or {}, variables or {}, expect)

    async def action(
        self,
        name: str,
        headers: Mapping[str, str] | None = None,
        *,
        variables: Mapping[str, str] | None = None,
    ) -> AmiEvent:
        """One action, one reply. Raises Refused when Asterisk says no, LinkDown when it says nothing, ValueError for
        control characters."""
        return (await self.reply(self.begin(name, headers, variables=variables)))[0]

    async def rows(self, name: str, headers: Mapping[str, str] | None = None) -> list[AmiEvent]:
        """An action answered by a list of events; the events without the response and the end mark."""
        messages = await self.reply(self.begin(name, headers, expect=Expect.LIST))
        return [event for event in messages if event.name and event["eventlist"].lower() != "complete"]

    async def originate(
        self, headers: Mapping[str, str], *, variables: Mapping[str, str] | None = None, timeout: float = 60.0
    ) -> AmiEvent:
        """Dial, and wait for the end of the attempt: the OriginateResponse. Raises Refused when it failed."""
        messages = await self.reply(
            self.begin("Originate", headers, variables=variables, expect=Expect.ORIGINATED), timeout=timeout
        )
        return messages[-1]

    async def reply(self, asked: asyncio.Future[list[AmiEvent]], *, timeout: float = 0.0) -> list[AmiEvent]:
        """The messages that answer what `begin` wrote."""
        try:
            async with asyncio.timeout(timeout or self._settings.action_timeout_s):
                messages = await asked
        except TimeoutError:
            raise LinkDown("Asterisk did not reply in time; what was asked may have been done") from None
        bad = next((m for m in messages if m["response"] not in ("", "Success", "Follows", "Goodbye")), None)
        if bad is not None:
            raise Refused(bad["message"] or bad["reason"] or bad["response"])
        return messages

    # --- keeping the link

    async def run(self) -> None:
        """Keep the link until cancelled. Returns only when Asterisk refuses the password: trying again is no help."""
        settings, attempt = self._settings, 0
        while True:
            try:
                await self._session()
                attempt = 0
            except Refused:
                self.alarm = "wrong_password"
                log.error("ami_login_refused", host=settings.ami_host, port=settings.ami_port, user=settings.ami_user)
                await self._tell()
                return
            except (OSError, TimeoutError, LinkDown) as error:
                attempt += 1
                log.warning("ami_not_connected", error=type(error).__name__, attempt=attempt)
            most = min(settings.reconnect_max_s, settings.reconnect_min_s * 2 ** min(attempt, 10))
            await asyncio.sleep(random.uniform(settings.reconnect_min_s / 2, most))  # noqa: S311 - jitter, no secret

    async def _session(self) -> None:
        """One connection from login to loss. Raises Refused for a wrong password, OSError and kin without one."""
        settings = self._settings
        self._lost.clear()
        self._booted.clear()
        async with asyncio.timeout(settings.action_timeout_s):
            _, protocol = await asyncio.get_running_loop().create_connection(
                lambda: SafeProtocol(self._event, self._lost.set), settings.ami_host, settings.ami_port
            )
        try:
            login = {"Username": settings.ami_user, "Secret": settings.ami_secret, "Events": "on"}
            await self.reply(protocol.begin("Login", login, {}, Expect.ONE))
            async with asyncio.timeout(60):  # an Asterisk that is still loading says FullyBooted later
                await self._first(self._booted)
            self._protocol, self._up = protocol, True
            self.connects, self.up_since = self.connects + 1, time.time()
            log.info("ami_up", port=settings.ami_port)
            self._publish(AmiEvent(LINK_UP))
            await self._tell()
            await self._heartbeat(protocol)
        finally:
            was_up, self._up, self._protocol = self._up, False, None
            protocol.close()
            if was_up:
                log.warning("ami_down")
                self._publish(AmiEvent(LINK_DOWN))

    async def _heartbeat(self, protocol: SafeProtocol) -> None:
        """Return when the connection is lost, or a Ping is not answered by its deadline: a frozen Asterisk keeps its
        sockets open, and TCP would not tell for minutes."""
        settings = self._settings
        while True:
            try:
                async with asyncio.timeout(settings.ping_interval_s):
                    await self._lost.wait()
                return
            except TimeoutError:
                pass
            try:
                await self.reply(protocol.begin("Ping", {}, {}, Expect.ONE), timeout=settings.ping_deadline_s)
            except LinkDown:
                log.warning("ami_heartbeat_missed")
                return

    async def _first(self, wanted: asyncio.Event) -> None:
        """Wait for `wanted`; raises LinkDown when the connection is lost before."""
        tasks = [asyncio.ensure_future(event.wait()) for event in (wanted, self._lost)]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
        if not wanted.is_set():
            self._raise_lost()

    def _raise_lost(self) -> NoReturn:
        raise LinkDown("the link broke")

    async def _tell(self) -> None:
        async with self._state:
            self._state.notify_all()

    def _event(self, event: AmiEvent) -> None:
        if event.name == "FullyBooted":
            self._booted.set()
        self._publish(event)

    def _publish(self, event: AmiEvent) -> None:
        for subscription in self._subscriptions:
            subscription.put(event)
