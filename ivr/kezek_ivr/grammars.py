"""What a recogniser is told to expect at each question; a list is made once, for as long as the town's names stay."""

from __future__ import annotations

from collections.abc import Sequence

from kezek_ivr.dialogue_parts import QuestionName
from kezek_ivr.prompts import Replies
from kezek_speech.types import Phrasebook


class Grammars:
    """Of one language, as its phrasebook is now."""

    def __init__(self, phrasebook: Phrasebook, replies: Replies) -> None:
        self.phrasebook = phrasebook
        self._replies = replies
        self._made: dict[QuestionName, tuple[str, ...]] = {}

    def of(self, question: QuestionName) -> Sequence[str] | None:
        """None: decode freely."""
        if question == "open":
            return None
        if question not in self._made:
            self._made[question] = tuple(dict.fromkeys(self._phrases(question)))
        return self._made[question]

    def address(self) -> Sequence[str]:
        """Streets and numbers, and the few words by which an address read back is answered."""
        return self.of("address") or ()

    def _phrases(self, question: QuestionName) -> Sequence[str]:
        if question == "address":
            return [*sorted(self._replies.yes), *sorted(self._replies.no), *self.phrasebook.phrases("address")]
        return () if question == "open" else self.phrasebook.phrases(question)
