"""What people read: feedback, the summary of the class, and the files for learning platforms."""

import re
from dataclasses import replace

import pytest

from coursework import exercises
from coursework.grading import feedback, platforms
from coursework.grading.gradebook import Row
from coursework.grading.results import BatchInfo, ExerciseResult, Result
from coursework.grading.status import Reason, Status
from coursework.grading.summary import Tally, summary_html
from tests.coursework.grading.making import NAMES


@pytest.mark.parametrize(
    "student",
    ["../../etc/passwd", "a/b", "", ".", "é" * 200, "<script>", "con\x00\n\u202e", "x" * 300],
)
def test_feedback_files_stay_in_their_folder(student):
    name = feedback.file_name(student)
    assert (
        "/" not in name
        and len(name.encode()) < 200
        and name.endswith(".html")
        and not name.startswith(".")
    )


def hostile_row() -> tuple[Row, list[Result]]:
    evil = "<script>alert(1)</script></pre>{{ 7*7 }}\x1b[2J\u202e"
    verdict = ExerciseResult("roc_auc", "raised", Reason.JUDGED, evil, 0, 2, evil, evil)
    row = Row(evil, [evil], dict.fromkeys(NAMES, 0), {"corrupt": evil}, [evil])
    result = Result(evil, evil, Status.GRADED, lab="02", remarks=[evil], verdicts=[verdict])
    result.code = {"roc_auc": evil}
    return row, [result]


def test_nothing_in_feedback_or_summary_is_markup():
    row, results = hostile_row()
    found = Tally()
    found.add(results[0])
    for page in (
        feedback.feedback_html(row, results, NAMES, True),
        summary_html(found, [row], NAMES, 15, BatchInfo(seed=1)),
    ):
        assert "{{ 7*7 }}" in page
        assert "<script" not in page and "\x1b" not in page and "\u202e" not in page
        assert "default-src 'none'" in page


def test_platform_files():
    row = Row("doe_12_100_lab", ["doe_12_100_lab.ipynb"], {"roc_auc": 2})
    data = platforms.gradescope_results(row, [], ["roc_auc"])
    assert data["score"] == 2 and data["tests"][0]["max_score"] == 2
    lines = platforms.canvas_csv([row], 2).splitlines()
    assert (
        lines[0].startswith("Student,ID,SIS User ID,SIS Login ID,Section,")
        and lines[2] == "doe,12,,,,2"
    )
    moodle = platforms.moodle_csv(
        [Row("Jane Doe_77_assignsubmission_file_", ["x"], {"roc_auc": 1})], 2
    )
    head, line = moodle.splitlines()
    assert {"Identifier", "Grade", "Last modified (grade)"} <= set(
        head.split(",")
    )  # or Moodle refuses it
    assert line == "Participant 77,Jane Doe,1,2,,"


CODE = "def roc_auc(a, b):\n    x = a / 0\n    y = 1\n    x = a / 0\n    return x"


def graded() -> tuple[Row, list[Result]]:
    """A student with one right answer, one function that stops in line 4, and no more."""
    kinds = {NAMES[0]: "passed", "roc_auc": "raised"}
    told = "It stopped at line 4 of your function: `x = a / 0`."
    points = dict.fromkeys(NAMES, 0) | {NAMES[0]: exercises.get(NAMES[0]).points}
    result = Result("ada", "ada.ipynb", Status.GRADED, lab="02", code={"roc_auc": CODE})
    result.verdicts = [
        ExerciseResult(
            name=n,
            kind=kinds.get(n, "not attempted"),
            reason=Reason.JUDGED,
            message=told if n == "roc_auc" else "",
            points=points[n],
            max_points=exercises.get(n).points,
        )
        for n in NAMES
    ]
    return Row("ada", ["ada.ipynb"], points), [result]


def test_feedback_counts_all_exercises():
    text = feedback.feedback_html(*graded(), NAMES, False)
    assert f"1 right, 1 to look at, {len(NAMES) - 2} not attempted." in text


def test_the_last_hint_comes_only_with_the_solutions():
    row, results = graded()
    results[0].verdicts = [replace(v, kind="different") for v in results[0].verdicts]
    row.points = dict.fromkeys(NAMES, 0)
    hidden = feedback.feedback_html(row, results, NAMES, False)
    shown = feedback.feedback_html(row, results, NAMES, True)
    for name in NAMES:
        *first, last = (str(feedback.prose(h)) for h in exercises.get(name).hints)
        assert all(h in hidden and h in shown for h in first), name
        assert last not in hidden and last in shown, name


def test_feedback_points_at_the_line_that_stopped():
    text = feedback.feedback_html(*graded(), NAMES, False)
    assert text.count("<mark>") == 1
    before, after = re.search(
        r"<code>(def roc_auc.*?)<mark>    x = a / 0</mark>(.*?)</code>", text, re.DOTALL
    ).groups()
    assert before.count("\n") == 3 and after.endswith("    return x\n")
    assert "pre-wrap" in text


def test_pages_call_exercises_by_key_and_title():
    row, results = graded()
    found = Tally()
    found.add(results[0])
    title = exercises.get("02.answers.2.8").title
    called = f"2.8 · {title[0].upper()}{title[1:]}"
    summary = summary_html(found, [row], NAMES, 15, BatchInfo(seed=1))
    for text in (feedback.feedback_html(row, results, NAMES, False), summary):
        assert called in text and ".answers." not in text
    most = exercises.get("roc_auc").points
    assert re.search(rf">roc_auc</code> · [^<]*</th><td class=\"n\">{most}</td>", summary)
