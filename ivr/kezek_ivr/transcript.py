"""What both say in a talk, as entries of the notes: who, when, and whether the words are final. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from kezek_ivr.keeping import LONGEST, MOST_WORDS
from kezek_ivr.types import WordsNote

Side = Literal["caller", "operator"]

TALK = "talk"  # the question under which words of a talk are kept
TURN = 240  # characters: what one says without being answered is one entry until then


@dataclass(slots=True)
class _Turn:
    who: Side
    at: float
    said: str = ""  # final
    hearing: str = ""  # of the present utterance

    def note(self) -> WordsNote:
        text = f"{self.said} {self.hearing}".strip()[:LONGEST]
        return {
            "question": TALK, "text": text, "final": not self.hearing, "who": self.who, "at": round(self.at, 3),
        }  # fmt: skip


class Transcript:
    """`before`: the entries that stood when the talk began. The notes keep all answers to questions, and of the talks
    the latest entries."""

    def __init__(self, before: Sequence[WordsNote] = ()) -> None:
        self._before = list(before)
        self._turns: list[_Turn] = []
        self._open: dict[Side, _Turn] = {}  # whose present utterance is not final yet

    def hear(self, who: Side, text: str, *, final: bool, at: float) -> None:
        """The words of the present utterance so far. `at`: unix seconds."""
        turn = self._open.get(who)
        if turn is None:
            if not text:
                return
            turn = self._open[who] = self._turn(who, at)
        turn.hearing = text
        if final:
            turn.said, turn.hearing = f"{turn.said} {text}".strip(), ""
            del self._open[who]
            if not turn.said:
                self._turns.remove(turn)

    def entries(self) -> list[WordsNote]:
        asked = [note for note in self._before if note["question"] != TALK][:MOST_WORDS]
        talked = [note for note in self._before if note["question"] == TALK]
        talked += [turn.note() for turn in self._turns]
        return asked + talked[max(0, len(talked) - (MOST_WORDS - len(asked))) :]

    def _turn(self, who: Side, at: float) -> _Turn:
        last = self._turns[-1] if self._turns else None
        if last is not None and last.who == who and len(last.said) < TURN:
            return last
        turn = _Turn(who, at)
        self._turns.append(turn)
        return turn
