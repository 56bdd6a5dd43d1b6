"""House, flat, entrance and floor beside their words or beside a street, and all else that numbers say. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from .conflicts import weighed
from .corrections import markers, skip, without_negated
from .counted import Counted, item_at
from .digits import Digits
from .durations import Durations
from .found import Found
from .item import Item
from .landmarks import Landmarks
from .lexer import Lexer
from .packs import Pack
from .pairing import PLACES, Element, Pairing
from .runs import Part, Run, Runs, single_digits
from .streets import StreetHit
from .types import MentionKind

__all__ = ["Found", "Places"]
_DOUBTFUL_LETTER = 0.75  # fit: a flat that sure has no letter
_BESIDE = frozenset({"street", "filler", "correction"})  # between a street and its house
_ASIDE = 0.65  # at most, for a house that is not by the street, when another number is
_BEFORE_STREET = 0.7  # how surely a number before a street is its house, where houses stand behind it
_AFTER_NAMELESS = 0.75  # at most, for a number right behind another one that is nothing
_MOST: dict[MentionKind, int] = {"house": 9999, "flat": 9999, "entrance": 60, "floor": 130}


class Places:
    def __init__(self, pack: Pack, lexer: Lexer) -> None:
        self._pack = pack
        self._lexer = lexer
        self._pairing = Pairing(pack, lexer)
        self._runs = Runs(pack, lexer)
        self._digits = Digits(pack)
        self._landmarks = Landmarks(pack)
        self._durations = Durations(pack)
        self._counted = Counted(pack, lexer.doubts)

    def find(self, items: Sequence[Item], streets: Sequence[StreetHit], *, bare: bool = False) -> list[Found]:
        """What is said about the place; `bare`: a number without any cue is a house (the answer to 'which house?')."""
        items = without_negated(items, self._pack)
        beside = [*self._landmarks.find(items, streets), *self._durations.find(items)]
        theirs = {place for each in beside for place in range(each.first, each.last + 1)}
        street_at = {place: hit for hit in streets for place in range(hit.first, hit.last + 1)}
        runs = [run for run in self._runs.find(items, set(street_at)) if run.parts[0].first not in theirs]
        long, short = self._apart(items, runs, street_at)
        parts = [part for run in short for part in single_digits(run.parts) if not self._counted.counts(items, part)]
        starts = [part.start for part in parts]
        corrected = markers(items, starts)
        elements = self._elements(items, parts, street_at, corrected)
        found = self._named(items, elements, street_at, corrected)
        if bare and not found and parts:
            found = [self._found("house", parts[0], 1.0)]
        corrected = sorted({*corrected, *markers(items, [item_at(items, each.first) for each in beside])})
        return weighed(items, self._latest(items, [*found, *long, *beside], corrected), corrected, self._pack)

    def _apart(
        self, items: Sequence[Item], runs: Sequence[Run], street_at: dict[int, StreetHit]
    ) -> tuple[list[Found], list[Run]]:
        """Telephones and accounts, and the runs that are neither."""
        long: list[Found] = []
        short: list[Run] = []
        latest: Found | None = None
        for run in self._joined(items, runs):
            ahead = skip(items, run.parts[0].start - 1, -1, {"filler", "street"})
            beside = ahead >= 0 and (items[ahead].kind in PLACES or items[ahead].last in street_at)
            one = self._digits.find(items, run, latest, beside_place=beside)
            if one is None:
                short.append(run)
                latest = None
                continue
            if one.correction and latest is not None:
                long.remove(latest)
            long.append(one)
            latest = one
        return long, short

    def _joined(self, items: Sequence[Item], runs: Sequence[Run]) -> list[Run]:
        """Behind the word for a telephone or an account: digits that a short word parts are one row."""
        joined: list[Run] = []
        for run in runs:
            last = joined[-1] if joined else None
            gap = items[last.parts[-1].end + 1 : run.parts[0].start] if last is not None else ()
            if last is not None and 1 <= len(gap) <= 2 and self._digits.goes_on(items, last, gap):
                said = all(item.text in self._pack.hesitations for item in gap)
                parts = last.parts if said else tuple(replace(part, fit=part.fit * 0.7) for part in last.parts)
                joined[-1] = replace(last, parts=parts + run.parts)
            else:
                joined.append(run)
        return joined

    def _elements(
        self, items: Sequence[Item], parts: Sequence[Part], street_at: dict[int, StreetHit], corrected: Sequence[int]
    ) -> list[Element]:
        inside = {at for part in parts for at in range(part.start, part.end + 1)}
        elements = [
            Element(at, at, item, None)
            for at, item in enumerate(items)
            if item.kind in PLACES and at not in inside and item.first not in street_at
        ]
        for part in parts:
            beside = self._street_beside(items, part, street_at)
            alone = 0.8 if beside > _BEFORE_STREET or self._corrects(items, part, corrected) else beside / 2
            elements.append(Element(part.start, part.end, None, part, alone))
        return sorted(elements, key=lambda element: element.at)

    def _named(
        self,
        items: Sequence[Item],
        elements: Sequence[Element],
        street_at: dict[int, StreetHit],
        corrected: Sequence[int],
    ) -> list[Found]:
        """The numbers with the kind that each is paired with; then those beside a street, and those that follow."""
        cue_of = {part.start: cue for part, cue in self._pairing.pairs(items, elements)}
        parts = [element.part for element in elements if element.part is not None]
        for one, other in pairwise(parts):
            joined = one.end + 2 == other.start and items[one.end + 1].text in self._pack.joins
            if joined and one.start not in cue_of and other.start in cue_of and one.ordinal == other.ordinal:
                cue_of[one.start] = cue_of[other.start]  # 'оныншы және он екінші үй'
        with_house = any(self._is_house(cue_of, part) for part in parts)
        houses = [part for part in parts if self._is_house(cue_of, part)]
        if houses and not any(self._by_street(items, part, street_at) for part in houses):
            with_house = False  # 'у соседей в доме пять ..., а мы на Абая десять': both are, and neither is sure
            if any(part not in houses and self._street_beside(items, part, street_at) for part in parts):
                cue_of |= {part.start: ("house", _ASIDE) for part in houses}
        with_flat = any(kind == "flat" for kind, _ in cue_of.values())
        found: list[Found] = []
        last: MentionKind | None = None
        before: Part | None = None
        nameless = False  # the number before it has no kind
        for part in parts:
            kind, fit = self._kind(items, part, cue_of, street_at, corrected, last, with_house)
            beside = before is not None and before.end + 1 == part.start
            if kind is None and beside and before is not None and before.text == part.text:
                continue  # said twice
            if kind is None and found and beside:
                torn = with_flat or last != "house" or part.fit < 0.64 or part.ordinal
                found[-1] = replace(found[-1], confidence=found[-1].confidence * (0.6 if torn else 0.8))
                if not torn:  # a flat: 'Abay forty-five twelve'
                    kind, fit = "flat", 0.65
            elif kind is not None and beside and nameless:
                fit = min(fit, _AFTER_NAMELESS)  # 'тринадцать седьмая квартира' may be the thirty-seventh
            if kind is not None:
                found.append(self._found(kind, part, fit))
                last = kind
            before, nameless = part, kind is None
        if self._pack.house_before_street:
            found = self._house_of_street(items, found, street_at)
        return [each for each in found if not self._counted.between(items, each)]

    @staticmethod
    def _house_of_street(items: Sequence[Item], found: Sequence[Found], street_at: dict[int, StreetHit]) -> list[Found]:
        """'our flat seven Mill Lane': a flat, or a house before its street; a house when another flat is named."""
        flats = {each.value for each in found if each.kind == "flat"}
        house = any(each.kind == "house" for each in found)
        settled = []
        for each in found:
            if each.kind == "flat" and not house and each.last + 1 in street_at:
                kind: MentionKind = "house" if len(flats) > 1 else "flat"
                each = replace(each, kind=kind, confidence=min(each.confidence, _AFTER_NAMELESS))
            settled.append(each)
        return settled

    def _kind(
        self,
        items: Sequence[Item],
        part: Part,
        cue_of: dict[int, tuple[MentionKind, float]],
        street_at: dict[int, StreetHit],
        corrected: Sequence[int],
        last: MentionKind | None,
        with_house: bool,
    ) -> tuple[MentionKind | None, float]:
        if part.house:
            return "house", 1.0
        if part.start in cue_of:
            return cue_of[part.start]
        if last is not None and self._corrects(items, part, corrected):
            return last, 0.95
        if not with_house:
            fit = self._street_beside(items, part, street_at) or self._likely_house(items, part)
            if fit:
                return "house", fit
        elif with_house and self._street_beside(items, part, street_at) > _BEFORE_STREET:
            return "house", _AFTER_NAMELESS  # and another one has the word: neither is sure
        if self._own_flat(items, part):
            return "flat", 0.75
        return None, 0.0

    def _own_flat(self, items: Sequence[Item], part: Part) -> bool:
        """'мы в тридцать девятой', 'мою сорок четвёртую'."""
        at = part.start - 1
        while (
            at >= 0 and items[at].kind == "filler" and len(items[at].text) == 1 and items[at].text not in self._pack.own
        ):
            at -= 1
        said = items[part.end].text
        return part.ordinal and at >= 0 and items[at].text in self._pack.own and said.endswith(self._pack.own_endings)

    def _by_street(self, items: Sequence[Item], part: Part, street_at: dict[int, StreetHit]) -> bool:
        """Whether a street stands beside the house, on either side."""
        for rest in (items[: part.start][::-1], items[part.end + 1 :]):
            for item in rest:
                if item.first in street_at:
                    return True
                if item.kind == "word" and item.text not in self._pack.joins:
                    break
        return False

    @staticmethod
    def _is_house(cue_of: dict[int, tuple[MentionKind, float]], part: Part) -> bool:
        return part.house or (part.start in cue_of and cue_of[part.start][0] == "house")

    def _found(self, kind: MentionKind, part: Part, fit: float) -> Found:
        lettered = kind == "flat" and part.suffix.isalpha()
        if part.fit <= _DOUBTFUL_LETTER:  # 'квартира пять, а воды нет'
            lettered = False
        value = part.text if kind == "house" or lettered else str(part.value)
        return Found(kind, value, part.fit * part.spoken * fit, part.first, part.last)

    def _street_beside(self, items: Sequence[Item], part: Part, street_at: dict[int, StreetHit]) -> float:
        """How surely a number without a word is the house of the street beside it; 0 when there is none."""
        ahead = part.start - 1
        while ahead >= 0 and items[ahead].kind in _BESIDE and items[ahead].last not in street_at:
            ahead -= 1
        hit = street_at.get(items[ahead].last) if ahead >= 0 else None
        if hit is not None and hit.last < part.first:
            return 0.97 if hit.beside_cue or hit.ends_in_house else 0.9
        beyond = skip(items, part.end + 1, 1, {"filler"} if self._pack.house_before_street else {"filler", "street"})
        hit = street_at.get(items[beyond].first) if beyond < len(items) else None
        if hit is None or hit.last <= part.last:
            return 0.0
        return (
            0.95 if self._pack.house_before_street else _BEFORE_STREET if self._opens(items, part, street_at) else 0.0
        )

    @staticmethod
    def _opens(items: Sequence[Item], part: Part, street_at: dict[int, StreetHit]) -> bool:
        """Whether this number stands before the street, and none behind it: 'сорок пять улица Попова'."""
        last = max(street_at, default=0)
        after = next((at for at, item in enumerate(items) if item.first > last), len(items))
        beyond = skip(items, after, 1, {"filler", "street"})
        return beyond >= len(items) or items[beyond].kind not in ("number", "house")

    def _likely_house(self, items: Sequence[Item], part: Part) -> float:
        """How surely it is a house where no street of the town is: behind a street that is not in the list ('улица
        заречная пять'), or before a flat ('... пять, квартира два')."""
        at = skip(items, part.start - 1, -1, {"filler"})
        words = 0
        while at >= 0 and items[at].kind == "word" and words < 2:
            at, words = at - 1, words + 1
        if at >= 0 and items[at].kind == "street" and bool(words) != self._pack.street_before_cue:
            return 0.7
        flat = skip(items, part.end + 1, 1, {"filler"})
        number = skip(items, flat + 1, 1, {"filler"})
        before_flat = number < len(items) and items[flat].kind == "flat" and items[number].kind == "number"
        if before_flat and not part.start and not part.ordinal and not self._pack.number_before_cue:
            return _BEFORE_STREET  # 'шестьдесят два квартира семь улица Ростовская'
        return 0.55 if before_flat and words else 0.0

    @staticmethod
    def _corrects(items: Sequence[Item], part: Part, corrected: Sequence[int]) -> bool:
        return skip(items, part.start - 1, -1, {"filler"}) in corrected

    def _latest(self, items: Sequence[Item], found: Sequence[Found], corrected: Sequence[int]) -> list[Found]:
        """Without what was said before a correction, where the same was said after it."""
        borders = [items[at].first for at in corrected]
        kept = []
        for one in found:
            again = (other for other in found if other.kind == one.kind and other.first > one.last)
            if any(one.last < border <= other.first for other in again for border in borders):
                continue
            earlier = any(
                other.kind == one.kind and other.last < border <= one.first for other in found for border in borders
            )
            kept.append(replace(one, correction=True) if earlier else one)
        return [one for one in kept if one.kind not in _MOST or 0 < int(_leading(one.value)) <= _MOST[one.kind]]


def _leading(value: str) -> str:
    """The digits a value starts with."""
    end = 0
    while end < len(value) and value[end].isdecimal():
        end += 1
    return value[:end] or "0"
