"""What a cell needs from others: the names that it reads before it binds them."""

import ast
import json
from pathlib import Path

import pytest

from coursework import exercises
from coursework.grading.demos import released, to_run
from coursework.grading.names import bound, read_first

READS = {
    "fig, ax = plt.subplots(); ax.plot([1, 2, 3])": {"plt"},
    "ax.plot(x)": {"ax", "x"},
    "n += 1": {"n"},
    "x = x + 1": {"x"},
    "x[0] = 1": {"x"},
    "for i in range(n):\n    total = i\nprint(total, i)": {"range", "n", "print"},
    "for i in i:\n    pass": {"i"},
    "with open(p) as f:\n    t = f.read()\nprint(t)": {"open", "p", "print"},
    "if a:\n    x = 1\nelse:\n    x = 2\nx": {"a"},
    "if a:\n    x = 1\nx": {"a", "x"},
    "try:\n    x = 1\nexcept E:\n    y = 2\nx": set(),
    "while go:\n    go = f(go)": {"go", "f"},
    "[i for i in row if i > low]": {"row", "low"},
    "import numpy as np\nnp.ones(k)": {"k"},
    "def f(a):\n    return a + b": {"b"},
    "def f(a):\n    return a + b\nb = 1": set(),
    "def f(a, k=size):\n    loss = a\n    return loss": {"size"},
    "class A(Base):\n    def f(self):\n        return helper(self)": {"Base", "helper"},
    "lambda t: t + s": {"s"},
    "d['loss'] = loss": {"d", "loss"},
}


@pytest.mark.parametrize("code", READS, ids=lambda code: code.split("\n")[0])
def test_what_is_read_before_it_is_bound(code):
    assert read_first(ast.parse(code).body) == READS[code]


def test_what_a_statement_binds():
    assert bound(ast.parse("import os.path, sys as s").body[0]) == {"os", "s"}
    assert bound(ast.parse("def f():\n    x = 1").body[0]) == {"f"}
    assert bound(ast.parse("for a, b in c:\n    d = a").body[0]) == {"a", "b", "d"}


SCRATCH = [
    "fig, ax = plt.subplots()\nax.plot([1, 2, 3])",
    "for i, row in enumerate([[1, 2], [3, 4]]):\n    n = sum(row)\nprint(n, i)",
    "step, loss = 0, 1.0\nname = 'ada'\nprint(step, loss, name)",
]


@pytest.mark.parametrize("lab", sorted({exercises.get(n).notebook for n in exercises.names()}))
def test_a_scratch_cell_runs_no_demonstration(lab):
    """The names that students take for a plot or a loop are those of the demonstrations, too."""
    folder = Path(__file__).resolve().parents[3] / "notebooks"
    (path,) = folder.glob(f"{lab}_*.ipynb")
    cells = [
        "".join(c["source"])
        for c in json.loads(path.read_text("utf-8"))["cells"]
        if c["cell_type"] == "code"
    ]
    demos = released(folder, lab, frozenset(exercises.names(lab)))
    without = to_run(cells, demos)
    assert to_run([*cells, *SCRATCH], demos) == [*without, *SCRATCH]
