"""What one voice adds to an outage, lifted out: an addition of each code, and its owner is told of it, once."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.addition_words import NAMES, codes
from kezek_register.escalation import contact
from kezek_register.notice_types import Notice, NoticeChannel
from kezek_register.sql import events, notices, outage_rows
from kezek_register.sql.database import Database
from kezek_register.sql.duty_tables import OrganisationRow
from kezek_register.sql.revisions import bump
from kezek_register.sql.storm_tables import AdditionRow
from kezek_register.sql.tables import TicketRow
from kezek_register.trouble_types import Addition

REVISION = "additions"
LONGEST = 300  # characters of what he said


async def of_ticket(database: Database, session: AsyncSession, row: TicketRow, now: datetime) -> None:
    """Inside the transaction that writes it; nothing for a ticket of no outage."""
    if row.outage_id is None:
        return
    for code in codes(str(row.details.get("urgency", ""))):
        one = Addition(
            0,
            row.outage_id,
            now,
            code,
            (row.words or row.note)[:LONGEST],
            call=row.call or "",
            ticket=row.number,
            street_id=row.street_id,
            house=row.house,
            flat=row.flat,
        )
        await lift(database, session, one, now, street=row.street)


async def lift(
    database: Database, session: AsyncSession, one: Addition, now: datetime, *, street: str = ""
) -> Addition | None:
    """None when it is known. Whoever has the outage hears it by a call, a text or a program of his. Raises NotFound."""
    made = await _write(database, session, one, now)
    if made is None:
        return None
    outage = await outage_rows.one(session, one.outage_id)
    owner = await session.get(OrganisationRow, outage.organisation_id) if outage.organisation_id else None
    if owner is not None:
        channel, address = contact(cast("NoticeChannel", owner.channel), owner.address, owner.phone)
        if address:
            notice = Notice(
                key=f"outage:{outage.id}:addition:{made.id}",
                about=f"outage:{outage.id}",
                what="addition",
                channel=channel,
                address=address,
                language="",
                told={
                    "outage": outage.id,
                    "addition": made.id,
                    "code": one.code,
                    "topic": outage.topic,
                    "words": dict(NAMES[one.code]),
                    "street": street,
                    "house": one.house,
                    "flat": one.flat,
                    "organisation": owner.code,
                },
            )
            await notices.write(database, session, [notice], now)
    return made


async def _write(database: Database, session: AsyncSession, one: Addition, now: datetime) -> Addition | None:
    """Inside somebody's transaction; None when it is known already. Raises NotFound."""
    await outage_rows.one(session, one.outage_id)
    source = f"call:{one.call}" if one.call else f"ticket:{one.ticket}"
    told: dict[str, Any] = {each.name: getattr(one, each.name) for each in fields(Addition) if each.name != "id"}
    row = told | {"key": f"{one.outage_id}:{source}:{one.code}"}
    made = database.insert(AdditionRow).values(row).on_conflict_do_nothing(index_elements=["key"])
    id = await session.scalar(made.returning(AdditionRow.id))
    if id is None:
        return None
    await bump(database, session, REVISION)
    where = {"street_id": one.street_id, "house": one.house}
    await events.write(
        session, "outage.addition", {"id": one.outage_id, "addition": id, "code": one.code, **where}, now
    )
    return Addition(id=id, **told)
