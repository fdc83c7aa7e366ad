"""The course's type for slides and site: Source Sans 3 and Source Code Pro, embedded.

Fontsource packs them for npm, one variable file for each style and script; Latin and Greek are
taken. The license of both is the SIL Open Font License 1.1, which `write_fonts` puts beside them.
"""

import base64
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from coursework.authoring.vendored import library

PACKAGES = {  # of npm: its style sheets, and the name by which ours call the font
    "@fontsource-variable/source-sans-3": (("index.css", "wght-italic.css"), "Source Sans 3"),
    "@fontsource-variable/source-code-pro": (("index.css",), "Source Code Pro"),
}
_FACE = re.compile(r"@font-face \{.*?\}", re.DOTALL)
_FILE = re.compile(r"url\(\./files/([a-z0-9-]+-(?:latin|greek)-wght-\w+\.woff2)\)")
_LICENSE = "/* Source Sans 3 and Source Code Pro: SIL Open Font License 1.1, (c) Adobe */\n"


def embedded_fonts() -> str:
    """CSS that holds the fonts, for a page of one file. Raises CannotFetch without npm."""
    return _LICENSE + "\n".join(_faces(_as_data))


def write_fonts(folder: Path) -> None:
    """Write `fonts.css`, the fonts and their licenses into `folder`. Raises CannotFetch."""
    folder.mkdir(parents=True, exist_ok=True)

    def copied(path: Path) -> str:
        shutil.copy(path, folder / path.name)
        return path.name

    css = _LICENSE + "\n".join(_faces(copied))
    (folder / "fonts.css").write_text(css, encoding="utf-8")
    for name in PACKAGES:
        shutil.copy(library(name) / "LICENSE", folder / f"LICENSE-{name.rpartition('/')[2]}.txt")


def _faces(address: Callable[[Path], str]) -> Iterator[str]:
    """The rules of the scripts we take; `address` says where a page finds a font's file."""
    for package, (sheets, family) in PACKAGES.items():
        folder = library(package)
        for sheet in sheets:
            for face in _FACE.findall((folder / sheet).read_text(encoding="utf-8")):
                if found := _FILE.search(face):
                    place = f'url("{address(folder / "files" / found[1])}")'
                    named = re.sub(r"font-family: '[^']+'", f'font-family: "{family}"', face)
                    yield named.replace(found[0], place)


def _as_data(path: Path) -> str:
    return f"data:font/woff2;base64,{base64.b64encode(path.read_bytes()).decode()}"
