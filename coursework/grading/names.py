"""The names that code binds, and those that it reads before it binds them.

A cell needs from other cells only what it reads first: `fig, ax = plt.subplots(); ax.plot(x)` needs
`plt` and `x`, and no other cell's `ax`. A function's names count from where the function is used.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
LEAVE = ast.Raise | ast.Return | ast.Break | ast.Continue


def read_first(body: Sequence[ast.stmt]) -> set[str]:
    """Names that statements take from the notebook: those they read before they bind them.

    What a function that is never used here reads counts only if the statements never bind it.
    """
    reader = Reader()
    try:
        reader.run(body)
    except RecursionError:  # a freak: every name that is read, to be safe
        nodes = (n for s in body for n in ast.walk(s) if isinstance(n, ast.Name))
        return {n.id for n in nodes if isinstance(n.ctx, ast.Load)}
    late = set().union(*(later.reads for later in reader.later.values()))
    return reader.needed | (late - reader.known)


def bound(code: ast.AST) -> set[str]:
    """Names that a statement, or an expression in it, binds in the notebook."""
    return {name for node in _own_scope(code) for name in _bound_by(node)}


def _own_scope(code: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those in functions, classes and comprehensions, which `:=` leaves."""
    waiting = [code]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, Comprehension):
            inner = [n for n in ast.walk(node) if isinstance(n, ast.NamedExpr)]
            yield from (n.target for n in inner)
        elif isinstance(node, Definition):
            waiting += node.decorator_list
        elif not isinstance(node, ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def _bound_by(node: ast.AST) -> Iterable[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store()):
            return [name]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return [name]
        case ast.MatchMapping(rest=str(name)):
            return [name]
        case ast.ImportFrom(module=str(module), names=[ast.alias(name="*")]):
            return _public(module)
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return [(a.asname or a.name).split(".")[0] for a in names]
    return []


def _public(module: str) -> list[str]:
    """What `from module import *` binds, of a module that is loaded here; else nothing is known."""
    names = vars(sys.modules.get(module, ast)) if module in sys.modules else {}
    return list(names.get("__all__", [n for n in names if not n.startswith("_")]))


@dataclass
class Later:
    """What happens in the notebook when a function is called: names it reads first, and binds."""

    reads: set[str] = field(default_factory=set)
    binds: set[str] = field(default_factory=set)


class Reader(ast.NodeVisitor):
    """Follows statements in the order in which Python runs them.

    needed: names read before they are bound; known: those bound by now; later: by function.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        self.needed: set[str] = set()
        self.known = set(known)
        self.later: dict[str, Later] = {}

    def run(self, body: Iterable[ast.AST]) -> None:
        """Follow these, one after the other."""
        for node in body:
            self.visit(node)

    def read(self, name: str) -> None:
        """A name is read, and if it is a function's, it may be called."""
        waiting, seen, binds = [name], set(), set[str]()
        while waiting:
            name = waiting.pop()
            if name not in self.known:
                self.needed.add(name)
            if name in self.later and name not in seen:
                seen.add(name)
                waiting += self.later[name].reads
                binds |= self.later[name].binds
        self.known |= binds

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Store):
            self.read(node.id)
        if isinstance(node.ctx, ast.Del):
            self.known.discard(node.id)
        elif isinstance(node.ctx, ast.Store):
            self.known.add(node.id)
            self.later.pop(node.id, None)

    def visit_Assign(self, node: ast.Assign) -> None:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda() as function):
                self.run(_at_once(function))
                self.visit(node.targets[0])
                self.later[name] = _later(function, set())
            case _:
                self.run([node.value, *node.targets])

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.read(node.target.id)
        self.run([node.value, node.target])

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.run([node.value, node.target])
        elif not isinstance(node.target, ast.Name):
            self.visit(node.target)
        self.visit(node.annotation)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.run([node.value, node.target])

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        self.known |= bound(node)

    visit_ImportFrom = visit_Import

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.run(_at_once(node))
        self.known.add(node.name)
        self.later[node.name] = _later(node, set())

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.run(_at_once(node))
        for name in _later(node, set()).reads:
            self.read(name)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.run([*node.decorator_list, *node.bases, *node.keywords])
        before, methods = (set(self.known), dict(self.later)), Later()
        self.run(node.body)  # its own names are gone afterwards, and no method sees them
        for name in bound(ast.Module(node.body, [])) & self.later.keys():
            methods.reads |= self.later[name].reads
            methods.binds |= self.later[name].binds
        self.known, self.later = before
        self.known.add(node.name)
        self.later[node.name] = methods

    def visit_comprehension_of(self, node: Comprehension) -> None:
        before = set(self.known)
        for part in node.generators:
            self.run([part.iter, part.target, *part.ifs])
        self.run([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])
        self.known = before | bound(node)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_comprehension_of

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.run([node.iter, node.target, *node.body, *node.orelse])

    visit_AsyncFor = visit_For

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        self.branches([node.body, node.orelse], both=True)

    def visit_Match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        guards = [[case.guard] if case.guard else [] for case in node.cases]
        cases = zip(node.cases, guards, strict=True)
        self.branches([[case.pattern, *guard, *case.body] for case, guard in cases], both=False)

    def visit_Try(self, node: ast.Try | ast.TryStar) -> None:
        handlers = [[*([h.type] if h.type else []), *h.body] for h in node.handlers]
        names = {h.name for h in node.handlers if h.name}
        before = set(self.known)
        self.known |= names  # of the exceptions
        self.branches([[*node.body, *node.orelse], *handlers], both=False)
        self.known -= names - before
        self.run(node.finalbody)

    visit_TryStar = visit_Try

    def branches(self, ways: Sequence[Sequence[ast.AST]], both: bool) -> None:
        """Follow each way from here. both: only what all ways bind is bound afterwards."""
        before, ends = set(self.known), []
        for way in ways:
            self.known = set(before)
            self.run(way)
            if not (way and isinstance(way[-1], LEAVE)):
                ends.append(self.known)
        ends = ends or [before]
        self.known = set.intersection(*ends) if both else set.union(*ends)

    def generic_visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.pattern):
            self.known |= set(_bound_by(node))
        super().generic_visit(node)


def _at_once(function: Function) -> list[ast.AST]:
    """What is worked out where a function is defined: decorators, defaults, annotations."""
    given = function.args
    parts: list[ast.AST | None] = [*given.defaults, *given.kw_defaults]
    if not isinstance(function, ast.Lambda):
        parts += [*function.decorator_list, function.returns, *(a.annotation for a in _args(given))]
    return [p for p in parts if p is not None]


def _args(given: ast.arguments) -> list[ast.arg]:
    extra = [a for a in (given.vararg, given.kwarg) if a]
    return [*given.posonlyargs, *given.args, *given.kwonlyargs, *extra]


def _later(function: Function, around: set[str]) -> Later:
    """What a call does in the notebook. around: names of functions around this one."""
    body: Sequence[ast.AST] = [function.body] if isinstance(function, ast.Lambda) else function.body
    nodes = [n for part in body for n in _own_scope(part)]
    outside = {name for n in nodes if isinstance(n, ast.Global) for name in n.names}
    stored = {name for n in nodes for name in _bound_by(n)}
    inside = (stored | {a.arg for a in _args(function.args)} | around) - outside
    reader = Reader(inside)
    reader.run(body)
    inner = [n for n in nodes if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    for later in (_later(n, inside) for n in inner):
        reader.needed |= later.reads - inside
        outside |= later.binds
    for later in reader.later.values():  # of classes
        reader.needed |= later.reads - inside
    return Later(reader.needed - inside, stored & outside)
