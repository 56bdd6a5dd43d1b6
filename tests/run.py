"""All checks, in lanes beside each other: `python tests/run.py [--only lint|unit|integration|console|drill]`.

Each lane takes the next check, the longest first, so that all end together. Each check's output is
printed when it ends, and a table at the end says what passed, failed or was skipped and why.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from kezek_api.provision.console import node_here

ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / ".venv" / "bin"
LANES = 4  # for two cores: half of all tests wait, for telephones or for time
FEW = 2  # tests that may be flaky in one run; more is no accident
CONSOLE = ROOT / "api" / "console"
NPM, NPM_ENVIRONMENT = node_here() or ([], {})


@dataclass(frozen=True)
class Check:
    name: str
    kind: str
    command: list[str]
    folder: Path = ROOT
    wants: str = ""  # a program without which the check is skipped by name


@dataclass
class Result:
    check: Check
    code: int
    took_s: float
    cpu_s: float  # of its processes that were waited for
    last: str
    skipped: str = ""
    failed: tuple[str, ...] = ()  # pytest's ids
    all_passed: bool = False  # every test did; what failed came after them (a socket found unclosed at the very end)
    flaky: bool = False


def pytest(*what: str, without: str = "no:schemathesis") -> list[str]:
    """`without` a plugin that one check needs and that takes each of the others a second; Playwright's nobody needs."""
    quiet = ("-q", "--no-header", "-p", without, "-p", "no:playwright", "-p", "no:cacheprovider", "-m", "not long")
    return [str(BIN / "python"), "-m", "pytest", *quiet, *(f"tests/{one}" for one in what)]


# the integration tests' checks: how the names of their files begin, behind test_; what is nobody's is the doors'
ROOMS = {
    "whole calls": ("whole_a", "whole_c", "whole_e", "whole_h", "real"),
    "whole house": ("whole_", "waiting"),
    "several parts": ("two", "drill", "every", "dra", "power", "own", "link", "frozen"),
    "telephony": ("telephony",),
    "backups": ("register_b",),
    "register": ("register",),
    "ears": ("speech", "command_speech"),
    "commands": ("command", "systemd", "operations"),
    "line": ("queue",),
    "document": ("api_schema",),
    "tickets": ("api_o", "api_re", "api_t", "api_ph", "api_e"),
    "doors": ("",),
}


def integration() -> dict[str, Check]:
    """Each file in the first check that names it; a check collects its own files alone."""
    files: dict[str, list[str]] = {name: [] for name in ROOMS}
    for path in sorted((ROOT / "tests" / "integration").glob("test_*.py")):
        room = next(name for name, begins in ROOMS.items() if path.stem.removeprefix("test_").startswith(begins))
        files[room].append(f"integration/{path.name}")
    without = {"document": "no:playwright"}
    return {
        name: Check(name, "integration", pytest(*found, without=without.get(name, "no:schemathesis")))
        for name, found in files.items()
    }


def all_checks() -> list[Check]:
    """The longest first; what waits much (for telephones, for time) beside what computes."""
    code = ["telephony", "ivr", "speech", "queue", "register", "api", "tests", "benchmarks"]
    rooms = integration()
    return [
        Check("ruff check", "lint", [str(BIN / "ruff"), "check", *code]),
        Check("ruff format", "lint", [str(BIN / "ruff"), "format", "--check", *code]),
        Check("import-linter", "lint", [str(BIN / "lint-imports")]),
        Check("console", "console", pytest("console"), wants="chromium"),
        *(rooms[name] for name in ("doors", "register", "whole house", "telephony", "whole calls", "document")),
        *(rooms[name] for name in ("tickets", "several parts")),
        Check("unit", "unit", pytest("unit")),
        rooms["commands"],
        Check("drill", "drill", [str(BIN / "kezek"), "drill", "--short", "--seed", "4"]),
        rooms["ears"],
        Check("endurance", "integration", pytest("endurance")),
        rooms["backups"],
        Check("stories", "unit", pytest("stories")),
        rooms["line"],
        Check("mypy strict", "lint", [str(BIN / "mypy")]),
        Check("svelte-check", "lint", [*NPM, "run", "check"], CONSOLE, wants="npm"),
        Check("vitest", "lint", [*NPM, "test"], CONSOLE, wants="npm"),
    ]


def environment() -> dict[str, str]:
    """PYTHONDONTWRITEBYTECODE is not handed on: each of some hundred processes would compile all of Kezek again."""
    mine = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**mine, **NPM_ENVIRONMENT, "PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}


def missing(wanted: str) -> str:
    """Why a check cannot be run here; '' when it can."""
    if wanted == "chromium":
        from kit.browser import chromium

        return "" if chromium() else "no Chromium on this machine"
    return "no Node on this machine" if wanted == "npm" and not NPM else ""


def run(check: Check, lock: threading.Lock) -> Result:
    if why := missing(check.wants):
        return Result(check, 0, 0.0, 0.0, "", skipped=why)
    started = time.monotonic()
    process = subprocess.Popen(
        check.command, cwd=check.folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    took, cpu = time.monotonic() - started, used.ru_utime + used.ru_stime
    lines = [line for line in said.splitlines() if line.strip()]
    with lock:
        print(f"\n=== {check.name} ({took:.0f} s, {cpu:.0f} s of a processor, exit {process.returncode})")
        print(said.rstrip() if process.returncode or "pytest" in check.command else "\n".join(lines[-2:]))
        sys.stdout.flush()
    failed = tuple(re.findall(r"^(?:FAILED|ERROR) (\S+::\S+?)(?: - .*)?$", said, re.M))
    all_passed = re.search(r"^\d+ passed(?!.*(failed|error)).* in ", said, re.M) is not None
    return Result(
        check, process.returncode, took, cpu, lines[-1] if lines else "", failed=failed, all_passed=all_passed
    )


def once_more(result: Result, lock: threading.Lock) -> None:
    """A few tests that failed beside all the others are run again alone; all of them, when every one passed and the run
    ended badly all the same; a drill by the same seed. What passes then is named flaky: a defect of the test or of the
    code to be mended, but no reason to refuse everything else. What fails again has failed."""
    command = result.check.command
    if result.code == 0 or len(result.failed) > FEW or not ("pytest" in command or result.check.kind == "drill"):
        return
    if result.check.kind == "drill":
        pass
    elif result.failed:
        command = [*command[: command.index("no:cacheprovider") + 1], *result.failed]
    elif not result.all_passed:
        return  # not even begun, say: no accident
    again = run(Check(f"{result.check.name} again", result.check.kind, command), lock)
    if again.code == 0:
        result.code, result.flaky = 0, True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["lint", "unit", "integration", "console", "drill"])
    only = parser.parse_args().only
    lock = threading.Lock()
    results: list[Result] = []

    waiting = [check for check in all_checks() if only in (None, check.kind)]

    def lane() -> None:
        while waiting:
            with lock:
                check = waiting.pop(0) if waiting else None
            if check:
                results.append(run(check, lock))

    threads = [threading.Thread(target=lane) for _ in range(LANES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        once_more(result, lock)
    print("\n=== summary")
    for result in results:
        state = "skipped" if result.skipped else "FAILED" if result.code else "FLAKY" if result.flaky else "passed"
        used = f"{result.took_s:5.0f} s {result.cpu_s:5.0f} cpu"
        print(f"{result.check.name:14} {state:8} {used}  {result.skipped or result.last.strip('= ')[:90]}")
    bad = sum(result.code != 0 for result in results)
    skipped = sum(bool(result.skipped) for result in results)
    print(f"\n{len(results) - bad - skipped} passed, {bad} failed, {skipped} skipped")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
