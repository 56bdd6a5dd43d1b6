"""What all verbs on outages need: the row that is to be changed, and what everybody is told of a change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.checklists import Checklists
from kezek_register.notice_types import NoticeChannel
from kezek_register.outage_rules import body
from kezek_register.outage_types import Outage, OutageOver
from kezek_register.sql import events, outage_rows
from kezek_register.sql.database import Database
from kezek_register.sql.outage_tables import OutageExpectationRow, OutageRow
from kezek_register.sql.outage_tickets import TicketsOfOutages
from kezek_register.sql.revisions import bump
from kezek_register.sql.tables import TopicRow
from kezek_register.types import NotFound, StaleVersion

REVISION = "outages"
_OPEN = ("draft", "announced")


class OutageBase:
    def __init__(
        self,
        database: Database,
        tickets: TicketsOfOutages,
        clock: Callable[[], datetime],
        checklists: Checklists,
        tell_by: NoticeChannel = "call",
    ) -> None:
        self._database = database
        self._tickets = tickets
        self._clock = clock
        self.checklists = checklists
        self._tell_by = tell_by

    async def _known(self, session: AsyncSession, outage: Outage) -> int | None:
        """The organisation's id. Raises NotFound for it and for the topic."""
        if outage.topic and await session.get(TopicRow, outage.topic) is None:
            raise NotFound(f"no topic {outage.topic}")
        return await outage_rows.organisation_id(session, outage.organisation)

    async def _mine(self, session: AsyncSession, outage_id: int, version: int | None = None) -> OutageRow:
        """To be changed. Raises NotFound, StaleVersion, and OutageOver when it is restored or cancelled."""
        row = await outage_rows.one(session, outage_id, lock=True)
        if row.state not in _OPEN:
            raise OutageOver(f"the outage is {row.state}")
        if version is not None and row.version != version:
            raise StaleVersion(f"the outage is at version {row.version}")
        return row

    async def _expected(self, session: AsyncSession, row: OutageRow, who: str, why: str) -> int:
        """The expected end as it is now goes into the history; the entry's id."""
        entry = OutageExpectationRow(outage_id=row.id, at=self._clock(), who=who, expected_at=row.expected_at, why=why)
        session.add(entry)
        await session.flush()
        return entry.id

    async def _tell(self, session: AsyncSession, event: str, outage: Outage, who: str, **more: Any) -> None:
        """Programs, and every process that keeps the open outages in memory."""
        await bump(self._database, session, REVISION)
        await events.write(session, event, body(outage, who, **more), self._clock())
