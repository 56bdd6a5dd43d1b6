"""A suspicion in one line that can be checked: "17 calls in 6 minutes from Abay 40–62: heating; usual 0.3". Pure."""

from __future__ import annotations

from collections.abc import Sequence

from kezek_register.announcements import Names, said_in
from kezek_register.detection.types import Suspicion

SHOWN_AREAS = 3
_LONG_S = 2 * 3600  # told in hours from there on

# language -> what is said; forms of a counted word: one, few, many (kk and en know two)
_LINE = {
    "kk": "{where}: {span} ішінде {calls}, {topic}; әдетте {usual}",
    "ru": "{calls} за {span}, {where}: {topic}; обычно {usual}",
    "uk": "{calls} за {span}, {where}: {topic}; зазвичай {usual}",
    "en": "{calls} in {span} from {where}: {topic}; usual {usual}",
}
_CALLS = {
    "kk": ("қоңырау", "қоңырау", "қоңырау"),
    "ru": ("звонок", "звонка", "звонков"),
    "uk": ("дзвінок", "дзвінки", "дзвінків"),
    "en": ("call", "calls", "calls"),
}
_MINUTES = {
    "kk": ("минут", "минут", "минут"),
    "ru": ("минуту", "минуты", "минут"),
    "uk": ("хвилину", "хвилини", "хвилин"),
    "en": ("minute", "minutes", "minutes"),
}
_HOURS = {
    "kk": ("сағат", "сағат", "сағат"),
    "ru": ("час", "часа", "часов"),
    "uk": ("годину", "години", "годин"),
    "en": ("hour", "hours", "hours"),
}
_MORE = {"kk": "тағы {n}", "ru": "и ещё {n}", "uk": "та ще {n}", "en": "and {n} more"}
_AGAINST = {
    "kk": "{n} дерек: бәрі бар",
    "ru": "против: {n}",
    "uk": "проти: {n}",
    "en": "against: {n}",
}
_LITTLE = {"kk": "0,1-ден аз", "ru": "меньше 0,1", "uk": "менше 0,1", "en": "under 0.1"}
_SOMEWHERE = {"kk": "мекенжай белгісіз", "ru": "адрес неизвестен", "uk": "адреса невідома", "en": "an unknown address"}


def line(suspicion: Suspicion, names: Names, language: str) -> str:
    """In that language, English for one that is not known. Areas and topics without a name are told by their code."""
    language = said_in(language)
    said = _LINE[language].format(
        calls=_counted(suspicion.reports, _CALLS[language], language),
        span=_span(suspicion.span_s, language),
        where=where(suspicion, names, language),
        topic=_topic(suspicion.topic, names, language),
        usual=_usual(suspicion.usual, language),
    )
    return f"{said}; {_AGAINST[language].format(n=suspicion.against)}" if suspicion.against else said


def where(suspicion: Suspicion, names: Names, language: str) -> str:
    """The first few of its areas."""
    language = said_in(language)
    titles = [title for area in suspicion.areas if (title := names.places.said(area, language))]
    if not titles:
        return _SOMEWHERE[language]
    shown = ", ".join(titles[:SHOWN_AREAS])
    more = len(titles) - SHOWN_AREAS
    return f"{shown} {_MORE[language].format(n=more)}" if more > 0 else shown


def _topic(code: str, names: Names, language: str) -> str:
    titles = names.topics.get(code, {})
    return titles.get(language) or next(iter(titles.values()), code)


def _span(seconds: float, language: str) -> str:
    if seconds >= _LONG_S:
        return _counted(round(seconds / 3600), _HOURS[language], language)
    return _counted(max(1, round(seconds / 60)), _MINUTES[language], language)


def _usual(count: float, language: str) -> str:
    if count < 0.1:
        return _LITTLE[language]
    text = f"{count:.1f}" if count < 10 else f"{count:.0f}"
    return text if language == "en" else text.replace(".", ",")


def _counted(count: int, forms: Sequence[str], language: str) -> str:
    one, few, many = forms
    if language == "en":
        return f"{count} {one if count == 1 else many}"
    if count % 10 == 1 and count % 100 != 11:
        return f"{count} {one}"
    return f"{count} {few if 2 <= count % 10 <= 4 and not 12 <= count % 100 <= 14 else many}"
