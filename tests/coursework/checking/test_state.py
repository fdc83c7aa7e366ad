"""Whatever the notebook has switched on, a right function passes, and its state stays."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from coursework import exercises
from coursework.checking import Exercise, Verdict, evaluate
from coursework.checking.state import own_state

WHOLE_COURSE = True
FUNCTIONS = [e for e in map(exercises.get, exercises.names()) if isinstance(e, Exercise)]


@contextlib.contextmanager
def switched(switch: Callable[[Any], None], on: Any, off: Any) -> Iterator[None]:
    """A switch that a notebook sets and leaves."""
    switch(on)
    try:
        yield
    finally:
        switch(off)


LEFT = {
    "no gradients": lambda: switched(torch.set_grad_enabled, False, True),
    "inference mode": torch.inference_mode,
    "another device": lambda: switched(torch.set_default_device, "meta", None),
    "another device for a while": lambda: torch.device("meta"),
    "float64": lambda: switched(torch.set_default_dtype, torch.float64, torch.float32),
    "bfloat16": lambda: switched(torch.set_default_dtype, torch.bfloat16, torch.float32),
    "autocast": lambda: torch.autocast("cpu", dtype=torch.bfloat16),
}


def state() -> tuple[Any, ...]:
    return (
        torch.is_grad_enabled(),
        torch.is_inference_mode_enabled(),
        torch.empty(0).device,
        torch.get_default_dtype(),
        torch.is_autocast_enabled("cpu"),
        torch.get_rng_state().tolist(),
    )


PLAIN = (True, False, torch.device("cpu"), torch.float32, False)


def test_there_is_something_to_test() -> None:
    assert len(FUNCTIONS) >= 48
    for left in LEFT.values():
        with left():
            assert state()[:5] != PLAIN


def failing(functions: list[Exercise], left: str) -> list[tuple[str, Verdict]]:
    """Those whose reference does not pass while this is left on, which it is afterwards, too."""
    with LEFT[left]():
        before = state()
        verdicts = [(e.name, evaluate(e.name, e.reference, 3)) for e in functions]
        assert state() == before
    return [(name, verdict) for name, verdict in verdicts if not verdict.passed]


@pytest.mark.parametrize("left", LEFT)
def test_references_pass_whatever_was_left_on(left: str) -> None:
    """Every reference is tried with one thing left on."""
    assert failing(FUNCTIONS[list(LEFT).index(left) :: len(LEFT)], left) == []


@pytest.mark.slow
@pytest.mark.parametrize("left", LEFT)
def test_every_reference_passes_whatever_was_left_on(left: str) -> None:
    assert failing(FUNCTIONS, left) == []


@pytest.mark.parametrize("left", LEFT)
def test_inside_it_is_the_same_state_and_another_one_set_there_does_not_last(left: str) -> None:
    with LEFT[left]():
        before = state()
        with own_state():
            assert state()[:5] == PLAIN
            torch.set_grad_enabled(False)
            torch.set_default_dtype(torch.float16)
            torch.manual_seed(7)
            torch.autocast("cpu", dtype=torch.bfloat16).__enter__()
        assert state() == before


def test_a_device_that_is_set_inside_does_not_last() -> None:
    before = state()
    with own_state():
        torch.set_default_device("meta")
    assert state() == before


def test_a_function_that_sets_another_state_is_judged_and_the_notebooks_state_stays() -> None:
    before = state()

    def entropy(p: torch.Tensor) -> torch.Tensor:
        torch.set_default_dtype(torch.float64)
        return torch.special.entr(p).sum(-1)

    assert evaluate("entropy", entropy, 0).passed
    assert state() == before


def test_a_function_that_raises_and_one_that_loops_leave_the_state_alone() -> None:
    before = state()

    def loops(p: torch.Tensor) -> torch.Tensor:
        torch.set_default_dtype(torch.float64)
        while True:
            pass

    def raises(p: torch.Tensor) -> torch.Tensor:
        torch.set_default_dtype(torch.float64)
        raise ValueError("no")

    assert evaluate("entropy", raises, 0).kind == "raised" and state() == before
    assert evaluate("entropy", loops, 0, seconds=0.3).kind == "raised" and state() == before


LOADED_IN_ANOTHER_STATE = """
import torch
torch.set_default_device("meta")
with torch.inference_mode():
    from coursework import exercises
    from coursework.checking import Exercise, evaluate
    functions = [e for e in map(exercises.get, exercises.names()) if isinstance(e, Exercise)]
    print([e.name for e in functions if not evaluate(e.name, e.reference, 0).passed])
"""


@pytest.mark.slow
def test_exercises_that_are_first_loaded_in_another_state_are_the_same() -> None:
    command = [sys.executable, "-c", LOADED_IN_ANOTHER_STATE]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
