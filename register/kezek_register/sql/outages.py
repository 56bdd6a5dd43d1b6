"""Outages and planned works: opened, mended, found by a place. The verbs of their ends and of their households are in
outage_ends.py and outage_households.py."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from kezek_register.announcements import Announcement
from kezek_register.areas import Area, Place
from kezek_register.checklists import Checklists
from kezek_register.notice_types import NoticeChannel
from kezek_register.outage_index import OutageIndex
from kezek_register.outage_rules import checked, is_now
from kezek_register.outage_types import Concerned, FirstHelp, Outage, OutageFilter, OutageOver
from kezek_register.paging import Page
from kezek_register.sql import outage_concerned, outage_imports, outage_pages, outage_rows
from kezek_register.sql.area_names import AreaNames
from kezek_register.sql.database import Database
from kezek_register.sql.in_memory import InMemory
from kezek_register.sql.outage_base import REVISION
from kezek_register.sql.outage_calling_out import OutageCallingOut
from kezek_register.sql.outage_first_help import OutageFirstHelp
from kezek_register.sql.outage_households import OutageHouseholds
from kezek_register.sql.outage_notices import OutageNotices
from kezek_register.sql.outage_remains import OutageRemains
from kezek_register.sql.outage_reopening import OutageReopening
from kezek_register.sql.outage_reports import OutageReports
from kezek_register.sql.outage_restoring import OutageRestoring
from kezek_register.sql.outage_steps import OutageSteps
from kezek_register.sql.outage_tables import OutageAreaRow, OutageRow
from kezek_register.sql.outage_tickets import TicketsOfOutages
from kezek_register.sql.revisions import revision_seen
from kezek_register.types import ImportReport


class Outages(
    OutageRestoring,
    OutageReopening,
    OutageRemains,
    OutageHouseholds,
    OutageSteps,
    OutageCallingOut,
    OutageFirstHelp,
    OutageReports,
):
    """Every change is told to programs in its own transaction: 'outage.opened', 'outage.updated', 'outage.started',
    'outage.expected', 'outage.restored_part', 'outage.closed', 'outage.reopened', 'outage.cancelled',
    'outage.answered', 'outage.called_out'."""

    def __init__(
        self,
        database: Database,
        tickets: TicketsOfOutages,
        clock: Callable[[], datetime],
        checklists: Checklists,
        tell_by: NoticeChannel = "call",
    ) -> None:
        super().__init__(database, tickets, clock, checklists, tell_by)
        self._announced = InMemory(database, REVISION, _read_announced, OutageIndex)
        self._published = OutageNotices(database, AreaNames(database), clock)

    async def open(self, outage: Outage, who: str) -> Outage:
        """A new one, as a draft or announced; its id, history and steps are made here. Callers of its area hear it
        from the next moment on. Raises BadOutage, NotFound (topic, organisation, a place of an area), Conflict (its
        code)."""
        async with self._database.writing() as session:
            return await self.open_in(session, outage, who)

    async def open_in(self, session: AsyncSession, outage: Outage, who: str) -> Outage:
        """As `open`, inside somebody's transaction."""
        checked(outage)
        return await self._insert(session, outage, who)

    async def change_in(self, session: AsyncSession, outage: Outage, who: str) -> Outage:
        """As `update` of the version that stands, inside somebody's transaction."""
        checked(outage)
        return await self._change(session, await self._mine(session, outage.id), outage, who)

    async def get(self, outage_id: int) -> Outage:
        """Raises NotFound."""
        async with self._database.reading() as session:
            return await outage_rows.whole(session, await outage_rows.one(session, outage_id))

    async def update(self, outage: Outage, version: int, who: str) -> Outage:
        """Its facts, words and areas as they are now; a draft may be announced by it. Another expected end goes into
        the history as with `expect`. Raises as `open`, StaleVersion when it is not `version` any more, OutageOver."""
        checked(outage)
        async with self._database.writing() as session:
            return await self._change(session, await self._mine(session, outage.id, version), outage, who)

    async def import_works(self, path: Path, who: str) -> ImportReport:
        """Planned works from CSV or GeoJSON, found again by their `code`; a work on several lines has several areas.
        Columns in docs/register.md. Counted are works, refused are lines. Raises BadFile."""
        works, refused = await outage_imports.read(self._database, path, self._clock().tzinfo or UTC)
        added = changed = unchanged = 0
        async with self._database.importing() as session:
            known = await outage_imports.known(session, [work.outage.code for work in works])
            for work in works:
                row = known.get(work.outage.code)
                try:
                    if row is None:
                        await self._insert(session, work.outage, who)
                        added += 1
                    elif row.state not in ("draft", "announced"):
                        refused += [(line, f"this work is {row.state} already") for line in work.lines]
                    elif work.same(await outage_rows.whole(session, row)):
                        unchanged += 1
                    else:
                        await self._change(session, row, work.over(await outage_rows.whole(session, row)), who)
                        changed += 1
                except outage_imports.REFUSED as bad:
                    refused += [(line, str(bad)) for line in work.lines]
        return ImportReport(added, changed, unchanged, tuple(sorted(refused)))

    async def affecting(
        self, place: Place, at: datetime | None = None, *, within: timedelta = timedelta(0)
    ) -> builtins.list[Outage]:
        """What goes on at this place, then what begins `within` that time; the most special area first. Their `ties`
        and `calls` are not counted here. Areas are compared, never expanded: milliseconds in a large city."""
        return (await self._announced.fresh()).affecting(place, at or self._clock(), within)

    async def ready(self) -> int:
        """What was announced is in memory: the next caller does not wait for it. Which revision it is. Raises
        Unavailable."""
        await self._announced.fresh()
        last = self._announced.last
        return last[0] if last else 0

    def remembered(self, place: Place, at: datetime | None = None) -> builtins.list[Outage]:
        """What goes on at this place by what this process has read last (`ready`): the same as `affecting`, at most as
        old as that, and without I/O."""
        last = self._announced.last
        return last[1].affecting(place, at or self._clock()) if last else []

    async def revision(self) -> int:
        """Moves whenever any of them changes."""
        return await self._database.look(lambda connection: revision_seen(connection, REVISION))

    async def now(self, at: datetime | None = None) -> builtins.list[Outage]:
        """All that go on at this moment, the newest first."""
        at = at or self._clock()
        wanted = select(OutageRow).where(OutageRow.state == "announced", OutageRow.starts_at <= at)
        async with self._database.reading() as session:
            rows = await session.scalars(wanted.order_by(OutageRow.starts_at.desc(), OutageRow.id.desc()))
            return [one for one in await outage_rows.read(session, list(rows)) if is_now(one, at)]

    async def page(self, wanted: OutageFilter | None = None, after: str = "", limit: int = 50) -> Page[Outage]:
        """What began last comes first. Raises BadCursor."""
        async with self._database.reading() as session:
            return await outage_pages.page(session, wanted or OutageFilter(), after, limit, self._clock())

    async def concerned(self, areas: Sequence[Area]) -> Concerned:
        """How many live in these areas, be they an outage's already or not; each building once."""
        async with self._database.reading() as session:
            return await outage_concerned.concerned(session, areas)

    async def first_help(self, areas: Sequence[Area], limit: int = 200) -> builtins.list[FirstHelp]:
        """Where in these areas somebody needs help first."""
        async with self._database.reading() as session:
            return await outage_concerned.first_help(session, areas, limit)

    async def announcement(
        self, outage: Outage | int, language: str, place: Place | None = None, at: datetime | None = None
    ) -> Announcement:
        """Its words for the screen and the feed; for a reader at this place, if one is given. Raises NotFound."""
        whole = await self.get(outage) if isinstance(outage, int) else outage
        return (await self._published.of([whole], language, place, at))[0]

    async def announced(self, outages: Sequence[Outage], language: str) -> builtins.list[Announcement]:
        """The words of all of these, in their order, with one look at what they name."""
        return await self._published.of(outages, language, None, None)

    async def announcements(
        self, language: str, *, within: timedelta = timedelta(days=7), at: datetime | None = None
    ) -> builtins.list[Announcement]:
        """All that go on and that begin within that time, for the public page and the feed; the newest last."""
        at = at or self._clock()
        async with self._database.reading() as session:
            announced = await _read_announced(session)
        shown = sorted((one for one in announced if is_now(one, at, within=within)), key=lambda one: one.starts_at)
        return await self._published.of(shown, language, None, at)

    async def _insert(self, session: AsyncSession, outage: Outage, who: str) -> Outage:
        now = self._clock()
        organisation_id = await self._known(session, outage)
        row = OutageRow(
            **outage_rows.facts(outage, organisation_id),
            state=outage.state,
            expected_at=outage.expected_at,
            ended_at=None,
            begun=outage.state == "announced" and outage.starts_at <= now,
            created_at=now,
            created_by=who,
            parent_id=outage.parent,
            announced_at=now if outage.state == "announced" else None,
            round=0,
            chain=0,
            chain_by="",
        )
        session.add(row)
        await session.flush()
        await outage_rows.write_areas(session, row.id, outage.areas)
        await self._lists(session, row)
        if outage.expected_at is not None:
            await self._expected(session, row, who, "")
        opened = await outage_rows.whole(session, row)
        if row.state == "announced":
            await self._tell(session, "outage.opened", opened, who)
        return opened

    async def _change(self, session: AsyncSession, row: OutageRow, outage: Outage, who: str) -> Outage:
        now = self._clock()
        organisation_id = await self._known(session, outage)
        if row.state == "announced" and outage.state == "draft":
            raise OutageOver("what is announced is no draft any more: cancel it")
        announced = row.state == "draft" and outage.state == "announced"
        other_lists = (row.level, row.organisation_id) != (outage.level, organisation_id)
        moved = row.expected_at != outage.expected_at
        with session.no_autoflush:  # one UPDATE, one new version
            for name, value in outage_rows.facts(outage, organisation_id).items():
                setattr(row, name, value)
            row.state, row.expected_at = outage.state, outage.expected_at
            row.begun = row.begun or (row.state == "announced" and row.starts_at <= now and announced)
            row.announced_at = now if announced else row.announced_at
            flag_modified(row, "state")  # areas alone are a new version too
            await session.flush()
        if moved:
            await self._expected(session, row, who, "")
        await session.execute(delete(OutageAreaRow).where(OutageAreaRow.outage_id == row.id))
        await outage_rows.write_areas(session, row.id, outage.areas)
        if other_lists:
            await self._lists(session, row)
        updated = await outage_rows.whole(session, row)
        if row.state == "announced":
            await self._tell(session, "outage.opened" if announced else "outage.updated", updated, who)
        return updated


async def _read_announced(session: AsyncSession) -> builtins.list[Outage]:
    rows = await session.scalars(select(OutageRow).where(OutageRow.state == "announced").order_by(OutageRow.id))
    return await outage_rows.read(session, list(rows), counted=False)
