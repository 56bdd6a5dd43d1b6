"""The console goes into wheel and sdist built: made here when set-up has not; never for an editable install."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ConsoleHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        console = Path(self.root) / "api" / "console"
        built = Path(self.root) / "api" / "kezek_api" / "static" / "index.html"
        if version == "editable" or built.is_file():
            return
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError("the console is not built and there is no npm: run `make setup` first")
        for step in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
            subprocess.run([npm, *step], cwd=console, check=True)
