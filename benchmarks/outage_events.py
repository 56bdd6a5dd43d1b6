"""Real outages replayed: GeoJSON points as utilities publish them, and a town generated around them.

Each feature is a Point with the properties StartTime (ISO 8601, or milliseconds since 1970), CustomersAffected,
Substation and Feeder, in any spelling (START_TIME, customersAffected); Substation, Feeder and StartTime may be missing.
Around each point stands a quarter of twice as many households; those nearest to the point are without power. A named
feeder feeds them and up to half as many more. Days without an event are left out; hours of the day stay.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from outage_faults import LEAST_HOUSEHOLDS, Fault
from outage_rows import VARIANTS, Asked, Result, results
from outage_runs import APART_H, told
from outage_town import Home, Simulated, Tree, built, simulated_of, with_parts
from outage_traffic import START, Line

MOST_EVENTS, MOST_CUSTOMERS = 400, 50_000
METRES = 111_195.0  # in a degree of latitude


class BadEvents(ValueError):
    """The file is no list of events; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Event:
    """`at` is None where the file does not say. `x`, `y`: metres from the events' middle."""

    at: datetime | None
    customers: int
    x: float
    y: float
    substation: str = ""
    feeder: str = ""


def replayed(file: str, asked: Asked) -> list[Result]:
    """Raises BadEvents."""
    found = events(Path(file))
    answers: list[Result] = []
    for variant in VARIANTS:
        chance = random.Random(f"{asked.seed}/{Path(file).name}")  # noqa: S311 - a simulation
        town, areas = town_around(found, chance, variant)
        faults = [
            (_fault(town, event, homes, chance), begins)
            for event, homes, begins in zip(found, areas, _times(found, chance), strict=True)
        ]
        line = Line(town, f"{asked.seed}/line")
        answers += results(town, variant, told(town, line, faults, asked.seed, chance), asked)
    return answers


def events(path: Path) -> list[Event]:
    """In the order of their time. Raises BadEvents."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadEvents(f"{path}: {error.strerror}") from error
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise BadEvents(f"{path}: no JSON: {error}") from error
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list):
        raise BadEvents(f"{path}: a GeoJSON FeatureCollection with a list of features is wanted")
    if not 0 < len(features) <= MOST_EVENTS:
        raise BadEvents(f"{path}: 1 to {MOST_EVENTS} features are wanted, these are {len(features)}")
    points = [_point(feature, f"{path}: feature {number}") for number, feature in enumerate(features, 1)]
    middle_lon, middle_lat = (sum(point[axis] for point in points) / len(points) for axis in (0, 1))
    across = METRES * math.cos(math.radians(middle_lat))
    found = [
        _event(feature, (lon - middle_lon) * across, (lat - middle_lat) * METRES, f"{path}: feature {number}")
        for number, (feature, (lon, lat)) in enumerate(zip(features, points, strict=True), 1)
    ]
    return sorted(found, key=lambda event: event.at or datetime.min.replace(tzinfo=UTC))


def town_around(found: list[Event], chance: random.Random, variant: str) -> tuple[Simulated, list[list[int]]]:
    """The town, and of each event the homes that it takes."""
    homes: list[Home] = []
    areas, fed = [], []
    for event in found:
        near = _nearest(homes, event, 2 * event.customers)
        if near is None:
            homes += _quarter(event, chance, 1 + max((home.street for home in homes), default=0))
            near = _nearest(homes, event, 2 * event.customers) or list(range(len(homes)))
        areas.append(_until(homes, near, event.customers))
        fed.append(_until(homes, near, round(event.customers * chance.uniform(1.0, 1.5))))
    tree = Tree(homes, chance)
    whole = with_parts(homes, tree, chance, lambda: _named(tree, found, fed))
    return simulated_of(whole, tree, chance, variant == "tree", variant != "no coordinates"), areas


def _named(tree: Tree, found: list[Event], fed: list[list[int]]) -> None:
    """Substations and feeders by their names; what is left hangs on feeders that are nobody's."""
    of: dict[int, tuple[str, str]] = {}
    for event, homes in zip(found, fed, strict=True):
        if event.feeder or event.substation:
            for index in homes:
                of.setdefault(index, (event.substation or f"of {event.feeder}", event.feeder))
    by_station: dict[str, dict[str, list[int]]] = {}
    for index, (station, feeder) in of.items():
        by_station.setdefault(station, {}).setdefault(feeder, []).append(index)
    for feeders in by_station.values():
        node = tree.node([index for homes in feeders.values() for index in homes], "substation", None)
        for feeder, homes in feeders.items():
            if feeder:
                tree.node(homes, "feeder", node)
    rest = [index for index in range(len(tree.homes)) if index not in of]
    for node in tree.cut(rest, 5_000, "substation", None, ragged=40) if rest else ():
        tree.cut(tree.areas_of[node], 500, "feeder", node, ragged=40)


def _quarter(event: Event, chance: random.Random, street: int) -> Iterator[Home]:
    homes = built(max(500, round(2.5 * event.customers)), chance)
    middle_x, middle_y = (sum(values) / len(homes) for values in zip(*((h.x, h.y) for h in homes), strict=True))
    for home in homes:
        x, y = home.x - middle_x + event.x, home.y - middle_y + event.y
        yield replace(home, street=street + home.street, x=x, y=y)


def _nearest(homes: list[Home], event: Event, households: int) -> list[int] | None:
    """Homes by their distance, when so many households live within a town's distance; else None."""
    reach = 300 + 30 * math.sqrt(event.customers)  # about the side of a quarter of that size
    far = {index: math.dist((home.x, home.y), (event.x, event.y)) for index, home in enumerate(homes)}
    near = sorted((index for index, metres in far.items() if metres < reach), key=far.__getitem__)
    return near if sum(homes[index].households for index in near) >= min(households, 500) else None


def _until(homes: list[Home], ordered: list[int], households: int) -> list[int]:
    found, had = [], 0
    for index in ordered:
        # a block of flats that would make it much too large stays out
        if found and had + homes[index].households > 1.2 * households:
            continue
        found.append(index)
        had += homes[index].households
        if had >= households:
            break
    return found


def _fault(town: Simulated, event: Event, homes: list[int], chance: random.Random) -> Fault:
    households = town.lived_in(homes)
    kind = "event" if households >= LEAST_HOUSEHOLDS else "small event"
    share = math.exp(chance.uniform(math.log(0.01), math.log(0.10)))
    return Fault(kind, "electricity", frozenset(homes), households, share, chance.random() < 0.5)


def _times(found: list[Event], chance: random.Random) -> list[datetime]:
    """Two days at most lie between two events, and where nobody knows when they were, half a day."""
    at, before, times = START + timedelta(days=1), None, []
    for event in found:
        if event.at is None:
            at += timedelta(hours=APART_H + chance.uniform(0, 6))
        elif before is None:
            at += event.at - event.at.replace(hour=0, minute=0, second=0, microsecond=0)
        else:
            gap = event.at - before
            at += gap if gap < timedelta(days=1) else timedelta(days=1) + gap % timedelta(days=1)
        before = event.at or before
        times.append(at)
    return times


def _point(feature: Any, where: str) -> tuple[float, float]:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        raise BadEvents(f"{where}: its geometry is no Point")
    place = geometry.get("coordinates")
    if not isinstance(place, list) or len(place) < 2 or not all(_is_number(value) for value in place[:2]):
        raise BadEvents(f"{where}: its coordinates are no longitude and latitude")
    lon, lat = float(place[0]), float(place[1])
    if not (-180 <= lon <= 180 and -85 <= lat <= 85):
        raise BadEvents(f"{where}: {lon}, {lat} is no longitude and latitude (of a town)")
    return lon, lat


def _event(feature: dict[str, Any], x: float, y: float, where: str) -> Event:
    properties = feature.get("properties")
    if not isinstance(properties, dict):
        raise BadEvents(f"{where}: it has no properties")
    said = {"".join(letter for letter in name.lower() if letter.isalnum()): each for name, each in properties.items()}
    customers = said.get("customersaffected")
    try:
        count = int(str(customers).replace(",", ""))
    except ValueError:
        raise BadEvents(f"{where}: CustomersAffected is no number: {customers!r}") from None
    if not 0 < count <= MOST_CUSTOMERS:
        raise BadEvents(f"{where}: CustomersAffected is not within 1 and {MOST_CUSTOMERS}: {count}")
    return Event(
        _time(said.get("starttime"), where), count, x, y, *(_name(said.get(n)) for n in ("substation", "feeder"))
    )


def _time(said: Any, where: str) -> datetime | None:
    if said in (None, ""):
        return None
    try:
        if _is_number(said) or str(said).isdigit():
            return datetime.fromtimestamp(int(said) / 1000, UTC)
        at = datetime.fromisoformat(str(said))
    except (ValueError, OverflowError, OSError):
        raise BadEvents(f"{where}: StartTime is neither ISO 8601 nor milliseconds since 1970: {said!r}") from None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _name(said: Any) -> str:
    return "" if said is None else str(said).strip()
