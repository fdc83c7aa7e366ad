"""Fetch a file from one of several mirrors: resumed, checked, and quick to give up offline."""

from __future__ import annotations

import hashlib
from concurrent.futures import Future
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from threading import Thread
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

PATIENCE = 4.0  # seconds without a sign of life before a mirror is given up
MORE_MIRRORS = {
    "mnist": ["https://storage.googleapis.com/cvdf-datasets/mnist/"],
    "fashion-mnist": [
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"
    ],
}


def download(source: str, missing: list[str], folder: Path) -> None:
    """Put the packed files of `source` into `folder`; addresses and checksums are torchvision's.

    Raises ConnectionError saying what was tried and what to do.
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

    What has arrived waits in `path`.part and is resumed; with a wrong checksum it is discarded.
    A mirror is asked again as long as it gets further. Raises ConnectionError, one line a mirror.
    """
    part = path.with_name(path.name + ".part")
    problems = []
    for url in urls:
        while True:
            before = _size(part)
            try:
                _transfer(url, part)
            except (OSError, HTTPException) as problem:
                if _size(part) > before:
                    continue
                problems.append(f"{urlsplit(url).netloc}: {_reason(problem)}")
                break
            if hashlib.md5(part.read_bytes(), usedforsecurity=False).hexdigest() == md5:
                part.replace(path)
                return
            part.unlink()
            if not before:
                problems.append(f"{urlsplit(url).netloc}: what it sent has the wrong checksum")
                break
    raise ConnectionError("; ".join(problems))


def _transfer(url: str, part: Path) -> None:
    """Append to `part` what it lacks of `url`; start anew where the server can't resume."""
    from tqdm.auto import tqdm

    have = _size(part)
    try:
        response = _open(Request(url, headers={"Range": f"bytes={have}-"} if have else {}))
    except HTTPError as problem:
        if problem.code == 416:  # nothing is lacking: let the checksum decide
            return
        raise
    with response:
        if response.status != 206:
            have = 0
        length = response.headers.get("Content-Length")
        total = have + int(length) if length else None
        bar = tqdm(total=total, initial=have, unit="B", unit_scale=True, desc=part.stem)
        with bar, part.open("ab" if have else "wb") as file:
            while chunk := response.read(1 << 16):
                file.write(chunk)
                bar.update(len(chunk))
    if total is not None and _size(part) < total:
        raise ConnectionError(f"stopped after {_size(part):,} of {total:,} bytes")


def _open(request: Request) -> HTTPResponse:
    """urlopen in a thread, because its timeout does not cover looking up the name."""
    answer: Future[HTTPResponse] = Future()

    def ask() -> None:
        try:
            answer.set_result(urlopen(request, timeout=PATIENCE))
        except Exception as problem:
            answer.set_exception(problem)

    Thread(target=ask, daemon=True).start()
    return answer.result(timeout=PATIENCE)


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _reason(problem: Exception) -> str:
    if isinstance(problem, TimeoutError):
        return f"no answer within {PATIENCE:g} s"
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
        "- connect to the internet and load again; what has arrived is kept",
        f"- or copy {', '.join(names)} into {folder}",
        f"- or let COURSE_DATA name a folder that holds them in {'/'.join(folder.parts[-2:])}",
    ]
    if source == "mnist":
        lines.append('- or use digits drawn here: load("digits", source="drawn")')
    return "\n".join(lines)
