"""Areas of rules in one spelling, so that one kind of asset has one rule for one area. Pure."""

from __future__ import annotations

from kezek_register.areas import Area
from kezek_register.duty_types import BadDuty
from kezek_register.houses import house_key, normalise_house


def tidy(area: Area) -> Area:
    """Only what its scope needs, house numbers in one spelling. Raises BadDuty when something of it is missing."""
    match area.scope:
        case "all":
            return Area("all")
        case "territory":
            return Area("territory", territory_id=_needed(area.territory_id, "a territory"))
        case "part":
            return Area("part", part_id=_needed(area.part_id, "a part of a network"))
        case "building":
            return Area("building", building_id=_needed(area.building_id, "a building"))
        case "street":
            return Area("street", street_id=_needed(area.street_id, "a street"))
        case "houses":
            return _houses(area)
    raise BadDuty(f"{area.scope} is no scope of an area")


def key(area: Area) -> str:
    """The same for two areas that say the same; of a tidy area."""
    match area.scope:
        case "territory":
            return f"territory:{area.territory_id}"
        case "part":
            return f"part:{area.part_id}"
        case "building":
            return f"building:{area.building_id}"
        case "street":
            return f"street:{area.street_id}"
        case "houses":
            return f"houses:{area.street_id}:{area.house_from}:{area.house_to}:{area.parity}"
    return "all"


def _houses(area: Area) -> Area:
    first, last = _house(area.house_from), _house(area.house_to)
    if not first and not last and not area.parity:
        raise BadDuty("houses need a first one, a last one, or a side of the street")
    if first and last and house_key(last) < house_key(first):
        raise BadDuty("the last house comes before the first")
    if area.parity not in ("", "odd", "even"):
        raise BadDuty("a side of the street is odd or even")
    street = _needed(area.street_id, "a street")
    return Area("houses", street_id=street, house_from=first, house_to=last, parity=area.parity)


def _house(text: str) -> str:
    if not text:
        return ""
    if house := normalise_house(text):
        return house
    raise BadDuty("a house number is expected")


def _needed(found: int | None, what: str) -> int:
    if found is None:
        raise BadDuty(f"this area needs {what}")
    return found
