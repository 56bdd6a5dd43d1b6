"""Numbers said in a row, and what belongs to each of them: '12/2', '7а', '6к2'. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .corrections import skip
from .item import Item
from .lexer import Lexer
from .lost import Lost
from .numbers import Number, numbers_at
from .packs import Pack

_CLEAR = frozenset({"flat", "entrance", "floor", "corpus", "street", "house", "filler"})
_SIGNS = frozenset({"fraction", "corpus"})
_UPWARDS = frozenset({"entrance", "floor"})


@dataclass(frozen=True, slots=True)
class Part:
    """One number with its fraction, letter and block."""

    value: int
    suffix: str
    ordinal: bool
    fit: float  # 0..1: how well the words fit
    spoken: float  # 0..1: the recogniser's own
    start: int  # items, both inclusive
    end: int
    first: int  # tokens, both inclusive
    last: int
    house: bool = False  # its word of place is inside it
    literal: str = ""  # its digits where they say more than the value: '007'

    @property
    def text(self) -> str:
        return str(self.value) + self.suffix


@dataclass(frozen=True, slots=True)
class Run:
    parts: tuple[Part, ...]
    plus: bool

    @property
    def digits(self) -> str:
        return "".join(part.literal or str(part.value) for part in self.parts)


class Runs:
    def __init__(self, pack: Pack, lexer: Lexer) -> None:
        self._pack = pack
        self._lexer = lexer
        self._lost = Lost(pack, lexer.doubts)

    def find(self, items: Sequence[Item], streets: set[int]) -> list[Run]:
        """In the order of speech; `streets`: the tokens that are streets' names."""
        found: list[Run] = []
        at = 0
        while at < len(items):
            if items[at].kind != "number" or items[at].first in streets:
                at += 1
                continue
            numbers = [n for n in numbers_at(items, at, self._pack) if items[n.end].last not in streets]
            numbers = self._split_ordinal(items, numbers)
            parts: list[Part] = []
            slashed = False
            for place, number in enumerate(numbers):
                if slashed:
                    slashed = False
                    continue
                if self._slashed(items, numbers, place):
                    slashed, second = True, numbers[place + 1]
                    part = self._part(items, number, streets, suffixed=False)
                    suffix = f"/{second.value}"
                    parts.append(
                        replace(part, suffix=suffix, fit=part.fit * 0.9, end=second.end, last=items[second.end].last)
                    )
                    continue
                block = self._is_block(items, number) and (parts or (found and self._close(items, found[-1], number)))
                if block:  # 'шесть второй корпус'
                    parts = parts or list(found.pop().parts)
                    parts[-1] = self._with_block(items, parts[-1], number)
                    continue
                last = place == len(numbers) - 1
                parts.append(self._part(items, number, streets, suffixed=last))
            if not parts:
                at += 1
                continue
            found.append(Run(tuple(parts), bool(at) and items[at - 1].kind == "plus"))
            at = max(at + 1, parts[-1].end + 1)
        return found

    @staticmethod
    def _slashed(items: Sequence[Item], numbers: Sequence[Number], place: int) -> bool:
        """'45/2': two numbers in figures that came as one word."""
        row = [items[number.start] for number in numbers]
        word = row[place].word
        same = [item.word == word and item.text.isdecimal() for item in row]
        return place + 1 < len(row) and same[place] and same[place + 1] and sum(same) == 2 and len(row) <= 3

    def _part(self, items: Sequence[Item], number: Number, streets: set[int], *, suffixed: bool) -> Part:
        suffix, end, fit = self._suffix(items, number.end + 1, number, streets) if suffixed else ("", number.end, 1.0)
        used = items[number.start : end + 1]
        for item in used:
            fit *= item.fit
        fit *= min(1.0, number.fit / min(item.fit for item in items[number.start : number.end + 1]))
        if suffixed:
            fit *= self._lost.behind(items, end + 1, streets)
        fit *= self._lost.ahead(items, number.start, streets)
        return Part(
            value=number.value,
            suffix=suffix,
            ordinal=number.ordinal,
            fit=fit,
            spoken=min(item.confidence for item in used),
            start=number.start,
            end=end,
            first=items[number.start].first,
            last=items[end].last,
            literal=items[number.start].text if items[number.start].text.isdecimal() else "",
        )

    def _split_ordinal(self, items: Sequence[Item], numbers: list[Number]) -> list[Number]:
        """'дом сорок второй подъезд' is the second entrance of house forty: nobody has forty-two of them."""
        if not numbers:
            return numbers
        last = numbers[-1]
        after = items[last.end + 1].kind if last.end + 1 < len(items) else ""
        atom = items[last.end].atom
        if not (last.ordinal and last.end > last.start and last.value > 20 and after in _UPWARDS and atom is not None):
            return numbers
        before = last.start - 1
        while before >= 0 and items[before].kind == "filler":
            before -= 1
        if before < 0 or items[before].kind not in ("house", "flat", "street", "word") or not 0 < atom.value < 20:
            return numbers
        whole = numbers_at(items[: last.end], last.start, self._pack)
        unit = numbers_at(items, last.end, self._pack)
        return [*numbers[:-1], *(replace(n, fit=n.fit * 0.75) for n in whole), *unit]

    def _is_block(self, items: Sequence[Item], number: Number) -> bool:
        """'второй корпус', with nothing behind it that would be the block's own number."""
        at = number.end + 1
        if not number.ordinal or at >= len(items) or items[at].kind != "corpus":
            return False
        if self._pack.number_before_cue:
            return True
        before = skip(items, number.start - 1, -1, {"filler"})
        if before >= 0 and items[before].kind == "house":  # 'дом сорок пятый корпус второй'
            return False
        following = items[at + 1] if at + 1 < len(items) else None
        return following is None or following.atom is None or following.atom.ordinal

    @staticmethod
    def _close(items: Sequence[Item], run: Run, number: Number) -> bool:
        """Whether nothing but the word for house stands between: 'он екінші үй екінші корпус'."""
        between = items[run.parts[-1].end + 1 : number.start]
        return not run.parts[-1].suffix.count("к") and all(item.kind == "house" for item in between)

    @staticmethod
    def _with_block(items: Sequence[Item], part: Part, number: Number) -> Part:
        end = number.end + 1
        house = any(item.kind == "house" for item in items[part.end + 1 : number.start])
        return replace(
            part, suffix=f"{part.suffix}к{number.value}", fit=part.fit * number.fit, end=end, last=items[end].last,
            house=house,
        )  # fmt: skip

    def _suffix(self, items: Sequence[Item], at: int, number: Number, streets: set[int]) -> tuple[str, int, float]:
        """What follows a house's number, the last item of it, and how well it fits."""
        if at >= len(items):
            return "", at - 1, 1.0
        if items[at].text in self._pack.hesitations and at + 1 < len(items) and items[at + 1].kind in _SIGNS:
            at += 1  # 'сорок, э, дробь два'
        item = items[at]
        following = items[at + 1] if at + 1 < len(items) else None
        if item.kind in _SIGNS and following is not None:
            return self._fraction(items, at, number, streets)
        if item.kind == "word" and following is not None and self._torn_fraction(items, at):
            second = numbers_at(items, at + 1, self._pack)[0]
            return f"/{second.value}", second.end, 0.55
        named = item.text in self._pack.letter_words
        if named:
            if following is None:
                return "", at - 1, 1.0
            at, item = at + 1, following
            following = items[at + 1] if at + 1 < len(items) else None
        letter = self._pack.letters.get(item.text)
        fit = 1.0 if named or item.kind == "letter" else self._letter_fit(item, following, streets)
        if letter is None or fit == 0.0:
            return "", number.end, 1.0
        more, end, much = self._suffix(items, at + 1, number, streets)
        return (letter + more, end, fit * much) if more.startswith("к") else (letter, at, fit)

    def _fraction(self, items: Sequence[Item], at: int, number: Number, streets: set[int]) -> tuple[str, int, float]:
        kind, following = items[at].kind, items[at + 1]
        sign = "/" if kind == "fraction" else "к"
        letter = self._pack.letters.get(following.text)
        if letter is not None and following.kind != "number":  # 'корпус б', 'дробь а'
            return letter, at + 1, 1.0
        if following.kind != "number":  # what should stand here was not understood
            return "", at - 1, 0.6
        second = numbers_at(items, at + 1, self._pack)[0]
        if kind == "corpus" and second.ordinal and number.ordinal and self._pack.number_before_cue:
            return "", at - 1, 1.0
        more, end, fit = (
            self._suffix(items, second.end + 1, second, streets) if kind == "fraction" else ("", second.end, 1.0)
        )
        fit *= 0.75 if more else 1.0  # letters are rare behind a stroke
        return f"{sign}{second.value}{more}", end, fit

    def _torn_fraction(self, items: Sequence[Item], at: int) -> bool:
        """A short word that is none, between two numbers before a flat: 'двенадцать брок два квартира'."""
        numbers = numbers_at(items, at + 1, self._pack)
        beyond = numbers[0].end + 1 if numbers else 0
        return (
            len(numbers) == 1
            and 3 <= len(items[at].text) <= 6
            and not numbers[0].ordinal
            and 0 < numbers[0].value < 20
            and beyond < len(items)
            and items[beyond].kind == "flat"
            and self._lexer.doubts.fraction(items[at].text)
        )

    def _letter_fit(self, item: Item, following: Item | None, streets: set[int]) -> float:
        """How surely a word that may be a letter is one: 'семь в, квартира', but not 'дом семь в третьем подъезде'."""
        if following is None:
            return 0.75 if item.text in self._pack.doubtful_letters or item.kind == "filler" else 1.0
        if following.kind == "unit":
            return 0.0
        if self._pack.house_before_street and item.text == "a":  # 'seven a Mill Lane', but not 'seven a pipe burst'
            return 1.0 if following.kind in _CLEAR - {"filler"} or following.first in streets else 0.0
        if item.kind == "but":
            if following.kind in ("number", "not") or following.text in self._pack.not_letter_before:
                return 0.0
            unclear = following.kind == "word" and following.first not in streets
            return 0.75 if unclear or (following.kind == "filler" and following.text in ("у", "в")) else 1.0
        if item.text in self._pack.doubtful_letters:
            return 1.0 if following.kind in _CLEAR else 0.0
        if item.kind != "filler":
            return 1.0 if len(item.text) == 1 or following.kind != "word" or following.first in streets else 0.75
        noun = following.kind in ("flat", "corpus") and following.text[-1:] == "а"
        sure = 0.75 if item.text in self._pack.hesitations else 1.0
        return sure if item.text not in ("у", "на", "по") and noun else 0.0


def single_digits(parts: Sequence[Part]) -> Iterator[Part]:
    """'five oh two' beside a word of place is 502: three single digits, or a digit and two more, as one part."""
    at = 0
    while at < len(parts):
        row = parts[at : at + 3]
        if len(parts) == 2 and not at and not row[0].value and not row[0].ordinal and 0 < row[1].value < 10:
            yield replace(row[1], start=row[0].start, first=row[0].first)  # 'квартира ноль девять'
            return
        if (
            len(row) == 3
            and all(part.value < 10 and not part.suffix and not part.ordinal for part in row[:2])
            and row[2].value < 10
            and row[0].value
            and not row[2].ordinal
        ):
            value = row[0].value * 100 + row[1].value * 10 + row[2].value
            zero = not row[1].value  # 'four oh five'; 'четыре пять шесть' may be three houses
            fit = min(part.fit for part in row) * (0.9 if zero else 0.75)
            yield replace(row[0], value=value, suffix=row[2].suffix, fit=fit, end=row[2].end, last=row[2].last)
            at += 3
            continue
        yield parts[at]
        at += 1
