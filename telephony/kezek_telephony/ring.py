"""One attempt to connect a caller with an operator, read from Asterisk's events. Pure: events in, steps out."""

from __future__ import annotations

from dataclasses import dataclass

from .ami_protocol import AmiEvent
from .types import Connected, Ringing, RingStep

CALL_REJECTED = 21  # Q.850; SIP 603 (RFC 3398)

REASONS = {
    "NOANSWER": "no_answer",
    "BUSY": "busy",
    "STALE": "stale",
    "UNREACHABLE": "unreachable",
    "CHANUNAVAIL": "unreachable",
    "CONGESTION": "unreachable",
}


@dataclass(frozen=True, slots=True)
class Ended:
    """The dialplan has left the ring: KEZEK_RESULT, <offer>:<DIALSTATUS>:<cause>:<talk ms>."""

    status: str
    cause: int
    talk_seconds: float

    @property
    def talked(self) -> bool:
        return self.status == "ANSWER"

    @property
    def reason(self) -> str:
        """Of NotTaken."""
        if self.status == "CHANUNAVAIL" and self.cause == CALL_REJECTED:
            return "declined"
        return REASONS.get(self.status, "unreachable")


@dataclass(frozen=True, slots=True)
class Left:
    """The caller's channel is gone."""

    at: float


@dataclass(frozen=True, slots=True)
class NeverBegun:
    """The order to ring did not reach Asterisk: the caller still is where he was."""


Fact = RingStep | Ended | Left | NeverBegun


def read_result(result: str, offer: int) -> Ended | None:
    """KEZEK_RESULT of this offer; None for another's, or none yet."""
    of, status, cause, talk_ms, *_ = [*result.split(":"), "", "", "", ""]
    if of != str(offer) or not status:
        return None
    return Ended(status, number(cause), number(talk_ms) / 1000)


def number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def moment(event: AmiEvent) -> float:
    """Unix seconds at which Asterisk said it; 0 when it says no times."""
    try:
        return float(event["timestamp"])
    except ValueError:
        return 0.0


class Trace:
    """Where an attempt stands. `take` gives the fact an event means for it, or None."""

    def __init__(self, call: str, offer: int) -> None:
        self.call, self.offer = call, offer
        self.leg = ""  # the operator's channel, while it rings or talks
        self.connected_at: float | None = None
        self._leg_id = ""
        self.rang = False

    def take(self, event: AmiEvent) -> Fact | None:
        match event.name:
            case "DialBegin" if event["uniqueid"] == self.call:
                self.leg, self._leg_id = event["destchannel"], event["destuniqueid"]
            case "DialState" if event["uniqueid"] == self.call and event["dialstatus"] == "RINGING":
                return self.ringing()
            case "Newstate" if event["uniqueid"] == self._leg_id and event["channelstatedesc"] == "Ringing":
                return self.ringing()
            case "BridgeEnter" if self._leg_id and event["uniqueid"] in (self.call, self._leg_id):
                if event["bridgenumchannels"] == "2":
                    return self.connected(moment(event))
            case "UserEvent" if event["call"] == self.call:
                return self._told(event)
            case "Hangup" if event["uniqueid"] == self.call:
                return Left(moment(event))
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
        return Connected()

    def _told(self, event: AmiEvent) -> Fact | None:
        if event["userevent"] == "KezekRing":
            return read_result(event["result"], self.offer)
        if event["userevent"] == "KezekGone":
            return Left(moment(event))
        return None
