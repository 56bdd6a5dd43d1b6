"""The fields of one call as they fill: from words and keys, held against the register, shown to who gets the call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from kezek_ivr import addressing, prefill
from kezek_ivr.conversation import EMERGENCY, Conversation
from kezek_ivr.lookups import Lookups
from kezek_ivr.types import FieldName, FieldNote
from kezek_speech.types import Mention


class Filling:
    """`clock`: unix seconds. `register_silent`: the register did not answer; what it could not say is not asked of the
    caller again."""

    def __init__(self, talk: Conversation, lookups: Lookups, clock: Callable[[], float]) -> None:
        self._talk, self._lookups, self._clock = talk, lookups, clock
        self._heard: dict[FieldName, FieldNote] = {}  # as said and keyed
        self._fields: dict[FieldName, FieldNote] = {}  # as the register sees it
        self._candidates: tuple[prefill.Candidate, ...] = ()
        self._looked_up: tuple[tuple[int, ...], str] | None = None
        self.register_silent = False

    @property
    def fields(self) -> prefill.Fields:
        return self._fields

    def now(self) -> float:
        return self._clock()

    @property
    def heard(self) -> prefill.Fields:
        """To be given back to `understand` while one answer grows."""
        return self._heard

    async def begin(self) -> None:
        """With what is known without a question."""
        self._take(prefill.from_household(self._talk.keeper.notes["household"]))
        await self.check()

    def understand(self, mentions: Sequence[Mention], base: prefill.Fields, certainty: float) -> None:
        """Fields out of all mentions of one answer so far; `base`: `heard` as it stood before it."""
        before = self._heard
        heard = prefill.with_mentions(
            base, mentions, street_name=self._street_name, certainty=certainty, at=self._clock()
        )
        for name, note in heard.items():
            if (old := before.get(name)) is not None and "at" in old and _same(old, note):
                note["at"] = old["at"]  # said once, though it is read again with each further word
        if (street := heard.get("street")) != base.get("street") and street is not None:
            self._candidates = prefill.street_candidates(mentions, certainty)
        self._take(heard)
        if prefill.is_emergency(mentions):
            self._talk.priority = EMERGENCY
            self._talk.keeper.set_emergency({"how": "words"})

    def key(self, name: Literal["house", "topic"], value: str) -> None:
        self._take(prefill.with_keyed(self._heard, name, value, at=self._clock()))

    def agree(self) -> None:
        """The caller has said yes to the address that was read back to him."""
        self._heard = self._fields = prefill.confirmed(self._fields)
        self.show()

    def refuse(self) -> None:
        """He has said no to it, and nothing else."""
        self._take(prefill.refused(self._heard))
        self.show()

    async def check(self) -> None:
        """Hold the address against the register, if it is another one than before; then show it."""
        asked = addressing.to_check(self._heard, self._candidates)
        unproved = asked is not None and not self._fields["house"]["ref"]
        if asked != self._looked_up or (unproved and self.register_silent):
            self._fields, answered = await addressing.checked(
                self._heard, self._candidates, self._lookups, self._talk.language
            )
            self.register_silent, self._looked_up = not answered, asked
        self.show()

    def show(self) -> None:
        """As the operator sees them: a house is not certain before the register knows it."""
        self._talk.keeper.set_fields(addressing.with_house_unchecked(self._fields))

    def sure(self, name: FieldName, least: float) -> bool:
        return name in self._fields and self._fields[name]["confidence"] >= least

    def _take(self, heard: dict[FieldName, FieldNote]) -> None:
        """What is said of another address than the one looked up is shown as it was heard."""
        address: tuple[FieldName, ...] = ("street", "house")
        if any(not _same(heard.get(each), self._heard.get(each)) for each in address):
            self._fields, self._looked_up = dict(heard), None
            self._fields = addressing.with_street_choices(self._fields, self._candidates, self._street_name)
        else:
            self._fields = {**heard, **{each: self._fields[each] for each in address if each in self._fields}}
        self._heard = heard

    def _street_name(self, ref: str) -> str:
        return self._lookups.street_name(ref, self._talk.language)


def _same(one: FieldNote | None, other: FieldNote | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one["value"], one["source"], one["confidence"]) == (other["value"], other["source"], other["confidence"])
