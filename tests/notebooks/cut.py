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


def explorers_of(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """What a notebook gives to move or to click, with the checks, which lend the functions."""
    movers = imported_from(notebook, {"course_utils.widgets", "course_utils.explorers"}) - {"png"}
    return cut(notebook, lambda cell: calls(cell.source, {*movers, "check"}))


def exercises_of(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """What a notebook asks of the learner: exercises, checks, hints, predictions."""
    asked = {"check", "hint", "predict"}
    return cut(notebook, lambda cell: "nbgrader" in cell.metadata or calls(cell.source, asked))


def cut(
    notebook: nbformat.NotebookNode, is_wanted: Callable[[Cell], bool]
) -> nbformat.NotebookNode:
    """A copy that holds the wanted code cells whole, and of the others what they need to run.

    From the last statement to the first: one that gives a value to a name that is needed is kept,
    and then what it uses is needed too. What a call changes in place is not seen: a network that
    is trained by `fit(…)` alone stays as it was made, which is enough to draw pictures.
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
            cell.source = "\n".join(ast.unparse(statement) for statement in kept)
    short.cells = [cell for cell in short.cells if cell.source]
    return short


def _bound(statement: ast.stmt) -> set[str]:
    """Names that a statement gives a value, or part of one: `nets[2] = …` gives `nets` one."""
    found = _replaced(statement)
    for node in ast.walk(statement):
        if isinstance(getattr(node, "ctx", None), ast.Store):
            while isinstance(node, ast.Subscript | ast.Attribute | ast.Starred):
                node = node.value
            found |= {node.id} if isinstance(node, ast.Name) else set()
    return found


def _replaced(statement: ast.stmt) -> set[str]:
    """Names whose earlier value is gone after a statement."""
    if isinstance(statement, FUNCTION | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, IMPORT):
        return {(alias.asname or alias.name).split(".")[0] for alias in statement.names}
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    names = (
        n for t in targets for n in ([t] if isinstance(t, ast.Name) else getattr(t, "elts", []))
    )
    return {name.id for name in names if isinstance(name, ast.Name)}


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
        yield from loaded(statement)
        return
    for part in (statement.args, *statement.decorator_list, *filter(None, [statement.returns])):
        yield from (node.id for node in ast.walk(part) if isinstance(node, ast.Name))


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
