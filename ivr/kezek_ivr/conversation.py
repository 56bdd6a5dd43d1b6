"""One call as it is conducted: who is on the line, what is known of it, and what has been decided so far."""

from __future__ import annotations

from dataclasses import dataclass

from kezek_ivr.keeping import Keeper, Story
from kezek_ivr.watch import Watch
from kezek_telephony.types import Line

USUAL = 0
EMERGENCY = 9


@dataclass(slots=True)
class Conversation:
    line: Line
    keeper: Keeper
    story: Story
    watch: Watch
    language: str = ""
    priority: int = USUAL
    straight: bool = False  # no more questions: on to the operator
    position: int = 0  # the last place told; it never grows
    operator: str = ""  # who talks or talked with the caller
    offer: int = 0
    connected: bool = False

    @property
    def call(self) -> str:
        return self.line.arrival.call
