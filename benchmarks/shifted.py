"""Run solution notebooks with every seed shifted: `python -m benchmarks.shifted SHIFT [NN …]`.

Every seed of torch and of NumPy grows by SHIFT, those of the drawn data as well, and each cell runs
even if one before it failed. What the cells printed, their errors and the processor seconds of
each are kept in `shifted/`, for somebody who reads them beside the text; `claims.md` says for
which shifts that was done. The lists that decide which patient of a clinic has which fault
(`shuffled = …`) stay as they are, since the answers in the notebook are for them. Shift 0 is the
notebook itself.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

from coursework.authoring.kernel import find_notebooks

HERE = Path(__file__).parent
SOLUTIONS = HERE.parent / "notebooks" / "solutions"
FIRST = """\
import time, numpy, torch

class _Shifted(torch.Generator):
    def manual_seed(self, seed):
        return super().manual_seed(int(seed) + {shift})

    def initial_seed(self):  # what it was called with, for whoever makes a second one like it
        return super().initial_seed() - {shift}

    def as_it_is(self, seed):
        return super().manual_seed(int(seed))

torch.Generator = _Shifted
_torch_seed, _rng, _began = torch.manual_seed, numpy.random.default_rng, [0.0]
torch.manual_seed = lambda seed: _torch_seed(int(seed) + {shift})

def _shifted_rng(seed=None):
    if isinstance(seed, (list, tuple)):
        return _rng([seed[0] + {shift}, *seed[1:]])
    return _rng(seed if seed is None else seed + {shift})

numpy.random.default_rng = _shifted_rng
_events = get_ipython().events
_events.register("pre_run_cell", lambda *_: _began.__setitem__(0, time.process_time()))
_events.register("post_run_cell", lambda *_: print(f"<{{time.process_time() - _began[0]:.2f}} s>"))
"""
COLORS = re.compile(r"\x1b\[[0-9;]*m")


def unshuffled(source: str) -> str:
    """A cell whose lines `shuffled = …` draw what they always do."""
    lines = source.split("\n")
    for i, line in enumerate(lines):
        if re.match(r"shuffled\s*=", line):
            line = line.replace("set_seed(", "torch.Generator().as_it_is(")
            lines[i] = line.replace(".manual_seed(", ".as_it_is(")
    return "\n".join(lines)


def run(path: Path, shift: int, out: Path) -> int:
    """Run one notebook, write what it printed, and return how many of its cells failed."""
    notebook = nbformat.read(path, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in cells:
        cell.source = unshuffled(cell.source)
    notebook.cells.insert(0, new_code_cell(FIRST.format(shift=shift)))
    here = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(notebook, timeout=None, allow_errors=True, resources=here)
    os.environ.setdefault("COURSE_PROGRESS", "")
    client.execute(env=os.environ | {"COURSE_STRICT": "1"})
    errors = [o for cell in cells for o in cell.outputs if o.output_type == "error"]
    source = os.environ.get("COURSE_SOURCE", "drawn")
    told = "\n\n".join(f"{cell.source}\n{shown(cell)}" for cell in cells)
    (out / f"{path.stem}_{shift}_{source}.txt").write_text(told, encoding="utf-8")
    return len(errors)


def shown(cell: nbformat.NotebookNode) -> str:
    """What a cell printed, and its error."""
    printed = [o.text for o in cell.outputs if o.output_type == "stream"]
    failed = [COLORS.sub("", "\n".join(o.traceback)) for o in cell.outputs if "traceback" in o]
    return "".join(f"    {line}\n" for text in (*printed, *failed) for line in text.splitlines())


def main() -> None:
    shift, *numbers = sys.argv[1:]
    out = HERE.parent / "shifted"
    out.mkdir(exist_ok=True)
    for path in find_notebooks(SOLUTIONS, numbers):
        failed = run(path, int(shift), out)
        print(f"{path.stem}: {failed} cells failed", flush=True)


if __name__ == "__main__":
    main()
