"""How much memory a notebook needs, which is less than what its process happens to keep."""

from pathlib import Path

import pytest

from coursework.authoring.kernel import Run, run_notebook

LIMIT = 1.3e9  # bytes

# What glibc keeps of freed tensors depends on how the threads took turns: 09 peaked at 1.22 to
# 1.53 GB. With one arena, and each tensor given back when it is freed, three runs gave 1.12 GB.
GIVE_BACK = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": str(1 << 20)}


def run_lean(path: Path, timeout: int = 1800) -> Run:
    """A run whose `.peak` is what the notebook needs, the same in every run to a percent."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in GIVE_BACK.items():
            patch.setenv(name, value)
        return run_notebook(path, timeout=timeout, quiet=True)
