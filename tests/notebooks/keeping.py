"""What nbval's kernels show is kept, so that slides and site run no notebook a second time.

nbval stays the one that runs solution notebooks as tests. It drops what a cell updates later, such
as a line of progress, so its kernel's messages are read here as well.
The process that only hands tests out imports this file, too: what loads torch is imported where it
is used.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from nbformat import NotebookNode
from nbformat.v4 import output_from_msg

if TYPE_CHECKING:
    from coursework.authoring.source import Source


class Listener:
    """Listens to the kernel of one notebook, and writes down what every cell shows."""

    def __init__(self, file: pytest.File) -> None:
        codes = [cell.source for cell in file.nb.cells if cell.cell_type == "code"]
        self.shown: list[tuple[str, list[NotebookNode]]] = [(code, []) for code in codes]
        self.number = 0  # of the cell that runs
        self.finished: set[int] = set()
        self._request = ""
        self._by_id: dict[str, list[NotebookNode]] = defaultdict(list)
        self._receive = file.get_kernel_message
        file.get_kernel_message = self.receive

    def receive(self, *args: Any, **options: Any) -> dict[str, Any]:
        """The kernel's next message, as nbval asks for it."""
        message = self._receive(*args, **options)
        request = message["parent_header"].get("msg_id", "")
        if message["msg_type"] == "execute_input":
            self._request = request
        if request == self._request:
            self._write_down(message["msg_type"], message["content"], message)
        return message

    def _write_down(self, kind: str, content: dict[str, Any], message: dict[str, Any]) -> None:
        outputs = self.shown[self.number][1]
        named = self._by_id[content.get("transient", {}).get("display_id", "")]
        if kind in ("stream", "display_data", "execute_result", "error"):
            outputs.append(output_from_msg(message))
            named.append(outputs[-1])
        elif kind == "update_display_data":
            for output in named:
                output.data, output.metadata = content["data"], content["metadata"]
        elif kind == "clear_output":
            outputs.clear()
        elif kind == "status" and content["execution_state"] == "idle":
            self.finished.add(self.number)

    def is_whole(self) -> bool:
        """Has every cell run, and none stopped?"""
        kinds = {output.output_type for _, outputs in self.shown for output in outputs}
        return len(self.finished) == len(self.shown) and "error" not in kinds


LISTENER = pytest.StashKey[Listener]()


def source_of(path: Path) -> Source | None:
    """The source of a solution notebook of the course, None for any other file."""
    from coursework.authoring.source import read_source

    root = path.parents[2]
    source = root / "notebooks" / "source" / f"{path.stem}.py"
    is_solution = path.parent == root / "notebooks" / "solutions"
    return read_source(source, root) if is_solution and source.is_file() else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    if item.path.suffix == ".ipynb":
        file = item.parent
        if LISTENER not in file.stash:
            file.stash[LISTENER] = Listener(file)
        file.stash[LISTENER].number = item.cell_num


def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    if (nextitem is not None and nextitem.path == item.path) or LISTENER not in item.parent.stash:
        return
    listener, source = item.parent.stash[LISTENER], source_of(item.path)
    if source and listener.is_whole():
        from coursework.authoring.executed import keep

        with suppress(OSError):  # no room for a cache: slides and site run the notebook themselves
            keep(source, listener.shown)
