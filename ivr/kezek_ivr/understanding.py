"""All that comes before the line: who, in which language, what is known of his house, where, and what has happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kezek_ivr.announcing import Announcing
from kezek_ivr.conversation import EMERGENCY, Conversation
from kezek_ivr.dialogue import Dialogue
from kezek_ivr.first_words import FirstWords
from kezek_ivr.grammars import Grammars
from kezek_ivr.greeting import greet
from kezek_ivr.interview import Interview
from kezek_ivr.keeping import fresh_notes
from kezek_ivr.lookups import Lookups
from kezek_ivr.overloaded import Overloaded
from kezek_ivr.reading_back import ReadingBack
from kezek_ivr.recorded import RecordedIntake
from kezek_ivr.recording import Recorder
from kezek_ivr.refusing import Refusing
from kezek_ivr.reporting import Reporting
from kezek_ivr.settings import ReceptionSettings
from kezek_ivr.side_tasks import running
from kezek_ivr.silent import ask_the_silent
from kezek_ivr.ticket_states import TicketStates
from kezek_ivr.types import KnownCaller
from kezek_speech.types import Ears, Phrasebook
from kezek_telephony.types import Arrival


class Understanding:
    """`clock`: unix seconds, for the opening hours and the moment at which something was heard."""

    def __init__(
        self,
        ears: Ears,
        phrasebooks: Mapping[str, Phrasebook],
        dialogue: Dialogue,
        settings: ReceptionSettings,
        lookups: Lookups,
        recorder: Recorder,
        refusing: Refusing,
        announcing: Announcing,
        states: TicketStates,
        reading_back: ReadingBack,
        recorded: RecordedIntake,
        first_words: FirstWords,
        reporting: Reporting,
        overloaded: Overloaded,
        clock: Callable[[], float],
    ) -> None:
        self._ears, self._phrasebooks, self._dialogue, self._settings = ears, phrasebooks, dialogue, settings
        self._lookups, self._recorder, self._refusing = lookups, recorder, refusing
        self._announcing, self._states, self._reading_back, self._clock = announcing, states, reading_back, clock
        self._recorded, self._first_words, self._reporting = recorded, first_words, reporting
        self._overloaded = overloaded
        self._grammars: dict[str, Grammars] = {}

    async def understand(self, talk: Conversation) -> bool:
        """False: the call has its end, for it is closed, or he has been told what he wanted to know."""
        arrival = talk.line.arrival
        known = await self._lookups.known(arrival.caller)
        talk.keeper.begin(fresh_notes(arrival, known, self._recorder.at_first))
        await greet(
            talk,
            self._dialogue,
            known=self.language_of(*self.languages_of(arrival), known.language, ask=True),
            states=self._states.offered,
        )
        talk.keeper.set_language(talk.language)
        household = known.household
        talk.story.tell(
            "known_number",
            known=household is not None,
            household=dict(household) if household else None,
            open_tickets=len(known.open_tickets),
        )
        await talk.line.remember(LANGUAGE=talk.language)
        async with running(self._remember_language(talk, known)):
            await self._first_words.tell(talk)
            await self._first_words.tell_of_place(talk)
            if not await self._announcing.passes(talk):
                return False
            if not await self._refusing.passes_hours(talk, self._clock()):
                return False
            if not await self._interview(talk):
                return False
            if talk.priority == EMERGENCY and "emergency" not in talk.keeper.notes:
                talk.keeper.set_emergency({"how": "digit"})
            await self._recorder.ask(talk)
        return True

    async def prepare(self, talk: Conversation) -> None:
        """What is known without a question, for a call that is asked none."""
        await self._interview_of(talk, self._dialogue, None).prepare()

    def languages_of(self, arrival: Arrival) -> tuple[str, ...]:
        """What the call itself says: the language that it had before, else that of the number dialled; '' without."""
        return arrival.language or "", self._settings.number_languages.get(arrival.dialled, "")

    def language_of(self, *candidates: str, ask: bool = False) -> str:
        """The first that this dialogue speaks; else '' where one may `ask`, the default otherwise."""
        otherwise = "" if ask else self._dialogue.language.default
        return next((each for each in candidates if each in self._dialogue.languages), otherwise)

    async def _interview(self, talk: Conversation) -> bool:
        of_the_day = self._overloaded.topics(talk)
        dialogue = self._dialogue.for_town(self._lookups.topics(talk.language), of_the_day)
        interview = self._interview_of(talk, dialogue, self._grammars_of(talk.language))
        await interview.prepare()
        if talk.straight:
            self._reporting.look(talk, last=True)
        elif not talk.wants_state:
            await interview.hold()
            self._reporting.look(talk, last=True)
            talk.silent = interview.silent
            if not await self._announcing.passes(talk):  # by now he may have named another house
                return False
            if interview.silent and self._settings.silent_is_emergency:
                await ask_the_silent(talk, dialogue)
            await self._first_words.tell_of_place(talk)
            if not await self._recorded.passes(talk, silent=interview.silent):
                return False
        return not talk.wants_state or talk.priority == EMERGENCY or await self._states.passes(talk)

    def _interview_of(self, talk: Conversation, dialogue: Dialogue, grammars: Grammars | None) -> Interview:
        return Interview(
            talk,
            dialogue,
            self._ears,
            grammars,
            self._lookups,
            self._reading_back,
            self._clock,
            states=self._states.offered,
            changed=lambda: self._reporting.look(talk),
        )

    def _grammars_of(self, language: str) -> Grammars | None:
        """None without a phrasebook; made anew when the town's names are."""
        if (phrasebook := self._phrasebooks.get(language)) is None:
            return None
        kept = self._grammars.get(language)
        if kept is None or kept.phrasebook is not phrasebook:
            kept = self._grammars[language] = Grammars(phrasebook, self._dialogue.replies[language])
        return kept

    async def _remember_language(self, talk: Conversation, known: KnownCaller) -> None:
        if known.household is not None and known.language != talk.language:
            await self._lookups.remember_language(known.household["id"], talk.language)
