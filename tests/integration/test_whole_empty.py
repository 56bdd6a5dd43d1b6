"""Redis is killed and comes back empty under a node with real telephones: nobody is lost, nothing is said twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from kezek_register import Register
from kit.api import until
from kit.seat import Seat
from kit.sip_agent import SipCall
from kit.tones import hears, music
from kit.valkey import Valkey
from kit.whole import City, Street, hotline
from kit.whole_talks import busy, free

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Nobody else's: it keeps nothing on disk."""
    server = Valkey(tmp_path_factory.mktemp("emptied"))
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
async def city(tmp_path_factory: pytest.TempPathFactory, town: Path, server: Valkey) -> AsyncIterator[City]:
    async with hotline(tmp_path_factory.mktemp("city"), town, server, "whole-empty") as made:
        yield made


async def kept(city: City) -> tuple[dict[str, Any], dict[str, Any]]:
    async with Register.open(city.settings.sql) as register:
        return await register.kept.read()


async def emptied(city: City, server: Valkey) -> None:
    """SQL has heard of all that stands now; then the server is another one, which knows nothing."""

    async def heard() -> bool:
        now, (standing, promises) = await city.queues.kept(), await kept(city)
        same = {one.operator: (str(one.state), one.reason) for one in now.operators}
        return (
            bool(now.mark)
            and same == {login: (told["state"], told["reason"]) for login, told in standing.items()}
            and {one.call for one in now.promises} == promises.keys()
        )

    await until(heard)
    server.kill()
    server.start()
    await until(city.queues.mark, 20)


async def waits(street: Street, caller: str, **more: str) -> SipCall:
    citizen = await street.dials(caller=caller, **more)
    await music(citizen)
    return citizen


async def line(city: City) -> list[str]:
    return [place.call for place in (await city.queues.snapshot()).waiting]


async def answers(seat: Seat, citizen: SipCall) -> None:
    """It is this one who is offered."""
    ring = await seat.phone.rings()
    ring.answer()
    await seat.shows(phase="talking")
    await hears(citizen, ring)


async def test_talks_go_on_pauses_stay_and_those_who_wait_stand_as_they_came(city: City, server: Valkey) -> None:
    """P1, P2, P5, P16, P20."""
    async with city.citizens() as street, city.head() as head, busy(city, street) as (asel, talking):
        call = asel.pop and asel.pop["call"]
        async with city.seated("berik") as berik:
            await berik.does("POST", "/api/operator/pause", {"reason": "lunch"})
            await berik.state("paused")
            first = await waits(street, "+77020000031")
            second = await waits(street, "+77020000032")
            urgent = await waits(street, "+77020000033", press="9")

            async def all_three() -> list[str]:
                standing = await line(city)
                return standing if len(standing) == 3 else []

            before = list(await until(all_three))
            berik.states.clear()
            await emptied(city, server)

            async def all_back() -> bool:
                return await line(city) == before

            await until(all_back, 20)
            assert not asel.gone, "the page keeps the talk"
            talk = await until(lambda: known(city, str(call)))
            assert (talk.state, talk.operator) == ("talking", "asel")
            await until(lambda: berik.operator["reason"] == "lunch")
            assert {state for _, state, _ in berik.states} <= {"paused"}
            await hears(talking, asel_leg(asel))
            assert asel.phone.quiet, "he talks, and is offered nobody"
            await berik.ready()
            for citizen in (urgent, first, second):
                await answers(berik, citizen)
                await citizen.hang_up()
                await berik.done()
            await free(asel, talking)
            row = await city.row(head, lambda row: row["call"] == call and row["end"])
            assert (row["end"], [leg["operator"] for leg in row["legs"]]) == ("answered", ["asel"])
            rows = [row for row in (await head.does("GET", "/api/calls"))["calls"] if row["call"] == call]
            assert len(rows) == 1
            assert (await head.tries("GET", "/api/session")).status_code == 200
            for state in (asel, berik):
                assert (await state.tries("GET", "/api/session")).status_code == 200


async def test_who_was_promised_a_call_is_called_once(city: City, server: Valkey) -> None:
    """P8, P12."""
    caller = "+77020000041"
    async with city.citizens() as street, city.trunk() as world, city.head() as head:
        async with busy(city, street) as (asel, first):
            citizen = await street.dials(caller=caller, story="promised")
            await city.told("promised", "callback_offered")
            citizen.press("21#")
            await citizen.ended()
            (pending,) = (await head.does("GET", "/api/callbacks"))["callbacks"]
            await emptied(city, server)
            (again,) = (await head.does("GET", "/api/callbacks"))["callbacks"]
            assert (again["call"], again["caller"]) == (pending["call"], caller)
            assert again["place_since"] == pending["place_since"]
            await until(lambda: known(city, str(asel.pop and asel.pop["call"])))
            assert world.quiet
            await free(asel, first)
            bell = await world.rings()
            assert bell.number == caller
            bell.answer()
            bell.press("1")
            ring = await asel.phone.rings()
            ring.answer()
            await asel.shows(phase="talking", kind="callback")
            await hears(bell, ring)
            await bell.hang_up()
            await asel.done()
        row = await city.row(head, lambda row: row["call"] == pending["call"] and row["end"])
        assert (row["kind"], row["end"], row["caller"]) == ("callback", "answered", caller)
        assert world.quiet

        async def none_owed() -> bool:
            return (await kept(city))[1] == {}

        await until(none_owed)


async def test_who_leaves_while_it_is_away_has_his_end_all_the_same(city: City, server: Valkey) -> None:
    """P5: a row of the history that waits for its end for ever is a caller whom nobody counts."""
    async with city.citizens() as street, city.head() as head:
        waiting = await waits(street, "+77020000051")
        row = await city.row(head, lambda row: row["caller"] == "+77020000051")
        server.kill()
        await waiting.hang_up()
        server.start()
        row = await city.row(head, lambda each: each["call"] == row["call"] and each["end"], 20)
        assert row["end"] == "abandoned"


async def known(city: City, call: str) -> Any:
    return (await city.queues.calls([call])).get(call, (None,))[0]


def asel_leg(seat: Seat) -> SipCall:
    """The leg that he talks on."""
    (leg,) = [call for call in seat.phone.calls.values() if not call.over]
    return leg
