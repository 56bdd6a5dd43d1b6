"""A manager's bulletin by its doors: typed, recorded, heard before it goes out, and on the shelf of a node."""

from __future__ import annotations

import io
import os
import wave
from pathlib import Path

import pytest

from kezek_api.bulletins.shelf import Shelf
from kezek_api.bulletins.voice import BulletinVoice
from kezek_api.house import House
from kezek_ivr.ports import Concerned
from kezek_register import Register
from kit.api import Page, base_of


def wav(seconds: float, rate: int = 16_000, channels: int = 1) -> bytes:
    told = io.BytesIO()
    with wave.open(told, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(b"\x10\x27" * int(seconds * rate) * channels)
    return told.getvalue()


def length_s(sound: bytes) -> float:
    with wave.open(io.BytesIO(sound)) as told:
        assert (told.getnchannels(), told.getsampwidth(), told.getframerate()) == (1, 2, 8000)
        return told.getnframes() / 8000


@pytest.fixture
def with_a_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    programs = Path(__file__).resolve().parents[2] / ".kezek" / "prefix" / "bin"
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.usefixtures("with_a_voice")
async def test_a_manager_types_and_records_one_hears_it_and_puts_it_on(house: House, tmp_path: Path) -> None:
    async with Page(base_of(house)) as page:
        await page.sign_in("dana")
        made = await page.http.post("/api/bulletins", json={"words": {"ru": "Вода у школы"}, "pack": "shelters"})
        assert made.status_code == 201, made.text
        at = f"/api/bulletins/{made.json()['id']}"
        assert (await page.http.get("/api/bulletins")).json()["languages"] == list(house.settings.languages)
        typed = await page.http.get(f"{at}/sound", params={"language": "ru"})
        assert typed.headers["content-type"] == "audio/wav"
        assert length_s(typed.content) > 0.5, "espeak-ng has spoken it"
        assert (await page.http.get(f"{at}/sound", params={"language": "kk"})).status_code == 404

        stereo = await page.http.put(f"{at}/sound", params={"language": "kk"}, content=wav(2, 48_000, 2))
        assert stereo.json()["recorded"] == ["kk"], stereo.text
        heard = await page.http.get(f"{at}/sound", params={"language": "kk"})
        assert abs(length_s(heard.content) - 2) < 0.1
        for bad in (b"", b"RIFF....WAVE", b"\xff" * 100, wav(70, 8000)):
            refused = await page.http.put(f"{at}/sound", params={"language": "kk"}, content=bad)
            assert refused.status_code == 422, refused.text
        stale = await page.http.put(at, json={"words": {"ru": "x"}}, headers={"If-Match": '"1"'})
        assert stale.status_code in (409, 412)

        on = await page.http.post(f"{at}/publish")
        assert (on.json()["state"], on.json()["published_by"]) == ("on", "dana")
        await on_the_shelf(house, tmp_path)
        assert (await page.http.post(f"{at}/stop")).json()["state"] == "off"
        assert (await page.http.post(f"{at}/publish")).status_code == 409
        assert len((await page.http.get("/api/bulletins")).json()["bulletins"]) == 1
    async with Page(base_of(house)) as operator:
        await operator.sign_in("aigul")
        assert (await operator.http.post("/api/bulletins", json={"words": {"ru": "x"}})).status_code == 403


async def on_the_shelf(house: House, folder: Path) -> None:
    settings = house.settings
    async with Register.open(settings.sql) as register:
        shelf = Shelf(register, BulletinVoice(settings.home, register.bulletins), str(folder), ("kk", "ru", "en"), "ru")
        await shelf.once()
        assert await shelf.first("ru", ()) == [], "of a pack that is not on"
        (told,) = await shelf.first("ru", ("shelters",))
        assert told.language == "ru"
        assert (folder / "ru" / f"{told.prompt}.wav").is_file()
        assert (folder / "kk" / f"{told.prompt}.wav").is_file()
        assert [one.language for one in await shelf.first("en", ("shelters",))] == ["ru"], "better than not at all"
        assert await shelf.of_place(Concerned("", "ru", "c", street_id=1, house="1"), "ru") == ()
        await register.bulletins.stop(told.id, "dana")
        await shelf.once()
        assert await shelf.first("ru", ("shelters",)) == []
        assert not (folder / "ru" / f"{told.prompt}.wav").exists()


async def test_a_shelf_of_another_machine_s_prompts_says_nothing(house: House) -> None:
    async with Register.open(house.settings.sql) as register:
        shelf = Shelf(register, BulletinVoice(Path("/nowhere"), register.bulletins), "kezek", ("ru",), "ru")
        await shelf.once()
        assert await shelf.first("ru", ()) == []
