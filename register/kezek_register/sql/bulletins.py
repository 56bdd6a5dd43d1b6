"""Bulletins: written as a draft, heard, put on with one press, taken off; a recording goes before the typed words."""

from __future__ import annotations

import builtins
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from kezek_register.bulletin_types import LONGEST_SOUND, BadBulletin, Bulletin, BulletinOff, checked
from kezek_register.outage_rules import area_body, area_of, named
from kezek_register.sql import events
from kezek_register.sql.bulletin_tables import BulletinRow, BulletinSoundRow
from kezek_register.sql.database import Database
from kezek_register.sql.revisions import bump, revision_seen
from kezek_register.types import NotFound, StaleVersion

REVISION = "bulletins"
KEPT = 100  # of those that are off, in a list


class Bulletins:
    """Every change is told to programs in its own transaction: 'bulletin.on', 'bulletin.off'."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    async def write(self, bulletin: Bulletin, who: str) -> Bulletin:
        """A new draft. Raises BadBulletin, BadOutage (an area that names nothing)."""
        checked(bulletin, self._clock())
        named(bulletin.areas)
        async with self._database.writing() as session:
            row = self._draft(bulletin, who)
            session.add(row)
            await session.flush()
            await bump(self._database, session, REVISION)
            return _bulletin(row)

    async def dictated(self, who: str, language: str, sound: bytes) -> Bulletin:
        """A new draft of nothing but what he has spoken, WAV. Raises BadBulletin (longer than a minute)."""
        if len(sound) > LONGEST_SOUND:
            raise BadBulletin("a recording of a minute at most")
        async with self._database.writing() as session:
            row = self._draft(Bulletin(0, "draft"), who)
            session.add(row)
            await session.flush()
            session.add(BulletinSoundRow(bulletin_id=row.id, language=language, sound=b64encode(sound).decode()))
            await session.flush()
            await bump(self._database, session, REVISION)
            return _bulletin(row, (language,))

    async def change(self, bulletin: Bulletin, version: int) -> Bulletin:
        """What it says, to whom, until when; also of one that is on, whose callers hear the new words at once. Raises
        as `write`, NotFound, StaleVersion, BulletinOff."""
        checked(bulletin, self._clock())
        named(bulletin.areas)
        async with self._database.writing() as session:
            row = await _open(session, bulletin.id)
            if row.version != version:
                raise StaleVersion("somebody has changed it meanwhile")
            for name, value in _facts(bulletin).items():
                setattr(row, name, value)
            recorded = await _recorded(session, [row.id])
            _says_something(_bulletin(row, recorded.get(row.id, ())), on=row.state == "on")
            await session.flush()
            await bump(self._database, session, REVISION)
            return _bulletin(row, recorded.get(row.id, ()))

    async def record(self, id: int, language: str, sound: bytes) -> Bulletin:
        """What a person has spoken: WAV, 16-bit mono at 8 kHz; b'' takes it away. Raises NotFound, BadBulletin (longer
        than a minute, or nothing would be left of one that is on), BulletinOff."""
        if len(sound) > LONGEST_SOUND:
            raise BadBulletin("a recording of a minute at most")
        async with self._database.writing() as session:
            row = await _open(session, id)
            kept = await session.get(BulletinSoundRow, (id, language))
            if sound and kept is None:
                session.add(BulletinSoundRow(bulletin_id=id, language=language, sound=b64encode(sound).decode()))
            elif sound and kept is not None:
                kept.sound = b64encode(sound).decode()
            elif kept is not None:
                await session.delete(kept)
            flag_modified(row, "words")  # another version: nodes fetch the sound by it
            await session.flush()
            await bump(self._database, session, REVISION)
            recorded = (await _recorded(session, [id])).get(id, ())
            _says_something(_bulletin(row, recorded), on=row.state == "on")
            return _bulletin(row, recorded)

    async def publish(self, id: int, who: str) -> Bulletin:
        """The next caller hears it. Again changes nothing. Raises NotFound, BadBulletin, BulletinOff."""
        async with self._database.writing() as session:
            row = await _open(session, id)
            recorded = (await _recorded(session, [id])).get(id, ())
            if row.state != "on":
                _says_something(_bulletin(row, recorded), on=True)
                row.state, row.published_by, row.published_at = "on", who, self._clock()
                await session.flush()
                await bump(self._database, session, REVISION)
                await events.write(session, "bulletin.on", {"id": id, "who": who, "pack": row.pack}, self._clock())
            return _bulletin(row, recorded)

    async def stop(self, id: int, who: str) -> Bulletin:
        """No caller hears it any more. Again changes nothing. Raises NotFound."""
        async with self._database.writing() as session:
            row = await _one(session, id)
            if row.state != "off":
                row.state, row.stopped_by, row.stopped_at = "off", who, self._clock()
                await session.flush()
                await bump(self._database, session, REVISION)
                await events.write(session, "bulletin.off", {"id": id, "who": who, "pack": row.pack}, self._clock())
            return _bulletin(row, (await _recorded(session, [id])).get(id, ()))

    async def get(self, id: int) -> Bulletin:
        """Raises NotFound."""
        async with self._database.reading() as session:
            row = await _one(session, id)
            return _bulletin(row, (await _recorded(session, [id])).get(id, ()))

    async def on(self, at: datetime | None = None) -> builtins.list[Bulletin]:
        """Those that callers hear now, the oldest first."""
        at = at or self._clock()
        return [one for one in await self._read(("on",), 0) if one.is_on(at)]

    async def list(self) -> builtins.list[Bulletin]:
        """Drafts and those that are on, then the last that are off; the newest first."""
        open_ones = await self._read(("draft", "on"), 0)
        return [*reversed(open_ones), *await self._read(("off",), KEPT)]

    async def sound(self, id: int, language: str) -> bytes | None:
        """What a person has spoken; None when nobody has."""
        wanted = select(BulletinSoundRow.sound).where(BulletinSoundRow.bulletin_id == id)
        async with self._database.reading() as session:
            kept = await session.scalar(wanted.where(BulletinSoundRow.language == language))
        return b64decode(kept) if kept is not None else None

    async def revision(self) -> int:
        """Moves whenever any of them changes; that the time of one is over is no change."""
        return await self._database.look(lambda connection: revision_seen(connection, REVISION))

    def _draft(self, bulletin: Bulletin, who: str) -> BulletinRow:
        return BulletinRow(
            state="draft",
            **_facts(bulletin),
            created_by=who,
            created_at=self._clock(),
            published_by="",
            published_at=None,
            stopped_by="",
            stopped_at=None,
        )

    async def _read(self, states: tuple[str, ...], last: int) -> builtins.list[Bulletin]:
        wanted = select(BulletinRow).where(BulletinRow.state.in_(states))
        wanted = wanted.order_by(BulletinRow.id.desc()).limit(last) if last else wanted.order_by(BulletinRow.id)
        async with self._database.reading() as session:
            rows = list(await session.scalars(wanted))
            recorded = await _recorded(session, [row.id for row in rows])
            return [_bulletin(row, recorded.get(row.id, ())) for row in rows]


async def _one(session: AsyncSession, id: int) -> BulletinRow:
    row = await session.get(BulletinRow, id, with_for_update=True)
    if row is None:
        raise NotFound(f"no bulletin {id}")
    return row


async def _open(session: AsyncSession, id: int) -> BulletinRow:
    row = await _one(session, id)
    if row.state == "off":
        raise BulletinOff("it is off: make another one of it")
    return row


async def _recorded(session: AsyncSession, ids: builtins.list[int]) -> dict[int, tuple[str, ...]]:
    wanted = select(BulletinSoundRow.bulletin_id, BulletinSoundRow.language)
    found: dict[int, tuple[str, ...]] = {}
    for id, language in await session.execute(
        wanted.where(BulletinSoundRow.bulletin_id.in_(ids)).order_by(BulletinSoundRow.language)
    ):
        found[id] = (*found.get(id, ()), language)
    return found


def _says_something(bulletin: Bulletin, *, on: bool) -> None:
    if on and not bulletin.languages:
        raise BadBulletin("it says nothing in any language")


def _facts(bulletin: Bulletin) -> dict[str, object]:
    words = {language: text.strip() for language, text in bulletin.words.items() if text.strip()}
    areas = [area_body(area) for area in bulletin.areas]
    return {"words": words, "areas": areas, "pack": bulletin.pack, "until": bulletin.until}


def _bulletin(row: BulletinRow, recorded: tuple[str, ...] = ()) -> Bulletin:
    told = {name: getattr(row, name) for name in Bulletin.__dataclass_fields__ if name not in ("recorded", "areas")}
    whole = Bulletin(**told, recorded=recorded, areas=tuple(area_of(one) for one in row.areas))
    return replace(whole, words=dict(row.words))
