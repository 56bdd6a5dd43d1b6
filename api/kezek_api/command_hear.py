"""`kezek hear`: a recording as a call would hear it: words with times and confidences, mentions, fields."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from kezek_api.hearing import street_words
from kezek_api.settings import Settings
from kezek_api.sound_file import RATE, NotSound, read
from kezek_api.town_words import Town, of_folder, of_register
from kezek_ivr.prefill import with_mentions
from kezek_ivr.types import FieldName, FieldNote
from kezek_speech import (
    Mention,
    NoModel,
    Phrasebook,
    Recogniser,
    SpeechError,
    SpeechSettings,
    VoskEars,
    Word,
    build_phrasebook,
)
from kezek_speech.models import available, known
from kezek_speech.types import FRAME, Question

SURE, DOUBTFUL = 0.8, 0.5
PIECE = 10 * FRAME
AHEAD_S = 0.6  # of sound that waits: a second pass is refused where more does


@dataclass
class Said:
    """One utterance. `again`: what a second pass by the grammar of addresses made of it."""

    words: tuple[Word, ...]
    final: bool
    mentions: list[Mention]
    again: tuple[Word, ...] = ()
    again_mentions: list[Mention] = field(default_factory=list)


@dataclass
class Side:
    said: list[Said] = field(default_factory=list)
    fields: dict[FieldName, FieldNote] = field(default_factory=dict)


async def hear(
    settings: Settings,
    file: Path,
    language: str,
    town: Path | None,
    question: Question | None,
    *,
    again: bool,
    as_json: bool,
) -> int:
    """0 when words were heard, 1 when none were, 2 when there is no such model, file or town."""
    try:
        channels = read(file)
        words = of_folder(town, language) if town else await of_register(settings, language)
        models = {model.language: model.folder for model in available(settings.models_folder, [language])}
        if language not in models:
            raise NoModel(f"no model for {language!r}: kezek models fetch {known(language).language}")
        with tempfile.TemporaryDirectory() as work:
            pool = SpeechSettings(models=models, work=Path(work), streams=2, warm=1)  # the second one hears again
            async with VoskEars(pool) as ears:
                if language not in ears.languages:
                    raise NoModel(ears.problems.get(language, "the model does not load"))
                await ears.learn(language, street_words(words.words.streets))
                book = build_phrasebook(language, words.words)
                sides = [await _side(ears, book, words, sound, question, again=again) for sound in channels]
    except (NotSound, OSError, ValueError, SpeechError) as error:
        print(f"kezek: {file if isinstance(error, NotSound | OSError) else language}: {error}", file=sys.stderr)
        return 2
    if as_json:
        print(json.dumps({"language": language, "sides": [_told(side) for side in sides]}, ensure_ascii=False))
    else:
        for number, side in enumerate(sides, 1):
            _show(side, f"side {number} of {len(sides)}" if len(sides) > 1 else "")
    return 0 if any(side.said for side in sides) else 1


async def _side(
    ears: VoskEars, book: Phrasebook, town: Town, sound: bytes, question: Question | None, *, again: bool
) -> Side:
    """`question`: None is free decoding, as of the open question; else by that question's grammar."""
    side = Side()
    phrases = book.phrases(question) if question else None
    async with ears.open(book.language, phrases) as recogniser, asyncio.TaskGroup() as group:
        group.create_task(_pushed(ears, recogniser, sound))
        partial: Said | None = None
        async for heard in recogniser:
            one = Said(heard.words, heard.final, _understood(book, question, heard.words))
            if not heard.final:
                partial = one
                continue
            partial = None
            if again:
                one.again = await recogniser.again(book.phrases("address"))
                one.again_mentions = book.answer("address", one.again)
            side.said.append(one)
        if partial is not None:
            side.said.append(partial)
    for one in side.said:
        side.fields = with_mentions(side.fields, one.mentions, street_name=town.street_name)
        if one.again_mentions:
            side.fields = with_mentions(side.fields, one.again_mentions, street_name=town.street_name)
    return side


async def _pushed(ears: VoskEars, recogniser: Recogniser, sound: bytes) -> None:
    """As fast as it is decoded, and a second of silence that ends the last utterance."""
    sound += bytes(2 * RATE)
    for at in range(0, len(sound), PIECE):
        while ears.load().lag_seconds > AHEAD_S:  # noqa: ASYNC110 - a thread shortens it, which tells no event
            await asyncio.sleep(0.002)
        recogniser.push(sound[at : at + PIECE])
    recogniser.flush()


def _understood(book: Phrasebook, question: Question | None, words: Sequence[Word]) -> list[Mention]:
    return book.answer(question, words) if question else book.mentions(words)


def _told(side: Side) -> dict[str, Any]:
    return {"said": [asdict(one) for one in side.said], "fields": side.fields}


def _show(side: Side, title: str) -> None:
    console = Console()
    if title:
        console.rule(title)
    if not side.said:
        console.print("nothing was heard: silence, or speech too quiet for the line")
        return
    for one in side.said:
        text = " ".join(_coloured(word) for word in one.words)
        begin = one.words[0].start if one.words else 0.0
        console.print(f"[dim]{begin:7.2f} s[/] {text}{'' if one.final else ' [dim](never final)[/]'}", highlight=False)
        if one.again:
            console.print(f"[dim]    again[/] {' '.join(map(_coloured, one.again))}", highlight=False)
        for mention in [*one.mentions, *one.again_mentions]:
            console.print(
                f"          [dim]{mention.kind}[/] {mention.value} [dim]{mention.confidence:.2f} of[/] {mention.words}",
                highlight=False,
            )
    table = Table(title="fields", title_justify="left", box=None, padding=(0, 2, 0, 0))
    for column in ("field", "value", "confidence", "words"):
        table.add_column(column)
    for name, note in side.fields.items():
        colour = _colour(note["confidence"])
        table.add_row(name, note["value"], f"[{colour}]{note['confidence']:.2f}[/]", note["words"])
    console.print(table if side.fields else "no field could be filled")


def _coloured(word: Word) -> str:
    return f"[{_colour(word.confidence)}]{word.text}[/][dim]{word.confidence:.2f}[/]"


def _colour(confidence: float) -> str:
    return "green" if confidence >= SURE else "yellow" if confidence >= DOUBTFUL else "red"
