"""`--partial`: off it changes no byte; on it is kept, told to the student, and never full marks."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from coursework.grading.batch import begin
from coursework.grading.feedback import feedback_html
from coursework.grading.options import BatchOptions
from coursework.grading.results import VERSION, BatchInfo, ExerciseResult, Result, ResultsError
from coursework.grading.status import Reason, Status
from tests.coursework.grading.confined import sandboxed
from tests.coursework.grading.made_up_class import one, table_of
from tests.coursework.grading.making import MISTAKES, course_grade, results, save, solved

VERDICT = ExerciseResult("corrupt", "mistake", Reason.JUDGED, "Clamp it.", 0, 1, "unclamped")
CREDIT = "Partial credit, 0.25 of 1. Right: the form. Not yet: the values."


def test_without_it_the_lines_are_as_they_were():
    result = Result("ada", "ada.ipynb", Status.GRADED, lab="02", verdicts=[VERDICT])
    assert json.loads(result.to_json())["verdicts"] == [
        {
            "name": "corrupt",
            "kind": "mistake",
            "reason": "judged",
            "message": "Clamp it.",
            "points": 0,
            "max_points": 1,
            "mistake": "unclamped",
            "printed": "",
        }
    ]
    begun = {"version": VERSION, "seed": 7, "labs": [], "confined": True}
    assert BatchInfo(7).to_json() == json.dumps({"batch": begun})


def test_with_it_the_lines_say_so_and_can_be_read_again():
    result = Result("ada", "ada.ipynb", Status.GRADED, lab="02")
    result.verdicts = [replace(VERDICT, points=0.25, credit=CREDIT)]
    assert Result.from_json(result.to_json()) == result
    batch = BatchInfo(7, partial=True)
    assert json.loads(batch.to_json())["batch"]["partial"] is True
    assert BatchInfo.from_json(batch.to_json()) == batch


def test_a_resumed_batch_keeps_it(tmp_path):
    begin(BatchOptions(out=tmp_path / "on", partial=True))
    assert begin(BatchOptions(out=tmp_path / "on", resume=True)).batch.partial
    begin(BatchOptions(out=tmp_path / "off"))
    assert not begin(BatchOptions(out=tmp_path / "off", resume=True)).batch.partial
    with pytest.raises(ResultsError, match="begun without --partial"):
        begin(BatchOptions(out=tmp_path / "off", resume=True, partial=True))


def test_feedback_says_which_parts_are_right():
    result = one("ada", "02", 1, lambda draw: "mistake")
    result.verdicts = [
        replace(v, points=0.25, credit=CREDIT) if v.name == "corrupt" else v
        for v in result.verdicts
    ]
    table, names = table_of([result])
    text = feedback_html(table[0], [result], names, False)
    assert "0.25 of 1" in text and text.count(CREDIT) == 1
    assert re.search(r'class="score"><b>0.25</b>', text)
    table[0].by_hand["corrupt"] = "looked at it"
    assert CREDIT not in feedback_html(table[0], [result], names, False)


@pytest.mark.slow
@sandboxed
def test_course_grade_with_and_without(tmp_path):
    subs = tmp_path / "subs"
    save(subs, "ada", solved())
    save(subs, "bob", solved(**{n: code for n, (_, code) in MISTAKES.items()}))
    for out, words in (("off", []), ("on", ["--partial"])):
        done = course_grade(subs, "--out", tmp_path / out, "--seed", 7, "--workers", 1, *words)
        assert done.returncode == 0, done.stderr
    off, on = results(tmp_path / "off"), results(tmp_path / "on")
    for file in ("ada.ipynb", "bob.ipynb"):
        for without, given in zip(off[file]["verdicts"], on[file]["verdicts"], strict=True):
            most = given["max_points"]
            assert (given["kind"], given["mistake"]) == (without["kind"], without["mistake"])
            assert (given["points"] == most) == (given["kind"] == "passed")
            assert "credit" not in without and given["points"] >= without["points"]
    assert sum(v["points"] for v in on["bob.ipynb"]["verdicts"]) > sum(
        v["points"] for v in off["bob.ipynb"]["verdicts"]
    )
    before = (tmp_path / "on" / "gradebook.csv").read_bytes()
    done = course_grade(subs, "--out", tmp_path / "on", "--workers", 1, "--resume")
    assert done.returncode == 0 and (tmp_path / "on" / "gradebook.csv").read_bytes() == before
    assert "Partial credit" in (tmp_path / "on/feedback/bob.html").read_text(encoding="utf-8")
