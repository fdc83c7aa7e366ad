"""Does each answer key still fit its question? `course build` looks, without running a notebook.

Three faults are found: an answer in the source that the key doesn't accept, and a question whose
numbers changed, or whose options changed places, since the last build while its answer stayed.
"""

import ast
import json
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from coursework.authoring.problems import Problem
from coursework.authoring.rules import Exercises
from coursework.authoring.source import Source
from coursework.checking.exercise import Question
from coursework.checking.questions import judge_answer

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*|[½⅓⅔¼¾⅕⅛⅒²³]")
_NO_QUESTION = re.compile(r"^(#.*|Difficulty .*)$", re.MULTILINE)  # headings and their minutes
_ADDED = re.compile(
    r"^(?:\*\*Start here:|\[!\[Open in Colab\]).*|\n\n<img alt=[^\n]+", re.MULTILINE
)
_OPTION = re.compile(r"^[-*] \*\*([a-z])\*\*(.*)$", re.MULTILINE)
Cells = Sequence[tuple[str, str]]  # (kind, text) each


def key_faults(
    sources: Sequence[Source], exercises: Exercises, root: Path, confirmed: Sequence[str] = ()
) -> Iterator[Problem]:
    """A problem for each key that doesn't fit. confirmed: keys ("4.3b") looked at, or "all"."""
    for source in sources:
        cells = [(cell.kind, cell.text) for cell in source.cells if cell.in_notebooks]
        before = dict(typed(_last_build(root, source)))
        for key, (value, question) in typed(cells):
            line = _line(source, key)
            name = f"{source.number}.answers.{key}"
            if said := _refused(name, value, exercises):
                yield Problem(source.file, line, said)
            elif key in before and key not in confirmed and "all" not in confirmed:
                old_value, old_question = before[key]
                if old_value == value and (said := _forgotten(old_question, question, value)):
                    yield Problem(source.file, line, f"question {key} changed {said}{_ask(key)}")


def typed(cells: Cells) -> Iterator[tuple[str, tuple[str, str]]]:
    """(key, (the code of its answer, the text of its question)) of each typed answer."""
    asked = ""
    for kind, text in cells:
        if kind == "markdown":
            asked = text
            continue
        for node in _assignments(text):
            key = node.targets[0].slice.value  # type: ignore[attr-defined]
            yield key, (ast.unparse(node.value), _part(asked, key))


def _assignments(text: str) -> list[ast.Assign]:
    try:
        body = ast.parse(text).body
    except SyntaxError:
        return []
    shape = r"""answers\[['"][^'"]+['"]\]"""
    assigned = [node for node in body if isinstance(node, ast.Assign)]
    return [node for node in assigned if re.fullmatch(shape, ast.unparse(node.targets[0]))]


def _part(text: str, key: str) -> str:
    """The words of "- **b** …" for a key that ends in b; the whole cell where there is no list."""
    letter = key[-1]
    found = re.search(
        rf"^[-*] \*\*{letter}\*\*(.*?)(?=^[-*] \*\*|\Z)", text, re.MULTILINE | re.DOTALL
    )
    return found[1] if letter.isalpha() and found else _NO_QUESTION.sub("", text)


def _numbers(text: str) -> list[str]:
    return _NUMBER.findall(text)


def _last_build(root: Path, source: Source) -> Cells:
    """The cells of the solution notebook that is there, without what the build adds to a source."""
    path = root / "notebooks" / "solutions" / f"{source.stem}.ipynb"
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        texts = [(cell["cell_type"], _ADDED.sub("", "".join(cell["source"]))) for cell in cells]
        return [(kind, text) for kind, text in texts if text]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _line(source: Source, key: str) -> int:
    for cell in source.cells:
        for number, line in enumerate(cell.text.split("\n")):
            if cell.kind == "code" and line.startswith(f'answers["{key}"]'):
                return cell.line + number
    return 1


def _refused(name: str, value: str, exercises: Exercises) -> str:
    """What the key says to the source's answer, if it doesn't accept it and that can be told."""
    question = exercises.get(name) if name in exercises.names(name[:2]) else None
    if not isinstance(question, Question):
        return ""
    try:
        given: Any = eval(value, {"math": math, "__builtins__": {}})  # ours, and arithmetic alone
    except Exception:
        return ""  # it takes a function of the notebook: `course run` checks it there
    verdict = judge_answer(question, given)
    if verdict.passed:
        return ""
    key = question.key
    return (
        f'answers["{key}"] is {value} here, and its key in coursework/exercises/nb{name[:2]} wants '
        f"{question.answer!r}: correct one of them"
    )


def _forgotten(old: str, new: str, value: str) -> str:
    """What changed in a question so that its answer may fit no more; "" where nothing did."""
    options, moved = _options(old), _options(new)
    chosen = value.strip("'")
    if chosen in options and options[chosen] != moved.get(chosen):
        place = next((k for k, text in moved.items() if text == options[chosen]), "")
        if place:
            return f"(its option {chosen} became {place}) and its answer is still {value}"
    if _numbers(old) == _numbers(new):
        return ""
    gone = ", ".join([n for n in _numbers(old) if n not in _numbers(new)][:4]) or "its numbers"
    come = ", ".join([n for n in _numbers(new) if n not in _numbers(old)][:4]) or "others"
    return f"({gone} became {come}) and its answer is still {value}"


def _options(text: str) -> dict[str, str]:
    """{letter: text} of the lines "- **a** …" of a question."""
    return {letter: said.strip() for letter, said in _OPTION.findall(text)}


def _ask(key: str) -> str:
    return (
        f": change it here and in its Question, or say `course build --confirm {key}` where it "
        "still fits"
    )
