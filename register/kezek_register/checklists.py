"""What is done at an outage and who is called out, level by level, as data (checklists.toml, or a city's own file)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from kezek_register.csvfile import BadFile
from kezek_register.outage_types import Level, OutageStep

OURS = Path(__file__).with_name("checklists.toml")
LANGUAGES = ("kk", "ru", "uk", "en")
LEVELS: tuple[Level, ...] = (3, 2, 1)
To = Literal["organisation", "head", "site"]


@dataclass(frozen=True, slots=True)
class CallOut:
    """One of a chain. `phone`: of the site's own; an organisation's is asked when an outage is opened."""

    code: str
    to: To
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Checklists:
    checklist: Mapping[int, tuple[str, ...]]  # level -> codes
    call_out: Mapping[int, tuple[CallOut, ...]]
    words: Mapping[str, Mapping[str, str]]  # code -> language -> words

    def steps(self, level: int, *, organisation: str = "", head: str = "") -> tuple[OutageStep, ...]:
        """The lines of both lists for a level; `organisation` and `head`: their duty phones. Nobody is called out who
        has no phone, but the line is there: somebody has to reach him otherwise."""
        phones = {"organisation": organisation, "head": head}
        lines = [OutageStep("checklist", place, code) for place, code in enumerate(self.checklist[level], 1)]
        chain = [
            OutageStep("call_out", place, one.code, phones.get(one.to, one.phone))
            for place, one in enumerate(self.call_out[level], 1)
        ]
        return (*lines, *chain)

    def names(self, code: str) -> dict[str, str]:
        """language -> words; {} for a code that this file no longer knows."""
        return dict(self.words.get(code, {}))


def load(path: Path = OURS) -> Checklists:
    """The packaged one is read once. Raises BadFile when a level, a code's words or a language is missing."""
    return _packaged() if path == OURS else _loaded(path)


@cache
def _packaged() -> Checklists:
    return _loaded(OURS)


def _loaded(path: Path) -> Checklists:
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadFile(f"{path.name} cannot be read: {error}") from error
    levels, words = told.get("level", {}), told.get("words", {})
    checklist: dict[int, tuple[str, ...]] = {}
    call_out: dict[int, tuple[CallOut, ...]] = {}
    for level in LEVELS:
        lists = levels.get(str(level))
        if not isinstance(lists, dict):
            raise BadFile(f"{path.name} has no level {level}")
        checklist[level] = tuple(str(code) for code in lists.get("checklist", ()))
        call_out[level] = tuple(_call_out(path, one) for one in lists.get("call_out", ()))
        for code in (*checklist[level], *(one.code for one in call_out[level])):
            if missing := [language for language in LANGUAGES if not words.get(code, {}).get(language)]:
                raise BadFile(f"{path.name} has no words for {code} in {missing[0]}")
    return Checklists(checklist, call_out, words)


def _call_out(path: Path, told: Any) -> CallOut:
    try:
        one = CallOut(str(told["code"]), told["to"], str(told.get("phone", "")))
    except (TypeError, KeyError, AttributeError):
        raise BadFile(f"{path.name}: one to be called out has a code and a 'to'") from None
    if one.to not in get_args(To):
        raise BadFile(f"{path.name}: 'to' is one of {', '.join(get_args(To))}")
    return one
