"""No order of results and faults, and no torn file, takes a mark away."""

from __future__ import annotations

import hashlib
import random
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from coursework.grading.batch import grade_all, missing
from coursework.grading.gradebook import Brief, latest, rows
from coursework.grading.grader import Settings
from coursework.grading.options import BatchOptions
from coursework.grading.results import BatchInfo, ExerciseResult, Result, Results, ResultsError
from coursework.grading.standing import GIVEN_UP, GRADINGS, finished
from coursework.grading.status import Fault, Reason, Status
from coursework.grading.submissions import Submission, opened

FAILED = Fault(Status.SANDBOX_FAILED, "the sandbox failed")
FAULTS = [s for s in Status if s is not Status.GRADED]


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def graded(file: str, sha256: str, points: int = 16, student: str = "ada") -> Result:
    verdict = ExerciseResult("roc_auc", "passed", Reason.JUDGED, "Right.", points, 16)
    return Result(student, file, Status.GRADED, sha256=sha256, lab="02", verdicts=[verdict])


def faulty(file: str, sha256: str, status: Status) -> Result:
    return Result("ada", file, status, fault=f"fault {status}", sha256=sha256)


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Results:
    monkeypatch.setattr("os.fsync", lambda descriptor: None)  # nobody pulls the plug here
    return Results.start(tmp_path / "out" / "results.jsonl", BatchInfo(seed=1))


def submission(folder: Path, name: str, content: str) -> Submission:
    (folder / name).write_text(content)
    return Submission(Path(name).stem, name, folder / name)


def only(results: Results, submissions: list[Submission]) -> Brief:
    (brief,) = latest(results, submissions)
    return brief


@pytest.mark.parametrize("status", FAULTS)
@pytest.mark.parametrize("known", [True, False])
def test_a_later_fault_is_a_remark_and_the_mark_stays(
    results: Results, tmp_path: Path, status: Status, known: bool
) -> None:
    ada = submission(tmp_path, "ada.ipynb", "right")
    results.add(graded("ada.ipynb", sha(ada.path)))
    results.add(faulty("ada.ipynb", sha(ada.path) if known else "", status))
    brief = only(results, [ada])
    assert brief.points == {"roc_auc": 16}
    assert f"fault {status}" in " ".join(brief.remarks)
    assert missing(results, [ada]) == []


def test_what_failed_before_the_mark_is_not_spoken_of(results: Results, tmp_path: Path) -> None:
    ada = submission(tmp_path, "ada.ipynb", "right")
    results.add(faulty("ada.ipynb", sha(ada.path), Status.SANDBOX_FAILED))
    results.add(graded("ada.ipynb", sha(ada.path)))
    assert only(results, [ada]).remarks == ()


def test_the_mark_is_that_of_the_content_that_is_there_now(
    results: Results, tmp_path: Path
) -> None:
    ada = submission(tmp_path, "ada.ipynb", "first")
    first = sha(ada.path)
    results.add(graded("ada.ipynb", first, 3))
    submission(tmp_path, "ada.ipynb", "second")
    assert missing(results, [ada]) == [ada]
    results.add(graded("ada.ipynb", sha(ada.path), 5))
    assert only(results, [ada]).points == {"roc_auc": 5}
    submission(tmp_path, "ada.ipynb", "first")  # back again
    assert missing(results, [ada]) == []
    assert only(results, [ada]).points == {"roc_auc": 3}
    submission(tmp_path, "ada.ipynb", "{ cut short")
    results.add(faulty("ada.ipynb", sha(ada.path), Status.DAMAGED))
    brief = only(results, [ada])
    assert brief.status is Status.DAMAGED and "what was graded before" in brief.remarks[0]
    ada.path.unlink()  # nothing can be read: what was graded last counts
    results.add(faulty("ada.ipynb", "", Status.UNREADABLE))
    assert only(results, [ada]).status is not Status.UNREADABLE


def test_students_with_the_same_content_keep_their_rows(results: Results, tmp_path: Path) -> None:
    both = [submission(tmp_path, f"{who}.ipynb", "same") for who in ("ada", "bob")]
    results.add(graded("ada.ipynb", sha(both[0].path)))
    assert missing(results, both) == [both[1]]
    results.add(graded("bob.ipynb", sha(both[1].path), 4, "bob"))
    table = rows(latest(results, both), ["roc_auc"])
    assert [(r.student, r.total()) for r in table] == [("ada", 16), ("bob", 4)]


def test_a_row_is_of_the_student_to_whom_the_file_belongs_now(
    results: Results, tmp_path: Path
) -> None:
    lone = submission(tmp_path, "jane (1).ipynb", "x")
    results.add(graded(lone.file, sha(lone.path), student="jane (1)"))
    assert only(results, [Submission("jane", lone.file, lone.path)]).student == "jane"


def test_two_entries_of_one_name_are_one_row_with_the_mark(
    results: Results, tmp_path: Path
) -> None:
    real = submission(tmp_path, "ada.ipynb", "right")
    twin = Submission("ada", "ada.ipynb", tmp_path, "it can't be unpacked")

    def mapper(settings: Settings, given: list[Submission]) -> Iterator[Result]:
        return iter([graded(s.file, sha(s.path)) for s in given])

    options = BatchOptions(out=tmp_path)
    for both in ([real, twin], [twin, real]):
        for _ in range(3):
            list(grade_all(results, missing(results, both), options, mapper))
        (row,) = rows(latest(results, both), ["roc_auc"])
        assert row.total() == 16 and "left out: it can't be unpacked" in row.notes[0]


def test_a_sandbox_that_fails_again_and_again_is_given_up(results: Results, tmp_path: Path) -> None:
    ada = submission(tmp_path, "ada.ipynb", "x")
    neighbour = submission(tmp_path, "bob.ipynb", "y")

    def mapper(settings: Settings, given: list[Submission]) -> Iterator[Result]:
        return iter([Result.ungraded(s.student, s.file, FAILED) for s in given])

    for _ in range(GRADINGS):
        todo = missing(results, [ada, neighbour])
        assert todo == [ada, neighbour]
        list(grade_all(results, todo, BatchOptions(out=tmp_path), mapper))
    assert missing(results, [ada, neighbour]) == []
    (row, _) = rows(latest(results, [ada, neighbour]), ["roc_auc"])
    assert GIVEN_UP in row.notes and "the sandbox failed" in row.notes[0]
    submission(tmp_path, "ada.ipynb", "z")  # handed in anew
    assert missing(results, [ada, neighbour]) == [ada]


def expected(history: list[Result], file: str, sha256: str) -> float | None:
    """The points that count: those of the last grading of this content."""
    marks = [r for r in history if r.file == file and r.sha256 == sha256 and r.verdicts]
    return marks[-1].verdicts[0].points if marks else None


@pytest.mark.parametrize("seed", range(60))
def test_any_order_of_results_and_faults_keeps_each_mark(
    results: Results, tmp_path: Path, seed: int
) -> None:
    draw = random.Random(seed)
    files = [submission(tmp_path, f"{n}.ipynb", draw.choice("xy")) for n in ("ada", "bob")]
    contents = [hashlib.sha256(c.encode()).hexdigest() for c in "xy"]
    history: list[Result] = []
    for _ in range(draw.randrange(1, 12)):
        file, status = draw.choice(files).file, draw.choice([Status.GRADED, *FAULTS])
        if status is Status.GRADED:
            entry = graded(file, draw.choice(contents), draw.randrange(1, 16))
        else:
            entry = faulty(file, draw.choice([*contents, ""]), status)
        history.append(entry)
        results.add(entry)
    briefs = {b.file: b for b in latest(results, files)}
    assert set(briefs) == {r.file for r in history}
    for s in files:
        points = expected(history, s.file, sha(s.path))
        if points is not None:
            assert briefs[s.file].points == {"roc_auc": points}
            assert s not in missing(results, files)


def test_cut_at_every_byte_and_resumed_gives_the_same_marks(
    results: Results, tmp_path: Path
) -> None:
    draw = random.Random(0)
    files = [submission(tmp_path, f"s{i}.ipynb", f"content {i // 2}") for i in range(4)]
    marks = {s.file: float(i + 1) for i, s in enumerate(files)}

    def mapper(settings: Settings, given: list[Submission]) -> Iterator[Result]:
        """Grades all, and stumbles now and then."""
        for s in given:
            if draw.random() < 0.3:
                yield Result.ungraded(s.student, s.file, FAILED)
            else:
                yield graded(s.file, sha(s.path), int(marks[s.file]), s.student)

    for s in files:
        results.add(graded(s.file, sha(s.path), int(marks[s.file]), s.student))
    whole = results.path.read_bytes()
    head = whole.index(b"\n") + 1
    for end in range(len(whole)):
        results.path.write_bytes(whole[:end])
        if end < head:
            with pytest.raises(ResultsError, match="run without --resume"):
                Results.resume(results.path)
            continue
        again = Results.resume(results.path)
        lines = whole[:end].count(b"\n") - 1
        assert finished(again) == {(s.file, sha(s.path)) for s in files[:lines]}
        list(grade_all(again, missing(again, files), BatchOptions(out=tmp_path), mapper))
        list(grade_all(again, missing(again, files), BatchOptions(out=tmp_path), mapper))
        found = {b.file: sum(b.points.values()) for b in latest(again, files) if b.is_graded}
        assert found == {f: m for f, m in marks.items() if f in found}
        assert set(found) >= {s.file for s in files[:lines]}
        assert len(latest(again, files)) == len(files)


def test_a_zip_with_two_members_of_one_name_is_graded_once(
    results: Results, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as z, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        z.writestr("ada.ipynb", "first")
        z.writestr("ada.ipynb", "second")
        z.writestr("bob.ipynb", "other")

    def mapper(settings: Settings, given: list[Submission]) -> Iterator[Result]:
        return iter([graded(s.file, sha(s.path), student=s.student) for s in given])

    for _ in range(3):
        with opened(tmp_path / "all.zip") as found:
            list(grade_all(results, missing(results, found), BatchOptions(out=tmp_path), mapper))
            table = rows(latest(results, found), ["roc_auc"])
            totals = {r.student: r.total() for r in table if r.counts}
        assert {totals["ada"], totals["bob"]} == {16}
