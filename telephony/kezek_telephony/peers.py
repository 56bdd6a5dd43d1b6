"""What one exchange knows of the others, and of the city exchange beyond them."""

from __future__ import annotations

from contextlib import suppress

from .ami import AmiLink
from .phones import PEER, TECHNOLOGY, PhoneBook
from .types import Refused
from .wording import call_id


class Peers:
    """Of an exchange that is up; what it says while it is not is its last word."""

    def __init__(self, link: AmiLink, phones: PhoneBook) -> None:
        self._link, self._phones = link, phones

    @property
    def has_trunk(self) -> bool:
        """Numbers outside can be dialled from here."""
        return self._phones.has_trunk

    async def reaches(self, exchange: str) -> bool:
        """Whether SIP gets there: the two ask each other every 2 s. Raises LinkDown."""
        try:
            told = await self._link.rows("PJSIPShowEndpoint", {"Endpoint": PEER + call_id(exchange)})
        except Refused:  # it has none of that name
            return False
        return any(event.name == "ContactStatusDetail" and event["status"] == "Reachable" for event in told)

    async def drop(self, exchange: str) -> None:
        """End the legs to the phones of an exchange that is dead: their callers are back in our hands, when by SIP they
        would hear silence for minutes. Raises LinkDown."""
        with suppress(Refused):  # there is none
            await self._link.action("Hangup", {"Channel": f"/^{TECHNOLOGY}{PEER}{call_id(exchange)}-/"})
