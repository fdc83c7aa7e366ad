"""Download a data set by torchvision's `download_url`, with several mirrors and little patience.

torchvision alone would wait without limit for a mirror that doesn't answer, and leave a broken
file where a whole one is looked for.
"""

from __future__ import annotations

from concurrent.futures import Future, wait
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from urllib.parse import urlsplit

PATIENCE = 4.0  # seconds without a new byte before a mirror is given up
MORE_MIRRORS = {
    "mnist": ["https://storage.googleapis.com/cvdf-datasets/mnist/"],
    "fashion-mnist": [
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"
    ],
}


def download(source: str, missing: list[str], folder: Path) -> None:
    """Put the packed files of `source` into `folder`; addresses and checksums are torchvision's.

    missing: names of files without ".gz". Raises ConnectionError that says what was tried and what
    to do; files that were complete by then are kept.
    """
    from filelock import FileLock, Timeout  # comes with torch
    from torchvision.datasets import MNIST, FashionMNIST

    published = {"mnist": MNIST, "fashion-mnist": FashionMNIST}[source]
    checksums = dict(published.resources)
    mirrors = [published.mirrors[0], *MORE_MIRRORS[source]]
    names = [f"{name}.gz" for name in missing]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock", timeout=600):
            for name in names:
                if not (folder / name).is_file():  # another notebook may have been faster
                    fetch([mirror + name for mirror in mirrors], folder / name, checksums[name])
    except (OSError, Timeout) as problem:
        raise ConnectionError(_advice(source, folder, names, problem)) from problem


def fetch(urls: list[str], path: Path, md5: str) -> None:
    """Download `path` from the first of `urls` that gives a file with this checksum.

    The file gets its name only once it is complete. Raises ConnectionError, one reason a mirror.
    """
    problems = []
    for url in urls:
        scratch = TemporaryDirectory(dir=path.parent, prefix=".", ignore_cleanup_errors=True)
        with scratch as folder:
            try:
                _retrieve(url, Path(folder) / path.name, md5)
            except (OSError, HTTPException, RuntimeError) as problem:
                problems.append(f"{urlsplit(url).netloc}: {_reason(problem)}")
            else:
                (Path(folder) / path.name).replace(path)
                return
    raise ConnectionError("; ".join(problems))


def _retrieve(url: str, path: Path, md5: str) -> None:
    """torchvision's download, given up when the file hasn't grown for PATIENCE seconds.

    In a thread, because no timeout of urllib covers looking up the server's name.
    """
    from torchvision.datasets.utils import download_url

    finished: Future[None] = Future()

    def work() -> None:
        try:
            finished.set_result(download_url(url, path.parent, path.name, md5))
        except Exception as problem:
            finished.set_exception(problem)

    Thread(target=work, daemon=True).start()
    size = 0
    while not wait([finished], timeout=PATIENCE).done:
        before, size = size, path.stat().st_size if path.exists() else 0
        if size == before:
            raise TimeoutError(f"nothing arrived for {PATIENCE:g} s")
    finished.result()


def _reason(problem: Exception) -> str:
    if type(problem) is RuntimeError:  # by torchvision, after it compared the checksum
        return "what it sent is cut off or has the wrong checksum"
    return str(getattr(problem, "reason", None) or problem or type(problem).__name__)


def _advice(source: str, folder: Path, names: list[str], problem: Exception) -> str:
    """What a person reads; the first line is enough where there is something else to show."""
    title, base = folder.parent.name, folder.parents[1]
    there = sorted(path.name for path in base.iterdir())[:8] if base.is_dir() else []
    what = "is not in" if len(names) == 4 else "is not complete in"
    lines = [
        f"{title} {what} {base} and can't be downloaded now.",
        f"Tried: {problem}.",
        f"Found in {base}: {', '.join(there) or 'nothing'}.",
        "What you can do:",
        "- connect to the internet and load again; files that are complete are kept",
        f"- or copy {', '.join(names)} into {folder}",
        f"- or let COURSE_DATA name a folder that holds them in {'/'.join(folder.parts[-2:])}",
    ]
    if source == "mnist":
        lines.append('- or use digits drawn here: load("digits", source="drawn")')
    return "\n".join(lines)
