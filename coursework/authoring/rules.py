"""What a source has to keep to. `find_problems` reports every fault of every notebook at once."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from coursework.authoring.cells import Todo, find_mentions, find_todo, syntax_fault
from coursework.authoring.markers import (
    checked_output,
    find_regions,
    solution_text,
    student_text,
    without_solutions,
)
from coursework.authoring.problems import Problem
from coursework.authoring.source import Source, SourceCell

LONGEST_CELL = 40
LONGEST_SETUP = 15
WIDEST_ON_SLIDE = 80  # columns of code in type that is read from the back row
SLIDE_TYPES = ("slide", "subslide", "-", "fragment", "notes")
KEYS = ("slide_type", "only", "show_code", "lit", "tags")
TAGS = ("setup", "solution", "plot", "nbval-check-output")  # plot: folded, since it only draws


class Exercises(Protocol):
    """Where the build looks exercises up: the module `coursework.exercises`."""

    def names(self, notebook: str | None = None) -> list[str]: ...

    def get(self, name: str) -> "ExerciseLike": ...

    def prediction(self, name: str) -> object: ...


class ExerciseLike(Protocol):
    """What the build wants to know of an exercise or a question."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def points(self) -> int: ...


def find_problems(sources: Sequence[Source], exercises: Exercises) -> list[Problem]:
    """All problems of all notebooks; [] when they can be built."""
    problems = [problem for source in sources for problem in source.problems]
    todos: dict[str, tuple[str, int]] = {}
    for source in sources:
        for cell in source.cells:
            problems += [Problem(source.file, line, text) for line, text in cell_faults(cell)]
        problems += _exercise_problems(source, exercises, todos)
    problems += _number_problems(sources)
    return problems


def cell_faults(cell: SourceCell) -> Iterator[tuple[int, str]]:
    """(line of the file, message) for what is wrong with one cell by itself."""
    yield from _header_faults(cell)
    longest = LONGEST_SETUP if "setup" in cell.tags else LONGEST_CELL
    length = len(solution_text(cell.text).split("\n"))
    if length > longest:
        kind = "setup cell" if "setup" in cell.tags else "cell"
        text = f"a {kind} has at most {longest} lines and this one has {length}: split it"
        yield cell.line, text
    if cell.kind == "code":
        yield from _code_faults(cell)


def _header_faults(cell: SourceCell) -> Iterator[tuple[int, str]]:
    line = cell.header_line
    for key in cell.metadata:
        if key not in KEYS:
            shown = cell.metadata[key] if key == "incorrectly_encoded_metadata" else key
            yield line, f'`{shown}` is not known here: use {", ".join(KEYS)}, as in key="value"'
    slide_type = cell.slide_type
    if slide_type is not None and slide_type not in SLIDE_TYPES:
        yield line, f'slide_type="{slide_type}" is not one of {", ".join(SLIDE_TYPES)}'
    if cell.metadata.get("only", "slides") != "slides":
        yield line, 'only="slides" is the only value that `only` has'
    if cell.metadata.get("only") == "slides" and slide_type is None:
        yield line, 'only="slides" needs a slide_type, or the cell stands nowhere'
    for tag in cell.tags:
        if tag not in TAGS:
            yield line, f'the tag "{tag}" is not one of {", ".join(TAGS)}'
    if slide_type == "notes" and cell.kind == "code":
        yield line, "speaker notes are a markdown cell"


def _code_faults(cell: SourceCell) -> Iterator[tuple[int, str]]:
    regions, faults = find_regions(cell.text)
    for line, text in faults:
        yield cell.line + line, text
    if fault := syntax_fault(cell.text):
        yield cell.line + fault[0], fault[1]
    elif regions and not faults and syntax_fault(student_text(cell.text, "raise TODO")):
        text = "without its solution this cell doesn't parse: put the markers around whole lines"
        yield cell.line + regions[0].begin, text
    if cell.metadata.get("show_code") and cell.slide_type and not fault and not faults:
        yield from _wide_lines(cell)
    shown = without_solutions(cell.text) if cell.metadata.get("show_code") else ""
    if cell.lit not in shown:
        yield cell.line, f'lit="{cell.lit}" lights the line of shown code that holds it: none does'
    is_checked = "nbval-check-output" in cell.tags
    if is_checked != bool(checked_output(cell.text)):
        text = 'the tag "nbval-check-output" and `#> ` lines with the output belong together'
        yield cell.line, text


def _wide_lines(cell: SourceCell) -> Iterator[tuple[int, str]]:
    shown = without_solutions(cell.text).split("\n")
    for number, line in enumerate(cell.text.split("\n")):
        if len(line) > WIDEST_ON_SLIDE and line in shown:
            text = f"code on a slide has at most {WIDEST_ON_SLIDE} columns, this line {len(line)}"
            yield cell.line + number, text


def _exercise_problems(
    source: Source, exercises: Exercises, todos: dict[str, tuple[str, int]]
) -> Iterator[Problem]:
    known = set(exercises.names(source.number))
    posed: set[str] = set()
    mentions: list[tuple[int, str, str]] = []
    readable = True
    for cell in source.cells:
        if cell.kind != "code":
            continue
        if syntax_fault(cell.text) or find_regions(cell.text)[1]:
            readable = False  # an exercise may be hidden in this cell: it has to be fixed first
            continue
        for line, call, name in find_mentions(cell.text, source.number):
            mentions.append((cell.line + line, call, name))
        todo = find_todo(cell.text, source.number)
        readable = readable and not todo.fault
        posed.update(todo.names)
        for line, text in _todo_faults(source, cell, todo, known, todos):
            yield Problem(source.file, line, text)
    for line, call, name in mentions:
        if call == "predict":
            yield from _unknown_prediction(source, line, name, exercises)
        elif name not in known | posed:
            text = f"there is no exercise {name} in {_home(source)}: correct the name, or delete `{call}(…)`"
            yield Problem(source.file, line, text)
    checked = {name: line for line, call, name in reversed(mentions) if call == "check"}
    for name in exercises.names(source.number) if readable else ():
        if name not in posed:
            text = (
                f"exercise {name} has no TODO: mark its solution, or delete it from {_home(source)}"
            )
            yield Problem(source.file, checked.get(name, 1), text)
        elif name not in checked:
            text = f"exercise {name} is never checked: add a cell with `{_check_call(name)}`"
            yield Problem(source.file, todos[name][1], text)


def _unknown_prediction(
    source: Source, line: int, name: str, exercises: Exercises
) -> Iterator[Problem]:
    try:
        exercises.prediction(name)
    except KeyError:
        text = f"there is no prediction {name}: write it into PREDICTIONS in {_home(source)}, or delete `predict(…)`"
        yield Problem(source.file, line, text)


def _todo_faults(
    source: Source,
    cell: SourceCell,
    todo: Todo,
    known: set[str],
    todos: dict[str, tuple[str, int]],
) -> Iterator[tuple[int, str]]:
    if todo.fault:
        yield cell.line + todo.line, todo.fault
    for name in todo.names:
        if name in todos:
            file, line = todos[name]
            yield cell.line, f"{name} is already an exercise at {file}:{line}: rename one of them"
            continue
        todos[name] = (source.file, cell.line)
        if name not in known:
            yield (
                cell.line,
                f"TODO {name} has no exercise: write one in {_home(source)}, in its EXERCISES",
            )


def _number_problems(sources: Sequence[Source]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for source in sources:
        if source.number and source.number in seen:
            text = f"notebook {source.number} exists already, {seen[source.number]}: renumber one"
            yield Problem(source.file, 1, text)
        seen.setdefault(source.number, source.file)


def _home(source: Source) -> str:
    return f"coursework/exercises/nb{source.number}"


def _check_call(name: str) -> str:
    _, _, key = name.partition(".answers.")
    return f'check(answers, "{key}")' if key else f"{name} = check({name})"
