"""What is known is told, with a real Asterisk: to who calls from an affected house, and again when it is over."""

from __future__ import annotations

import asyncio
import contextlib
import io
import itertools
import wave
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kezek_register import Register
from kezek_register.areas import Area
from kezek_register.duty_types import Emergency
from kezek_register.moves import Mover
from kezek_register.notice_types import Notice
from kezek_register.outage_types import Outage, Tie
from kezek_register.types import Ticket
from kit.api import until
from kit.city_phones import informed, picks_up
from kit.sip_agent import SipAgent
from kit.tones import RATE, hears, loud, tone
from kit.valkey import Valkey
from kit.whole import HEAD, HEADS_PHONE, OPERATORS, PHONES, City, Street, hotline

pytestmark = pytest.mark.timeout(180)

HOME = "+77009990111"  # of a household of the sample town
NEIGHBOUR = "+77009990113"
WAITING = "+77009990117"


@pytest.fixture(scope="module")
async def city(tmp_path_factory: pytest.TempPathFactory, town: Path, valkey: Valkey) -> AsyncIterator[City]:
    async with hotline(tmp_path_factory.mktemp("city"), town, valkey, "whole-citizens") as made:
        async with made.citizens() as street:
            tokens = (f"warm{n}" for n in itertools.count())
            await until(lambda: known(made, street, next(tokens)), 30)  # on a busy machine the first look-ups are late
        yield made


async def known(city: City, street: Street, token: str) -> bool:
    citizen = await street.dials(caller=HOME, story=token, press="")
    found = (await city.told(token, "known_number"))["known"]
    await citizen.hang_up()
    return bool(found)


@contextlib.asynccontextmanager
async def register_of(city: City) -> AsyncIterator[Register]:
    async with Register.open(city.settings.sql) as register:
        yield register


async def outage_at(register: Register, *phones: str) -> Outage:
    """Of the houses of these telephones."""
    buildings = []
    for phone in phones:
        household = await register.households.by_phone(phone)
        assert household is not None
        buildings.append(household.building.id)
    now = datetime.now(UTC)
    areas = tuple(Area("building", building_id=building) for building in dict.fromkeys(buildings))
    facts = {"level": 2, "topic": "heating", "cause": "burst_pipe", "expected_at": now + timedelta(hours=5)}
    outage = Outage(id=0, state="announced", starts_at=now - timedelta(hours=2), areas=areas, **facts)  # type: ignore[arg-type]
    return await register.outages.open(outage, "dina")


async def settled(register: Register, key: str) -> Notice:
    async def found() -> Notice | None:
        notice = await register.notices.get(key)
        return notice if notice.state not in ("pending", "claimed") and notice.result != "picked_up" else None

    notice: Notice = await until(found)
    return notice


async def ties(register: Register, outage: Outage) -> dict[str, Tie]:
    return {tie.phone: tie for tie in await register.outages.ties(outage.id)}


def say(path: Path, seconds: float) -> None:
    """A prompt that is heard for so long."""
    path.unlink()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(tone(1300, seconds))


async def test_who_is_affected_hears_it_and_is_called_once_when_it_is_over_and_may_say_that_it_is_not(
    city: City,
) -> None:
    """P8, P18: the whole way from the announcement to the outage that is opened again for him."""
    async with register_of(city) as register, city.citizens() as street, city.trunk() as world, city.head() as head:
        outage = await outage_at(register, HOME, NEIGHBOUR)
        await informed(city, street, HOME, "heat1")
        await informed(city, street, HOME, "heat2")
        await informed(city, street, NEIGHBOUR, "heat3")
        tied = await ties(register, outage)
        assert {phone: (tie.calls, tie.tell) for phone, tie in tied.items()} == {HOME: (2, True), NEIGHBOUR: (1, True)}
        row = await city.row(head, lambda row: row["caller"] == HOME and row["end"])
        assert row["end"] == "informed"

        closing = await register.outages.close(outage.id, "dina")
        assert len(closing.notices) == 2
        keys = {notice.address: notice.key for notice in closing.notices}
        bells = [await world.rings(), await world.rings()]
        assert {bell.number for bell in bells} == {HOME, NEIGHBOUR}
        for bell in bells:
            await picks_up(bell, "2" if bell.number == HOME else "1")
        for bell in bells:
            await bell.ended()
        assert (await settled(register, keys[HOME])).result == "2"
        assert (await settled(register, keys[NEIGHBOUR])).result == "1"
        tied = await ties(register, outage)
        assert (tied[HOME].restored, tied[NEIGHBOUR].restored) == ("no", "yes")
        ticket = await register.tickets.get(tied[HOME].ticket)
        assert (ticket.topic, ticket.state in ("registered", "assigned")) == ("heating", True)
        duty = await world.rings()
        assert duty.number not in (HOME, NEIGHBOUR), "nobody is called twice; his executor is"
        await picks_up(duty, "1")
        await duty.ended()

        async def assigned() -> bool:
            told = await register.notices.of(f"ticket:{ticket.number}")
            return [(one.what, one.state, one.result) for one in told] == [("assigned", "sent", "1")]

        await until(assigned)
        assert world.quiet
        calls = (await head.does("GET", "/api/calls"))["calls"]
        assert [call for call in calls if call["call"].startswith("nt-")] == [], "they are no calls of the line"


async def test_who_waits_in_the_line_hears_of_it_when_it_is_confirmed(city: City) -> None:
    """P18: there is no operator; he presses 1 and is tied, by another process's word."""
    async with register_of(city) as register, city.citizens() as street:
        for token in (f"waits{n}" for n in range(5)):  # a busy machine may not know him in time
            citizen = await street.dials(caller=WAITING, story=token)
            await city.told(token, "place")
            if (await city.told(token, "known_number"))["known"]:
                break
            await citizen.hang_up()
        outage = await outage_at(register, WAITING)
        assert (await city.told(token, "outage"))["outages"] == [outage.id]
        citizen.press("1")
        assert (await city.told(token, "informed"))["tell"] is True
        await citizen.ended()
        assert {phone: tie.tell for phone, tie in (await ties(register, outage)).items()} == {WAITING: True}


async def test_a_service_is_told_whom_it_gets_and_then_has_him_and_the_outcome_is_written(city: City) -> None:
    async with (
        register_of(city) as register,
        city.citizens() as street,
        city.trunk() as world,
        city.seated("asel") as asel,
    ):
        say(city.settings.home / "prompts" / "ru" / "handed_over.wav", 1.5)
        citizen, ring = await street.talks(asel, HOME)
        await asel.with_call("transfer", {"number": "104"})
        service = await world.rings()
        assert service.number == "104"
        service.answer()
        await until(lambda: loud(service))  # before anybody of the two has said a word
        await hears(citizen, service)
        await hears(service, citizen)
        await ring.ended()
        await service.hang_up()

        async def written() -> Emergency | None:
            found = (await register.emergencies.page(open=False)).items
            return next((each for each in found if each.outcome), None)

        emergency: Emergency = await until(written)
        assert (emergency.service, emergency.how, emergency.handed_by) == ("gas", "transfer", "asel")
        assert emergency.outcome.startswith("connected")
        assert "8" in emergency.context, "the house"
        await citizen.hang_up()
        await asel.done()


async def test_whose_ticket_is_reported_done_is_asked_and_no_opens_it_again(city: City) -> None:
    """P8."""
    async with register_of(city) as register, city.trunk() as world:
        household = await register.households.by_phone(NEIGHBOUR)
        assert household is not None
        number = await a_reported_ticket(register, household.street.id, household.building.house, NEIGHBOUR)
        answered = False
        while not answered:
            bell = await world.rings()  # his, or the duty phone's of the executor
            answered = bell.number == NEIGHBOUR
            await picks_up(bell, "2" if answered else "1")
            await bell.ended()

        async def opened() -> bool:
            ticket = await register.tickets.get(number)
            return ticket.state in ("registered", "assigned") and ticket.verified == "no"

        await until(opened)
        (asked,) = [one for one in await register.notices.of(f"ticket:{number}") if one.what == "verify"]
        asked = await settled(register, asked.key)  # a moment after his answer has moved the ticket
        assert (asked.state, asked.result, asked.attempts) == ("sent", "2", 1)


async def a_reported_ticket(register: Register, street: int, house: str, caller: str) -> str:
    blank = dict.fromkeys(("call", "street", "flat", "words", "note", "language", "operator"), "")
    draft = Ticket(
        number="", state="registered", household_id=None, caller=caller, street_id=street, house=house, topic="leak",
        confirmed=True, channel="manual", **blank,
    )  # fmt: skip
    ticket = await register.tickets.register(draft, Mover("dina", "manager"))
    await register.tickets.move(ticket.number, "report", Mover("dina", "manager"), why="done")
    return ticket.number


async def test_who_says_that_it_is_not_on_has_an_operator_in_that_same_call(city: City) -> None:
    """P8: we have dialled him; by a key he stands in the line, and whoever gets him knows that he is still out."""
    async with register_of(city) as register, city.trunk() as world, city.seated("asel") as asel:
        outage = await outage_at(register, WAITING)
        await register.outages.tie(outage.id, Tie(outage.id, "", WAITING, "ru"))
        (notice,) = (await register.outages.close(outage.id, "dina")).notices
        while (bell := await world.rings()).number != WAITING:  # the executor's duty phone, of a ticket before
            await picks_up(bell, "1")
            await bell.ended()
        await picks_up(bell, "2")
        bell.press("0")
        ring = await asel.phone.rings()
        ring.answer()
        pop = await asel.shows(phase="talking")
        assert (pop["still_out"], pop["caller"], pop["outages"]) == (outage.id, WAITING, [outage.id])
        assert pop["fields"]["topic"]["value"] == "heating"
        await hears(bell, ring)
        await hears(ring, bell)
        await ring.hang_up()
        await bell.ended()
        assert (await settled(register, notice.key)).result == "2"
        assert (await ties(register, outage))[WAITING].restored == "no"


async def dictates(city: City, user: str) -> None:
    """Whoever may not is hung up on."""
    async with SipAgent.phone(city.asterisk, user) as phone:
        phone.password = PHONES[user]
        call = await phone.call("*44", caller=user)
        await call.answered()
        await until(lambda: loud(call) or call.over)  # he is told what to do
        await asyncio.sleep(3)  # so long he speaks: a telephone of the tests hums
        if not call.over:
            call.press("#")
        await call.ended()


async def test_a_manager_speaks_a_bulletin_by_his_telephone_and_it_waits_for_him_as_a_draft(city: City) -> None:
    """An operator's phone is refused; nothing of it is a call of the line."""
    async with register_of(city) as register, city.head() as head:
        known = {one.id for one in await register.bulletins.list()}
        await dictates(city, HEADS_PHONE)
        await dictates(city, OPERATORS["asel"])
        (draft,) = [one for one in await register.bulletins.list() if one.id not in known]
        assert (draft.state, draft.created_by, draft.words, len(draft.recorded)) == ("draft", HEAD, {}, 1)
        sound = await register.bulletins.sound(draft.id, draft.recorded[0])
        assert sound is not None
        with wave.open(io.BytesIO(sound)) as file:
            assert file.getnframes() > RATE
        shown = (await head.does("GET", "/api/bulletins"))["bulletins"]
        assert draft.id in [one["id"] for one in shown if one["state"] == "draft"]
        calls = (await head.does("GET", "/api/calls"))["calls"]
        assert [call for call in calls if call["caller"] in (HEADS_PHONE, OPERATORS["asel"])] == []
