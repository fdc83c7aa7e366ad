"""A notebook cut down to some of its cells and to what these need, so that no study runs again."""

import ast
import copy
import symtable
from collections.abc import Callable, Collection, Iterator

import nbformat

from coursework.authoring.cells import parse

FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
IMPORT = ast.Import | ast.ImportFrom
Cell = nbformat.NotebookNode
BRIEF = {"epochs": 1, "steps": 20}


def explorers_of(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """What a notebook gives to move or to click, with the checks, which lend the functions.

    Networks learn for a moment only: their pictures follow the sliders all the same.
    """
    movers = imported_from(notebook, {"course_utils.widgets", "course_utils.explorers"}) - {"png"}
    return cut(notebook, lambda cell: calls(cell.source, {*movers, "check"}), brief=True)


def exercises_of(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """What a notebook asks of the learner: exercises, checks, hints, predictions."""
    asked = {"check", "hint", "predict"}
    return cut(notebook, lambda cell: "nbgrader" in cell.metadata or calls(cell.source, asked))


def cut(
    notebook: nbformat.NotebookNode, is_wanted: Callable[[Cell], bool], brief: bool = False
) -> nbformat.NotebookNode:
    """A copy that holds the wanted code cells whole, and of the others what they need to run.

    From the last statement to the first: one that gives a value to a name that is needed is kept,
    and then what it uses is needed too. What a call changes in place is not seen: a network that
    is trained by `fit(…)` alone stays as it was made, which is enough to draw pictures.
    brief: whether training that is kept ends after one epoch, or 20 steps.
    """
    short = copy.deepcopy(notebook)
    short.cells = [cell for cell in short.cells if cell.cell_type == "code"]
    bodies = [parse(cell.source).body for cell in short.cells]
    inside = {s.name: loaded(s) for body in bodies for s in body if isinstance(s, FUNCTION)}
    needed: set[str] = set()
    for cell, body in zip(reversed(short.cells), reversed(bodies), strict=True):
        wanted, kept = is_wanted(cell), []
        for statement in reversed(body):
            if wanted or isinstance(statement, IMPORT) or _bound(statement) & needed:
                kept.insert(0, statement)
                needed -= _replaced(statement)
                needed |= _used(statement, inside)
        if not wanted:
            for statement in kept if brief else ():
                _shorten(statement)
            cell.source = "\n".join(ast.unparse(statement) for statement in kept)
    short.cells = [cell for cell in short.cells if cell.source]
    return short


def _shorten(statement: ast.stmt) -> None:
    """Set the numbers of epochs and steps that a call passes on, or a function has by default."""
    for node in ast.walk(statement):
        given: list[tuple[str | None, ast.expr]] = []
        if isinstance(node, ast.Call):
            given = [(word.arg, word.value) for word in node.keywords]
        elif isinstance(node, ast.arguments) and node.defaults:
            last = node.args[-len(node.defaults) :]
            given = [(arg.arg, value) for arg, value in zip(last, node.defaults, strict=True)]
        for name, value in given:
            if name in BRIEF and isinstance(value, ast.Constant):
                value.value = min(value.value, BRIEF[name])


def _bound(statement: ast.stmt) -> set[str]:
    """Names that a statement gives a value, or part of one: `nets[2] = …` gives `nets` one."""
    found = _replaced(statement)
    if isinstance(statement, FUNCTION | ast.ClassDef):
        return found
    inner = {
        id(n)
        for c in ast.walk(statement)
        if isinstance(c, ast.comprehension)
        for n in ast.walk(c.target)
    }
    for node in ast.walk(statement):
        if isinstance(getattr(node, "ctx", None), ast.Store) and id(node) not in inner:
            while isinstance(node, ast.Subscript | ast.Attribute | ast.Starred):
                node = node.value
            found |= {node.id} if isinstance(node, ast.Name) else set()
    return found


def _replaced(statement: ast.stmt) -> set[str]:
    """Names whose earlier value is gone after a statement; every loop runs at least once."""
    if isinstance(statement, FUNCTION | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, IMPORT):
        return {(alias.asname or alias.name).split(".")[0] for alias in statement.names}
    if isinstance(statement, ast.For):
        inside = set().union(*map(_replaced, statement.body))
        return (inside | _names(statement.target)) - _needed(statement)
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return set().union(*map(_names, targets))


def _names(target: ast.expr) -> set[str]:
    """Names in the target of an assignment or a loop, but not those of which it changes a part."""
    if isinstance(target, ast.Starred):
        return _names(target.value)
    if isinstance(target, ast.Tuple | ast.List):
        return set().union(*map(_names, target.elts))
    return {target.id} if isinstance(target, ast.Name) else set()


def _used(statement: ast.stmt, inside: dict[str, set[str]]) -> set[str]:
    """Names that a statement uses, itself or inside the functions that it names."""
    waiting, found = list(_used_at_once(statement)), set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += inside.get(name, ())
    return found


def _used_at_once(statement: ast.stmt) -> Iterator[str]:
    """Of a function, what its definition uses; its body is run when it is called."""
    if not isinstance(statement, FUNCTION):
        yield from _needed(statement)
        return
    for part in (statement.args, *statement.decorator_list, *filter(None, [statement.returns])):
        yield from (node.id for node in ast.walk(part) if isinstance(node, ast.Name))


def _needed(statement: ast.stmt) -> set[str]:
    """Names that must have a value before a statement runs."""
    if isinstance(statement, ast.For):
        inside = needed_by([*statement.body, *statement.orelse])
        return loaded(statement.iter) | (inside - _names(statement.target))
    if isinstance(statement, ast.AugAssign):
        return loaded(statement) | _names(statement.target)
    return loaded(statement)


def needed_by(body: list[ast.stmt]) -> set[str]:
    """Names that must have a value before some statements run, one after the other."""
    needed: set[str] = set()
    for statement in reversed(body):
        needed = (needed - _replaced(statement)) | _needed(statement)
    return needed


def given_by(body: list[ast.stmt]) -> set[str]:
    """Names that some statements give a value, or part of one."""
    return set().union(*map(_bound, body))


def calls(code: str, names: Collection[str]) -> bool:
    """Whether a cell calls a function that goes by one of these names."""
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names
        for node in ast.walk(parse(code))
    )


def imported_from(notebook: nbformat.NotebookNode, modules: Collection[str]) -> set[str]:
    """The names that a notebook imports from these modules."""
    return {
        alias.asname or alias.name
        for cell in notebook.cells
        if cell.cell_type == "code"
        for node in ast.walk(parse(cell.source))
        if isinstance(node, ast.ImportFrom) and node.module in modules
        for alias in node.names
    }


def loaded(node: ast.AST) -> set[str]:
    """Names that code takes from the notebook's namespace; no parameters, no locals."""
    return _globals_of(symtable.symtable(ast.unparse(node), "<cell>", "exec"), is_top=True)


def _globals_of(table: symtable.SymbolTable, is_top: bool = False) -> set[str]:
    names = {
        s.get_name() for s in table.get_symbols() if s.is_referenced() and (is_top or s.is_global())
    }
    return names.union(*(_globals_of(inner) for inner in table.get_children()))
