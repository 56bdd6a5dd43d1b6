"""An outage ends by steps: a street, a range of houses, a feeder, a building are on again while the rest waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm.attributes import flag_modified

from kezek_register.areas import Area
from kezek_register.notice_types import NoticeChannel
from kezek_register.outage_rules import area_body, named
from kezek_register.outage_types import BadOutage, Closing, OutageOver
from kezek_register.sql import outage_closing, outage_parts, outage_rows
from kezek_register.sql.outage_ends import OutageEnds

MOST_PARTS = 1_000  # of one step


class OutageRestoring(OutageEnds):
    async def restore(
        self, outage_id: int, areas: Sequence[Area], who: str, why: str = "", *, tell_by: NoticeChannel | None = None
    ) -> Closing:
        """It is over in these parts: callers from there hear of it no more, the households that are tied there are told
        once, by notices of this transaction, and their tickets are reported. When nothing is left the outage is closed
        with it. A part that is restored already, and an outage that is over, change nothing.

        Raises NotFound, OutageOver (cancelled, a draft, or yet to begin), BadOutage (no area, or one not in it).
        """
        if not 0 < len(areas) <= MOST_PARTS:
            raise BadOutage(f"1 to {MOST_PARTS} areas are restored at once")
        named(areas)
        now = self._clock()
        async with self._database.writing() as session:
            row = await outage_rows.one(session, outage_id, lock=True)
            outage = await outage_rows.whole(session, row)
            if row.state == "restored":
                return Closing(outage)
            if row.state != "announced" or row.starts_at > now:
                raise OutageOver(f"the outage is {row.state}" if row.state != "announced" else "it has yet to begin")
            for area in areas:
                if not await outage_parts.meets(session, area, outage.areas):
                    raise BadOutage(f"{area_body(area)} is not in the outage")
            new = [
                area for area in dict.fromkeys(areas) if not await outage_parts.within(session, area, outage.restored)
            ]
            if not new:
                return Closing(outage)
            tell_by = tell_by or self._tell_by
            if await outage_parts.nothing_left(session, outage.areas, [*outage.restored, *new]):
                return await self._end(session, row, now, who, now, tell_by, why=why, areas=tuple(new))
            homes = await outage_parts.homes_in(session, outage_id, new)
            what = outage_closing.End(outage, who, now, tell_by, why, tuple(new), homes)
            closing = await outage_closing.end(self._database, self._tickets, session, what)
            flag_modified(row, "state")  # a step is a new version too
            await session.flush()
            closing = replace(closing, outage=await outage_rows.whole(session, row))
            parts = [area_body(area) for area in new]
            await self._tell(
                session, "outage.restored_part", closing.outage, who,
                why=why, parts=parts, step=what.step, told=len(closing.notices), tickets=closing.tickets,
            )  # fmt: skip
        return closing
