"""The words a model knows, read out of its folder: Vosk itself says of a word whether it knows it, and lists none.

Models have them as graph/words.txt, or inside the grammar's own file: OpenFst writes a symbol table behind the header.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_FST, _SYMBOLS = 2125659606, 2125658996  # OpenFst's magic numbers
_WITH_INPUT, _WITH_OUTPUT = 1, 2
_LONGEST = 1_000  # bytes of a word, or of a name in the header
_MOST = 5_000_000


def vocabulary(folder: Path) -> frozenset[str]:
    """Empty when the folder does not tell. Blocking: half a second and 50 MB for half a million words."""
    for name in ("graph/words.txt", "words.txt"):
        if (folder / name).is_file():
            with (folder / name).open(encoding="utf-8", errors="replace") as lines:
                return _spoken(line.split(" ", 1)[0].strip() for line in lines)
    for name in ("graph/Gr.fst", "Gr.fst"):
        if (folder / name).is_file():
            try:
                with (folder / name).open("rb") as file:
                    return _spoken(_symbols(file))
            except (struct.error, ValueError, OSError):
                return frozenset()
    return frozenset()


def _spoken(words: Iterator[str]) -> frozenset[str]:
    """Without the marks: <eps>, !SIL, [noise], #0."""
    return frozenset(word for word in words if word and word.replace("'", "").replace("-", "").isalpha())


def _symbols(file: BinaryIO) -> Iterator[str]:
    """Raises struct.error and ValueError for anything else than an FST with its symbols."""
    if _number(file, "<i") != _FST:
        raise ValueError("no FST")
    _text(file), _text(file)  # the kinds of the FST and of its arcs
    _, flags = struct.unpack("<ii", file.read(8))
    file.seek(32, 1)  # properties, start, states, arcs
    if not flags & (_WITH_INPUT | _WITH_OUTPUT):
        raise ValueError("no symbols")
    if _number(file, "<i") != _SYMBOLS:
        raise ValueError("no symbols")
    _text(file), file.seek(8, 1)  # its name, the next key
    for _ in range(min(_MOST, _number(file, "<q"))):
        yield _text(file)
        file.seek(8, 1)


def _number(file: BinaryIO, kind: str) -> int:
    value: int = struct.unpack(kind, file.read(struct.calcsize(kind)))[0]
    return value


def _text(file: BinaryIO) -> str:
    size = _number(file, "<i")
    if not 0 <= size <= _LONGEST:
        raise ValueError("no text")
    return file.read(size).decode(errors="replace")
