"""A mass outage from its first call to the last: SIPp's calls from one street, a manager at the board in a real
browser, the next caller, and the call that asks him whether it is on. Asterisk, Valkey, PostgreSQL, the node and
Chromium are real."""

from __future__ import annotations

import wave
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from kezek_api.drill.ear import is_mark
from kezek_api.drill.furnishing import MARK_HZ
from kezek_register import Register, load_sample
from kezek_register.notice_types import Notice
from kezek_register.sql.tables import BuildingRow, HouseholdRow, PhoneRow
from kit.api import fill, until
from kit.city_phones import hears_of_the_outage
from kit.databases import PostgresServer
from kit.manager_page import browser_or_skip, manager_page
from kit.sip_call import SipCall
from kit.sipp import sipp_load
from kit.tones import RATE, heard, strength, tone
from kit.valkey import Valkey
from kit.whole import HEAD, City, hotline
from kit.whole_process import Process as Node
from kit.whole_process import serving

pytestmark = pytest.mark.timeout(180)

STREET = "Летняя"
CALLERS, A_SECOND = 30, 10.0
STAYS_S = 5.0  # in the line; nobody is there to take the call
ENOUGH = 8  # voices that are waited for
LAST = "+77008880100"  # the next caller, of the street's middle
TONES = {
    "outage_now": float(MARK_HZ),
    "subject/heating": 1700.0,
    "told_restored": 2100.0,
}  # prompt -> the tone that stands for it
LIMIT_S = 20.0
DIALS = 3


def number(n: int) -> str:
    return f"+7700888{n:04d}"


async def settle(url: str) -> None:
    """The sample town; a household with a number in each of thirty houses of the street, in the middle one two."""
    async with Register.open(url) as register:
        await load_sample(register)
        await fill(register)
        streets = await register.addresses.streets()
        street = next(one for one in streets if one.names.get("ru") == STREET)
        async with register._database.writing() as session:
            for n in range(CALLERS):
                where = {"lon": 71.41 + n * 0.0004, "lat": 51.16 + n % 2 * 0.0005}  # on either side of the street
                building = BuildingRow(
                    street_id=street.id, house=str(101 + n), entrances=None, flats=2, people=None, **where
                )
                session.add(building)
                await session.flush()
                for flat, phone in enumerate((number(n), LAST) if n == CALLERS // 2 else (number(n),), 1):
                    home = HouseholdRow(building_id=building.id, flat=str(flat), person="", language="ru")
                    session.add(home)
                    await session.flush()
                    session.add(PhoneRow(phone=phone, household_id=home.id, position=0))


def say(prompts: Path) -> None:
    """Prompts that can be told apart by who hears them."""
    for name, hertz in TONES.items():
        path = prompts / "ru" / f"{name}.wav"
        path.unlink()
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(tone(hertz, 0.8))


def hears(call: SipCall, prompt: str) -> bool:
    """In the last seconds."""
    samples = heard(call, 250)
    windows = [samples[at : at + RATE // 5] for at in range(0, len(samples), RATE // 5)]
    return any(strength(window, TONES[prompt]) > 0.5 for window in windows)


@pytest.fixture
async def city(
    tmp_path: Path, town: Path, valkey: Valkey, postgres_server: PostgresServer, postgres_template: str
) -> AsyncIterator[tuple[City, Node]]:
    browser_or_skip()
    url = postgres_server.url(postgres_server.database(postgres_template))
    await settle(url)
    async with AsyncExitStack() as stack:
        made = await stack.enter_async_context(
            hotline(tmp_path / "city", town, valkey, "whole-storm", house=False, sql_url=url)
        )
        say(tmp_path / "city" / "prompts")
        yield made, await stack.enter_async_context(serving(made.settings))


async def asked(page: Page, path: str) -> Any:
    answer = await page.request.get(path)
    assert answer.ok, f"{path}: {answer.status}"
    return await answer.json()


async def surge(city: City, page: Page, stack: AsyncExitStack) -> list[Process]:
    """Thirty dial within three seconds, now from this end of the street and now from that. On a busy machine some are
    not known within the second that a look-up has: until a suspicion has enough voices all dial again, not so fast."""

    async def suspected() -> bool:
        found = (await asked(page, "/api/suspicions?state=open"))["suspicions"]
        return any(one["topic"] == "unknown" and one["parties"] >= ENOUGH for one in found)

    callers = [number(7 * n % CALLERS) for n in range(CALLERS)]
    loads: list[Process] = []
    for again in range(DIALS):
        load = sipp_load(
            city.asterisk, calls=CALLERS, rate=A_SECOND / 2**again, seconds=STAYS_S, callers=callers, digits=""
        )
        loads.append(await stack.enter_async_context(load))
        with suppress(AssertionError):
            await until(suspected, LIMIT_S)
            return loads
        callers = callers[ENOUGH:] + callers[:ENOUGH]
    raise AssertionError("nothing is suspected")


async def confirmed(page: Page, topic: str) -> int:
    """By Enter, once the page knows what it is about: nobody could hear the callers. The outage."""
    found = page.locator("[data-suspicion]")
    await expect(found).to_contain_text(STREET)
    await found.locator("[data-act=confirm]").click()
    dialog = page.get_by_role("dialog")
    await dialog.locator("select").select_option(topic)
    await dialog.get_by_role("radio", name="через 2 ч").check(force=True)
    await page.keyboard.press("Enter")
    outage = page.locator("[data-outages] [data-outage]")
    await expect(outage).to_be_visible()
    await expect(found.locator("[data-act=confirm]")).to_have_count(0)
    return int(await outage.get_attribute("data-outage") or 0)


async def closed(page: Page, outage: int) -> None:
    await page.locator(f"[data-outage='{outage}'] [data-act=close]").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Закончилось").click()
    await expect(page.locator(f"[data-over='{outage}']")).to_be_visible()


async def test_thirty_calls_from_one_street_are_an_outage_of_which_the_next_caller_hears_to_its_end(
    city: tuple[City, Node],
) -> None:
    """P8, P18: no recogniser, no history, no network: the numbers' households are enough. The next caller presses 1, is
    tied, and is asked once whether it is on; nobody else is called."""
    whole, node = city
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        page = await enter(manager_page(node.base, HEAD, "storm"))
        street, world = await enter(whole.citizens()), await enter(whole.trunk())
        register = await enter(Register.open(whole.settings.sql))
        await expect(page.locator("[data-calm]")).to_be_visible()
        loads = await surge(whole, page, stack)
        outage = await confirmed(page, "heating")
        assert {await load.wait() for load in loads} == {0}, "all were answered, and ended by themselves"

        citizen = await hears_of_the_outage(whole, street, LAST, "thirty-first")
        await until(lambda: hears(citizen, "outage_now"), LIMIT_S)
        await until(lambda: hears(citizen, "subject/heating"), LIMIT_S)
        assert any(map(is_mark, citizen.sound.heard)), "as a drill's callers know it by"
        citizen.press("1")
        assert (await whole.told("thirty-first", "informed"))["tell"] is True
        await citizen.ended()
        assert (await whole.told("thirty-first", "ended"))["end"] == "informed"
        told = [tie.phone for tie in await register.outages.ties(outage) if tie.tell]
        assert told == [LAST], "who only heard of it is tied, and wants no call"

        await closed(page, outage)
        bell = await world.rings()
        assert bell.number == LAST
        bell.answer()
        await until(lambda: hears(bell, "told_restored"), LIMIT_S)
        bell.press("1")
        await bell.ended()

        async def settled() -> Notice | None:
            (notice,) = await register.notices.of(f"outage:{outage}")
            return notice if notice.state == "sent" and notice.result != "picked_up" else None

        notice: Notice = await until(settled, LIMIT_S)
        assert (notice.what, notice.address, notice.attempts, notice.result) == ("restored", LAST, 1, "1")
        assert {tie.phone: tie.restored for tie in await register.outages.ties(outage) if tie.tell} == {LAST: "yes"}
        assert world.quiet, "called once, and nobody else"
