"""What a learner reads below a NameError: which cells to run, after a restart or out of order."""

from __future__ import annotations

import re
from traceback import extract_tb
from types import TracebackType
from typing import Any

from course_utils.cards import QUIET, Card
from course_utils.display import emit

ABOVE = (
    "`{0}` has no value in this kernel. After a restart, or where a cell was left out: run all "
    "cells above this one (in the Run menu; in Colab, Run before), then this one. What you "
    "have written is kept, and so is your progress. If that doesn't help, check the spelling."
)
UNQUOTED = "A letter stands in quotes: `{1}` without them is the name of a variable. Write `{0}`."


def explain_missing_names(shell: Any = None) -> None:
    """In a notebook, let a card follow the traceback of each NameError. Elsewhere do nothing."""
    if shell is None:
        try:
            from IPython import get_ipython
        except ImportError:
            return
        shell = get_ipython()
    if shell is not None and not shell.custom_exceptions:
        shell.set_custom_exc((NameError,), _explain)


def _explain(
    shell: Any,
    kind: type[BaseException],
    error: BaseException,
    traceback: TracebackType,
    tb_offset: int | None = None,
) -> None:
    """What IPython calls, as a method of its shell, instead of printing the traceback itself."""
    shell.showtraceback((kind, error, traceback), tb_offset=tb_offset)
    found = re.search(r"name '(\w+)' is not defined", str(error))
    if not found:
        return
    line = (extract_tb(traceback)[-1].line or "").strip()
    answer = re.fullmatch(r"(answers\[.+\] *= *)[a-e]", line)
    if answer:
        title, words = "In quotes", UNQUOTED.format(f'{answer[1]}"{found[1]}"', found[1])
    else:
        title, words = "What to run", ABOVE.format(found[1])
    emit(Card(title, [words], QUIET, "○"))
