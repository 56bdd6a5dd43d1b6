"""Reports of trouble, suspicions, leases and additions in SQL, on both dialects."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from kezek_register import NotFound, Register
from kezek_register.areas import Area
from kezek_register.moves import CITIZEN
from kezek_register.outage_types import Outage
from kezek_register.settings import RegisterSettings
from kezek_register.trouble_types import Addition, BadTrouble, SuspicionDecided
from kezek_register.types import CallRecord
from kit.databases import draft, told
from kit.outages_town import AT, LONG, RADIO, TREE, Clock, build, outage, phone_of, tie
from kit.storm_town import STREET, suspicion, trouble


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def register(register_url: str, clock: Clock) -> AsyncIterator[Register]:
    settings = RegisterSettings(party_key=b"the site's")
    async with Register.open(register_url, node="test", clock=clock, settings=settings) as opened:
        await build(opened)
        yield opened


async def events(url: str) -> list[str]:
    return [str(event) for (event,) in await told(url, "SELECT event FROM webhook_events ORDER BY id")]


async def test_a_report_is_one_voice_under_one_key_and_nobodys_number(register: Register, register_url: str) -> None:
    """A prankster who redials and names another house each time is one party; a mended report is seen once more."""
    first = trouble(1)
    assert await register.troubles.add(first, first) == 1
    stranger = replace(trouble(2, phone="8 700 111 22 33"), key="call:a", call="a")
    assert await register.troubles.add(stranger, replace(stranger, key="call:b", call="b", house="7")) == 2
    found = await register.troubles.since(0)
    assert [one.key for one in found] == ["call:c-1", "call:a", "call:b"]
    assert found[0].party == "household:1"
    assert found[1].party == found[2].party
    assert found[1].party.startswith("phone:")
    assert "7001112233" not in repr(await told(register_url, "SELECT * FROM trouble_reports"))

    last = found[-1].id
    assert await register.troubles.add(replace(first, house="8", source="operator", at=AT + timedelta(minutes=9))) == 1
    (mended,) = await register.troubles.since(last)
    assert (mended.key, mended.house, mended.at) == ("call:c-1", "8", AT), "the first moment stands"
    assert await register.troubles.add(first) == 0, "what a person said is not replaced by a machine"
    await register.troubles.take_back("call:c-1")
    (taken,) = await register.troubles.since(mended.id)
    assert taken.topic == ""
    with pytest.raises(BadTrouble):
        await register.troubles.add(replace(first, street_id=None, house=""))


async def test_no_id_comes_twice_though_the_last_row_goes(register: Register) -> None:
    await register.troubles.add(trouble(1))
    (first,) = await register.troubles.since(0)
    await register.troubles.add(replace(trouble(1), house="5", source="operator"))
    (second,) = await register.troubles.since(0)
    assert second.id > first.id


async def test_a_suspicion_grows_is_confirmed_by_one_press_and_ties_its_tickets(
    register: Register, register_url: str, clock: Clock
) -> None:
    await register.troubles.add(*(trouble(n) for n in range(1, 6)))
    kept = await register.suspicions.write(suspicion(), keys=[f"call:c-{n}" for n in range(1, 6)])
    assert (kept.state, kept.special_needs, kept.households) == ("open", 1, 32)
    assert len(await register.troubles.of_suspicion(kept.id)) == 5
    again = await register.suspicions.write(suspicion(6), kept.id)
    assert (again.id, again.reports) == (kept.id, 6)
    wider = (STREET, Area("street", street_id=RADIO))
    await register.suspicions.write(suspicion(9, areas=wider, households=44), kept.id)
    house = await register.places.of_house(RADIO, "1")
    (affected,) = await register.suspicions.affecting(house)
    assert (affected.id, affected.calls) == (kept.id, 9)

    ticket = await register.tickets.confirm(
        draft(call="c-1", caller=phone_of(1), household_id=1, street_id=TREE, house="1", topic="water")
    )
    clock.later(minutes=6)
    outage = await register.suspicions.confirm(kept.id, "dana", level=1, words={"ru": "Проверяем"})
    assert (outage.state, outage.starts_at, outage.areas, outage.level) == ("announced", AT, wider, 1)
    assert (await register.tickets.get(ticket.number)).outage_id == outage.id
    assert await register.suspicions.affecting(house) == []
    assert [one.id for one in await register.outages.affecting(house)] == [outage.id]
    kept = await register.suspicions.get(kept.id)
    assert (kept.state, kept.outage_id, kept.decided_by) == ("confirmed", outage.id, "dana")
    later = await register.suspicions.write(suspicion(20, areas=(*wider, Area("street", street_id=LONG))), kept.id)
    assert later.state == "confirmed", "what a person decided stands"
    extended = await register.suspicions.extend(kept.id, "dana")
    assert (extended.id, len(extended.areas)) == (outage.id, 3)
    assert [one for one in await events(register_url) if one.startswith(("suspicion", "outage"))] == [
        "suspicion.opened", "suspicion.grown", "outage.opened", "suspicion.confirmed", "outage.updated",
    ]  # fmt: skip


async def test_two_managers_at_once_get_the_same_outage(register: Register) -> None:
    kept = await register.suspicions.write(suspicion())
    both = await asyncio.gather(*(register.suspicions.confirm(kept.id, who) for who in ("dana", "saule")))
    assert both[0].id == both[1].id
    assert len(await register.outages.now()) == 1
    with pytest.raises(SuspicionDecided):
        await register.suspicions.dismiss(kept.id, "saule", "no")


async def test_a_dismissed_one_stays_so_until_somebody_knows_better(register: Register, register_url: str) -> None:
    kept = await register.suspicions.write(suspicion())
    dismissed = await register.suspicions.dismiss(kept.id, "dana", "The crew is there")
    assert dismissed == await register.suspicions.dismiss(kept.id, "saule", "again")
    assert (dismissed.state, dismissed.why) == ("dismissed", "The crew is there")
    await register.suspicions.write(suspicion(7), kept.id)
    assert (await register.suspicions.get(kept.id)).state == "dismissed"
    outage = await register.suspicions.confirm(kept.id, "dana")
    assert outage.state == "announced"
    assert (await events(register_url))[:2] == ["suspicion.opened", "suspicion.dismissed"]
    page = await register.suspicions.page("confirmed")
    assert [one.id for one in page.items] == [kept.id]
    with pytest.raises(NotFound):
        await register.suspicions.get(10_000)


async def test_one_that_is_merged_is_no_outage_of_its_own(register: Register) -> None:
    first = await register.suspicions.write(suspicion())
    second = await register.suspicions.write(suspicion(areas=(Area("street", street_id=RADIO),)))
    await register.suspicions.write(suspicion(state="merged"), first.id)
    whole = await register.suspicions.write(suspicion(12, households=44), second.id, of=[first.id])
    assert whole.of == (first.id,)
    with pytest.raises(SuspicionDecided):
        await register.suspicions.confirm(first.id, "dana")


async def test_one_node_at_a_time_has_the_lease(register: Register, clock: Clock) -> None:
    held = await asyncio.gather(*(register.leases.hold("storm", node, 0.5) for node in ("a", "b", "c")))
    assert sum(held) == 1
    mine = await register.leases.holder("storm")
    assert await register.leases.hold("storm", mine, 30)
    other = "b" if mine != "b" else "a"
    assert not await register.leases.hold("storm", other, 30)
    assert await register.leases.tell("storm", mine, {"counted": "2026-03-01"})
    assert not await register.leases.tell("storm", other, {})
    await register.leases.let_go("storm", mine)
    assert await register.leases.hold("storm", other, 30)
    assert await register.leases.told("storm") == {"counted": "2026-03-01"}


async def test_an_addition_is_lifted_out_once(register: Register, register_url: str) -> None:
    outage = await register.outages.open(Outage(0, "announced", 2, "water", AT, (STREET,)), "dana")
    wire = Addition(0, outage.id, AT, "electric", "провод на земле", call="c-1", street_id=TREE, house="3")
    (made,) = await register.additions.add(wire, wire)
    assert await register.additions.add(wire) == []
    assert [one.id for one in await register.additions.unhandled()] == [made.id]
    seen = await register.additions.handled(outage.id, made.id, "aigul", "The crew is told")
    again = await register.additions.handled(outage.id, made.id, "dana", "later")
    assert (seen.handled_by, again.handled_by, again.note) == ("aigul", "aigul", "The crew is told")
    assert await register.additions.unhandled() == []
    bodies = [body for event, body in await told(register_url, "SELECT event, body FROM webhook_events")
              if event == "outage.addition"]  # fmt: skip
    assert len(bodies) == 1
    assert "провод" not in repr(bodies)
    with pytest.raises(NotFound):
        await register.additions.add(replace(wire, outage_id=99, call="c-2"))


async def test_a_ticket_at_a_known_outage_joins_it_and_what_it_adds_reaches_the_owner(
    register: Register, register_url: str
) -> None:
    """Whatever its channel; of another matter, or elsewhere, it goes its own way."""
    await told(register_url, "UPDATE organisations SET channel = 'call'")
    known = await register.outages.open(outage(cause="unknown"), "dana")
    there = draft(caller=phone_of(5), household_id=5, street_id=TREE, house="2", topic="water", channel="open311")
    wire = replace(there, call="", details={"urgency": "electric,nonsense"}, words="провод на земле")
    joined = await register.tickets.register(wire, CITIZEN, "app:1")
    assert (joined.outage_id, joined.organisation_id) == (known.id, None)
    (added,) = await register.additions.of(known.id)
    assert (added.code, added.ticket, added.words) == ("electric", joined.number, "провод на земле")
    (notice,) = [one for one in await register.notices.of(f"outage:{known.id}") if one.what == "addition"]
    assert (notice.told["code"], notice.told["house"]) == ("electric", "2")
    (voice,) = await register.troubles.since(0)
    assert (voice.key, voice.source, voice.party) == (f"ticket:{joined.number}", "message", "household:5")

    other = await register.tickets.register(replace(there, call="", topic="electricity"), CITIZEN, "app:2")
    elsewhere = await register.tickets.register(replace(there, call="", street_id=RADIO), CITIZEN, "app:3")
    assert (other.outage_id, elsewhere.outage_id) == (None, None)
    closing = await register.outages.close(known.id, "dana")
    assert closing.tickets == 1


async def test_what_an_operator_mends_of_a_call_is_its_report(register: Register) -> None:
    """The caller's first word is replaced; what is no trouble any more is taken back."""
    await register.troubles.add(trouble(1))
    whole = draft(call="c-1", caller=phone_of(1), household_id=1, street_id=TREE, house="1", topic="water")
    await register.tickets.confirm(replace(whole, street_id=RADIO, house="4"))
    (mended,) = await register.troubles.since(0)
    assert (mended.key, mended.street_id, mended.house, mended.source) == ("call:c-1", RADIO, "4", "operator")
    await register.tickets.confirm(replace(whole, topic=""))
    (taken,) = await register.troubles.since(mended.id)
    assert (taken.key, taken.topic) == ("call:c-1", "")


async def test_calls_that_ended_with_what_they_heard_are_counted_as_saved(register: Register) -> None:
    known = await register.outages.open(outage(), "dana")
    for n, end in enumerate(("informed", "answered", "informed"), 1):
        await register.outages.tie(known.id, tie(phone_of(n), call=f"c{n}"))
        await register.history.save(CallRecord(f"c{n}", "", "109", "ru", "main", "", end, AT, AT, None, AT, ""))
    assert (await register.outages.get(known.id)).saved == 2
