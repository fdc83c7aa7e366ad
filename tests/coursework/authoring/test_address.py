"""The repository's address: written once, stamped into badges and the first cell."""

import subprocess
import sys

import nbformat
import pytest

from coursework.authoring.catalog import BEGIN, END
from coursework.authoring.project import find_root, read_project
from coursework.authoring.setup_cell import setup_cell


def first_code(course) -> str:
    notebook = nbformat.reads(course.text("01_tiny.ipynb"), as_version=4)
    return next(cell.source for cell in notebook.cells if cell.cell_type == "code")


def test_while_no_address_is_known_there_is_no_badge_and_build_says_how(course):
    report = course.build()
    assert any("--repository OWNER/NAME" in line for line in report.lines())
    assert "colab.research" not in course.text("01_tiny.ipynb")
    assert "no address" in first_code(course)


def test_the_address_is_written_once_and_nothing_else_changes(course):
    path = course.root / "pyproject.toml"
    before = path.read_text(encoding="utf-8")
    course.build(repository="ada/deep-course")
    assert path.read_text(encoding="utf-8") == before.replace(
        'repository = ""', 'repository = "ada/deep-course"'
    )
    course.build(repository="bob/x.y")
    assert read_project(course.root).repository == "bob/x.y"
    assert 'repository = "not this one"' in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("table", ["", "[tool.course]\n", "[tool.course]\n[tool.z]\na = 1\n"])
def test_the_table_is_made_where_it_is_missing(course, table):
    path = course.root / "pyproject.toml"
    path.write_text(f'[project]\nversion = "1.2"\n{table}', encoding="utf-8")
    course.build(repository="ada/course")
    assert read_project(course.root).repository == "ada/course"
    assert read_project(course.root).tag == "v1.2"


@pytest.mark.parametrize("wrong", ["ada", "https://github.com/ada/course", 'a/b"c', "a/b/c", "/"])
def test_an_address_has_an_owner_and_a_name(course, wrong):
    before = (course.root / "pyproject.toml").read_bytes()
    with pytest.raises(ValueError, match="OWNER/NAME"):
        course.build(repository=wrong)
    assert (course.root / "pyproject.toml").read_bytes() == before


def test_badge_and_first_cell_carry_the_address_and_the_tag(course):
    course.build(repository="ada/course")
    cells = nbformat.reads(course.text("01_tiny.ipynb"), as_version=4).cells
    assert "/github/ada/course/blob/v0.1.0/notebooks/01_tiny.ipynb" in cells[0].source
    assert cells[0].source.startswith("[![Open in Colab]")
    install = "%pip install -q --no-deps"
    assert f'{install} "https://github.com/ada/course/archive/refs/tags/v0.1.0.zip"' in (
        first_code(course)
    )


@pytest.mark.parametrize("repository", [None, "ada/course"])
def test_the_first_cell_is_short_and_the_same_everywhere(course, repository):
    course.write("# %% [markdown]\n# # Another\n", name="02_another.py")
    course.build(repository=repository)
    texts = []
    for name in ("01_tiny", "solutions/01_tiny", "02_another", "solutions/02_another"):
        cells = nbformat.reads(course.text(f"{name}.ipynb"), as_version=4).cells
        texts.append(next(cell.source for cell in cells if cell.cell_type == "code"))
    assert len(set(texts)) == 1
    assert len(texts[0].split("\n")) <= 15
    assert max(map(len, texts[0].split("\n"))) <= 100


def test_without_the_package_the_first_cell_says_which_two_commands(course):
    hide = "import sys\nsys.modules['course_utils'] = None\n"
    code = setup_cell(read_project(course.root)).replace(
        'importlib.util.find_spec("course_utils")', "None"
    )
    done = subprocess.run([sys.executable, "-c", hide + code], capture_output=True, text=True)
    assert done.returncode == 1
    message = done.stderr.split("ModuleNotFoundError:")[1]
    assert "python3 -m venv .venv" in message and "course lab" in message


def test_in_colab_a_private_repository_is_told_in_one_sentence(course):
    course.build(repository="ada/course")
    colab = "import sys, types\nsys.modules['course_utils'] = None\n"
    colab += (
        "for name in ('google', 'google.colab'):\n    sys.modules[name] = types.ModuleType(name)\n"
    )
    colab += "sys.modules['google'].colab = sys.modules['google.colab']\n"
    fetched_nothing = first_code(course).replace("%pip install", "pass  # %pip install")
    done = subprocess.run(
        [sys.executable, "-c", colab + fetched_nothing], capture_output=True, text=True
    )
    said = done.stderr.split("ModuleNotFoundError: ")[1].strip()
    assert said == "ada/course is private, or its tag v0.1.0 isn't pushed: ask its owner."


def test_the_readme_table_follows_the_sources(course):
    readme = course.root / "README.md"
    readme.write_text(f"# Course\n\n{BEGIN}\nold\n{END}\n\nafter\n", encoding="utf-8")
    course.build()
    text = readme.read_text(encoding="utf-8")
    assert "| 01 | [A tiny notebook](notebooks/01_tiny.ipynb) | 5 |\n" in text
    assert "old" not in text and text.endswith("\n\nafter\n") and "Colab" not in text
    course.build(repository="ada/course")
    assert "colab-badge.svg" in readme.read_text(encoding="utf-8")
    assert not course.build(check=True).failed


def test_the_root_is_found_from_a_folder_inside(course):
    course.build()
    assert find_root(course.root / "notebooks" / "solutions") == course.root
