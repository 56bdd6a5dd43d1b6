"""A notice in words: sentences of texts.toml with what is told in them. Pure save for reading that file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache
from importlib import resources
from typing import Any

from kezek_register.notice_types import Notice

LANGUAGES = ("kk", "ru", "uk", "en")
_FIELD = re.compile(r"\{(\w+)\}")
_MOMENTS = {"until": "expected_at", "ended": "ended_at", "due": "due_at"}

Texts = Mapping[str, Mapping[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Wording:
    """`texts`: kind -> language -> sentences; `states`: a ticket's state -> language -> words; `topics`: code ->
    language -> name; `name`: the hotline's, as people know it."""

    texts: Texts
    states: Mapping[str, Mapping[str, str]]
    zone: tzinfo
    name: str = "109"
    language: str = "kk"  # where a notice names none that we speak
    most_chars: int = 335

    def of(self, notice: Notice, topics: Mapping[str, Mapping[str, str]] | None = None) -> str:
        """Not longer than `most_chars`; a sentence that needs what was not told is left out."""
        language = notice.language if notice.language in LANGUAGES else self.language
        off = notice.what == "restored" and notice.told.get("cancelled")
        sentences = self.texts["cancelled" if off else notice.what]
        known = self._known(notice.told, language, topics or {})
        said = [one for sentence in sentences[language] if (one := _filled(sentence, known))]
        text = " ".join(said)
        return text if len(text) <= self.most_chars else text[: self.most_chars - 1].rstrip() + "…"

    def _known(self, told: Mapping[str, Any], language: str, topics: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
        known = {"name": self.name}
        for field in ("number", "answer", "words"):
            known[field] = _in(told.get(field), language)
        known["number"] = known["number"] or _in(told.get("ticket"), language)
        topic = told.get("topic")
        known["topic"] = _in(topics.get(topic, topic) if isinstance(topic, str) else topic, language)
        known["state"] = _in(self.states.get(str(told.get("state"))), language)
        known["place"] = _in(told.get("place"), language) or _place(told, language)
        for field, key in _MOMENTS.items():
            known[field] = self._moment(told.get(key))
        return known

    def _moment(self, told: Any) -> str:
        try:
            return datetime.fromisoformat(told).astimezone(self.zone).strftime("%d.%m. %H:%M") if told else ""
        except (TypeError, ValueError):
            return ""


@cache
def packaged() -> dict[str, Any]:
    """texts.toml as it stands beside this file."""
    return tomllib.loads(resources.files("kezek_api.notifier").joinpath("texts.toml").read_text("utf-8"))


def wording(own: Texts, *, zone: tzinfo, name: str, language: str, most_chars: int) -> Wording:
    """The packaged texts, with the site's own in their place, language by language."""
    whole = {**packaged()}
    states = whole.pop("states")
    texts = {kind: {**by_language, **own.get(kind, {})} for kind, by_language in whole.items()}
    return Wording(texts, states, zone, name, language if language in LANGUAGES else "kk", most_chars)


def _filled(sentence: str, known: Mapping[str, str]) -> str:
    fields = _FIELD.findall(sentence)
    if any(not known.get(field) for field in fields):
        return ""
    filled = _FIELD.sub(lambda found: known[found[1]], sentence)
    return filled[:1].upper() + filled[1:]


def _in(told: Any, language: str) -> str:
    """Plain text, or the one of this language, else of another."""
    if isinstance(told, Mapping):
        told = told.get(language) or told.get("ru") or next(iter(told.values()), "")
    return str(told).strip() if told not in (None, "") else ""


def _place(told: Mapping[str, Any], language: str) -> str:
    parts = [_in(told.get(field), language) for field in ("street", "house", "flat")]
    street, house, flat = parts
    return ", ".join(part for part in (f"{street} {house}".strip(), flat) if part)
