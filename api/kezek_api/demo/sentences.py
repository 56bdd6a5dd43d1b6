"""Who the demo's citizen is and what he says, in each language: a household of the sample town, about its own house.

Spoken by espeak-ng. The Korean words are ones that the packaged model was measured to hear over a telephone; each
answers one question, since its free decoding is no more than a proof.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Citizen:
    """`says` maps a question (open, street, house, topic) to the words of the answer."""

    caller: str  # E.164: the household's number
    voice: str  # of espeak-ng
    speed: int  # words a minute
    says: dict[str, str]


def _citizen(caller: str, voice: str, street: str, house: str, topic: str, *, open_question: bool = True) -> Citizen:
    says = {"street": street, "house": house, "topic": topic}
    if open_question:
        says["open"] = f"{street}, {house}, {topic}"
    return Citizen(caller, voice, 130, says)


CITIZENS = {
    "kk": _citizen("+77009990110", "kk", "Ағаш көшесі", "төртінші үй", "жылу жоқ"),
    "ru": _citizen("+77009990111", "ru", "улица Летняя", "дом восемь", "нет отопления"),
    "uk": _citizen("+77009990114", "uk", "вулиця Радіо", "будинок чотири", "немає опалення"),
    "en": _citizen("+77009990116", "en-gb", "Tuesday street", "house nine", "no heating"),
    "ko": _citizen("+77009990109", "ko+f2", "나무", "넷", "난방", open_question=False),
}
