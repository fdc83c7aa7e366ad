"""How much memory a notebook needs, where a single run can show more."""

from pathlib import Path

from coursework.authoring.kernel import Run, run_notebook


def run_lean(path: Path, limit: float, timeout: int = 300) -> Run:
    """A run of a notebook; a second one where the first took `limit` bytes or more.

    What a notebook needs shows in every run. 09 took 1.22 to 1.27 GB in four runs and 1.53 GB in
    another, beside other work; why is not known.
    """
    run = run_notebook(path, timeout=timeout, quiet=True)
    if run.failure or run.peak < limit:
        return run
    return run_notebook(path, timeout=timeout, quiet=True)
