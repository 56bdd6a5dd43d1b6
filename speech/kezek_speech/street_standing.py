"""How a street's name stands in a sentence: beside a word of place, before a house's number, behind 'on', or bare.
Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .packs import Pack
from .street_names import Entry
from .street_spans import Span

_HOUSE = {"house", "corpus"}
# Confidence by how it stands: (an everyday word, any other).
_CUE_AND_NUMBER, _CUE = (1.0, 1.0), (0.95, 0.97)
_LEAD_AND_NUMBER, _NUMBER = (0.85, 0.95), (0.7, 0.92)
_LEAD, _CASE = (0.6, 0.86), (0.5, 0.84)
_LONG_NAME, _BARE = 0.82, 0.62  # 'Лесі Українки', 'Аксай-4'; one word of at least _BARE_LETTERS
_BARE_LETTERS = 6
UNSURE = 0.79  # at most, for what was not heard letter by letter as the register has it
_ANSWER = 0.97  # the name alone, to the question for it
_ANOTHER_KIND, _OTHER_SIDE = 0.9, 0.97


@dataclass(frozen=True, slots=True)
class Standing:
    cue: bool
    cue_kind: str
    other_side: bool  # the word of place stands where it usually does not
    number: bool
    lead: bool
    modified: bool  # 'Большая Садовая': another street
    longer: bool  # 'улица Петра Садового': more is said than the name
    whole: bool  # nothing else is said
    number_follows: bool


def standing(spans: Sequence[Span], first: int, last: int, pack: Pack) -> Standing:
    """Of the name from span to span, both inclusive."""
    words = pack.streets
    before, after = first - 1, last + 1
    while before >= 0 and (spans[before].text in words.titles | words.named or _passes(spans[before], words.leads)):
        before -= 1
    while after < len(spans) and spans[after].text in words.titles:
        after += 1
    ahead, behind = _cue(spans, before), _cue(spans, after)
    if pack.street_before_cue:
        ahead, behind = (ahead if behind is None else None), behind
    else:
        behind = behind if ahead is None else None
    cue = behind if behind is not None else ahead
    crossing = after < len(spans) and spans[after].text in words.crossings
    return Standing(
        cue=cue is not None,
        cue_kind=cue or "",
        other_side=cue is not None and (behind is None) is pack.street_before_cue,
        number=_number_after(spans, after) or _number_before(spans, before, pack),
        lead=crossing or (before >= 0 and spans[before].text in words.leads),
        modified=_modified(spans, first, pack),
        longer=_longer(spans, first, pack),
        whole=all(span.kind in ("filler", "street") for span in (*spans[:first], *spans[last + 1 :])),
        number_follows=after < len(spans) and spans[after].kind == "number",
    )


def confidence(entry: Entry, stands: Standing, pack: Pack, *, asked: bool = False) -> float:
    """0 where it is no street's name at all. `asked`: these words answer the question for the street."""
    if entry.number_alone and not (stands.cue and stands.cue_kind == entry.kind):
        return 0.0
    if entry.head and (stands.number_follows or not (stands.cue or stands.lead or stands.number)):
        return 0.0
    sure = _by_standing(entry, stands, pack, asked) * entry.factor
    if stands.modified and not entry.number_alone:
        sure *= 0.7
    if stands.longer:
        sure = min(sure, UNSURE)
    if stands.cue and stands.other_side:
        sure *= _OTHER_SIDE
    if stands.cue and entry.kind and stands.cue_kind and entry.kind != stands.cue_kind:
        sure *= _ANOTHER_KIND
    return sure


def _by_standing(entry: Entry, stands: Standing, pack: Pack, asked: bool) -> float:
    other = not entry.ordinary
    if stands.cue:
        return (_CUE_AND_NUMBER if stands.number else _CUE)[other]
    if stands.number:
        case = entry.case and pack.streets.case_says_street
        return (_LEAD_AND_NUMBER if stands.lead or case else _NUMBER)[other]
    if stands.whole and asked:
        return _ANSWER
    if stands.lead or stands.whole:
        return _LEAD[other]
    if pack.streets.case_says_street and entry.case and len(entry.written) >= 6:
        return _CASE[other]
    if entry.ordinary:
        return 0.0
    if entry.words > 1:
        return _LONG_NAME
    return _BARE if len(entry.written) >= _BARE_LETTERS else 0.0


def _longer(spans: Sequence[Span], first: int, pack: Pack) -> bool:
    """Right before the name stands a title or a first name, or a word that only the name parts from its word of place:
    another street may be meant."""
    words = pack.streets
    if first == 0 or spans[first - 1].text in words.named:
        return False
    if spans[first - 1].kind == "number" and not pack.house_before_street:  # '20 мамыр'; a house's has its word
        return first < 2 or spans[first - 2].kind != "house"
    if spans[first - 1].text in words.titles or spans[first - 1].text in words.first_names:
        return True
    at = first - 1
    while at >= 0 and spans[at].kind == "word" and spans[at].text not in words.leads and first - at <= 2:
        at -= 1
    opens = at >= 0 and (spans[at].text in words.leads or (spans[at].kind == "street" and not pack.street_before_cue))
    return at < first - 1 and opens


def _passes(span: Span, leads: frozenset[str]) -> bool:
    return span.kind == "filler" and span.text not in leads and len(span.text) > 2


def _cue(spans: Sequence[Span], at: int) -> str | None:
    return spans[at].place_kind if 0 <= at < len(spans) and spans[at].kind == "street" else None


def _number_after(spans: Sequence[Span], at: int) -> bool:
    """A house's number comes next, with or without its word; 'three days' does not count."""
    while at < len(spans) and spans[at].kind in ("filler", "street", "correction"):
        at += 1
    if at >= len(spans):
        return False
    if spans[at].kind in _HOUSE:
        at += 2 if at + 1 < len(spans) and spans[at + 1].kind == "filler" else 1
    counted = at + 1 < len(spans) and spans[at + 1].kind == "unit"
    return at < len(spans) and spans[at].kind == "number" and not counted


def _number_before(spans: Sequence[Span], at: int, pack: Pack) -> bool:
    """'дом сорок пять по Абая', 'eighteen Garden Street'."""
    if at >= 0 and spans[at].text in pack.streets.leads:
        at -= 1
    while at >= 0 and spans[at].kind == "street":
        at -= 1
    if at < 0 or spans[at].kind != "number":
        return False
    return pack.house_before_street or (at > 0 and spans[at - 1].kind == "house")


def _modified(spans: Sequence[Span], first: int, pack: Pack) -> bool:
    if first == 0:
        return False
    text = spans[first - 1].text
    return spans[first - 1].kind in ("word", "filler") and any(
        text.startswith(stem) and len(text) <= len(stem) + 3 for stem in pack.streets.modifiers
    )
