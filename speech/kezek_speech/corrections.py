"""What the caller takes back: 'not forty but forty-five', 'forty, no, forty-five'. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from .item import Item
from .numbers import numbers_at
from .packs import Pack

_PLACES = frozenset({"house", "flat", "entrance", "floor", "corpus"})
_DENIED_OVER = _PLACES | {"filler"}  # between a number and the word that denies it behind: 'он үш те емес'
_BEHIND = frozenset({"емес"})  # words of denial that stand behind what they deny
_BETWEEN = frozenset({"filler", "correction", "but", "street", *_PLACES, "phone", "account"})
ABSENT = frozenset({"нет", "ні", "жоқ", "no"})  # behind a thing: there is none of it


def skip(items: Sequence[Item], at: int, step: int, kinds: frozenset[str] | set[str]) -> int:
    """The first place from `at` on, forwards or backwards, whose item is of none of these kinds; it may be outside."""
    while 0 <= at < len(items) and items[at].kind in kinds:
        at += step
    return at


def without_negated(items: Sequence[Item], pack: Pack) -> list[Item]:
    """'не сорок, а сорок пять', 'сорок пять, а не сорок' and 'қырық емес, қырық бес' without the number that is
    denied, and without its word of place."""
    kept = list(items)
    at = 0
    while at < len(kept):
        if kept[at].kind != "not":
            at += 1
            continue
        if pack.number_before_cue and _denied_before(kept, at):
            at = _drop_before(kept, at)
            continue
        start = skip(kept, at + 1, 1, {"filler", *_PLACES})
        after = numbers_at(kept, start, pack)
        if not after or _inside(kept, at, after[0].value, pack):
            at += 1
            continue
        first = at - 1 if at and kept[at - 1].kind == "but" else at
        end = after[0].end + 1
        cue = start > at + 1
        if cue or not _place_follows(kept, end):
            while end < len(kept) and kept[end].kind == "but":
                end += 1
            kept[first:end] = []
            at = first
        else:  # 'не сорок пятый дом, а сорок шестой': the word of place is left for the right number
            beyond = end
            while beyond < len(kept) and kept[beyond].kind in _PLACES:
                beyond += 1
            follows = beyond < len(kept) and kept[beyond].kind == "but"
            kept[first : beyond + 1 if follows else end] = []
            at = first
    return kept


def _inside(items: Sequence[Item], at: int, value: int, pack: Pack) -> bool:
    """'восемьдесят не девять' is a badly heard 89, not 'eighty, and not nine'."""
    before = items[at - 1].atom if at else None
    if before is None or before.value < 20 or before.value % 10 or not 0 < value < 10:
        return False
    return items[at + 1].kind == "number"


def markers(items: Sequence[Item], starts: Sequence[int]) -> list[int]:
    """The places of the words that correct: those after which, but for words of place, one of `starts` comes.
    'нет воды' corrects nothing."""
    wanted = set(starts)
    return [
        at for at, item in enumerate(items) if item.kind == "correction" and skip(items, at + 1, 1, _BETWEEN) in wanted
    ]


def taken_back(items: Sequence[Item], spans: Sequence[tuple[int, int]]) -> set[int]:
    """Which of the spans (tokens, both inclusive, in the order of speech) of one kind the caller takes back: 'не на
    Абая, а на Ленина', 'Абая, ой, Ленина', 'Абай емес, Достық'. The last one is never taken back without another."""
    at_token = {token: at for at, item in enumerate(items) for token in range(item.first, item.last + 1)}
    starts = [at_token.get(first, -1) for first, _ in spans]
    back: set[int] = set()
    for index, (_, last) in enumerate(spans):
        ahead = skip(items, starts[index] - 1, -1, {"filler", "street"})
        behind = skip(items, at_token.get(last, len(items)) + 1, 1, {"street"})
        denied = ahead >= 0 and items[ahead].kind == "not" and items[ahead].text not in _BEHIND
        denied_behind = behind < len(items) and items[behind].text in _BEHIND
        if (denied or denied_behind) and len(spans) > 1:
            back.add(index)
    named = {at_token.get(token, -1) for first, last in spans for token in range(first, last + 1)}
    for marker in markers(items, starts):
        if items[marker].text in ABSENT and items[marker - 1].kind == "word" and marker - 1 not in named and marker:
            continue  # 'на Пушкина воды нет, на Гоголя тоже'
        first = skip(items, starts[0] - 1, -1, {"filler", "street"})
        if 0 <= first < marker and items[first].text == items[marker].text:
            continue  # 'ні на Шевченка, ні на Гоголя'
        following = next((index for index, start in enumerate(starts) if start > marker), None)
        if following is not None:
            back |= set(range(following))
    return back if len(back) < len(spans) else set()


def _denied_before(items: Sequence[Item], at: int) -> bool:
    """Whether a number stands before the word of denial: 'қырық емес', 'қырқыншы үй емес'."""
    before = skip(items, at - 1, -1, _DENIED_OVER)
    return before >= 0 and items[before].kind == "number"


def _drop_before(items: list[Item], at: int) -> int:
    """Without the denied number; its word of place stays if the right number comes without one. The next place."""
    cue = skip(items, at - 1, -1, _DENIED_OVER)
    start = cue
    while start and items[start - 1].kind in ("number", "fraction", "corpus"):
        start -= 1
    cues = [item for item in items[cue + 1 : at] if item.kind in _PLACES]
    end = at + 1
    while end < len(items) and items[end].kind == "number":
        end += 1
    if cues and not _place_follows(items, end):
        items[end:end] = cues
    items[start : at + 1] = []
    return start


def _place_follows(items: Sequence[Item], at: int) -> bool:
    return at < len(items) and items[at].kind in _PLACES
