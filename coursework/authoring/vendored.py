"""Web libraries and fonts for slides and site: fetched from npm into a cache, never committed."""

import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

VERSIONS = {
    "reveal.js": "5.2.1",  # 6.0 breaks the notes plugin
    "mathjax": "3.2.2",
    "@fontsource-variable/source-sans-3": "5.3.1",
    "@fontsource-variable/source-code-pro": "5.3.1",
    "axe-core": "4.14.1",  # only the tests need it
}


class CannotFetch(RuntimeError):
    """A library is neither in the cache nor to be had; the message says what to do."""


def cache_folder() -> Path:
    """`$COURSE_CACHE`, else `~/.cache/course`."""
    return Path(os.environ.get("COURSE_CACHE") or Path.home() / ".cache" / "course")


def library(name: str) -> Path:
    """Folder of one library, a key of VERSIONS, fetched with npm where it is missing."""
    version = VERSIONS[name]
    folder = cache_folder() / f"{name}-{version}"
    if not folder.is_dir():
        _fetch(name, version, folder)
    return folder


def _fetch(name: str, version: str, folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise CannotFetch(
            f"{name} {version} is not in {folder.parent}, and npm, which fetches it, is not "
            "installed. Install Node.js (it brings npm) and try again; it is needed once."
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        command = [npm, "pack", "--silent", f"{name}@{version}"]
        done = subprocess.run(command, cwd=scratch, capture_output=True, text=True)
        archives = list(Path(scratch).glob("*.tgz"))
        if done.returncode or not archives:
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise CannotFetch(
                f"npm could not fetch {name} {version} ({last}). Try again with a network; "
                f"once {folder} is there, none is needed."
            )
        with tarfile.open(archives[0]) as archive:
            archive.extractall(scratch, filter="data")
        if not folder.is_dir():  # another process may have been faster
            os.replace(Path(scratch) / "package", folder)
