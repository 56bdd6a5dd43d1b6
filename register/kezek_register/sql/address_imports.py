"""Streets and buildings from a town's CSV: a whole file is one transaction, wrong lines are named, right ones kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register import rows
from kezek_register.csvfile import BadRow, Row, Sheet, read
from kezek_register.sql.database import Database
from kezek_register.sql.tables import BuildingRow, Revision, StreetNameRow, StreetRow
from kezek_register.types import ImportReport

Line = TypeVar("Line")
Accepted: TypeAlias = tuple[list[tuple[int, Line]], list[tuple[int, str]]]


async def sheet(path: Path, columns: Mapping[str, tuple[str, ...]], limits: Mapping[str, int] = rows.LIMITS) -> Sheet:
    """Raises BadFile."""
    return await asyncio.to_thread(
        read, Path(path), needed=columns["needed"], optional=columns["optional"], limits=limits
    )


async def accept(
    whole: Sheet, parse: Callable[[Row], Line], key: Callable[[Line], Hashable], twice: str
) -> Accepted[Line]:
    """Lines that parse and whose key comes for the first time, with their line numbers; and the refused ones.

    In a thread and outside any transaction: a city's file takes seconds, and calls go on meanwhile.
    """
    return await asyncio.to_thread(_accept, whole, parse, key, twice)


def _accept(whole: Sheet, parse: Callable[[Row], Line], key: Callable[[Line], Hashable], twice: str) -> Accepted[Line]:
    accepted: list[tuple[int, Line]] = []
    refused = list(whole.refused)
    seen: dict[Hashable, int] = {}
    for row in whole.rows:
        try:
            line = parse(row)
            first = seen.setdefault(key(line), row.line)
            if first != row.line:
                raise BadRow(f"{twice} is in line {first} already")
            accepted.append((row.line, line))
        except BadRow as bad:
            refused.append((row.line, str(bad)))
    return accepted, refused


def report(added: int, changed: int, unchanged: int, refused: list[tuple[int, str]]) -> ImportReport:
    return ImportReport(added, changed, unchanged, tuple(sorted(refused)))


async def street_finder(session: AsyncSession) -> rows.StreetFinder:
    codes = {code: street_id for street_id, code in await session.execute(select(StreetRow.id, StreetRow.code))}
    names: dict[int, tuple[str, ...]] = {}
    for street_id, name in await session.execute(select(StreetNameRow.street_id, StreetNameRow.name)):
        names[street_id] = (*names.get(street_id, ()), name)
    return rows.StreetFinder(codes, names)


async def streets(database: Database, path: Path) -> ImportReport:
    whole = await sheet(path, rows.STREETS)
    accepted, refused = await accept(whole, rows.street, lambda line: line.code, "this code")
    async with database.importing() as session:
        known = await _known_streets(session)
        added = [line for _, line in accepted if line.code not in known]
        changed = [line for _, line in accepted if line.code in known and known[line.code][1] != line]
        if added:
            await session.execute(insert(StreetRow), [{"code": line.code, "kind": line.kind} for line in added])
        for line in changed:
            street_id = known[line.code][0]
            await session.execute(update(StreetRow).where(StreetRow.id == street_id).values(kind=line.kind))
            await session.execute(delete(StreetNameRow).where(StreetNameRow.street_id == street_id))
        if added or changed:
            found = await session.execute(select(StreetRow.code, StreetRow.id))
            ids = dict(found.all())
            await session.execute(
                insert(StreetNameRow),
                [name for line in (*added, *changed) for name in _name_rows(ids[line.code], line)],
            )
            await _bump(database, session)
    return report(len(added), len(changed), len(accepted) - len(added) - len(changed), refused)


async def _known_streets(session: AsyncSession) -> dict[str, tuple[int, rows.StreetLine]]:
    found: dict[int, tuple[str, str, list[tuple[str, str]], list[tuple[str, str]]]] = {}
    for street_id, code, kind in await session.execute(select(StreetRow.id, StreetRow.code, StreetRow.kind)):
        found[street_id] = (code, kind, [], [])
    named = select(StreetNameRow.street_id, StreetNameRow.language, StreetNameRow.name, StreetNameRow.other)
    for street_id, language, name, other in await session.execute(named.order_by(StreetNameRow.id)):
        _, _, names, others = found[street_id]
        (others if other else names).append((language, name))
    return {
        code: (street_id, rows.StreetLine(code, kind, tuple(names), tuple(others)))
        for street_id, (code, kind, names, others) in found.items()
    }


def _name_rows(street_id: int, line: rows.StreetLine) -> list[dict[str, Any]]:
    return [
        {"street_id": street_id, "language": language, "name": name, "other": other}
        for other, pairs in ((False, line.names), (True, line.other_names))
        for language, name in pairs
    ]


async def _bump(database: Database, session: AsyncSession) -> None:
    statement = database.insert(Revision).values(name="streets", revision=1)
    await session.execute(
        statement.on_conflict_do_update(index_elements=["name"], set_={"revision": Revision.revision + 1})
    )


async def buildings(database: Database, path: Path) -> ImportReport:
    whole = await sheet(path, rows.BUILDINGS)
    async with database.reading() as session:
        finder = await street_finder(session)
    accepted, refused = await accept(
        whole, lambda row: rows.building(row, finder), lambda line: (line.street_id, line.house), "this house"
    )
    async with database.importing() as session:
        known = {
            (street_id, house): (building_id, entrances, flats)
            for building_id, street_id, house, entrances, flats in await session.execute(
                select(
                    BuildingRow.id, BuildingRow.street_id, BuildingRow.house, BuildingRow.entrances, BuildingRow.flats
                )
            )
        }
        added: list[dict[str, Any]] = []
        changed: list[dict[str, Any]] = []
        for _, line in accepted:
            was = known.get((line.street_id, line.house))
            now = {"entrances": line.entrances, "flats": line.flats}
            if was is None:
                added.append({"street_id": line.street_id, "house": line.house, **now})
            elif was[1:] != (line.entrances, line.flats):
                changed.append({"id": was[0], **now})
        if added:
            await session.execute(insert(BuildingRow), added)
        if changed:
            await session.execute(update(BuildingRow), changed)
    return report(len(added), len(changed), len(accepted) - len(added) - len(changed), refused)
