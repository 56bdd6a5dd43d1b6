"""What is asked about an address: the one part that is missing or doubtful, and whether it pays to ask. Pure.

After the caller has been asked for the address once, at most `limits.asked_back` questions follow, whatever comes;
silence and nonsense end them. A certain address is never read back for confirmation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

from kezek_ivr.dialogue_parts import KnownAddress, Limits, Question
from kezek_ivr.prefill import CLEAR, Fields
from kezek_ivr.prompts import Replies
from kezek_ivr.types import FieldNote
from kezek_speech.types import Word

Part = Literal["street", "house", "confirm", "anew"]  # anew: street and house once more, in one question
Turn = Literal["straight", "understood", "fruitless", "silent"]
Reply = Literal["yes", "no", ""]


class AskingBack:
    """`questions`: those of street and house that the dialogue puts. `first`: parts whose first asking is no asking
    back, for there was no open question in which to name them."""

    def __init__(
        self, questions: Mapping[str, Question], limits: Limits, known: KnownAddress, *, first: Sequence[Part]
    ) -> None:
        self._questions, self._limits, self._known = questions, limits, known
        self._first = set(first)
        self._asked: Counter[Part] = Counter()
        self._ended: set[Part] = set()
        self._last_house = ""
        self.count = 0
        self.mute = False  # the address cannot be said: a doubtful part is asked for instead
        self.refused = False  # he has said no, and nothing else
        self.stands = False  # an address known from the number, and the caller said nothing against it

    def next(self, fields: Fields, *, register_silent: bool) -> Part | None:
        """What to ask now; None: no more."""
        wanted = self._wanted(fields, register_silent=register_silent)
        return next((part for part in wanted if self._allowed(part)), None)

    def attempt(self, part: Part) -> int:
        """How often it has been asked before."""
        return self._asked[part]

    def put(self, part: Part, fields: Fields) -> None:
        """It is being asked."""
        self.count += not self._is_first(part)
        self._asked[part] += 1
        self._last_house = house["value"] if part == "house" and (house := fields.get("house")) else ""

    def answered(self, part: Part, turn: Turn, fields: Fields) -> None:
        if turn == "silent" or (turn == "fruitless" and part in ("confirm", "anew")):
            self._ended |= {part, "confirm", "anew"}
        house = fields.get("house")
        if part == "house" and house is not None and not house["ref"] and house["value"] == self._last_house:
            self._ended |= {"house", "confirm"}  # he means it, whatever the register says

    def _wanted(self, fields: Fields, *, register_silent: bool) -> list[Part]:
        if self.refused:
            return ["anew"]
        street, house = fields.get("street"), fields.get("house")
        parts: list[Part] = []
        if self._lacks(street):
            parts.append("street")
        unproved = house is not None and house["source"] != "household" and not house["ref"]
        if street is not None and not parts and self._lacks(house) and self._doubts(street):
            parts += [] if self._is_first("house") else ["anew"]  # both in one question, and nothing wrong is read back
        asked_of_register = street is not None and not register_silent
        if self._lacks(house) or (unproved and asked_of_register):
            parts.append("house")
        if parts or street is None or house is None:
            return parts
        doubts: list[tuple[float, Part]] = [(street["confidence"], "street")] if self._doubts(street) else []
        if self._doubts(house) and house["ref"]:
            doubts.append((house["confidence"], "house"))
        if not doubts:
            return []
        return [min(doubts)[1]] if self.mute else ["confirm"]

    def _allowed(self, part: Part) -> bool:
        if part in self._ended or (part in ("street", "house") and part not in self._questions):
            return False
        most = {"confirm": self._limits.asked_back, "anew": 1}.get(part) or 1 + self._questions[part].reasks
        if self._asked[part] >= most:
            return False
        return self._is_first(part) or self.count < self._limits.asked_back

    def _is_first(self, part: Part) -> bool:
        return part in self._first and not self._asked[part]

    def _lacks(self, note: FieldNote | None) -> bool:
        if note is None:
            return True
        if note["source"] == "household":
            return self._known == "ask" and not self.stands
        return note["source"] == "spoken" and note["confidence"] < self._limits.doubtful

    def _doubts(self, note: FieldNote) -> bool:
        return note["source"] == "spoken" and note["confidence"] < self._limits.sure


def reply(words: Sequence[Word], replies: Replies, certainty: float) -> Reply:
    """Yes or no, by the first such word that was heard clearly; where nothing else was said, one no is a no."""
    said = [word.text.lower().strip(".,!?") for word in words if word.confidence * certainty >= CLEAR]
    first = next((each for each in said if each in replies.yes or each in replies.no), "")
    if not first:
        return ""
    alone = all(each in replies.yes or each in replies.no for each in said)
    if first in replies.no or (alone and any(each in replies.no for each in said)):
        return "no"
    return "yes"
