"""All rules of who answers for what, ready to be asked: the most special rule that covers a place wins. Pure.

The order is that of `areas.rank`: a building, houses of a street, a street, a part of a network, a territory, all; of
territories and of parts the deeper one. Of rules that are equally special the oldest answers and the others are told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from kezek_register.areas import Area, Place, covers
from kezek_register.duty_types import Answer, AssetKind, Duty, Organisation

_Where: TypeAlias = tuple[str, int]


class DutyBook:
    """A look takes some microseconds, however many rules there are: they are found by what they name.

    Rules of an organisation that is not active hold nowhere."""

    def __init__(
        self, organisations: Iterable[Organisation], kinds: Iterable[AssetKind], duties: Iterable[Duty]
    ) -> None:
        self.organisations = {one.code: one for one in organisations}
        self.by_id = {one.id: one for one in self.organisations.values()}
        self.kinds = tuple(kinds)
        self.duties = tuple(sorted(duties, key=lambda duty: duty.id))
        self.rules: dict[str, dict[_Where, list[Duty]]] = {}
        for duty in self.duties:
            holder = self.organisations.get(duty.organisation)
            if holder is not None and holder.active:
                self.rules.setdefault(duty.asset_kind, {}).setdefault(_named(duty.area), []).append(duty)

    def who(self, place: Place, asset_kind: str) -> Answer | None:
        """None where no rule covers the place."""
        rules = self.rules.get(asset_kind)
        if rules is None:
            return None
        for where in _from_the_special(place):
            found = [duty for duty in rules.get(where, ()) if covers(duty.area, place)]
            if found:
                first = found[0]
                others = tuple(duty for duty in found if duty.organisation != first.organisation)
                return Answer(self.organisations[first.organisation], first, others)
        return None

    def chain(self, code: str) -> tuple[Organisation, ...]:
        """The organisation and its heads up to the last; () for an unknown code. A ring ends where it began."""
        found: dict[str, Organisation] = {}
        one = self.organisations.get(code)
        while one is not None and one.code not in found:
            found[one.code] = one
            one = self.organisations.get(one.parent)
        return tuple(found.values())


def _named(area: Area) -> _Where:
    named = {
        "territory": area.territory_id,
        "part": area.part_id,
        "street": area.street_id,
        "houses": area.street_id,
        "building": area.building_id,
    }
    return area.scope, named.get(area.scope) or 0


def _from_the_special(place: Place) -> Iterator[_Where]:
    if place.building_id:
        yield "building", place.building_id
    if place.street_id:
        yield "houses", place.street_id
        yield "street", place.street_id
    # one that is named twice counts where it comes first, as in areas.rank
    yield from (("part", part) for part in reversed(dict.fromkeys(place.parts)))
    yield from (("territory", territory) for territory in reversed(dict.fromkeys(place.territories)))
    yield "all", 0
