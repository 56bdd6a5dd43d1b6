"""What is left of an outage, in one sentence that a manager trusts. Pure."""

from __future__ import annotations

from kezek_register.still_out import Left, StillOut

_LEFT = {
    "kk": "{where}: жауап берген {answered} үйдің {out} әлі қосылмаған дейді",
    "ru": "{where}: ещё не включено у {out} из {answered} ответивших",
    "uk": "{where}: досі не ввімкнено в {out} з {answered}, хто відповів",
    "en": "{where}: still out at {out} of {answered} who answered",
}
_MISTAKEN = {
    "kk": "Жауап берген {answered} үйдің {out} әлі қосылмаған дейді: қате жабылған сияқты",
    "ru": "Ещё не включено у {out} из {answered} ответивших: похоже, закрыто по ошибке",
    "uk": "Досі не ввімкнено в {out} з {answered}, хто відповів: схоже, закрито помилково",
    "en": "Still out at {out} of {answered} who answered: it seems closed by mistake",
}


def left_in_words(left: Left, where: str, language: str) -> str:
    """'Abay 40-62: still out at 5 of 6 who answered'. Languages that have none read English."""
    form = _LEFT.get(language, _LEFT["en"])
    return form.format(where=where, out=len(left.parties), answered=left.answered)


def mistaken_in_words(told: StillOut, language: str) -> str:
    """'' when it was not closed by mistake."""
    form = _MISTAKEN.get(language, _MISTAKEN["en"])
    return form.format(out=told.out, answered=told.answered) if told.mistaken else ""
