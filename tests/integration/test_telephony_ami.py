"""The AMI link against a real Asterisk: what breaks in the library underneath does not break here."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator

import pytest

from kezek_api.drill.relay import Relay
from kezek_telephony.ami import LINK_DOWN, LINK_UP, OVERFLOW, AmiLink, Subscription
from kezek_telephony.ami_protocol import AmiEvent
from kezek_telephony.settings import TelephonySettings
from kezek_telephony.types import LinkDown, Refused
from kit.asterisk import RunningAsterisk, running_asterisk, until
from kit.sip_agent import SipAgent


@pytest.fixture(scope="module")
async def asterisk() -> AsyncIterator[RunningAsterisk]:
    async with running_asterisk(qualify_s=1) as running:
        yield running


@contextlib.asynccontextmanager
async def linked(settings: TelephonySettings) -> AsyncIterator[AmiLink]:
    link = AmiLink(settings)
    running = asyncio.ensure_future(link.run())
    try:
        await link.wait_up(10)
        yield link
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def test_a_member_is_added_with_one_reply(asterisk: RunningAsterisk) -> None:
    async with linked(asterisk.settings) as link:
        member = {"Queue": "kezek", "Interface": "PJSIP/1003"}
        assert (await link.action("QueueAdd", member))["Message"] == "Added interface to queue"
        with pytest.raises(Refused, match="Already there"):
            await link.action("QueueAdd", member)
        await link.action("QueueRemove", member)


async def test_dialling_does_not_hold_up_what_else_is_asked(asterisk: RunningAsterisk) -> None:
    async with linked(asterisk.settings) as link, SipAgent.phone(asterisk, "1001") as phone:
        headers = {"Channel": "PJSIP/1001", "Application": "Wait", "Data": "1", "Timeout": "10000"}
        dialling = asyncio.ensure_future(link.originate(headers, variables={"KEZEK_KEY": "k1"}))
        ring = await phone.rings()
        assert (await link.action("Ping"))["Ping"] == "Pong"
        assert not dialling.done()
        ring.answer()
        assert (await dialling)["Response"] == "Success"
        await ring.ended()
        refused = asyncio.ensure_future(link.originate(headers))
        (await phone.rings()).decline()
        with pytest.raises(Refused):
            await refused


async def test_nobody_is_dialled_twice_when_the_link_breaks(asterisk: RunningAsterisk) -> None:
    """P7, P8: the answer was lost, the action is not sent again."""
    async with Relay(f"127.0.0.1:{asterisk.settings.ami_port}") as relay, SipAgent.phone(asterisk, "1001") as phone:
        quick = dataclasses.replace(asterisk.settings, ami_port=relay.port, reconnect_min_s=0.05, reconnect_max_s=0.1)
        async with linked(quick) as link:
            headers = {"Channel": "PJSIP/1001", "Application": "Wait", "Data": "1", "Timeout": "3000"}
            dialling = asyncio.ensure_future(link.originate(headers))
            ring = await phone.rings()
            await relay.cut()
            with pytest.raises(LinkDown):
                await dialling
            with pytest.raises(LinkDown):
                await link.originate(headers)
            await relay.mend()
            await link.wait_up(10)
            await ring.ended()
            assert (await link.action("Ping"))["Ping"] == "Pong"
            assert phone.quiet


async def test_an_answer_that_does_not_come_is_an_unclear_end(asterisk: RunningAsterisk) -> None:
    settings = dataclasses.replace(asterisk.settings, action_timeout_s=0.5)
    async with linked(settings) as link:
        await asterisk.freeze()
        try:
            with pytest.raises(LinkDown, match="may have been done"):
                await link.action("CoreStatus")
        finally:
            asterisk.thaw()


async def test_a_line_break_injects_nothing(asterisk: RunningAsterisk) -> None:
    async with linked(asterisk.settings) as link:
        with pytest.raises(ValueError, match="control character"):
            await link.action("Ping", {"Note": "x\r\nAction: Originate"})
        assert (await link.action("Ping"))["Ping"] == "Pong"


async def test_a_slow_reader_is_told_to_read_again_and_holds_up_nobody(asterisk: RunningAsterisk) -> None:
    settings = dataclasses.replace(asterisk.settings, event_buffer=10)
    async with linked(settings) as link:
        slow, fast = link.subscribe(), link.subscribe()
        for number in range(30):
            await link.action("UserEvent", {"UserEvent": "Numbered", "Number": str(number)})
            while (await fast.get())["Number"] != str(number):
                pass
        got = [await slow.get()]
        assert got[0].name == OVERFLOW
        while got[-1]["Number"] != "29":
            got.append(await slow.get())
        numbers = [int(event["Number"]) for event in got if event["Number"]]
        assert numbers == list(range(numbers[0], 30))


async def test_an_overflow_leaves_only_what_came_after_it() -> None:
    subscription = Subscription(2)
    for name in ("a", "b", "c"):
        subscription.put(AmiEvent(name))
    assert (await subscription.get()).name == OVERFLOW
    assert (await subscription.get()).name == "c"


async def test_what_is_taken_at_once_never_overtakes_what_waits() -> None:
    subscription, taken = Subscription(9), list[str]()
    subscription.put(AmiEvent("a"))
    subscription.at_once = lambda event: taken.append(event.name)
    subscription.put(AmiEvent("b"))  # 'a' is not read yet
    assert [(await subscription.get()).name for _ in range(2)] == ["a", "b"]
    subscription.put(AmiEvent("c"))
    assert taken == ["c"]
    subscription.put(AmiEvent(LINK_DOWN))  # ours is for the reader
    subscription.put(AmiEvent("d"))
    assert [(await subscription.get()).name for _ in range(2)] == [LINK_DOWN, "d"]
    assert taken == ["c"]


async def test_the_links_own_news_stands_between_the_events(asterisk: RunningAsterisk) -> None:
    async with Relay(f"127.0.0.1:{asterisk.settings.ami_port}") as relay:
        quick = dataclasses.replace(asterisk.settings, ami_port=relay.port, reconnect_min_s=0.05, reconnect_max_s=0.1)
        async with linked(quick) as link:
            news = link.subscribe()
            assert (await news.get()).name == LINK_UP
            await relay.cut()
            await relay.mend()
            while (await news.get()).name != LINK_DOWN:
                pass
            while (await news.get()).name != LINK_UP:
                pass
            link.unsubscribe(news)


async def test_an_unplugged_phone_is_found_unreachable(asterisk: RunningAsterisk) -> None:
    """P16: it is still registered, and silent."""
    async with linked(asterisk.settings) as link, SipAgent.phone(asterisk, "1002") as phone:

        async def becomes(wanted: str) -> None:
            async with asyncio.timeout(20):
                while wanted not in [
                    row["DeviceState"] for row in await link.rows("PJSIPShowEndpoints") if row["ObjectName"] == "1002"
                ]:
                    pass

        await becomes("Not in use")
        phone.answers_options = False
        await becomes("Unavailable")
        phone.answers_options = True
        await becomes("Not in use")


async def test_a_server_that_is_no_asterisk_is_given_up_and_tried_again() -> None:
    connections = 0

    async def chatter(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n\x00\xff\xfe")
        writer.close()

    server = await asyncio.start_server(chatter, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        link = AmiLink(TelephonySettings(ami_port=port, reconnect_min_s=0.01, reconnect_max_s=0.05))
        running = asyncio.ensure_future(link.run())
        await until(lambda: connections > 2)
        assert not link.up
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
