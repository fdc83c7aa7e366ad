"""Executed sources: what makes one stale, and what is kept of a run."""

import os
import shutil
import time
from functools import cache
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_output

from coursework.authoring import executed
from coursework.authoring.executed import digest, execute, keep, kept_at
from coursework.authoring.project import find_root
from coursework.authoring.source import Source, choose_sources, read_source

ROOT = find_root(Path(__file__))


SOURCES = choose_sources(ROOT)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course's code in a folder of its own, where a test may change it."""
    folder = tmp_path_factory.mktemp("course")
    for package in ("course_utils", "coursework"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, folder / package, ignore=ignored)
    return folder


@cache
def digests(copy: Path) -> dict[str, str]:
    """Of every notebook, before a file is changed."""
    return {source.number: digest(source, copy) for source in SOURCES}


def stale(copy: Path, file: str) -> set[str]:
    """Numbers of the notebooks that are executed anew once this file has another line."""
    before = digests(copy)
    text = (copy / file).read_text(encoding="utf-8")
    (copy / file).write_text(f"{text}\n# changed\n", encoding="utf-8")
    found = {source.number for source in SOURCES if digest(source, copy) != before[source.number]}
    (copy / file).write_text(text, encoding="utf-8")
    return found


@pytest.mark.parametrize(
    ("file", "numbers"),
    [
        ("coursework/exercises/nb01/fitting.py", {"01"}),  # hints and mistakes
        ("coursework/exercises/nb09/loss.py", {"09"}),
        ("coursework/grading/judge.py", set()),
        ("coursework/authoring/slides.py", set()),
    ],
)
def test_a_changed_exercise_makes_only_its_own_notebook_stale(
    copy: Path, file: str, numbers: set[str]
) -> None:
    assert stale(copy, file) == numbers


@pytest.mark.parametrize(
    ("file", "module"),
    [
        ("course_utils/models/mixture.py", "course_utils.models.mixture"),
        ("course_utils/metrics.py", "course_utils.metrics"),
        ("course_utils/explorers/two_bumps.html", "course_utils.explorers"),
    ],
)
def test_a_changed_file_makes_the_notebooks_stale_that_import_it(
    copy: Path, file: str, module: str
) -> None:
    users = {s.number for s in SOURCES if any(module in cell.text for cell in s.cells)}
    assert users and stale(copy, file) == users != {source.number for source in SOURCES}


def test_a_changed_diagram_makes_the_notebooks_stale_that_show_one(copy: Path) -> None:
    users = {s.number for s in SOURCES if any("(diagram(" in c.text for c in s.cells)}
    assert stale(copy, "coursework/diagrams/vaes.py") == users
    assert users and users != {source.number for source in SOURCES}


def test_imports_are_followed_from_file_to_file(copy: Path) -> None:
    """Notebook 09 trains, and `training.py` keeps the losses by `history.py`. 04 trains nothing."""
    found = stale(copy, "course_utils/history.py")
    assert {"08", "09"} <= found and "04" not in found


@pytest.mark.slow
@pytest.mark.parametrize(
    "file",
    [
        "course_utils/__init__.py",
        "course_utils/display.py",  # of `show`
        "coursework/checking/notebook.py",  # of `check`, `hint` and `predict`
        "coursework/checking/engine.py",
        "coursework/exercises/__init__.py",
    ],
)
def test_what_every_notebook_reaches_makes_all_stale(copy: Path, file: str) -> None:
    assert stale(copy, file) == {source.number for source in SOURCES}


def test_a_changed_line_makes_its_notebook_stale_and_a_changed_sentence_does_not(
    tmp_path: Path,
) -> None:
    path = tmp_path / SOURCES[0].file
    path.parent.mkdir(parents=True)
    text = SOURCES[0].path.read_text(encoding="utf-8")
    for change, same in (("\n# %% [markdown]\n# More.\n", True), ("\n# %%\nmore = 1\n", False)):
        path.write_text(text + change, encoding="utf-8")
        assert (digest(read_source(path, tmp_path)) == digest(SOURCES[0])) is same


SCRIPT = """\
# ---
# course:
#   title: Tiny
#   minutes: 5
# ---

# %% tags=["setup"]
# setup

# %%
x = 2
print(x)

# %% [markdown]
# Text.

# %%
x + 1
"""


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "notebooks/source/01_tiny.py"
    path.parent.mkdir(parents=True)
    path.write_text(SCRIPT, encoding="utf-8")
    return read_source(path, tmp_path)


def said(text: str) -> list[NotebookNode]:
    return [new_output("stream", name="stdout", text=text)]


def test_what_was_kept_of_another_run_is_not_executed_again(
    tiny: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executed, "run_notebook", lambda path: pytest.fail("it was run"))
    shown = [("# setup", said("not this")), ("x = 2\nprint(x)", said("2\n")), ("x + 1", said("3"))]
    assert keep(tiny, shown)
    assert [[o.text for o in outputs] for outputs in execute(tiny)] == [[], ["2\n"], [], ["3"]]


def test_a_run_of_other_cells_is_not_kept(tiny: Source) -> None:
    assert not keep(tiny, [("# setup", []), ("x = 2\nprint(x)", [])])
    assert not keep(tiny, [("# setup", []), ("x = 3\nprint(x)", []), ("x + 1", [])])
    assert not kept_at(tiny).exists()


def test_it_is_executed_once_and_old_versions_make_room(tiny: Source) -> None:
    kept = kept_at(tiny)
    kept.parent.mkdir(parents=True)
    for age in range(1, 6):
        old = kept.with_name(f"01_tiny-{age:016}.ipynb")
        old.touch()
        os.utime(old, (time.time() - 1000 * age,) * 2)
    printed = execute(tiny)[1]
    assert [output.text for output in printed] == ["2\n"]
    names = {path.name for path in kept.parent.iterdir()}
    assert names == {kept.name, *(f"01_tiny-{age:016}.ipynb" for age in (1, 2))}
    written = kept.stat().st_mtime_ns
    assert execute(tiny)[1] == printed and kept.stat().st_mtime_ns == written
