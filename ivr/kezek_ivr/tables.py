"""Tables of a TOML file into frozen dataclasses: every field there, of its type, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")

LONGEST_S = 300.0
_WANTED: Mapping[type, str] = {int: "a count of 0 to 100", str: "a text", bool: "true or false"}


class TableError(Exception):
    """A table is wrong; the message names the place and what was expected."""

    code = "table"


def part(data: Mapping[str, Any], name: str, kind: type = dict) -> Any:
    """The table (or list of tables) of this name. Raises TableError."""
    if not isinstance(data.get(name), kind):
        raise TableError(f"{name}: a {'table' if kind is dict else 'list of tables'} of this name is wanted")
    return data[name]


def table(kind: Callable[..., T], where: str, entry: object) -> T:
    """The table as that dataclass. Numbers of type float are seconds. Raises TableError."""
    if not isinstance(entry, Mapping):
        raise TableError(f"{where}: a table is wanted, not {entry!r}")
    hints = get_type_hints(kind)
    if missing := hints.keys() - entry.keys():
        raise TableError(f"{where}: missing {', '.join(sorted(missing))}")
    if strange := entry.keys() - hints.keys():
        raise TableError(f"{where}: unknown {', '.join(sorted(strange))}")
    values = {name: _value(f"{where}.{name}", hint, entry[name]) for name, hint in hints.items()}
    return kind(**values)


def _value(where: str, hint: Any, value: Any) -> Any:
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            raise TableError(f"{where}: {value!r} is none of {', '.join(map(str, get_args(hint)))}")
    elif hint is float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LONGEST_S:
            raise TableError(f"{where}: more than 0 and at most {LONGEST_S:g} seconds are wanted, not {value!r}")
        return float(value)
    elif (type(value) is not hint and hint in _WANTED) or value == "" or (hint is int and not 0 <= value <= 100):
        raise TableError(f"{where}: {_WANTED[hint]} is wanted, not {value!r}")
    return value
