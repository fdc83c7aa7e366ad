"""`course run`: execute notebooks without a browser, one after the other, and say what it took."""

import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell
from tqdm.auto import tqdm

_PEAK = """\
try:
    _status = open("/proc/self/status").read()
    print(1024 * int(_status.split("VmHWM:")[1].split()[0]))
except (OSError, IndexError):
    import resource, sys
    _peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(_peak if sys.platform == "darwin" else 1024 * _peak)
"""
_COLORS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Run:
    """One executed notebook.

    seconds: on the clock, kernel start included; peak: resident bytes of its kernel, 0 if unknown;
    failure: "" or what went wrong, with cell and error, ready to print.
    """

    name: str
    seconds: float
    peak: int
    failure: str
    notebook: nbformat.NotebookNode


def find_notebooks(folder: Path, numbers: Sequence[str] = ()) -> list[Path]:
    """A folder's notebooks, or those with the given numbers; ValueError lists what there is."""
    paths = sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    known = {path.name[:2]: path for path in paths}
    wanted = [number.zfill(2) for number in numbers]
    if unknown := [number for number in wanted if number not in known]:
        there = ", ".join(known) or "none; run `course build` first"
        raise ValueError(f"no notebook {', '.join(unknown)} in {folder}; there is {there}")
    return [known[number] for number in wanted] if wanted else paths


def run_notebook(
    path: Path, *, timeout: int | None = None, quiet: bool = False, strict: bool = False
) -> Run:
    """Execute one notebook in its folder. A failing cell ends it and is told in `.failure`.

    timeout: seconds a cell may take; None for no limit. strict: a check that is not passed fails.
    """
    notebook = nbformat.read(path, as_version=4)
    cells = notebook.cells
    client = NotebookClient(
        notebook,
        timeout=timeout,
        resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=["--log-level=ERROR"],
    )
    started = time.perf_counter()
    failure, peak, index = "", 0, 0
    bar = tqdm(total=len(cells), desc=path.stem, unit="cell", leave=False, disable=quiet)
    try:
        with bar, client.setup_kernel(env=_kernel_environment(strict)):
            for index, cell in enumerate(list(cells)):
                client.execute_cell(cell, index)
                bar.update()
            peak = _peak_memory(client)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        failure = _describe(path.name, index, cells[index].source, error)
    return Run(path.stem, time.perf_counter() - started, peak, failure, notebook)


def _kernel_environment(strict: bool) -> dict[str, str]:
    """Ours, with $COURSE_DATA seen from here; kernels start faster with compiled files kept.

    This is no learner's run, so no record of verdicts is kept, but where one is asked for.
    """
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment.setdefault("COURSE_PROGRESS", "")
    if data := environment.get("COURSE_DATA"):
        environment["COURSE_DATA"] = str(Path(data).resolve())
    return {**environment, "COURSE_STRICT": "1"} if strict else environment


def _peak_memory(client: NotebookClient) -> int:
    client.nb.cells.append(new_code_cell(_PEAK))
    cell = client.execute_cell(client.nb.cells[-1], len(client.nb.cells) - 1)
    client.nb.cells.pop()
    text = "".join(output.get("text", "") for output in cell.outputs).strip()
    return int(text) if text.isdigit() else 0


def _describe(name: str, index: int, source: str, error: Exception) -> str:
    shown = "\n".join(f"    {line}" for line in source.split("\n"))
    if isinstance(error, CellExecutionError):
        what = _COLORS.sub("", error.traceback).rpartition("------------------\n")[2].strip()
        head = f"{error.ename}: {error.evalue}".strip()
    else:
        what = head = str(error)
    return f"{name}, cell {index + 1}: {head}\n\n{shown}\n\n{what}"


def times_table(runs: Sequence[Run]) -> str:
    """Notebook, seconds, peak memory and outcome, as aligned text with a line of totals."""
    width = max([len(run.name) for run in runs] + [len("notebook")])
    lines = [f"{'notebook':<{width}}  seconds  peak GB  outcome"]
    for run in runs:
        peak = f"{run.peak / 1e9:7.2f}" if run.peak else "      –"
        outcome = "failed" if run.failure else "ok"
        lines.append(f"{run.name:<{width}}  {run.seconds:7.1f}  {peak}  {outcome}")
    if len(runs) > 1:
        total = sum(run.seconds for run in runs)
        lines.append(f"{'together':<{width}}  {total:7.1f}")
    return "\n".join(lines)
