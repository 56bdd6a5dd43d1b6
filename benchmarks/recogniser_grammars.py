"""Small grammars for the benchmarks: streets and numbers, a dozen words of each language."""

from __future__ import annotations

GRAMMAR = {
    "ko": "나무 여름 라디오 월요일 화요일 병원 학교 비행기 하나 넷 여덟 아홉 난방 온수 엘리베이터",
    "ru": "абая ленина пушкина гагарина мира один два три четыре пять шесть семь восемь девять десять [unk]",
    "kk": "абай достық пушкин бір екі үш төрт бес алты жеті сегіз тоғыз он [unk]",
    "uk": "шевченка франка соборна один два три чотири п'ять шість сім вісім [unk]",
    "en": "park garden high one two three four five six seven eight nine ten [unk]",
}


def grammar(language: str) -> list[str]:
    return GRAMMAR[language].split()
