"""Chromium for the console's tests: the one on the PATH, else apt's where that is allowed, else playwright's own."""

from __future__ import annotations

import os
import shutil
import sys

from kezek_api.provision.step import CannotHave, Report

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find(report: Report) -> str:
    for name in NAMES:
        if path := shutil.which(name):
            return path
    if os.geteuid() == 0 and shutil.which("apt-get"):
        report.say("apt-get install chromium")
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        try:
            report.run(["apt-get", "update", "-qq"], env=quiet)
            report.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], env=quiet)
        except CannotHave:
            report.say("apt has none; asking playwright")
        else:
            return shutil.which("chromium") or "chromium from apt"
    try:
        report.run([sys.executable, "-m", "playwright", "install", "chromium"])
    except CannotHave as error:
        raise CannotHave(
            f"no Chromium: {error}", "install chromium; until then the console's tests are skipped"
        ) from error
    return "playwright's own"
