"""What `course lab` prepares: a page with the course's map and one's progress, and JupyterLab.

The page is Markdown, so that JupyterLab shows it without a kernel and its links open notebooks.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MAP = "START.md"
SPACE = "course"  # the JupyterLab workspace, kept in `.cache`, with the tabs that one left open
HIDDEN = ("solutions", "source")
ALWAYS_HIDDEN = ("__pycache__", "*.pyc", "*.pyo", ".DS_Store", "*~")  # JupyterLab's own choice
BAR = 6  # squares


@dataclass(frozen=True)
class Entry:
    """A notebook on the map: its file, title and minutes, and what it asks ("" if unknown)."""

    file: str
    title: str
    minutes: str
    question: str

    @property
    def number(self) -> str:
        return self.file[:2]


def lab_options(root: Path, notebook: Path, everything: bool = False) -> list[str]:
    """Write the map, and return options for `jupyter lab` that open it with `notebook` before it.

    everything: show the folders of sources and solutions too.
    """
    folder = notebook.parent
    (folder / MAP).write_text(course_map(folder, _questions(root)), encoding="utf-8")
    spaces = root / ".cache" / "lab"
    where = folder.relative_to(root).as_posix()
    _prepare_workspace(spaces, f"{where}/{MAP}")
    hidden = (*ALWAYS_HIDDEN, *(() if everything else HIDDEN))
    return [
        f"--LabApp.default_url=/lab/workspaces/{SPACE}/tree/{where}/{notebook.name}",
        f"--LabApp.workspaces_dir={spaces}",
        f"--ContentsManager.hide_globs={list(hidden)!r}",
    ]


def course_map(folder: Path, questions: Mapping[str, str]) -> str:
    """The page: what there is, how far one is, and what comes next."""
    entries = [_entry(path, questions) for path in sorted(folder.glob("[0-9][0-9]_*.ipynb"))]
    done = _done(folder)
    unfinished = [
        e for e in entries if done.get(e.number, (0, 1))[0] < done.get(e.number, (0, 1))[1]
    ]
    lines = ["# Where to go", ""]
    if unfinished:
        verb = "Go on with" if done else "Begin with"
        lines += [f"**{verb} [{_named(unfinished[0])}]({unfinished[0].file}).**", ""]
    lines += [_picture(), "", "| Notebook | What it asks | Minutes | Right |", "|---|---|---|---|"]
    for entry in entries:
        link = f"[**{_named(entry)}**]({entry.file})"
        right = _bar(*done[entry.number]) if entry.number in done else "–"
        lines.append(f"| {link} | {entry.question} | {entry.minutes} | {right} |")
    lines += ["", _FOOT]
    return "\n".join(lines) + "\n"


_FOOT = (
    "This page is as of the last `course lab`. In a notebook, `progress()` shows where you are now. "
    "`course lab 3` opens notebook 03."
)


def _entry(path: Path, questions: Mapping[str, str]) -> Entry:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = "\n".join("".join(c["source"]) for c in cells[:6] if c["cell_type"] == "markdown")
    except (ValueError, KeyError, TypeError):
        text = ""  # a damaged notebook is still on the map
    title = re.search(r"^# (.+)$", text, re.MULTILINE)
    minutes = re.search(r"\b(\d+) minutes", text)
    return Entry(
        path.name,
        title[1] if title else path.stem[3:].replace("_", " "),
        minutes[1] if minutes else "",
        questions.get(path.name[:2], "").replace("|", "\\|"),
    )


def _named(entry: Entry) -> str:
    return f"{entry.number} · {entry.title}"


def _questions(root: Path) -> dict[str, str]:
    """What each notebook asks, from `docs/outline.yml`; {} where it can't be read."""
    try:
        import yaml

        outline = yaml.safe_load((root / "docs" / "outline.yml").read_text(encoding="utf-8"))
        return {entry["number"]: entry["question"] for entry in outline["notebooks"]}
    except (ImportError, OSError, KeyError, TypeError, ValueError):
        return {}


def _done(folder: Path) -> dict[str, tuple[int, int]]:
    """{number: (exercises right, exercises)}; {} while there is no record, which costs no time."""
    if not (folder / "progress.json").is_file():
        return {}
    from coursework import exercises
    from coursework.checking.record import Record

    kept = Record(folder / "progress.json")
    kept.read()
    numbers = {exercises.get(name).notebook for name in exercises.names()}
    return {
        number: (sum(kept.kinds.get(n) == "passed" for n in names), len(names))
        for number in numbers
        if (names := exercises.names(number))
    }


def _bar(right: int, count: int) -> str:
    filled = BAR * right // count
    return f"{'█' * filled}{'░' * (BAR - filled)}&nbsp;{right}&nbsp;of&nbsp;{count}"


def _picture() -> str:
    from coursework.diagrams import diagram

    shown = diagram("family")
    data = base64.b64encode(shown.svg(480).encode()).decode()
    return f'<img alt="{shown.title}" width="480" src="data:image/svg+xml;base64,{data}">'


def _prepare_workspace(spaces: Path, page: str) -> None:
    """A workspace in which the map is open. One that was used before stays as it was left."""
    from jupyterlab_server.workspaces_handler import WORKSPACE_EXTENSION, WorkspacesManager, slugify

    if (spaces / f"{slugify(SPACE)}{WORKSPACE_EXTENSION}").exists():
        return
    tab = f"markdownviewer-widget:{page}"
    dock = {"type": "tab-area", "currentIndex": 0, "widgets": [tab]}
    layout = {
        "main": {"dock": dock, "current": tab},
        "left": {"collapsed": False, "current": "filebrowser"},
    }
    kept = {
        "data": {
            "layout-restorer:data": layout,
            tab: {"data": {"path": page, "factory": "Markdown Preview"}},
        },
        "metadata": {"id": SPACE},
    }
    WorkspacesManager(str(spaces)).save(SPACE, json.dumps(kept))
