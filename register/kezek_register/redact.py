"""A person taken out of what others wrote: his number however it is spaced, and his name. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kezek_register.phones import e164

GAP = "…"
_NATIONAL = {"+7": "8", "+380": "0"}  # country -> the national prefix that stands in its place
SHORTEST = 3  # letters of a name: a shorter one would be found in other words


def spellings(phone: str) -> tuple[str, ...]:
    """As callers' numbers come and are stored: as given, E.164, without '+', national."""
    given = phone.strip()
    whole = e164(given) or given
    told = [given, whole, whole.removeprefix("+")]
    told += [own + whole[len(country) :] for country, own in _NATIONAL.items() if whole.startswith(country)]
    return tuple(dict.fromkeys(one for one in told if one))


def redacted(text: str, phones: Iterable[str], names: Iterable[str] = ()) -> str:
    """`text` with these numbers and names left out; the same object when none is there."""
    if not text:
        return text
    for phone in phones:
        digits = re.sub(r"\D", "", phone)
        if len(digits) >= SHORTEST:
            spaced = r"[\s().-]*".join(digits)
            text = re.sub(rf"(?<!\d)\+?{spaced}(?!\d)", GAP, text)
    for name in names:
        for word in name.split():
            if len(word) >= SHORTEST:
                text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", GAP, text, flags=re.IGNORECASE)
    return re.sub(rf"{GAP}(\s+{GAP})+", GAP, text)
