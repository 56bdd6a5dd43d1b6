"""Numbers of something else: 'three days', 'school number twenty-six', 'up to the third floor'. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from .corrections import skip
from .doubts import Doubts
from .found import Found
from .item import Item
from .packs import Pack
from .pairing import PLACES
from .runs import Part

_FEW = 5  # 'три дома': the genitive of one that stands behind two, three, four is spelled like the word of place


class Counted:
    def __init__(self, pack: Pack, doubts: Doubts) -> None:
        self._pack, self._doubts = pack, doubts

    def counts(self, items: Sequence[Item], part: Part) -> bool:
        """Whether it counts what stands behind it, or numbers what stands before it."""
        after = items[part.end + 1] if part.end + 1 < len(items) else None
        if after is not None and (after.kind == "unit" or (after.kind == "word" and self._doubts.unit(after.text))):
            return True
        beyond = items[part.end + 2].text if part.end + 2 < len(items) else ""
        if self._pack.number_before_cue and after is not None and after.kind in PLACES:
            return beyond in self._pack.counted_from  # 'қырық пәтер бар'
        if after is not None and after.text in self._pack.few and part.value < _FEW and not part.ordinal:
            return True
        ahead = part.start - 1
        if ahead > 0 and items[ahead].text in self._pack.number_words:
            ahead -= 1
        return ahead >= 0 and (items[ahead].kind == "other" or self._numbered(items, ahead))

    def _numbered(self, items: Sequence[Item], at: int) -> bool:
        """'школа пять'; but 'двенадцать градусов сорок пятый дом'."""
        lasting = items[at].text in self._pack.lasting.units or items[at].text in self._pack.plurals
        return items[at].kind == "unit" and not lasting and (not at or items[at - 1].kind != "number")

    def between(self, items: Sequence[Item], found: Found) -> bool:
        """'between the second and the third floor', 'up to the third floor': a stretch, not the caller's own."""
        if found.kind not in ("entrance", "floor"):
            return False
        start, end = item_at(items, found.first), item_at(items, found.last)
        before = items[start - 1].text if start else ""
        number = start > 1 and items[start - 2].kind in ("number", found.kind)
        beyond = skip(items, end + 1, 1, {found.kind})
        after = items[beyond].text if beyond < len(items) else ""
        following = items[beyond + 1] if beyond + 1 < len(items) else None
        joins = self._pack.joins
        return (
            before in self._pack.up_to
            or (before in joins and number)
            or after in self._pack.amid
            or (after in joins and following is not None and following.kind in ("number", found.kind))
        )


def item_at(items: Sequence[Item], token: int) -> int:
    """The place of the item with this token."""
    return next((at for at, item in enumerate(items) if item.first <= token <= item.last), len(items))
