"""Territories and network parts from a town's CSV or GeoJSON. A parent may stand anywhere in the file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register import rows
from kezek_register.place_types import NETWORK_KINDS, TERRITORY_KINDS
from kezek_register.progress import Told, untold
from kezek_register.sql.address_imports import accept, report, sheet
from kezek_register.sql.database import Database
from kezek_register.sql.place_tables import NetworkPartRow, TerritoryRow
from kezek_register.sql.revisions import STREETS, bump
from kezek_register.sql.tables import table_of
from kezek_register.sql.trees import NodeRow
from kezek_register.types import ImportReport


async def territories(database: Database, path: Path, told: Told = untold) -> ImportReport:
    return await _import(database, path, TerritoryRow, TERRITORY_KINDS, told)


async def networks(database: Database, path: Path, told: Told = untold) -> ImportReport:
    return await _import(database, path, NetworkPartRow, NETWORK_KINDS, told)


async def _import(
    database: Database, path: Path, table: type[NodeRow], kinds: Collection[str], told: Told
) -> ImportReport:
    whole = await sheet(path, rows.TREES)
    accepted, refused = await accept(
        whole, lambda row: rows.tree(row, kinds), lambda line: line.code, "this code", told
    )
    async with database.importing() as session:
        before = {row.code: row for row in await session.scalars(select(table))}
        codes = {row.id: row.code for row in before.values()}
        parents = {code: codes.get(row.parent_id or 0, "") for code, row in before.items()}
        lines = _rooted(accepted, parents, refused)
        added = [line for line in lines.values() if line.code not in before]
        changed = [
            line
            for line in lines.values()
            if (row := before.get(line.code)) is not None
            and (row.kind, row.names, parents[line.code]) != (line.kind, dict(line.names), line.parent)
        ]
        if added:
            new = [{"code": line.code, "kind": line.kind, "names": dict(line.names), "path": ""} for line in added]
            await (await session.connection()).execute(insert(table_of(table)), new)
        if added or changed:
            ids = dict((await session.execute(select(table.code, table.id))).all())
            parents |= {line.code: line.parent for line in lines.values()}
            paths = _paths(ids, parents)
            moved = [
                {"of": node_id, "new_path": paths[code], "new_parent_id": ids.get(parents[code])}
                for code, node_id in ids.items()
                if code not in before or before[code].path != paths[code]
            ]
            mended: list[dict[str, Any]] = [
                {
                    "of": ids[line.code],
                    "new_kind": line.kind,
                    "new_names": dict(line.names),
                    "new_version": before[line.code].version + 1,
                }
                for line in changed
            ]
            session.expunge_all()
            await _mend(session, table, moved)
            await _mend(session, table, mended)
            await bump(database, session, STREETS)
    return report(len(added), len(changed), len(lines) - len(added) - len(changed), refused)


async def _mend(session: AsyncSession, table: type[NodeRow], changes: list[dict[str, Any]]) -> None:
    """`of`: the node; 'new_<column>': what it holds from now on, the same columns in each."""
    if not changes:
        return
    rows_of = table_of(table)
    values: dict[str, Any] = {
        name.removeprefix("new_"): bindparam(name, type_=rows_of.c[name.removeprefix("new_")].type)
        for name in changes[0].keys() - {"of"}
    }
    await (await session.connection()).execute(
        update(rows_of).where(rows_of.c.id == bindparam("of")).values(values), changes
    )


def _rooted(
    accepted: list[tuple[int, rows.TreeLine]], known: Mapping[str, str], refused: list[tuple[int, str]]
) -> dict[str, rows.TreeLine]:
    """Lines whose parents are there and lead to a root; what hangs on a refused line is refused as well."""
    lines = {line.code: (number, line) for number, line in accepted}
    while True:
        parents = {**known, **{code: line.parent for code, (_, line) in lines.items()}}
        lost = {
            code: reason
            for code, (_, line) in lines.items()
            if (reason := "unknown parent" if line.parent and line.parent not in parents else _circle(code, parents))
        }
        if not lost:
            return {code: line for code, (_, line) in lines.items()}
        for code, reason in lost.items():
            refused.append((lines.pop(code)[0], reason))


def _circle(code: str, parents: Mapping[str, str]) -> str:
    seen = {code}
    while code := parents.get(code, ""):
        if code in seen:
            return "it lies below itself"
        seen.add(code)
    return ""


def _paths(ids: Mapping[str, int], parents: Mapping[str, str]) -> dict[str, str]:
    paths: dict[str, str] = {}

    def path(code: str) -> str:
        if code not in paths:
            paths[code] = f"{path(parents[code]) if parents[code] else '/'}{ids[code]}/"
        return paths[code]

    for code in ids:
        path(code)
    return paths
