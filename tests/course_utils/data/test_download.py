"""Downloads from a server on this machine that misbehaves in every way we could think of."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from course_utils.data import download
from course_utils.data.download import fetch

CONTENT = bytes(range(256)) * 1200  # 300 kB
MD5 = hashlib.md5(CONTENT).hexdigest()


class Misbehaving(BaseHTTPRequestHandler):
    """/good, /missing, /wrong, /portal, /cut, /stubborn, /hang; every request is noted in `asked`."""

    asked: list[tuple[str, str | None]]

    def do_GET(self) -> None:
        kind, wanted = self.path.strip("/"), self.headers.get("Range")
        type(self).asked.append((kind, wanted))
        if kind == "missing":
            return self.send_error(404)
        if kind == "hang":
            return time.sleep(3)
        content = {"wrong": CONTENT[::-1], "portal": b"<html>log in</html>"}.get(kind, CONTENT)
        start = int(re.match(r"bytes=(\d+)-", wanted)[1]) if wanted and kind != "stubborn" else 0
        if start >= len(content):
            return self.send_error(416)
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        end = start + 100_000 if kind in ("cut", "stubborn") else len(content)
        self.wfile.write(content[start:end])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Address of the server; nothing but this machine is asked, and patience is short."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(download, "PATIENCE", 1.0)
    Misbehaving.asked = []
    web = ThreadingHTTPServer(("127.0.0.1", 0), Misbehaving)
    web.daemon_threads = True
    threading.Thread(target=web.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{web.server_port}/"
    web.shutdown()
    web.server_close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.gz"


def part_of(path: Path) -> Path:
    return path.with_name("file.gz.part")


def test_a_good_mirror(server: str, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fetch([server + "good"], path, MD5)
    assert path.read_bytes() == CONTENT and not part_of(path).exists()
    assert "file.gz" in capsys.readouterr().err  # the progress bar


@pytest.mark.parametrize("bad", ["missing", "wrong", "portal", "hang"])
def test_the_next_mirror_is_asked(server: str, path: Path, bad: str) -> None:
    fetch([server + bad, server + "good"], path, MD5)
    assert path.read_bytes() == CONTENT
    assert Misbehaving.asked == [(bad, None), ("good", None)]


def test_an_interrupted_download_goes_on_where_it_stopped(server: str, path: Path) -> None:
    fetch([server + "cut"], path, MD5)
    assert path.read_bytes() == CONTENT
    ranges = [None, "bytes=100000-", "bytes=200000-", "bytes=300000-"]
    assert [wanted for _, wanted in Misbehaving.asked] == ranges


def test_a_half_finished_file_of_last_time_is_resumed(server: str, path: Path) -> None:
    part_of(path).write_bytes(CONTENT[:12345])
    fetch([server + "good"], path, MD5)
    assert path.read_bytes() == CONTENT and Misbehaving.asked == [("good", "bytes=12345-")]


@pytest.mark.parametrize("size", [12345, len(CONTENT), len(CONTENT) + 5])
def test_half_finished_rubbish_is_discarded(server: str, path: Path, size: int) -> None:
    part_of(path).write_bytes(b"?" * size)
    fetch([server + "good"], path, MD5)
    assert path.read_bytes() == CONTENT and Misbehaving.asked[-1] == ("good", None)


def test_a_finished_file_that_was_not_renamed_is_taken(server: str, path: Path) -> None:
    part_of(path).write_bytes(CONTENT)
    fetch([server + "good"], path, MD5)
    assert path.read_bytes() == CONTENT and len(Misbehaving.asked) == 1


def test_a_server_that_can_not_resume_is_given_up(server: str, path: Path) -> None:
    fetch([server + "stubborn", server + "good"], path, MD5)
    assert path.read_bytes() == CONTENT
    assert [kind for kind, _ in Misbehaving.asked] == ["stubborn", "stubborn", "good"]


def test_when_all_fail_each_is_named(server: str, path: Path) -> None:
    closed = "http://127.0.0.1:9/"
    with pytest.raises(ConnectionError) as told:
        fetch([server + "missing", server + "wrong", server + "hang", closed], path, MD5)
    for words in ("404|Not Found", "wrong checksum", "no answer within 1 s", "refused"):
        assert re.search(words, str(told.value))
    assert list(path.parent.iterdir()) == []


def test_looking_up_a_name_may_not_take_forever(
    monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    monkeypatch.setattr(download, "PATIENCE", 0.2)
    monkeypatch.setattr(download, "urlopen", lambda *_, **__: time.sleep(2))
    start = time.monotonic()
    with pytest.raises(ConnectionError, match=r"no answer within 0\.2 s"):
        fetch(["http://one.example/", "http://two.example/"], path, MD5)
    assert time.monotonic() - start < 1.5


def test_an_interruption_by_the_user_keeps_what_arrived(
    monkeypatch: pytest.MonkeyPatch, server: str, path: Path
) -> None:
    class Impatient:
        status, headers = 200, {"Content-Length": "100"}
        chunks = iter([b"x" * 10])

        def __enter__(self) -> Impatient:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def read(self, _: int) -> bytes:
            for chunk in self.chunks:
                return chunk
            raise KeyboardInterrupt

    monkeypatch.setattr(download, "_open", lambda _: Impatient())
    with pytest.raises(KeyboardInterrupt):
        fetch([server + "good"], path, MD5)
    assert part_of(path).read_bytes() == b"x" * 10 and not path.exists()


def test_the_whole_set_through_load(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Addresses and checksums come from torchvision; here both are replaced by the server's."""
    torchvision = pytest.importorskip("torchvision.datasets")
    names = [f"{name}.gz" for name, _ in torchvision.MNIST.resources for name in [name[:-3]]]
    monkeypatch.setattr(torchvision.MNIST, "resources", [(name, MD5) for name in names])
    monkeypatch.setattr(torchvision.MNIST, "mirrors", [server + "missing?"])
    monkeypatch.setitem(download.MORE_MIRRORS, "mnist", [server + "good?"])
    monkeypatch.setattr(Misbehaving, "do_GET", _without_query(Misbehaving.do_GET))
    raw = tmp_path / "MNIST" / "raw"
    download.download("mnist", [name[:-3] for name in names], raw)
    assert {p.name for p in raw.iterdir()} - {".lock"} == set(names)
    assert len(Misbehaving.asked) == 8
    download.download("mnist", [name[:-3] for name in names], raw)  # all there: nobody is asked
    assert len(Misbehaving.asked) == 8


def _without_query(do_get: object) -> object:
    def answer(self: Misbehaving) -> None:
        self.path = self.path.split("?")[0]
        do_get(self)

    return answer
