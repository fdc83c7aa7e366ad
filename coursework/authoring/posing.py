"""From a source to the source of one copy: other questions, and other conventions of functions.

A source poses a drawn question in the words that seed 0 draws. In a copy these give way to the
words of the copy's seed, and so do the answers in the solution notebook.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from coursework.authoring.cells import find_checks, find_todo, parse, syntax_fault
from coursework.authoring.markers import BEGIN, END, find_regions
from coursework.authoring.problems import Problem
from coursework.authoring.source import Source, SourceCell
from coursework.checking.exercise import Exercise, Question
from coursework.exercises import Registry, get, names
from coursework.grading.names import bound, read_first

OF_THE_POOL = re.compile(r"\AAbout \d+ minutes[^.]*\. | A timed sitting ends with it\.")
SHOWN = ("show_code", "lit")  # a copy has no slides


@dataclass(frozen=True)
class Rules:
    """How a copy of an exam explains itself, in Markdown.

    has_report: whether its report stands at the end; else the copy ends with the last question.
    """

    text: str
    has_report: bool


def copy_of(source: Source, registry: Registry, opening: str, rules: Rules | None = None) -> Source:
    """The source of the copy that a registry stands for.

    opening: code that stands where an exam begins, else behind the answer sheet. rules: of an exam.
    """
    cells = [*_asked(source, registry)]
    if rules:
        cells = [*_of_a_sitting(cells, source.number, rules)]
    begins = [n for n, cell in enumerate(cells) if "sit" in _called(cell)]
    sheets = [n for n, cell in enumerate(cells) if "answer_sheet" in _called(cell)]
    if place := begins or sheets:
        at = cells[place[0]]
        new = SourceCell("code", opening, at.line, at.header_line)
        cells[place[0] : place[0] + 1] = [new] if begins else [at, new]
    copied = [made for cell in cells for made in _copied(cell, source.number, registry)]
    return replace(source, cells=copied)


def _of_a_sitting(cells: list[SourceCell], number: str, rules: Rules) -> Iterator[SourceCell]:
    """The cells of an exam: its own rules, and no drawing, which may hold an answer."""
    asking = [n for n, cell in enumerate(cells) if _about(cell, number)]
    reports = [n for n, cell in enumerate(cells) if "report" in _called(cell)]
    last = reports[0] if rules.has_report and reports else asking[-1]
    for cell in cells[: last + 1]:
        if "report" in _called(cell) and not rules.has_report:
            continue
        if "diagram" not in _called(cell):
            yield _with_rules(cell, rules.text)


def _with_rules(cell: SourceCell, rules: str) -> SourceCell:
    """Without what is said of the whole pool and of other ways to sit."""
    if cell.kind != "markdown":
        return cell
    before, heading, _ = cell.text.partition("## How it works\n")
    text = f"{before}{heading}\n{rules}" if heading else cell.text
    return rewritten(cell, OF_THE_POOL.sub("", text))


def _asked(source: Source, registry: Registry) -> Iterator[SourceCell]:
    """The cells without the exercises that the copy does not ask for."""
    every, asked = set(names(source.number)), set(registry.names(source.number))
    waiting: list[SourceCell] = []  # a question, until its TODO says whether it is asked
    for cell in source.cells:
        about = _about(cell, source.number) & every
        if about and not about & asked:
            waiting = []
        elif cell.kind == "markdown" and cell.text.startswith("### Exercise"):
            yield from waiting
            waiting = [cell]
        else:
            yield from [*waiting, cell]
            waiting = []
    yield from waiting


def _about(cell: SourceCell, number: str) -> set[str]:
    """The exercises that a cell poses or checks."""
    if cell.kind != "code" or syntax_fault(cell.text):
        return set()
    return {*find_todo(cell.text, number).names, *find_checks(cell.text, number)}


def _called(cell: SourceCell) -> set[str]:
    """The functions that a code cell calls by name."""
    if cell.kind != "code" or syntax_fault(cell.text):
        return set()
    calls = (node.func for node in ast.walk(parse(cell.text)) if isinstance(node, ast.Call))
    return {func.id for func in calls if isinstance(func, ast.Name)}


def _copied(cell: SourceCell, number: str, registry: Registry) -> Iterator[SourceCell]:
    """The cell as it stands in the copy, and the note on a convention before it."""
    if cell.kind == "markdown":
        for name in registry.changed(number):
            public, here = (getattr(get(name, seed), "text", "") for seed in (0, registry.seed))
            if public and public in cell.text:
                cell = rewritten(cell, cell.text.replace(public, here))
    for name in find_todo(cell.text, number).names if _about(cell, number) else ():
        exercise = registry.get(name)
        if isinstance(exercise, Question) and exercise.text:
            line = f'answers["{exercise.key}"] = {exercise.answer!r}'
            cell = rewritten(cell, with_answer(cell.text, exercise.key, line))
        elif isinstance(exercise, Exercise) and exercise.public:
            note = f"> **Another convention than above.** {exercise.task}"
            yield SourceCell("markdown", note, cell.line, cell.header_line)
            cell = rewritten(cell, with_function(cell.text, name, exercise.reference))
    yield cell


def unposed(source: Source, copy: Source, registry: Registry) -> Iterator[Problem]:
    """A problem for each drawn question that the source poses in other words than seed 0 draws."""
    said = "\n".join(cell.text for cell in copy.cells if cell.kind == "markdown")
    for name in registry.changed(source.number):
        question = registry.get(name)
        if isinstance(question, Question) and question.text not in said:
            yield Problem(source.file, 1, f"question {question.key} is not what seed 0 draws")


def rewritten(cell: SourceCell, text: str) -> SourceCell:
    """The cell with another text. It keeps its id, which a secret text must not show in."""
    if text == cell.text:
        return cell
    metadata = {key: value for key, value in cell.metadata.items() if key not in SHOWN}
    return replace(cell, text=text, born=cell.born or cell.text, metadata=metadata)


def with_answer(text: str, key: str, line: str) -> str:
    """A cell with another answer to a question."""
    lines = text.split("\n")
    for region in find_regions(text)[0]:
        for statement in ast.parse("\n".join(lines[region.begin : region.end])).body:
            if ast.unparse(statement).startswith(f"answers[{key!r}] ="):
                first, last = statement.lineno, statement.end_lineno or statement.lineno
                start = region.begin + first - 1
                lines[start : region.begin + last] = [line, *[""] * (last - first)]
    return "\n".join(lines)


def with_function(text: str, name: str, reference: Any) -> str:
    """A cell with another function in the place of `name`: its body, and that alone, a solution."""
    node: Any = next(n for n in ast.parse(text).body if getattr(n, "name", "") == name)
    lines = text.split("\n")
    if hasattr(reference, "__wrapped__"):  # the course's own, in another order
        head = _head(text, node, list(inspect.signature(reference).parameters))
        lines[node.lineno - 1 : node.body[0].lineno - 1] = head
        return "\n".join(lines)
    ends = [node.end_lineno or 0, *(r.end + 1 for r in find_regions(text)[0])]
    lines[node.lineno - 1 : max(ends)] = marked(reference)
    return "\n".join(lines)


def _head(text: str, node: Any, order: list[str]) -> list[str]:
    """The first lines of a function, with its arguments in another order."""
    given, defaults = node.args.args, node.args.defaults
    parts = {arg.arg: ast.get_source_segment(text, arg) for arg in given}
    for arg, default in zip(given[len(given) - len(defaults) :], defaults, strict=True):
        parts[arg.arg] = f"{parts[arg.arg]} = {ast.get_source_segment(text, default)}"
    listed = ", ".join(str(parts[name]) for name in order)
    end = f") -> {ast.get_source_segment(text, node.returns)}:" if node.returns else "):"
    line = f"def {node.name}({listed}{end}"
    return [line] if len(line) <= 100 else [f"def {node.name}(", f"    {listed}", end]


def marked(reference: Any) -> list[str]:
    """The lines of a function, with markers around what comes after its docstring and steps."""
    lines = textwrap.dedent(inspect.getsource(reference)).rstrip().split("\n")
    function: Any = ast.parse("\n".join(lines)).body[0]
    has_docstring = ast.get_docstring(function) is not None
    first = function.body[0]
    start = first.end_lineno if has_docstring else first.lineno - 1
    while lines[start].lstrip().startswith("#"):
        start += 1
    return [*lines[:start], f"    {BEGIN}", *lines[start:], f"    {END}"]


def missing_names(source: Source) -> Iterator[Problem]:
    """A problem for each name that a variant uses and that no cell before it gives."""
    known = set(dir(builtins))
    for cell in source.cells:
        if cell.kind != "code" or syntax_fault(cell.text):
            continue
        body = parse(cell.text).body
        if cell.born:
            for name in sorted(read_first(body) - known):
                said = f"a variant uses `{name}`, which the notebook does not have here"
                yield Problem(source.file, cell.line, said)
        for statement in body:
            known |= bound(statement)
