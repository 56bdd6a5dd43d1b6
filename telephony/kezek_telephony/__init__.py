"""Telephony: a citizen's line, the switchboard that rings operators, and the Asterisk behind both."""

from .settings import TelephonySettings
from .telephony import Telephony
from .types import (
    Arrival,
    CallGone,
    Connected,
    HungUp,
    Line,
    LineEvent,
    LineLost,
    LinkChanged,
    LinkDown,
    NotTaken,
    PhoneChanged,
    Refused,
    Ringing,
    RingStep,
    Switchboard,
    TalkEnded,
    TelephonyError,
)

__all__ = [
    "Arrival",
    "CallGone",
    "Connected",
    "HungUp",
    "Line",
    "LineEvent",
    "LineLost",
    "LinkChanged",
    "LinkDown",
    "NotTaken",
    "PhoneChanged",
    "Refused",
    "RingStep",
    "Ringing",
    "Switchboard",
    "TalkEnded",
    "Telephony",
    "TelephonyError",
    "TelephonySettings",
]
