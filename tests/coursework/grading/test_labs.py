"""Each notebook has its own maximum; one of another lab inflates nobody's."""

from __future__ import annotations

import csv
import io

from coursework import exercises
from coursework.grading.choices import Choices
from coursework.grading.gradebook import Brief, counted_labs, gradebook_csv, rows
from coursework.grading.grader import Grader, Settings
from coursework.grading.labs import Labs, choose, exercises_of, most_of
from coursework.grading.marking import by_lab, mark
from coursework.grading.platforms import canvas_csv, moodle_csv
from coursework.grading.status import Status
from tests.coursework.grading.making import save, unsolved


def brief(student: str, lab: str, share: float = 1.0, file: str = "") -> Brief:
    """A notebook whose exercises are all right, or the first `share` of them."""
    names = exercises.names(lab)
    right = names[: round(share * len(names))]
    points = {n: exercises.get(n).points if n in right else 0 for n in names}
    name = file or f"{student}/{lab}.ipynb"
    return Brief(student, name, lab, Status.GRADED, "", (), points, 1.0)


def broken(student: str) -> Brief:
    return Brief(student, f"{student}.ipynb", "", Status.EMPTY, "it is empty", (), {}, 0.0)


def most(*labs: str) -> float:
    return most_of(exercises_of(labs))


def table_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_which_notebooks_count():
    assert choose([{"03"}, {"03"}, {"04"}]) == Labs(("03",), (), ("04",))
    assert choose([{"03"}, {"04"}]) == Labs((), ("03", "04"), ())
    assert choose([{"03", "04"}, {"03", "04"}, {"03"}]) == Labs(("03", "04"), (), ())
    assert choose([{"03"}] * 10 + [{"04"}] * 4) == Labs(("03",), ("04",), ())
    assert choose([{"03"}] * 11 + [{"04"}] * 2) == Labs(("03",), (), ("04",))
    assert choose([{"03"}] * 9 + [{"03", "04"}]) == Labs(("03",), (), ("04",))
    assert choose([{"03"}, set()], ["04", "03"]) == Labs(("03", "04"), (), ())
    assert choose([set()]) == Labs() and choose([{"03"}]) == Labs(("03",))


def test_one_notebook_of_another_lab_inflates_nobodys_maximum():
    briefs = [brief("ada", "02"), brief("bob", "02", 0.5), brief("lea", "03"), broken("eve")]
    marks = mark(briefs, [], Choices(), ())
    found = {r["student"]: r for r in table_of(gradebook_csv(marks.table, marks.labs))}
    assert {r["max"] for r in found.values()} == {f"{most('02'):g}"}
    assert found["ada"]["total"] == found["ada"]["max"] and found["lea"]["total"] == "0"
    told = f"notebook 03 was handed in where 02 was asked; it has {most('03')} of {most('03')}"
    assert told in found["lea"]["status"]
    assert "03.answers" not in ",".join(found["ada"])
    assert (
        canvas_csv(marks.table, most("02"), marks.labs.counted)
        .splitlines()[1]
        .endswith(f",{most('02'):g}")
    )
    fault, warning = marks.warnings
    assert fault == "eve.ipynb: it is empty"
    assert warning.startswith("lea/03.ipynb: notebook 03") and "--labs 02,03" in warning


def test_only_the_first_warnings_of_a_kind_are_printed():
    briefs = [broken(f"s{i:02d}") for i in range(30)]
    told = mark(briefs, [], Choices(), ()).warnings
    assert len(told) == 11 and told[-1] == "… and 20 more files that could not be graded"


def test_labs_that_the_instructor_names_count_for_everybody():
    briefs = [brief("ada", "02"), brief("bob", "02"), brief("lea", "03")]
    marks = mark(briefs, [], Choices(labs=("02", "03")), ())
    assert {r.most() for r in marks.table} == {most("02", "03")} and not marks.warnings
    assert {r.student: r.total() for r in marks.table}["lea"] == most("03")


def test_two_labs_have_columns_maxima_and_medians_of_their_own():
    briefs = [brief(s, lab) for s in ("ada", "bob") for lab in ("02", "03")]
    briefs += [brief("cy", "02", 0.0), broken("eve")]
    marks = mark(briefs, [], Choices(), ())
    found = {r["student"]: r for r in table_of(gradebook_csv(marks.table, marks.labs))}
    two, three = most("02"), most("03")
    assert [found["cy"][c] for c in ("02", "02 max", "03", "03 max")] == [
        "0",
        f"{two:g}",
        "0",
        f"{three:g}",
    ]
    assert found["ada"]["total"] == f"{two + three:g}"
    assert by_lab(marks) == [
        f"notebook 02: 3 students, median {two:g} of {two:g} points",
        f"notebook 03: 2 students, median {three:g} of {three:g} points",
    ]
    head, points, first, *_ = canvas_csv(marks.table, 0, marks.labs.counted).splitlines()
    assert head.endswith("Section,Lab 02,Lab 03")
    assert points.endswith(f",{two:g},{three:g}") and first.endswith(f",{two:g},{three:g}")
    assert len(moodle_csv(marks.table, three, "03").splitlines()) == 5


def test_a_mixed_batch_gives_each_student_the_maximum_of_what_they_handed_in():
    briefs = [brief(f"s{i}", lab) for i, lab in enumerate(["01", "02", "03"] * 3)]
    table = rows(briefs, counted_labs(briefs, ()).exercises(), counted_labs(briefs, ()))
    assert {r.student: r.most() for r in table} == {
        f"s{i}": most(lab) for i, lab in enumerate(["01", "02", "03"] * 3)
    }
    found = table_of(gradebook_csv(table, counted_labs(briefs, ())))
    assert found[0]["02"] == "" and found[0]["01"] == f"{most('01'):g}"


def test_of_two_files_the_last_by_the_platforms_date_counts():
    old, new = (
        brief("Ada_1", "02", share, f"1-9 - Ada - {day}, 2026 1010 AM - 02.ipynb")
        for share, day in ((1.0, "Nov 30"), (0.0, "Dec 1"))
    )
    row, other = rows([new, old], exercises_of(["02"]))
    assert row.files == [new.file] and row.total() == 0 and not other.counts
    assert "the last by its date" in row.notes[0]


def test_a_notebook_that_was_not_asked_for_is_told_by_its_number(tmp_path):
    path = save(tmp_path, "ada", unsolved())
    result = Grader(Settings(1, ("03", "04"), str(tmp_path))).grade("ada", "ada.ipynb", path)
    assert result.status is Status.NO_EXERCISE
    assert result.fault == "notebook 02 was handed in where 03 and 04 were asked"
