"""What is said to the caller, by name and language: the texts from which the prompts are synthesised or recorded."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import num2words

LANGUAGES = ("kk", "ru", "uk", "en", "ko")
PLACES = 30  # place/1 .. place/30, and place/many beyond
WAITS = (1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60)  # wait/<minutes>, and wait/more beyond
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
OPENS = ("today", "tomorrow", *WEEKDAYS, "later")  # opens/<day>, then hour/<0..23> or half/<0..23>; later: alone
DAYS = ("yesterday", "today", "tomorrow")  # day/<name>, else date/<1..31> and month/<1..12>; then clock/<0..23>
MINUTES = tuple(range(5, 60, 5))  # minute/<5..55>, after a clock/<0..23>
SUBJECTS = (
    "heating", "hot_water", "cold_water", "water", "water_quality", "electricity", "gas", "sewerage", "leak",
    "accident", "heat_main", "lift", "garbage", "street_lighting", "roads", "snow", "landscaping", "animals", "other",
)  # fmt: skip
CAUSES = (
    "unknown", "planned_work", "burst_pipe", "cable_fault", "substation_fault", "boiler_fault", "storm", "flood",
    "fire", "third_party", "no_supply", "attack", "other",
)  # fmt: skip
URGENT = ("gas", "fire", "danger", "lift", "medical", "flood", "electric", "children", "elderly", "cold", "other")
STATES = ("registered", "assigned", "accepted", "paused", "reported", "closed", "refused")


@dataclass(frozen=True, slots=True)
class Replies:
    """Words by which a caller says yes or no; lower case, one word each."""

    yes: frozenset[str]
    no: frozenset[str]


class PromptError(Exception):
    """No prompts of that language, or its file is wrong."""

    code = "prompts"


def prompt_texts(language: str) -> dict[str, str]:
    """Prompt name -> text; a name is also the sound file's, without folder of the language and ending.

    Raises PromptError for a language without a file.
    """
    data = _file(language)
    texts: dict[str, str] = dict(data["texts"])
    words = [
        *data.get("numbers", ()),
        *(in_words(at, language) for at in range(len(data.get("numbers", ())), PLACES + 1)),
    ]
    texts |= {f"number/{digit}": words[digit] for digit in range(10)}
    texts |= {f"place/{at}": data["place"].format(n=words[at]) for at in range(1, PLACES + 1)}
    hours = data["hours"]
    texts |= {f"hour/{at}": data["hour"].format(n=hours[at]) for at in range(24)}
    halves = data.get("half_hours", hours)
    texts |= {f"half/{at}": data["half_hour"].format(n=halves[at]) for at in range(24)}
    return texts | _moments(data, language)


def replies(language: str) -> Replies:
    """Raises PromptError for a language without a file, or one that does not say how yes and no are said."""
    data = _file(language)
    try:
        return Replies(frozenset(data["yes"]), frozenset(data["no"]))
    except KeyError as missing:
        raise PromptError(f"prompts/{language}.toml: no words for {missing}") from None


@cache
def _file(language: str) -> Mapping[str, Any]:
    file = resources.files("kezek_ivr").joinpath("prompts", f"{language}.toml")
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise PromptError(f"no prompts of language {language!r}") from None
    except tomllib.TOMLDecodeError as error:
        raise PromptError(f"prompts/{language}.toml: {error}") from error


def _moments(data: Mapping[str, Any], language: str) -> dict[str, str]:
    """The parts of which a moment is said (see `saying`)."""
    minutes = data.get("minutes") or [data["minute"].format(n=in_words(at, language)) for at in MINUTES]
    return {
        **{f"clock/{at}": data.get("clock", data["hours"])[at] for at in range(24)},
        **{f"minute/{at}": text for at, text in zip(MINUTES, minutes, strict=True)},
        **{f"date/{at}": text for at, text in enumerate(data["dates"], 1)},
        **{f"month/{at}": text for at, text in enumerate(data["months"], 1)},
    }


def in_words(number: int, language: str) -> str:
    """A cardinal in words; num2words knows no Kazakh, whose file lists its numbers from zero."""
    words: str = num2words.num2words(number, lang=language)
    return words
