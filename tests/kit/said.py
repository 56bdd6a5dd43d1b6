"""Sentences as people say them, with what must be understood of each: tests/fixtures/said/*.tsv.

A row is the sentence and its fields, `s=абая h=45 f=12`: s street, h house, f flat, e entrance, l floor, n landmark
('_' for a space), p phone, a account, d duration; '-' has none of them, '?' is not judged. In noisy.tsv (a recogniser's
errors) and fresh*.tsv (written last, measured before anything was mended for them) the language stands first. Every
third row, and all of fresh*.tsv, were kept aside while the rest was being worked on.

    python tests/kit/said.py        the figures and the errors
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kezek_speech import Phrasebook, Vocabulary, Word, build_phrasebook

FOLDER = Path(__file__).parents[1] / "fixtures" / "said"
NAMES = {
    "s": "street", "h": "house", "f": "flat", "e": "entrance", "l": "floor", "n": "landmark", "p": "phone",
    "a": "account", "d": "duration",
}  # fmt: skip
CERTAIN = 0.8


@dataclass(frozen=True)
class Said:
    language: str
    text: str
    wanted: dict[str, str]  # field -> value; '?' is not judged
    noisy: bool
    aside: bool


def sentences() -> Iterator[Said]:
    for name in ("ru", "uk", "kk", "en", "fresh", "fresh2", "fresh3", "noisy"):
        lines = (FOLDER / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
        for place, line in enumerate(lines):
            *language, text, fields = line.split("\t")
            pairs = [field.split("=", 1) for field in fields.split() if "=" in field]
            wanted = {NAMES[letter]: value.replace("_", " ") for letter, value in pairs}
            aside = name.startswith("fresh") or place % 3 == 2
            yield Said(language[0] if language else name, text, wanted, name == "noisy", aside)


SAID_WORDS = {
    language: sorted({word for said in sentences() if said.language == language for word in said.text.split()})
    for language in ("ru", "uk", "kk", "en")
}


def books() -> dict[str, Phrasebook]:
    found = {}
    for line in (FOLDER / "towns.tsv").read_text(encoding="utf-8").splitlines():
        language, names = line.split("\t")
        streets = {name: name for name in names.split(", ")}
        found[language] = build_phrasebook(language, Vocabulary(streets, {}))
    return found


def understood(book: Phrasebook, text: str) -> dict[str, tuple[str, float]]:
    """Kind -> value and confidence of the best mention."""
    best: dict[str, tuple[str, float]] = {}
    for mention in book.mentions([Word(part, 1.0, 0.0, 0.0) for part in text.split()]):
        best.setdefault(mention.kind, (mention.value, mention.confidence))
    return best


def verdicts(said: Said, book: Phrasebook) -> Iterator[tuple[str, str, str]]:
    """(field, 'right' | 'wrong' | 'certain' | 'empty', what was wanted and what came)."""
    got = understood(book, said.text)
    for field in NAMES.values():
        wanted = said.wanted.get(field, "")
        value, confidence = got.get(field, ("", 0.0))
        if wanted == "?" or not (wanted or value):
            continue
        story = f"{field}: wanted {wanted!r}, got {value!r} ({confidence:.2f})"
        if value == wanted:
            yield field, "right", story
        elif not value:
            yield field, "empty", story
        else:
            yield field, "certain" if confidence >= CERTAIN else "wrong", story


def main() -> None:
    town = books()
    totals: dict[tuple[str, str, str], Counter[str]] = {}
    for said in sentences():
        for field, verdict, story in verdicts(said, town[said.language]):
            kind = ("noisy " if said.noisy else "") + said.language
            part = "aside" if said.aside else "open"
            for name in (field, "all") if field != "street" else (field,):
                totals.setdefault((kind, part, name), Counter())[verdict] += 1
            if verdict != "right":
                print(f"{kind:8} {'WRONG ' if verdict == 'certain' else ''}{story}: {said.text}")
    for (kind, part, name), counts in sorted(totals.items(), key=lambda each: (each[0][2] != "all", each[0])):
        print(f"{kind:8} {part:5} {name:9} right {counts['right']}/{counts.total()} {dict(counts)}")


if __name__ == "__main__":
    main()
