"""Which phones can be rung (P16): one without a contact, or with a silent one, is unreachable."""

from __future__ import annotations

from collections.abc import Iterable

from .ami_protocol import AmiEvent
from .types import PhoneChanged

TECHNOLOGY = "PJSIP/"
PEER = "kezek-peer-"  # endpoints that are other exchanges of ours
TRUNK = "trunk"
UNREACHABLE = frozenset({"UNAVAILABLE", "INVALID"})


class PhoneBook:
    """`others`: endpoints that are no operator's phone. `exchange`: whose book it is."""

    def __init__(self, others: frozenset[str], exchange: str = "") -> None:
        self._others, self._exchange = others, exchange
        self._registered: set[str] = set()
        self.has_trunk = False

    @property
    def registered(self) -> frozenset[str]:
        return frozenset(self._registered)

    def take(self, event: AmiEvent) -> PhoneChanged | None:
        """A DeviceStateChange; None when nothing changes for a phone."""
        device = event["device"]
        phone = device.removeprefix(TECHNOLOGY)
        if phone == device or not self._is_phone(phone):
            return None
        return self._set(phone, event["state"] not in UNREACHABLE)

    def read(self, endpoints: Iterable[AmiEvent]) -> list[PhoneChanged]:
        """All endpoints as Asterisk lists them (PJSIPShowEndpoints); what differs from what was known."""
        reached = {event["objectname"] for event in endpoints if event["devicestate"] not in ("Unavailable", "Invalid")}
        self.has_trunk = TRUNK in reached
        now = {name for name in reached if self._is_phone(name)}
        changes = [self._set(phone, phone in now) for phone in sorted(self._registered | now)]
        return [change for change in changes if change is not None]

    def _is_phone(self, name: str) -> bool:
        return name not in self._others and not name.startswith(PEER)

    def _set(self, phone: str, registered: bool) -> PhoneChanged | None:
        if registered == (phone in self._registered):
            return None
        (self._registered.add if registered else self._registered.discard)(phone)
        return PhoneChanged(phone, registered, self._exchange)
