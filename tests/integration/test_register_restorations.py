"""An outage ends by steps, and an end that was a mistake is taken back: each household is told once of the real end,
nobody is forgotten (P8, P18). Both dialects."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from kezek_register import Register, RegisterError, RegisterSettings
from kezek_register.areas import Area
from kezek_register.outage_types import BadOutage, Outage, OutageOver
from kezek_register.trouble_types import Addition
from kezek_register.types import NotFound
from kit.databases import draft, told
from kit.outages_town import FEEDER_B, LONG, RADIO, SUBSTATION, TREE, Clock, House, build, outage, phone_of, tie

SLOW = RegisterSettings(verb_timeout_s=60.0, busy_timeout_s=30.0)
WHOLE = (Area("street", street_id=TREE), Area("street", street_id=RADIO))
TREE_ODD = Area("houses", street_id=TREE, house_from="1", house_to="7", parity="odd")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def register(register_url: str, clock: Clock) -> AsyncIterator[Register]:
    async with Register.open(register_url, node="test", clock=clock, settings=SLOW) as opened:
        yield opened


@pytest.fixture
async def town(register: Register) -> list[House]:
    return await build(register)


async def opened(register: Register, clock: Clock, homes: range = range(1, 45)) -> Outage:
    """Both streets; 32 flats of Tree street (four a house) and the twelve houses of Radio street are tied."""
    made = await register.outages.open(outage(areas=WHOLE), "anna")
    for home in homes:
        await register.outages.tie(made.id, tie(phone_of(home), call=f"c{home}"))
    clock.later(hours=1)
    return made


async def addresses(url: str, state: str = "") -> list[str]:
    where = f" AND state = '{state}'" if state else ""
    rows = await told(url, f"SELECT address FROM notices WHERE what = 'restored'{where} ORDER BY id")  # noqa: S608
    return [str(address) for (address,) in rows]


def phones(*homes: int) -> list[str]:
    return sorted(phone_of(home) for home in homes)


async def test_a_part_that_is_on_again_tells_its_households_and_nobody_else(
    register: Register, register_url: str, town: list[House], clock: Clock
) -> None:
    """P18."""
    made = await opened(register, clock)
    closing = await register.outages.restore(made.id, [TREE_ODD], "olena", "The other feeder")
    now = closing.outage
    assert (now.state, now.restored, len(closing.notices)) == ("announced", (TREE_ODD,), 16)
    assert now.version > made.version
    assert sorted(one.address for one in closing.notices) == phones(
        *range(1, 5), *range(9, 13), *range(17, 21), *range(25, 29)
    )
    (step,) = now.restorations
    assert (step.step, step.who, step.why, step.households) == (1, "olena", "The other feeder", 16)
    assert await register.outages.affecting(town[0].place) == [], "callers from there hear of it no more"
    assert [one.id for one in await register.outages.affecting(town[1].place)] == [made.id]
    other = await register.outages.restore(made.id, [WHOLE[1]], "olena")
    assert len((await register.outages.announcement(other.outage, "en")).where) == 1, (
        "Radio street is not named any more"
    )
    await register.outages.reopen(made.id, "olena", step=2)
    with pytest.raises(OutageOver):
        await register.outages.tie(made.id, tie(phone_of(1), call="again"))
    await register.outages.tie(made.id, tie(phone_of(5), call="again"))
    events = await told(register_url, "SELECT event FROM webhook_events WHERE event LIKE 'outage.%' ORDER BY id")
    assert [event for (event,) in events] == ["outage.opened", *["outage.restored_part"] * 2, "outage.reopened"]


async def test_steps_that_overlap_and_the_close_tell_each_household_once(
    register: Register, register_url: str, town: list[House], clock: Clock
) -> None:
    """P8, P18."""
    made = await opened(register, clock)
    for areas in ([TREE_ODD], [TREE_ODD], [Area("street", street_id=TREE)], [Area("part", part_id=FEEDER_B), TREE_ODD]):
        await register.outages.restore(made.id, areas, "olena")
        clock.later(minutes=1)
    assert len(await addresses(register_url)) == 32 + 6
    again = await register.outages.restore(made.id, [TREE_ODD], "olena")
    assert (again.notices, len(again.outage.restorations)) == ((), 3), "a step restored twice changes nothing"
    closing = await register.outages.close(made.id, "anna")
    assert len(closing.notices) == 6
    assert sorted(await addresses(register_url)) == phones(*range(1, 45))
    assert (await register.outages.restore(made.id, [TREE_ODD], "olena")).notices == ()
    assert [(one.step, one.closes) for one in closing.outage.restorations] == [
        (1, False),
        (2, False),
        (3, False),
        (4, True),
    ]


async def test_when_nothing_is_left_it_closes_itself(
    register: Register, register_url: str, town: list[House], clock: Clock
) -> None:
    """P18: who left nothing but a number, and nobody knows where he lives, is told then."""
    made = await opened(register, clock)
    await register.outages.tie(made.id, tie("+77019990001", call="stranger"))
    await register.outages.restore(made.id, [Area("part", part_id=SUBSTATION)], "olena")
    assert phone_of(34) not in await addresses(register_url), "an even house of Radio street hangs on nothing known"
    even = Area("houses", street_id=RADIO, parity="even")
    done = await register.outages.restore(made.id, [even], "olena")
    assert (done.outage.state, done.outage.ended_at) == ("restored", clock.now)
    assert sorted(await addresses(register_url)) == sorted([*phones(*range(1, 45)), "+77019990001"])


async def test_who_needs_help_first_is_called_first(
    register: Register, register_url: str, town: list[House], clock: Clock
) -> None:
    """Flat 1 of house 1 has a patient, as somebody said; house 3 of each street has a lung ventilator."""
    made = await opened(register, clock)
    patient = Addition(0, made.id, clock.now, "medical", "", call="c1")
    await register.additions.add(patient)
    closing = await register.outages.close(made.id, "anna")
    first = phones(*range(9, 13), 35)
    assert closing.notices[0].address == phone_of(1)
    assert sorted(one.address for one in closing.notices[1:6]) == first
    claimed = await register.notices.claim("n1", ("call",), 6)
    assert [claimed[0].address, *sorted(one.address for one in claimed[1:])] == [phone_of(1), *first]


async def test_an_area_that_is_not_in_it_is_refused(register: Register, town: list[House], clock: Clock) -> None:
    made = await opened(register, clock, range(1, 3))
    for bad in ([Area("street", street_id=LONG)], [TREE_ODD, Area("street", street_id=LONG)], [], [Area("street")]):
        with pytest.raises(BadOutage):
            await register.outages.restore(made.id, bad, "olena")
    coming = await register.outages.open(outage(starts_at=clock.later(hours=1)), "anna")
    clock.later(hours=-1)
    with pytest.raises(OutageOver):
        await register.outages.restore(coming.id, list(WHOLE[:1]), "olena")
    with pytest.raises(NotFound):
        await register.outages.restore(99, list(WHOLE), "olena")


async def test_two_managers_at_once_tell_nobody_twice(
    register: Register, register_url: str, town: list[House], clock: Clock
) -> None:
    """P8: one restores a street, one the feeder under it, one closes; each verb also told twice."""
    made = await opened(register, clock)
    outages = register.outages
    steps = [[TREE_ODD], [WHOLE[0]], [Area("part", part_id=SUBSTATION)], [WHOLE[1]]]
    await asyncio.gather(
        *(outages.restore(made.id, areas, who) for areas in steps for who in ("olena", "anna")),
        outages.close(made.id, "anna"),
        outages.close(made.id, "olena"),
    )
    assert sorted(await addresses(register_url)) == phones(*range(1, 45))


async def test_tickets_of_a_part_are_reported_with_it(register: Register, town: list[House], clock: Clock) -> None:
    made = await opened(register, clock, range(1, 1))
    numbers = []
    for home in (1, 5):
        ticket = await register.tickets.confirm(draft(call=f"t{home}", household_id=home, topic="water"))
        await register.outages.tie(made.id, tie(phone_of(home), call=f"t{home}", ticket=ticket.number))
        numbers.append(ticket.number)
    closing = await register.outages.restore(made.id, [TREE_ODD], "olena")
    assert closing.tickets == 1
    assert [(await register.tickets.get(number)).state for number in numbers] == ["reported", "registered"]
    await register.outages.answered(made.id, "household:1", "yes")
    assert (await register.tickets.get(numbers[0])).state == "closed"


async def test_an_end_that_was_a_mistake_is_taken_back_whole(
    register: Register, register_url: str, town: list[House], clock: Clock
) -> None:
    """P8, P18: calls that are still to ask are not made; at the real end everybody is told once who had not said that
    it is on."""
    made = await opened(register, clock, range(1, 9))
    ticket = await register.tickets.confirm(draft(call="t1", household_id=1, topic="water"))
    await register.outages.tie(made.id, tie(phone_of(1), call="t1", ticket=ticket.number))
    await register.outages.close(made.id, "anna")
    for notice in await register.notices.claim("n1", ("call",), 3):
        await register.notices.settle(notice.key, "sent", "2")
    under_way = await register.notices.claim("n1", ("call",), 2)
    await register.outages.answered(made.id, "household:2", "no")
    await register.outages.answered(made.id, "household:3", "yes")
    clock.later(minutes=10)
    again = await register.outages.reopen(made.id, "anna", "It was another street")
    assert (again.state, again.ended_at, again.still_out) == ("announced", None, 0)
    assert [(one.still_out, one.taken_back_by) for one in again.restorations] == [(1, "anna")]
    assert (await register.tickets.get(ticket.number)).state == "registered", "at work again"
    assert await register.notices.claim("n1", ("call",), 9) == [], "outstanding calls stop"
    await register.notices.settle(under_way[0].key, "pending", "no_answer")
    await register.notices.settle(under_way[1].key, "failed", "no_answer", instead="sms")
    assert await register.notices.claim("n1", ("call", "sms"), 9) == [], "nor is one under way tried again"
    assert [one.id for one in await register.outages.affecting(town[0].place)] == [made.id]
    assert await register.outages.reopen(made.id, "olena") == again, "two managers: one takes it back"
    clock.later(hours=1)
    closing = await register.outages.close(made.id, "anna")
    assert sorted(one.address for one in closing.notices) == phones(1, 2, 4, 5, 6, 7, 8)
    assert (await register.outages.close(made.id, "anna")).notices == ()
    said = await register.outages.answered(made.id, "household:2", "yes")
    assert said.restored == "yes", "what was said of the mistake was not said of this end"


async def test_a_step_that_was_a_mistake_is_taken_back(
    register: Register, register_url: str, town: list[House], clock: Clock
) -> None:
    made = await opened(register, clock, range(1, 9))
    await register.outages.restore(made.id, [TREE_ODD], "olena")
    clock.later(minutes=1)
    await register.outages.restore(made.id, [Area("building", building_id=2)], "olena")
    back = await register.outages.reopen(made.id, "anna", step=1)
    assert back.restored == (Area("building", building_id=2),)
    assert await register.outages.reopen(made.id, "anna", step=1) == back
    with pytest.raises(NotFound):
        await register.outages.reopen(made.id, "anna", step=7)
    closing = await register.outages.close(made.id, "anna")
    assert sorted(one.address for one in closing.notices) == phones(1, 2, 3, 4)
    cancelled = await register.outages.open(outage(), "anna")
    await register.outages.cancel(cancelled.id, "anna")
    with pytest.raises(OutageOver):
        await register.outages.reopen(cancelled.id, "anna")


async def test_a_database_that_dies_in_the_midst_of_a_step_tells_nobody_or_everybody(
    register: Register, register_url: str, town: list[House], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P8."""
    made = await opened(register, clock, range(1, 9))

    async def gone(*_: object) -> int:
        raise RegisterError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(register.outages._tickets, "report", gone)
        with pytest.raises(RegisterError, match="killed"):
            await register.outages.restore(made.id, [TREE_ODD], "olena")
    assert await addresses(register_url) == []
    assert (await register.outages.get(made.id)).restored == ()
    assert len((await register.outages.restore(made.id, [TREE_ODD], "olena")).notices) == 4


async def test_what_is_left_is_opened_as_an_outage_of_its_own(
    register: Register, register_url: str, town: list[House], clock: Clock
) -> None:
    """Who says 'no' there is told when that one ends, once; the same press twice is one outage."""
    made = await opened(register, clock)
    await register.outages.close(made.id, "anna")
    for home in range(33, 45):
        await register.outages.answered(made.id, f"household:{home}", "no" if home % 2 else "yes")
    for home in range(1, 9):
        await register.outages.answered(made.id, f"household:{home}", "no" if home == 3 else "yes")
    found = await register.outages.still_out(made.id)
    assert [(one.kind, len(one.parties)) for one in found.groups] == [("part", 6), ("house", 1)]
    assert (found.groups[0].area, found.groups[0].certainty > 0.99) == (Area("part", part_id=FEEDER_B), True)
    assert (found.answered, found.out, found.mistaken) == (20, 7, False)
    nested, same = await asyncio.gather(
        *(register.outages.reopen_part(made.id, [found.groups[0].area], who) for who in ("anna", "olena"))
    )
    assert (nested.id, nested.parent, nested.ties, nested.state) == (same.id, made.id, 6, "announced")
    assert [one.kind for one in (await register.outages.still_out(made.id)).groups] == ["house"]
    assert [one.id for one in await register.outages.affecting(town[8].place)] == [nested.id]
    numbers = {one.ticket for one in await register.outages.ties(nested.id)}
    assert {(await register.tickets.get(number)).outage_id for number in numbers} == {nested.id}
    await register.outages.reopen(made.id, "anna")
    clock.later(hours=1)
    ended = await register.outages.close(nested.id, "anna")
    assert sorted(one.address for one in ended.notices) == phones(*range(33, 45, 2))
    whole = await register.outages.close(made.id, "anna")
    assert not {one.address for one in whole.notices} & set(phones(*range(33, 45, 2))), "told by the nested one"
    with pytest.raises(BadOutage):
        await register.outages.reopen_part(made.id, [Area("street", street_id=LONG)], "anna")
