"""CSV in and out: no formulas, the same text back, and whatever Excel saves."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from coursework.grading.gradebook import Brief, Row, gradebook_csv, rows
from coursework.grading.labs import Labs
from coursework.grading.platforms import brightspace_csv, canvas_csv, moodle_csv
from coursework.grading.roster import Identity
from coursework.grading.spreadsheet import csv_text, plain, read_table, safe
from coursework.grading.status import Status

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "  =1",
    "\u00a0=1",
    "\u200b=1",
    "\ufeff=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠a",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x")',
    "'=1",
    "''=1",
]
STARTS = re.compile(r"^\s*[=+\-@＝＋－＠]")


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_begins_a_formula_and_plain_gives_it_back(text):
    cell = safe(text)
    assert not STARTS.match(cell) and cell[:1] not in ("\t", "\r")
    kept = "".join(c if c.isprintable() else " " for c in text).strip()
    assert plain(cell) == kept or plain(cell) == kept.lstrip()


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_holds_a_formula_where_semicolons_separate_cells(text):
    line = csv_text(["a"], [["ada; " + text, "x;" + text]]).splitlines()[1]
    assert not any(STARTS.match(part.strip('"')) for part in line.split(";"))


@pytest.mark.parametrize(
    "text", ["'t Hooft", "O'Neill", "a-b", "Ünï 李", 'say "hi", you', "a;b", "x; =1", "'", "1,5"]
)
def test_ordinary_text_comes_back(text, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(csv_text(["student"], [[text]]), encoding="utf-8")
    assert read_table(path).lines[0].get("student") == text


def test_numbers_stay_numbers():
    assert [safe(n) for n in (-1.5, 3, -2, 1 / 3, 12345678901)] == [
        "-1.5",
        "3",
        "-2",
        "0.3333333333",
        "12345678901",
    ]


def test_all_files_that_we_write_are_safe_and_have_as_many_cells_as_columns():
    evil = "=cmd|' /C calc'!A0"
    identity = Identity(evil, evil, evil, evil, evil, evil)
    brief = Brief(evil, evil + ".ipynb", "02", Status.GRADED, "", (evil,), {"roc_auc": 2}, 1.0)
    table = rows([brief], ["roc_auc"])
    table[0].identity = identity
    table.append(Row(evil, [], notes=[evil], counts=False, identity=identity))
    labs = Labs(("02",))
    for text in (
        gradebook_csv(table, labs, with_late=True),
        canvas_csv(table, 2, ["02"]),
        moodle_csv(table, 2),
        brightspace_csv(table, ["02"]),
    ):
        lines = list(csv.reader(io.StringIO(text)))
        assert len({len(line) for line in lines}) == 1
        assert not any(STARTS.match(cell) for line in lines for cell in line)


HEAD = "student,exercise,points\n"


@pytest.mark.parametrize(
    ("data", "separator"),
    [
        ("student,exercise,points\nMüller,roc_auc,1.5\n".encode(), ","),
        ("\ufeffstudent,exercise,points\r\nMüller,roc_auc,1.5\r\n".encode(), ","),
        ("Student;Exercise;Points\r\nMüller;roc_auc;1,5\r\n".encode("cp1252"), ";"),
        ("sep=;\r\nstudent;exercise;points\r\nMüller;roc_auc;1,5\r\n".encode("cp1252"), ";"),
        ("student\texercise\tpoints\r\nMüller\troc_auc\t1,5\r\n".encode("utf-16"), "\t"),
        ("student\texercise\tpoints\nMüller\troc_auc\t1,5\n".encode("utf-16-le"), "\t"),
    ],
)
def test_whatever_excel_saves_is_read(tmp_path, data, separator):
    path = tmp_path / "marks.csv"
    path.write_bytes(data)
    table = read_table(path)
    assert table.columns == ["student", "exercise", "points"] and table.separator == separator
    assert table.lines[0].get("student") == "Müller" and table.lines[0].number == 2


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"PK\x03\x04rest", "save it as CSV"),
        ((HEAD + "a" * 200_000 + ",b,1\n").encode(), r"row 2: a cell is longer"),
    ],
)
def test_what_is_no_csv_is_told(tmp_path, data, words):
    path = tmp_path / "marks.csv"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=words):
        read_table(path)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(ValueError, match="no such file"):
        read_table(Path("nowhere.csv"))
    with pytest.raises(ValueError, match="is a folder; give a CSV file"):
        read_table(tmp_path)
