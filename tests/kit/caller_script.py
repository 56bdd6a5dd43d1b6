"""What a scripted caller does, and when: steps, and the cues that start them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One thing a caller does: `press`, `say`, `pause` or `hang_up`."""

    verb: str
    what: str = ""
    seconds: float = 0.0


def press(keys: str) -> Step:
    """Press these keys one after another."""
    return Step("press", what=keys)


def say(text: str) -> Step:
    """Speak: heard only by those who listen meanwhile."""
    return Step("say", what=text)


def pause(seconds: float) -> Step:
    return Step("pause", seconds=seconds)


def hang_up() -> Step:
    return Step("hang_up")


@dataclass(frozen=True)
class Cue:
    when: str
    steps: tuple[Step, ...]
    at: float = 0.0


def at(seconds: float, *steps: Step) -> Cue:
    """That long after the call arrived."""
    return Cue("at", steps, seconds)


def during(prompt: str, *steps: Step) -> Cue:
    """As soon as this prompt begins."""
    return Cue(f"during {prompt}", steps)


def after(prompt: str, *steps: Step) -> Cue:
    """As soon as this prompt has ended or was cut short."""
    return Cue(f"after {prompt}", steps)


def while_waiting(*steps: Step) -> Cue:
    """As soon as music begins."""
    return Cue("waiting", steps)


def while_listening(*steps: Step) -> Cue:
    """As soon as somebody listens to the caller's sound."""
    return Cue("listening", steps)


def while_ringing(*steps: Step) -> Cue:
    """As soon as an operator's phone rings."""
    return Cue("ringing", steps)


def while_talking(*steps: Step) -> Cue:
    """As soon as an operator has picked up."""
    return Cue("talking", steps)
