"""Back at the old place, told that it is closed or full, an emergency rung, and the sums at the end, whole."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from kit.api import until
from kit.seat import Seat
from kit.tones import hears, music
from kit.valkey import Valkey
from kit.whole import City, hotline
from kit.whole_talks import busy, free

pytestmark = pytest.mark.timeout(90)


@pytest.fixture(scope="module")
async def city(tmp_path_factory: pytest.TempPathFactory, town: Path, valkey: Valkey) -> AsyncIterator[City]:
    async with hotline(tmp_path_factory.mktemp("city"), town, valkey, "whole-line") as made:
        yield made


async def test_who_dials_again_soon_has_the_old_place(city: City) -> None:
    async with city.citizens() as street, busy(city, street) as (asel, first):
        citizen = await street.dials(caller="+77020000005", story="again1")
        assert (await city.told("again1", "place"))["position"] == 1
        await until(lambda: citizen.sound.packets > 60)  # so long that giving it up is a loss
        await citizen.hang_up()
        await city.told("again1", "ended")
        behind = await street.dials(caller="+77020000006", story="behind1")
        await city.told("behind1", "place")
        back = await street.dials(caller="+77020000005", story="again2")
        await city.told("again2", "place_kept")
        assert (await city.told("again2", "place"))["position"] == 1
        await free(asel, first)
        ring = await asel.phone.rings()
        assert (await asel.shows(phase="ringing"))["caller"] == "+77020000005"
        ring.answer()
        await asel.shows(phase="talking")
        await hears(back, ring)
        await behind.hang_up()
        await back.hang_up()
        await asel.state("wrap_up")


async def test_who_comes_when_it_is_closed_is_told_so_and_counted(city: City) -> None:
    async with city.citizens() as street, city.head() as head:
        citizen = await street.dials("160", caller="+77020000007", story="closed1")
        await city.told("closed1", "closed")
        citizen.press("5")
        await citizen.ended()
        row = await city.row(head, lambda row: row["caller"] == "+77020000007" and row["end"])
        assert (row["end"], row["queue"]) == ("refused", "closed")


async def test_who_finds_the_line_full_is_told_so_and_counted(city: City) -> None:
    async with city.citizens() as street, city.head() as head:
        async with busy(city, street):
            waiting = await street.dials("150", caller="+77020000008")
            await music(waiting)
            citizen = await street.dials("150", caller="+77020000009", story="full1")
            await city.told("full1", "full")
            citizen.press("5")
            await citizen.ended()
            assert not waiting.over
            await waiting.hang_up()
        row = await city.row(head, lambda row: row["caller"] == "+77020000009" and row["end"])
        assert (row["end"], row["queue"]) == ("refused", "small")


async def test_of_several_who_ring_for_an_emergency_one_declines_by_his_phones_key_and_is_paused_alone(
    city: City,
) -> None:
    """P2, P14."""
    async with (
        city.citizens() as street,
        city.seated("asel") as asel,
        city.seated("berik") as berik,
        city.seated("chingiz") as chingiz,
    ):
        citizen = await street.dials(caller="+77020000031", press="9")
        declines, picks_up, rings_on = [await seat.phone.rings() for seat in (asel, berik, chingiz)]
        declines.decline()
        assert (await asel.state("paused"))["reason"] == "declined"
        await asel.cleared()
        assert [seat.operator["state"] for seat in (berik, chingiz)] == ["offered", "offered"]
        assert not rings_on.over
        picks_up.answer()
        await berik.shows(phase="talking")
        await hears(citizen, picks_up)
        await rings_on.ended()
        await chingiz.state("ready")
        await citizen.hang_up()
        await berik.done()
        assert asel.operator["state"] == "paused"


async def test_the_sums_add_up(city: City) -> None:
    """Offered is what ended and what goes on, in every cut; the wallboard says the same, and within a second."""
    async with city.citizens() as street, city.head() as head, busy(city, street) as (asel, first):
        async with city.seated("berik") as berik:  # a transfer and a consultation: one call, three legs
            await asel.with_call("transfer", {"operator": "berik"})
            (await berik.phone.rings()).answer()
            await berik.shows(phase="talking")
            await asel.done()
            await asel.state("ready")
            await berik.with_call("consult", {"operator": "asel"})
            (await asel.phone.rings()).answer()
            await asel.shows(phase="talking", role="helper")
            await berik.with_call("consult/complete")
            await asel.shows(phase="talking", role="owner")
            await berik.done()
        waiting = await street.dials(caller="+77020000010")
        await music(waiting)
        lost = await street.dials(caller="+77020000011")
        await music(lost)
        before = (await wallboard(head))["totals"]
        await lost.hang_up()

        async def counted() -> bool:
            return bool((await wallboard(head))["totals"]["abandoned"] == before["abandoned"] + 1)

        await until(counted, 3)  # a second, and the machine's own delays

        async def agree() -> bool:
            totals, (whole,) = (await wallboard(head))["totals"], await figures(head, "all")
            names = ("offered", "answered", "abandoned", "in_progress", "other_ends")
            return all(totals[name] == whole[name] for name in names)

        await until(agree)
        (whole,), by_queue, by_operator = [await figures(head, cut) for cut in ("all", "queue", "operator")]
        quarters = await figures(head, "all", "15m")
        for row in (whole, *by_queue, *by_operator, *quarters):
            assert row["offered"] == sum(row["ends"].values()) + row["in_progress"]
        for rows in (by_queue, quarters):
            assert sum(row["offered"] for row in rows) == whole["offered"]
            assert sum(row["answered"] for row in rows) == whole["answered"]
        assert sum(row["answered"] for row in by_operator) == whole["answered"]
        assert whole["in_progress"] == 2
        assert whole["transferred"] >= 1
        await waiting.hang_up()
        await first.hang_up()
        await asel.state("wrap_up")


async def wallboard(head: Seat) -> dict[str, Any]:
    return dict(await head.does("GET", "/api/wallboard"))


async def figures(head: Seat, by: str, every: str = "all") -> list[dict[str, Any]]:
    return list((await head.does("GET", f"/api/figures?every={every}&by={by}"))["figures"])
