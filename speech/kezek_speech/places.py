"""House, flat, entrance, floor, telephone and account out of the items of a sentence. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .corrections import skip, without_negated
from .durations import durations
from .found import Found
from .landmarks import Landmarks
from .lexer import Item, Lexer
from .numbers import Number, numbers_at
from .packs import Pack
from .streets import StreetHit
from .types import MentionKind

_PLACES: dict[str, MentionKind] = {"house": "house", "flat": "flat", "entrance": "entrance", "floor": "floor"}
__all__ = ["Found", "Places"]
_LONG = 5  # digits: more than a house or a flat has


@dataclass(frozen=True, slots=True)
class _Run:
    """Numbers said in a row, and what belongs to them: '12/2', '7а', '6к2'."""

    numbers: tuple[Number, ...]
    suffix: str
    confidence: float
    start: int  # items, both inclusive
    end: int
    first: int  # tokens, both inclusive
    last: int
    correction: bool
    plus: bool

    @property
    def digits(self) -> str:
        return "".join(str(number.value) for number in self.numbers)


class Places:
    def __init__(self, pack: Pack, lexer: Lexer) -> None:
        self._pack = pack
        self._lexer = lexer
        self._landmarks = Landmarks(pack)
        self._phone = re.compile(pack.phone_numbers)

    def find(self, items: Sequence[Item], streets: Sequence[StreetHit], *, bare: bool = False) -> list[Found]:
        """What is said about the place; `bare`: a number without any cue is a house (the answer to 'which house?')."""
        items = without_negated(items, self._pack)
        street_at = {place: hit for hit in streets for place in range(hit.first, hit.last + 1)}
        beside = [*self._landmarks.find(items, streets), *durations(items, self._pack)]
        theirs = {place for each in beside for place in range(each.first, each.last + 1)}
        runs = [run for run in self._runs(items, street_at) if run.first not in theirs]
        found: list[Found] = []
        used: set[int] = set()
        last_kind: MentionKind | None = None
        for index, run in enumerate(runs):
            following = runs[index + 1] if index + 1 < len(runs) else None
            new = self._long(items, run, used) or self._placed(items, run, following, street_at, used, last_kind, found)
            if not new and bare and not found and not self._counts(items, run):
                new = self._expand("house", run, 1.0)
            found += new
            last_kind = new[-1].kind if new else last_kind
        return [*found, *beside]

    def _runs(self, items: Sequence[Item], street_at: dict[int, StreetHit]) -> Iterator[_Run]:
        at = 0
        while at < len(items):
            if items[at].kind != "number" or items[at].first in street_at:
                at += 1
                continue
            numbers = [n for n in numbers_at(items, at, self._pack) if items[n.end].last not in street_at]
            if not numbers:
                at += 1
                continue
            if len(numbers) > 1 and self._has_own(items, numbers[-1]):
                numbers.pop()
            suffix, end = self._suffix(items, numbers[-1].end + 1)
            used = items[at : end + 1]
            fit = min(number.fit for number in numbers)
            for item in used:
                fit *= item.fit
            spoken = min(item.confidence for item in used)
            fit *= self._doubt(items, end + 1, street_at)
            before = items[at - 1].kind if at else ""
            yield _Run(
                tuple(numbers),
                suffix,
                spoken * fit,
                at,
                end,
                items[at].first,
                items[end].last,
                self._corrects(items, at),
                before == "plus",
            )
            at = end + 1

    def _has_own(self, items: Sequence[Item], number: Number) -> bool:
        """'house five, second entrance', 'flat twelve, three days': the last number is not the place's."""
        after = items[number.end + 1].kind if number.end + 1 < len(items) else ""
        return after == "unit" or (number.ordinal and after in _PLACES)

    def _suffix(self, items: Sequence[Item], at: int) -> tuple[str, int]:
        """What follows a house's number, and the last item of it."""
        if at >= len(items):
            return "", at - 1
        item = items[at]
        following = items[at + 1] if at + 1 < len(items) else None
        if item.kind in ("fraction", "corpus") and following is not None and following.kind == "number":
            number = numbers_at(items, at + 1, self._pack)[0]
            more, end = self._suffix(items, number.end + 1) if item.kind == "fraction" else ("", number.end)
            return ("/" if item.kind == "fraction" else "к") + str(number.value) + more, end
        letter = self._pack.letters.get(item.text)
        if letter is None or not self._is_letter(item, following):
            return "", at - 1
        more, end = self._suffix(items, at + 1)
        return (letter + more, end) if more.startswith("к") else (letter, at)

    def _is_letter(self, item: Item, following: Item | None) -> bool:
        """'7 в', but not in 'дом семь в третьем подъезде': a preposition has its noun behind it."""
        if item.kind not in ("filler", "but") or following is None:
            return True
        if item.kind == "but":
            return following.kind != "number"
        return (
            item.text not in ("у", "на", "по", "a")
            and following.kind in ("flat", "corpus")
            and following.text[-1:] == "а"
        )

    def _doubt(self, items: Sequence[Item], after: int, street_at: dict[int, StreetHit]) -> float:
        """Less than 1 when the next word may have been one more number, heard badly."""
        if (
            after >= len(items)
            or items[after].kind != "word"
            or items[after].first in street_at
            or len(items[after].text) < 3
        ):
            return 1.0
        if self._lexer.near_number(items[after].text):
            return 0.65
        beyond = items[after + 1].kind if after + 1 < len(items) else ""
        return 0.75 if beyond in ("house", "flat", "corpus", "fraction") else 1.0

    def _long(self, items: Sequence[Item], run: _Run, used: set[int]) -> list[Found]:
        """A telephone or an account number: many digits, and the nearest cue before them tells which."""
        digits = run.digits
        if run.suffix or len(digits) < _LONG or len(run.numbers) < 2:
            return []
        cue = next(
            (
                items[at]
                for at in range(run.start - 1, max(-1, run.start - 9), -1)
                if items[at].kind in ("phone", "account", "other")
            ),
            None,
        )
        kind = cue.kind if cue is not None else ""
        if kind == "other" or (cue is not None and id(cue) in used):
            return []
        if cue is not None:
            used.add(id(cue))
        certain = run.confidence * (1.0 if all(number.fit == 1.0 for number in run.numbers) else 0.8)
        whole = self._phone.fullmatch(("+" if run.plus else "") + digits) is not None
        value = ("+" if run.plus else "") + digits
        if kind == "account":
            return [Found("account", digits, certain * (cue.fit if cue else 1.0), run.first, run.last, run.correction)]
        if kind == "phone":
            return [Found("phone", value, certain * (1.0 if whole else 0.5), run.first, run.last, run.correction)]
        if whole and len(digits) >= 10:
            return [Found("phone", value, certain * 0.85, run.first, run.last, run.correction)]
        return [Found("account", digits, certain * 0.5, run.first, run.last, run.correction)]

    def _placed(
        self,
        items: Sequence[Item],
        run: _Run,
        following: _Run | None,
        street_at: dict[int, StreetHit],
        used: set[int],
        last_kind: MentionKind | None,
        found: Sequence[Found],
    ) -> list[Found]:
        """House, flat, entrance or floor, by the cue beside the number or by the street beside it."""
        if self._counted(items, run):
            return []
        before, after = self._cue_before(items, run.start), self._cue_after(items, run.end)
        free_before = before is not None and id(before) not in used
        number = run.numbers[-1]
        behind = self._pack.number_before_cue or number.ordinal
        if (
            after is not None
            and behind
            and (number.ordinal or not free_before or not self._belongs(items, after, following))
        ):
            used.add(id(after))
            return self._expand(_PLACES[after.kind], run, after.fit)
        if before is not None and free_before:
            used.add(id(before))
            return self._expand(_PLACES[before.kind], run, before.fit)
        if self._counts(items, run):
            return []
        if run.correction and last_kind is not None:
            kinds = [last_kind]
            return [replace(each, correction=True) for each in self._expand(kinds[0], run, 0.95)]
        return self._beside_street(items, run, street_at, found)

    def _beside_street(
        self, items: Sequence[Item], run: _Run, street_at: dict[int, StreetHit], found: Sequence[Found]
    ) -> list[Found]:
        if any(each.kind == "house" for each in found):
            return []
        first, last = items[run.start].first, items[run.end].last
        ahead = skip(items, run.start - 1, -1, {"street", "filler"})
        hit = street_at.get(items[ahead].last) if ahead >= 0 else None
        if hit is not None and (hit.last < first):
            return self._expand("house", run, 0.97 if hit.beside_cue or hit.ends_in_house else 0.9)
        beyond = skip(items, run.end + 1, 1, {"filler"})
        hit = street_at.get(items[beyond].first) if beyond < len(items) else None
        if hit is not None and hit.first > last and self._pack.house_before_street:
            return self._expand("house", run, 0.95)
        return []

    def _expand(self, kind: MentionKind, run: _Run, fit: float) -> list[Found]:
        """The first number is the place's; a second one after a house's is a flat, less surely."""
        several = len(run.numbers) > 1
        value = str(run.numbers[0].value) + ("" if several else run.suffix)
        confidence = run.confidence * fit * (0.7 if several else 1.0)
        if not 0 < run.numbers[0].value < 10_000:
            return []
        found = [Found(kind, value, confidence, run.first, run.last, run.correction)]
        if several and kind == "house" and len(run.numbers) == 2 and run.numbers[1].value:
            found.append(Found("flat", str(run.numbers[1].value), confidence * 0.85, run.first, run.last))
        return found

    def _cue_before(self, items: Sequence[Item], start: int) -> Item | None:
        at = skip(items, start - 1, -1, {"filler", "correction", "not"})
        return items[at] if at >= 0 and items[at].kind in _PLACES else None

    def _cue_after(self, items: Sequence[Item], end: int) -> Item | None:
        return items[end + 1] if end + 1 < len(items) and items[end + 1].kind in _PLACES else None

    def _belongs(self, items: Sequence[Item], cue: Item, following: _Run | None) -> bool:
        """Whether the cue is the next number's: 'үй қырық бес, пәтер он екі'."""
        return (
            following is not None
            and self._cue_before(items, following.start) is cue
            and (self._cue_after(items, following.end) is None)
        )

    def _counts(self, items: Sequence[Item], run: _Run) -> bool:
        """'three days', 'school number twenty-six': a number of something else."""
        ahead = run.start - 1
        if ahead > 0 and items[ahead].text in self._pack.number_words:
            ahead -= 1
        return self._counted(items, run) or (ahead >= 0 and items[ahead].kind in ("unit", "other"))

    @staticmethod
    def _counted(items: Sequence[Item], run: _Run) -> bool:
        return run.end + 1 < len(items) and items[run.end + 1].kind == "unit"

    def _corrects(self, items: Sequence[Item], start: int) -> bool:
        """'нет, сорок пять', 'нет, дом сорок пять'."""
        ahead = skip(items, start - 1, -1, {"filler", *_PLACES})
        return ahead >= 0 and items[ahead].kind == "correction"
