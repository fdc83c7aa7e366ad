"""No word of a solution reaches a student: on tiny sources, then on the real ones."""

from pathlib import Path

import nbformat

from coursework.authoring.leaks import find_leaks, secret_lines
from coursework.authoring.source import find_sources, read_source

ROOT = Path(__file__).resolve().parents[3]


def test_what_counts_as_secret(course):
    sources = [read_source(path, course.root) for path in find_sources(course.root)]
    assert secret_lines(sources) == [
        'answers["1.1"] = "because two is even"',
        "only_for_the_instructor = double(21)",
        "return sum_of_the_two",
        "sum_of_the_two = x + x",
    ]


def test_a_line_that_also_stands_outside_is_no_secret(course):
    path = course.root / "notebooks/source/01_tiny.py"
    path.write_text(path.read_text() + "\n# %% [markdown]\n# Then `sum_of_the_two = x + x`.\n")
    assert "sum_of_the_two = x + x" not in secret_lines([read_source(path, course.root)])


def test_a_leak_is_found(course):
    course.build()
    sources = [read_source(path, course.root) for path in find_sources(course.root)]
    student, solution = course.text("01_tiny.ipynb"), course.text("solutions/01_tiny.ipynb")
    assert find_leaks(sources, [student]) == []
    assert len(find_leaks(sources, [solution])) == 4


def test_no_line_of_a_real_solution_is_in_a_student_notebook():
    """Written out by hand here, so that it doesn't lean on the code that it tests.

    A line that also stands outside the solutions of some source is no secret.
    """
    inside, outside = [], []
    for path in find_sources(ROOT):
        in_solution, before = False, len(inside)
        for line in path.read_text(encoding="utf-8").split("\n"):
            if line.strip() in ("### BEGIN SOLUTION", "### END SOLUTION"):
                in_solution = line.strip() == "### BEGIN SOLUTION"
            else:
                (inside if in_solution else outside).append(line.strip())
        assert len(inside) > before, f"{path.name} has no solutions"
    public = "\n".join(outside)
    secrets = [
        line
        for line in inside
        if len(line) > 12 and not line.startswith("#") and line not in public
    ]
    assert len(secrets) > 50
    for student in (ROOT / "notebooks").glob("*.ipynb"):
        text = "\n".join(cell.source for cell in nbformat.read(student, 4).cells)
        assert [line for line in secrets if line in text] == []


def test_the_real_student_notebooks_pass_the_builds_own_search():
    sources = [read_source(path, ROOT) for path in find_sources(ROOT)]
    students = [path.read_text(encoding="utf-8") for path in (ROOT / "notebooks").glob("*.ipynb")]
    assert find_leaks(sources, students) == []
