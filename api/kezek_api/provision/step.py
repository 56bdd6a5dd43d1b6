"""A set-up step: a name, what it does, and what to say when it cannot be done. The others go on without it."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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


class Report:
    """What a step says while it works, and where the output of its commands goes."""

    def __init__(self, console: Console, log: Path) -> None:
        self._console = console
        self._log = log
        self._status = console.status("")
        self._name = ""

    def begin(self, name: str) -> None:
        self._name = name
        self._status = self._console.status(name)
        self._status.start()

    def say(self, text: str) -> None:
        self._status.update(f"{self._name}: {text}")

    def end(self) -> None:
        self._status.stop()

    def run(self, command: Sequence[str | Path], *, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
        """Run a command with its output in the set-up's log; raises CannotHave with its last words."""
        with self._log.open("a") as log:
            log.write(f"\n$ {' '.join(map(str, command))}\n")
            log.flush()
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
            log.write(done.stdout)
        if done.returncode != 0:
            last = next((line for line in reversed(done.stdout.splitlines()) if line.strip()), "no output")
            raise CannotHave(
                f"{command[0]} ended with {done.returncode}: {last[:200]}",
                f"the whole output is in {self._log}",
            )
        return done.stdout


def carry_out(steps: Sequence[Step], home: Path, console: Console) -> bool:
    """Carry the steps out in turn; False when a needed one could not be done."""
    log = home / "log" / "setup.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("")
    report = Report(console, log)
    good = True
    for number, step in enumerate(steps, 1):
        started = time.monotonic()
        report.begin(step.name)
        try:
            result = step.work(report)
        except CannotHave as error:
            report.end()
            colour = "red" if step.needed else "yellow"
            console.print(f"[{colour}]{number}/{len(steps)} {step.name}: not to be had: {error}[/]", highlight=False)
            console.print(f"     remedy: {error.remedy}", highlight=False)
            if step.needed:
                good = False
                break
        else:
            report.end()
            took = time.monotonic() - started
            console.print(
                f"[green]{number}/{len(steps)}[/] {step.name}: {result} [dim]({took:.1f} s)[/]",
                highlight=False,
            )
    return good
