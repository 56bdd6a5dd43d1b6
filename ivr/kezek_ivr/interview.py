"""Where are you and what has happened: the questions, until the fields are filled or a limit says on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Literal

from kezek_ivr import prefill
from kezek_ivr.conversation import EMERGENCY, Conversation
from kezek_ivr.dialogue import Dialogue
from kezek_ivr.dialogue_parts import Question
from kezek_ivr.hearing import Answer, hear
from kezek_ivr.lookups import Lookups
from kezek_ivr.types import FieldName, FieldNote
from kezek_speech.types import Ears, Mention, Phrasebook, Word

Turn = Literal["straight", "understood", "fruitless", "silent"]

ASKED_STATE_AT = ("open", "street")
LONGEST_KEYED = 40  # keys of one answer, all taken: what is left of a keyed telephone number answers the next question


class Interview:
    """One caller's interview: `prepare` always, `hold` where there is time for questions."""

    def __init__(
        self,
        talk: Conversation,
        dialogue: Dialogue,
        ears: Ears,
        phrasebook: Phrasebook | None,
        lookups: Lookups,
        *,
        states: bool = False,
    ) -> None:
        self._talk, self._dialogue, self._ears, self._lookups = talk, dialogue, ears, lookups
        self._phrasebook, self._states = phrasebook, states
        self.silent = False  # not a word and not a digit, whatever was asked
        self._switches = dialogue.languages[talk.language]
        self._fields: dict[FieldName, FieldNote] = {}
        self._keyed_any = False
        self._register_silent = False  # a house that could not be checked is not asked for again
        self._address_stands = False  # known from the number, and the caller said nothing against it

    async def prepare(self) -> None:
        """What is known without a question: the household's address."""
        self._fields = prefill.from_household(self._talk.keeper.notes["household"])
        await self._check_house()
        self._show()

    async def hold(self) -> None:
        """Put the questions. Raises HungUp and LineLost; ends within limits.interview_s and one more answer.

        An emergency raises the conversation's priority; a wish for an operator, or no recogniser, ends it.
        """
        if self._phrasebook is None:
            self._talk.keeper.set_unheard("no_model")
            return
        limits = self._dialogue.limits
        until = asyncio.get_running_loop().time() + limits.interview_s
        silences = fruitless = 0
        opening: tuple[str, ...] = (self._dialogue.keys, *self._state_offer(self._dialogue.questions))
        for question in self._dialogue.questions:
            for attempt in range(1 + question.reasks):
                if not self._wanted(question):
                    break
                if asyncio.get_running_loop().time() >= until:
                    return
                turn = await self._ask(question, self._phrasebook, attempt, opening)
                opening = ()
                self._states = False
                silences = silences + 1 if turn == "silent" else 0
                fruitless = fruitless + 1 if turn in ("silent", "fruitless") else 0
                if turn == "straight":
                    return
                if silences >= limits.silences or fruitless >= limits.fruitless:
                    self._give_up(silent=silences > 0)
                    return
                if turn == "silent":
                    break  # a silent caller is not asked the same again

    def _wanted(self, question: Question) -> bool:
        if question.name == "open":
            return self._switches.open
        note = self._fields.get(question.name)
        if note is None:
            return True
        if note["source"] == "household":
            return self._switches.known_address == "ask" and not self._address_stands
        if question.name == "house" and self._register_silent:
            return False
        return note["confidence"] < self._dialogue.limits.sure

    async def _ask(self, question: Question, phrasebook: Phrasebook, attempt: int, opening: tuple[str, ...]) -> Turn:
        self._talk.story.tell("asked", question=question.name, attempt=attempt + 1)
        before = dict(self._fields)
        heard = _Heard(self, question, phrasebook)
        phrases = None if question.name == "open" else phrasebook.phrases(question.name)
        answer = await hear(
            self._talk.line,
            self._ears,
            question,
            *opening,
            *self._prompts(question, attempt),
            language=self._talk.language,
            phrases=phrases,
            keys=self._keys(question),
            enough=heard.enough,
        )
        if answer.words:
            heard.enough(answer.words, answer.final)
            self._talk.story.tell("words", question=question.name, text=heard.text, final=answer.final)
        keyed = await self._keyed(question, answer.digit) if answer.digit is not None else "none"
        self._keyed_any = self._keyed_any or answer.digit is not None
        await self._check_house()
        self._show()
        if self._fields != before:
            self._talk.story.tell(
                "fields", fields={name: dict(note) for name, note in self._talk.keeper.notes["fields"].items()}
            )
        if answer.unheard not in ("", "silence"):
            self._talk.keeper.set_unheard(answer.unheard)
            return "straight"
        if keyed == "straight" or self.emergency:
            return "straight"
        return self._turn(question, answer, before, keyed)

    def _turn(self, question: Question, answer: Answer, before: dict[FieldName, FieldNote], keyed: str) -> Turn:
        if self._fields != before or keyed == "value":
            return "understood"
        if answer.unheard != "silence":
            return "fruitless"
        note = None if question.name == "open" else self._fields.get(question.name)
        if note is not None and note["source"] == "household":
            self._address_stands = True
            return "understood"
        return "silent"

    def _prompts(self, question: Question, attempt: int) -> Iterator[str]:
        yield question.again if attempt else question.prompt
        if question.name == "topic" and attempt:
            for digit, code in self._dialogue.topics.items():
                yield f"topic/{code}"
                yield f"press/{digit}"

    def _keys(self, question: Question) -> str:
        """The keys that mean something at this question."""
        if question.name == "house":
            return "0123456789"
        topics = "".join(self._dialogue.topics) if question.name == "topic" else ""
        state = self._dialogue.ticket.digit if self._states and question.name in ASKED_STATE_AT else ""
        return self._dialogue.operator_digit + self._dialogue.emergency_digit + topics + state

    async def _keyed(self, question: Question, digit: str) -> Literal["straight", "value", "wrong"]:
        """What a key means at this question; a house number's further digits are read here."""
        if digit == self._dialogue.operator_digit:
            return "straight"
        if question.name == "house":
            keys = digit
            while len(keys) < LONGEST_KEYED and keys[-1] != "#":
                following = await self._talk.line.digit(self._dialogue.limits.digit_s)
                keys += following or "#"
            if house := prefill.keyed_house(keys.removesuffix("#")):
                self._fields = prefill.with_keyed(self._fields, "house", house)
                return "value"
            return "wrong"
        if digit == self._dialogue.emergency_digit:
            self._talk.priority = EMERGENCY
            return "straight"
        if question.name in ASKED_STATE_AT:  # no topic can be keyed there
            self._talk.wants_state = True
            return "straight"
        self._fields = prefill.with_keyed(self._fields, "topic", self._dialogue.topics[digit])
        return "value"

    async def _check_house(self) -> None:
        if (address := prefill.house_to_check(self._fields)) is None or self._fields["house"]["ref"]:
            return
        building, answered = await self._lookups.building(*address)
        self._register_silent = not answered
        self._fields = prefill.with_building(self._fields, building)

    def understand(self, mentions: Sequence[Mention], base: prefill.Fields, certainty: float) -> None:
        """Fields out of all mentions of one answer so far."""
        self._fields = prefill.with_mentions(
            base,
            mentions,
            street_name=lambda ref: self._lookups.street_name(ref, self._talk.language),
            certainty=certainty,
        )
        if prefill.is_emergency(mentions):
            self._talk.priority = EMERGENCY
            self._talk.keeper.set_emergency({"how": "words"})

    def says_all(self, question: Question) -> bool:
        sure = self._dialogue.limits.sure
        wanted: tuple[FieldName, ...] = ("street", "house", "topic") if question.name == "open" else (question.name,)
        return all(name in self._fields and self._fields[name]["confidence"] >= sure for name in wanted)

    def show_words(self, question: Question, text: str, *, final: bool, first: bool) -> None:
        self._talk.keeper.set_words(question.name, text, final=final, first=first)
        self._show()

    def _show(self) -> None:
        """The fields as the operator sees them: a house is not certain before the register knows it."""
        house = self._fields.get("house")
        unchecked = house is not None and not house["ref"] and house["source"] == "spoken"
        self._talk.keeper.set_fields(prefill.with_building(self._fields, None) if unchecked else self._fields)

    def _state_offer(self, questions: Sequence[Question]) -> tuple[str, ...]:
        """Beside the keys that help at once, where the first question takes that key."""
        first = next((question for question in questions if self._wanted(question)), None)
        if not self._states or first is None or first.name not in ASKED_STATE_AT:
            return ()
        return self._dialogue.ticket.offer, f"press/{self._dialogue.ticket.digit}"

    def _give_up(self, *, silent: bool) -> None:
        if not self._talk.keeper.notes["words"]:
            self._talk.keeper.set_unheard("silence")
            self.silent = silent and not self._keyed_any

    @property
    def emergency(self) -> bool:
        return self._talk.priority == EMERGENCY

    @property
    def fields(self) -> prefill.Fields:
        return self._fields


class _Heard:
    """The growing answer to one question: words into notes and fields, from the fields as they stood before it."""

    def __init__(self, interview: Interview, question: Question, phrasebook: Phrasebook) -> None:
        self._interview, self._question, self._phrasebook = interview, question, phrasebook
        self._base = dict(interview.fields)
        self._first = True
        self.text = ""

    def enough(self, words: Sequence[Word], final: bool) -> bool:
        """Take in all words of the answer so far; True when no more is needed."""
        if not words:
            return False
        self.text = " ".join(word.text for word in words)
        self._interview.understand(self._mentions(words), self._base, 1.0 if final else prefill.UNSURE)
        self._interview.show_words(self._question, self.text, final=final, first=self._first)
        self._first = False
        return self._interview.emergency or (final and self._interview.says_all(self._question))

    def _mentions(self, words: Sequence[Word]) -> list[Mention]:
        """A short answer may be one word alone; whoever says more than was asked is heard too."""
        mentions = self._phrasebook.mentions(words)
        if (name := self._question.name) == "open":
            return mentions
        return [*self._phrasebook.answer(name, words), *(each for each in mentions if each.kind != name)]
