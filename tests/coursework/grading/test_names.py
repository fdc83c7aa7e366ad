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
    "try:\n    x = 1\nexcept E:\n    y = 2\nx": {"E"},
    "while go:\n    go = f(go)": {"go", "f"},
    "[i for i in row if i > low]": {"row", "low"},
    "import numpy as np\nnp.ones(k)": {"k"},
    "def f(a):\n    return a + b": {"b"},
    "def f(a):\n    return a + b\nb = 1": set(),
    "def f(a, k=size):\n    loss = a\n    return loss": {"size"},
    "class A(Base):\n    def f(self):\n        return helper(self)": {"Base", "helper"},
    "lambda t: t + s": {"s"},
    "d['loss'] = loss": {"d", "loss"},
    "[x for x in rows if x in low]": {"rows", "low"},
    "x = [x for x in x]": {"x"},
    "{k: v for k, v in d.items()}; k": {"d", "k"},
    "[y := f(z), y]": {"f", "z"},
    "[(y := z) for z in q]; y": {"q"},
    "while (n := g()):\n    pass\nn": {"g"},
    "x += x": {"x"},
    "x[i], y.z = 1, 2": {"x", "i", "y"},
    "del x": {"x"},
    "x = 1\ndel x\nx": {"x"},
    "x: int = 3\nx": {"int"},
    "x: int\nx": {"int", "x"},
    "a, (b, *c) = q\na, b, c": {"q"},
    "f'{x!r:{w}}'": {"x", "w"},
    "def f():\n    return x\nf()\nx = 1": {"x"},
    "def f():\n    return x\nx = 1\nf()": set(),
    "def f():\n    return g()\ndef g():\n    return y\nf()\ny = 1": {"y"},
    "def f():\n    def g():\n        return h\n    return g\nf()()\nh = 1": {"h"},
    "def f(n):\n    return f(n - 1)\nf(3)": set(),
    "def f():\n    global x\n    x = 1\nf()\nx": set(),
    "def f():\n    global x\n    x += 1\nf()": {"x"},
    "def f():\n    n = 0\n    def g():\n        nonlocal n\n        n += 1\n    return g": set(),
    "@wraps\ndef f(a: A = d) -> R:\n    pass": {"wraps", "A", "d", "R"},
    "f = lambda: x\nf()\nx = 1": {"x"},
    "sorted(q, key=lambda t: t.n + off)": {"sorted", "q", "off"},
    "class A:\n    y = x\n    x = 1": {"x"},
    "class A:\n    x = 1\n    y = x\nx": {"x"},
    "class A:\n    def m(self):\n        return q\nA().m()\nq = 1": {"q"},
    "class A:\n    k = 1\n    def m(self):\n        return k": {"k"},
    "from math import *\nsqrt(two)": {"two"},
    "from somewhere import *\nsqrt(2)": {"sqrt"},
    "match v:\n    case [a, *b]:\n        a, b\n    case {'k': d, **e}:\n        d, e": {"v"},
    "match v:\n    case C() as f if f > low:\n        f": {"v", "C", "low"},
    "try:\n    import a\nexcept E as e:\n    a = e\na": {"E"},
    "try:\n    n = 1\nexcept E as e:\n    pass\ne": {"E", "e"},
    "if c:\n    raise E\nelse:\n    x = 1\nx": {"c", "E"},
}


@pytest.mark.parametrize("code", READS, ids=lambda code: code.split("\n")[0])
def test_what_is_read_before_it_is_bound(code):
    assert read_first(ast.parse(code).body) == READS[code]


def test_what_a_statement_binds():
    assert bound(ast.parse("import os.path, sys as s").body[0]) == {"os", "s"}
    assert bound(ast.parse("def f():\n    x = 1").body[0]) == {"f"}
    assert bound(ast.parse("for a, b in c:\n    d = a").body[0]) == {"a", "b", "d"}
    assert bound(ast.parse("a = [b for b in c if (d := b)]").body[0]) == {"a", "d"}
    assert bound(ast.parse("print(*(i for i in range(n)))").body[0]) == set()


def test_code_that_nests_too_deep_is_read_all_the_same():
    ways = "".join(f"elif n == {i}:\n    x = {i}\n" for i in range(500))
    assert "n" in read_first(ast.parse(f"if n == -1:\n    pass\n{ways}").body)


SCRATCH = [
    "fig, ax = plt.subplots()\nax.plot([1, 2, 3])",
    "for i, row in enumerate([[1, 2], [3, 4]]):\n    n = sum(row)\nprint(n, i)",
    "step, loss = 0, 1.0\nname = 'ada'\nprint(step, loss, name)",
    "def draw(ax, n):\n    for i in range(n):\n        ax.plot([i])\ndraw(plt.gca(), 3)",
    "print([(i, n) for i, n in enumerate('abc')], max(range(3), key=lambda step: -step))",
    "if (loss := 2.0) > 1:\n    row = {name: loss for name in 'ab'}\nelse:\n    row = {}\nprint(row)",
    "with plt.style.context('default') as fig:\n    pass\ntry:\n    n = 1\nexcept OSError as ax:\n    print(ax)",
    "import time as step\nfor row in (): pass\nelse: row = step\nrow",
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
