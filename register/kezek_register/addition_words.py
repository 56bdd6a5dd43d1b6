"""What callers add to a known outage, in words: for those who are called out. The codes are speech's urgencies."""

from __future__ import annotations

from collections.abc import Mapping

NAMES: Mapping[str, Mapping[str, str]] = {
    "gas": {"kk": "газ иісі", "ru": "запах газа", "uk": "запах газу", "en": "smell of gas"},
    "fire": {"kk": "өрт", "ru": "пожар", "uk": "пожежа", "en": "fire"},
    "danger": {"kk": "қауіпті жағдай", "ru": "опасность для людей", "uk": "небезпека для людей", "en": "danger"},
    "lift": {"kk": "лифтіде адам бар", "ru": "человек в лифте", "uk": "людина в ліфті", "en": "a person in the lift"},
    "medical": {
        "kk": "үйде науқас бар", "ru": "дома больной", "uk": "вдома хворий", "en": "a patient at home",
    },
    "flood": {"kk": "су басып жатыр", "ru": "заливает водой", "uk": "заливає водою", "en": "flooding"},
    "electric": {
        "kk": "ток қаупі бар", "ru": "провод, опасность тока", "uk": "дріт, небезпека струму", "en": "a live wire",
    },
    "children": {"kk": "үйде балалар бар", "ru": "дома дети", "uk": "вдома діти", "en": "children at home"},
    "elderly": {"kk": "үйде қарттар бар", "ru": "дома пожилые", "uk": "вдома літні люди", "en": "old people at home"},
    "cold": {"kk": "үйде өте суық", "ru": "дома холод", "uk": "вдома холод", "en": "it is cold at home"},
    "other": {"kk": "жаңа мәлімет", "ru": "новые сведения", "uk": "нові відомості", "en": "something new"},
}  # fmt: skip
MOST_CODES = 5  # of one voice


def codes(urgency: str) -> list[str]:
    """Of a field that joins them by commas; what is none is left out."""
    told = (code.strip() for code in urgency.split(","))
    return [code for code in dict.fromkeys(told) if code in NAMES][:MOST_CODES]
