"""A page like the Vosk project's, with one archive: it tears, spoils, and forgets to resume as told."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

FILES = ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph/HCLr.fst", "graph/Gr.fst")


def archive(*names: str, top: str = "vosk-model-small-ru-0.22/") -> bytes:
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
    resumes: bool = True
    ranges: list[str] = field(default_factory=list)


@pytest.fixture(name="page")
def page_fixture() -> Iterator[Page]:
    page = Page(archive(*FILES))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range", "") if page.resumes else ""
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
