"""Downloads from a server on this machine that misbehaves in every way we could think of."""

from __future__ import annotations

import hashlib
import re
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from course_utils.data import download
from course_utils.data.download import fetch

CONTENT = bytes(range(256)) * 1200  # 300 kB
MD5 = hashlib.md5(CONTENT).hexdigest()


class Misbehaving(BaseHTTPRequestHandler):
    """/good, /missing, /wrong, /portal, /cut, /hang, /stall, /slow; `asked` lists the requests."""

    asked: list[str]

    def do_GET(self) -> None:
        kind = self.path.strip("/").split("?")[0]
        type(self).asked.append(kind)
        if kind == "missing":
            return self.send_error(404)
        if kind == "hang":
            return time.sleep(3)
        content = {"wrong": CONTENT[::-1], "portal": b"<html>log in</html>"}.get(kind, CONTENT)
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if kind in ("cut", "stall"):
            self.wfile.write(content[:100_000])
            return time.sleep(3 if kind == "stall" else 0)
        for start in range(0, len(content), 60_000):  # 5 parts
            self.wfile.write(content[start : start + 60_000])
            time.sleep(0.5 if kind == "slow" else 0)

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


def beside(path: Path) -> list[str]:
    """What lies in the folder that the download goes to."""
    return [found.name for found in path.parent.iterdir()]


def test_a_good_mirror(server: str, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fetch([server + "good"], path, MD5)
    assert path.read_bytes() == CONTENT and beside(path) == ["file.gz"]
    assert "100%" in capsys.readouterr().err  # the progress bar


@pytest.mark.parametrize("bad", ["missing", "wrong", "portal", "hang", "cut", "stall"])
def test_the_next_mirror_is_asked(server: str, path: Path, bad: str) -> None:
    fetch([server + bad, server + "good"], path, MD5)
    assert path.read_bytes() == CONTENT and beside(path) == ["file.gz"]
    assert list(dict.fromkeys(Misbehaving.asked)) == [bad, "good"]


@pytest.mark.slow
def test_a_slow_mirror_is_not_given_up_while_something_arrives(server: str, path: Path) -> None:
    start = time.monotonic()
    fetch([server + "slow"], path, MD5)
    assert path.read_bytes() == CONTENT
    assert time.monotonic() - start > 1.5 * download.PATIENCE


def test_a_whole_file_of_last_time_is_replaced_only_by_a_whole_one(server: str, path: Path) -> None:
    path.write_bytes(b"old")
    with pytest.raises(ConnectionError, match="cut off or has the wrong checksum"):
        fetch([server + "cut"], path, MD5)
    assert path.read_bytes() == b"old"
    fetch([server + "good"], path, MD5)
    assert path.read_bytes() == CONTENT


def test_when_all_fail_each_is_named(server: str, path: Path) -> None:
    closed = "http://127.0.0.1:9/"
    with pytest.raises(ConnectionError) as told:
        fetch([server + "missing", server + "wrong", server + "hang", closed], path, MD5)
    for words in ("404|Not Found", "wrong checksum", "nothing arrived for 1 s", "refused"):
        assert re.search(words, str(told.value))
    assert list(path.parent.iterdir()) == []


def test_looking_up_a_name_may_not_take_forever(
    monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    monkeypatch.setattr(download, "PATIENCE", 0.2)
    released = threading.Event()
    monkeypatch.setattr(urllib.request, "urlopen", lambda *_, **__: released.wait(60))
    start = time.monotonic()
    with pytest.raises(ConnectionError, match=r"nothing arrived for 0\.2 s"):
        fetch(["http://one.example/", "http://two.example/"], path, MD5)
    assert time.monotonic() - start < 30  # a busy machine
    released.set()


@pytest.mark.slow
def test_an_interruption_by_the_user_leaves_no_broken_file(
    monkeypatch: pytest.MonkeyPatch, server: str, path: Path
) -> None:
    """Ctrl-C reaches the thread that waits for the download."""

    def interrupted(futures: object, timeout: float) -> None:
        time.sleep(0.3)
        raise KeyboardInterrupt

    monkeypatch.setattr(download, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch([server + "slow"], path, MD5)
    assert beside(path) == []
    time.sleep(3)  # the thread goes on for a while, and writes nothing more
    assert beside(path) == []


def test_the_whole_set_through_load(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Addresses and checksums come from torchvision; here both are replaced by the server's."""
    torchvision = pytest.importorskip("torchvision.datasets")
    names = [name for name, _ in torchvision.MNIST.resources]
    monkeypatch.setattr(torchvision.MNIST, "resources", [(name, MD5) for name in names])
    monkeypatch.setattr(torchvision.MNIST, "mirrors", [server + "missing?"])
    monkeypatch.setitem(download.MORE_MIRRORS, "mnist", [server + "good?"])
    raw = tmp_path / "MNIST" / "raw"
    download.download("mnist", [name[:-3] for name in names], raw)
    assert {p.name for p in raw.iterdir()} - {".lock"} == set(names)
    asked = len(Misbehaving.asked)
    assert asked == 4 * (1 + 2)  # each file: once in vain, then once for the address and the file
    download.download("mnist", [name[:-3] for name in names], raw)  # all there: nobody is asked
    assert len(Misbehaving.asked) == asked
