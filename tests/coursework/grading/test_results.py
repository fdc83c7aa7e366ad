"""The results file: what is kept, what is resumed, and what is refused."""

import json

import pytest

from coursework.grading.batch import begin
from coursework.grading.gradebook import Brief, rows
from coursework.grading.options import BatchOptions
from coursework.grading.results import BatchInfo, ExerciseResult, Result, Results, ResultsError
from coursework.grading.standing import finished
from coursework.grading.status import Fault, Reason, Status


def result(file: str, sha256: str) -> Result:
    """A student's one right answer."""
    verdict = ExerciseResult("roc_auc", "passed", Reason.JUDGED, "Right.", 2, 2)
    return Result("ada", file, Status.GRADED, sha256=sha256, lab="02", verdicts=[verdict])


def test_results_survive_a_torn_line_and_refuse_what_is_none(tmp_path):
    path = tmp_path / "results.jsonl"
    results = Results.start(path, BatchInfo(seed=1))
    results.add(result("a", "x"))
    with path.open("a") as f:
        f.write('{"file": "b", "sha')
    again = Results.resume(path)
    assert finished(again) == {("a", "x")}
    again.add(result("c", "y"))
    assert finished(Results.resume(path)) == {("a", "x"), ("c", "y")}
    path.write_text("nonsense\n")
    with pytest.raises(ResultsError):
        Results.resume(path)
    with pytest.raises(ResultsError):
        Results.resume(tmp_path / "none.jsonl")


def test_a_result_comes_back_as_it_was_written(tmp_path):
    results = Results.start(tmp_path / "results.jsonl", BatchInfo(5, ("02",), False))
    failed = Result.ungraded("bob", "b.ipynb", Fault(Status.EMPTY, "the file is empty"))
    for written in (result("a.ipynb", "x"), failed):
        results.add(written)
    again = Results.resume(results.path)
    assert again.batch == results.batch
    assert list(again) == [result("a.ipynb", "x"), failed]
    assert [again.at(place) for place, _ in again.entries()] == list(again)
    line = json.loads(results.path.read_text().splitlines()[1])
    assert (line["status"], line["verdicts"][0]["reason"]) == ("graded", "judged")


def test_only_what_the_grader_failed_at_is_graded_again(tmp_path):
    results = Results.start(tmp_path / "results.jsonl", BatchInfo(seed=1))
    for status in Status:
        results.add(Result("ada", status.value, status, fault="the sandbox failed"))
    left = {s.value for s in Status} - {file for file, _ in finished(results)}
    assert left == {"sandbox_failed", "no_sandbox", "unknown"}


VERDICT = {"name": "roc_auc", "kind": "passed", "message": "Right.", "max_points": 2}
OLD = {
    "student": "ada",
    "file": "ada.ipynb",
    "sha256": "x",
    "lab": "02",
    "fault": "",
    "remarks": [],
    "verdicts": [{**VERDICT, "mistake": None, "printed": "", "points": 2}],
    "code": {},
    "seconds": 1.0,
}


def test_a_report_without_statuses_is_resumed(tmp_path):
    path = tmp_path / "results.jsonl"
    first = {"run": {"version": 1, "seed": 7, "labs": ["02"], "confined": True}}
    unread = {**OLD, "file": "bob.ipynb", "fault": "the file is empty", "verdicts": []}
    path.write_text("".join(json.dumps(line) + "\n" for line in (first, OLD, unread)))
    results = begin(BatchOptions(out=tmp_path, resume=True))
    assert results.batch == BatchInfo(7, ("02",))
    assert finished(results) == {("ada.ipynb", "x")}  # the other is read again, which costs nothing
    good, bad = results
    assert (good.status, good.verdicts[0].reason) == (Status.GRADED, Reason.UNKNOWN)
    assert bad.status is Status.UNKNOWN
    row, extra = rows([Brief.of(good), Brief.of(bad)], ["roc_auc"])
    assert row.points == {"roc_auc": 2} and not extra.counts


def test_a_report_of_a_later_version_is_refused_in_one_sentence(tmp_path):
    first = {"batch": {"version": 99, "seed": 7, "labs": []}}
    (tmp_path / "results.jsonl").write_text(json.dumps(first) + "\n")
    with pytest.raises(ResultsError, match="another version; run without --resume"):
        begin(BatchOptions(out=tmp_path, resume=True))


def test_a_resumed_batch_keeps_its_seed_and_notebooks(tmp_path):
    begin(BatchOptions(out=tmp_path, seed=7, labs=("02",)))
    assert begin(BatchOptions(out=tmp_path, resume=True, seed=7)).batch.labs == ("02",)
    with pytest.raises(ResultsError, match="seed 7"):
        begin(BatchOptions(out=tmp_path, resume=True, seed=8))
    with pytest.raises(ResultsError, match="02"):
        begin(BatchOptions(out=tmp_path, resume=True, labs=("03",)))


def test_a_line_with_more_in_it_than_is_known_here_is_read(tmp_path):
    results = Results.start(tmp_path / "results.jsonl", BatchInfo(1))
    line = json.loads(result("a.ipynb", "x").to_json())
    line["verdicts"][0]["of_tomorrow"] = line["of_tomorrow"] = 1
    with results.path.open("a") as f:
        f.write(json.dumps(line) + "\n")
    assert list(results) == [result("a.ipynb", "x")]


def test_each_new_beginning_keeps_all_reports_before_it(tmp_path):
    for seed in range(4):
        Results.start(tmp_path / "results.jsonl", BatchInfo(seed))
    kept = sorted(tmp_path.glob("results*.jsonl"))
    assert {Results.resume(path).batch.seed for path in kept} == {0, 1, 2, 3}
