"""What a caller who is told of his outage adds to it: for the operators, and for the outage's owner."""

from __future__ import annotations

from datetime import UTC, datetime

from kezek_ivr.ports import Concerned
from kezek_register import Register, addition_words, street_name
from kezek_register.areas import Place
from kezek_register.trouble_types import Addition

LONGEST = 300  # characters of his words


async def lift(register: Register, outage: int, who: Concerned, place: Place | None) -> None:
    """Raises NotFound, Unavailable."""
    told = addition_words.codes(who.urgency)
    if not told or place is None:
        return
    street = street_name(await register.addresses.street(place.street_id), who.language)
    now, words = datetime.now(UTC), who.words[:LONGEST]
    found = [
        Addition(0, outage, now, code, words, who.call, "", place.street_id, place.house, who.flat) for code in told
    ]
    await register.additions.add(*found, street=street)
