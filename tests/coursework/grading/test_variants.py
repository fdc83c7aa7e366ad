"""Copies made with a seed: a right answer passes, and a copied public solution is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coursework import exercises
from coursework.authoring.seeded import number_of_exam, write_exam, write_variants
from coursework.grading.batch import begin
from coursework.grading.handed_out import refuse_another_copy
from coursework.grading.labs import exercises_of
from coursework.grading.options import BatchOptions
from coursework.grading.results import BatchInfo, ResultsError
from tests.coursework.grading.confined import sandboxed
from tests.coursework.grading.making import course_grade, results

ROOT = Path(__file__).resolve().parents[3]
SEED = 7


def test_a_report_keeps_its_seed(tmp_path: Path) -> None:
    batch = BatchInfo(3, variant=SEED)
    assert BatchInfo.from_json(batch.to_json()) == batch
    assert "variant" not in BatchInfo(3).to_json()
    begin(BatchOptions(out=tmp_path, variant=SEED))
    assert begin(BatchOptions(out=tmp_path, resume=True)).batch.variant == SEED
    with pytest.raises(ResultsError, match="--variant 7"):
        begin(BatchOptions(out=tmp_path, resume=True, variant=8))


def read(path: Path) -> dict:
    return json.loads(path.read_text("utf-8"))


def with_only(notebook: dict, names: list[str]) -> dict:
    """Imports, answer sheet, and the cells of these exercises: the rest costs only time."""
    kept = [c for c in notebook["cells"] if c["cell_type"] == "code"]
    wanted = [f"def {n}(" for n in names] + ["import ", "answer_sheet(", "record_only("]
    kept = [c for c in kept if any(w in "".join(c["source"]) for w in wanted)]
    return {**notebook, "cells": kept}


@pytest.mark.slow
@sandboxed
def test_right_copied_and_open_notebooks_with_the_command(tmp_path: Path) -> None:
    student, solution = write_variants(ROOT, SEED, tmp_path / "out", ["07"])
    public = ROOT / "notebooks" / "solutions" / student.name
    varied = [n for n in exercises.variant_of(SEED) if exercises.get(n).notebook == "07"]
    folder = tmp_path / "in"
    folder.mkdir()
    for who, path in (("right", solution), ("copied", public), ("open", student)):
        text = json.dumps(with_only(read(path), varied))
        (folder / f"{who}.ipynb").write_text(text, "utf-8")
    done = course_grade(folder, "--variant", SEED, "--released", tmp_path / "out", "--workers", 1,
                        "--out", tmp_path / "report", cwd=ROOT)  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = {
        file.removesuffix(".ipynb"): {v["name"]: v for v in line["verdicts"] if v["name"] in varied}
        for file, line in results(tmp_path / "report").items()
    }
    assert {v["kind"] for v in told["right"].values()} == {"passed"}
    assert {v["mistake"] for v in told["copied"].values()} == {"public_solution"}
    assert {v["kind"] for v in told["open"].values()} == {"not attempted"}
    page = (tmp_path / "report" / "feedback" / "copied.html").read_text("utf-8")
    assert "solution of the course" in page


@pytest.mark.slow
@sandboxed
@pytest.mark.skipif("18" not in {d.name[:2] for d in exercises.drawn()}, reason="no exam here")
def test_an_exam_set_answered_and_graded_with_the_command(tmp_path: Path) -> None:
    student, solution = write_exam(ROOT, SEED, tmp_path / "out")
    assert "draw_with" not in student.read_text("utf-8")
    asked = exercises_of(["18"], SEED)
    copied = read(student)
    for cell in copied["cells"]:
        text = "".join(cell["source"])
        for name in asked:
            key = name.rpartition(".answers.")[2]
            if text == f'answers["{key}"] = ...':
                cell["source"] = f'answers["{key}"] = {exercises.get(name).answer!r}'
    folder = tmp_path / "in"
    folder.mkdir()
    for who, notebook in (("right", read(solution)), ("copied", copied), ("open", read(student))):
        (folder / f"{who}.ipynb").write_text(json.dumps(notebook), "utf-8")
    done = course_grade(folder, "--variant", SEED, "--released", tmp_path / "out", "--workers", 1,
                        "--out", tmp_path / "report", cwd=ROOT)  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = {file: line["verdicts"] for file, line in results(tmp_path / "report").items()}
    assert [v["name"] for v in told["right.ipynb"]] == asked
    assert {v["kind"] for v in told["right.ipynb"]} == {"passed"}
    assert {v["kind"] for v in told["open.ipynb"]} == {"not attempted"}
    assert "public_answer" in {v["mistake"] for v in told["copied.ipynb"]}


@pytest.mark.slow
def test_another_seed_than_that_of_the_notebook_handed_out_grades_nobody(tmp_path: Path) -> None:
    number = number_of_exam(SEED, None, 10)
    student, _ = write_exam(ROOT, number, tmp_path / "out")
    write_variants(ROOT, SEED, tmp_path / "lab", ["07"])
    for variant, folder in ((number, "out"), (SEED, "lab"), (0, "out")):
        refuse_another_copy(BatchOptions(out=tmp_path, variant=variant, released=tmp_path / folder))
    of_07 = [n for n, v in exercises.variants().items() if v[0].exercise.notebook == "07"]
    drawn = {s: [exercises.variant_of(s)[n].task for n in of_07] for s in range(1, 99)}
    other = next(s for s in drawn if drawn[s] != drawn[SEED])
    for variant, folder in ((SEED, "out"), (number + 1, "out"), (other, "lab")):
        options = BatchOptions(out=tmp_path, variant=variant, released=tmp_path / folder)
        with pytest.raises(ValueError, match="not the copy that this seed draws"):
            refuse_another_copy(options)
    student.write_text("{")
    refuse_another_copy(BatchOptions(out=tmp_path, variant=SEED, released=tmp_path / "out"))
