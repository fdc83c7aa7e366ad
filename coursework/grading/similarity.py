"""Functions of one exercise that are alike in more than the exercise makes them alike.

Winnowing of normalized tokens (Schleimer, Wilkerson, Aiken, SIGMOD 2003). Names, comments, layout,
annotations and docstrings do not count, and fingerprints are local, so renaming and reordering
change little. What the course itself handed out, and what many students wrote, counts for nobody.
"""

from __future__ import annotations

import ast
import inspect
import json
import warnings
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

from coursework import exercises
from coursework.checking import Exercise
from coursework.grading.options import RELEASED
from coursework.grading.results import Result

GRAM, WINDOW = 6, 2  # tokens: 7 in a row that two statements have in common are found for certain
SHORTEST = 4  # tokens of a statement
SHARED = 12  # fingerprints that two functions share at least
SHARE = 0.6  # of the fingerprints of the shorter one
COMMON, COMMON_SHARE, COMMON_MOST = 8, 0.2, 60  # what more students wrote counts for nobody
LONGEST = 8000  # characters of a function that are looked at
PAIRS = 200  # that are kept
IGNORED = ast.expr_context | ast.arguments | ast.alias | ast.Import | ast.ImportFrom
Prints = dict[int, set[int]]  # fingerprint: lines in which it stands


@dataclass(frozen=True, order=True)
class Pair:
    """Two files whose answers to an exercise are alike. share: of the shorter one's own."""

    exercise: str
    files: tuple[str, str]
    shared: int
    share: float


class Similar:
    """Collects fingerprints while results go by; `pairs` compares them."""

    def __init__(self) -> None:
        self.prints: dict[str, list[tuple[str, str, frozenset[int]]]] = defaultdict(list)

    def add(self, result: Result) -> None:
        """Remember the functions of one file. Typed answers and untouched stubs say nothing."""
        kinds = {v.name: v.kind for v in result.verdicts}
        for name, code in sorted(result.code.items()):
            if ".answers." in name or kinds.get(name, "not attempted") == "not attempted":
                continue
            own = frozenset(fingerprints(code)) - handed_out(name)
            if len(own) >= SHARED:
                self.prints[name].append((result.student, result.file, own))

    def pairs(self) -> list[Pair]:
        """Pairs of different students, the most alike first."""
        found = [p for name, own in sorted(self.prints.items()) for p in _pairs(name, own)]
        return sorted(found, key=lambda p: (-p.shared * p.share, p))[:PAIRS]


def _pairs(name: str, own: list[tuple[str, str, frozenset[int]]]) -> Iterator[Pair]:
    where: dict[int, list[int]] = defaultdict(list)
    for i, (_, _, prints) in enumerate(own):
        for p in prints:
            where[p].append(i)
    limit = min(max(COMMON, COMMON_SHARE * len(own)), COMMON_MOST)
    rare = {p for p, holders in where.items() if len(holders) <= limit}
    shared: Counter[tuple[int, int]] = Counter()
    for p in rare:
        shared.update(combinations(where[p], 2))
    sizes = [len(prints & rare) for _, _, prints in own]
    for (i, j), count in shared.items():
        share = count / min(sizes[i], sizes[j])
        if count >= SHARED and share >= SHARE and own[i][0] != own[j][0]:
            yield Pair(name, (own[i][1], own[j][1]), count, round(share, 3))


def fingerprints(code: str) -> Prints:
    """Fingerprints of a piece of code and their lines; none where it can't be parsed.

    None reaches from one statement into the next, so that their order does not matter.
    """
    found: Prints = defaultdict(set)
    for tokens in _statements(code):
        count = max(1, len(tokens) - GRAM + 1) if len(tokens) >= SHORTEST else 0
        grams = [
            (zlib.crc32("\0".join(word for word, _ in tokens[i : i + GRAM]).encode()), i)
            for i in range(count)
        ]
        for start in range(max(1, count - WINDOW + 1) if grams else 0):
            value, at = min(grams[start : start + WINDOW], key=lambda g: (g[0], -g[1]))
            found[value] |= {line for _, line in tokens[at : at + GRAM]}
    return dict(found)


def _statements(code: str) -> list[list[tuple[str, int]]]:
    """Each statement, or head of one that holds others, as words with their lines: its syntax tree
    from left to right. Names of their own are all one word."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(code[:LONGEST])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    own = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    own |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    found: list[list[tuple[str, int]]] = []
    ahead: list[tuple[Any, list[tuple[str, int]]]] = [(tree, [])]
    while ahead:
        node, tokens = ahead.pop()
        if isinstance(node, ast.stmt):
            tokens = []
            found.append(tokens)
        line = getattr(node, "lineno", tokens[-1][1] if tokens else 0)
        tokens.append((_word(node, own), line))
        ahead += [(child, tokens) for child in reversed(list(_children(node)))]
    return found


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """Parts of a node that are code: no annotations, no docstrings."""
    skipped = [getattr(node, "annotation", None), getattr(node, "returns", None)]
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        skipped.append(node.args)
    for child in ast.iter_child_nodes(node):
        text = child.value if isinstance(child, ast.Expr) else None
        is_text = isinstance(text, ast.Constant) and isinstance(text.value, str)
        if not (child in skipped or is_text or isinstance(child, IGNORED)):
            yield child


def _word(node: Any, own: set[str]) -> str:
    kind = type(node).__name__
    if isinstance(node, ast.Name):
        return "name" if node.id in own else node.id
    if isinstance(node, ast.Attribute):
        return f".{node.attr}"
    if isinstance(node, ast.keyword):
        return f"{node.arg}="
    if isinstance(node, ast.Constant):
        value: Any = node.value
        is_number = isinstance(value, int | float) and abs(value) < 1e300
        return f"{float(value):g}" if is_number else kind
    return kind


@cache
def handed_out(name: str) -> frozenset[int]:
    """Fingerprints of what the course itself says on an exercise."""
    exercise = exercises.get(name)
    if not isinstance(exercise, Exercise):
        return frozenset()
    texts = [*map(_source, [exercise.reference, *(m.wrong for m in exercise.mistakes)])]
    for path in sorted(RELEASED.glob(f"**/{exercise.notebook}_*.ipynb")):
        texts += [c for c in _cells(path) if f"def {name}(" in c]
    return frozenset(p for text in texts for p in fingerprints(text))


def _source(fn: Callable[..., Any]) -> str:
    try:
        return inspect.cleandoc("\n" + inspect.getsource(inspect.unwrap(fn)))
    except (OSError, TypeError):
        return ""


@cache
def _cells(path: Path) -> list[str]:
    try:
        return ["".join(c["source"]) for c in json.loads(path.read_text("utf-8"))["cells"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []
