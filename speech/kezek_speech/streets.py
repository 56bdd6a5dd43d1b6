"""This town's streets found in what was heard. Pure.

A name that was heard letter by letter is as sure as it stands (street_standing). Where a word of place or a house's
number has no such name beside it, the names that sound alike are offered (street_alike), never as certain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from .corrections import taken_back
from .item import Item
from .packs import Pack
from .street_alike import RIVALS, Alike, Likeness
from .street_names import Entry, entries
from .street_rivals import LongerNames, doubted
from .street_spans import Span, spans_of
from .street_standing import UNSURE, Standing, confidence, standing
from .street_windows import Window, Windows
from .text import Token

_WIDEST = 5  # spans in a name
_GUESS = 0.45  # a likeness below this is a guess from nothing
_STANDS = 0.55  # a name this sure needs no likeness beside it
_SAME = 0.93  # factor for a name that differs in spelling alone; it is never certain
_SEVERAL = 0.75  # factor for a name that two streets have
_OLD = 0.6  # factor for the old name of a street that is named too


@dataclass(frozen=True, slots=True)
class StreetHit:
    reference: str
    confidence: float
    first: int  # tokens, both inclusive
    last: int
    beside_cue: bool
    ends_in_house: bool = False  # 'кироводом': the word for house is inside
    near_house: bool = False  # a house's number stands beside it


class StreetIndex:
    def __init__(self, streets: Mapping[str, str], pack: Pack) -> None:
        self._pack = pack
        found = entries(streets, pack)
        self._exact: dict[str, list[Entry]] = {}
        for entry in found:
            self._exact.setdefault(entry.written, []).append(entry)
        self._alike = Alike(found)
        self._windows = Windows(pack)
        self._longer = LongerNames(found, pack)
        self._words = {word for entry in found for word in entry.spoken.split()}

    def is_word(self, text: str) -> bool:
        return text in self._words

    def find(self, tokens: Sequence[Token], items: Sequence[Item], *, bare: bool = False) -> list[StreetHit]:
        """The streets in a sentence, the best first; behind an unsure one those that sound like it, over the same
        tokens. `bare`: the whole sentence may be a name, heard badly."""
        spans = spans_of(tokens, items, self._pack)
        exact = _with_old_names(list(self._named(spans, asked=bare)), spans, self._pack)
        exact = doubted(_standing(exact, items), items, self._pack)
        alike: list[StreetHit] = []
        taken = [(hit.first, hit.last) for hit in exact if hit.confidence > UNSURE]
        for window in self._windows.of(tokens, items, taken, bare=bare and not exact):
            alike += self._like(window)
        alike += self._like_numbered(spans, taken)
        alike = [hit for hit in alike if not any(_wider(hit, named) for named in exact)]
        return _standing(best([*exact, *alike]), items)

    def _named(self, spans: Sequence[Span], *, asked: bool) -> Iterator[StreetHit]:
        found = [
            (first, last, entry)
            for first in range(len(spans))
            for last in range(first, min(first + _WIDEST, len(spans)))
            for entry in self._at(spans, first, last)
        ]
        stands = {(first, last): standing(spans, first, last, self._pack) for first, last, _ in found}
        for first, last, entry in found:
            if any(start <= first and last <= end and (start, end) != (first, last) for start, end in stands):
                continue  # 'лесная' in 'вторая лесная'
            own = stands[first, last]
            where = own if own.cue else self._joined(spans, last, stands) or own
            sure = confidence(entry, where, self._pack, asked=asked) * min(
                span.confidence for span in spans[first : last + 1]
            )
            if sure > 0:
                hit = StreetHit(
                    entry.reference, sure, spans[first].first, spans[last].last, where.cue, near_house=where.number
                )
                yield from self._longer.both(hit, spans, first)

    def _joined(self, spans: Sequence[Span], last: int, stands: Mapping[tuple[int, int], Standing]) -> Standing | None:
        """'улиц Абая и Ленина', 'угол Абая и Ленина': of two joined names, how the one stands that has the word."""
        if last + 2 >= len(spans) or spans[last + 1].text not in self._pack.streets.joins:
            return None
        return next(
            (each for (first, _), each in stands.items() if first == last + 2 and (each.cue or each.lead)), None
        )

    def _at(self, spans: Sequence[Span], first: int, last: int) -> list[Entry]:
        text = "".join(span.text for span in spans[first : last + 1])
        found = self._exact.get(text)
        if found is None:
            same = self._alike.same(text) if spans[last].kind in ("word", "number") else []
            found = [entry._replace(factor=min(UNSURE, entry.factor * _SAME)) for entry in same]
        if len(found) < 2:
            return found
        stands = standing(spans, first, last, self._pack)
        of_kind = [entry for entry in found if stands.cue_kind and entry.kind == stands.cue_kind]
        names = [entry for entry in found if entry.name and entry.factor == 1.0]
        likeliest = of_kind or (names if not stands.lead else []) or found  # 'на лесной' may be 'лесная'
        top = max(entry.factor for entry in likeliest)
        owners = {entry.reference: entry for entry in reversed(likeliest) if entry.factor >= top - 0.05}
        if len(owners) == 1:
            return list(owners.values())
        return [entry._replace(factor=entry.factor * _SEVERAL) for entry in owners.values()]

    def _like(self, window: Window) -> Iterator[StreetHit]:
        for text, in_house, loss in window.readings:
            if len(text) < 3:
                continue
            for alike in self._alike.find(text, window.cutoff):
                yield from self._unsure(alike, window.weight, loss, window, in_house)

    @staticmethod
    def _unsure(
        alike: Likeness, weight: float, loss: float, window: Window, in_house: bool = False
    ) -> Iterator[StreetHit]:
        sure = min(UNSURE, (alike.certainty - loss / 50) * weight)
        if sure >= _GUESS:
            yield StreetHit(
                alike.entry.reference, sure * window.confidence, window.first, window.last, window.beside_cue, in_house
            )

    def _like_numbered(self, spans: Sequence[Span], taken: Sequence[tuple[int, int]]) -> Iterator[StreetHit]:
        """'аксаи четыре', 'девятого мае': the number is right, the words nearly."""
        for at, span in enumerate(spans):
            if span.kind != "number":
                continue
            for size in (1, 2, 3):
                for first, last, rest in (
                    (at - size, at, spans[at - size : at]),
                    (at, at + size, spans[at + 1 : at + size + 1]),
                ):
                    if first < 0 or last >= len(spans) or len(rest) < size:
                        continue
                    if any(spans[first].first <= end and start <= spans[last].last for start, end in taken):
                        continue
                    stands = standing(spans, first, last, self._pack)
                    weight = 0.95 if stands.cue else 0.85 if stands.lead or stands.number else 0.0
                    text = "".join(each.text for each in rest)
                    if not weight or len(text) < 3:
                        continue
                    window = Window.of_spans(spans[first : last + 1], weight, stands.cue)
                    for alike in self._alike.numbered(span.text, text, 74.0):
                        yield from self._unsure(alike, weight, 0.0, window)


def _wider(hit: StreetHit, named: StreetHit) -> bool:
    """Whether a likeness is a name that was heard letter by letter, and words around it."""
    wider = hit.first < named.first or hit.last > named.last
    return wider and hit.reference == named.reference and hit.first <= named.last and named.first <= hit.last


def best(hits: Sequence[StreetHit]) -> list[StreetHit]:
    """The surest over its tokens, equal ones in the order of speech; behind an unsure one, over its tokens too, the
    other streets that these or overlapping tokens may mean: RIVALS in all."""
    kept: list[StreetHit] = []
    others: dict[int, list[StreetHit]] = {}
    for hit in sorted(hits, key=lambda hit: (-round(hit.confidence, 2), hit.first, hit.first - hit.last)):
        over = next((at for at, other in enumerate(kept) if hit.first <= other.last and other.first <= hit.last), None)
        if over is None:
            if all(other.reference != hit.reference for other in kept):
                others[len(kept)] = []
                kept.append(hit)
            continue
        top = kept[over]
        offered = {top.reference, *(other.reference for other in others[over])}
        if top.confidence < 0.8 and hit.reference not in offered and len(offered) < RIVALS:
            others[over].append(replace(top, reference=hit.reference, confidence=min(hit.confidence, top.confidence)))
    return [hit for at, top in enumerate(kept) for hit in (top, *others[at])]


def _standing(hits: list[StreetHit], items: Sequence[Item]) -> list[StreetHit]:
    """Without those that the caller takes back: 'не Абая, а Ленина', 'Абая, ой, Ленина'."""
    spans = sorted({(hit.first, hit.last) for hit in hits})
    back = {spans[index] for index in taken_back(items, spans)}
    return [hit for hit in hits if (hit.first, hit.last) not in back]


def _times(hit: StreetHit, factor: float) -> StreetHit:
    return replace(hit, confidence=hit.confidence * factor)


def _with_old_names(hits: list[StreetHit], spans: Sequence[Span], pack: Pack) -> list[StreetHit]:
    """'Мира, бывшая Советская': the old name is no street of its own, and the house behind it belongs to the first."""
    former = [span.first for span in spans if span.text in pack.streets.former]
    changed = list(hits)
    for word in former:
        new = [hit for hit in changed if 0 < word - hit.last <= 2 and hit.confidence >= _STANDS]
        old = [hit for hit in changed if 0 < hit.first - word <= 2]
        if not new or not old:
            continue
        end, near = max(hit.last for hit in old), any(hit.near_house for hit in old)
        for hit in new:
            changed[changed.index(hit)] = replace(
                hit, last=end, near_house=hit.near_house or near, confidence=max(hit.confidence, 0.9)
            )
        changed = [_times(hit, _OLD) if hit in old else hit for hit in changed]
    return changed
