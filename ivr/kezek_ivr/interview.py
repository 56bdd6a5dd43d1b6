"""Where are you and what has happened: the questions, until the fields are filled or a limit says on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Literal

from kezek_ivr import prefill
from kezek_ivr.answering import Answering
from kezek_ivr.asking_back import AskingBack, Part, Turn
from kezek_ivr.conversation import EMERGENCY, Conversation
from kezek_ivr.dialogue import Dialogue
from kezek_ivr.dialogue_parts import Question
from kezek_ivr.filling import Filling
from kezek_ivr.grammars import Grammars
from kezek_ivr.greeting import CUT_SHORT_S
from kezek_ivr.hearing import Answer, hear
from kezek_ivr.lookups import Lookups
from kezek_ivr.reading_back import ReadingBack
from kezek_speech.types import Ears

Keyed = Literal["straight", "value", "yes", "no", "wrong", "none"]

ADDRESS: tuple[Part, Part] = ("street", "house")
ASKED_STATE_AT = ("open", "street")
LONGEST_KEYED = 40  # keys of one answer, all taken: what is left of a keyed telephone number answers the next question


class Interview:
    """One caller's interview: `prepare` always, `hold` where there is time for questions. `clock`: unix seconds;
    `changed`: told when a field has."""

    def __init__(
        self,
        talk: Conversation,
        dialogue: Dialogue,
        ears: Ears,
        grammars: Grammars | None,
        lookups: Lookups,
        reading_back: ReadingBack,
        clock: Callable[[], float],
        *,
        states: bool = False,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._changed = changed
        self._talk, self._dialogue, self._ears, self._grammars = talk, dialogue, ears, grammars
        self._reading_back, self._states = reading_back, states
        self._filling = Filling(talk, lookups, clock)
        self.silent = False  # not a word and not a digit, whatever was asked
        self._switches = dialogue.languages[talk.language]
        self._asking = AskingBack(
            {question.name: question for question in dialogue.questions if question.name in ADDRESS},
            dialogue.limits,
            self._switches.known_address,
            first=() if self._asks_openly else ADDRESS,
        )
        self._until = 0.0
        self._silences = self._fruitless = 0
        self._opening: tuple[str, ...] = ()
        self._keyed_any = False

    async def prepare(self) -> None:
        """What is known without a question: the household's address."""
        await self._filling.begin()

    async def hold(self) -> None:
        """Put the questions. Raises HungUp and LineLost; ends within limits.interview_s and one more answer.

        An emergency raises the conversation's priority; a wish for an operator, or no recogniser, ends it.
        """
        self._opening = (self._dialogue.keys, *self._state_offer())
        if self._grammars is None:
            self._talk.keeper.set_unheard("no_model")
            await self._keys_alone()
            return
        self._until = asyncio.get_running_loop().time() + self._dialogue.limits.interview_s
        for name in dict.fromkeys(
            "address" if each.name in ADDRESS else each.name for each in self._dialogue.questions
        ):
            going = await (self._ask_address(self._grammars) if name == "address" else self._ask(name, self._grammars))
            if not going:
                return

    async def _ask(self, name: str, grammars: Grammars) -> bool:
        """One question beside the address, and once more where nothing was understood. False: no more questions."""
        question = next(each for each in self._dialogue.questions if each.name == name)
        for attempt in range(1 + question.reasks):
            if not self._wanted(question):
                return True
            turn = await self._put(question, self._prompts(question, attempt), grammars, attempt)
            if turn is None:
                return False
            if turn == "silent":
                return True  # a silent caller is not asked the same again
        return True

    async def _ask_address(self, grammars: Grammars) -> bool:
        """What of the address is missing or doubtful, part by part. False: no more questions."""
        asking, filling = self._asking, self._filling
        while (part := asking.next(filling.fields, register_silent=filling.register_silent)) is not None:
            told = filling.fields if self._reads_back(part) else {}
            async with self._reading_back.said(told, self._talk.language) as said:
                if part == "confirm" and said is None:
                    asking.mute = True
                    continue
                attempt = asking.attempt(part)
                asking.put(part, filling.fields)
                asking.refused = False
                question, prompts = self._address_question(part, attempt, said)
                turn = await self._put(question, prompts, grammars, attempt)
            if turn is None:
                return False
            asking.answered(part, turn, filling.fields)
        return True

    def _reads_back(self, part: Part) -> bool:
        """The street with the question for its house, where it was one word of many."""
        street = self._filling.fields.get("street")
        if part == "house" and self._asks_openly and not self._asking.attempt(part):
            return street is not None and street["source"] == "spoken"
        return part == "confirm"

    def _address_question(self, part: Part, attempt: int, said: str | None) -> tuple[Question, tuple[str, ...]]:
        words = self._dialogue.address
        if part == "anew":
            return words.question, (words.anew,)
        if part == "confirm":
            yes, no = f"press/{words.yes_digit}", f"press/{words.no_digit}"
            return words.question, (words.heard, said or "", words.right, yes, words.wrong, no)
        question = next(each for each in self._dialogue.questions if each.name == part)
        return question, (*((said,) if said else ()), question.again if attempt else question.prompt)

    async def _put(self, question: Question, prompts: Sequence[str], grammars: Grammars, attempt: int) -> Turn | None:
        """One question and its answer; None: no more questions."""
        if asyncio.get_running_loop().time() >= self._until:
            return None
        limits = self._dialogue.limits
        turn = await self._turn(question, prompts, grammars, attempt)
        self._opening, self._states = (), False
        self._silences = self._silences + 1 if turn == "silent" else 0
        self._fruitless = self._fruitless + 1 if turn in ("silent", "fruitless") else 0
        if turn == "straight":
            return None
        if self._silences >= limits.silences or self._fruitless >= limits.fruitless:
            self._give_up(silent=self._silences > 0)
            return None
        return turn

    async def _turn(self, question: Question, prompts: Sequence[str], grammars: Grammars, attempt: int) -> Turn:
        talk, filling = self._talk, self._filling
        talk.story.tell("asked", question=question.name, attempt=attempt + 1)
        before = dict(filling.fields)
        taking = Answering(talk, self._dialogue, filling, question, grammars.phrasebook, grammars.address)
        answer = await hear(
            talk.line,
            self._ears,
            question,
            *self._opening,
            *prompts,
            language=talk.language,
            phrases=grammars.of(question.name),
            spare=grammars.address() if question.name == "open" else None,
            keys=self._keys(question),
            taking=taking,
        )
        if answer.words:
            taking.enough(answer.words, answer.final, answer.again)
            talk.story.tell("words", question=question.name, text=taking.text, final=answer.final)
        keyed: Keyed = "none" if answer.digit is None else await self._keyed(question, answer.digit)
        self._keyed_any = self._keyed_any or answer.digit is not None
        reply = keyed if keyed in ("yes", "no") else taking.reply
        if reply == "no" and not taking.named:
            filling.refuse()
            self._asking.refused = True
        await filling.check()
        if reply == "yes":
            filling.agree()
        if filling.fields != before:
            self._changed()
            talk.story.tell("fields", fields={name: dict(note) for name, note in talk.keeper.notes["fields"].items()})
        if answer.unheard not in ("", "silence"):
            talk.keeper.set_unheard(answer.unheard)
            if answer.unheard == "no_model":
                await self._keys_alone()
            return "straight"
        if keyed == "straight" or talk.priority == EMERGENCY:
            return "straight"
        if taking.reply or keyed in ("value", "yes", "no") or filling.fields != before:
            return "understood"
        return self._nothing(question, answer)

    async def _keys_alone(self) -> None:
        """Nobody is understood in his language: what the keys are for he hears all the same, once."""
        line, words = self._talk.line, self._dialogue
        if not self._opening:
            return
        cut = await line.play(*self._opening, language=self._talk.language)
        digit = await line.digit(CUT_SHORT_S if cut else words.language.first_digit_s)
        if digit == words.emergency_digit:
            self._talk.priority = EMERGENCY
        self._talk.wants_state = self._states and digit == words.ticket.digit

    def _nothing(self, question: Question, answer: Answer) -> Turn:
        if answer.unheard != "silence":
            return "fruitless"
        note = self._filling.fields.get("street" if question.name == "street" else "house")
        if question.name not in ADDRESS:
            return "silent"
        if note is not None and note["source"] == "household":
            self._asking.stands = True
            return "understood"
        return "silent"

    def _wanted(self, question: Question) -> bool:
        if question.name == "open":
            return self._switches.open
        return not self._filling.sure("topic", self._dialogue.limits.sure)

    def _prompts(self, question: Question, attempt: int) -> tuple[str, ...]:
        """The prompt; at the second asking for a topic, the topics by digits."""
        if question.name != "topic" or not attempt:
            return (question.again if attempt else question.prompt,)
        topics = self._dialogue.topics.items()
        return (question.again, *(said for digit, code in topics for said in (f"topic/{code}", f"press/{digit}")))

    def _keys(self, question: Question) -> str:
        """The keys that mean something at this question."""
        dialogue = self._dialogue
        if question.name == "house":
            return "0123456789"
        more = {
            "topic": "".join(dialogue.topics),
            "address": dialogue.address.yes_digit + dialogue.address.no_digit,
        }.get(question.name, "")
        state = dialogue.ticket.digit if self._states and question.name in ASKED_STATE_AT else ""
        return dialogue.operator_digit + dialogue.emergency_digit + more + state

    async def _keyed(self, question: Question, digit: str) -> Keyed:
        """What a key means at this question; a house number's further digits are read here."""
        dialogue = self._dialogue
        if digit == dialogue.operator_digit:
            return "straight"
        if question.name == "house":
            keys = digit
            while len(keys) < LONGEST_KEYED and keys[-1] != "#":
                keys += await self._talk.line.digit(dialogue.limits.digit_s) or "#"
            if house := prefill.keyed_house(keys.removesuffix("#")):
                self._filling.key("house", house)
                return "value"
            return "wrong"
        if digit == dialogue.emergency_digit:
            self._talk.priority = EMERGENCY
            return "straight"
        if question.name == "address":
            return "yes" if digit == dialogue.address.yes_digit else "no"
        if question.name in ASKED_STATE_AT:  # no topic can be keyed there
            self._talk.wants_state = True
            return "straight"
        self._filling.key("topic", dialogue.topics[digit])
        return "value"

    def _state_offer(self) -> tuple[str, ...]:
        """Beside the keys that help at once, where the first question takes that key."""
        first = next((each.name for each in self._dialogue.questions if self._comes(each)), "")
        if not self._states or first not in ASKED_STATE_AT:
            return ()
        return self._dialogue.ticket.offer, f"press/{self._dialogue.ticket.digit}"

    def _comes(self, question: Question) -> bool:
        if question.name in ADDRESS:
            part = self._asking.next(self._filling.fields, register_silent=self._filling.register_silent)
            return part == question.name
        return self._wanted(question)

    def _give_up(self, *, silent: bool) -> None:
        if not self._talk.keeper.notes["words"]:
            self._talk.keeper.set_unheard("silence")
            self.silent = silent and not self._keyed_any

    @property
    def _asks_openly(self) -> bool:
        return self._switches.open and any(each.name == "open" for each in self._dialogue.questions)
