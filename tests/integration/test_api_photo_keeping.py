"""Photos' files: gone from the disk with their person and with their time, and none is left over for ever."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from kezek_api.erasing import erase
from kezek_api.photo_keeping import UNTOLD_S, PhotoKeeping
from kezek_register import NotFound, Register
from kezek_register.types import Unavailable
from kit.pictures import PLAIN_JPEG as JPEG
from kit.register_doors import Town, assigned_to, settle

KIND = {"Content-Type": "image/jpeg"}
PHONE = "+77009990111"  # of the ticket that `assigned_to` makes


@pytest.fixture
async def town(register: Register, tmp_path: Path) -> Town:
    return await settle(register, tmp_path / "photos")


def kept(town: Town) -> list[Path]:
    return [path for path in town.folder.rglob("*") if path.is_file()]


async def put(town: Town, number: str) -> httpx.Response:
    async with town.at_the_door("aigul") as operator:
        return await operator.post(f"/api/tickets/{number}/photos?words=Марина", content=JPEG, headers=KIND)


async def purge(town: Town, later_s: float = 0) -> int:
    return await PhotoKeeping(town.register, town.folder, clock=lambda: time.time() + later_s).purge()


async def test_an_erased_persons_photos_are_gone_from_the_disk_and_from_his_ticket(town: Town) -> None:
    number, other = await assigned_to(town, ""), await assigned_to(town, "")
    async with town.at_the_door("aigul") as operator:
        changed = {"caller": "+77009990222"}
        told = await operator.patch(f"/api/tickets/{other}", json=changed, headers={"If-Match": "*"})
        assert told.status_code == 200, told.text
    photo = (await put(town, number)).json()["id"]
    await put(town, other)
    (gone,) = [path for path in kept(town) if str(path.relative_to(town.folder)) in await files(town, number)]
    erased = await erase(town.register, town.folder, town.folder, PHONE, who="dana", key=b"k")
    assert len(erased.photos) == 1
    assert not gone.exists()
    assert len(kept(town)) == 1, "another one's stays"
    assert await town.register.photo_files.over() == []
    async with town.at_the_door("aigul") as operator:
        assert (await operator.get(f"/api/tickets/{number}/card")).json()["photos"] == []
        assert (await operator.get(f"/api/tickets/{number}/photos/{photo}")).status_code == 404


async def files(town: Town, number: str) -> list[str]:
    return [photo.file for photo in await town.register.tickets.photos(number)]


async def test_whoever_dies_between_the_row_and_the_file_leaves_it_to_the_books(town: Town) -> None:
    """Erased in SQL, and the node is dead before it deletes the file: nobody sees it, and it goes at the next look."""
    number = await assigned_to(town, "")
    photo = (await put(town, number)).json()["id"]
    await town.register.persons.erase(PHONE, "dana", "person:1")
    assert len(kept(town)) == 1
    with pytest.raises(NotFound):
        await town.register.tickets.photo_of(number, photo)
    assert await purge(town) == 1
    assert (kept(town), await town.register.photo_files.over()) == ([], [])
    assert await purge(town) == 0


async def test_a_file_that_cannot_be_deleted_is_not_forgotten(town: Town) -> None:
    number = await assigned_to(town, "")
    await put(town, number)
    (path,) = kept(town)
    path.unlink()
    path.mkdir()  # unlink says no
    erased = await erase(town.register, town.folder, town.folder, PHONE, who="dana", key=b"k")
    assert list(erased.photos) == await town.register.photo_files.over()
    assert await purge(town) == 0
    path.rmdir()
    assert await purge(town) == 1
    assert await town.register.photo_files.over() == []


async def test_photos_of_old_tickets_go_by_rule_and_from_the_disk(town: Town) -> None:
    number, open_still = await assigned_to(town, ""), await assigned_to(town, "")
    await put(town, number)
    await put(town, open_still)
    async with town.at_the_door("saule") as second_line:
        told = await second_line.post(
            f"/api/tickets/{number}/moves", json={"move": "close", "why": "Done"}, headers={"If-Match": "*"}
        )
        assert told.status_code == 200, told.text
    later = datetime.now(UTC) + timedelta(days=1)
    done = await town.register.persons.forget(tickets=later)
    assert done.tickets == 1
    assert not await town.register.persons.forget(tickets=later), "its photo is not found for ever"
    assert await purge(town) == 1
    assert [str(path.relative_to(town.folder)) for path in kept(town)] == await files(town, open_still)


async def test_an_upload_whose_node_died_before_its_row_is_deleted_later(town: Town) -> None:
    town.folder.mkdir()
    orphan = town.folder / "2027" / "01" / "a.jpg.new"
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(JPEG)
    others = town.folder / "2027" / "01" / "b.jpg"
    others.write_bytes(JPEG)
    os.utime(others, (0, 0))
    assert await purge(town) == 0, "its row may come yet"
    assert await purge(town, UNTOLD_S + 60) == 1
    assert kept(town) == [others], "what has its own name is never judged by a database that may be another one"


async def test_one_whose_row_was_written_all_the_same_is_kept(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQL answers too late: nobody knows, so the file stays, is shown, and gets its name."""
    number = await assigned_to(town, "")
    told = town.register.tickets.photo

    async def late(*arguments: object) -> None:
        await told(*arguments)  # type: ignore[arg-type]
        raise Unavailable("too late")

    monkeypatch.setattr(town.register.tickets, "photo", late)
    assert (await put(town, number)).status_code == 503
    (path,) = kept(town)
    assert path.suffix == ".new"
    (photo,) = await town.register.tickets.photos(number)
    async with town.at_the_door("aigul") as operator:
        assert (await operator.get(f"/api/tickets/{number}/photos/{photo.id}")).content == JPEG
    assert await purge(town, UNTOLD_S + 60) == 0
    assert [str(path.relative_to(town.folder)) for path in kept(town)] == [photo.file]
