"""Areas as people say them: 'улица Летняя 2–10, чётные'. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kezek_register.areas import Area
from kezek_register.names import LANGUAGES, street_title
from kezek_register.types import Street

_WHOLE = {"kk": "бүкіл қала", "ru": "весь город", "uk": "усе місто", "en": "the whole town", "ko": "도시 전체"}
_PARITY = {
    "odd": {"kk": "тақ", "ru": "нечётные", "uk": "непарні", "en": "odd", "ko": "홀수"},
    "even": {"kk": "жұп", "ru": "чётные", "uk": "парні", "en": "even", "ko": "짝수"},
}


# a network's part in a sentence: its own name stays as it is, a noun beside it takes the case
_PART = {
    "kk": "«{name}» нысаны",
    "ru": "объект «{name}»",
    "uk": "об’єкт «{name}»",
    "en": "“{name}”",
    "ko": "‘{name}’ 시설",
}


@dataclass(frozen=True, slots=True)
class Named:
    """What areas name, by id: names of territories and network parts, streets, buildings as (street id, house)."""

    territories: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    parts: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    streets: Mapping[int, Street] = field(default_factory=dict)
    buildings: Mapping[int, tuple[int, str]] = field(default_factory=dict)

    def title(self, area: Area, language: str) -> str:
        """In that language, else in the next that there is; '' for what left the register."""
        match area.scope:
            case "all":
                return _in(_WHOLE, language)
            case "territory":
                return _in(self.territories.get(area.territory_id or 0, {}), language)
            case "part":
                return _in(self.parts.get(area.part_id or 0, {}), language)
            case "building":
                street_id, house = self.buildings.get(area.building_id or 0, (0, ""))
                return self._address(street_id, house, language)
            case "street":
                return self._address(area.street_id or 0, "", language)
            case "houses":
                return self._address(area.street_id or 0, houses(area, language), language)

    def said(self, area: Area, language: str) -> str:
        """As `title`, to stand in a sentence of that language: 'объект «Фидер 7-2»', which nobody has to decline."""
        title = self.title(area, language)
        return _in(_PART, language).format(name=title) if title and area.scope == "part" else title

    def _address(self, street_id: int, house: str, language: str) -> str:
        street = self.streets.get(street_id)
        if street is None:
            return ""
        return f"{street_title(street, language)} {house}".strip()


def houses(area: Area, language: str) -> str:
    """'2–10, even', '45–', '–9', 'odd'."""
    span = area.house_from if area.house_from == area.house_to else f"{area.house_from}–{area.house_to}"
    parity = _in(_PARITY[area.parity], language) if area.parity else ""
    return ", ".join(part for part in (span, parity) if part)


def ids(areas: Iterable[Area]) -> dict[str, set[int]]:
    """What is to be looked up for them: 'territories', 'parts', 'streets', 'buildings'."""
    found: dict[str, set[int]] = {"territories": set(), "parts": set(), "streets": set(), "buildings": set()}
    for area in areas:
        for name, one in (
            ("territories", area.territory_id),
            ("parts", area.part_id),
            ("streets", area.street_id),
            ("buildings", area.building_id),
        ):
            if one is not None:
                found[name].add(one)
    return found


def _in(names: Mapping[str, str], language: str) -> str:
    for each in (language, *LANGUAGES):
        if name := names.get(each):
            return name
    return next(iter(names.values()), "")
