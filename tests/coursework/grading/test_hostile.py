"""Every submission in `hostile/` among honest ones: no undeserved mark, no harm, nothing left.

A file there says in its first line what it tries and in its second which exercises it must cost;
cells follow, each marked with what it replaces ("before" and "after" are put around the rest).
"""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
import threading
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pytest

from coursework.grading.batch import begin, grade_all
from coursework.grading.gradebook import latest
from coursework.grading.grader import Settings
from coursework.grading.options import BatchOptions, ReportOptions
from coursework.grading.pool import on_this_machine
from coursework.grading.report import write_all
from coursework.grading.results import Result
from coursework.grading.status import Status
from coursework.grading.submissions import find
from tests.coursework.grading.confined import sandboxed
from tests.coursework.grading.making import NAMES, save, solved

FREAKS = {  # text that is too long to be written down
    "ELIFS": "".join(f"elif x == {i}:\n    y = {i}\n" for i in range(800)),
    "NESTED": "[" * 150 + "]" * 150,
    "MINUS": "z = " + "-" * 50_000 + "1",
    "LINES": "w = 1\n" * 20_000,
    "DOTS": "v = x" + ".real" * 20_000,
}
HOSTILE = sorted(Path(__file__).with_name("hostile").glob("*.txt"))
pytestmark = [pytest.mark.slow, sandboxed]


def read_hostile(path: Path, words: dict[str, str]) -> tuple[set[str], list[str]]:
    """(exercises it must cost, all its cells)"""
    head, *parts = re.split(
        r"^# %% ", path.read_text(encoding="utf-8", errors="surrogatepass"), flags=re.MULTILINE
    )
    costs = re.search(r"^# costs: (.+)$", head, re.MULTILINE)[1]
    cells = {p.split("\n", 1)[0]: p.split("\n", 1)[1] for p in parts}
    for word, value in words.items():
        cells = {k: c.replace(word, value) for k, c in cells.items()}
    replaced = {k.removeprefix("02.").replace(".", "_"): c for k, c in cells.items() if k in NAMES}
    setup, *rest = solved(**replaced)
    around = [c for k, c in cells.items() if k not in NAMES and not k.startswith("after")]
    after = [c for k, c in cells.items() if k.startswith("after")]
    return set() if costs == "nothing" else set(costs.split(", ")), [setup, *around, *rest, *after]


class Listener:
    """A TCP and a Unix socket that count who comes."""

    def __init__(self) -> None:
        self.name = "\0course-hostile-" + secrets.token_hex(8)  # another run may be at it, too
        self.came: list[str] = []
        self.tcp, self.unix = socket.socket(), socket.socket(socket.AF_UNIX)
        self.tcp.bind(("127.0.0.1", 0))
        self.unix.bind(self.name)
        for line in (self.tcp, self.unix):
            line.listen()
            threading.Thread(target=self._accept, args=(line,), daemon=True).start()

    def _accept(self, line: socket.socket) -> None:
        while True:
            self.came.append(str(line.accept()[1]))


@dataclass
class Graded:
    results: dict[str, Result]
    expected: dict[str, set[str]]
    folder: Path
    came: list[str]
    tree: dict[str, bytes]


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Graded:
    folder, listener = tmp_path_factory.mktemp("hostile"), Listener()
    words = {
        "CANARY_FOLDER": repr(str(folder)),
        "PORT": str(listener.tcp.getsockname()[1]),
        "UNIX": repr(listener.name),
        **FREAKS,
    }
    (folder / "secret.txt").write_text("SECRET-7391")
    (folder / "gradebook.db").write_text("SECRET-7391")
    os.environ["SECRET_VARIABLE"] = "SECRET-7391"
    expected = {}
    for i, path in enumerate(HOSTILE):
        costs, cells = read_hostile(path, words)
        expected[path.stem] = costs
        save(folder / "subs", path.stem, cells)
        if i % 5 == 0:
            save(folder / "subs", f"{path.stem}-honest", solved())
            expected[f"{path.stem}-honest"] = set()
    options = BatchOptions(out=folder / "out", seed=11)
    batch = begin(options)
    before = _tree(folder)
    submissions = find(folder / "subs")

    def mapper(settings: Settings, todo):
        return on_this_machine(2)(replace(settings, seconds=5.0), todo)

    for _ in grade_all(batch, submissions, options, mapper):
        pass
    results = {r.student: r for r in batch}
    report = folder / "out" / "report"
    wanted = ReportOptions(gradescope=True, canvas=True, moodle=True)
    list(write_all(batch, submissions, report, wanted))
    after = {k: v for k, v in _tree(folder).items() if not Path(k).is_relative_to(report)}
    changed = {
        k: after.get(k)
        for k in {*before, *after}
        if before.get(k) != after.get(k) and not k.endswith("results.jsonl")
    }
    assert len(latest(batch, submissions)) == len(expected)
    return Graded(results, expected, folder, listener.came, changed)


def _tree(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("name", [p.stem for p in HOSTILE])
def test_hostile_submission_costs_its_own_exercises_only(graded, name):
    result = graded.results[name]
    assert result.status is Status.GRADED
    lost = {v.name for v in result.verdicts if v.points < v.max_points}
    told = [(v.name, v.kind, v.message[:200]) for v in result.verdicts if v.kind != "passed"]
    assert lost == graded.expected[name], (result.fault, result.remarks, told)


def test_honest_submissions_keep_their_marks(graded):
    for name, result in graded.results.items():
        if name.endswith("-honest"):
            assert all(v.kind == "passed" for v in result.verdicts), name


def test_nothing_was_read_written_or_reached(graded):
    assert graded.tree == {}
    assert graded.came == []
    text = json.dumps([asdict(v) for r in graded.results.values() for v in r.verdicts])
    assert "SECRET-7391" not in text
    assert "BROKEN OUT" not in text


def test_the_report_on_them_is_whole_and_harmless(graded):
    pages = list(graded.folder.glob("out/report/feedback/*.html"))
    assert len(pages) == len(graded.expected)
    for page in [*pages, graded.folder / "out/report/summary.html"]:
        text = page.read_bytes().decode()
        assert "<script" not in text.lower() and not re.search(r"[\x00-\x08\x0b-\x1f\u202e]", text)
    for path in graded.folder.glob("out/report/gradescope/*/results.json"):
        json.loads(path.read_bytes())


def test_no_process_is_left(graded):
    """None of ours, and none that nobody waits for; other runs may be grading beside this one."""
    zygotes = [p for p in Path("/proc").iterdir() if p.name.isdecimal() and _is_zygote(p)]
    assert [p for p in zygotes if os.getpid() in (owners := _owners(p)) or owners[:1] == [1]] == []


def _is_zygote(process: Path) -> bool:
    return b"inside.zygote" in _command(process)


def _owners(process: Path) -> list[int]:
    """Who started a zygote, and who started that, up to the first process that is still there."""
    found: list[int] = []
    while not found or found[-1] > 1:
        try:
            status = (process / "stat").read_text(encoding="utf-8")
        except OSError:
            break
        parent = int(status.rpartition(")")[2].split()[1])
        process = process.with_name(str(parent))
        if found or not _is_zygote(process):
            found.append(parent)
    return found


def _command(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""
