"""The class's misconceptions: counted from reports, without a name, and no small number told."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from coursework import exercises
from coursework.cli import app
from coursework.grading.lecture import lecture_html, named
from coursework.grading.misconceptions import ANY, cell, read_reports
from coursework.grading.outline import outline
from coursework.grading.pages import prose
from coursework.grading.results import ExerciseResult, Result
from coursework.grading.status import Reason, Status
from tests.coursework.grading.made_up_class import class_of, odd, report

AUC = {m.name: m.message for m in exercises.get("roc_auc").mistakes}
OFTEN, RARE, *_ = AUC


def result(student: str, mistakes: dict[str, str], lab: str = "02", message: str = "") -> Result:
    """A student's notebook with these mistakes, {exercise: short name}."""
    found = Result(student, f"{student}/{lab}.ipynb", Status.GRADED, lab=lab)
    found.verdicts = [
        ExerciseResult(n, "mistake", Reason.JUDGED, message, 0, 1, m) for n, m in mistakes.items()
    ]
    return found


def of_20(often: int, rare: int) -> list[Result]:
    """20 students: the first ones make one mistake, the next ones another."""
    made = [OFTEN] * often + [RARE] * rare
    padded = [*made, *[None] * (20 - len(made))]
    return [result(f"student{i}", {"roc_auc": m} if m else {}) for i, m in enumerate(padded)]


def page_of(folder: Path, *weeks: list[Result]) -> str:
    paths = [report(folder / f"week{i}", results) for i, results in enumerate(weeks)]
    reports = read_reports(paths)
    return lecture_html(reports, named(reports))


def test_a_common_mistake_has_its_share_its_sentence_and_the_section_that_teaches_it(tmp_path):
    text = page_of(tmp_path, of_20(7, 0))
    place = outline("02").places["roc_auc"]
    assert "7 of 20" in text and "<b>35 %</b>" in text
    assert str(prose(AUC[OFTEN])) in text
    assert place.section == "7 · Alarm" and place.section in text and place.heading in text


@pytest.mark.parametrize("rare", [1, 2, 3, 4])
def test_what_fewer_than_five_did_is_not_a_number(tmp_path, rare):
    text = page_of(tmp_path, of_20(7, rare))
    assert "fewer than 5" in text and str(prose(AUC[RARE])) in text
    assert f">{rare} of 20" not in text and f">{5 * rare} %" not in text
    others = [page_of(tmp_path / str(n), of_20(7, n)) for n in (1, 2, 3, 4)]
    assert set(others) == {text}  # the page is the same, however many they are


def test_of_a_class_of_four_nothing_is_a_number(tmp_path):
    text = page_of(tmp_path, [result(f"s{i}", {"roc_auc": OFTEN}) for i in range(4)])
    assert "fewer than 5</b> students" in text and "4 of 4" not in text and "100 %" not in text


def test_no_small_part_follows_from_a_sum():
    people = [set(range(n, n + size)) for n, size in ((0, 6), (10, 2), (20, 3), (30, 4))]
    six, two, three, four = people
    everyone = set(range(40))
    assert cell([six], everyone).count == 6 and cell([six, set()], everyone).count == 6
    assert cell([two], everyone).count is None and not cell([two], everyone).at_least_few
    assert cell([six, two], everyone).words == "5 or more"  # else 8 − 6 would tell
    assert cell([two, three], everyone).count == 5  # 1 and 4 would give the same
    assert cell([four, set(range(40, 44))], everyone).count is None  # 8 can only be 4 and 4
    assert cell([], everyone).count == 0


def test_no_name_and_no_code_is_on_the_page(tmp_path):
    results = class_of(34, ("02", "03")) + odd()
    text = page_of(tmp_path, results)
    for r in results:
        assert r.student not in text and r.student.split()[0] + " " not in text
        assert all(code not in text for code in r.code.values())
    assert "<script" not in text


def test_words_of_one_student_are_not_told(tmp_path):
    theirs = [result(f"s{i}", {"roc_auc": "doubled"}, message=f"ada{i} said") for i in range(9)]
    text = page_of(tmp_path / "a", theirs)
    assert "9 of 9" in text and "ada" not in text and ANY in text
    same = [replace(r, verdicts=[replace(r.verdicts[0], message="Twice.")]) for r in theirs]
    assert "Twice." in page_of(tmp_path / "b", same)


def test_the_most_frequent_stands_first(tmp_path):
    text = page_of(tmp_path, class_of(60, ("02", "04")))
    shares = [int(s) for s in re.findall(r"<b>(\d+) %</b>", text.split("<h2>")[1])]
    assert len(shares) > 4 and shares == sorted(shares, reverse=True)


def test_a_student_counts_once(tmp_path):
    first = [replace(r, file=f"{r.student}/02 (1).ipynb") for r in of_20(7, 0)]
    assert "7 of 20" in page_of(tmp_path, [*first, *of_20(7, 0)])


def test_what_comes_back_is_told_week_by_week(tmp_path):
    swapped = {"04.answers.4.5a": "swapped"}
    weeks = [
        [result(f"s{i}", {"02.answers.2.10": "swapped"} if i < 6 else {}) for i in range(20)],
        [result(f"s{i}", swapped if i < 10 else {}, "04") for i in range(20)],
    ]
    text = page_of(tmp_path, *weeks)
    row = re.search(r'<th scope="row">swapped<br>(.*?)</tr>', text, re.DOTALL)[1]
    assert "2.10, 4.5a" in row and re.findall(r"<td>(\d+) %", row) == ["30", "50"]
    assert "What comes back" not in page_of(tmp_path / "one", weeks[0])


def test_an_exercise_that_is_no_more_is_left_out(tmp_path):
    text = page_of(tmp_path, [result(f"s{i}", {"no_such_exercise": "gone"}) for i in range(9)])
    assert "No named mistake" in text and "gone" not in text


def run(*words: object):
    return CliRunner().invoke(app, ["grade", "misconceptions", *map(str, words)])


def test_the_command_writes_the_page_and_prints_a_table(tmp_path):
    week = report(tmp_path / "week", of_20(7, 2))
    done = run(week, week / "results.jsonl", "--out", tmp_path / "page.html")
    assert done.exit_code == 0, done.output
    assert "35 %" in done.output and "7 of 20" in done.output
    assert "and 1 more" in done.output and "2 of 20" not in done.output
    assert "1</b> report<" in (tmp_path / "page.html").read_text(encoding="utf-8")  # given twice
    before = (week / "results.jsonl").read_bytes()
    (week / "results.jsonl").write_bytes(before + b'{"student": "half a li')
    assert run(week, "--out", tmp_path / "page.html").exit_code == 0
    assert (week / "results.jsonl").read_bytes().endswith(b"half a li")  # reports are only read


def test_the_command_says_what_is_no_report(tmp_path):
    (tmp_path / "results.jsonl").write_text("hello\n")
    done = run(tmp_path, "--out", tmp_path / "page.html")
    assert done.exit_code == 1 and "does not begin as a results file" in done.output
    assert "course grade --out" in done.output
    done = run(tmp_path / "nowhere", "--out", tmp_path / "page.html")
    assert done.exit_code == 1 and "course grade --out" in done.output
    assert not (tmp_path / "page.html").exists()
