"""The folder that is copied into the sandbox stands alone, and its filter has right numbers."""

import ast
import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

from coursework.grading import inside
from coursework.grading.inside.syscalls import (
    ARCHITECTURES,
    CLONE,
    CLONE3,
    PRCTL,
    REFUSED,
    TO_ITSELF,
)
from coursework.grading.package import write_copy

HERE = Path(inside.__path__[0])
MODULES = sorted(path.stem for path in HERE.glob("*.py") if path.stem != "__init__")
FOREIGN = {"torch", "numpy"}  # packages that student code may use as well


def imported(path: Path) -> set[str]:
    """The packages that a module of the folder imports, wherever in it; "." is the folder."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level or (node.module or "").split(".")[0])
    return found


@pytest.mark.parametrize("name", MODULES)
def test_it_imports_only_itself_python_and_torch(name):
    allowed = {".", *sys.stdlib_module_names, *FOREIGN}
    if name == "zygote":  # preloads the copy of the learner's package
        allowed.add("course_utils")
    if name == "worker":  # `coursework.checking.state`, which is copied, too
        allowed.add("coursework")
    assert imported(HERE / f"{name}.py") <= allowed


def test_a_copy_of_it_can_be_imported_and_finds_one_module_of_the_course(tmp_path):
    write_copy(tmp_path, [])
    names = ", ".join(f"inside.{name}" for name in MODULES)
    course = "{m for m in sys.modules if m.split('.')[0] == 'coursework'}"
    code = f"import sys, {names}; print(*sorted({course}), inside.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    ours = ["coursework", "coursework.checking", "coursework.checking.state"]
    assert done.stdout.split() == [*ours, str(tmp_path / "inside" / "__init__.py")]


def test_numbers_of_system_calls_are_those_of_libseccomp():
    try:
        library = ctypes.CDLL("libseccomp.so.2")
    except OSError:
        pytest.skip("libseccomp is not installed")
    resolve = library.seccomp_syscall_resolve_name_arch
    resolve.argtypes = (ctypes.c_uint32, ctypes.c_char_p)
    for column, architecture in ARCHITECTURES.values():
        others = {"clone": CLONE, "clone3": CLONE3, "prctl": PRCTL}
        for name, numbers in {**REFUSED, **TO_ITSELF, **others}.items():
            known = resolve(architecture, name.encode())
            assert numbers[column] == (known if known >= 0 else -1), (name, hex(architecture))
