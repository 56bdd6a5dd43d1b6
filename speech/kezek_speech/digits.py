"""Telephone and account numbers: many digits, said one by one or in groups. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from .corrections import skip
from .found import Found
from .item import Item
from .packs import Pack
from .runs import Run

_LONG = 5  # digits: more than a house or a flat has
_WHOLE = 9  # digits: too many for anything else, even without a word for it
_REACH = 9  # items: how far behind its word a number may start
_GUESSED = 0.7  # at most, when a number word was guessed: a wrong digit makes another telephone of it


class Digits:
    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._phone = re.compile(pack.phone_numbers)

    def find(self, items: Sequence[Item], run: Run, before: Found | None, *, beside_place: bool) -> Found | None:
        """The telephone or the account that a run of numbers is; `before`: the one said just before it."""
        start = run.parts[0].start
        corrects = start and items[skip(items, start - 1, -1, {"filler"})].kind == "correction"
        if corrects and before is not None and before.kind in ("phone", "account"):
            return self._corrected(run, before)
        if any(part.suffix or part.house for part in run.parts) or len(run.digits) < _LONG:
            return None
        cue = self._cue(items, start)
        if cue is not None and cue.kind == "other":
            return None
        spelled = len(run.parts) > 1 or run.digits == run.parts[0].literal
        if not spelled or (cue is None and (beside_place or len(run.parts) < 4) and len(run.digits) < _WHOLE):
            return None
        return self._found(run, cue)

    def goes_on(self, items: Sequence[Item], run: Run, gap: Sequence[Item]) -> bool:
        """Whether more digits may follow behind these words: not when the telephone is whole."""
        cue = self._cue(items, run.parts[0].start)
        short = all(len(item.text) <= 3 and item.kind in ("filler", "word", "not", "but") for item in gap)
        if cue is None or cue.kind == "other" or not short or len(run.parts) < 2:
            return False
        return cue.kind == "account" or not (len(run.digits) >= 10 and self._phone.fullmatch(run.digits))

    def _found(self, run: Run, cue: Item | None) -> Found:
        fit = min(part.fit for part in run.parts)
        spoken = min(part.spoken for part in run.parts)
        confidence = spoken * (fit if fit >= 0.97 else min(fit, _GUESSED))
        value = ("+" if run.plus else "") + run.digits
        whole = self._phone.fullmatch(value) is not None
        first, last = run.parts[0].first, run.parts[-1].last
        if cue is not None and cue.kind == "account":
            return Found("account", run.digits, confidence * cue.fit, first, last)
        if cue is not None:
            return Found("phone", value, confidence * cue.fit * (1.0 if whole else 0.5), first, last)
        if whole and len(run.digits) >= 10:
            return Found("phone", value, confidence * 0.85, first, last)
        return Found("account", run.digits, confidence * 0.5, first, last)

    def _corrected(self, run: Run, before: Found) -> Found:
        """'... семьдесят девять, ой, семьдесят восемь': the last digits, or all of them, said anew."""
        digits = run.digits
        kept = before.value[: -len(digits)] if len(digits) < len(before.value.lstrip("+")) else ""
        certainty = min(part.fit * part.spoken for part in run.parts) * (0.9 if kept else 1.0)
        value = kept + ("+" if run.plus and not kept else "") + digits
        confidence = min(before.confidence, certainty) if kept else certainty
        return replace(before, value=value, confidence=confidence, last=run.parts[-1].last, correction=True)

    def _cue(self, items: Sequence[Item], start: int) -> Item | None:
        for at in range(start - 1, max(-1, start - _REACH), -1):
            if items[at].kind in ("phone", "account", "other"):
                return items[at]
            if items[at].kind == "number" or items[at].text in self._pack.nearby.before:
                return None
        return None
