"""The services for emergencies by region, what is asked for each, and the words they are handed a caller with: as data
(emergency.toml, or a city's own file). Pure save for reading the file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast, get_args

from kezek_register.csvfile import BadFile
from kezek_register.types import NotFound

OURS = Path(__file__).with_name("emergency.toml")
LANGUAGES = ("kk", "ru", "uk", "en")  # every text is there in each of them
QuestionKind = Literal["yes_no", "number", "words"]
_NUMBER = re.compile(r"\+?\d{2,15}")


@dataclass(frozen=True, slots=True)
class Question:
    """`names`: language -> the question; a `yes_no` is answered 'yes' or 'no', whatever the language."""

    code: str
    kind: QuestionKind
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Service:
    """`number`: as dialled in `region`; `topics`: those that lead here; `say`: what the caller is told at once."""

    code: str
    number: str
    region: str
    names: Mapping[str, str]
    questions: tuple[Question, ...]
    topics: tuple[str, ...]
    say: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Services:
    """`region`: this site's own."""

    region: str
    regions: Mapping[str, Mapping[str, str]]  # code -> names
    services: Mapping[str, tuple[Service, ...]]  # region -> its services, in the file's order
    answers: Mapping[str, Mapping[str, str]]  # yes | no -> language -> word

    def of(self, region: str = "") -> tuple[Service, ...]:
        """Of that region, '' for the site's own. Raises NotFound."""
        found = self.services.get(region or self.region)
        if found is None:
            raise NotFound(f"no region {region}")
        return found

    def by_number(self, number: str, region: str = "") -> Service | None:
        """The first that has it, by its code too; None for a number of somebody else."""
        return next((one for one in self.of(region) if number and number in (one.number, one.code)), None)

    def of_topic(self, topic: str, number: str = "", region: str = "") -> Service | None:
        """Whose topic it is, else whose number the topic names (`Topic.emergency`)."""
        named = next((one for one in self.of(region) if topic in one.topics), None)
        return named or self.by_number(number, region)

    def context(self, service: Service, answers: Mapping[str, str], language: str, *, address: str = "") -> str:
        """What the service is told or sent: the address, then each question that has an answer, in its order."""
        told = [f"{address}."] if address else []
        for question in service.questions:
            if answer := answers.get(question.code, "").strip():
                known = self.answers.get(answer) if question.kind == "yes_no" else None
                told.append(f"{text(question.names, language)} {text(known, language) if known else answer}.")
        return " ".join(told)


def text(names: Mapping[str, str], language: str) -> str:
    """In that language, else in the first of ours."""
    return next((names[each] for each in (language, *LANGUAGES) if each in names), "")


def load(path: Path = OURS) -> Services:
    """The packaged one is read once. Raises BadFile with what is missing: a question, a language, a number."""
    return _packaged() if path == OURS else _loaded(path)


@cache
def _packaged() -> Services:
    return _loaded(OURS)


def _loaded(path: Path) -> Services:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadFile(f"{path.name} cannot be read: {error}") from error
    try:
        questions = {code: _question(code, each) for code, each in data["questions"].items()}
        regions = {code: _texts(f"regions.{code}", each["names"]) for code, each in data["regions"].items()}
        services = {
            region: tuple(
                _service(code, _number(region, code, data["regions"][region]["numbers"]), region, each, questions)
                for code, each in data["services"].items()
            )
            for region in regions
        }
        answers = {code: _texts(f"answers.{code}", data["answers"][code]) for code in ("yes", "no")}
        own = str(data["region"])
    except KeyError as error:
        raise BadFile(f"{path.name} has no {error.args[0]}") from None
    except (AttributeError, TypeError, ValueError) as error:
        raise BadFile(f"{path.name}: {error}") from None
    if own not in services:
        raise BadFile(f"{path.name} has no region {own}")
    return Services(own, regions, services, answers)


def _service(code: str, number: str, region: str, data: Any, questions: Mapping[str, Question]) -> Service:
    if unknown := [each for each in data["asks"] if each not in questions]:
        raise ValueError(f"services.{code} asks {unknown[0]}, which is no question")
    return Service(
        code,
        number,
        region,
        _texts(f"services.{code}.names", data["names"]),
        tuple(questions[each] for each in data["asks"]),
        tuple(str(each) for each in data["topics"]),
        _texts(f"services.{code}.say", data["say"]),
    )


def _question(code: str, data: Any) -> Question:
    kind = data["kind"]
    if kind not in get_args(QuestionKind):
        raise ValueError(f"questions.{code}: kind is one of {', '.join(get_args(QuestionKind))}")
    return Question(code, cast("QuestionKind", kind), _texts(f"questions.{code}", data))


def _texts(where: str, data: Any) -> dict[str, str]:
    if missing := [language for language in LANGUAGES if not data.get(language)]:
        raise ValueError(f"{where} has no words in {missing[0]}")
    return {language: str(data[language]) for language in data if language != "kind"}


def _number(region: str, service: str, numbers: Mapping[str, Any]) -> str:
    number = str(numbers.get(service, ""))
    if not _NUMBER.fullmatch(number):
        raise ValueError(f"regions.{region} has no number for {service}")
    return number
