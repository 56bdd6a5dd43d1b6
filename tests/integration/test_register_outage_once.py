"""A household is told once: whatever the order of ties, calls, restarts and closings (P8, P18); and areas counted in
SQL are what brute force counts. Seeded, on both dialects."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from kezek_register import Register, RegisterError, RegisterSettings
from kezek_register.areas import Area, Parity, Place, covers
from kezek_register.outage_types import Closing, OutageOver, Tie
from kezek_register.tellings import groups
from kit.databases import told
from kit.outages_town import LONG, RADIO, TREE, Clock, House, build, houses, outage, phone_of, tie

SLOW = RegisterSettings(verb_timeout_s=60.0, busy_timeout_s=30.0)  # it is about order, not about time
PHONES = ["", "+77019990001", "+77019990002", phone_of(1), phone_of(2), phone_of(6)]


def somebody(chance: random.Random) -> Tie:
    """By his household, his flat, or only his number; sometimes from another's telephone."""
    who = chance.choice(["household", "flat", "phone", "unknown flat"])
    phone = chance.choice(PHONES)
    call = f"call-{chance.randrange(12)}"
    tell = chance.random() < 0.8
    match who:
        case "household":
            return tie(phone, household_id=chance.randint(1, 5), call=call, tell=tell)
        case "flat":
            return tie(phone, building_id=chance.randint(1, 2), flat=str(chance.randint(1, 4)), call=call, tell=tell)
        case "unknown flat":
            return tie(phone, building_id=1, flat=str(chance.randint(70, 72)), call=call, tell=tell)
        case _:
            return tie(phone or PHONES[1], call=call, tell=tell)


async def asked(register: Register, outage_id: int, who: Tie) -> Tie | None:
    try:
        return await register.outages.tie(outage_id, who)
    except OutageOver:
        return None


@pytest.mark.parametrize("seed", range(4))
async def test_a_household_is_told_once_whatever_happens_in_between(register_url: str, seed: int) -> None:
    """P8, P18: two nodes, some of their verbs told twice, restarts, the closing in the midst of it and again."""
    chance = random.Random(seed)  # noqa: S311 - a plan that can be made again
    clock = Clock()
    async with AsyncExitStack() as stack:

        async def node() -> Register:
            return await stack.enter_async_context(Register.open(register_url, clock=clock, settings=SLOW))

        nodes = [await node(), await node()]
        await build(nodes[0])
        opened = await nodes[0].outages.open(outage(), "anna")
        clock.later(hours=1)
        plan = [somebody(chance) for _ in range(40)]
        plan += chance.sample(plan, 10)  # told twice: an answer was lost
        ends = chance.randint(25, 45)
        asks: list[Tie] = []
        tied: list[Tie | None] = []
        closings: list[Closing] = []
        while plan:
            some, plan = plan[: (many := chance.randint(1, 6))], plan[many:]
            asks += some
            verbs = [asked(chance.choice(nodes), opened.id, who) for who in some]
            if len(plan) < ends and not closings:
                *some_tied, first, second = await asyncio.gather(
                    *verbs, *(each.outages.close(opened.id, "anna") for each in nodes)
                )
                closings += [first, second]
                tied += some_tied
            else:
                tied += await asyncio.gather(*verbs)
            if chance.random() < 0.3:
                nodes[chance.randrange(2)] = await node()  # a restart: nothing is known but what SQL knows
        closings.append(await nodes[0].outages.close(opened.id, "olena"))
        rows = await nodes[0].outages.ties(opened.id)

    expected = [group for group in groups(rows) if group.teller]
    written = await told(register_url, "SELECT key, address FROM notices ORDER BY id")
    by_closing = [one.key for each in closings for one in each.notices]
    assert sorted(by_closing) == sorted(str(key) for key, _ in written)
    assert sum(bool(each.notices) for each in closings) <= 1, "one closing tells"
    assert len({address for _, address in written}) == len(written), "no number is rung twice"
    assert len(written) == len(expected)
    for group in expected:
        keys = {f"outage:{opened.id}:restored:{one.party}" for one in group.ties}
        assert len([key for key, _ in written if key in keys]) == 1
    for name in ("household_id", "phone"):
        seen: dict[object, int] = {}
        for place, group in enumerate(groups(rows)):
            for one in group.ties:
                if value := getattr(one, name):
                    assert seen.setdefault(value, place) == place
    parties = {one.party for one in tied if one is not None}
    assert parties == {one.party for one in rows}, "who was told that he is tied is tied"
    calls = {who.call for who, one in zip(asks, tied, strict=True) if one is not None}
    assert (await told(register_url, "SELECT count(*) FROM outage_calls")) == [(len(calls),)]


@pytest.fixture
async def register(register_url: str) -> AsyncIterator[Register]:
    async with Register.open(register_url, settings=SLOW) as opened:
        yield opened


async def test_many_callers_at_once_are_one_household(register: Register) -> None:
    """P18, P2: nobody's race makes a second tie."""
    await build(register)
    opened = await register.outages.open(outage(), "anna")
    ways = [tie(phone_of(1), call=f"c{n}") if n % 2 else tie("", household_id=1, call=f"c{n}") for n in range(16)]
    found = await asyncio.gather(*(register.outages.tie(opened.id, who) for who in ways))
    assert {one.party for one in found} == {"household:1"}
    now = await register.outages.get(opened.id)
    assert (now.ties, now.calls) == (1, 16)


async def test_a_dead_database_in_the_midst_of_closing_tells_nobody_or_everybody(
    register: Register, register_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P8: the notices, the tickets and the outage's state are one transaction."""
    await build(register)
    clock = Clock()
    async with Register.open(register_url, clock=clock, settings=SLOW) as other:
        opened = await other.outages.open(outage(), "anna")
        for n in range(1, 6):
            await other.outages.tie(opened.id, tie(phone_of(n), call=f"c{n}"))
        clock.later(hours=1)

        async def gone(*_: object) -> int:
            raise RegisterError("killed")

        with monkeypatch.context() as patched:
            patched.setattr(other.outages._tickets, "report", gone)
            with pytest.raises(RegisterError, match="killed"):
                await other.outages.close(opened.id, "anna")
        assert await told(register_url, "SELECT count(*) FROM notices") == [(0,)]
        assert (await other.outages.get(opened.id)).state == "announced"
        assert len((await other.outages.close(opened.id, "anna")).notices) == 5


def some_area(chance: random.Random, town: list[House]) -> Area:
    scope = chance.choice(["territory", "part", "street", "houses", "houses", "building"])
    match scope:
        case "territory":
            return Area("territory", territory_id=chance.randint(1, 3))
        case "part":
            return Area("part", part_id=chance.randint(1, 3))
        case "street":
            return Area("street", street_id=chance.choice([TREE, RADIO, LONG]))
        case "building":
            return Area("building", building_id=chance.choice(town).id)
    sides: list[Parity] = ["", "odd", "even"]
    first, last = (chance.choice(["", *(house.house for house in town)]) for _ in range(2))
    street = chance.choice([TREE, RADIO, LONG])
    return Area("houses", street_id=street, house_from=first, house_to=last, parity=chance.choice(sides))


async def test_areas_are_counted_and_found_as_brute_force_does(register: Register) -> None:
    chance = random.Random(5)  # noqa: S311 - the same areas each time
    town = houses()
    await build(register)
    opened: dict[int, tuple[Area, ...]] = {}
    for _ in range(25):
        areas = tuple(some_area(chance, town) for _ in range(chance.randint(1, 4)))
        inside = [house for house in town if any(covers(area, house.place) for area in areas)]
        found = await register.outages.concerned(areas)
        assert (found.buildings, found.households) == (len(inside), sum(house.flats for house in inside))
        opened[(await register.outages.open(outage(areas=areas), "anna")).id] = areas
    places: list[Place] = [house.place for house in town]
    for house in town:
        assert await register.places.place(house.id) == house.place
    places += [await register.places.of_house(LONG, number) for number in ("77", "10", "10/2", "?")]
    for place in places:
        affecting = {one.id for one in await register.outages.affecting(place, at=Clock().later(hours=1))}
        assert affecting == {found for found, areas in opened.items() if any(covers(each, place) for each in areas)}
