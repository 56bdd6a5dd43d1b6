"""Streets as Korean says them, as far as a proving call needs it."""

from __future__ import annotations

from .street_words import StreetWords, kinds

STREETS = StreetWords(
    kinds=kinds("""
        거리:
        길:
        대로:
        로:
    """)
)
