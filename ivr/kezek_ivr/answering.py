"""The growing answer to one question: words into notes and fields, from the fields as they stood before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kezek_ivr import prefill
from kezek_ivr.asking_back import Reply, reply
from kezek_ivr.conversation import EMERGENCY, Conversation
from kezek_ivr.dialogue import Dialogue
from kezek_ivr.dialogue_parts import Question
from kezek_ivr.filling import Filling
from kezek_ivr.two_passes import combined
from kezek_ivr.types import FieldName
from kezek_speech.types import Mention, Phrasebook, Word

_WANTED: dict[str, tuple[FieldName, ...]] = {"open": ("street", "house", "topic"), "address": ("street", "house")}


class Answering:
    """Meets `hearing.Taking`. `address_phrases`: the grammar of this town's addresses."""

    def __init__(
        self,
        talk: Conversation,
        dialogue: Dialogue,
        filling: Filling,
        question: Question,
        phrasebook: Phrasebook,
        address_phrases: Callable[[], Sequence[str]],
    ) -> None:
        self._talk, self._dialogue, self._filling = talk, dialogue, filling
        self._question, self._phrasebook, self._address_phrases = question, phrasebook, address_phrases
        self._base = dict(filling.heard)
        self._before = {name: note["value"] for name, note in filling.fields.items()}
        self._first = True
        self.text = ""
        self.reply: Reply = ""  # to an address read back

    def enough(self, words: Sequence[Word], final: bool, again: Sequence[Word]) -> bool:
        """Take in all words of the answer so far; True when no more is needed."""
        if not words:
            return False
        self.text = " ".join(word.text for word in words)
        certainty = 1.0 if final else prefill.UNSURE
        mentions = self._mentions(words)
        if again:
            mentions = combined(mentions, self._phrasebook.answer("address", again))
        self._filling.understand(mentions, self._base, certainty)
        if self._question.name == "address":
            self.reply = self._reply(words, certainty)
        at = self._filling.now()
        self._talk.keeper.set_words(self._question.name, self.text, final=final, first=self._first, at=at)
        self._filling.show()
        self._first = False
        return self._talk.priority == EMERGENCY or (final and self._says_all())

    def phrases_again(self) -> Sequence[str]:
        """Where the words were decoded freely and do not say for sure where he is."""
        if self._question.name != "open" or self._sure("street", "house"):
            return ()
        return self._address_phrases()

    @property
    def named(self) -> bool:
        """Whether he has named another street or house than before."""
        values = {name: note["value"] for name, note in self._filling.fields.items() if name in ("street", "house")}
        return any(self._before.get(name) != value for name, value in values.items())

    def _says_all(self) -> bool:
        if self._question.name == "address":
            return self.reply == "yes" or (self.named and self._sure("street", "house"))
        name = self._question.name
        return self._sure(*_WANTED.get(name, (name,)))

    def _sure(self, *names: FieldName) -> bool:
        return all(self._filling.sure(name, self._dialogue.limits.sure) for name in names)

    def _reply(self, words: Sequence[Word], certainty: float) -> Reply:
        """Who says the same address once more says yes; who names another one says no, with the right one."""
        if self.named:
            return "no"
        said = reply(words, self._dialogue.replies[self._talk.language], certainty)
        return said or ("yes" if self._repeated() else "")

    def _repeated(self) -> bool:
        heard = self._filling.heard
        return any(
            heard[name]["confidence"] > self._base[name]["confidence"]
            for name in ("street", "house")
            if name in heard and name in self._base
        )

    def _mentions(self, words: Sequence[Word]) -> list[Mention]:
        """A short answer may be one word alone; whoever says more than was asked is heard too."""
        name = self._question.name
        if name == "address":
            return self._of_address(words)
        mentions = self._phrasebook.mentions(words)
        if name == "open":
            return mentions
        return [*self._phrasebook.answer(name, words), *(each for each in mentions if each.kind != name)]

    def _of_address(self, words: Sequence[Word]) -> list[Mention]:
        """Yes and no are no names of streets, and nothing is said by them of a house."""
        replies = self._dialogue.replies[self._talk.language]
        rest = [word for word in words if word.text.lower() not in replies.yes | replies.no]
        if not rest:
            return []
        streets = [each for each in self._phrasebook.answer("street", rest) if each.kind == "street"]
        houses = [each for each in self._phrasebook.answer("house", words) if each.kind == "house"]
        others = [each for each in self._phrasebook.mentions(words) if each.kind not in ("street", "house")]
        return [*streets, *houses, *others]
