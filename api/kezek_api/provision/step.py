"""A set-up step: a name, what it does, and what to say when it cannot be done. The others go on without it."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console


class CannotHave(Exception):
    """This part cannot be had here. `remedy` says what a person can do about it."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    work: Callable[[Report], str]  # returns what there is now, in a few words; raises CannotHave
    needed: bool = False  # without it there is no point in going on


class Board:
    """One line of the terminal: what each of the rows of steps is at."""

    def __init__(self, console: Console) -> None:
        self.status = console.status("")
        self._says: dict[Report, str] = {}

    def say(self, who: Report, text: str) -> None:
        self._says[who] = text
        self.status.update("; ".join(filter(None, list(self._says.values()))))


class Report:
    """What a step says while it works, and where the output of its commands goes."""

    def __init__(self, console: Console, log: Path, board: Board | None = None) -> None:
        self._log = log
        self._board = board or Board(console)
        self._name = ""

    def begin(self, name: str) -> None:
        self._name = name
        self._board.say(self, name)

    def say(self, text: str) -> None:
        self._board.say(self, f"{self._name}: {text}")

    def end(self) -> None:
        self._board.say(self, "")

    def run(self, command: Sequence[str | Path], *, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
        """Run a command with its output in the set-up's log; raises CannotHave with its last words."""
        try:
            done = subprocess.run(
                [str(part) for part in command],
                cwd=cwd,
                env={**os.environ, **(env or {})},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
        except OSError as error:
            raise CannotHave(str(error), f"install {command[0]}") from error
        with self._log.open("a") as log:
            log.write(f"\n$ {' '.join(map(str, command))}\n{done.stdout}")
        if done.returncode != 0:
            last = next((line for line in reversed(done.stdout.splitlines()) if line.strip()), "no output")
            raise CannotHave(
                f"{command[0]} ended with {done.returncode}: {last[:200]}",
                f"the whole output is in {self._log}",
            )
        return done.stdout


def carry_out(steps: Sequence[Step], home: Path, console: Console, beside: Sequence[Step] = ()) -> bool:
    """Carry the steps out in turn, and those `beside` in theirs at the same time; False when a needed one could not be
    done, after which those of its row are left."""
    log = home / "log" / "setup.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("")
    board = Board(console)
    numbers = iter(range(1, len(steps) + len(beside) + 1))
    row = partial(_row, console=console, log=log, board=board, numbers=numbers, last=len(steps) + len(beside))
    with board.status, ThreadPoolExecutor(2) as rows:
        return all([*rows.map(row, (steps, beside))])


def _row(
    steps: Sequence[Step], *, console: Console, log: Path, board: Board, numbers: Iterator[int], last: int
) -> bool:
    """Each is numbered when it ends."""
    report = Report(console, log, board)
    for step in steps:
        started = time.monotonic()
        report.begin(step.name)
        try:
            result = step.work(report)
        except CannotHave as error:
            colour = "red" if step.needed else "yellow"
            console.print(f"[{colour}]{next(numbers)}/{last} {step.name}: not to be had: {error}[/]", highlight=False)
            console.print(f"     remedy: {error.remedy}", highlight=False)
            if step.needed:
                return False
        else:
            took = time.monotonic() - started
            console.print(
                f"[green]{next(numbers)}/{last}[/] {step.name}: {result} [dim]({took:.1f} s)[/]", highlight=False
            )
        finally:
            report.end()
    return True
