"""What a site may set about its reception, and about calling back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class ReceptionSettings:
    """Seconds, unless said otherwise. `skills`: language -> skills wanted of the operator (name -> least level);
    `topic_skills`: the same by the topic's code; of both the higher level is wanted.

    `recording`: consent asks before the place is told and takes silence for a yes (an emergency is not asked, and not
    recorded then); always tells it; off forbids it to the operators too.
    """

    node: str
    queue: str = "main"
    skills: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    topic_skills: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    number_languages: Mapping[str, str] = field(default_factory=dict)  # dialled number -> language: there is no menu
    wrap_up_s: float = 60.0
    ring_s: int = 20  # a phone rings at most this long, and never into the end of the offer's lease
    divert_s: int = 40  # an outside number rings at most this long
    lease_margin_s: float = 4.0  # before the lease's end: an order already written may lie in a socket (`writetimeout`)
    place_every_s: float = 45.0
    poll_s: float = 5.0  # the waiting call reads its own state: a lost event costs no more than this
    queue_limit_s: float = 8.0  # the waiting line may be away this long; then the fallback takes the caller
    closing_limit_s: float = 120.0  # after the talk nobody waits, so that Redis may come back
    leave_limit_s: float = 2.0  # a caller given to the fallback is taken out of the line within this, or later
    link_limit_s: float = 10.0  # the exchange may refuse to ring this long; then the fallback takes the caller
    directory_limit_s: float = 1.0  # the register's answer comes within this or counts as 'nothing known'
    voice_limit_s: float = 0.6  # an address is ready to be read back within this, or its part is asked for without it
    hand_over_limit_s: float = 2.0  # what an emergency service is told is ready within this, or it is told nothing
    notes_limit_s: float = 1.0  # the notes are written within this before the call is placed, or later
    callbacks: bool = False  # offered: only where somebody dials them (see Outbound)
    callback_from_s: float = 180.0  # an honest wait longer than this is one for which a callback is offered
    called_back_lease_s: float = 60.0  # an offer's life while the citizen called back is asked, and the phone rings
    recording: Literal["off", "consent", "always"] = "off"
    in_talk: Literal["off", "caller", "both"] = "both"  # whose words are heard in a talk with an operator
    silent_is_emergency: bool = True  # who says and presses nothing, though asked; False: he waits like anybody

    def wishes(self, language: str, topic: str) -> dict[str, int]:
        """What a caller of this language and topic ('' is none) wants of an operator."""
        both = (self.skills.get(language, {}), self.topic_skills.get(topic, {}))
        return {name: max(each.get(name, 0) for each in both) for name in {*both[0], *both[1]}}


@dataclass(frozen=True, slots=True)
class OutboundSettings:
    """Seconds, unless said otherwise."""

    node: str
    dial_s: int = 40  # a citizen's phone rings at most this long
    lease_s: float = 75.0  # an offer's life while he is dialled, and a moment for his answer
    elsewhere_s: float = 3.0  # a callback that another node conducts is left to it for so long
    poll_s: float = 5.0  # events lost cost no more than this; what is unclear is asked of Asterisk again so often
    sql_limit_s: float = 3.0  # a claim not written within this is not written: the callback waits outside the line
    queue_limit_s: float = 8.0
    settle_limit_s: float = 60.0  # past this a claim is settled at the next start
