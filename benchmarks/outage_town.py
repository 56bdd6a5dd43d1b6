"""Invented towns for `outage.py`: quarters, streets, houses, districts and what they hang on.

Quarters of 240 m; a fifth of them has blocks of flats (30 to 150 households each, three quarters of all households),
the others private houses. A street is a run of quarters' edges, odd numbers on its one side and even ones on the
other. The networks do not follow streets: each is the town cut in two again and again at any angle, with ragged edges.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

from kezek_register.areas import Area, Place, covers
from kezek_register.detection.types import Branch, Spot, Town

QUARTER_M = 240.0
PER_QUARTER = 115  # households, over the whole town
FLATS = 0.2  # of the quarters
NORTH, EAST = 51.1, 71.4  # degrees, of the south-west corner
RAGGED_M = 40.0  # how far an edge of a network's part strays
NO_COORDINATES = 0.03  # of the buildings, where the others have them


@dataclass(frozen=True, slots=True)
class Home:
    """A building as it is. `parts`: what it hangs on, whoever knows it."""

    street: int
    house: str
    households: int
    x: float  # metres to the east
    y: float  # and to the north
    territories: tuple[int, ...] = ()
    parts: tuple[int, ...] = ()


@dataclass
class Simulated:
    """A town as it is (`homes`, by index) and as the detector is told (`known`; a spot's index is its home's).
    `areas_of`: a network's or territories' node -> its homes; `kinds`: kind -> nodes."""

    homes: list[Home]
    known: Town
    paths: dict[int, tuple[int, ...]]  # street -> the territories that all of it lies in
    kinds: dict[str, list[int]]
    areas_of: dict[int, list[int]]
    streets: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_house: dict[tuple[int, str], int] = field(default_factory=dict)
    up_to: list[int] = field(default_factory=list)  # households of all homes up to this one

    def __post_init__(self) -> None:
        for index, home in enumerate(self.homes):
            self.streets[home.street].append(index)
            self.by_house[home.street, home.house] = index
        self.up_to = list(accumulate(home.households for home in self.homes))
        self.names = sorted(self.streets)

    @property
    def households(self) -> int:
        return self.up_to[-1]

    def lived_in(self, homes: Iterable[int]) -> int:
        return sum(self.homes[index].households for index in homes)

    def covered(self, areas: Sequence[Area]) -> set[int]:
        """The homes that lie in any of them, as the register knows the town."""
        found: set[int] = set()
        for area in areas:
            if area.scope == "all":
                return set(range(len(self.homes)))
            spots = self.known.spots
            if area.scope == "building":
                index = (area.building_id or 0) - 1
                found.update([index] if 0 <= index < len(spots) else [])
            elif area.scope in ("street", "houses"):
                found.update(i for i in self.streets.get(area.street_id or 0, ()) if covers(area, spots[i].place))
            else:
                node = area.territory_id if area.scope == "territory" else area.part_id
                found.update(i for i in self.areas_of.get(node or 0, ()) if covers(area, spots[i].place))
        return found


def simulated(households: int, seed: int, network: bool = True, coordinates: bool = True) -> Simulated:
    chance = random.Random(f"{seed}/{households}")  # noqa: S311 - a simulation
    tree = Tree(built(households, chance), chance)
    total = sum(home.households for home in tree.homes)
    feeding = _clamp(total / 4, 1_200, 9_000)

    def networks() -> None:
        tree.grown(("substation", "feeder"), feeding, _clamp(feeding / 10, 250, 700))
        tree.grown(("boiler_house", "heat_main"), 2 * feeding, _clamp(feeding / 6, 300, 1_500))
        tree.grown(("water_zone",), 1.5 * feeding)

    return simulated_of(with_parts(tree.homes, tree, chance, networks), tree, chance, network, coordinates)


def built(households: int, chance: random.Random) -> list[Home]:
    """About so many households, without territories and parts."""
    return _Builder(households, chance).homes


def with_parts(homes: list[Home], tree: Tree, chance: random.Random, networks: Callable[[], None]) -> list[Home]:
    """The same homes in a city with districts, hanging on what `networks` grows on the tree. It leaves the
    territories in `tree.territories`."""
    total = sum(home.households for home in homes)
    city = tree.node(list(range(len(homes))), "city", None)
    for district in tree.cut(range(len(homes)), _clamp(total / 2, 2_000, 30_000), "district", city, ragged=0):
        tree.cut(tree.areas_of[district], 2_500, "microdistrict", district, ragged=0)
    paths = tree.territories_end()
    networks()
    return [
        replace(home, territories=tuple(path), parts=tuple(trail))
        for home, path, trail in zip(homes, paths, tree.trails, strict=True)
    ]


def simulated_of(homes: list[Home], tree: Tree, chance: random.Random, network: bool, coordinates: bool) -> Simulated:
    """What is known of it: all addresses; the network and the coordinates as asked."""
    spots, paths = [], dict[int, tuple[int, ...]]()
    for building, home in enumerate(homes, 1):
        lat, lon = degrees(home.x, home.y)
        placed = chance.random() >= NO_COORDINATES and coordinates
        place = Place(home.street, home.house, building, home.territories, home.parts if network else ())
        spots.append(Spot(place, home.households, lat if placed else None, lon if placed else None))
        common = paths.setdefault(home.street, home.territories)
        paths[home.street] = tuple(a for a, b in zip(common, home.territories, strict=False) if a == b)
    known = Town(spots, tuple(tree.territories), tuple(tree.branches) if network else ())
    return Simulated(homes, known, paths, tree.kinds, tree.areas_of)


def degrees(x: float, y: float) -> tuple[float, float]:
    """Latitude and longitude of metres to the east and to the north of the corner."""
    return NORTH + y / 111_195, EAST + x / (111_195 * math.cos(math.radians(NORTH)))


def _clamp(value: float, least: float, most: float) -> float:
    return max(least, min(most, value))


class Tree:
    """Nodes with one count of ids, the homes of each, and the trail of each home from the root down."""

    def __init__(self, homes: list[Home], chance: random.Random) -> None:
        self.homes, self._chance, self._last = homes, chance, 0
        self.areas_of: dict[int, list[int]] = {}
        self.kinds: dict[str, list[int]] = defaultdict(list)
        self.territories: list[Branch] = []
        self.branches: list[Branch] = []
        self.trails: list[list[int]] = [[] for _ in homes]

    def territories_end(self) -> list[list[int]]:
        """What has grown so far are territories; what comes are networks. The trails so far."""
        self.territories, self.branches = self.branches, []
        trails, self.trails = self.trails, [[] for _ in self.homes]
        return trails

    def grown(self, kinds: tuple[str, ...], *most: float) -> None:
        """A tree over the whole town, a kind a level, of so many households at most."""
        for top in self.cut(range(len(self.homes)), most[0], kinds[0], None, RAGGED_M):
            for kind, size in zip(kinds[1:], most[1:], strict=True):
                self.cut(self.areas_of[top], size, kind, top, RAGGED_M)

    def cut(self, homes: Iterable[int], most: float, kind: str, parent: int | None, ragged: float) -> list[int]:
        return [self.node(piece, kind, parent) for piece in self._pieces(list(homes), most, ragged)]

    def node(self, homes: list[int], kind: str, parent: int | None) -> int:
        self._last += 1
        self.branches.append(Branch(self._last, parent, kind))
        self.areas_of[self._last] = homes
        self.kinds[kind].append(self._last)
        for index in homes:
            self.trails[index].append(self._last)
        return self._last

    def _pieces(self, homes: list[int], most: float, ragged: float) -> list[list[int]]:
        total = sum(self.homes[index].households for index in homes)
        if total <= most or len(homes) < 2:
            return [homes]
        along = self._longest(homes)
        ordered = sorted(homes, key=lambda index: along(index) + (self._chance.gauss(0, ragged) if ragged else 0))
        wanted, had, at = total * self._chance.uniform(0.38, 0.62), 0, 0
        while at < len(ordered) - 1 and (had < wanted or at == 0):
            had += self.homes[ordered[at]].households
            at += 1
        return self._pieces(ordered[:at], most, ragged) + self._pieces(ordered[at:], most, ragged)

    def _longest(self, homes: list[int]) -> Callable[[int], float]:
        """Along which of a few random directions they stretch farthest."""
        some = self._chance.sample(homes, min(40, len(homes)))
        best: tuple[float, float, float] = (-1.0, 1.0, 0.0)
        for _ in range(3):
            angle = self._chance.uniform(0, math.pi)
            cos, sin = math.cos(angle), math.sin(angle)
            at = [self.homes[index].x * cos + self.homes[index].y * sin for index in some]
            best = max(best, (max(at) - min(at), cos, sin))
        _, cos, sin = best
        return lambda index: self.homes[index].x * cos + self.homes[index].y * sin


class _Builder:
    def __init__(self, households: int, chance: random.Random) -> None:
        self.homes: list[Home] = []
        self._chance, self._last = chance, 0
        self._side = max(2, round(math.sqrt(households / PER_QUARTER)))
        self._flats = self._where_flats()
        for line in range(self._side + 1):
            self._street(line, across=False)
            self._street(line, across=True)
        for row in range(self._side):
            self._lanes(row)

    def _where_flats(self) -> set[tuple[int, int]]:
        """The quarters nearest to one of a few centres, with some noise: microdistricts of flats."""
        side, chance = self._side, self._chance
        centres = [(chance.uniform(0, side), chance.uniform(0, side)) for _ in range(max(1, side // 4))]
        cells = [(i, j) for i in range(side) for j in range(side)]
        far = {cell: min(math.dist(cell, at) for at in centres) + chance.gauss(0, 0.7) for cell in cells}
        return set(sorted(cells, key=lambda cell: far[cell])[: max(1, round(FLATS * len(cells)))])

    def _street(self, line: int, across: bool) -> None:
        at = 0
        while at < self._side:
            until = min(self._side, at + self._chance.randint(3, 10))
            self._last += 1
            numbers = [1, 2]
            for cell in range(at, until):
                for side, other in ((0, line), (1, line - 1)):
                    if 0 <= other < self._side:
                        self._edge((other, cell) if across else (cell, other), across, side, numbers)
                numbers = [(max(numbers) - 1) // 2 * 2 + 1, (max(numbers) + 1) // 2 * 2]
            at = until

    def _edge(self, cell: tuple[int, int], across: bool, side: int, numbers: list[int]) -> None:
        """The houses of a quarter's one edge, along the street. `side` 0: the quarter lies behind the line."""
        chance, flats = self._chance, cell in self._flats
        if flats:
            count = int(chance.random() < 0.7) if across else chance.choice((1, 2))
        else:
            count = chance.choice((0, 2, 3)) if across else chance.randint(8, 10)
        back = 25.0 if side == 0 else QUARTER_M - 25.0
        for n in range(count):
            along = (n + 0.5) / count * QUARTER_M + chance.gauss(0, 3)
            x, y = (back, along) if across else (along, back)
            self._build(cell, x, y, self._last, str(numbers[side]), flats)
            if flats and chance.random() < 0.25:  # a block in the yard has its number with a stroke
                self._build(cell, QUARTER_M / 2, chance.uniform(70, 170), self._last, f"{numbers[side]}/1", flats)
            numbers[side] += 2

    def _lanes(self, row: int) -> None:
        """A lane goes through the middle of neighbouring private quarters."""
        run, numbers = 0, [1, 2]
        for column in range(self._side):
            if (column, row) in self._flats or run == 6:
                run = 0
            if (column, row) in self._flats:
                continue
            if run == 0:
                self._last += 1
                numbers = [1, 2]
            run += 1
            for side in (0, 1):
                for n in range(count := self._chance.randint(8, 10)):
                    x, y = (n + 0.5) / count * QUARTER_M, QUARTER_M / 2 + (20 if side == 0 else -20)
                    self._build((column, row), x, y, self._last, str(numbers[side]), flats=False)
                    numbers[side] += 2

    def _build(self, cell: tuple[int, int], x: float, y: float, street: int, house: str, flats: bool) -> None:
        households = round(30 + 120 * self._chance.betavariate(1.3, 2.0)) if flats else 1
        self.homes.append(Home(street, house, households, cell[0] * QUARTER_M + x, cell[1] * QUARTER_M + y))
