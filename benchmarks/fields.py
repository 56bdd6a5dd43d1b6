"""How many fields come right out of texts: street, house, flat, phone, account and topic, clean and as recognised.

    python benchmarks/fields.py --texts FOLDER [--json] [--errors] [--spoiled N]

FOLDER holds text/<language>.tsv and noisy.tsv (columns: text or hypothesis, street, house, flat, phone, account,
problem), streets.tsv (lang, street, and, where a street has several names, reference) and topics.tsv (topic code and
its name in each language). A field counts as right, wrong (another value, or one where there is none) or empty; a field
that is rightly empty counts nowhere. Certain is what has a confidence of 0.8 or more: 'wrong certain' is what would
mislead an operator. `--errors` shows every field that is not right, and among the noisy ones whether a street was
among the three that are offered. `--spoiled N`: the clean texts too with some of their words heard badly, N times each
(spoiling.py).

`--json` ends with one line. clean: of each language the shares of these fields that are right and wrong_certain, and
the share right by field. noisy: the share right by field over all languages, for `street` right or among the three
offered; the same by language; spoiled, where asked for, like noisy by language; `counts` has the numbers behind both.
recordings: see benchmarks/recordings.py; measured where KEZEK_MODELS names a folder with a model and recordings.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import recordings
import spoiling

from kezek_speech import Phrasebook, Vocabulary, Word, build_phrasebook

FIELDS = ("street", "house", "flat", "phone", "account", "problem")
CERTAIN = 0.8
OFFERED = 3  # streets for the same words
OPEN = "?"  # a field on which people may differ: not judged


@dataclass
class Score:
    by_field: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in FIELDS})
    seconds: float = 0.0  # of the processor
    texts: int = 0

    def total(self, verdict: str) -> int:
        return sum(counts[verdict] for counts in self.by_field.values())

    @property
    def fields(self) -> int:
        return self.total("right") + self.total("wrong") + self.total("empty")

    def share(self, verdict: str) -> float:
        return _share(self.total(verdict), self.fields) if self.fields else float(verdict == "right")

    def share_of(self, name: str, verdict: str = "right") -> float | None:
        """None where no text has that field."""
        counts = self.by_field[name]
        whole = counts["right"] + counts["wrong"] + counts["empty"]
        return _share(counts[verdict], whole) if whole else None

    def shares(self, *, offered: bool) -> dict[str, float]:
        """By field; a street that is among those offered counts as right where `offered`."""
        found = {name: self.share_of(name, "offered" if offered and name == "street" else "right") for name in FIELDS}
        return {name: share for name, share in found.items() if share is not None}

    def counts(self) -> dict[str, object]:
        return {
            **{verdict: self.total(verdict) for verdict in ("right", "wrong", "empty", "wrong_certain")},
            "fields": self.fields,
            "texts": self.texts,
            "all_fields": self.texts * len(FIELDS),  # with those that are rightly empty
            "ms_per_text": round(1000 * self.seconds / max(1, self.texts), 2),
            "by_field": {name: dict(counts) for name, counts in self.by_field.items() if counts},
        }

    def __add__(self, other: Score) -> Score:
        return Score(
            {name: self.by_field[name] + other.by_field[name] for name in FIELDS},
            self.seconds + other.seconds,
            self.texts + other.texts,
        )


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4)


def rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            yield {name: value or "" for name, value in row.items() if name}


def phrasebooks(folder: Path, *, only: str = "") -> dict[str, Phrasebook]:
    """Of all languages with streets, or of one."""
    streets: dict[str, dict[str, str]] = {}
    for row in rows(folder / "streets.tsv"):
        streets.setdefault(row["lang"], {})[row["street"]] = row.get("reference") or row["street"]
    topics = list(rows(folder / "topics.tsv"))
    return {
        language: build_phrasebook(
            language, Vocabulary(names, {row[language]: row["topic"] for row in topics if row.get(language)})
        )
        for language, names in streets.items()
        if only in ("", language)
    }


@dataclass(frozen=True)
class Got:
    best: dict[str, tuple[str, float]]  # field -> value and confidence, as a prefilled ticket would have it
    offered: list[str]  # streets for the words of the best one, at most OFFERED


def fields_of(book: Phrasebook, words: Iterable[Word]) -> Got:
    mentions = book.mentions(list(words))
    best: dict[str, tuple[str, float]] = {}
    for mention in mentions:
        best.setdefault("problem" if mention.kind == "topic" else mention.kind, (mention.value, mention.confidence))
    streets = [mention for mention in mentions if mention.kind == "street"]
    offered = [mention.value for mention in streets if mention.words == streets[0].words][:OFFERED]
    return Got(best, offered)


def spoken(text: str) -> list[Word]:
    return [Word(part, 1.0, 0.4 * place, 0.4 * place + 0.3) for place, part in enumerate(text.split())]


def judge(score: Score, book: Phrasebook, text: str, row: dict[str, str], codes: dict[str, str], errors: bool) -> None:
    began = time.process_time()
    got = fields_of(book, spoken(text))
    score.seconds += time.process_time() - began
    score.texts += 1
    for name in FIELDS:
        if row[name] == OPEN:
            continue
        wanted = codes.get(row[name], row[name]) if name == "problem" else row[name]
        value, confidence = got.best.get(name, ("", 0.0))
        counts = score.by_field[name]
        among = name == "street" and bool(wanted) and wanted in got.offered
        verdicts = {
            "right": bool(wanted) and value == wanted,
            "wrong": bool(value) and value != wanted,
            "empty": bool(wanted) and not value,
            "wrong_certain": bool(value) and value != wanted and confidence >= CERTAIN,
            "offered": among,
        }
        counts.update(verdict for verdict, holds in verdicts.items() if holds)
        if value == wanted:
            continue
        if errors:
            offer = " (offered)" if among else ""
            print(f"  {name}: wanted {wanted!r}, got {value!r} ({confidence:.2f}){offer}: {text}")


def measure(folder: Path, errors: bool, spoiled: int = 0) -> dict[str, dict[str, Score]]:
    books = phrasebooks(folder)
    codes = {
        language: {row[language]: row["topic"] for row in rows(folder / "topics.tsv") if row.get(language)}
        for language in books
    }
    scores: dict[str, dict[str, Score]] = {"clean": {}, "noisy": {}}
    for language, book in books.items():
        for path in (folder / "text" / f"{language}.tsv", *sorted(folder.glob(f"*streets-{language}.tsv"))):
            if path.exists():
                score = scores["clean"].setdefault(language, Score())
                for row in rows(path):
                    judge(score, book, row["text"], row, codes[language], errors)
                    for seed in range(spoiled):
                        heard = spoiling.spoiled(row["text"], language, seed)
                        bad = scores.setdefault("spoiled", {}).setdefault(language, Score())
                        judge(bad, book, heard, row, codes[language], errors)
    if (folder / "noisy.tsv").exists():
        for row in rows(folder / "noisy.tsv"):
            language = row["lang"]
            score = scores["noisy"].setdefault(language, Score())
            judge(score, books[language], row["hypothesis"], row, codes[language], errors)
    return scores


def as_json(scores: dict[str, dict[str, Score]]) -> dict[str, object]:
    noisy = sum(scores["noisy"].values(), Score())
    return {
        "clean": {
            language: {
                "right": score.share("right"),
                "wrong_certain": score.share("wrong_certain"),
                "by_field": score.shares(offered=False),
            }
            for language, score in scores["clean"].items()
        },
        "noisy": {
            **noisy.shares(offered=True),
            "wrong_certain": noisy.share("wrong_certain"),
            "by_language": _by_language(scores["noisy"]),
        },
        **({"spoiled": _by_language(scores["spoiled"])} if "spoiled" in scores else {}),
        "counts": {
            kind: {language: score.counts() for language, score in languages.items()}
            for kind, languages in scores.items()
        },
    }


def _by_language(scores: dict[str, Score]) -> dict[str, object]:
    return {
        language: {**score.shares(offered=True), "wrong_certain": score.share("wrong_certain")}
        for language, score in scores.items()
    }


def show(scores: dict[str, dict[str, Score]]) -> None:
    for kind, languages in scores.items():
        for language, score in languages.items():
            print(
                f"{kind} {language}: right {score.total('right')} of {score.fields} ({score.share('right'):.3f}), "
                f"wrong {score.total('wrong')} (certain {score.total('wrong_certain')}), "
                f"empty {score.total('empty')}; {1000 * score.seconds / max(1, score.texts):.1f} ms a text"
            )
            for name, counts in score.by_field.items():
                if any(counts.values()):
                    offered = f" among three {counts['offered']:3}" if name == "street" and kind != "clean" else ""
                    print(
                        f"    {name:8} right {counts['right']:3} wrong {counts['wrong']:3} "
                        f"(certain {counts['wrong_certain']}) empty {counts['empty']:3}{offered}"
                    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, required=True, help="folder with the texts")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    parser.add_argument("--errors", action="store_true", help="show every field that is not right")
    parser.add_argument("--spoiled", type=int, default=0, metavar="N", help="the clean texts too, spoiled N times")
    options = parser.parse_args()
    scores = measure(options.texts, options.errors, options.spoiled)
    show(scores)
    models = os.environ.get("KEZEK_MODELS", "")
    heard = recordings.measure(Path(models), phrasebooks(options.texts)) if models else {}
    recordings.show(models, heard)
    if options.json:
        print(json.dumps({**as_json(scores), "recordings": heard}))


if __name__ == "__main__":
    main()
