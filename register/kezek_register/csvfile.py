"""Reading a town's CSV without trusting it: what is wrong is named with its line, what is right is kept.

One line is one row: a line break inside quotes is taken for torn quoting, since no address has one and
an unclosed quote would otherwise swallow the rest of the file.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from kezek_register.types import RegisterError

LARGEST_FILE = 128 * 1024 * 1024  # bytes
LONGEST_LINE = 4_000  # bytes
MOST_LINES = 3_000_000  # a city of ten million has fewer households
MOST_COLUMNS = 200
LONGEST_CELL = 120  # characters, unless the column has a limit of its own
_YES, _NO = ("yes", "true", "1", "иә", "да", "так"), ("no", "false", "0", "жоқ", "нет", "ні")


class BadFile(RegisterError):
    """The file as a whole is no use: not there, empty, not UTF-8, or without a column that is needed."""

    code = "bad_file"


class BadRow(ValueError):
    """One row is no use; the message is the reason, for the report."""


@dataclass(frozen=True, slots=True)
class Row:
    line: int  # in the file, the header is 1
    cells: Mapping[str, str]  # column -> cleaned text, every known column is there

    def need(self, column: str) -> str:
        """The cell; raises BadRow when it is empty."""
        if value := self.cells[column]:
            return value
        raise BadRow(f"{column} is missing")

    def yes_no(self, column: str, *, otherwise: bool) -> bool:
        """`otherwise` when the cell is empty; raises BadRow."""
        text = self.cells[column].lower()
        if text in _YES or text in _NO:
            return text in _YES
        if not text:
            return otherwise
        raise BadRow(f"{column} is yes or no")


@dataclass(frozen=True, slots=True)
class Sheet:
    rows: tuple[Row, ...]
    refused: tuple[tuple[int, str], ...]
    columns: frozenset[str] = frozenset()  # of the known ones, those that the file has


def read(
    path: Path,
    *,
    needed: Collection[str],
    optional: Collection[str] = (),
    limits: Mapping[str, int] | None = None,
) -> Sheet:
    """Rows of a CSV file in UTF-8 (with or without BOM), ';' or ',' between cells, columns found by their names.

    Columns that are neither needed nor optional are ignored. Raises BadFile.
    """
    lines = _lines(path)
    header, delimiter = _header(lines[0], needed)
    known = [*needed, *optional]
    rows: list[Row] = []
    refused: list[tuple[int, str]] = []
    for number, raw in enumerate(lines[1:], start=2):
        try:
            texts = _cells(raw, delimiter)
            if not any(text.strip() for text in texts):
                continue
            if len(texts) != len(header):
                raise BadRow(f"{len(texts)} cells where the header has {len(header)}")
            named = dict(zip(header, texts, strict=True))
            cells = {column: cleaned(column, named.get(column, ""), limits or {}) for column in known}
            rows.append(Row(number, cells))
        except BadRow as bad:
            refused.append((number, str(bad)))
    return Sheet(tuple(rows), tuple(refused), frozenset(header) & frozenset(known))


def _lines(path: Path) -> list[bytes]:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BadFile(f"{path.name} is larger than {LARGEST_FILE // 1024 // 1024} MB")
        content = path.read_bytes()
    except OSError as error:
        raise BadFile(f"{path.name} cannot be read: {error.strerror}") from error
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadFile(f"{path.name} is UTF-16: save it as UTF-8")
    content = content.removeprefix(b"\xef\xbb\xbf")
    if content.count(b"\n") > MOST_LINES:
        raise BadFile(f"{path.name} has more than {MOST_LINES} lines")
    if not content.strip():
        raise BadFile(f"{path.name} is empty")
    return [line.removesuffix(b"\r") for line in content.split(b"\n")]


def _header(raw: bytes, needed: Collection[str]) -> tuple[list[str], str]:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise BadFile("the header is not UTF-8: save the file as UTF-8") from None
    delimiter = ";" if text.count(";") > text.count(",") else ","
    try:
        header = [name.strip().lower() for name in _cells(raw, delimiter)]
    except BadRow as bad:
        raise BadFile(f"the header cannot be read: {bad}") from None
    if len(header) > MOST_COLUMNS:
        raise BadFile(f"the header has more than {MOST_COLUMNS} columns")
    if missing := [column for column in needed if column not in header]:
        raise BadFile(f"the header has no column {', '.join(missing)}; columns are named in the first line")
    if twice := {name for name in header if name and header.count(name) > 1}:
        raise BadFile(f"the header names a column twice: {', '.join(sorted(twice))[:LONGEST_CELL]}")
    return header, delimiter


def _cells(raw: bytes, delimiter: str) -> list[str]:
    if len(raw) > LONGEST_LINE:
        raise BadRow(f"the line is longer than {LONGEST_LINE} bytes")
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise BadRow("not UTF-8") from None
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True), [])
    except csv.Error:
        raise BadRow("torn quoting") from None


def cleaned(column: str, text: str, limits: Mapping[str, int]) -> str:
    """Without needless blanks, in NFC. Raises BadRow for what is too long or cannot be seen."""
    text = unicodedata.normalize("NFC", text.strip(" \t"))
    if any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} for letter in text):
        raise BadRow(f"control characters in {column}")
    limit = limits.get(column, LONGEST_CELL)
    if len(text) > limit:
        raise BadRow(f"{column} is longer than {limit} characters")
    return " ".join(text.split())
