"""What a call feels of the ladder of overload: decided here and nowhere else.

Emergencies, silent callers and those in danger are on no rung: nothing of it is for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kezek_ivr.conversation import EMERGENCY, Conversation
from kezek_ivr.ports import Rungs
from kezek_queue.ladder.types import CallbackOffer, RungRules

DANGERS = frozenset({"gas", "fire", "danger", "lift", "medical", "flood", "electric"})  # of kezek_speech's urgencies


@dataclass(frozen=True, slots=True)
class Feels:
    """`first`: prompts and bulletins' codes that he hears before anything else; `callback`: how one is offered;
    `record`: he is taken down without an operator; `divert`: the number outside that takes him over, '' for none;
    `packs`, `topics`: of the day, and the digits that name them; `behind`: he goes after all who know nothing yet."""

    first: tuple[str, ...] = ()
    callback: CallbackOffer = "rules"
    record: bool = False
    divert: str = ""
    packs: tuple[str, ...] = ()
    topics: Mapping[str, str] = field(default_factory=dict)
    behind: bool = False


NOTHING = Feels()


def feels(
    rules: RungRules | None,
    priority: int,
    topic: str = "",
    danger: bool = False,
    silent: bool = False,
    queue: str = "",
    told: bool = False,
) -> Feels:
    """`rules`: of the present rung, None where there is no ladder; `topic`: '' while it is not known; `danger`: he has
    said something that is one; `silent`: he says and presses nothing; `told`: he knows of his outage."""
    if rules is None or priority >= EMERGENCY or danger or silent or topic in rules.spared:
        return NOTHING
    return Feels(
        first=rules.first,
        callback=rules.callback,
        record=bool(topic) and topic in rules.record,
        divert=rules.divert.get(queue, ""),
        packs=rules.packs,
        topics=rules.topics,
        behind=rules.told_last and told,
    )


def felt(talk: Conversation, rungs: Rungs | None) -> Feels:
    """By what is known of the call now."""
    told = any(id > 0 for id in talk.told_outages)  # a suspicion tells nobody what he wants to know
    rules = rungs.now(talk.queue) if rungs is not None else None
    return feels(rules, talk.priority, _topic(talk), in_danger(talk), talk.silent, talk.queue, told)


def is_spared(talk: Conversation, rungs: Rungs | None) -> bool:
    """He is on no rung, and while he waits nothing comes between him and an operator."""
    rules = rungs.now(talk.queue) if rungs is not None else None
    notes = talk.keeper.notes
    silent = talk.silent or notes["unheard"] == "silence"  # also one whom another session asked
    urgent = talk.priority >= EMERGENCY or "emergency" in notes or in_danger(talk)
    return urgent or silent or (rules is not None and _topic(talk) in rules.spared)


def in_danger(talk: Conversation) -> bool:
    urgency = talk.keeper.notes["fields"].get("urgency")
    return urgency is not None and not DANGERS.isdisjoint(urgency["value"].split(","))


def _topic(talk: Conversation) -> str:
    topic = talk.keeper.notes["fields"].get("topic")
    return topic["value"] if topic else ""
