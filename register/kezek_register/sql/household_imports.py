"""Households from a town's CSV. A telephone number leads to one household; a file may move it to another one."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register import rows
from kezek_register.csvfile import BadRow, Row
from kezek_register.progress import Told, untold
from kezek_register.sql.address_imports import accept, report, sheet, street_finder
from kezek_register.sql.bulk import write_many
from kezek_register.sql.database import Database
from kezek_register.sql.tables import BuildingRow, HouseholdRow, PhoneRow, table_of
from kezek_register.types import ImportReport

_BATCH = 500  # ids in one DELETE: SQLite's limit of variables is far above

Key = tuple[int, str]  # building, flat
Known = dict[Key, tuple[int, str, str, tuple[str, ...]]]  # id, person, language, phones


async def households(database: Database, path: Path, told: Told = untold) -> ImportReport:
    whole = await sheet(path, rows.HOUSEHOLDS)
    async with database.reading_at_length() as session:
        finder = await street_finder(session)
        placed = select(BuildingRow.street_id, BuildingRow.house, BuildingRow.id)
        places = {(street_id, house): building_id for street_id, house, building_id in await session.execute(placed)}

    def parse(row: Row) -> tuple[Key, rows.HouseholdLine]:
        line = rows.household(row, finder)
        building_id = places.get((line.street_id, line.house))
        if building_id is None:
            raise BadRow("unknown house in this street")
        return (building_id, line.flat), line

    accepted, refused = await accept(whole, parse, lambda parsed: parsed[0], "this household", told)
    async with database.importing() as session:
        known = await _known(session)
        kept = _with_free_phones(accepted, known, refused)
        added = {key: line for key, line in kept.items() if key not in known}
        changed = {key: line for key, line in kept.items() if key in known and _differs(line, known[key])}
        await _write(session, added, changed, known, told)
    return report(len(added), len(changed), len(kept) - len(added) - len(changed), refused)


async def _known(session: AsyncSession) -> Known:
    phones: dict[int, tuple[str, ...]] = {}
    ordered = select(PhoneRow.household_id, PhoneRow.phone).order_by(PhoneRow.household_id, PhoneRow.position)
    for household_id, phone in await session.execute(ordered):
        phones[household_id] = (*phones.get(household_id, ()), phone)
    found = select(
        HouseholdRow.building_id, HouseholdRow.flat, HouseholdRow.id, HouseholdRow.person, HouseholdRow.language
    )
    return {
        (building_id, flat): (household_id, person, language, phones.get(household_id, ()))
        for building_id, flat, household_id, person, language in await session.execute(found)
    }


def _with_free_phones(
    accepted: list[tuple[int, tuple[Key, rows.HouseholdLine]]], known: Known, refused: list[tuple[int, str]]
) -> dict[Key, rows.HouseholdLine]:
    """Lines whose numbers are theirs: not in an earlier line, not with a household that this file leaves as it is."""
    listed = {key for _, (key, _) in accepted}
    owners = {phone: key for key, was in known.items() if key not in listed for phone in was[3]}
    kept: dict[Key, tuple[int, rows.HouseholdLine]] = {}
    left: list[Key] = []  # refused, so that they keep the numbers they have

    def refuse(key: Key, number: int) -> None:
        refused.append((number, "a phone number belongs to another household already"))
        left.append(key)

    for number, (key, line) in accepted:
        if any(phone in owners for phone in line.phones):
            refuse(key, number)
        else:
            owners |= dict.fromkeys(line.phones, key)
            kept[key] = (number, line)
    while left:
        key = left.pop()
        for phone in known[key][3] if key in known else ():
            owner = owners.setdefault(phone, key)
            if owner != key and owner in kept:
                number, _ = kept.pop(owner)
                refuse(owner, number)
    return {key: line for key, (_, line) in kept.items()}


def _differs(line: rows.HouseholdLine, was: tuple[int, str, str, tuple[str, ...]]) -> bool:
    return (line.person, line.language or was[2], line.phones) != was[1:]


async def _write(
    session: AsyncSession,
    added: dict[Key, rows.HouseholdLine],
    changed: dict[Key, rows.HouseholdLine],
    known: Known,
    told: Told,
) -> None:
    ids = {key: known[key][0] for key in changed}
    stale = list(ids.values())
    for start in range(0, len(stale), _BATCH):
        batch = stale[start : start + _BATCH]
        await session.execute(delete(PhoneRow).where(PhoneRow.household_id.in_(batch)))
    if changed:
        await session.execute(
            update(HouseholdRow),
            [
                {"id": ids[key], "person": line.person, "language": line.language or known[key][2]}
                for key, line in changed.items()
            ],
        )
    if added:
        new = [
            {"building_id": key[0], "flat": key[1], "person": line.person, "language": line.language}
            for key, line in added.items()
        ]
        await write_many(session, table_of(HouseholdRow), new, told)
        found = await session.execute(select(HouseholdRow.building_id, HouseholdRow.flat, HouseholdRow.id))
        ids |= {(building_id, flat): household_id for building_id, flat, household_id in found}
    phones = [
        {"phone": phone, "household_id": ids[key], "position": position}
        for key, line in (*added.items(), *changed.items())
        for position, phone in enumerate(line.phones)
    ]
    await write_many(session, table_of(PhoneRow), phones, told)
