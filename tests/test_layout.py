"""Which module imports which: no circles, and no name that stands for two files."""

import ast
from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("course_utils", "coursework")
# These two look names up only when somebody asks for them.
LAZY = {"course_utils", "coursework.checking"}


def find_modules(root: Path) -> dict[str, Path]:
    """{name: file} of every module of the packages in `root`."""
    found = {}
    for path in (p for package in PACKAGES for p in sorted((root / package).rglob("*.py"))):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def statements(tree: ast.AST, is_lazy: bool) -> Iterator[ast.AST]:
    """Everything in a module, functions and `if TYPE_CHECKING` too; not a lazy `__getattr__`."""
    for node in ast.iter_child_nodes(tree):
        if is_lazy and isinstance(node, ast.FunctionDef) and node.name == "__getattr__":
            continue
        yield node
        yield from statements(node, is_lazy=False)


def imported(name: str, modules: dict[str, Path]) -> set[str]:
    """The modules that a module imports: `from a import b` is `a.b` where that is a module."""
    tree = ast.parse(modules[name].read_text(encoding="utf-8"))
    package = name if modules[name].stem == "__init__" else name.rpartition(".")[0]
    asked: list[tuple[str, str]] = []
    for node in statements(tree, name in LAZY):
        if isinstance(node, ast.Import):
            asked += [("", alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) + 1 - node.level]
            base = ".".join([*(above if node.level else []), *filter(None, [node.module])])
            asked += [(base, alias.name) for alias in node.names]
    found = {f"{base}.{last}".lstrip(".") for base, last in asked}
    bases = {base for base, last in asked if f"{base}.{last}" not in modules}
    return (found | bases) & set(modules)


def circle(root: Path) -> list[str]:
    """Modules that import each other in a circle, [] where none do."""
    modules = find_modules(root)
    try:
        TopologicalSorter({name: imported(name, modules) for name in modules}).prepare()
    except CycleError as error:
        return error.args[1][::-1]
    return []


def test_no_module_imports_itself_through_others():
    assert circle(ROOT) == []


@pytest.mark.parametrize(
    "line",
    [
        "import coursework.b",
        "from coursework import b",
        "from coursework.b import x",
        "from . import b",
        "from .b import x",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .b import x",
        "def f():\n    from .b import x",
    ],
)
def test_a_circle_is_found_however_it_is_written(tmp_path, line):
    (tmp_path / "coursework").mkdir()
    (tmp_path / "coursework" / "__init__.py").touch()
    (tmp_path / "coursework" / "a.py").write_text(line)
    (tmp_path / "coursework" / "b.py").write_text("x = 1")
    assert circle(tmp_path) == []
    (tmp_path / "coursework" / "b.py").write_text("from coursework.a import y")
    assert set(circle(tmp_path)) == {"coursework.a", "coursework.b"}


@pytest.mark.parametrize(
    "folders", [("checking", "authoring", "grading"), ("grading", "grading/inside")]
)
def test_no_two_files_of_neighboring_folders_have_one_name(folders):
    names = Counter(
        path.stem
        for folder in folders
        for path in (ROOT / "coursework" / folder).glob("*.py")
        if path.stem != "__init__"
    )
    assert [name for name, count in names.items() if count > 1] == []
