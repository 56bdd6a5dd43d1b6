"""Reports as files for a spreadsheet: CSV (RFC 4180, with a mark that says UTF-8) and XLSX."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime, tzinfo

Cell = str | int | float | datetime | None
Table = tuple[str, Sequence[str], Sequence[Sequence[Cell]]]  # title, heads, rows

CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a name that begins like a formula must not become one
_NARROW, _WIDE = 12, 48


def as_csv(table: Table, zone: tzinfo, *, comma: str = ";") -> bytes:
    _, heads, rows = table
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=comma, lineterminator="\r\n")
    writer.writerow(heads)
    point = "." if comma == "," else ","
    for row in rows:
        writer.writerow([_written(cell, zone, point) for cell in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_xlsx(tables: Sequence[Table], zone: tzinfo) -> bytes:
    """A sheet for each table."""
    import xlsxwriter  # a tenth of a node's start, for what is asked once a day

    made = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(made, options) as book:
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for title, heads, rows in tables:
            sheet = book.add_worksheet(_sheet_name(title))
            sheet.freeze_panes(1, 0)
            sheet.write_row(0, 0, heads, head)
            for at, row in enumerate(rows, 1):
                for column, cell in enumerate(row):
                    if isinstance(cell, datetime):
                        sheet.write_datetime(at, column, cell.astimezone(zone).replace(tzinfo=None), moment)
                    else:
                        sheet.write(at, column, cell)
            for column, name in enumerate(heads):
                longest = max([len(name), *(len(str(row[column])) for row in rows if row[column] is not None)])
                sheet.set_column(column, column, min(max(_NARROW, longest + 2), _WIDE))
            if rows:
                sheet.autofilter(0, 0, len(rows), len(heads) - 1)
    return made.getvalue()


def _written(cell: Cell, zone: tzinfo, point: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, float):
        return str(cell).replace(".", point)
    text = str(cell)
    return f"'{text}" if isinstance(cell, str) and text.startswith(_FORMULA) else text


def _sheet_name(title: str) -> str:
    return "".join(letter for letter in title if letter not in "[]:*?/\\")[:31] or "1"
