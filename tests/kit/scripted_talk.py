"""A caller's talk with ours, without a telephone: who is in it, who hears whom, and how it ends."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from kezek_telephony.types import Held, Refused, Resumed, RingStep
from kit.scripted_caller import ScriptedLine


@dataclass
class Aside:
    """Somebody asked by the operator. `how`: of AsideEnded; '' while it lasts."""

    party: str
    connected: bool = False
    joined: bool = False
    how: str = ""


@dataclass
class ScriptedTalk:
    """`operator`: the phone or number that the caller belongs to now."""

    caller: ScriptedLine
    operator: str
    held: bool = False
    over: bool = False
    aside: Aside | None = None
    steps: deque[RingStep] = field(default_factory=deque)
    overheard: list[deque[bytes]] = field(default_factory=list)  # what the operator says goes there

    @property
    def parties(self) -> list[str]:
        aside = [self.aside.party] if self.aside and self.aside.connected else []
        return [] if self.over else [self.operator, *aside]

    def hold(self, on: bool, *, said: str = "") -> None:
        """The caller's music on or off; nothing when it is so already."""
        if self.aside and not self.aside.joined:
            raise Refused("the operator asks somebody")
        if self.held is on:
            return
        self.caller.done.append(said or ("hold" if on else "resume"))
        self._hold(on)

    def ask(self, party: str) -> Aside:
        if self.aside:
            raise Refused("somebody is asked already")
        self.aside = Aside(party)
        self.caller.done.append(f"consult {party}")
        self.hears_us(False)
        return self.aside

    def join(self) -> None:
        self._asked().joined = True
        self.caller.done.append("join")
        self._together()

    def hand_over(self) -> None:
        aside = self._asked()
        self.caller.done.append("hand over")
        self._handed_over(aside)

    def retrieve(self) -> None:
        if self.aside is None:
            raise Refused("nobody is asked")
        self.caller.done.append("retrieve")
        self.end_aside("retrieved")

    def release(self) -> None:
        self.caller.done.append("release")
        self.end()

    def leaves(self, party: str) -> None:
        """That phone hangs up."""
        aside = self.aside
        if self.over:
            return
        if aside and aside.connected and party == aside.party:
            self.end_aside("left")
        elif party == self.operator:
            if aside and aside.joined:
                self._handed_over(aside)
            else:
                self.end()

    def end(self) -> None:
        self.over = True
        if self.aside:
            self.aside.how = "operator_left"
            self.aside = None
        self.caller.wake()

    def end_aside(self, how: str) -> None:
        """The operator and the caller hear each other again."""
        assert self.aside
        self.aside.how, self.aside = how, None
        self._together()

    def hears_us(self, so: bool) -> None:
        self.caller.with_operator, self.caller.with_music = so, not so
        self.caller.wake()

    def _handed_over(self, aside: Aside) -> None:
        self.operator = aside.party
        self.end_aside("handed_over")

    def _asked(self) -> Aside:
        if self.aside is None or not self.aside.connected:
            raise Refused("nobody has been asked")
        return self.aside

    def _together(self) -> None:
        self._hold(False)
        self.hears_us(True)

    def _hold(self, on: bool) -> None:
        if self.held is not on:
            self.held = on
            self.steps.append(Held() if on else Resumed())
        self.hears_us(not on)
