"""Photos of tickets: the body is the file, its kind and its size are held to, and a look is written down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kezek_api.app import MAX_BODY
from kezek_api.photos import MAX_PHOTO, MOST, is_picture
from kezek_register import Register
from kit.pictures import JPEG as TRACED
from kit.pictures import MAKER, large_jpeg
from kit.pictures import PLAIN_JPEG as JPEG
from kit.pictures import PLAIN_WEBP as WEBP
from kit.register_doors import Town, assigned_to, settle

KIND = {"Content-Type": "image/jpeg"}


@pytest.fixture
async def town(register: Register, tmp_path: Path) -> Town:
    return await settle(register, tmp_path / "photos")


def kept(town: Town) -> list[Path]:
    return [path for path in town.folder.rglob("*") if path.is_file()]


async def test_a_photo_larger_than_other_bodies_goes_in_and_comes_out_as_it_was(town: Town) -> None:
    number = await assigned_to(town, "")
    path = f"/api/tickets/{number}/photos"
    large = large_jpeg(10 * MAX_BODY)
    async with town.at_the_door("aigul") as operator:
        for content, kind in ((large, "image/jpeg"), (WEBP, "image/webp; charset=binary")):
            told = await operator.post(path, content=content, headers={"Content-Type": kind})
            assert told.status_code == 201, told.text
            photo = told.json()
            assert (photo["size"], photo["media_type"]) == (len(content), kind.partition(";")[0])
            shown = await operator.get(f"{path}/{photo['id']}")
            assert shown.content == content
            assert (shown.headers["x-content-type-options"], shown.headers["cache-control"]) == ("nosniff", "no-store")
    assert len(kept(town)) == 2
    now = datetime.now(UTC)
    looks = await town.register.audit.list(now - timedelta(days=1), now + timedelta(days=1))
    assert sorted(one.what for one in looks if "photo" in one.what) == ["photo", "photo", "photo_added", "photo_added"]


async def test_what_is_no_photo_leaves_nothing_behind(town: Town) -> None:
    number = await assigned_to(town, "")
    path = f"/api/tickets/{number}/photos"

    async def endless() -> AsyncIterator[bytes]:
        yield JPEG
        while True:
            yield bytes(1 << 20)
            await asyncio.sleep(0)

    async with town.at_the_door("aigul") as operator:
        for content, headers, answer in (
            (JPEG, {"Content-Type": "text/html"}, (415, "unsupported_media_type")),
            (JPEG, {}, (415, "unsupported_media_type")),
            (JPEG, {"Content-Type": "image/png"}, (422, "invalid")),
            (b"<html>", KIND, (422, "invalid")),
            (JPEG[:60], KIND, (422, "invalid")),
            (b"", KIND, (422, "invalid")),
            (JPEG + bytes(MAX_PHOTO), KIND, (413, "too_large")),
            (endless(), KIND, (413, "too_large")),
        ):
            told = await operator.post(path, content=content, headers=headers)
            assert (told.status_code, told.json()["code"]) == answer
        assert (await operator.get(f"/api/tickets/{number}/card")).json()["photos"] == []
        lost = await operator.post("/api/tickets/26-999999-4/photos", content=JPEG, headers=KIND)
        assert lost.status_code in (404, 422)
        for other in ("notes", "links"):
            large = await operator.post(f"/api/tickets/{number}/{other}", content=bytes(2 * MAX_BODY))
            assert (large.status_code, large.json()["code"]) == (413, "too_large"), "this door alone takes so much"
    assert kept(town) == []
    async with town.at_the_door("") as nobody:
        told = await nobody.post(path, content=JPEG, headers=KIND)
        assert (told.status_code, told.json()["code"]) == (401, "not_signed_in")


async def test_a_photo_does_not_tell_where_it_was_taken(town: Town) -> None:
    number = await assigned_to(town, "")
    async with town.at_the_door("aigul") as operator:
        photo = (await operator.post(f"/api/tickets/{number}/photos", content=TRACED, headers=KIND)).json()
    (path,) = kept(town)
    assert MAKER not in path.read_bytes()
    assert photo["size"] == path.stat().st_size


async def test_another_tickets_photo_is_not_shown_under_this_one(town: Town) -> None:
    first, second = await assigned_to(town, ""), await assigned_to(town, "")
    async with town.at_the_door("aigul") as operator:
        photo = (await operator.post(f"/api/tickets/{first}/photos", content=JPEG, headers=KIND)).json()["id"]
        assert (await operator.get(f"/api/tickets/{second}/photos/{photo}")).status_code == 404
        kept(town)[0].unlink()
        gone = await operator.get(f"/api/tickets/{first}/photos/{photo}")
        assert (gone.status_code, gone.json()["code"]) == (404, "not_found")


async def test_so_many_photos_of_one_ticket_and_no_more(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kezek_api.photos.MOST", 2)
    assert MOST > 2
    number = await assigned_to(town, "")
    async with town.at_the_door("aigul") as operator:
        told = [
            (await operator.post(f"/api/tickets/{number}/photos", content=JPEG, headers=KIND)).status_code
            for _ in range(3)
        ]
    assert told == [201, 201, 422]


@pytest.mark.parametrize(
    ("kind", "whole"), [("image/jpeg", JPEG), ("image/png", b"\x89PNG\r\n\x1a\n123"), ("image/webp", WEBP)]
)
def test_a_picture_is_known_by_its_first_bytes_however_they_come(kind: str, whole: bytes) -> None:
    assert all(is_picture(whole[:size], kind) for size in range(1, 20))
    assert not is_picture(b"MZ", kind)
    assert not is_picture(b"GIF89a", kind)
