"""The shapes of places: what the address search finds, territories, networks, and areas of them (docs/api.md)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from kezek_api.shapes import Shape, Short, StreetId, StreetView
from kezek_register.areas import Area, Parity, Scope

Id = Annotated[int, Field(ge=1, le=2**31 - 1)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]

_NEEDS: dict[Scope, tuple[str, ...]] = {
    "all": (),
    "territory": ("territory_id",),
    "part": ("part_id",),
    "street": ("street_id",),
    "houses": ("street_id",),
    "building": ("building_id",),
}


class AddressHit(Shape):
    """`street.name` and `territory` in the language of whoever asks; `house` as in the register, '' for the street;
    `building_id` null when the register does not know the house; `score`: 0..1, the nearest first; `flat`: when one was
    typed."""

    street: StreetView
    house: str
    building_id: int | None
    territory: str
    score: float
    flat: str = ""


class Addresses(Shape):
    addresses: tuple[AddressHit, ...]


class Node(Shape):
    """A territory or a part of a network, in its tree."""

    id: int
    code: str
    kind: str
    parent_id: int | None
    names: dict[str, str]


class Territories(Shape):
    territories: tuple[Node, ...]


class Networks(Shape):
    networks: tuple[Node, ...]


class BuildingView(Shape):
    id: int
    house: str
    entrances: int | None
    flats: int | None
    people: int | None
    lifts: int | None
    special_needs: str
    lon: float | None
    lat: float | None


class AreaView(Shape):
    """`title`: in words, in the language of whoever asks."""

    scope: Scope
    territory_id: int | None
    street_id: int | None
    building_id: int | None
    part_id: int | None
    house_from: str
    house_to: str
    parity: Parity
    title: str

    @classmethod
    def of(cls, value: Area, title: str = "") -> AreaView:
        return cls(
            scope=value.scope,
            territory_id=value.territory_id,
            street_id=value.street_id,
            building_id=value.building_id,
            part_id=value.part_id,
            house_from=value.house_from,
            house_to=value.house_to,
            parity=value.parity,
            title=title,
        )


class AreaIn(Shape):
    """Only what its scope needs is kept: `all`, `territory`, `part` (of a network), `street`, `houses` (of a street,
    `house_from` to `house_to`, '' is open-ended), `building`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"scope": "houses", "street_id": 3, "house_from": "2", "house_to": "10", "parity": "even"},
                {"scope": "territory", "territory_id": 2},
            ]
        }
    )

    scope: Scope
    territory_id: Id | None = None
    street_id: StreetId | None = None
    building_id: Id | None = None
    part_id: Id | None = None
    house_from: Short = ""
    house_to: Short = ""
    parity: Literal["", "odd", "even"] = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if missing := [name for name in _NEEDS[self.scope] if getattr(self, name) is None]:
            raise ValueError(f"a {self.scope} needs {missing[0]}")
        return self

    def area(self) -> Area:
        needed = {name: getattr(self, name) for name in _NEEDS[self.scope]}
        if self.scope == "houses":
            needed |= {"house_from": self.house_from.strip(), "house_to": self.house_to.strip(), "parity": self.parity}
        return Area(self.scope, **needed)


class Spot(Shape):
    """A building on the editor's map; `territories` and `parts` from the root down, so that a page can tell by itself
    which of them an area takes in."""

    id: int
    street_id: int
    street: str
    house: str
    territories: tuple[int, ...]
    parts: tuple[int, ...]
    people: int | None
    special_needs: str
    lon: float
    lat: float


class Spots(Shape):
    """`whole`: there are no more in that box."""

    buildings: tuple[Spot, ...]
    whole: bool


class Point(Shape):
    """GeoJSON, WGS 84."""

    type: Literal["Point"] = "Point"
    coordinates: tuple[float, float]  # longitude, latitude


class HouseOnMap(Shape):
    street_id: int
    street: str
    house: str
    people: int | None
    special_needs: str


class HouseFeature(Shape):
    type: Literal["Feature"] = "Feature"
    id: int  # of the building
    geometry: Point
    properties: HouseOnMap


class HouseMap(Shape):
    """A GeoJSON FeatureCollection of buildings; `whole`: there are no more."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: tuple[HouseFeature, ...]
    whole: bool
