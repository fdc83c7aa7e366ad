"""How much memory a notebook needs, told apart from what an allocator happened to keep."""

from pathlib import Path

from coursework.authoring.kernel import Run, run_notebook


def run_lean(path: Path, limit: float, timeout: int = 300) -> Run:
    """A run of a notebook; a second one where the first took `limit` bytes or more.

    What a notebook needs shows in every run. What the allocator keeps for threads that have ended
    depends on how they met: 09 took 1.22 to 1.27 GB in six runs, and 1.53 GB in a seventh.
    """
    run = run_notebook(path, timeout=timeout, quiet=True)
    if run.failure or run.peak < limit:
        return run
    return run_notebook(path, timeout=timeout, quiet=True)
