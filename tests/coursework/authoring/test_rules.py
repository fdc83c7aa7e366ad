"""What stops a build: each fault is told with its file, its line and what to do."""

import pytest

FILE = "notebooks/source/01_tiny.py"


def line_of(course, needle: str, nth: int = 1) -> int:
    lines = (course.root / FILE).read_text(encoding="utf-8").split("\n")
    return [n for n, line in enumerate(lines, 1) if needle in line][nth - 1]


def replace(course, old: str, new: str) -> None:
    path = course.root / FILE
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def the_problem(course) -> tuple[int, str]:
    problems = course.problems()
    assert len(problems) == 1, "\n".join(map(str, problems))
    assert problems[0].file == FILE
    return problems[0].line, problems[0].text


def test_the_tiny_course_is_sound(course):
    assert len(course.build().written) == 2


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        ("    ### END SOLUTION\n", "", "BEGIN", "without `### END SOLUTION`"),
        ("    ### BEGIN SOLUTION\n", "", "END", "without `### BEGIN SOLUTION`"),
        (
            "    return sum_of",
            "    ### BEGIN SOLUTION\n    return sum_of",
            "    ### BEGIN SOLUTION\n    return",
            "inside a solution",
        ),
        ("    ### BEGIN SOLUTION", "    # begin solution", "begin solution", "write the marker as"),
    ],
)
def test_markers_are_balanced(course, old, new, at, said):
    replace(course, old, new)
    told = course.problems()
    where = line_of(course, at.split("\n")[0].strip() or at, 2 if "\n" in at else 1)
    assert any(p.line == where and said in p.text for p in told), told


def test_a_todo_needs_an_exercise(course):
    course.exercises.entries["01"].pop(0)
    line, text = the_problem(course)
    assert line == line_of(course, "def double")
    assert "TODO double has no exercise" in text and "exercises/nb01" in text


def test_an_answer_needs_an_exercise(course):
    course.exercises.entries["01"].pop(1)
    line, text = the_problem(course)
    assert line == line_of(course, "### BEGIN SOLUTION", 2)
    assert "01.answers.1.1 has no exercise" in text


def test_an_exercise_needs_a_todo(course):
    course.exercises.entries["01"].append(type(course.exercises.entries["01"][0])("triple"))
    assert "exercise triple has no TODO" in the_problem(course)[1]


def test_a_missing_todo_is_told_where_the_exercise_is_checked(course):
    replace(course, "    ### BEGIN SOLUTION\n    sum", "    sum")
    replace(course, "two\n    ### END SOLUTION\n", "two\n")
    line, text = the_problem(course)
    assert line == line_of(course, "double = check(double)")
    assert "exercise double has no TODO" in text


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("double = check(double)", "double = check(double)\ncheck(triple)", "triple"),
        ("double = check(double)", 'double = check(double)\ncheck(double, "triple")', "triple"),
        ('check(answers, "1.1")', 'check(answers, "1.1")\ncheck(answers, "1.2")', "01.answers.1.2"),
        ("double = check(double)", 'double = check(double)\n\n# %%\nhint("triple")', "triple"),
        ('check(answers, "1.1")', 'check(answers, "1.1")\n\n# %%\nhint("1.2")', "01.answers.1.2"),
    ],
)
def test_a_check_and_a_hint_need_an_exercise(course, old, new, name):
    replace(course, old, new)
    line, text = the_problem(course)
    assert line == line_of(course, new.split("\n")[-1])
    assert f"no exercise {name} in coursework/exercises/nb01" in text and "delete" in text


def test_a_prediction_that_is_asked_for_exists(course):
    old = "double = check(double)"
    replace(course, old, f'{old}\npredict("01.coin")')
    assert len(course.build().written) == 2
    replace(course, '"01.coin"', '"01.coins"')
    line, text = the_problem(course)
    assert line == line_of(course, 'predict("01.coins")')
    assert "no prediction 01.coins" in text and "PREDICTIONS in coursework/exercises/nb01" in text


def test_a_check_may_name_its_exercise(course):
    replace(course, "double = check(double)", 'double = check(double, "double")')
    replace(course, 'check(answers, "1.1")', 'check(answers, "1.1")\nhint("1.1")\nhint(double)')
    assert len(course.build().written) == 2


def test_an_exercise_needs_a_check(course):
    replace(course, "double = check(double)", "double(3)")
    line, text = the_problem(course)
    assert line == line_of(course, "def double")
    assert "never checked" in text and "double = check(double)" in text


def test_a_name_is_used_once_in_a_notebook(course):
    path = course.root / FILE
    text = path.read_text(encoding="utf-8")
    task = text[text.index("# %%\ndef double") : text.index("# %%\ndouble = check")]
    path.write_text(text + "\n" + task, encoding="utf-8")
    line, text = the_problem(course)
    assert line == line_of(course, "def double", 2)
    assert "already an exercise at" in text


def test_a_name_is_used_once_in_the_course(course):
    text = (course.root / FILE).read_text(encoding="utf-8")
    (course.root / "notebooks/source/02_twin.py").write_text(text, encoding="utf-8")
    exercise = type(course.exercises.entries["01"][0])
    course.exercises.entries["02"] = [exercise("double"), exercise("02.answers.1.1")]
    (problem,) = course.problems()
    assert problem.file == "notebooks/source/02_twin.py"
    assert f"already an exercise at {FILE}:{line_of(course, 'def double')}" in problem.text


@pytest.mark.parametrize("kind", ["code", "markdown"])
def test_cells_are_short(course, kind):
    marker, line = ("# %%", "x = 1\n") if kind == "code" else ("# %% [markdown]", "# word\n")
    path = course.root / FILE
    sound = path.read_text(encoding="utf-8")
    path.write_text(sound + f"\n{marker}\n" + line * 40, encoding="utf-8")
    course.build()
    path.write_text(sound + f"\n{marker}\n" + line * 41, encoding="utf-8")
    assert "at most 40 lines and this one has 41" in the_problem(course)[1]


def test_a_setup_cell_is_shorter(course):
    path = course.root / FILE
    sound = path.read_text(encoding="utf-8")
    path.write_text(sound + '\n# %% tags=["setup"]\n' + "x = 1\n" * 16, encoding="utf-8")
    assert "setup cell has at most 15 lines" in the_problem(course)[1]


def test_code_on_a_slide_is_narrow(course):
    wide = "total = 1" + " + 1" * 17 + "000"
    assert len(wide) == 80
    replace(
        course, "# %%\ndef double", f'# %% slide_type="-" show_code=true\n{wide}\n\n\ndef double'
    )
    replace(course, "    sum_of_the_two = x + x", f"    sum_of_the_two = x + x  # {'-' * 80}")
    course.build()
    replace(course, wide, wide + "0")
    line, text = the_problem(course)
    assert line == line_of(course, wide)
    assert "at most 80 columns, this line 81" in text


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('slide_type="notes"', 'slide_type="note"', "is not one of slide, subslide"),
        ('slide_type="notes"', 'slidetype="notes"', "`slidetype` is not known"),
        ('slide_type="notes"', "slide_type=notes", "is not known here"),
        ('tags=["solution"]', 'tags=["solutions"]', 'the tag "solutions" is not one of'),
        ('tags=["solution"]', 'tags="solution"', 'write tags=["solution"]'),
        ('tags=["solution"]', "tags='solution'", "write tags=['solution']"),
        ('tags=["solution"]', 'lit="no_such_line"', "none does"),
        ('only="slides"', 'only="students"', "is the only value"),
        (' slide_type="slide" only="slides"', ' only="slides"', "needs a slide_type"),
        ("#> 0.25\n", "", "belong together"),
        ('# %% tags=["nbval-check-output"]', "# %%", "belong together"),
    ],
)
def test_cell_headers_and_tags_are_known(course, old, new, said):
    replace(course, old, new)
    line, text = the_problem(course)
    assert said in text
    assert line > 13


def test_code_has_to_parse(course):
    replace(course, "only_for_the_instructor =", "only_for_the_instructor = =")
    line, text = the_problem(course)
    assert line == line_of(course, "only_for_the_instructor")
    assert "doesn't parse" in text


def test_code_has_to_parse_without_its_solution_too(course):
    replace(course, "    sum_of_the_two = x + x\n", "    if x:\n")
    replace(
        course,
        "    return sum_of_the_two\n    ### END SOLUTION",
        "    ### END SOLUTION\n        pass",
    )
    assert "without its solution" in the_problem(course)[1]


def test_a_solution_outside_a_function_sets_answers_only(course):
    replace(course, 'answers["1.1"] = "because two is even"', "seed = 17")
    problems = [str(problem) for problem in course.problems()]
    assert any("may only set `answers" in text for text in problems), problems


def test_two_exercises_do_not_share_a_cell(course):
    replace(
        course,
        "    ### END SOLUTION\n\n\n# %%\ndouble",
        "    ### END SOLUTION\n\n\nTWIN\n# %%\ndouble",
    )
    replace(
        course,
        "TWIN",
        "def triple(x):\n    ### BEGIN SOLUTION\n    return 3 * x\n    ### END SOLUTION\n",
    )
    problems = [str(problem) for problem in course.problems()]
    assert any("share this cell" in text for text in problems), problems


def test_a_number_is_used_once(course):
    course.write("# %% [markdown]\n# # Another\n", name="01_another.py")
    problems = [problem.text for problem in course.problems()]
    assert any("notebook 01 exists already" in text for text in problems), problems


def test_a_header_names_title_and_minutes(course):
    course.write("# %% [markdown]\n# # Another\n", name="02_another.py", header="")
    told = [problem.text for problem in course.problems()]
    assert any("title" in text for text in told) and any("minutes" in text for text in told)


def test_a_header_that_is_no_yaml_is_told_with_its_line(course):
    replace(course, "title: A tiny notebook", "title: Tiny: a notebook")
    line, text = the_problem(course)
    assert line == line_of(course, "title:")
    assert "the header can't be read" in text and "quotes" in text


def test_a_cell_may_begin_without_a_space(course):
    plain = course.build().written
    texts = [(course.root / file).read_text(encoding="utf-8") for file in plain]
    replace(course, "# %%\ndef double", "#%%\ndef double")
    course.build()
    assert [(course.root / file).read_text(encoding="utf-8") for file in plain] == texts


def test_text_above_the_first_cell_is_no_cell(course):
    course.write("x = 1\n\n# %%\ny = 2\n", name="02_another.py", header="")
    assert any("can't be told apart" in problem.text for problem in course.problems())


def test_all_problems_are_told_at_once_and_nothing_is_written(course):
    replace(course, 'slide_type="notes"', 'slide_type="note"')
    replace(course, "only_for_the_instructor =", "only_for_the_instructor = =")
    course.exercises.entries["01"].pop(1)
    assert len(course.problems()) == 3
    assert list(course.root.glob("notebooks/**/*.ipynb")) == []
