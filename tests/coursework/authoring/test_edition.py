"""What an instructor is told who changes the course: dead references, keys, files with faults."""

import http.server
import re
import subprocess
import threading

import pytest

from coursework.authoring.badges import faulty_badges, unreachable
from coursework.authoring.exercise_files import load_exercises
from coursework.authoring.problems import BuildError
from coursework.authoring.project import Project, find_root
from coursework.authoring.source import choose_sources
from coursework.checking.exercise import Question
from tests.coursework.authoring.conftest import BODY

ASKED = """\
# %% [markdown]
# ### Exercise 1.2 · By hand
# Difficulty ●○○ · 3 minutes
#
# - **a** The entropy of a coin that shows heads 9 times of 10, in nats.
# - **b** Twice 3.

# %%
### BEGIN SOLUTION
answers["1.2a"] = -0.9 * math.log(0.9) - 0.1 * math.log(0.1)
answers["1.2b"] = 6
### END SOLUTION

# %%
check(answers, "1.2a")
check(answers, "1.2b")
"""
MENTIONED = r"notebooks? (\d\d(?:(?:, | and | or )\d\d)*)"


@pytest.fixture
def asked(course):
    keys = {"a": 0.3251, "b": 6.0}
    course.exercises.entries["01"] = [
        Question(f"01.answers.1.2{key}", "a number", answer, hints=["", "", ""])
        for key, answer in keys.items()
    ]
    course.write(ASKED)
    course.build()
    return course


def test_a_question_whose_number_changed_and_whose_answer_did_not_stops_the_build(asked):
    asked.write(ASKED.replace("9 times of 10", "8 times of 10"))
    (problem,) = asked.problems()
    assert "question 1.2a changed (9 became 8) and its answer is still" in problem.text
    assert "course build --confirm 1.2a" in problem.text
    line = (
        asked.root.joinpath(problem.file).read_text(encoding="utf-8").split("\n")[problem.line - 1]
    )
    assert line.startswith('answers["1.2a"]')
    asked.build(confirmed=["1.2a"])
    asked.build()  # what was confirmed is asked once


def test_words_minutes_and_other_questions_may_change(asked):
    asked.write(ASKED.replace("shows", "falls on").replace("3 minutes", "5 minutes"))
    assert asked.build().written


def test_a_changed_answer_has_to_fit_its_key(asked):
    asked.write(ASKED.replace("Twice 3", "Twice 4").replace('"1.2b"] = 6', '"1.2b"] = 8'))
    (problem,) = asked.problems()
    assert 'answers["1.2b"] is 8 here' in problem.text and "wants 6.0" in problem.text


CHOICE = """\
# %% [markdown]
# ### Exercise 1.3 · A fair coin
# Difficulty ●○○ · 3 minutes
#
# How many bits?
#
# - **a** one
# - **b** none
# - **c** two

# %%
### BEGIN SOLUTION
answers["1.3"] = "a"
### END SOLUTION

# %%
check(answers, "1.3")
"""


def test_an_option_that_moved_while_its_letter_stayed_stops_the_build(course):
    choices = {"a": "one", "b": "none", "c": "two"}
    course.exercises.entries["01"] = [
        Question("01.answers.1.3", "bits", "a", choices=choices, hints=["", "", ""])
    ]
    course.write(CHOICE)
    course.build()
    course.write(CHOICE.replace("**b** none", "**b** two").replace("**c** two", "**c** zero"))
    assert course.build().written  # the right one stands where it stood
    course.write(CHOICE.replace("**a** one", "**a** none").replace("**b** none", "**b** one"))
    (problem,) = course.problems()
    assert "question 1.3 changed (its option a became b) and its answer is still" in problem.text
    assert "course build --confirm 1.3" in problem.text


def test_an_answer_that_takes_the_notebooks_functions_is_left_to_the_run(asked):
    asked.write(ASKED.replace('"1.2b"] = 6', '"1.2b"] = double(3)'))
    assert asked.build().written


DECK = """\
# %% [markdown] slide_type="slide"
# # All of it
#
# | asked | told |
# |---|---|
# | what and why | 01 a map, 02 codes |
# | how long | 02 to 100 steps |
# | where | 01, 02 |

# %%
size = 1, 28
"""


def test_a_dropped_notebook_is_named_wherever_something_speaks_of_it(course):
    course.write(DECK, "opening.py")
    course.write("# %% [markdown]\n# As in notebooks 02 and 03, and 02_more.ipynb.\n", "03_last.py")
    for file, text in {
        "docs/outline.yml": 'notebooks:\n  - number: "02"\n',
        "docs/cheatsheet/02.md": "## 02 · More\n",
        "coursework/exercises/nb02/__init__.py": "",
        "coursework/exercises/nb03.py": "from coursework.exercises.nb02 import EXERCISES\n",
        "docs/instructor.md": "Edit `nbNN`; 1.02, f(02) and version 02 are numbers.\n",
        "docs/objectives.yml": '"02": [[1], [2]]\n"03": [[1]]\n',
        "docs/teaching.md": "\nNext: more (02).\n",
        "coursework/exercises/nb01/places.py": 'Place(4, "02", "1 · More")\n',
    }.items():
        (course.root / file).parent.mkdir(parents=True, exist_ok=True)
        (course.root / file).write_text(text, encoding="utf-8")
    report = course.build()
    places = [(place.file, place.line) for place in report.dead]
    assert places == [
        ("coursework/exercises/nb01/places.py", 1),
        ("coursework/exercises/nb02", 1),
        ("coursework/exercises/nb03.py", 1),
        ("docs/cheatsheet/02.md", 1),
        ("docs/objectives.yml", 1),
        ("docs/outline.yml", 2),
        ("docs/teaching.md", 2),
        ("notebooks/source/03_last.py", 16),
        ("notebooks/source/opening.py", 20),
        ("notebooks/source/opening.py", 22),
    ]
    assert any("docs/outline.yml:2: names notebook 02" in line for line in report.lines())
    course.write(BODY, "02_more.py")
    course.exercises.entries.clear()


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("x = 1\nCASES = [1, 2\n", 2, "was never closed"),
        ("def f(:\n    pass\n", 1, "invalid syntax"),
    ],
)
def test_a_syntax_error_in_an_exercise_is_one_sentence(tmp_path, text, line, said):
    folder = tmp_path / "coursework" / "exercises"
    folder.mkdir(parents=True)
    (folder / "nb01.py").write_text(text, encoding="utf-8")
    with pytest.raises(BuildError) as error:
        load_exercises(folder)
    (problem,) = error.value.problems
    assert (problem.file, problem.line) == ("coursework/exercises/nb01.py", line)
    assert said in problem.text and "\n" not in str(error.value)


def test_the_build_proves_the_badges():
    project = Project(None, "ada/course", "v1")
    file = "notebooks/01_tiny.ipynb"
    files = {file: project.badge("01_tiny"), "README.md": project.badge("01_tiny")}
    assert faulty_badges(files, project) == []
    moved = {**files, file: project.badge("01_other")}
    assert "its badge opens" in faulty_badges(moved, project)[0]
    assert "README.md" in faulty_badges({**files, "README.md": project.badge("02_no")}, project)[0]
    assert "its badge opens []" in faulty_badges({file: "no badge"}, project)[0]


def test_the_build_says_what_is_left_until_a_badge_opens_this_version(course):
    def git(*words: str) -> None:
        name = ["-c", "user.name=ada", "-c", "user.email=a@b.c", "-c", "tag.gpgsign=false"]
        subprocess.run(["git", *name, *words], cwd=course.root, check=True, capture_output=True)

    git("init")
    assert "git tag v0.1.0 && git push" in "\n".join(course.build(repository="ada/c").lines())
    git("add", "-A")
    git("commit", "-m", "an edition")
    git("tag", "v0.1.0")
    assert "v0.1.0" not in "\n".join(course.build().lines())
    course.write(BODY.replace("A line of prose", "Another line"))
    assert "Raise `version`" in "\n".join(course.build().lines())


@pytest.mark.parametrize(("status", "said"), [(200, ""), (404, "is private, or the tag")])
def test_github_is_asked_whether_everybody_can_open_a_notebook(status, said):
    class Answers(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            assert self.path == "/ada/course/v1/notebooks/01_tiny.ipynb"
            self.send_response(status)
            self.end_headers()

        def log_message(self, *words):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    project = Project(None, "ada/course", "v1")
    address = f"http://127.0.0.1:{server.server_port}"
    told = unreachable(project, "notebooks/01_tiny.ipynb", raw=address)
    server.shutdown()
    assert (said in told) if said else told == ""


def test_the_plan_of_twelve_weeks_has_every_notebook_but_the_exam():
    page = (find_root() / "docs" / "teaching.md").read_text(encoding="utf-8")
    plan = page.partition("## Twelve weeks")[2].partition("## Six weeks")[0]
    planned = {n for found in re.findall(MENTIONED, plan) for n in re.findall(r"\d\d", found)}
    numbers = {source.number for source in choose_sources(find_root())}
    assert planned == numbers - {"18"}
