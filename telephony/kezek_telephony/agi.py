"""FastAGI's words: the opening request, commands with their quoting, replies in all their forms. Pure: no I/O.

The rules are those of Asterisk's res_agi.c: a command is one line, its arguments parted by blanks, quoted with '"' and
escaped with a backslash; a reply is one line, save the usage that some versions print after a 520.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from .types import TelephonyError

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_REPLY = re.compile(r"(?P<code>\d{3})(?P<more>-| |$)(?P<rest>.*)", re.DOTALL)
_RESULT = re.compile(r"result=(?P<result>\S*)(?: \((?P<value>.*)\))?(?: endpos=(?P<endpos>\d{1,18}))?\s*$", re.DOTALL)
_USAGE_END = "520 End of proper usage."

USAGE_LIMIT = 65_536  # characters; Asterisk's longest has some 3,000
HANGUP_LINE = "HANGUP"  # Asterisk says it once, between replies, when the channel is hung up


class AgiError(TelephonyError):
    """The other side does not speak FastAGI, or too slowly, or at too great length."""

    code = "agi"


@dataclass(frozen=True, slots=True)
class Request:
    """The opening of a session: `route` and `query` from the URL (agi://host/route?a=1), all lines as they came."""

    route: str
    query: Mapping[str, str]
    values: Mapping[str, str]  # 'agi_uniqueid' -> ...

    def get(self, name: str) -> str:
        """A value without the 'agi_' prefix; '' when it is missing or Asterisk says 'unknown'."""
        value = self.values.get(f"agi_{name}", "")
        return "" if value == "unknown" else value


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: `result` as text ('' for a timeout without digits), `value` from the brackets, None without."""

    code: int
    result: str = ""
    value: str | None = None
    endpos: int | None = None
    text: str = ""  # what an error says, its usage included

    @property
    def ok(self) -> bool:
        return self.code == 200

    @property
    def number(self) -> int:
        """The result as a number; -1 (failure, or the channel is gone) when it is none."""
        try:
            return int(self.result)
        except ValueError:
            return -1

    @property
    def timed_out(self) -> bool:
        """GET DATA ended by its time limit. Told apart from 'no digits pressed but #': result '' without this."""
        return self.value == "timeout"

    @property
    def dead(self) -> bool:
        """The command was refused because the channel is hung up."""
        return self.code == 511


def clean(text: str) -> str:
    """Text from outside without its control characters."""
    return _CONTROL.sub("", text).strip()


def quote(value: str) -> str:
    """One argument of a command. Raises ValueError on control characters: a line break would be a second command."""
    if _CONTROL.search(value):
        raise ValueError("control characters in an AGI argument")
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def command(verb: str, *arguments: str | int) -> bytes:
    """The line of a command: `verb` is ours ('STREAM FILE') and goes unquoted, the arguments are quoted."""
    return " ".join([verb, *(quote(str(argument)) for argument in arguments)]).encode() + b"\n"


def parse_request(lines: list[str]) -> Request:
    """The opening lines, without the empty one that ends them. Raises AgiError when it is no FastAGI."""
    values: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        values[name] = clean(value)
    script = values.get("agi_network_script", "")
    if "agi_uniqueid" not in values or "agi_channel" not in values:
        raise AgiError("no channel in the request")
    route, _, query = script.partition("?")
    return Request(route.strip("/"), dict(parse_qsl(query, keep_blank_values=True)), values)


@dataclass(slots=True)
class ReplyParser:
    """Turns lines into replies: gathers a usage of many lines, notes a stray HANGUP.

    The two usage forms: '520-Invalid command syntax.  Proper usage follows:' up to '520 End of proper usage.', and the
    single line '520 Invalid command syntax.  Proper usage not available.'
    """

    hung_up: bool = False
    _usage: list[str] = field(default_factory=list)
    _size: int = 0

    def feed(self, line: str) -> Reply | None:
        """One line without its end; a reply when it completes one. Raises AgiError on a line that is none."""
        if self._usage:
            return self._more_usage(line)
        if line == HANGUP_LINE:
            self.hung_up = True
            return None
        match = _REPLY.fullmatch(line)
        if match is None:
            raise AgiError("not an AGI reply")
        code, rest = int(match["code"]), match["rest"]
        if match["more"] == "-":
            self._usage.append(rest)
            return None
        if code == 100:  # 'Trying': the real reply follows
            return None
        if code != 200:
            return Reply(code, text=rest)
        result = _RESULT.fullmatch(rest)
        if result is None:
            raise AgiError("not an AGI result")
        endpos = result["endpos"]
        return Reply(200, result["result"], result["value"], int(endpos) if endpos else None)

    def _more_usage(self, line: str) -> Reply | None:
        if line.strip() != _USAGE_END:
            self._size += len(line)
            if len(self._usage) > 200 or self._size > USAGE_LIMIT:
                raise AgiError("a usage without an end")
            self._usage.append(line)
            return None
        text, self._usage, self._size = "\n".join(self._usage), [], 0
        return Reply(520, text=text)
