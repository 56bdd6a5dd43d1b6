"""Streets as English says them: 'Fifth Avenue', 'the corner of Maple and Oak', 'Saint John's Road'."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .street_words import StreetWords, kinds, words


def forms(name: str) -> Iterator[str]:
    """'St Mary's' is also heard as 'Saint Mary's'."""
    yield name
    if name.startswith("st "):
        yield "saint" + name[2:]
    if re.fullmatch(r"\w+s", name.split()[-1]) and len(name) > 4:
        yield name[:-1]


STREETS = StreetWords(
    forms=forms,
    kinds=kinds("""
        street: streets
        avenue: avenues
        road: roads
        lane:
        drive:
        square:
        boulevard:
        way:
        district: microdistrict
        close:
        crescent:
        terrace:
    """),
    titles=words("academician general marshal admiral captain colonel professor doctor saint king queen president sir"),
    modifiers=("north", "south", "east", "west", "upper", "lower", "great", "little", "old", "new"),
    leads=words("on at of corner along formerly address"),
    corners=words("corner crossing junction intersection"),
    joins=words("and"),
    crossings=words("corner"),
    former=words("formerly former"),
    ordinary=words("""
        bridge castle chapel church cross elm forest garden green high hill lake maple market mill north oak park peace
        pine river school south spring station university victory west willow east new old main central king queen water
        union college mayor liberty freedom
    """),
    ordinals=words("st nd rd th"),
)
