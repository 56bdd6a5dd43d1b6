"""Fields out of what is said in a talk: the caller's words fill them, the operator's read an address back."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from kezek_ivr import addressing, prefill
from kezek_ivr.lookups import Lookups
from kezek_ivr.transcript import Side
from kezek_ivr.two_passes import ADDRESS, combined
from kezek_ivr.types import FieldName, FieldNote
from kezek_speech.types import Mention, Phrasebook, Word

READ_BACK = 0.7  # times the confidence, for what an operator says: he asks as often as he repeats
READ_BACK_OF = frozenset({"street", "house", "flat", "entrance", "floor", "phone", "account"})
CERTAIN = 0.8
CONTEXT_S = 20.0  # a correction may come so long after what it corrects
CONTEXT = 3  # utterances


class TalkFields:
    """`heard` takes utterances; `fields` are those that stand, with the present utterance's guesses.

    `clock`: unix seconds. What an operator wrote stands in his own file, which nothing here can touch.
    """

    def __init__(
        self,
        fields: prefill.Fields,
        phrasebook: Phrasebook,
        lookups: Lookups,
        language: str,
        clock: Callable[[], float],
    ) -> None:
        self._phrasebook, self._lookups, self._language, self._clock = phrasebook, lookups, language, clock
        self._stand: dict[FieldName, FieldNote] = dict(fields)
        self._shown = dict(self._stand)
        self._said: dict[Side, deque[tuple[float, tuple[Word, ...]]]] = {
            "caller": deque(maxlen=CONTEXT),
            "operator": deque(maxlen=CONTEXT),
        }
        self._last: tuple[Word, ...] = ()
        self._before_last = self._stand  # what stood before that utterance
        self.emergency = False
        self._candidates: tuple[prefill.Candidate, ...] = ()
        self._checked = addressing.to_check(self._stand)

    @property
    def fields(self) -> dict[str, FieldNote]:
        return {str(name): note for name, note in self._shown.items()}

    def heard(self, who: Side, words: Sequence[Word], *, final: bool) -> bool:
        """An utterance of one side so far. True when a field has changed."""
        if not words:
            return False
        self._last = ()
        now, said = self._clock(), self._said[who]
        while said and said[0][0] < now - CONTEXT_S:
            said.popleft()
        context = [word for _, earlier in said for word in earlier]
        before, fields = self._shown, self._stand
        if context:
            mentions = self._phrasebook.mentions([*context, *words])
            fields = self._merged(fields, who, mentions, 1.0 if final else prefill.UNSURE)
        self._shown = self._merged(fields, who, self._phrasebook.mentions(words), 1.0 if final else prefill.UNSURE)
        if final:
            said.append((now, tuple(words)))
            self._last, self._before_last, self._stand = tuple(words), fields, self._shown
        return self._shown != before

    def doubtful(self, words: Sequence[Word]) -> bool:
        """An address is in these words, and it is not certain: a second pass over their sound is worth it."""
        sure = all(name in self._stand and self._stand[name]["confidence"] >= CERTAIN for name in ("street", "house"))
        return not sure and any(mention.kind in ADDRESS for mention in self._phrasebook.mentions(words))

    def heard_again(self, words: Sequence[Word], again: Sequence[Word]) -> None:
        """What a second pass has made of the caller's last utterance, unless somebody has spoken meanwhile."""
        if again and self._last == tuple(words):
            first, second = self._phrasebook.mentions(words), self._phrasebook.answer("address", again)
            self._shown = self._stand = self._merged(self._before_last, "caller", combined(first, second), 1.0)

    async def check(self) -> None:
        """Hold the address against the register, if it is another one than before."""
        asked = addressing.to_check(self._shown, self._candidates)
        if asked is not None and asked == self._checked and self._shown["house"]["ref"]:
            return
        seen, stood = self._shown, self._stand
        checked, _ = await addressing.checked(seen, self._candidates, self._lookups, self._language)
        self._checked = asked
        if self._shown is seen:  # he may have said another one meanwhile
            self._shown = checked
        if self._stand is stood and asked is not None and addressing.to_check(stood, self._candidates) == asked:
            self._stand = {**stood, "street": checked["street"], "house": checked["house"]}

    def _merged(
        self, fields: prefill.Fields, who: Side, mentions: Sequence[Mention], certainty: float
    ) -> dict[FieldName, FieldNote]:
        if who == "operator":
            mentions = [mention for mention in mentions if self._may_read_back(fields, mention)]
            certainty *= READ_BACK
        elif certainty == 1.0 and prefill.is_emergency(mentions):
            self.emergency = True
        merged = prefill.with_mentions(
            fields,
            mentions,
            street_name=lambda ref: self._lookups.street_name(ref, self._language),
            certainty=certainty,
            at=self._clock(),
        )
        if merged.get("street") != fields.get("street"):
            self._candidates = prefill.street_candidates(mentions, certainty)
        return merged

    def _may_read_back(self, fields: prefill.Fields, mention: Mention) -> bool:
        """Empty and spoken fields; one that is certain only where he says the same."""
        if mention.kind not in READ_BACK_OF:
            return False
        standing = fields.get(mention.kind)  # type: ignore[arg-type] # none of READ_BACK_OF is an emergency
        if standing is None:
            return True
        same = mention.value in (standing["value"], standing["ref"])
        return standing["source"] == "spoken" and (same or standing["confidence"] < CERTAIN)
