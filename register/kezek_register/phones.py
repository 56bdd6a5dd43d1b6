"""Telephone numbers of callers and households in one spelling, E.164."""

from __future__ import annotations

from functools import lru_cache

import phonenumbers

REGIONS = ("KZ", "RU", "UA")  # whose national spellings are understood, in this order


@lru_cache(maxsize=4096)  # a caller's is asked for several times within a call
def e164(number: str, regions: tuple[str, ...] = REGIONS) -> str | None:
    """'8 700 999 01 09', '77009990109' and '+7 (700) 999-01-09' are all '+77009990109'.

    None for what is no number; short numbers and extensions are none. With a '+' it is international, else it is
    tried as national of each region in turn.
    """
    if len(number) > 40:
        return None
    for region in regions:
        try:
            parsed = phonenumbers.parse(number, region)
        except phonenumbers.NumberParseException:
            continue
        if parsed.extension is None and phonenumbers.is_valid_number(parsed):
            return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return None
