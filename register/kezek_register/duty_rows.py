"""What one line of the CSV of organisations, kinds of assets and rules says. Pure; raises BadRow."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from kezek_register import duty_areas, organisation_rules
from kezek_register.areas import Area, Parity
from kezek_register.csvfile import BadRow, Row
from kezek_register.duty_types import AssetKind, BadDuty, BadOrganisation, Duty, Organisation
from kezek_register.houses import normalise_house
from kezek_register.names import LANGUAGES, fold
from kezek_register.notice_types import NoticeChannel
from kezek_register.rows import StreetFinder

ORGANISATIONS = {
    "needed": ("code",),
    "optional": (*LANGUAGES, "parent", "foreign", "hours", "phone", "channel", "address", "active"),
}
ASSET_KINDS = {"needed": ("code",), "optional": LANGUAGES}
DUTIES = {
    "needed": ("asset_kind", "organisation"),
    "optional": ("territory", "part", "street", "house", "from", "to", "parity", "note"),
}
LIMITS: Mapping[str, int] = {
    "code": 40,
    "parent": 40,
    "organisation": 40,
    "asset_kind": 40,
    "territory": 40,
    "part": 40,
    "hours": 40,
    "address": 400,
    "note": 400,
}
_CODE = re.compile(r"[\w.\-]{1,40}")


@dataclass(frozen=True, slots=True)
class Finders:
    """What codes mean: those of the register, by id."""

    territories: Mapping[str, int]
    parts: Mapping[str, int]
    streets: StreetFinder
    building: Callable[[int, str], int | None]


def organisation(row: Row) -> Organisation:
    try:
        return organisation_rules.tidy(
            Organisation(
                id=0,
                code=row.need("code"),
                names=_names(row),
                parent=row.cells["parent"],
                foreign=row.yes_no("foreign", otherwise=False),
                hours=row.cells["hours"],
                phone=row.cells["phone"],
                channel=cast("NoticeChannel", row.cells["channel"].lower() or "none"),
                address=row.cells["address"],
                active=row.yes_no("active", otherwise=True),
            )
        )
    except BadOrganisation as bad:
        raise BadRow(str(bad)) from None


def asset_kind(row: Row) -> AssetKind:
    code = row.need("code")
    if not _CODE.fullmatch(code):
        raise BadRow("code may hold letters, digits, '_', '-' and '.' only")
    names = _names(row)
    if not names:
        raise BadRow(f"a name is missing: one of {', '.join(LANGUAGES)}")
    return AssetKind(code, names)


def duty(row: Row, finders: Finders) -> Duty:
    try:
        area = duty_areas.tidy(_area(row, finders))
    except BadDuty as bad:
        raise BadRow(str(bad)) from None
    return Duty(0, row.need("asset_kind"), row.need("organisation"), area, row.cells["note"])


def _area(row: Row, finders: Finders) -> Area:
    cells = row.cells
    given = [column for column in ("territory", "part", "street") if cells[column]]
    if len(given) > 1:
        raise BadRow(f"{' and '.join(given)} together: a rule has one area")
    houses = [column for column in ("house", "from", "to", "parity") if cells[column]]
    if houses and not cells["street"]:
        raise BadRow(f"{houses[0]} needs a street")
    if cells["territory"]:
        return Area("territory", territory_id=_known(finders.territories, cells["territory"], "territory"))
    if cells["part"]:
        return Area("part", part_id=_known(finders.parts, cells["part"], "part of a network"))
    if not cells["street"]:
        return Area("all")
    street = finders.streets.find(cells["street"])
    if not houses:
        return Area("street", street_id=street)
    if cells["house"]:
        if len(houses) > 1:
            raise BadRow(f"house and {houses[1]} together: one house, or a row of them")
        building = finders.building(street, normalise_house(cells["house"]))
        if building is None:
            raise BadRow("unknown house in this street")
        return Area("building", building_id=building)
    parity = cast("Parity", cells["parity"].lower())
    return Area("houses", street_id=street, house_from=cells["from"], house_to=cells["to"], parity=parity)


def _known(codes: Mapping[str, int], code: str, what: str) -> int:
    if (found := codes.get(code)) is None:
        raise BadRow(f"unknown {what}")
    return found


def _names(row: Row) -> dict[str, str]:
    names = {language: row.cells[language] for language in LANGUAGES if row.cells[language]}
    if nameless := [language for language, name in names.items() if not fold(name)]:
        raise BadRow(f"{nameless[0]} has no letter in it")
    return names
