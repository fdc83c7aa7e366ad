"""One source becomes two notebooks: what stands in them, and that nothing else does."""

import hashlib
import json
import shutil
from pathlib import Path

import nbformat
import pytest

STUDENT, SOLUTION = "01_tiny.ipynb", "solutions/01_tiny.ipynb"


def cells(course, name: str) -> list[nbformat.NotebookNode]:
    return nbformat.reads(course.text(name), as_version=4).cells


def sources(course, name: str) -> list[str]:
    return [cell.source for cell in cells(course, name)]


def test_the_student_gets_the_task_and_no_solution(course):
    course.build()
    task = next(text for text in sources(course, STUDENT) if text.startswith("def double"))
    assert task.split("\n") == [
        "def double(x: float) -> float:",
        '    """Twice x."""',
        "    # 1. Add x to itself.",
        '    raise NotImplementedError("TODO double: twice as much")',
    ]
    assert 'answers["1.1"] = ...' in sources(course, STUDENT)
    student = course.text(STUDENT)
    for secret in ("sum_of_the_two", "two is even", "only_for_the_instructor", "SOLUTION"):
        assert secret not in student


def test_the_solution_has_it_all_without_markers(course):
    course.build()
    solution = course.text(SOLUTION)
    assert "SOLUTION" not in solution and "NotImplementedError" not in solution
    for line in ("sum_of_the_two = x + x", "two is even", "only_for_the_instructor"):
        assert line in solution


def test_speaker_notes_and_slide_cells_are_in_no_notebook(course):
    course.build()
    for name in (STUDENT, SOLUTION):
        assert "for the speaker" not in course.text(name)
        assert "for a slide" not in course.text(name)


def test_outputs_stand_only_where_they_are_checked(course):
    course.build()
    assert not any(cell.get("outputs") for cell in cells(course, STUDENT))
    checked = [cell for cell in cells(course, SOLUTION) if cell.get("outputs")]
    assert [cell.outputs[0].text for cell in checked] == ["0.25\n"]
    assert checked[0].metadata.tags == ["nbval-check-output"]
    assert "#>" not in course.text(SOLUTION) + course.text(STUDENT)


def test_every_build_writes_the_same_bytes(course, tmp_path):
    course.build()
    first = {name: course.text(name) for name in (STUDENT, SOLUTION)}
    again = course.build()
    assert again.written == [] and not again.stale
    shutil.rmtree(tmp_path / "notebooks" / "solutions")
    (tmp_path / "notebooks" / STUDENT).unlink()
    course.build()
    assert {name: course.text(name) for name in (STUDENT, SOLUTION)} == first
    for name in first:
        raw = (tmp_path / "notebooks" / name).read_bytes()
        assert raw.endswith(b"}\n") and b"\r" not in raw


def test_a_source_with_windows_line_ends_gives_the_same_bytes(course):
    course.build()
    before = course.text(STUDENT)
    path = course.root / "notebooks" / "source" / "01_tiny.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    course.build()
    assert course.text(STUDENT) == before


def test_student_and_solution_share_cell_ids(course):
    course.build()
    ids = {name: [cell.id for cell in cells(course, name)] for name in (STUDENT, SOLUTION)}
    assert set(ids[STUDENT]) < set(ids[SOLUTION])
    assert all(len(set(found)) == len(found) for found in ids.values())


def test_an_edit_changes_only_the_ids_of_edited_cells(course):
    course.build()
    before = {cell.source: cell.id for cell in cells(course, STUDENT)}
    path = course.root / "notebooks" / "source" / "01_tiny.py"
    path.write_text(path.read_text().replace("A line of prose.", "Another line.\n#\n# And more."))
    course.build()
    after = {cell.source: cell.id for cell in cells(course, STUDENT)}
    kept = before.keys() & after.keys()
    assert len(kept) == len(before) - 1
    assert all(before[text] == after[text] for text in kept)


def test_notebook_metadata_is_minimal(course):
    course.build()
    metadata = json.loads(course.text(STUDENT))["metadata"]
    assert set(metadata) == {"course", "kernelspec", "language_info"}
    assert metadata["language_info"] == {"name": "python"}
    assert "colab" not in json.dumps(metadata) and "accelerator" not in json.dumps(metadata)


def test_check_finds_stale_and_left_over_files(course):
    assert course.build(check=True).stale == [f"notebooks/{STUDENT}", f"notebooks/{SOLUTION}"]
    assert not (course.root / "notebooks" / STUDENT).exists()
    course.build()
    assert not course.build(check=True).failed
    path = course.root / "notebooks" / "source" / "01_tiny.py"
    path.rename(path.with_name("01_renamed.py"))
    assert f"notebooks/{STUDENT}" in course.build(check=True).stale
    report = course.build()
    assert report.removed == [f"notebooks/{STUDENT}", f"notebooks/{SOLUTION}"]


def work_in(path: Path) -> str:
    """Change a notebook as somebody would who solves it."""
    text = path.read_text(encoding="utf-8")
    changed = text.replace("raise NotImplementedError", "return 2 * x  # raise NotImplemented")
    assert changed != text
    path.write_text(changed, encoding="utf-8")
    return changed


def test_a_notebook_somebody_worked_in_is_kept(course):
    course.build()
    path = course.root / "notebooks" / STUDENT
    worked = work_in(path)
    report = course.build()
    assert report.edited == [f"notebooks/{STUDENT}"] and report.failed
    assert path.read_text(encoding="utf-8") == worked
    assert any("--force" in line for line in report.lines())
    assert course.build(force=True).written == [f"notebooks/{STUDENT}"]
    assert path.read_text(encoding="utf-8") != worked


def test_a_worked_in_notebook_is_kept_when_its_source_is_gone(course):
    course.build()
    worked = work_in(course.root / "notebooks" / STUDENT)
    (course.root / "notebooks" / "source" / "01_tiny.py").unlink()
    assert course.build().removed == [f"notebooks/{SOLUTION}"]
    assert course.text(STUDENT) == worked


def test_an_older_build_is_replaced_without_asking(course):
    course.build()
    path = course.root / "notebooks" / "source" / "01_tiny.py"
    for word in ("once", "twice"):  # two edits between two commits
        path.write_text(path.read_text().replace("prose", f"prose, {word}"))
        assert f"notebooks/{STUDENT}" in course.build().written


def test_outputs_alone_count_as_work(course):
    course.build()
    path = course.root / "notebooks" / STUDENT
    path.write_text(path.read_text().replace('"execution_count": null', '"execution_count": 1', 1))
    assert course.build().edited


def test_nbgrader_metadata(course):
    course.build()
    graded = {
        cell.metadata.nbgrader.grade_id: cell
        for cell in cells(course, STUDENT)
        if "nbgrader" in cell.metadata
    }
    assert list(graded) == ["double", "check-double", "01-answers-1-1", "check-01-answers-1-1"]
    for grade_id, cell in graded.items():
        found = cell.metadata.nbgrader
        is_check = grade_id.startswith("check-")
        assert found.schema_version == 3 and found.task is False
        assert found.grade is is_check and found.locked is is_check
        assert found.solution is not is_check
        assert found.get("points") == (2 if is_check else None)
        points = "2.0" if is_check else ""
        text = f"{cell.source}code{is_check}{not is_check}{is_check}{grade_id}{points}"
        assert found.checksum == hashlib.md5(text.encode()).hexdigest()


def test_instructors_add_a_notebook_without_touching_the_build(course):
    course.write("# %% [markdown]\n# # Another\n", name="07_another.py")
    report = course.build()
    assert "notebooks/07_another.ipynb" in report.written
    assert not course.build(check=True).failed


@pytest.mark.parametrize("magic", ["%matplotlib inline", "!ls", "if True:\n    %pip list"])
def test_magics_are_code(course, magic):
    course.write(BODY_WITH + magic + "\n")
    course.exercises.entries.clear()
    course.build()
    assert magic in sources(course, STUDENT)


BODY_WITH = "# %% [markdown]\n# # Magic\n\n# %%\n"
