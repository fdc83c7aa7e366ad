"""What is odd or hostile in a made-up class: files as platforms hand them out, and cells."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Notebook = dict[str, Any]
Write = Callable[[Path, Notebook], object]


def _text(change: Callable[[str], str | bytes]) -> Write:
    def write(path: Path, notebook: Notebook) -> None:
        written = change(json.dumps(notebook))
        path.write_bytes(written if isinstance(written, bytes) else written.encode())

    return write


def _changed(change: Callable[[Notebook], object]) -> Write:
    def write(path: Path, notebook: Notebook) -> None:
        change(notebook)
        path.write_text(json.dumps(notebook), encoding="utf-8")

    return write


def _with_outputs(megabytes: int) -> Write:
    printed = {"output_type": "stream", "name": "stdout", "text": "x" * (megabytes << 20)}
    return _changed(lambda n: next(_code(n)).update(outputs=[printed]))


def _code(notebook: Notebook) -> Any:
    return (c for c in notebook["cells"] if c["cell_type"] == "code")


def _in_sheets(notebook: Notebook) -> None:
    """As notebooks of format 3 were."""
    cells = [
        {"cell_type": "code", "language": "python", "input": c["source"], "outputs": []}
        for c in _code(notebook)
    ]
    notebook.update(nbformat=3, nbformat_minor=0, worksheets=[{"cells": cells}])
    del notebook["cells"]


def _without_code(notebook: Notebook) -> None:
    notebook["cells"] = [c for c in notebook["cells"] if c["cell_type"] == "markdown"]


def _without_metadata(notebook: Notebook) -> None:
    notebook["metadata"] = {"colab": {"provenance": []}, "widgets": {"application/x": {}}}
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        cell.pop("id", None)


def _of_another_course(notebook: Notebook) -> None:
    notebook["cells"] = [{**next(_code(notebook)), "source": "x = 1\nprint(x)"}]


# {kind: (how it is written, whether it can be graded)}
ODD_FILES: dict[str, tuple[Write, bool]] = {
    "cut_short": (_text(lambda text: text[: len(text) // 2]), False),
    "empty": (_text(lambda text: ""), False),
    "blank": (_text(lambda text: " \n\n"), False),
    "no_notebook": (_text(lambda text: b"%PDF-1.7\n\xff\xfe\x00"), False),
    "a_list": (_text(lambda text: "[1, 2, 3]"), False),
    "no_code": (_changed(_without_code), False),
    "another_course": (_changed(_of_another_course), False),
    "a_link": (lambda path, notebook: path.symlink_to("/etc/passwd"), False),
    "format_5": (_changed(lambda n: n.update(nbformat=5)), True),
    "format_of_words": (_changed(lambda n: n.update(nbformat="four")), True),
    "format_3": (_changed(_in_sheets), True),
    "utf16": (_text(lambda text: text.encode("utf-16")), True),
    "byte_order_mark": (_text(lambda text: text.encode("utf-8-sig")), True),
    "windows_lines": (_text(lambda text: text.replace("\\n", "\\r\\n")), True),
    "from_colab": (_changed(_without_metadata), True),
    "large_outputs": (_with_outputs(5), True),
    "huge_outputs": (_with_outputs(50), True),
}
FUNCTION = "def NAME(*arguments, **options):\n    "
# {kind: (a cell, whether it stands in the place of the answer to NAME)}
HOSTILE: dict[str, tuple[str, bool]] = {
    "ends_its_process": ("import os\nos._exit(0)", False),
    "exits": ("raise SystemExit(3)", False),
    "asks": ("input('your name? ')", False),
    "wants_memory": ("hoard = bytearray(16 << 30)", False),
    "forks": ("import os\nwhile True:\n    os.fork()", False),
    "floods": ("print('x' * 50_000_000)", False),
    "reads_the_answers": ("from coursework.exercises import get\nprint(get('NAME'))", False),
    "writes_marks": ("open('results.jsonl', 'w').write('{}')", False),
    "closes_everything": ("import os\nos.closerange(0, 3)\n1 / 0", False),
    "in_float64": ("import torch\ntorch.set_default_dtype(torch.float64)", False),
    "says_equal": (
        "import torch\ntorch.allclose = torch.equal = lambda *a, **k: True\n"
        + FUNCTION
        + "return torch.zeros(())",
        True,
    ),
    "returns_nan": (FUNCTION + "return float('nan')", True),
    "returns_text": (FUNCTION + "return 'x' * 100_000", True),
    "recurses": (FUNCTION + "return NAME(*arguments)", True),
    "crashes": (FUNCTION + "import os\n    os.abort()", True),
    "divides_by_zero": (FUNCTION + "return 1 / 0", True),
    "does_not_parse": ("def NAME(x:\n    return x", True),
    "equals_all": (
        "class Same(float):\n    def __eq__(self, other):\n        return True\n\n"
        + FUNCTION
        + "return Same(0)",
        True,
    ),
    "loops": ("while True:\n    pass", False),
    "loops_when_called": (FUNCTION + "while True:\n        pass", True),
}
ONCE = {"huge_outputs", "loops", "loops_when_called"}  # of what takes long, a class has one each
