"""Every caller that Asterisk ever had is in the history, once, with his number and end, whatever was away meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kezek_api.drill.relay import Relay
from kezek_queue import Call, CallKind, CallState
from kezek_register import CallRecord, Register
from kit.api import living_in, until
from kit.asterisk import until as soon
from kit.sip_agent import SipAgent, SipCall
from kit.valkey import Valkey
from kit.whole import City, hotline

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def own_valkey(tmp_path: Path) -> Iterator[Valkey]:
    """One that forgets all when it is killed."""
    folder = tmp_path / "valkey"
    folder.mkdir()
    server = Valkey(folder)
    server.start()
    yield server
    server.kill()


@pytest.fixture
async def city(tmp_path: Path, town: Path, own_valkey: Valkey) -> AsyncIterator[City]:
    """Without a node."""
    async with hotline(tmp_path / "city", town, own_valkey, "every-caller", house=False) as made:
        write_rules(made, "cut = false")
        yield made


def write_rules(city: City, callbacks: str) -> None:
    rules = city.settings.rules
    assert rules is not None
    head, _, rest = rules.read_text("utf-8").partition("[callbacks]\n")
    rest = "\n".join(line for line in rest.splitlines() if not line.startswith("cut"))
    rules.write_text(f"{head}[callbacks]\n{callbacks}\n{rest}\n", "utf-8")


async def history(city: City) -> list[CallRecord]:
    """The oldest first."""
    now = datetime.now(UTC)
    async with Register.open(city.settings.sql) as register:
        return await register.history.cohort(now - timedelta(hours=1), now)


async def ends(city: City, number: int, limit_s: float = 30) -> dict[str, str]:
    """By caller, once the history has so many ends; none of them is there twice."""

    async def told() -> list[CallRecord]:
        rows = [row for row in await history(city) if row.end]
        return rows if len(rows) >= number else []

    rows = await until(told, limit_s)
    assert len({row.caller for row in rows}) == len(rows)
    return {row.caller: row.end for row in rows}


async def waits(street: SipAgent, caller: str) -> SipCall:
    call = await street.call("109", caller=caller)
    await call.answered()
    call.press("0")
    return call


async def in_line(city: City, number: int) -> list[str]:
    async def waiting() -> list[str]:
        calls = [each.call for each in (await city.queues.snapshot()).waiting]
        return calls if len(calls) == number else []

    return list(await until(waiting, 30))


async def test_who_comes_and_leaves_while_no_node_is_there_is_counted_when_one_is(city: City) -> None:
    """P5, P6: who gave up and whom the fallback answered; a second node, and the same one again, count nobody twice."""
    assert "Added" in await city.asterisk.cli("queue add member PJSIP/1001 to kezek")
    async with SipAgent.calling(city.asterisk) as street:
        gave_up = await waits(street, "+77020000001")
        await soon(lambda: gave_up.sound.packets > 60)
        await gave_up.hang_up()
        async with SipAgent.phone(city.asterisk, "1001") as phone:
            answered = await waits(street, "+77020000002")
            ring = await phone.rings(30)
            ring.answer()
            await soon(lambda: ring.sound.packets > 20)
            await ring.hang_up()
            await answered.ended()
        for _ in range(2):
            async with living_in(city.settings) as house:
                await until(lambda house=house: house.health.view().parts["asterisk"].ok, 20)
                assert await ends(city, 2) == {"+77020000001": "abandoned", "+77020000002": "answered"}
                await soon(lambda: "/kezek-gone/" in city.asterisk.database())
    first, second = await history(city)
    assert (first.dialled, first.queue, first.placed_at) == ("109", "hotline", first.since)
    assert first.ended_at is not None
    assert 0 < first.waited_s < 10
    assert (first.ended_at - first.since).total_seconds() < 10
    async with Register.open(city.settings.sql) as register:
        now = datetime.now(UTC)
        (missed,) = await register.history.abandoned(now - timedelta(hours=1), now)
        assert missed.call.caller == "+77020000001"
    assert second.end == "answered"


async def test_who_comes_and_leaves_while_redis_is_away_is_counted_when_it_is_back_empty(
    city: City, own_valkey: Valkey
) -> None:
    """P5, P6. Whose end the history had before is not counted again."""
    async with SipAgent.calling(city.asterisk) as street, living_in(city.settings) as house:
        await until(lambda: house.health.view().parts["asterisk"].ok, 20)
        before = await waits(street, "+77020000001")
        await in_line(city, 1)
        await before.hang_up()
        assert await ends(city, 1) == {"+77020000001": "abandoned"}
        own_valkey.kill()
        during = await waits(street, "+77020000002")
        await soon(lambda: during.sound.packets > 60, limit=40)  # an apology, and music
        await during.hang_up()
        own_valkey.start()
        assert await ends(city, 2, 60) == {"+77020000001": "abandoned", "+77020000002": "abandoned"}
    async with SipAgent.calling(city.asterisk) as street, living_in(city.settings) as house:
        await until(lambda: house.health.view().parts["asterisk"].ok, 20)
        after = await waits(street, "+77020000003")
        await in_line(city, 1)
        await after.hang_up()
        await ends(city, 3)
        assert len(await history(city)) == 3


@pytest.mark.long  # half a minute: the same is held by the telephony's own tests of departures
async def test_whom_asterisk_died_with_is_cut_and_known_although_nobody_was_there(
    city: City, own_valkey: Valkey
) -> None:
    """P6: one that the line knew, one that it has forgotten, one that it never heard of; who came since waits."""
    async with SipAgent.calling(city.asterisk) as street:
        async with living_in(city.settings) as house:
            await until(lambda: house.health.view().parts["asterisk"].ok, 20)
            await waits(street, "+77020000001")
            await in_line(city, 1)
        own_valkey.kill()
        own_valkey.start()
        async with living_in(city.settings) as house:
            await until(lambda: house.health.view().parts["asterisk"].ok, 20)
            await waits(street, "+77020000002")

            async def known() -> bool:
                return "+77020000002" in {(await city.queues.call(each)).caller for each in await in_line(city, 2)}

            await until(known, 30)
        await waits(street, "+77020000003")
        await soon(lambda: city.asterisk.database().count("/kezek-here/") == 3)
        await city.asterisk.kill()
        await city.asterisk.start()
        since = await waits(street, "+77020000004")
        async with living_in(city.settings) as house:
            await until(lambda: house.health.view().parts["asterisk"].ok, 20)
            assert await ends(city, 3) == dict.fromkeys((f"+7702000000{n}" for n in (1, 2, 3)), "cut")

            async def alone() -> bool:
                since.press("0")  # what he pressed before there was a node nobody heard
                calls = [each.call for each in (await city.queues.snapshot()).waiting]
                return [(await city.queues.call(call)).caller for call in calls] == ["+77020000004"]

            await until(alone, 60)


async def test_a_talk_that_asterisk_died_with_is_on_the_list_and_nobody_is_dialled_for_it(city: City) -> None:
    """P13: an operator has spoken with him, and may call him back; whose wrap-up he has."""
    write_rules(city, "cut_after_s = 5")
    async with SipAgent.calling(city.asterisk) as street, city.trunk() as world, living_in(city.settings) as house:
        city.house = house
        await until(lambda: house.health.view().parts["asterisk"].ok, 20)
        async with city.seated("asel") as asel:
            citizen = await waits(street, "+77020000001")
            ring = await asel.phone.rings(30)
            ring.answer()
            await asel.shows(phase="talking")
            await soon(lambda: citizen.sound.packets > 20)
            await soon(lambda: "/kezek-here/" in city.asterisk.database())
            await city.asterisk.kill()
            await city.asterisk.start()
            await asel.state("wrap_up")
        assert await ends(city, 1) == {"+77020000001": "cut"}
        async with city.head() as head:
            (row,) = (await head.does("GET", "/api/abandoned"))["abandoned"]
            assert (row["caller"], row["end"], row["callback"]) == ("+77020000001", "cut", "")
        async with Register.open(city.settings.sql) as register:
            assert await register.history.cut(datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC)) == []
        assert world.quiet


async def test_who_was_cut_is_called_back_once_unless_he_dials_again(city: City) -> None:
    """P8, P13: both had waited; the one who dials again at once has his old place."""
    write_rules(city, "cut_after_s = 5")
    async with (
        SipAgent.calling(city.asterisk) as street,
        city.trunk() as world,
        living_in(city.settings) as house,
    ):
        city.house = house
        await until(lambda: house.health.view().parts["asterisk"].ok, 20)
        first, second = "+77020000001", "+77020000002"
        await waits(street, first)
        await in_line(city, 1)
        await waits(street, second)
        before = [await city.queues.call(call) for call in await in_line(city, 2)]
        await soon(lambda: city.asterisk.database().count("/kezek-here/") == 2)
        await city.asterisk.kill()
        await city.asterisk.start()
        await until(lambda: house.health.view().parts["asterisk"].ok, 20)
        await waits(street, first)

        async def both() -> list[Call]:
            calls = [await city.queues.call(each.call) for each in (await city.queues.snapshot()).waiting]
            return calls if {call.caller for call in calls} == {first, second} else []

        waiting = {call.caller: call for call in await until(both, 40)}
        assert (waiting[first].kind, waiting[second].kind) == (CallKind.CALL, CallKind.CALLBACK)
        assert [waiting[caller].place_since for caller in (first, second)] == [call.place_since for call in before]
        async with city.head() as head:
            rows = (await head.does("GET", "/api/abandoned"))["abandoned"]
            assert [(row["caller"], row["end"], row["callback"]) for row in rows] == [
                (first, "cut", ""),
                (second, "cut", "pending"),
            ]
        async with city.seated("asel") as asel:
            ring = await asel.phone.rings(30)
            ring.answer()
            await asel.shows(phase="talking", kind="call")
            await ring.hang_up()
            await asel.done()
            bell = await world.rings(30)
            assert bell.number == second
            bell.answer()
            bell.press("1")
            ring = await asel.phone.rings(30)
            ring.answer()
            await asel.shows(phase="talking", kind="callback")
            await bell.hang_up()
            await asel.done()
        assert world.quiet


async def test_a_caller_who_comes_before_our_link_is_back_makes_nobody_of_those_cut_a_quitter(city: City) -> None:
    """P6: Asterisk is not empty then; its own beginning says who was cut."""
    async with (
        Relay(f"127.0.0.1:{city.asterisk.settings.ami_port}") as relay,
        SipAgent.calling(city.asterisk) as street,
        living_in(city.settings.model_copy(update={"ami_port": relay.port})) as house,
    ):
        await until(lambda: house.health.view().parts["asterisk"].ok, 20)
        for caller in ("+77020000001", "+77020000002"):
            await waits(street, caller)
        before = await in_line(city, 2)
        await relay.cut()
        await city.asterisk.kill()
        await city.asterisk.start()
        await waits(street, "+77020000003")
        await relay.mend()
        assert await ends(city, 2) == {"+77020000001": "cut", "+77020000002": "cut"}
        await in_line(city, 1)
        assert {(await city.queues.call(call)).state for call in before} == {CallState.ENDED}
