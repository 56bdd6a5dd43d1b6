"""One attempt to connect a caller with one of ours, read from Asterisk's events. Pure: events in, facts out."""

from __future__ import annotations

from dataclasses import dataclass

from .ami_protocol import AmiEvent
from .types import Connected, Declined, Ringing, RingStep

# Q.850; of SIP 603, 486, 408 and 480 (RFC 3398)
CALL_REJECTED, USER_BUSY, NO_RESPONSE, NO_ANSWER = 21, 17, 18, 19

REASONS = {
    "NOANSWER": "no_answer",
    "BUSY": "busy",
    "STALE": "stale",
    "UNREACHABLE": "unreachable",
    "CHANUNAVAIL": "unreachable",
    "CONGESTION": "unreachable",
}
CAUSES = {CALL_REJECTED: "declined", USER_BUSY: "busy"}  # of CHANUNAVAIL
LEG_CAUSES = {**CAUSES, NO_RESPONSE: "no_answer", NO_ANSWER: "no_answer"}


@dataclass(frozen=True, slots=True)
class Ended:
    """The dialplan has left the attempt: KEZEK_RESULT, <offer>:<DIALSTATUS>:<cause>:<talk ms>."""

    status: str
    cause: int
    talk_seconds: float
    at: float = 0.0  # unix seconds at which it was told; 0 when it was read later

    @property
    def talked(self) -> bool:
        return self.status == "ANSWER"

    @property
    def reason(self) -> str:
        """Of NotTaken."""
        if self.status == "CHANUNAVAIL" and self.cause in CAUSES:
            return CAUSES[self.cause]
        return REASONS.get(self.status, "unreachable")


@dataclass(frozen=True, slots=True)
class Left:
    """The channel that is followed is gone: the caller's, or the leg of somebody who was asked."""

    at: float


@dataclass(frozen=True, slots=True)
class NeverBegun:
    """The order to ring did not reach Asterisk: the caller still is where he was."""


@dataclass(frozen=True, slots=True)
class PhoneHold:
    """The operator's phone has put the call on hold by its own key, or taken it back."""

    on: bool


@dataclass(frozen=True, slots=True)
class Over:
    """Told by ourselves: look at what has become of the consultation."""


Fact = RingStep | Ended | Left | NeverBegun | PhoneHold | Over


def read_result(result: str, offer: int) -> Ended | None:
    """KEZEK_RESULT of this offer; None for another's, or none yet."""
    of, status, cause, talk_ms, *_ = [*result.split(":"), "", "", "", ""]
    if of != str(offer) or not status:
        return None
    return Ended(status, number(cause), number(talk_ms) / 1000)


def number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def moment(event: AmiEvent) -> float:
    """Unix seconds at which Asterisk said it; 0 when it says no times."""
    return seconds(event["timestamp"])


class Trace:
    """Where an attempt stands. `take` gives the fact an event means for it, or None.

    `several`: more than one phone rings, and it is worth saying which was picked up.
    """

    def __init__(self, call: str, offer: int, *, several: bool = False) -> None:
        self.call, self.offer, self._several = call, offer, several
        self.legs: dict[str, tuple[str, str]] = {}  # by Uniqueid, while they ring or talk: channel and phone
        self.connected_at: float | None = None
        self.rang = False
        self.end: Ended | Left | None = None
        self._answered = ""  # Uniqueid
        self._lost: dict[str, str] = {}  # by Uniqueid: the phone of a leg that ended while others rang

    @property
    def leg(self) -> str:
        """Uniqueid of the leg that was picked up, or that rings; ''."""
        return self._answered if self._answered in self.legs else next(reversed(self.legs), "")

    def take(self, event: AmiEvent) -> Fact | None:
        fact = self._read(event)
        if isinstance(fact, Ended | Left):
            self.end = fact
        return fact

    def _read(self, event: AmiEvent) -> Fact | None:
        mine = event["uniqueid"] == self.call
        match event.name:
            case "DialBegin" if mine:
                self.legs[event["destuniqueid"]] = (event["destchannel"], event["dialstring"].partition("@")[0])
            case "DialState" if mine and event["dialstatus"] == "RINGING":
                return self.ringing()
            case "DialEnd" if mine:
                self._end_leg(event)
            case "Newstate" if event["uniqueid"] in self.legs and event["channelstatedesc"] == "Ringing":
                return self.ringing()
            case "BridgeEnter" if self.legs and (mine or event["uniqueid"] in self.legs):
                if event["bridgenumchannels"] == "2":
                    return self.connected(moment(event))
            case "Hold" | "Unhold" if self.connected_at is not None and event["uniqueid"] == self.leg:
                return PhoneHold(event.name == "Hold")
            case "UserEvent" if event["call"] == self.call:
                return self._told(event)
            case "Hangup" if mine:
                return Left(moment(event))
            case "Hangup" if self._several:
                return self._declined(event)
        return None

    def ringing(self) -> Ringing | None:
        if self.rang:
            return None
        self.rang = True
        return Ringing()

    def connected(self, at: float) -> Connected | None:
        if self.connected_at is not None:
            return None
        self.connected_at = at
        return Connected(self.legs[self.leg][1] if self._several and self.leg else "")

    def talks_with(self, channel: str) -> None:
        """The leg as Asterisk names it, where its beginning was missed."""
        if channel and not self.legs:
            self.legs[channel] = (channel, channel.partition("/")[2].rpartition("-")[0])

    def _end_leg(self, event: AmiEvent) -> None:
        if event["dialstatus"] == "ANSWER":
            self._answered = event["destuniqueid"]
        elif len(self.legs) > 1:
            _, phone = self.legs.pop(event["destuniqueid"], ("", ""))
            if event["dialstatus"] != "CANCEL":
                self._lost[event["destuniqueid"]] = phone

    def _declined(self, event: AmiEvent) -> Declined | None:
        """Why, the end of its channel says: DialEnd calls a 603 NOANSWER. No cause: Asterisk gave up by itself."""
        phone, cause = self._lost.pop(event["uniqueid"], ""), number(event["cause"])
        if not phone or not cause or self._answered or self.end:
            return None
        otherwise = "declined" if event["channelstatedesc"] == "Ringing" else "unreachable"
        return Declined(phone, LEG_CAUSES.get(cause, otherwise))

    def _told(self, event: AmiEvent) -> Fact | None:
        if event["userevent"] == "KezekRing":
            ended = read_result(event["result"], self.offer)
            return ended and Ended(ended.status, ended.cause, ended.talk_seconds, moment(event))
        if event["userevent"] == "KezekGone":
            return Left(moment(event))
        return None


class AsideTrace(Trace):
    """Somebody is asked by the operator: the leg is a Local channel, one half (`room_leg`) for the room and one
    (`call`) that dials. He is there when he has entered the room."""

    def __init__(self, room_leg: str) -> None:
        super().__init__(f"{room_leg}-dials", 1)
        self.room_leg = room_leg

    def _read(self, event: AmiEvent) -> Fact | None:
        if event["uniqueid"] == self.room_leg:
            if event.name == "ConfbridgeJoin":
                return self.connected(moment(event))
            return Left(moment(event)) if event.name == "Hangup" else None
        return None if event.name in ("BridgeEnter", "Hold", "Unhold") else super()._read(event)

    def connected(self, at: float) -> Connected | None:
        known = super().connected(at)
        return known and Connected()
