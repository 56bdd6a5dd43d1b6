"""The AMI codec: panoramisk's framing and messages, without what breaks in them.

What is cured here: a character split over two packets, a reply taken for a list (QueueAdd), Originate without Async,
actions sent again after a reconnect, an exception that drops the connection, CR/LF in a value that injects an action.
"""

from __future__ import annotations

import asyncio
import codecs
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import structlog
from panoramisk import actions
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.message import Message

from .types import LinkDown

log = structlog.get_logger(__name__)

BUFFER_LIMIT = 1_000_000  # characters without the end of a message, or bytes not yet taken by Asterisk
LIST_LIMIT = 50_000  # messages that answer one action
PENDING_LIMIT = 20_000  # actions without an answer at one time
EOL = "\r\n"
PLAIN = "Event: "
CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class AmiEvent:
    """A message of Asterisk. Names of headers in lower case; a missing one reads ''."""

    name: str  # of the event; '' for a plain response
    headers: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, header: str) -> str:
        return self.headers.get(header.lower(), "")


class Expect(Enum):
    """How many messages answer an action. Said by the caller: guessed from the text it goes wrong."""

    ONE = "one"
    LIST = "list"  # a response, events, and the one that says 'EventList: Complete'
    ORIGINATED = "originated"  # a response, and the OriginateResponse of the same ActionID


@dataclass(slots=True)
class Pending:
    expect: Expect
    future: asyncio.Future[list[AmiEvent]]
    messages: list[AmiEvent] = field(default_factory=list)


def checked(value: str) -> str:
    """Raises ValueError for a control character: a line break would begin an action of the caller's choice."""
    if CONTROL.search(value):
        raise ValueError("a control character in an AMI header")
    return value


class SafeProtocol(AMIProtocol):  # type: ignore[misc]  # panoramisk has no types
    """One connection. `on_event` and `on_lost` are called from the loop and must not wait."""

    def __init__(self, on_event: Callable[[AmiEvent], None], on_lost: Callable[[], None]) -> None:
        self._on_event = on_event
        self._on_lost = on_lost
        self._pending: dict[str, Pending] = {}
        self._rest = ""  # the beginning of a message that is still to come
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.encoding = "utf-8"
        self.closed = True

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.factory = self  # panoramisk asks its factory for save_stream alone

    save_stream = None

    def data_received(self, data: bytes) -> None:
        *texts, self._rest = (self._rest + self._decoder.decode(data)).split(EOL + EOL)
        for text in texts:
            self._read(text.strip())
        if len(self._rest) > BUFFER_LIMIT:
            log.error("ami_message_too_long")
            self.close()

    def begin(
        self, name: str, headers: Mapping[str, str], variables: Mapping[str, str], expect: Expect
    ) -> asyncio.Future[list[AmiEvent]]:
        """Write an action at once; the future has its messages, or LinkDown when the connection ends first.

        Raises ValueError for control characters and LinkDown when the connection is closed or Asterisk takes nothing.
        """
        values: dict[str, str | Sequence[str]] = {"Action": checked(name)}
        for header, value in headers.items():
            values[checked(header)] = checked(value)
        if variables:
            values["Variable"] = [f"{checked(key)}={checked(value)}" for key, value in variables.items()]
        if expect is Expect.ORIGINATED:
            values["Async"] = "true"  # else the whole session waits until the phone is answered
        if self.closed or self.transport.is_closing():
            raise LinkDown("not connected to Asterisk")
        if self.transport.get_write_buffer_size() > BUFFER_LIMIT or len(self._pending) >= PENDING_LIMIT:
            raise LinkDown("Asterisk takes no more actions")
        action = actions.Action(values)
        future: asyncio.Future[list[AmiEvent]] = asyncio.get_running_loop().create_future()
        self._pending[action.id] = Pending(expect, future)
        self.transport.write(str(action).encode("utf-8"))
        return future

    def _read(self, text: str) -> None:
        """Events, the mass of what is said, are plain lines: panoramisk's reading takes five times as long."""
        try:
            if text.startswith(PLAIN):
                self._handle(event_in(text))
            elif (message := Message.from_line(text)) is not None:
                self._handle(event_of(message))
        except Exception as error:  # noqa: BLE001 - one odd message must not end the connection
            log.error("ami_message_failed", error=type(error).__name__)

    def _handle(self, event: AmiEvent) -> None:
        key = event["actionid"]
        pending = self._pending.get(key) if key else None
        if pending is not None:
            if len(pending.messages) >= LIST_LIMIT:
                log.error("ami_list_too_long")
                self.close()
                return
            pending.messages.append(event)
            if answered(pending):
                del self._pending[key]
                if not pending.future.done():
                    pending.future.set_result(pending.messages)
        elif event.name == "Shutdown":
            self.close()
        elif event.name:
            self._on_event(event)

    def connection_lost(self, exc: Exception | None) -> None:
        self.close()

    def close(self) -> None:
        """End the connection now. What was asked and not answered has an unclear end, and is never sent again."""
        if self.closed:
            return
        self.closed = True
        self.transport.abort()
        pending, self._pending = self._pending, {}
        for one in pending.values():
            if not one.future.done():
                one.future.set_exception(LinkDown("the link broke before Asterisk replied"))
                one.future.exception()  # whoever awaits it gets it; nobody may be awaiting
        self._on_lost()


def event_of(message: Any) -> AmiEvent:
    """A panoramisk message as ours; a repeated header is joined with line feeds."""
    headers = {
        key.lower(): "\n".join(value) if isinstance(value, list) else str(value) for key, value in message.items()
    }
    if message.content:
        headers["content"] = str(message.content)
    return AmiEvent(headers.get("event", ""), headers)


def event_in(text: str) -> AmiEvent:
    """An event from its lines; a repeated header is joined with line feeds."""
    headers: dict[str, str] = {}
    for line in text.split(EOL):
        name, colon, value = line.partition(": ")
        if colon:
            name = name.lower()
            headers[name] = f"{headers[name]}\n{value}" if name in headers else value
    return AmiEvent(headers["event"], headers)


def answered(pending: Pending) -> bool:
    """Whether the last message completes the answer."""
    last = pending.messages[-1]
    if not last.name and last["response"] not in ("Success", "Follows", "Goodbye"):
        return True
    if pending.expect is Expect.LIST:
        return last["eventlist"].lower() in ("complete", "cancelled")
    if pending.expect is Expect.ORIGINATED:
        return last.name == "OriginateResponse"
    return True
