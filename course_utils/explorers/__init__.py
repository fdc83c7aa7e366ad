"""Explorers that need no torch and no kernel: one page each, in an iframe, with everything inside.

They work alike in JupyterLab, Colab, exported HTML, slides and the site. An explorer is one file
`NAME.html`: a `<title>`, a description, and a script that uses the few functions of `frame.js`,
which all share. `two_bumps.html` is the pattern to copy. `widgets/` has the pictures that need a
kernel.
"""

from __future__ import annotations

import difflib
import html
import json
import re
from pathlib import Path
from typing import Any

from course_utils.plots.style import ACCENT, HOUSE, PETROFF, SERIES

FOLDER = Path(__file__).parent


class EmbeddedPage:
    """What `embed` returns: a page that a notebook shows in an iframe, and prints as a sentence.

    page: all of its HTML · height: in pixels
    """

    def __init__(self, page: str, title: str, description: str, height: int) -> None:
        self.page, self.title, self.description, self.height = page, title, description, height

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": repr(self)}

    def html(self) -> str:
        """`<iframe srcdoc=…>`: it loads nothing, and the styles around it don't reach into it."""
        style = f"display:block;width:100%;max-width:860px;height:{self.height}px;border:0"
        return (
            f'<iframe title="{html.escape(self.title)}" style="{style}" '
            f'srcdoc="{html.escape(self.page)}"></iframe>'
        )

    def __repr__(self) -> str:
        return f"[explorer: {self.title}. {self.description}]"


def names() -> list[str]:
    """The names that `embed` takes."""
    return sorted(path.stem for path in FOLDER.glob("*.html") if path.stem != "frame")


def embed(name: str, height: int = 500, **start: float | str) -> EmbeddedPage:
    """The explorer `name`, `height` pixels high: `embed("two_bumps", apart=2)`.

    start: values that controls of the explorer begin with. Raises KeyError, which names the nearest
    explorer, if there is none of this name.
    """
    if name not in names():
        near = difflib.get_close_matches(name, names(), n=1, cutoff=0.0)
        raise KeyError(f"there is no explorer {name!r}; the nearest name is {near[0]!r}")
    head, script = _read(f"{name}.html").split("<script>", 1)
    title = _first_match("<title>(.*?)</title>", head)
    description = _first_match('name="description" content="(.*?)"', head)
    page = _read("frame.html").format(
        head=head.strip(),
        colors=" ".join(f"--{key}: {value};" for key, value in _colors().items()),
        css=_read("frame.css"),
        title=html.escape(title),
        description=html.escape(description),
        start=json.dumps(start).replace("<", "\\u003c"),
        js=_read("frame.js"),
        script="<script>" + script.strip(),
    )
    return EmbeddedPage(page, title, description, height)


def _first_match(pattern: str, head: str) -> str:
    found = re.search(pattern, head, re.DOTALL)
    if found is None:
        raise ValueError(f"the head of an explorer must match {pattern!r}")
    return html.unescape(found[1])


def _colors() -> dict[str, str]:
    """The course's colors by name; the first four have a lighter twin for dark pages."""
    named = {
        "house": f"light-dark({HOUSE}, #9db5ea)",
        "accent": f"light-dark({ACCENT}, #ff9d4d)",
        "third": f"light-dark({SERIES[2]}, #c48be0)",
        "fourth": f"light-dark({SERIES[3]}, #6fc7cb)",
    }
    return named | {f"petroff{index}": color for index, color in enumerate(PETROFF)}


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
