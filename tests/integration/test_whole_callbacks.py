"""Who cannot be served now is called back, whole: from the offer in the line to the talk and the history."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from kit.api import until
from kit.seat import Seat
from kit.sip_agent import SipAgent, SipCall
from kit.tones import hears, music
from kit.valkey import Valkey
from kit.whole import City, Street, hotline
from kit.whole_process import serving
from kit.whole_talks import busy, free

pytestmark = pytest.mark.timeout(90)


@pytest.fixture(scope="module")
async def city(tmp_path_factory: pytest.TempPathFactory, town: Path, valkey: Valkey) -> AsyncIterator[City]:
    async with hotline(tmp_path_factory.mktemp("city"), town, valkey, "whole-callbacks") as made:
        yield made


async def asks_to_be_called(city: City, street: Street, caller: str, token: str, agrees: str = "1") -> None:
    """A citizen waits, is offered a callback and takes it. A hash behind the 1 only saves the wait for more digits."""
    citizen = await street.dials(caller=caller, story=token)
    await city.told(token, "callback_offered")
    citizen.press("2" + agrees)
    await city.told(token, "callback_asked")
    await citizen.ended()
    assert (await city.told(token, "ended"))["end"] == "callback"


async def joins(world: SipAgent, seat: Seat, number: str, *, attempt: int = 1) -> tuple[SipCall, SipCall]:
    """The citizen's phone rings, he picks up and presses 1, and talks with the operator; both legs."""
    bell = await world.rings()
    assert bell.number == number
    await seat.shows(phase="ringing", kind="callback", dialling=True, attempt=attempt)
    assert seat.phone.quiet, "nobody waits at a phone while another one is dialled"
    bell.answer()
    bell.press("1")
    ring = await seat.phone.rings()
    await seat.shows(phase="ringing", dialling=False)
    ring.answer()
    await seat.shows(phase="talking", kind="callback")
    await hears(bell, ring)
    await hears(ring, bell)
    return bell, ring


async def test_who_would_wait_long_is_called_back_at_his_place(city: City) -> None:
    """P12."""
    caller = "+77020000001"
    async with city.citizens() as street, city.trunk() as world, city.head() as head:
        async with busy(city, street) as (asel, first):
            await asks_to_be_called(city, street, caller, "wait1")
            original = await city.row(head, lambda row: row["caller"] == caller and row["end"] == "callback")
            (pending,) = (await head.does("GET", "/api/callbacks"))["callbacks"]
            assert (pending["of"], pending["state"], pending["position"]) == (original["call"], "waiting", 1)
            assert pending["place_since"] == original["since"]
            assert world.quiet, "nobody is free for him"
            await free(asel, first)
            bell, _ = await joins(world, asel, caller)
            assert asel.pop is not None
            assert asel.pop["of"] == original["call"]
            await bell.hang_up()
            await asel.done()
        row = await city.row(head, lambda row: row["of"] == original["call"] and row["end"] and row["ticket"])
        assert (row["kind"], row["end"], row["caller"]) == ("callback", "answered", caller)
        assert (await head.does("GET", "/api/callbacks"))["callbacks"] == []


async def test_who_dials_in_himself_has_the_place_of_his_callback_and_nobody_dials_him(city: City) -> None:
    """P8, P12."""
    caller = "+77020000021"
    async with city.citizens() as street, city.trunk() as world, city.head() as head:
        async with busy(city, street) as (asel, first):
            await asks_to_be_called(city, street, caller, "self1", "1#")
            (pending,) = (await head.does("GET", "/api/callbacks"))["callbacks"]
            citizen = await street.dials(caller=caller.removeprefix("+"), story="self2")
            await city.told("self2", "place")
            assert (await head.does("GET", "/api/callbacks"))["callbacks"] == []
            call = await city.queues.call(pending["call"])
            await free(asel, first)
            ring = await asel.phone.rings()
            ring.answer()
            pop = await asel.shows(phase="talking", kind="call")
            assert (await city.queues.call(pop["call"])).place_since == call.place_since
            await hears(citizen, ring)
            await citizen.hang_up()
            await asel.done()
        row = await city.row(head, lambda row: row["call"] == pop["call"] and row["end"] and row["ticket"])
        assert row["end"] == "answered"
        row = await city.row(head, lambda row: row["call"] == pending["call"] and row["end"])
        assert (row["end"], row["ticket"]) == ("informed", "")
        assert world.quiet


async def test_who_is_not_reached_is_dialled_again_later_and_may_need_nothing_any_more(city: City) -> None:
    caller = "+77020000002"
    async with city.citizens() as street, city.trunk() as world, city.head() as head:
        async with busy(city, street) as (asel, first):
            await asks_to_be_called(city, street, caller, "late1", "1#")
            await free(asel, first)
            bell = await world.rings()
            await asel.shows(phase="ringing", kind="callback", dialling=True, attempt=1)
            bell.decline(486, "Busy Here")
            await asel.cleared()
            await asel.state("ready")
            (pending,) = (await head.does("GET", "/api/callbacks"))["callbacks"]
            assert (pending["state"], pending["attempts"]) == ("later", 1)
            again = await world.rings()
            await asel.shows(phase="ringing", kind="callback", dialling=True, attempt=2)
            again.answer()
            again.press("2")
            await again.ended()
            await asel.cleared()
            await asel.state("ready")
            assert asel.phone.quiet
        row = await city.row(head, lambda row: row["call"] == pending["call"] and row["end"])
        assert row["end"] == "informed"


async def test_a_callback_is_not_lost_when_the_operator_declines_or_the_citizen_says_nothing(city: City) -> None:
    caller = "+77020000012"
    async with (
        city.citizens() as street,
        city.trunk() as world,
        city.head() as head,
        busy(city, street) as (asel, first),
    ):
        await asks_to_be_called(city, street, caller, "lost1", "1#")
        await free(asel, first)
        bell = await world.rings()
        pop = await asel.shows(phase="ringing", dialling=True)
        await asel.does("POST", "/api/operator/decline", {"call": pop["call"], "offer": pop["offer"]})
        await bell.ended()  # nobody is there for him: his telephone stops
        await asel.state("paused")
        await asel.ready()
        bell = await world.rings()
        bell.answer()
        await music(bell)  # whatever is said
        await bell.hang_up()
        await asel.cleared()
        await asel.state("ready")
        (pending,) = (await head.does("GET", "/api/callbacks"))["callbacks"]
        assert pending["state"] == "later"
        bell = await world.rings()
        bell.answer()
        bell.press("1")
        (await asel.phone.rings()).decline()
        await asel.state("paused")
        await music(bell)
        assert not bell.over, "he waits for the next one"
        await asel.ready()
        ring = await asel.phone.rings()
        ring.answer()
        await hears(bell, ring)
        await bell.hang_up()
        await asel.done()
        assert world.quiet


async def test_a_callback_that_the_head_takes_back_rings_no_more(city: City) -> None:
    async with (
        city.citizens() as street,
        city.trunk() as world,
        city.head() as head,
        busy(city, street) as (asel, first),
    ):
        await asks_to_be_called(city, street, "+77020000013", "back1", "1#")
        await free(asel, first)
        bell = await world.rings()
        (pending,) = (await head.does("GET", "/api/callbacks"))["callbacks"]
        await head.does("DELETE", f"/api/callbacks/{pending['call']}")
        await bell.ended()
        await asel.cleared()
        await asel.state("ready")
        assert (await head.does("GET", "/api/callbacks"))["callbacks"] == []


async def test_who_gave_up_is_on_the_list_and_reached_again(city: City) -> None:
    """P13."""
    caller = "+77020000003"

    async with city.citizens() as street, city.trunk() as world, city.head() as head:

        async def listed(**wanted: str) -> dict[str, Any] | None:
            entries = (await head.does("GET", "/api/abandoned"))["abandoned"]
            found = [each for each in entries if each["caller"] == caller]
            assert len(found) < 2
            return next((each for each in found if all(each[name] == value for name, value in wanted.items())), None)

        citizen = await street.dials(caller=caller)
        await music(citizen)
        await citizen.hang_up()
        lost = await until(lambda: listed(reached_by="", callback=""))
        await head.does("POST", f"/api/abandoned/{lost['call']}/callback")
        again = await head.does("POST", f"/api/abandoned/{lost['call']}/callback")
        assert again["call"] == f"cb-{lost['call']}"
        await until(lambda: listed(reached_by="", callback="pending"))
        async with city.seated("asel") as asel:
            bell, _ = await joins(world, asel, caller)
            await bell.hang_up()
            await asel.done()
            await until(lambda: listed(reached_by="callback", callback="done"))
        assert world.quiet


async def test_a_node_killed_while_it_dials_rings_nobody_twice(tmp_path: Path, town: Path, valkey: Valkey) -> None:
    """P8: the telephone rings on, the next process finds it, and serves who picks up."""
    async with (
        hotline(tmp_path / "killed", town, valkey, "whole-killed", house=False) as city,
        city.trunk() as world,
    ):
        await city.queues.arrive("lost-1", caller="+77020000004", dialled="109", since=0.0, node="one")
        await city.queues.place("lost-1", queue="hotline")
        made = await city.queues.callback("lost-1", caller="+77020000004")
        async with serving(city.settings) as node, city.seated("asel", base=node.base) as asel:
            bell = await world.rings()
            await asel.shows(phase="ringing", kind="callback", dialling=True)
            await node.kill()
        async with serving(city.settings) as node, city.seated("asel", base=node.base) as asel:
            assert world.quiet, "one telephone rang once"
            bell.answer()
            bell.press("1")
            ring = await asel.phone.rings()
            ring.answer()
            await asel.shows(phase="talking", kind="callback", call=made.call)
            await hears(bell, ring)
            await bell.hang_up()
            await asel.done()
            await until(lambda: ended(city, made.call))
        assert world.quiet


async def ended(city: City, call: str) -> str:
    return (await city.queues.call(call)).end
