"""The names that code binds, and those that it reads before it binds them.

A cell needs from other cells only what it reads first: `fig, ax = plt.subplots(); ax.plot(x)` needs
`plt` and `x`, and no other cell's `ax`.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Sequence

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def read_first(body: Sequence[ast.stmt]) -> set[str]:
    """Names that statements take from the notebook: those they read before they bind them.

    What a function reads counts only if the statements never bind it: it is called later.
    """
    needed, bound, late = _in_order(body, set())
    return needed | (late - bound)


def bound(code: ast.AST) -> set[str]:
    """Names that a statement, or an expression in it, binds in the notebook."""
    if isinstance(code, Definition):
        return {code.name}
    nodes = list(ast.walk(code))
    stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    aliases = (a for n in nodes if isinstance(n, ast.Import | ast.ImportFrom) for a in n.names)
    return stored | {(a.asname or a.name).split(".")[0] for a in aliases}


def _in_order(body: Sequence[ast.stmt], known: set[str]) -> tuple[set[str], set[str], set[str]]:
    """Needed, bound and, by functions that are called later, read; known: bound before `body`."""
    needed: set[str] = set()
    known, late = set(known), set()
    for statement in body:
        if isinstance(statement, Definition):
            late |= loaded(statement)
            known.add(statement.name)
            continue
        parts, branches = _parts(statement)
        for part in parts:
            needed |= loaded(part) - known
            known |= bound(part)
        ends = []
        for branch in branches:
            inner, after, inner_late = _in_order(branch, known)
            needed, late = needed | inner, late | inner_late
            ends.append(after)
        if ends:
            both = isinstance(statement, ast.If)  # only what both ways bind is sure to be bound
            known |= set.intersection(*ends) if both else set.union(*ends)
    return needed, known, late


def _parts(statement: ast.stmt) -> tuple[list[ast.AST], list[Sequence[ast.stmt]]]:
    """What a statement evaluates and binds before its blocks, and its blocks in their order."""
    match statement:
        case ast.AugAssign():
            return [statement.value, ast.Expr(statement.target), statement], []
        case ast.For() | ast.AsyncFor():
            return [statement.iter, _given_to(statement.target)], [statement.body, statement.orelse]
        case ast.While():
            return [statement.test], [statement.body, statement.orelse]
        case ast.If():
            return [statement.test], [statement.body, statement.orelse]
        case ast.With() | ast.AsyncWith():
            parts: list[ast.AST] = []
            for item in statement.items:
                parts += [item.context_expr]
                parts += [_given_to(item.optional_vars)] if item.optional_vars else []
            return parts, [statement.body]
        case ast.Try() | ast.TryStar():
            blocks = [handler.body for handler in statement.handlers]
            return [], [statement.body, *blocks, statement.orelse, statement.finalbody]
        case _:
            return [statement], []


def _given_to(target: ast.expr) -> ast.stmt:
    """The assignment that a loop or a `with` makes to its target."""
    return ast.Assign([target], ast.Constant(None), lineno=1)


def loaded(node: ast.AST) -> set[str]:
    """Names that code takes from the notebook's namespace; no parameters, no locals."""
    try:
        return _globals_of(symtable.symtable(ast.unparse(node), "<cell>", "exec"), is_top=True)
    except (SyntaxError, ValueError, RecursionError):  # `await` at the top: every name, to be safe
        return {
            n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
        }


def _globals_of(table: symtable.SymbolTable, is_top: bool = False) -> set[str]:
    names = {
        s.get_name() for s in table.get_symbols() if s.is_referenced() and (is_top or s.is_global())
    }
    return names.union(*(_globals_of(inner) for inner in table.get_children()))
