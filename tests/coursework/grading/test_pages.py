"""What people read: feedback, the summary of the class, and the files for learning platforms."""

import hashlib
import re
import statistics
from collections import Counter
from dataclasses import replace

import pytest

from coursework import exercises
from coursework.grading import feedback, platforms
from coursework.grading.gradebook import Row
from coursework.grading.report import page_names
from coursework.grading.results import BatchInfo, ExerciseResult, Result
from coursework.grading.status import Reason, Status
from coursework.grading.summary import summary_html
from coursework.grading.tally import Tally
from tests.coursework.grading.made_up_class import class_of, odd, table_of
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
        summary_html(found, [row], NAMES, BatchInfo(seed=1)),
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


def test_no_two_students_have_one_page_and_none_is_called_like_the_autograder():
    foreseen = f"ada-{hashlib.sha256(b'ADA').hexdigest()[:8]}"
    students = ["ada", foreseen, "ADA", "autograder.zip"]
    pages = page_names([Row(s, []) for s in students])
    assert len({page.casefold() for page in pages.values()}) == 4
    assert pages["autograder.zip"] != "autograder.zip.html"


CODE = "def roc_auc(a, b):\n    x = a / 0\n    y = 1\n    x = a / 0\n    return x"


def graded() -> tuple[Row, list[Result]]:
    """A student with one right answer, one function that stops in line 4, and no more."""
    kinds = {NAMES[0]: "passed", "roc_auc": "raised"}
    told = "It stopped at line 2 of your function: `x = a / 0`."  # as a student could write
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
            line=4 if n == "roc_auc" else 0,
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
    summary = summary_html(found, [row], NAMES, BatchInfo(seed=1))
    for text in (feedback.feedback_html(row, results, NAMES, False), summary):
        assert called in text and ".answers." not in text
    most = exercises.get("roc_auc").points
    assert re.search(rf">roc_auc</code> · [^<]*<div .*</th><td class=\"n\">{most}</td>", summary)


def test_feedback_leaves_out_notebooks_that_were_not_handed_in():
    results = class_of(3, ("02", "04"))
    table, names = table_of([*results, *odd()])
    row = next(r for r in table if r.student == "Bob Çelik")
    own = [r for r in results if r.student == row.student and r.lab == "02"]
    text = feedback.feedback_html(row, own, names, False)
    assert "gaussian_kl" not in text and "4.2a" not in text and "7.7b" not in text
    assert "Nothing was handed in for notebook 04 · KL worksheet." in text
    most = sum(exercises.get(n).points for n in names if exercises.get(n).notebook in ("02", "04"))
    assert f"</b> of {most} points" in text


def next_step(kinds: dict[str, str]) -> str:
    """What a page names as the next step, for verdicts of these kinds; others are right."""
    row, results = graded()
    for n in NAMES:
        row.points[n] = 0 if n in kinds else exercises.get(n).points
    results[0].verdicts = [
        replace(v, kind=kinds.get(v.name, "passed"), message=f"About {v.name}.")
        for v in results[0].verdicts
    ]
    text = feedback.feedback_html(row, results, NAMES, False)
    return re.search(r'id="next">Next step</h2>\s*<p>(.*?)</p>', text, re.DOTALL)[1]


def test_the_next_step_is_the_open_exercise_nearest_to_right():
    first, second, third = NAMES[0], "roc_auc", "corrupt"
    step = next_step({first: "raised", second: "mistake", third: "not attempted"})
    assert 'href="#e-roc_auc"' in step and "About roc_auc." in step
    step = next_step({third: "not attempted"})
    assert (
        'href="#e-corrupt"' in step and str(feedback.prose(exercises.get(third).hints[0])) in step
    )
    assert next_step({}) == "Everything is right. Go on with the next notebook."


def test_a_file_that_could_not_be_graded_has_a_page_that_says_so():
    (damaged, *_) = odd()
    table, names = table_of([damaged, *class_of(2)])
    row = next(r for r in table if r.student == "Kaputt")
    text = feedback.feedback_html(row, [damaged], names, False)
    assert "the file is cut short" in text and "hand it in again" in text
    assert "not attempted" not in text


def summary_of(results: list[Result]) -> str:
    found = Tally()
    for result in results:
        found.add(result)
    table, names = table_of(results)
    return summary_html(found, table, names, BatchInfo(seed=1))


def test_the_summary_has_a_heading_a_maximum_and_a_median_for_each_notebook():
    results = class_of(9, ("02", "04"))
    text = summary_of(results)
    for lab in ("02", "04"):
        totals = [sum(v.points for v in r.verdicts) for r in results if r.lab == lab]
        most = sum(exercises.get(n).points for n in exercises.names(lab))
        told = f"<b>{statistics.median(totals):g}</b> median, of {most} points"
        assert text.count(told) == 1, told
    assert "Is this the right notebook?" not in text


def test_the_summary_warns_of_a_file_of_another_notebook():
    text = summary_of([*class_of(20), *odd()])
    told = re.search(r"<li>Is this the right notebook\?(.*?)</li>", text)[1]
    assert "07 · The optimal discriminator" in told and "Lost Lea/07.ipynb" in told
    own, other = (
        sum(exercises.get(n).points for n in exercises.names(lab)) for lab in ("02", "07")
    )
    assert own != other and f"of {own} points" in text
    assert f"of {other} points" not in text  # 07 changes nobody's maximum


def test_the_summary_tells_how_common_a_mistake_is():
    results = class_of(20)
    counted = Counter((v.name, v.mistake) for r in results for v in r.verdicts if v.mistake)
    (name, mistake), count = counted.most_common(1)[0]
    text = summary_of(results)
    first = re.search(r'<ul class="mistakes">\s*<li>(.*?)</li>', text, re.DOTALL)[1]
    assert f"{count} of 20" in first and f"<b>{5 * count} %</b>" in first
    assert mistake.replace("_", " ") in first and str(feedback.label(name)) in first
