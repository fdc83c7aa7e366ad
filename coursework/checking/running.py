"""Call a function that may print, raise, change its arguments, or never come back."""

from __future__ import annotations

import contextlib
import copy
import ctypes
import inspect
import io
import linecache
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Generator, Tensor, nn

from coursework.checking.compare import is_long
from coursework.checking.exercise import NO_GRAPH, Case, Exercise, InterfaceError, Observed
from coursework.checking.twice import Fault, Watched

Learners = Callable[..., Any]  # a function that the learner wrote
Clock = Callable[[], float]  # seconds since some moment, which need not be those of a watch
THREAD = "course-check"  # name of the threads in which learners' functions are called
LOOK = 0.2  # seconds between two looks at a clock that is no watch
SECONDS = 10.0  # how long a check may take before it comes back without an answer


@dataclass
class Outcome:
    """What one call gave: a value (with gradients where they are asked for), or an error.

    fault: what the call did besides, to its arguments for one.
    """

    case: Case
    seen: Observed = field(default_factory=lambda: Observed(None))
    error: BaseException | None = None
    fault: Fault | None = None


@dataclass
class Trial:
    """What all the calls of one function gave, up to the time limit."""

    outcomes: list[Outcome] = field(default_factory=list)
    broken: list[tuple[str, str]] = field(default_factory=list)  # (property name, sentence)
    printed: str = ""
    seconds: float = SECONDS
    timed_out: bool = False
    stuck: bool = False  # it could not even be interrupted
    error: BaseException | None = None  # raised while properties were tried
    fault: Fault | None = None  # found meanwhile


class TookTooLong(BaseException):
    """Thrown into a function that takes too long; no Exception, so that few `except` catch it."""


def fresh(value: Any) -> Any:
    """A copy of an argument that the learner may change without harm, layout kept."""
    if isinstance(value, Tensor):
        return value.detach().clone().requires_grad_(value.requires_grad)
    if isinstance(value, Generator):
        return Generator(value.device).set_state(value.get_state())
    if isinstance(value, nn.Module):
        return copy.deepcopy(value)
    if isinstance(value, (tuple, list)):
        return type(value)(fresh(v) for v in value)
    return value


def observe(exercise: Exercise, fn: Learners, case: Case) -> Observed:
    """What is compared for one case: the returned value, with gradients where the exercise asks."""
    args = [fresh(a) for a in case.args]
    if not exercise.differentiable:
        return Observed(_look(exercise, fn, args))
    for i in exercise.differentiable:
        args[i].requires_grad_()
    inputs = [args[i] for i in exercise.differentiable]
    value = _look(exercise, _unmutated(fn, inputs), args)
    return Observed(value, gradients(value, inputs))


def _look(exercise: Exercise, fn: Learners, args: Sequence[Any]) -> Any:
    value = exercise.observe(fn, *args) if exercise.observe else fn(*args)
    if any(map(is_long, value if isinstance(value, (tuple, list)) else [value])):
        raise InterfaceError(TOO_LONG)
    return value


TOO_LONG = (
    "You return a whole number of more than 63 bits, which no tensor can hold: a power, a product "
    "or a shift (`<<`) of whole numbers has grown too far"
)


def _unmutated(fn: Learners, inputs: list[Tensor]) -> Callable[..., Any]:
    """`fn` on copies that autograd can see through: an in-place change of a leaf would raise."""

    def call(*args: Any) -> Any:
        return fn(*[a.clone() if any(a is i for i in inputs) else a for a in args])

    return call


def gradients(value: Any, inputs: Sequence[Tensor]) -> list[Tensor] | str:
    """Vector–Jacobian products of `value` with a fixed cotangent, NO_GRAPH if no graph is left."""
    values = value if isinstance(value, (tuple, list)) else [value]
    outputs = [v for v in values if isinstance(v, Tensor) and v.requires_grad]
    if not outputs:
        return NO_GRAPH
    cotangents = [torch.linspace(0.5, 1.5, v.numel()).reshape(v.shape).to(v) for v in outputs]
    found = torch.autograd.grad(outputs, inputs, cotangents, allow_unused=True)
    return [torch.zeros_like(i) if g is None else g for g, i in zip(found, inputs, strict=True)]


def attempt(
    exercise: Exercise,
    fn: Learners,
    cases: Sequence[Case],
    generator: Generator,
    seconds: float = SECONDS,
    clock: Clock = time.monotonic,
) -> Trial:
    """Run `fn` on all cases and properties, in a thread, for at most `seconds`, in `own_state`.

    A TookTooLong that comes out of `fn` itself is a time-out too, never the end of a good trial.
    """
    trial, output, watched = Trial(seconds=seconds), io.StringIO(), Watched(exercise, fn)

    def work() -> None:
        try:
            _run_cases(exercise, watched, cases, trial)
            _run_properties(exercise, watched, generator, trial)
        except TookTooLong:
            trial.timed_out = True

    with warnings.catch_warnings(), contextlib.redirect_stdout(output):
        warnings.simplefilter("ignore")
        torch.default_generator.manual_seed(int(torch.randint(2**62, (1,), generator=generator)))
        in_time, trial.stuck = limited(work, seconds, clock)
    trial.timed_out = trial.timed_out or not in_time
    trial.printed = output.getvalue()
    return trial


def limited(
    work: Callable[[], None], seconds: float, clock: Clock = time.monotonic
) -> tuple[bool, bool]:
    """Run `work` in a thread, and throw TookTooLong into it after `seconds` of `clock`.

    Returns whether it ended in time, and whether it still runs because it can't be interrupted.
    """
    threads = torch.get_num_threads()

    def as_here() -> None:
        torch.set_num_threads(threads)  # OpenMP keeps this number for each thread of its own
        work()

    worker = threading.Thread(target=as_here, name=THREAD, daemon=True)
    worker.start()
    stuck = False
    try:
        _wait_for(worker, seconds, clock)
        for _ in range(12):  # torch loads parts of itself late; half of one is of no use
            if _importing(worker):
                _wait_for(worker, seconds, clock)
    finally:
        in_time = not worker.is_alive()
        if not in_time:
            stuck = not _interrupt(worker)
    return in_time, stuck


def _wait_for(worker: threading.Thread, seconds: float, clock: Clock) -> None:
    ends = clock() + seconds
    while worker.is_alive() and (left := ends - clock()) > 0:
        worker.join(min(left, LOOK))


def _run_cases(exercise: Exercise, fn: Watched, cases: Sequence[Case], trial: Trial) -> None:
    for i, case in enumerate(cases):
        outcome = Outcome(case)
        try:
            outcome.seen = observe(exercise, fn, case)
            if i == 0:
                outcome.case = replace(case, label=f"{case.label}, with two calls in a row")
                fn.again = True
                _look(exercise, fn, [fresh(a) for a in case.args])
                outcome.case = case
        except TookTooLong:
            raise
        except BaseException as error:  # SystemExit too: a learner may type exit()
            outcome.error = error
        outcome.fault = fn.take()
        trial.outcomes.append(outcome)


def _run_properties(exercise: Exercise, fn: Watched, generator: Generator, trial: Trial) -> None:
    if all(o.error for o in trial.outcomes):
        return
    for prop in exercise.properties:
        try:
            if sentence := prop.broken(fn, generator):
                trial.broken.append((prop.name, sentence))
        except TookTooLong:
            raise
        except InterfaceError as error:
            trial.broken.append((prop.name, str(error)))
        except BaseException as error:
            trial.error = trial.error or error
    trial.fault = fn.take()


def _importing(worker: threading.Thread) -> bool:
    """Is a module being imported in this thread?"""
    frame = sys._current_frames().get(worker.ident or 0)
    while frame and not frame.f_code.co_filename.startswith("<frozen importlib"):
        frame = frame.f_back
    return frame is not None


def _interrupt(worker: threading.Thread) -> bool:
    """Throw TookTooLong into the thread, a few times; False where it goes on all the same."""
    thread, thrown = ctypes.c_ulong(worker.ident or 0), ctypes.py_object(TookTooLong)
    for _ in range(5):
        ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, thrown)
        worker.join(0.2)
        if not worker.is_alive():
            return True
    return False


def their_line(fn: Learners, error: BaseException) -> str:
    """The line of the learner's own code at which the error arose, "" where it can't be told."""
    if isinstance(told := getattr(error, "their_line", None), str):  # by a grader's worker
        return told
    code = getattr(inspect.unwrap(fn), "__code__", None)
    if isinstance(fn, type):
        code = next((m.__code__ for m in vars(fn).values() if hasattr(m, "__code__")), None)
    frames = traceback.extract_tb(error.__traceback__)
    mine = [frame for frame in frames if code and frame.filename == code.co_filename]
    if code is None or not mine:
        return ""
    number = mine[-1].lineno or 0
    text = linecache.getline(mine[-1].filename, number).strip() or mine[-1].line
    first = code.co_firstlineno
    if first <= number <= max(line or 0 for *_, line in code.co_lines()):
        place = f"line {number - first + 1} of your function"
    else:
        place = f"a line of your `{mine[-1].name}`"
    return f"{place}: `{text}`" if text else place
