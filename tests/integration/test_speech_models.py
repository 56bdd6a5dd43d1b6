"""Models found, checked, and fetched from a page like the Vosk project's: torn, resumed, spoilt."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kezek_speech import FoundModel, NoModel, available, check
from kezek_speech.download import fetch
from kezek_speech.models import KNOWN_MODELS, known, missing

FILES = ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph/HCLr.fst", "graph/Gr.fst")


def archive(*names: str, top: str = "vosk-model-small-xx-0.1/") -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        for name in names:
            file.writestr(top + name, b"content " * 5000)
    return data.getvalue()


@dataclass
class Page:
    content: bytes
    url: str = ""
    tears_after: int | None = None  # bytes; once
    ranges: list[str] = field(default_factory=list)


@pytest.fixture
def page() -> Iterator[Page]:
    page = Page(archive(*FILES))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range", "")
            page.ranges.append(asked)
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
            if start >= len(page.content):
                self.send_error(416)
                return
            body = page.content[start:]
            self.send_response(206 if asked else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            torn, page.tears_after = page.tears_after, None
            self.wfile.write(body if torn is None else body[:torn])

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        page.url = f"http://127.0.0.1:{server.server_address[1]}/model.zip"
        yield page
        server.shutdown()
        thread.join()


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
