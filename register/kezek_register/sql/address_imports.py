"""Streets from a town's file, and what every import shares: a whole file is one transaction, wrong lines are named,
right ones kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register import geojson, rows
from kezek_register.csvfile import BadRow, Row, Sheet, read
from kezek_register.names import fold, without_kind
from kezek_register.progress import Progress, Told, untold
from kezek_register.skeleton import latin
from kezek_register.sql.bulk import write_many
from kezek_register.sql.database import Database
from kezek_register.sql.place_tables import NetworkPartRow, TerritoryRow
from kezek_register.sql.revisions import STREETS, bump
from kezek_register.sql.tables import StreetNameRow, StreetRow, table_of
from kezek_register.types import ImportReport

TOLD_EVERY = 2_000  # rows
Line = TypeVar("Line")
Accepted: TypeAlias = tuple[list[tuple[int, Line]], list[tuple[int, str]]]


async def sheet(path: Path, columns: Mapping[str, tuple[str, ...]], limits: Mapping[str, int] = rows.LIMITS) -> Sheet:
    """CSV, or GeoJSON by the file's ending. Raises BadFile."""
    reader = geojson.read if Path(path).suffix.lower() in geojson.ENDINGS else read
    return await asyncio.to_thread(
        reader, Path(path), needed=columns["needed"], optional=columns["optional"], limits=limits
    )


async def accept(
    whole: Sheet,
    parse: Callable[[Row], Line],
    key: Callable[[Line], Hashable],
    twice: str,
    told: Told = untold,
) -> Accepted[Line]:
    """Lines that parse and whose key comes for the first time, with their line numbers; and the refused ones.

    In a thread and outside any transaction: a city's file takes seconds, and calls go on meanwhile.
    """
    return await asyncio.to_thread(_accept, whole, parse, key, twice, told)


def _accept(
    whole: Sheet, parse: Callable[[Row], Line], key: Callable[[Line], Hashable], twice: str, told: Told
) -> Accepted[Line]:
    accepted: list[tuple[int, Line]] = []
    refused = list(whole.refused)
    seen: dict[Hashable, int] = {}
    for done, row in enumerate(whole.rows, 1):
        try:
            line = parse(row)
            first = seen.setdefault(key(line), row.line)
            if first != row.line:
                raise BadRow(f"{twice} is in line {first} already")
            accepted.append((row.line, line))
        except BadRow as bad:
            refused.append((row.line, str(bad)))
        if done % TOLD_EVERY == 0 or done == len(whole.rows):
            told(Progress("read", done, len(whole.rows), "rows"))
    return accepted, refused


def report(added: int, changed: int, unchanged: int, refused: list[tuple[int, str]]) -> ImportReport:
    return ImportReport(added, changed, unchanged, tuple(sorted(refused)))


async def street_finder(session: AsyncSession) -> rows.StreetFinder:
    codes = {code: street_id for street_id, code in await session.execute(select(StreetRow.id, StreetRow.code))}
    names: dict[int, tuple[str, ...]] = {}
    for street_id, name in await session.execute(select(StreetNameRow.street_id, StreetNameRow.name)):
        names[street_id] = (*names.get(street_id, ()), name)
    return rows.StreetFinder(codes, names)


async def codes(session: AsyncSession, table: type[TerritoryRow] | type[NetworkPartRow]) -> dict[str, int]:
    return dict((await session.execute(select(table.code, table.id))).all())


async def streets(database: Database, path: Path, told: Told = untold) -> ImportReport:
    whole = await sheet(path, rows.STREETS)
    async with database.reading_at_length() as session:
        territories = await codes(session, TerritoryRow)
    accepted, refused = await accept(
        whole, lambda row: rows.street(row, territories), lambda line: line.code, "this code", told
    )
    async with database.importing() as session:
        known = await _known_streets(session)
        if "territory" not in whole.columns:  # a file that says nothing of territories changes none
            accepted = [(number, _where_it_was(line, known)) for number, line in accepted]
        added = [line for _, line in accepted if line.code not in known]
        changed = [line for _, line in accepted if line.code in known and known[line.code][1] != line]
        if added:
            await session.execute(
                insert(StreetRow),
                [{"code": line.code, "kind": line.kind, "territory_id": line.territory_id} for line in added],
            )
        for line in changed:
            street_id = known[line.code][0]
            values = {"kind": line.kind, "territory_id": line.territory_id}
            await session.execute(update(StreetRow).where(StreetRow.id == street_id).values(values))
            await session.execute(delete(StreetNameRow).where(StreetNameRow.street_id == street_id))
        if added or changed:
            found = await session.execute(select(StreetRow.code, StreetRow.id))
            ids = dict(found.all())
            names = [name for line in (*added, *changed) for name in _name_rows(ids[line.code], line)]
            await write_many(session, table_of(StreetNameRow), names, told)
            await bump(database, session, STREETS)
    return report(len(added), len(changed), len(accepted) - len(added) - len(changed), refused)


def _where_it_was(line: rows.StreetLine, known: Mapping[str, tuple[int, rows.StreetLine]]) -> rows.StreetLine:
    return replace(line, territory_id=known[line.code][1].territory_id) if line.code in known else line


async def _known_streets(session: AsyncSession) -> dict[str, tuple[int, rows.StreetLine]]:
    names: dict[int, tuple[list[tuple[str, str]], list[tuple[str, str]]]] = {}
    named = select(StreetNameRow.street_id, StreetNameRow.language, StreetNameRow.name, StreetNameRow.other)
    for street_id, language, name, other in await session.execute(named.order_by(StreetNameRow.id)):
        names.setdefault(street_id, ([], []))[1 if other else 0].append((language, name))
    found = select(StreetRow.id, StreetRow.code, StreetRow.kind, StreetRow.territory_id)
    known: dict[str, tuple[int, rows.StreetLine]] = {}
    for street_id, code, kind, territory_id in await session.execute(found):
        signs, others = names.get(street_id, ([], []))
        known[code] = street_id, rows.StreetLine(code, kind, tuple(signs), tuple(others), territory_id)
    return known


def _name_rows(street_id: int, line: rows.StreetLine) -> list[dict[str, Any]]:
    return [
        {
            "street_id": street_id,
            "language": language,
            "name": name,
            "other": other,
            "search": latin(without_kind(fold(name))),
        }
        for other, pairs in ((False, line.names), (True, line.other_names))
        for language, name in pairs
    ]
