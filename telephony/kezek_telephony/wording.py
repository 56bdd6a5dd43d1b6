"""Names and numbers as they may stand in an order to Asterisk. Anything else raises ValueError."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .phones import PEER
from .types import Outside, Phone

NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
NUMBER = re.compile(r"\+?[0-9]{1,20}")
CALL = re.compile(r"[A-Za-z0-9._-]{1,100}")  # a Uniqueid holds 149 characters, and legs add some of their own
PROMPT = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}([_-][A-Za-z]{2,4})?")
LONGEST_LINE = 900  # characters of a value: AMI reads 1,024 to a line
FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*){0,4}")


def dial_string(phone: Phone) -> str:
    """What stands after 'PJSIP/': the phone, or the phone at the exchange that has it."""
    if not NAME.fullmatch(phone.name) or (phone.exchange and not NAME.fullmatch(phone.exchange)):
        raise ValueError("no phone")
    return f"{phone.name}@{PEER}{phone.exchange}" if phone.exchange else phone.name


def outside_number(to: Outside) -> str:
    if not NUMBER.fullmatch(to.number):
        raise ValueError("no number")
    return to.number


def call_id(call: str) -> str:
    if not CALL.fullmatch(call):
        raise ValueError("no call")
    return call


def file_name(file: str) -> str:
    """A name below the recordings, folders allowed, that cannot climb out of them."""
    if not FILE.fullmatch(file) or len(file) > 200:
        raise ValueError("no name of a file")
    return file


def prompt_files(prefix: str, language: str, prompts: Iterable[str]) -> str:
    """The prompts as Playback wants them, as many from the first on as an order can hold; '' for none."""
    told = ""
    for prompt in prompts:
        if not PROMPT.fullmatch(prompt) or not LANGUAGE.fullmatch(language):
            raise ValueError("no prompt")
        longer = f"{told}&{prefix}/{language}/{prompt}" if told else f"{prefix}/{language}/{prompt}"
        if len(longer) > LONGEST_LINE:
            break
        told = longer
    return told
