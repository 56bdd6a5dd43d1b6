"""Bulletins on both databases: drafted, heard, put on, mended, taken off; what says nothing goes to nobody."""

from __future__ import annotations

import io
import wave
from datetime import UTC, datetime, timedelta

import pytest

from kezek_api.bulletins.dictated import SqlDictations
from kezek_register import Register, Staff
from kezek_register.areas import Area, Place
from kezek_register.bulletin_types import LONGEST_SOUND, LONGEST_WORDS, BadBulletin, Bulletin, BulletinOff
from kezek_register.outage_types import BadOutage
from kezek_register.types import NotFound, StaleVersion

WATER = {"ru": "Вода привозная, у школы.", "kk": "", "uk": " "}


async def test_a_bulletin_is_drafted_put_on_mended_and_taken_off(register: Register) -> None:
    bulletins = register.bulletins
    made = await bulletins.write(Bulletin(0, "draft", WATER, areas=(Area("street", street_id=3),)), "dana")
    assert (made.state, made.words, made.languages) == ("draft", {"ru": WATER["ru"]}, {"ru"})
    assert await bulletins.on() == [], "nobody hears a draft"
    on = await bulletins.publish(made.id, "dana")
    assert on == await bulletins.publish(made.id, "somebody else"), "again changes nothing"
    assert (await bulletins.on()) == [on]
    assert on.concerns(Place(street_id=3, house="5"))
    assert not on.concerns(Place(street_id=4, house="5"))

    spoken = await bulletins.record(made.id, "kk", b"RIFF")
    assert (spoken.recorded, spoken.languages) == (("kk",), {"ru", "kk"})
    assert spoken.version > on.version, "nodes fetch the sound anew"
    assert await bulletins.sound(made.id, "kk") == b"RIFF"
    assert await bulletins.sound(made.id, "ru") is None
    with pytest.raises(StaleVersion):
        await bulletins.change(spoken, on.version)
    everybody = await bulletins.change(Bulletin(made.id, "on", {"en": "Water is at the school."}), spoken.version)
    assert (everybody.areas, everybody.languages) == ((), {"en", "kk"})

    off = await bulletins.stop(made.id, "dana")
    assert (off.state, off.stopped_by) == ("off", "dana")
    assert await bulletins.on() == []
    assert [one.id for one in await bulletins.list()] == [made.id]
    with pytest.raises(BulletinOff):
        await bulletins.publish(made.id, "dana")


async def test_it_is_off_by_itself_when_its_time_is_over(register: Register) -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    made = await register.bulletins.write(Bulletin(0, "draft", {"ru": "Автобусы"}, pack="transport", until=until), "d")
    await register.bulletins.publish(made.id, "d")
    assert len(await register.bulletins.on()) == 1
    assert await register.bulletins.on(until) == []


async def test_what_says_nothing_or_too_much_is_refused(register: Register) -> None:
    bulletins = register.bulletins
    empty = await bulletins.write(Bulletin(0, "draft", {"ru": " "}), "dana")
    with pytest.raises(BadBulletin):
        await bulletins.publish(empty.id, "dana")
    for wrong in (
        Bulletin(0, "draft", {"ru": "а" * (LONGEST_WORDS + 1)}),
        Bulletin(0, "draft", WATER, until=datetime.now(UTC) - timedelta(minutes=1)),
        Bulletin(0, "draft", WATER, pack="curfew", areas=(Area("all"),)),
    ):
        with pytest.raises(BadBulletin):
            await bulletins.write(wrong, "dana")
    with pytest.raises(BadOutage):
        await bulletins.write(Bulletin(0, "draft", WATER, areas=(Area("street"),)), "dana")
    with pytest.raises(BadBulletin):
        await bulletins.record(empty.id, "ru", b"0" * (LONGEST_SOUND + 1))
    with pytest.raises(NotFound):
        await bulletins.get(10_000)

    only = await bulletins.record(empty.id, "ru", b"RIFF")
    await bulletins.publish(only.id, "dana")
    with pytest.raises(BadBulletin):
        await bulletins.record(only.id, "ru", b"")
    assert await bulletins.sound(only.id, "ru") == b"RIFF", "what callers hear was not taken away"


async def test_what_a_manager_speaks_by_telephone_is_a_draft_of_his(register: Register) -> None:
    await register.staff.add(Staff("dana", "Дана", "manager", "1004", "kk", (), {}))
    await register.staff.add(Staff("aigul", "Айгүл", "operator", "1001", "ru", ("main",), {}))
    dictations = SqlDictations(register, ("ru", "kk"), "ru")
    assert [await dictations.language(phone) for phone in ("1004", "1001", "", "7' OR 1=1")] == ["kk", None, None, None]
    before = await register.bulletins.revision()
    id = await dictations.keep("1004", "kk", b"\x01\x00" * 8000)
    (draft,) = await register.bulletins.list()
    assert (draft.id, draft.state, draft.created_by, draft.recorded, draft.words) == (id, "draft", "dana", ("kk",), {})
    assert await register.bulletins.on() == [], "never on air by itself"
    assert await register.bulletins.revision() > before
    sound = await register.bulletins.sound(id, "kk")
    assert sound is not None
    with wave.open(io.BytesIO(sound)) as file:
        assert (file.getframerate(), file.getnframes()) == (8000, 8000)
    with pytest.raises(NotFound):
        await dictations.keep("1001", "ru", b"\x01\x00" * 8000)
    with pytest.raises(BadBulletin):
        await dictations.keep("1004", "kk", bytes(LONGEST_SOUND))
    now = datetime.now(UTC)
    written = await register.audit.list(now - timedelta(minutes=1), now + timedelta(minutes=1))
    assert [(one.login, one.what, one.subject) for one in written] == [("dana", "bulletin_dictated", str(id))]
    assert (await register.bulletins.publish(id, "dana")).languages == {"kk"}
