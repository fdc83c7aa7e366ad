"""Rosters of several platforms, marks by hand, and names that somebody typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursework import exercises
from coursework.grading.choices import Choices, keep_choices, read_choices
from coursework.grading.marking import mark
from coursework.grading.options import BatchOptions, Decisions
from coursework.grading.overrides import apply_overrides, read_overrides, unknown_students
from coursework.grading.platforms import brightspace_csv, canvas_csv
from coursework.grading.roster import match, read_roster
from coursework.grading.students import Submission, find_students, with_students
from tests.coursework.grading.test_labs import brief

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Lab 4 (881)
    Points Possible,,,,,16
"Lovelace, Ada",123,S1,alovelace,A1,
"Çelik, Bob",125,S2,bcelik,A1,
"Roe, Jane",126,S3,jroe,A2,
"Student, Test",999,,,A1,
"""
MOODLE = """Identifier,Full name,ID number,Email address,Status,Grade
Participant 77,Ada Lovelace,S1,ada@x.edu,Submitted,
Participant 78,Bob Çelik,S2,bob@x.edu,No submission,
"""
PLAIN = "Surname;First name;E-Mail\r\nLovelace;Ada;ada@x.edu\r\nMüller;Jörg;jm7@x.edu\r\n"


def roster_file(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "roster.csv"
    path.write_bytes(text.encode(encoding))
    return path


def submissions(*files: str) -> list[Submission]:
    return with_students([Submission("", f, Path(f)) for f in files])


def test_a_canvas_export_is_a_roster(tmp_path):
    roster = read_roster(roster_file(tmp_path, CANVAS))
    handed_in = submissions(
        "lovelaceada_123_9_04.ipynb", "celikbob_LATE_125_8_04.ipynb", "who.ipynb"
    )
    assert match(roster, handed_in) == ["who"]
    assert {s: p.sis_id for s, p in roster.found.items()} == {
        "lovelaceada_123": "S1",
        "celikbob_125": "S2",
    }
    assert [p.name for p in roster.missing()] == ["Roe, Jane"]


def test_a_moodle_worksheet_is_a_roster(tmp_path):
    roster = read_roster(roster_file(tmp_path, MOODLE))
    assert match(roster, submissions("Ada Lovelace_77_assignsubmission_file_/04.ipynb")) == []
    assert [p.email for p in roster.missing()] == ["bob@x.edu"]


@pytest.mark.parametrize(
    "file",
    ["Ada Lovelace.ipynb", "Lovelace, Ada.ipynb", "ada-lovelace/04.ipynb", "04_ada@x.edu.ipynb"],
)
def test_names_and_addresses_are_found_in_any_order(tmp_path, file):
    roster = read_roster(roster_file(tmp_path, PLAIN, "cp1252"))
    assert match(roster, submissions(file, "jm7_04.ipynb")) == []
    assert roster.missing() == []


def test_two_files_that_may_be_one_person_are_not_guessed(tmp_path):
    """Else a classmate could put "lovelace-al2.ipynb" beside hers, and get her number."""
    text = "name,login,student id\nAda Lovelace,al2,7\nBob Li,bl,8\n"
    roster = read_roster(roster_file(tmp_path, text))
    assert match(roster, submissions("Ada Lovelace.ipynb", "x_al2.ipynb")) == ["x_al2"]
    assert list(roster.found) == ["Ada Lovelace"]  # her name is better than a word in another's
    roster = read_roster(tmp_path / "roster.csv")
    assert match(roster, submissions("x_al2.ipynb", "al2_y.ipynb")) == []
    assert roster.found == {} and list(roster.unsure.values()) == [["al2_y", "x_al2"]]
    assert [p.name for p in roster.missing()] == ["Bob Li"]
    briefs = [brief(s, "02") for s in ("x_al2", "al2_y")]
    marks = mark(briefs, [], Choices(roster=roster), ())
    assert any("al2_y, x_al2: each may be Ada Lovelace" in w for w in marks.warnings)
    assert not any(row.identity.sis_id == "7" for row in marks.table)


def test_two_of_one_name_are_not_guessed(tmp_path):
    text = "name,login\nAda Lovelace,al1\nAda Lovelace,al2\n"
    roster = read_roster(roster_file(tmp_path, text))
    assert match(roster, submissions("Ada Lovelace.ipynb", "al2.ipynb")) == ["Ada Lovelace"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("who,what\na,b\n", "needs one of"),
        ("name\n", "nobody"),
        ("name,login\nA,x\nB,x\n", "x twice"),
    ],
)
def test_a_roster_that_can_not_be_used_says_why(tmp_path, text, words):
    with pytest.raises(ValueError, match=words):
        read_roster(roster_file(tmp_path, text))


def test_rows_carry_ids_and_name_who_handed_in_nothing(tmp_path):
    roster = read_roster(roster_file(tmp_path, CANVAS))
    files = ["lovelaceada_123_9_02.ipynb", "bcelik.ipynb"]
    match(roster, submissions(*files))
    briefs = [brief("lovelaceada_123", "02", file=files[0]), brief("bcelik", "02", file=files[1])]
    marks = mark(briefs, [], Choices(roster=roster), ())
    by_name = {r.identity.name: r for r in marks.table}
    assert by_name["Roe, Jane"].notes == ["nothing handed in"]
    assert not by_name["Roe, Jane"].counts
    assert marks.warnings == ["2 of 3 on the roster handed in; nothing from Roe, Jane"]
    most = sum(exercises.get(name).points for name in exercises.names("02"))
    lines = canvas_csv(marks.table, most, ["02"]).splitlines()
    assert f'"Çelik, Bob",125,S2,bcelik,A1,{most}' in lines and not any("Roe" in x for x in lines)
    assert f"S2,bcelik,{most},#" in brightspace_csv(marks.table, ["02"]).splitlines()


def marks_file(folder: Path, *lines: str) -> Path:
    path = folder / "marks.csv"
    path.write_text("\n".join(["student,exercise,points,comment", *lines]) + "\n")
    return path


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("ada,roc_auc,inf,", "row 2, column points: inf"),
        ("ada,roc_auc,nan,", "row 2, column points: nan"),
        ("ada,roc_auc,-1,", "row 2, column points: -1 is not between 0 and 2"),
        ("ada,roc_auc,99,", "row 2, column points: 99 is not between 0 and 2"),
        ("ada,roc_auc,,", "row 2, column points: '' is no number"),
        ("ada,roc_auk,1,", "row 2, column exercise: .* did you mean roc_auc"),
        (",roc_auc,1,", "row 2, column student: it is empty"),
        ("ada,roc_auc,1," + "x" * 3000, "row 2, column comment: it has 3000"),
        ("ada,roc_auc,1,\nAda,roc_auc,2,", "row 3, column exercise: row 2 sets this mark"),
        ("ada,late,-1,", "row 2, column points"),
    ],
)
def test_marks_that_can_not_be_used_are_told_by_row_and_column(tmp_path, line, words):
    with pytest.raises(ValueError, match=words) as caught:
        read_overrides(marks_file(tmp_path, line))
    assert "nothing was graded" in str(caught.value)


def test_all_faults_of_a_file_are_told_at_once(tmp_path):
    with pytest.raises(ValueError, match=r"row 2, (?s:.*)row 4, ") as caught:
        read_overrides(marks_file(tmp_path, "a,roc_auc,x,", "b,roc_auc,1,", "c,roc_auc,y,"))
    assert "row 3" not in str(caught.value)


def test_marks_by_hand_are_set_by_any_name_of_the_student(tmp_path):
    file = "Ada Lovelace_77_assignsubmission_file_/02.ipynb"
    marks = read_overrides(marks_file(tmp_path, "ada lovelace,roc_auc,1.5,aloud", "eve,corrupt,1,"))
    table = mark([brief("Ada Lovelace_77", "02", file=file)], [], Choices(), ()).table
    [complaint] = apply_overrides(table, marks)
    assert table[0].points["roc_auc"] == 1.5 and table[0].by_hand == {"roc_auc": "aloud"}
    assert "eve is not among the submissions" in complaint
    [told] = unknown_students(marks, {"Ada Lovelace_77": [file], "Eva_3": []})
    assert told == "row 3, column student: there is no student eve; did you mean Eva_3?"


def test_an_answer_may_be_called_as_the_pages_call_it(tmp_path):
    [mark] = read_overrides(marks_file(tmp_path, "ada,2.8,1,"))
    assert mark.exercise == "02.answers.2.8"


def test_students_are_found_as_people_type_them():
    files = {
        "ada_1": ["ada_1_2_x.ipynb"],
        "ada_3": ["ada_3_4_x.ipynb"],
        "bob": ["bob/04.ipynb"],
        "cy (2)": ["cy (2).ipynb"],
    }
    assert find_students("ada", files) == ["ada_1", "ada_3"]
    assert find_students("ADA_3", files) == ["ada_3"] and find_students("3", files) == ["ada_3"]
    assert find_students("ada_3_4_x.ipynb", files) == ["ada_3"]
    assert find_students("bob/04.ipynb", files) == ["bob"]
    assert find_students("Bob", files) == ["bob"] and find_students("eve", files) == []


def decide(out: Path, **given) -> Choices:
    """Read decisions and keep them, as a grading does."""
    out.mkdir(exist_ok=True)
    choices = read_choices(BatchOptions(out=out), Decisions(**given), [])
    keep_choices(out, Decisions(**given), choices)
    return choices


def test_the_report_keeps_what_was_decided(tmp_path):
    out = tmp_path / "out"
    marks = marks_file(tmp_path, "ada,roc_auc,1,")
    roster = roster_file(tmp_path, CANVAS)
    first = decide(out, late="10%/day", due="2026-11-03", roster=roster, override=marks)
    marks.unlink()
    roster.unlink()
    again = decide(out)
    assert again.policy == first.policy and again.due == first.due
    assert again.by_hand == first.by_hand and again.roster.people == first.roster.people
    assert "late: 10%/day (kept from before; --late none ends it)" in again.told
    assert sum("kept from before" in line for line in again.told) == 4
    decide(out, late="none")
    assert decide(out).policy is None and decide(out).due == first.due


def test_what_can_not_be_used_is_not_kept(tmp_path):
    out = tmp_path / "out"
    with pytest.raises(ValueError, match="row 2"):
        read_choices(
            BatchOptions(out=out), Decisions(override=marks_file(tmp_path, "a,roc_auc,inf,")), []
        )
    assert not out.exists() and exercises.get("roc_auc").points == 2
