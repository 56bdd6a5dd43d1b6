"""Reports of trouble: whoever hears one writes it here, and one node at a time reads them all, in the order of ids.

Through SQL, so that it is the same for calls of every node, tickets, messages and sensors; that a node which takes over
the looking reads the window again; and that none is lost while nobody looks.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, cast

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.detection.types import ReportSource, Says
from kezek_register.houses import normalise_flat, normalise_house
from kezek_register.phones import e164
from kezek_register.sql.database import Database
from kezek_register.sql.storm_tables import TroubleReportRow
from kezek_register.sql.tables import PhoneRow, table_of
from kezek_register.trouble_types import BadTrouble, KeptReport, Trouble

MOST = 2_000  # rows of one look
_TABLE = table_of(TroubleReportRow)
_HEARD: tuple[ReportSource, ...] = ("call", "recorded")  # by a machine: what a person said of it stands


class Troubles:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def add(self, *troubles: Trouble) -> int:
        """How many say something new. The same key again is the same report, mended: its first moment stands, and what
        a machine has heard does not replace what a person said. Raises BadTrouble and Unavailable."""
        async with self._database.writing() as session:
            return sum([await write(self._database, session, one, self._clock()) for one in troubles])

    async def take_back(self, key: str) -> None:
        """It was none: there is nothing to be told of that any more."""
        async with self._database.writing() as session:
            await withdraw(session, key, self._clock())

    async def since(self, id: int, limit: int = MOST) -> list[KeptReport]:
        """Those written after that one, in their order. A transaction that is slower than another may write a smaller
        id later: whoever reads on looks back a little (watch)."""
        return await self._read(TroubleReportRow.id > id, limit=limit)

    async def arrived(self, since: datetime, limit: int = 100_000) -> list[KeptReport]:
        """All that came since, in the order of their ids."""
        return await self._read(TroubleReportRow.arrived_at >= since, limit=limit)

    async def of_suspicion(self, suspicion_id: int, after: int = 0, limit: int = 200) -> list[KeptReport]:
        """The voices behind it, as long as they are kept."""
        return await self._read(TroubleReportRow.suspicion_id == suspicion_id, TroubleReportRow.id > after, limit=limit)

    async def tidy(self, before: datetime) -> int:
        """Those that came before then go; how many."""
        async with self._database.writing() as session:
            gone = await session.execute(delete(TroubleReportRow).where(TroubleReportRow.arrived_at < before))
            return int(getattr(gone, "rowcount", 0) or 0)

    async def _read(self, *where: Any, limit: int) -> list[KeptReport]:
        wanted = select(_TABLE).where(*where).order_by(TroubleReportRow.id).limit(limit)
        async with self._database.reading() as session:
            return [_kept(row) for row in (await session.execute(wanted)).mappings()]


async def write(database: Database, session: AsyncSession, one: Trouble, now: datetime) -> bool:
    """Inside somebody's transaction: whether it says something new. Raises BadTrouble."""
    if not (one.building_id or one.street_id or one.part_id):
        raise BadTrouble("a report names a house, a street or a part of a network")
    row: dict[str, Any] = {
        "key": one.key,
        "source": one.source,
        "topic": one.topic,
        "says": one.says,
        "street_id": one.street_id,
        "house": normalise_house(one.house) or "",
        "building_id": one.building_id,
        "part_id": one.part_id,
        "party": await _party(database, session, one),
        "sure": min(1.0, max(0.0, one.sure)),
        "call": one.call,
    }
    known = (await session.execute(select(_TABLE).where(_TABLE.c.key == one.key))).mappings().first()
    if known is not None:
        heard = one.source in _HEARD and known["source"] not in _HEARD and known["topic"]
        if heard or all(known[name] == value for name, value in row.items()):
            return False
        await session.execute(delete(_TABLE).where(_TABLE.c.id == known["id"]))
    at = known["at"] if known is not None else one.at
    same = known is not None and all(known[name] == row[name] for name in ("topic", "street_id"))
    of = known["suspicion_id"] if known is not None and same else None
    made = database.insert(_TABLE).values(row | {"at": at, "arrived_at": now, "suspicion_id": of})
    return await session.scalar(made.on_conflict_do_nothing(index_elements=["key"]).returning(_TABLE.c.id)) is not None


async def withdraw(session: AsyncSession, key: str, now: datetime) -> None:
    """Inside somebody's transaction."""
    known = (await session.execute(select(_TABLE).where(_TABLE.c.key == key, _TABLE.c.topic != ""))).mappings().first()
    if known is not None:
        await session.execute(delete(_TABLE).where(_TABLE.c.id == known["id"]))
        taken = {name: value for name, value in known.items() if name != "id"}
        await session.execute(insert(_TABLE).values(taken | {"topic": "", "arrived_at": now, "suspicion_id": None}))


async def belong(session: AsyncSession, suspicion_id: int, keys: Sequence[str]) -> None:
    """Inside somebody's transaction: these are of that suspicion."""
    for begin in range(0, len(keys), 500):
        mine = update(_TABLE).where(_TABLE.c.key.in_(keys[begin : begin + 500]))
        await session.execute(mine.values(suspicion_id=suspicion_id))


async def _party(database: Database, session: AsyncSession, one: Trouble) -> str:
    """Who speaks: by his number before all, however many addresses he names. Raises BadTrouble."""
    if one.sensor:
        return f"sensor:{one.sensor}"
    if one.crew:
        return f"crew:{one.crew}"
    phone = e164(one.phone) or ""
    if phone:
        household = await session.scalar(select(PhoneRow.household_id).where(PhoneRow.phone == phone))
        if household:
            return f"household:{household}"
        return f"phone:{hmac.new(database.settings.party_key, phone.encode(), sha256).hexdigest()[:20]}"
    flat = normalise_flat(one.flat)
    if one.household_id:
        return f"household:{one.household_id}"
    if one.building_id:
        return f"flat:{one.building_id}:{flat}" if flat else f"building:{one.building_id}"
    if one.street_id:
        return f"house:{one.street_id}:{normalise_house(one.house) or ''}:{flat}"
    if one.source == "crew":
        return f"crew:{one.key}"
    raise BadTrouble("nobody says it")


def _kept(row: Any) -> KeptReport:
    told = {name: row[name] for name in _FIELDS}
    return KeptReport(**told, source=cast(ReportSource, row["source"]), says=cast(Says, row["says"]))


_FIELDS = (
    "id", "key", "at", "topic", "street_id", "house", "building_id", "part_id", "party", "sure", "call",
    "suspicion_id", "arrived_at",
)  # fmt: skip
