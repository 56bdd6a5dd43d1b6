"""What SIPp noted in `handover.py`: rings, talks, gaps and waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from handover_site import TALK_S


class Message(NamedTuple):
    """One SIP message as SIPp noted it."""

    at: float  # unix seconds
    sent: bool
    call: str
    method: str  # of the request that it is, or answers
    line: str


def messages(log: Path) -> Iterator[Message]:
    for text in log.read_text("utf-8", "replace").splitlines():
        parts = text.split("\t")
        if len(parts) == 7:
            yield Message(float(parts[2]), parts[3] == "S", parts[4], parts[5].rpartition(" ")[2], parts[6])


@dataclass(frozen=True)
class Period:
    began: float
    ended: float

    def has(self, at: float) -> bool:
        return self.began <= at < self.ended


class Phones:
    """The operators' side of the log."""

    def __init__(self, log: Path) -> None:
        self.rings: dict[str, list[float]] = defaultdict(list)
        self.talks: list[float] = []
        self.freed: dict[str, list[float]] = defaultdict(list)
        phone_of: dict[str, str] = {}
        for message in messages(log):
            if message.line.startswith("INVITE sip:") and message.call not in phone_of:
                phone = phone_of[message.call] = message.line[len("INVITE sip:") :].partition("@")[0]
                self.rings[phone].append(message.at)
            elif message.line.startswith("ACK "):
                self.talks.append(message.at)
            elif message.line.startswith("BYE "):
                self.freed[phone_of[message.call]].append(message.at)

    def ring_after(self, phone: str, at: float) -> float | None:
        return next((ring for ring in self.rings[phone] if ring >= at), None)

    def gaps(self, period: Period) -> list[float]:
        found = ((freed, self.ring_after(phone, freed)) for phone in self.freed for freed in self.freed[phone])
        return [ring - freed for freed, ring in found if ring is not None and period.has(freed) and period.has(ring)]


def waits(log: Path, period: Period) -> list[float]:
    """Of the callers whose talk was over within the period."""
    answered: dict[str, float] = {}
    waited = []
    for message in messages(log):
        if not message.sent and message.line.startswith("SIP/2.0 200") and message.method == "INVITE":
            answered.setdefault(message.call, message.at)
        elif message.line.startswith("BYE ") and message.call in answered and period.has(message.at):
            waited.append(max(0.0, message.at - answered[message.call] - TALK_S))
    return waited


def rings(phones: Phones, offers: Sequence[tuple[str, float]], period: Period) -> list[float]:
    """Milliseconds from assignment to ring."""
    found = ((at, phones.ring_after(phone, at)) for phone, at in offers if period.has(at))
    return [(ring - at) * 1000 for at, ring in found if ring is not None]


def part(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
