"""Similar answers: found through renaming and reordering, and nothing where nothing is special."""

from __future__ import annotations

import ast
import inspect
import random
from itertools import combinations

import pytest

from coursework import exercises
from coursework.checking import Exercise
from coursework.grading.feedback import feedback_html
from coursework.grading.results import ExerciseResult, Result
from coursework.grading.side_by_side import similar_html
from coursework.grading.similarity import SHARED, Pair, Similar, fingerprints, handed_out
from coursework.grading.status import Reason, Status
from tests.coursework.exercises import test_nb01
from tests.coursework.grading.made_up_class import table_of

EIGEN = inspect.getsource(test_nb01.joint_by_eigenvectors)
LOOP = inspect.getsource(test_nb01.joint_by_loop)


class Renamed(ast.NodeTransformer):
    """Every name of the function's own gets another one, and annotations go."""

    def __init__(self, tree: ast.AST) -> None:
        stored = [n for n in ast.walk(tree) if isinstance(n, ast.Name)]
        own = {n.id for n in stored if isinstance(n.ctx, ast.Store)}
        own |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
        self.names = {name: f"thing{i}" for i, name in enumerate(sorted(own))}

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(self.names[node.arg])


def disguised(code: str, seed: int = 0) -> str:
    """The same code renamed, with statements in another order, and one more."""
    draw, tree = random.Random(seed), ast.parse(code)
    tree = Renamed(tree).visit(tree)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and len(body) > 2:
            last = body.pop()
            draw.shuffle(body)
            body += [ast.parse("print('here')").body[0], last]
    return ast.unparse(ast.fix_missing_locations(tree))


def handed_in(student: str, code: str, name: str = "sample_joint", kind: str = "passed") -> Result:
    result = Result(student, f"{student}/01.ipynb", Status.GRADED, lab="01", code={name: code})
    result.verdicts = [ExerciseResult(name, kind, Reason.JUDGED, "", 0, 3)]
    return result


def pairs_of(*results: Result) -> list[Pair]:
    found = Similar()
    for result in results:
        found.add(result)
    return found.pairs()


@pytest.mark.parametrize("seed", range(5))
def test_renaming_and_reordering_hide_nothing(seed):
    (pair,) = pairs_of(
        handed_in("ada", EIGEN), handed_in("bob", disguised(EIGEN, seed)), handed_in("cem", LOOP)
    )
    assert pair.files == ("ada/01.ipynb", "bob/01.ipynb") and pair.share > 0.9


def test_different_answers_are_not_similar():
    assert pairs_of(handed_in("ada", EIGEN), handed_in("bob", LOOP)) == []


def test_the_courses_own_code_counts_for_nobody():
    for name in exercises.names():
        exercise = exercises.get(name)
        if isinstance(exercise, Exercise):
            code = inspect.getsource(exercise.reference)
            results = [handed_in(s, disguised(code), name) for s in ("ada", "bob")]
            assert pairs_of(*results) == [], name


def test_short_functions_typed_answers_and_stubs_are_not_compared():
    short = "def entropy(p):\n    q = p.clamp(1e-9)\n    return -(q * q.log()).sum(-1)"
    answer = 'answers["1.4"] = ' + "+".join(["0.25"] * 40)
    for code, name, kind in (
        (short, "entropy", "passed"),
        (answer, "01.answers.1.4", "passed"),
        (EIGEN, "sample_joint", "not attempted"),
    ):
        assert pairs_of(*[handed_in(s, code, name, kind) for s in ("ada", "bob")]) == [], name


def test_what_many_wrote_counts_for_nobody():
    class_ = [handed_in(f"s{i}", disguised(EIGEN, i)) for i in range(20)]
    assert pairs_of(*class_) == []
    assert len(pairs_of(*class_[:4])) == 6


def test_two_files_of_one_student_are_no_pair():
    assert pairs_of(handed_in("ada", EIGEN), handed_in("ada", EIGEN)) == []


def alternatives() -> dict[str, list[frozenset[int]]]:
    """Fingerprints of other ways to write an exercise of notebook 01, by the tests' authors."""
    found: dict[str, list[frozenset[int]]] = {}
    for name, fn in test_nb01.RIGHT:
        if fn.__name__ != "<lambda>":
            own = frozenset(fingerprints(inspect.getsource(fn))) - handed_out(name)
            found.setdefault(name, []).append(own)
    return found


def test_right_answers_in_different_ways_are_not_similar():
    """What `pairs` asks, of all pairs of alternatives that are long enough to be compared."""
    compared = 0
    for own in alternatives().values():
        for a, b in combinations(own, 2):
            compared += min(len(a), len(b)) >= SHARED
            assert len(a & b) < SHARED
    assert compared >= 5


HOSTILE = [
    "(" * 8000,
    "x = " + "-" * 7000 + "1",
    "def f(a):\n return " + "+".join("a" for _ in range(3900)),
    "def f(a):\n return a" + "[0]" * 2600,
    "def f(a):\n" + " if a:\n" * 20 + "\n".join(" " * i + "if a:" for i in range(1, 90)),
    "x = '\\d'\n" * 700,
    "def f():\n" + " x = 9**9**9**9\n" * 300,
    "x = " + "9" * 7000,
    "\x00\ud800",
    "lambda: " * 900 + "0",
    "f'" + '{f"{1}"}' * 800 + "'",
]


@pytest.mark.parametrize("code", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_code_is_read_or_left(code):
    assert len(fingerprints(code)) <= len(code)
    pairs_of(handed_in("eve", code), handed_in("bob", code))


def test_the_page_shows_both_and_accuses_nobody():
    evil = "<script>alert(1)</script>"
    results = [handed_in("ada", EIGEN), handed_in(evil, disguised(EIGEN), kind="different")]
    by_file = {r.file: r for r in results}
    text = similar_html(pairs_of(*results), by_file)
    assert "similar, which may have an innocent reason" in text
    assert "ada/01.ipynb" in text and "<script" not in text and "&lt;script" in text
    assert text.count("<mark>") >= 10 and ">the values differ<" in text
    for word in ("cheat", "plagia", "copied", "fraud", "suspic"):
        assert word not in text.lower()
    assert "No two answers are similar." in similar_html([], by_file)


def test_nothing_of_it_is_in_the_feedback():
    results = [handed_in("ada", EIGEN), handed_in("bob", disguised(EIGEN))]
    table, names = table_of(results)
    for row, result in zip(table, results, strict=True):
        text = feedback_html(row, [result], names, False)
        assert "similar" not in text.lower()
        assert not {"ada", "bob"} - {row.student} & set(text.split())
