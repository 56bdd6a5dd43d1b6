"""Models found, checked, and fetched from a page like the Vosk project's: torn, resumed, spoilt."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import replace

import pytest

from kezek_speech import FoundModel, NoModel, available, check
from kezek_speech.archive import mark_of
from kezek_speech.download import fetch, take
from kezek_speech.models import KNOWN_MODELS, known, missing
from kit.models_page import FILES, archive, page_fixture  # noqa: F401 - a fixture


@pytest.fixture
def model(page):
    return replace(known("ru"), sha256=hashlib.sha256(page.content).hexdigest())


def test_a_model_is_fetched_checked_and_found(page, model, tmp_path):
    seen = []
    fetched = fetch(model, tmp_path, lambda done, total: seen.append((done, total)), url=page.url)
    assert fetched.checked
    assert seen[-1] == (len(page.content), len(page.content))
    assert available(tmp_path, ["ru"]) == [fetched.model]
    check(fetched.model)
    assert [each.name for each in tmp_path.iterdir()] == ["ru"]


def test_a_torn_download_goes_on_from_where_it_was_torn(page, model, tmp_path):
    page.tears_after = 60
    with pytest.raises(NoModel, match=r"torn|fetched"):
        fetch(model, tmp_path, url=page.url)
    assert available(tmp_path, ["ru"]) == []
    assert fetch(model, tmp_path, url=page.url).checked
    assert page.ranges == ["", "bytes=60-"]


def test_a_finished_part_is_not_fetched_twice(page, model, tmp_path):
    (tmp_path / f"{model.name}.zip.part").write_bytes(page.content)
    assert fetch(model, tmp_path, url=page.url).checked


def test_a_wrong_sum_is_refused_and_removed(page, model, tmp_path):
    with pytest.raises(NoModel, match="wrong sum"):
        fetch(replace(model, sha256="0" * 64), tmp_path, url=page.url)
    assert list(tmp_path.iterdir()) == []


def test_a_model_nobody_vouched_for_is_reported_unchecked(page, model, tmp_path):
    assert fetch(replace(model, sha256=None), tmp_path, url=page.url).checked is False


@pytest.mark.parametrize("content", [b"no archive at all", archive("am/final.mdl"), archive("../../evil", top="")])
def test_an_archive_without_a_model_is_refused(page, model, tmp_path, content):
    page.content = content
    with pytest.raises(NoModel):
        fetch(replace(model, sha256=None), tmp_path / "models", url=page.url)
    assert available(tmp_path / "models", ["ru"]) == []
    assert not (tmp_path / "evil").exists()
    assert not (tmp_path.parent / "evil").exists()


def hostile(name: str, content: bytes = b"x", *, link: bool = False, packed: bool = False) -> bytes:
    """A whole model, and one member more."""
    data = io.BytesIO(archive(*FILES))
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as file:
        member = zipfile.ZipInfo(name)
        member.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        if link:
            member.external_attr = 0o120777 << 16
        file.writestr(member, content)
    return data.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (hostile("../../evil"), "outside"),
        (hostile("/etc/evil"), "outside"),
        (hostile("vosk-model-small-ru-0.22\\..\\..\\evil"), "outside"),
        (hostile("vosk-model-small-ru-0.22/out", b"/etc", link=True), "link"),
        (hostile("vosk-model-small-ru-0.22/bomb", bytes(80 << 20), packed=True), "no small model"),
        (archive(*FILES, top="vosk-model-small-kz-0.15/"), "not vosk-model-small-ru"),
        (archive(*FILES, top=""), "not vosk-model-small-ru"),
        (b"PK\x03\x04 torn", "broken"),
    ],
)
def test_a_hostile_archive_is_refused_and_what_was_there_stays(page, model, tmp_path, content, why):
    folder = tmp_path / "models"
    fetch(model, folder, url=page.url)
    page.content = content
    with pytest.raises(NoModel, match=why):
        fetch(replace(model, sha256=None), folder, url=page.url)
    file = tmp_path / "brought.zip"
    file.write_bytes(content)
    with pytest.raises(NoModel, match=why):
        take(replace(model, sha256=None), file, folder)
    assert [each.language for each in available(folder, ["ru"])] == ["ru"]
    assert sorted(each.name for each in folder.iterdir()) == ["ru"]
    assert not list(tmp_path.rglob("evil"))


def test_a_model_brought_in_a_file_is_checked_too(page, model, tmp_path):
    file = tmp_path / "brought.zip"
    file.write_bytes(page.content)
    taken = take(model, file, tmp_path / "models")
    assert taken.checked
    assert mark_of(taken.model.folder).checked
    assert file.exists()
    file.write_bytes(archive(*FILES, "further"))
    with pytest.raises(NoModel, match="wrong sum"):
        take(model, file, tmp_path / "models")
    taken = take(model, file, tmp_path / "models", vouched=True)
    assert not taken.checked
    assert not mark_of(taken.model.folder).checked
    with pytest.raises(NoModel, match="cannot be taken"):
        take(model, tmp_path / "nothing.zip", tmp_path / "models")


def test_a_page_that_goes_on_without_resuming_begins_anew(page, model, tmp_path):
    page.tears_after, page.resumes = 60, False
    with pytest.raises(NoModel):
        fetch(model, tmp_path, url=page.url)
    assert fetch(model, tmp_path, url=page.url).checked


def test_no_network_names_the_remedy(model, tmp_path):
    with pytest.raises(NoModel, match=r"unpack it into"):
        fetch(model, tmp_path, url="http://127.0.0.1:9/", timeout=2)
    with pytest.raises(NoModel, match="web"):
        fetch(model, tmp_path, url="file:///etc/passwd")


def test_models_are_found_in_either_layout(tmp_path):
    for name in FILES:
        path = tmp_path / "ru" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    for name in ("final.mdl", "mfcc.conf", "word_boundary.int", "HCLr.fst", "Gr.fst"):
        path = tmp_path / "kk" / "vosk-model-small-kz" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (tmp_path / "uk").mkdir()
    found = available(tmp_path, ["kk", "ru", "uk"])
    assert [(each.language, each.folder.name) for each in found] == [("kk", "vosk-model-small-kz"), ("ru", "ru")]


def test_a_model_with_an_empty_file_is_not_whole(tmp_path):
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("" if name == "graph/Gr.fst" else "x")
    assert missing(tmp_path) == ["graph/Gr.fst"]
    with pytest.raises(NoModel, match=r"graph/Gr\.fst.*fetch"):
        check(FoundModel("ru", tmp_path, "folder"))


def test_known_models():
    assert known("ru").size == 46_077_215
    assert len({model.language for model in KNOWN_MODELS}) == len(KNOWN_MODELS)
    assert all(model.sha256 is None or len(model.sha256) == 64 for model in KNOWN_MODELS)
    with pytest.raises(NoModel):
        known("xx")
