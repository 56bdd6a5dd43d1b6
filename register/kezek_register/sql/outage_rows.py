"""Outages between their rows and the plain values, many at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy import Select, case, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.areas import Area, Parity, Scope
from kezek_register.outage_rules import area_of
from kezek_register.outage_types import (
    CallOutAnswer,
    Expectation,
    Level,
    Outage,
    OutageOver,
    OutageState,
    OutageStep,
    Restoration,
    Tie,
)
from kezek_register.sql.duty_tables import OrganisationRow
from kezek_register.sql.history_tables import CallRow
from kezek_register.sql.outage_tables import (
    OutageAreaRow,
    OutageExpectationRow,
    OutageRow,
    OutageStepRow,
    TieCallRow,
    TieRow,
)
from kezek_register.sql.restoration_tables import RestorationRow
from kezek_register.sql.tables import TicketRow
from kezek_register.ticket_types import Verified
from kezek_register.types import NotFound

AREA_FIELDS = (
    "scope", "territory_id", "street_id", "building_id", "part_id", "house_from", "house_to", "parity",
)  # fmt: skip
_CHUNK = 500  # ids of one IN
INFORMED = "informed"  # queue's End: he heard it and needed no operator


async def read(session: AsyncSession, rows: Sequence[OutageRow], *, counted: bool = True) -> list[Outage]:
    """With areas, steps and history; without `counted` its ties and calls are left at 0."""
    ids = [row.id for row in rows]
    areas, expectations = defaultdict[int, list[Area]](list), defaultdict[int, list[Expectation]](list)
    steps = defaultdict[int, list[OutageStep]](list)
    ended = defaultdict[int, list[Restoration]](list)
    counts: dict[int, tuple[int, int, int, int]] = {}
    for begin in range(0, len(ids), _CHUNK):
        some = ids[begin : begin + _CHUNK]
        of_areas = select(OutageAreaRow).where(OutageAreaRow.outage_id.in_(some)).order_by(OutageAreaRow.id)
        for part in await session.scalars(of_areas):
            areas[part.outage_id].append(area(part))
        of_ends = select(OutageExpectationRow).where(OutageExpectationRow.outage_id.in_(some))
        for end in await session.scalars(of_ends.order_by(OutageExpectationRow.id)):
            expectations[end.outage_id].append(Expectation(end.at, end.who, end.expected_at, end.why))
        of_steps = select(OutageStepRow).where(OutageStepRow.outage_id.in_(some))
        for step in await session.scalars(of_steps.order_by(OutageStepRow.list, OutageStepRow.position)):
            steps[step.outage_id].append(_step(step))
        of_restorations = select(RestorationRow).where(RestorationRow.outage_id.in_(some))
        for over in await session.scalars(of_restorations.order_by(RestorationRow.step)):
            ended[over.outage_id].append(_restoration(over))
        if counted:
            counts |= await _counts(session, some)
    codes = await organisation_codes(session, {row.organisation_id for row in rows if row.organisation_id})
    return [
        _outage(
            row,
            codes.get(row.organisation_id or 0, ""),
            areas=tuple(areas[row.id]),
            expectations=tuple(expectations[row.id]),
            steps=tuple(steps[row.id]),
            restorations=tuple(ended[row.id]),
            counts=counts.get(row.id, (0, 0, 0, 0)),
        )
        for row in rows
    ]


async def one(session: AsyncSession, outage_id: int, *, lock: bool = False) -> OutageRow:
    """Raises NotFound."""
    wanted = select(OutageRow).where(OutageRow.id == outage_id)
    row = await session.scalar(wanted.with_for_update() if lock else wanted)
    if row is None:
        raise NotFound(f"no outage {outage_id}")
    return row


async def announced(session: AsyncSession, outage_id: int) -> None:
    """Something is to be tied to it. Raises NotFound, and OutageOver unless it is announced."""
    # shared: ties do not wait for each other, the closing waits for all of them and sees them
    of_outage = select(OutageRow.state).where(OutageRow.id == outage_id).with_for_update(read=True)
    state = await session.scalar(of_outage)
    if state is None:
        raise NotFound(f"no outage {outage_id}")
    if state != "announced":
        raise OutageOver(f"the outage is {state}")


async def whole(session: AsyncSession, row: OutageRow) -> Outage:
    return (await read(session, [row]))[0]


def facts(outage: Outage, organisation_id: int | None) -> dict[str, Any]:
    """What `open` and `update` write; the state, the ends and the version have verbs of their own."""
    return {
        "code": outage.code or None,
        "level": outage.level,
        "topic": outage.topic,
        "asset_kind": outage.asset_kind,
        "cause": outage.cause,
        "words": {language: words for language, words in outage.words.items() if words},
        "organisation_id": organisation_id,
        "starts_at": outage.starts_at,
        "ends_itself": outage.ends_itself,
    }


async def write_areas(session: AsyncSession, outage_id: int, areas: Iterable[Area]) -> None:
    rows = [{"outage_id": outage_id, **{name: getattr(each, name) for name in AREA_FIELDS}} for each in areas]
    await session.execute(insert(OutageAreaRow), rows)


async def organisation_id(session: AsyncSession, code: str) -> int | None:
    """None for ''. Raises NotFound."""
    if not code:
        return None
    found = await session.scalar(select(OrganisationRow.id).where(OrganisationRow.code == code))
    if found is None:
        raise NotFound(f"no organisation {code}")
    return found


async def organisation_codes(session: AsyncSession, ids: Iterable[int]) -> dict[int, str]:
    wanted = select(OrganisationRow.id, OrganisationRow.code).where(OrganisationRow.id.in_(list(ids)))
    return dict((await session.execute(wanted)).all())


def of_ties(*where: Any) -> Select[TieRow, str]:
    """Ties with their tickets' numbers."""
    wanted = select(TieRow, TicketRow.number).outerjoin(TicketRow, TicketRow.id == TieRow.ticket_id)
    return wanted.where(*where).order_by(TieRow.id)


def tie(row: TieRow, ticket: str | None) -> Tie:
    return Tie(
        outage_id=row.outage_id,
        party=row.party,
        phone=row.phone,
        language=row.language,
        household_id=row.household_id,
        building_id=row.building_id,
        flat=row.flat,
        call=row.call,
        calls=row.calls,
        ticket=ticket or "",
        tell=row.tell,
        restored=cast("Verified", row.restored),
        at=row.at,
        step=row.step,
    )


def area(row: OutageAreaRow) -> Area:
    return Area(
        cast("Scope", row.scope),
        row.territory_id,
        row.street_id,
        row.building_id,
        row.part_id,
        row.house_from,
        row.house_to,
        cast("Parity", row.parity),
    )


async def _counts(session: AsyncSession, ids: Sequence[int]) -> dict[int, tuple[int, int, int, int]]:
    still_out = func.sum(case((TieRow.restored == "no", 1), else_=0))
    wanted = select(TieRow.outage_id, func.count(), func.sum(TieRow.calls), still_out)
    found = await session.execute(wanted.where(TieRow.outage_id.in_(ids)).group_by(TieRow.outage_id))
    told = select(TieCallRow.outage_id, func.count()).join(CallRow, CallRow.call == TieCallRow.call)
    told = told.where(TieCallRow.outage_id.in_(ids), CallRow.end == INFORMED).group_by(TieCallRow.outage_id)
    saved: dict[int, int] = dict((await session.execute(told)).all())
    return {id: (ties, calls or 0, out or 0, saved.get(id, 0)) for id, ties, calls, out in found}


def _step(row: OutageStepRow) -> OutageStep:
    kind = "call_out" if row.list == "call_out" else "checklist"
    return OutageStep(
        kind,  # type: ignore[arg-type]
        row.position,
        row.code,
        row.phone,
        row.done_at,
        row.done_by,
        row.note,
        row.asked_at,
        cast("CallOutAnswer", row.answer),
    )


def _restoration(row: RestorationRow) -> Restoration:
    return Restoration(
        step=row.step,
        at=row.at,
        who=row.who,
        why=row.why,
        areas=tuple(area_of(each) for each in row.areas),
        closes=row.closes,
        households=row.households,
        still_out=row.still_out,
        taken_back_at=row.taken_back_at,
        taken_back_by=row.taken_back_by,
    )


def _outage(
    row: OutageRow,
    organisation: str,
    *,
    areas: tuple[Area, ...],
    expectations: tuple[Expectation, ...],
    steps: tuple[OutageStep, ...],
    restorations: tuple[Restoration, ...],
    counts: tuple[int, int, int, int],
) -> Outage:
    return Outage(
        id=row.id,
        state=cast("OutageState", row.state),
        level=cast("Level", row.level),
        topic=row.topic,
        starts_at=row.starts_at,
        areas=areas,
        asset_kind=row.asset_kind,
        cause=row.cause,
        words=dict(row.words),
        organisation=organisation,
        expected_at=row.expected_at,
        ended_at=row.ended_at,
        code=row.code or "",
        created_by=row.created_by,
        created_at=row.created_at,
        expectations=expectations,
        steps=steps,
        ties=counts[0],
        calls=counts[1],
        still_out=counts[2],
        saved=counts[3],
        ends_itself=row.ends_itself,
        version=row.version,
        restorations=restorations,
        parent=row.parent_id,
        announced_at=row.announced_at,
        round=row.round,
        chain=row.chain,
        chain_at=row.chain_at,
        chain_by=row.chain_by,
    )
