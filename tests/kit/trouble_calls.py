"""A small town with calls about its heating, for tests of detection."""

from datetime import UTC, datetime, timedelta

from kezek_register.areas import Place
from kezek_register.detection.detector import MassOutages
from kezek_register.detection.types import Branch, DetectionSettings, Spot, Suspicion, Town, TroubleReport
from kezek_register.detection.usual import HouseholdsUsual

NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)
HOMES = 40
STREETS, HOUSES = 12, 20


def town(network: bool = True, ground: bool = True) -> Town:
    """12 streets of 20 blocks with 40 households each; a feeder has two streets, a substation six."""
    spots = []
    for street in range(1, STREETS + 1):
        parts = (100 + (street - 1) // 6, 200 + (street - 1) // 2) if network else ()
        for house in range(1, HOUSES + 1):
            place = Place(street, str(house), street * 100 + house, (1, 2 + (street - 1) // 6), parts)
            lat, lon = (51.1 + street * 0.0012, 71.4 + house * 0.0008) if ground else (None, None)
            spots.append(Spot(place, HOMES, lat, lon))
    territories = (Branch(1, None, "city"), Branch(2, 1, "district"), Branch(3, 1, "district"))
    feeders = [Branch(200 + n, 100 + n // 3, "feeder") for n in range(6)]
    parts_of = (Branch(100, None, "substation"), Branch(101, None, "substation"), *feeders)
    return Town(tuple(spots), territories, parts_of if network else ())


TOWN = town()


def detector(of: Town = TOWN, **settings: float) -> MassOutages:
    return MassOutages(of, DetectionSettings(**settings), HouseholdsUsual(STREETS * HOUSES * HOMES))  # type: ignore[arg-type]


def report(n: int, street: int, house: int, after_s: float, of: Town = TOWN, **more: object) -> TroubleReport:
    place = of.spots[(street - 1) * HOUSES + house - 1].place if house else Place(street)
    told = {"key": f"call:{n}", "party": f"household:{n}", "source": "call", "topic": "heating", **more}
    return TroubleReport(at=NOON + timedelta(seconds=after_s), place=place, **told)  # type: ignore[arg-type]


def of_house(
    count: int, street: int = 3, house: int = 5, first: int = 0, begins: float = 0, **more: object
) -> list[TroubleReport]:
    return [report(first + n, street, house, begins + 30 * n, **more) for n in range(count)]


def of_streets(
    count: int, streets: tuple[int, ...], first: int = 0, begins: float = 0, **more: object
) -> list[TroubleReport]:
    """Everywhere on them."""
    return [
        report(first + n, streets[n % len(streets)], 1 + 7 * (n // len(streets)) % HOUSES, begins + 15 * n, **more)
        for n in range(count)
    ]


def told(found: MassOutages, reports: list[TroubleReport]) -> list[Suspicion]:
    changed: list[Suspicion] = []
    for one in reports:
        changed += found.report(one)
    return changed
