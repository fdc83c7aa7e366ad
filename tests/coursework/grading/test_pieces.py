"""Parts of the grader that need no sandbox."""

import json
import linecache
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from coursework import exercises
from coursework.grading.definitions import Excerpt, answers_code, definitions, find_lab
from coursework.grading.demos import definitions_only, to_run
from coursework.grading.gradebook import Brief, rows, superseded
from coursework.grading.inside.cells import plain_python
from coursework.grading.inside.errors import pack, unpack
from coursework.grading.inside.reading import read_table
from coursework.grading.inside.values import describe, to_bytes
from coursework.grading.inside.wire import Malformed
from coursework.grading.naming import natural
from coursework.grading.overrides import read_overrides
from coursework.grading.package import STAND_INS, hidden_names, without, write_copy
from coursework.grading.platforms import gradescope_results
from coursework.grading.sandbox import one_core
from coursework.grading.spreadsheet import csv_text
from coursework.grading.status import Status
from coursework.grading.submissions import find, opened
from coursework.grading.submitted_notebook import parse
from tests.coursework.grading.making import notebook, save, solved, unsolved


def test_magics_go_and_strings_stay():
    assert (
        plain_python("%matplotlib inline\nx = 1\n!ls\ny = !ls\nf?\n")
        == "pass\nx = 1\npass\npass\npass\n"
    )
    assert plain_python("%%bash\nls") == ""
    assert plain_python("\n%%time\nx = 1") == "\n\nx = 1"  # line numbers stay
    text = "s = '''\n%d percent\n!bang\n'''"
    assert plain_python(text) == text
    assert plain_python("if x:\n    %pip install y") == "if x:\n    pass"


def test_a_check_defines_nothing():
    assert definitions("f = check(f)") == set()
    assert definitions('def f(): pass\ng = 1\nanswers["1.1"] = 2') == {"f", "g", "answers.1.1"}
    assert definitions("def (") == set()


def test_demonstrations_are_cut_to_what_the_students_cells_use():
    cells = [
        "import torch",
        "train = load()\nnet = fit(train)",
        "scale = 3\nother = 4",
        "def f(net):\n    train = 1\n    return scale * net",
        "fit(f)",
    ]
    assert to_run(cells, [cells[i] for i in (0, 1, 2, 4)]) == [
        "import torch",
        "",
        "scale = 3",
        cells[3],
        "",
    ]
    chain = ["a = 1; b = a; d = 2; c = b", "a = 0", "print(c)"]  # c needs b, and b needs a
    assert to_run(chain, chain[:2]) == ["a = 1\nb = a\nc = b", "a = 0", "print(c)"]


def test_of_a_cell_that_loops_the_definitions_are_left():
    assert (
        definitions_only("import os\nwhile True: pass\ndef f(): return 1")
        == "import os\ndef f():\n    return 1"
    )
    for freak in ("x" + ".real" * 900, "0x" + "f" * 9000):  # Python reads and doesn't write them
        assert definitions_only(f"def f(): return {freak}\nwhile True: pass") == ""


def test_notebooks_in_every_state_are_read_or_told():
    cut = json.dumps(notebook(solved())).encode()[:500]
    told = {
        b"": Status.EMPTY,
        b" \n": Status.EMPTY,
        b"{": Status.DAMAGED,
        cut: Status.DAMAGED,
        b"[]": Status.NOT_A_NOTEBOOK,
        b"[" * 100_000: Status.NOT_A_NOTEBOOK,
        b"\x00\xff": Status.NOT_A_NOTEBOOK,
        b'{"cells": []}': Status.NO_CODE,
    }
    faults = {data: parse(data).fault for data in told}
    assert {data: fault.status for data, fault in faults.items()} == told
    assert "cut short" in faults[cut].sentence
    odd = {"cells": [{"cell_type": "code", "source": ["a\n", 3, "b"]}, 7, None]}
    read = parse(json.dumps(odd).encode())
    assert read.cells == ["a\nb"] and read.fault is None


def test_hidden_functions_lose_their_bodies_and_nothing_else():
    text = """import x


@deco
def f(a):
    return 1


class A:
    def f(self):
        return 2

    def g(self):
        return 3
"""
    shorn = without(text, {"f"})
    assert "return 1" not in shorn and "return 2" not in shorn and "return 3" in shorn
    compile(shorn, "x", "exec")


@pytest.mark.parametrize("lab", sorted({exercises.get(n).notebook for n in exercises.names()}))
def test_the_copy_holds_no_answer(tmp_path, lab, monkeypatch):
    monkeypatch.setattr("compileall.compile_dir", lambda *_, **__: None)  # nobody runs it
    write_copy(tmp_path, hidden_names(lab))
    assert not list(tmp_path.glob("**/exercises*")) and not list(tmp_path.glob("**/grading*"))
    copied = tmp_path / "coursework"
    theirs = {str(p.relative_to(copied)) for p in copied.glob("**/*.py")}
    diagrams = {str(p.relative_to(copied)) for p in copied.glob("diagrams/*.py")}
    assert diagrams and sorted(theirs - diagrams) == [
        "__init__.py",
        "checking/__init__.py",
        "checking/copies.py",
        "checking/notebook.py",
        "checking/progress.py",
        "checking/sitting.py",
        "checking/state.py",
    ]
    assert (tmp_path / "coursework" / "checking" / "__init__.py").read_text() == STAND_INS
    for path in tmp_path.glob("course_utils/**/*.py"):
        for line in path.read_text().splitlines():
            assert not any(
                line.strip().startswith(f"def {n}(") and "*args, **kwargs" not in line
                for n in hidden_names(lab)
            ), path


def test_the_copy_has_all_that_a_notebook_takes_from_the_course(tmp_path):
    write_copy(tmp_path, [])
    names = "answer_sheet, check, diagram, draw_with, hint, predict, progress, record_only, report"
    line = f"from course_utils import {names}, show, sit; diagram('vae')"
    done = subprocess.run(
        [sys.executable, "-c", line], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_no_cell_of_a_csv_is_a_formula():
    text = csv_text(["student"], [["=1+1"], ["+a"], ["-a"], ["@a"], ["\ta"], ["a\nb"], ["ok"]])
    assert all(line[:1] in "'\" aos" for line in text.splitlines())


def brief(student: str, file: str, fault: str = "") -> Brief:
    status = Status.EMPTY if fault else Status.GRADED
    points = {} if fault else {"roc_auc": 2}
    return Brief(student, file, "" if fault else "02", status, fault, (), points, 1.0)


def test_every_file_has_a_row_and_the_last_by_name_counts():
    briefs = [
        brief("ada", "ada/2.ipynb"),
        brief("ada", "ada/10.ipynb"),
        brief("ada", "ada/11.ipynb", "empty"),
        brief("bob", "b.ipynb", "empty"),
    ]
    assert superseded(briefs) == {"ada/2.ipynb": "ada/10.ipynb", "ada/11.ipynb": "ada/10.ipynb"}
    table = rows(briefs, ["roc_auc"])
    assert {f for r in table for f in r.files} == {b.file for b in briefs}
    assert sum(r.counts for r in table) == 2
    two_bad = rows([brief("c", "c/1.ipynb", "empty"), brief("c", "c/2.ipynb", "cut")], ["roc_auc"])
    assert [(r.files, r.counts) for r in two_bad] == [(["c/1.ipynb"], True), (["c/2.ipynb"], False)]


def test_seconds_of_a_students_notebooks_add_up_and_those_of_a_replaced_file_stand_beside_it():
    briefs = [
        replace(brief("ada", "ada/02.ipynb"), seconds=2.75),
        replace(brief("ada", "ada/03.ipynb"), lab="03", points={}, seconds=4.0),
        replace(brief("ada", "ada/01.ipynb"), seconds=8.0),
        replace(brief("bob", "bob.ipynb", "empty"), seconds=0.25),
    ]
    table = rows(briefs, ["roc_auc"])
    assert [(r.student, r.counts, r.seconds) for r in table] == [
        ("ada", True, 6.75),
        ("ada", False, 8.0),
        ("bob", True, 0.25),
    ]
    assert gradescope_results(table[0], [], ["roc_auc"])["execution_time"] == 7


def test_platform_names_are_one_student(tmp_path):
    for name in (
        "doe_12_100_lab",
        "doe_LATE_12_101_lab-1",
        "roe_13_102_lab",
        "jane",
        "jane (1)",
        "student-1",
        "student-2",
    ):
        save(tmp_path, name, unsolved())
    assert sorted({s.student for s in find(tmp_path)}) == [
        "doe_12",
        "jane",
        "roe_13",
        "student-1",
        "student-2",
    ]


def test_links_hidden_files_and_checkpoints_are_left(tmp_path):
    save(tmp_path / "ada", "lab", unsolved())
    save(tmp_path / "ada" / ".ipynb_checkpoints", "lab-checkpoint", unsolved())
    (tmp_path / ".DS_Store").write_text("x")
    (tmp_path / "out.ipynb").symlink_to("/etc/passwd")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    found = {s.file: s.fault for s in find(tmp_path)}
    assert set(found) == {"ada/lab.ipynb", "out.ipynb", "loop"}
    assert "link" in found["out.ipynb"] and "link" in found["loop"]


def test_a_damaged_zip_is_told(tmp_path):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("a.ipynb", "x" * 1000)
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(ValueError, match=r"neither|damaged"), opened(path):
        pass


def test_the_notebook_is_known_by_its_functions():
    assert find_lab(solved(), "x.ipynb", ()) == "02"
    assert find_lab(unsolved(), "x.ipynb", ()) == "02"
    assert find_lab(["x = 1"], "x.ipynb", ()) == ""
    assert find_lab(solved(), "x.ipynb", ("01",)) == ""


def test_exceptions_come_back_as_data_of_builtin_types():
    class TookTooLong(BaseException):
        pass

    for error, base in (
        (KeyError("x"), KeyError),
        (TookTooLong("y"), BaseException),
        (SystemExit(3), SystemExit),
        (UnicodeDecodeError("a", b"", 0, 1, "b"), ValueError),
    ):
        again = unpack(json.loads(json.dumps(pack(error))))
        assert isinstance(again, base) and type(again).__name__ == type(error).__name__
    assert type(unpack({"type": "ValueError", "base": "ValueError"})) is ValueError
    assert isinstance(unpack("garbage"), Exception)


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"dtype": "object", "shape": [1]},
        {"dtype": "float32", "shape": [-1]},
        {"dtype": "float32", "shape": [1 << 39]},
        {"dtype": "float32", "shape": [2]},
        {"dtype": "float32", "shape": "x"},
        7,
    ],
)
def test_tensors_that_do_not_add_up_are_refused(line):
    with pytest.raises(Malformed):
        read_table([line], bytearray(4))


def test_a_single_entry_crosses_whatever_its_stride():
    one = torch.ones(()).expand(1)  # what autograd hands on from a sum over a batch of one
    assert one.stride() == (0,)
    [back] = read_table([describe(one)], bytearray(to_bytes(one)))
    assert back.tolist() == [1.0]


def test_natural_order():
    assert sorted(["lab10", "lab2", "Lab1"], key=natural) == ["Lab1", "lab2", "lab10"]


def test_overrides_need_their_columns(tmp_path):
    path = tmp_path / "m.csv"
    path.write_text("who,what\n")
    with pytest.raises(ValueError, match="student"):
        read_overrides(path)


def test_the_autograder_zip_holds_the_course_and_its_scripts(tmp_path):
    from coursework.grading.autograder import write_autograder

    write_autograder(tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as z:
        names = z.namelist()
        assert {"setup.sh", "run_autograder", "course/pyproject.toml"} <= set(names)
        assert z.getinfo("run_autograder").external_attr >> 16 & 0o111
        assert not any("solutions" in n for n in names)
    assert Path(tmp_path / "a.zip").stat().st_size < 20_000_000


def test_a_cell_that_does_not_parse_is_told_by_its_line_and_shown_whole():
    cell = "x = 1\ndef f(:\n    pass"
    linecache.cache["<cell 3>"] = (len(cell), None, cell.splitlines(keepends=True), "<cell 3>")
    with pytest.raises(SyntaxError) as caught:
        compile(cell, "<cell 3>", "exec")
    error = unpack(pack(caught.value))
    assert (
        str(error) == "invalid syntax" and error.their_line == "line 2 of your function: `def f(:`"
    )
    broken = 'answers["2.8"] = 3 +'
    assert answers_code([broken], ["02.answers.2.8"], ()) == {
        "02.answers.2.8": Excerpt(broken, 1, 1)
    }
    whole = "import x\ndef roc_auc(a, b):\n    return 1"
    assert answers_code(["", whole], ["roc_auc"], {"roc_auc"}) == {"roc_auc": Excerpt(whole, 2, 1)}
    (part,) = answers_code(["", whole], ["roc_auc"], ()).values()
    assert part == Excerpt(whole.removeprefix("import x\n"), 2, 2)


def test_no_message_calls_a_cell_by_the_number_python_gave_it():
    told = unpack(pack(RuntimeError("File <cell 14>, line 2")))
    assert str(told) == "File your notebook, line 2"


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="macOS has no such call")
def test_a_judge_keeps_to_one_core_and_gives_the_others_back():
    before = os.sched_getaffinity(0)
    with pytest.raises(RuntimeError), one_core():
        assert len(os.sched_getaffinity(0)) == 1
        raise RuntimeError
    assert os.sched_getaffinity(0) == before
