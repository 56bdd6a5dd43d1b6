"""Places as plain values: a node of the territories' or the networks' tree, an address that was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kezek_register.names import LANGUAGES
from kezek_register.types import Building, Street

TERRITORY_KINDS = ("oblast", "community", "city", "district", "microdistrict")  # areas.TerritoryKind
NETWORK_KINDS = (
    "substation", "feeder", "heat_main", "boiler_house", "water_zone", "gas_zone", "other",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Node:
    """A territory, or a part of a network. `code`: the town's own; `parent`: a code, '' at the root; `path`: ids from
    the root down to its own."""

    id: int
    code: str
    kind: str  # one of TERRITORY_KINDS or NETWORK_KINDS
    names: dict[str, str]
    parent: str = ""
    path: tuple[int, ...] = ()
    version: int = 1


@dataclass(frozen=True, slots=True)
class AddressHit:
    """`house`: as the register writes it, '' when none was asked for; `building`: None when the register has no such
    house; `territory`: where it lies, in words; `flat`: when one was typed; `score`: 0..1."""

    street: Street
    house: str
    building: Building | None
    territory: str
    score: float
    flat: str = ""


def name_in(names: Mapping[str, str], language: str) -> str:
    """In that language, else in the first of kk, ru, uk, en, ko that there is."""
    for each in (language, *LANGUAGES):
        if name := names.get(each):
            return name
    return next(iter(names.values()), "")
