"""The engine: an exercise and a callable in, a verdict with a diagnosis out.

A verdict is never a bare cross. In this order it says:

1. not attempted; raised (their line, the error in plain words); wrong type, shape, dtype or device;
2. a named mistake: the output equals that of a known wrong formula;
3. what any function can do wrong: cut the graph, change its arguments, answer anew each time;
4. a relation that holds for any exercise (`relations.py`): twice the right answer, transposed, …;
5. a broken property ("must be 0 at mu = 0; yours is 0.5");
6. how far off, and on which input.

A wrong form that a named mistake or a relation explains is told as that. All of it happens in a
state of torch's own (`state.py`), so the verdict is the same whatever the notebook has switched on.
"""

from __future__ import annotations

import inspect
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch

from coursework.checking import compare, relations
from coursework.checking.exercise import (
    NO_GRAPH,
    Case,
    Exercise,
    InterfaceError,
    Mistake,
    Observed,
    Question,
    Verdict,
)
from coursework.checking.inputs import Inputs
from coursework.checking.parts import with_credit
from coursework.checking.questions import judge_answer
from coursework.checking.running import SECONDS, Clock, Outcome, Trial, attempt, their_line
from coursework.checking.state import own_state
from coursework.checking.twice import Fault
from coursework.checking.words import plain

GRAPH_CUT = (
    "no gradient comes back through them: something cuts the graph (`.detach()`, `.data`, `.item()`, "
    "`torch.no_grad()`, a new `torch.tensor(…)`). Training would stand still."
)
PUBLIC_SOLUTION = "public_solution"


def judge(
    exercise: Exercise | Question,
    fn: Any,
    seed: int | None = None,
    seconds: float = SECONDS,
    inputs: Inputs | None = None,
    clock: Clock = time.monotonic,
    partial: bool = False,
) -> Verdict:
    """Judge `fn` as an answer to `exercise`.

    fn: any callable that takes the exercise's arguments by position, or a typed answer.
    seed: fixes the random inputs; None draws fresh ones. The same seed gives the same verdict.
    seconds: how long all calls of `fn` together may take, by `clock`.
    inputs: drawn before, instead of a seed, where several functions are judged on the same ones.
    partial: whether parts that are right earn points where the whole is not.
    A wrong answer to a variant that is right in the course's own notebook is told as that.
    """
    if isinstance(exercise, Question):
        with own_state():
            return judge_answer(exercise, fn)
    start = clock()
    verdict = _judge_function(exercise, fn, seed, seconds, inputs, clock, partial)
    left = seconds - (clock() - start)
    public = exercise.public
    if public is None or verdict.kind in ("passed", "not attempted") or left <= 0:
        return verdict
    if not judge(public, fn, seed, left, clock=clock).passed:
        return verdict
    message = f"This is the solution of the course's own exercise. {exercise.task}"
    return _verdict(exercise, "mistake", message, PUBLIC_SOLUTION)


def _judge_function(
    exercise: Exercise,
    fn: Any,
    seed: int | None,
    seconds: float,
    inputs: Inputs | None,
    clock: Clock,
    partial: bool,
) -> Verdict:
    if fn is None or fn is ...:
        return _not_attempted(exercise, fn)
    if not callable(fn):
        return _verdict(
            exercise,
            "interface",
            f"`{exercise.name}` is {compare.describe(fn)}, no function. Has the name been used twice?",
        )
    if sentence := _wrong_arguments(exercise, fn):
        return _verdict(exercise, "interface", sentence)
    with own_state():
        inputs = inputs or Inputs(exercise, seed)
        trial = attempt(exercise, fn, inputs.cases, inputs.generator(), seconds, clock)
    with own_state():  # once more, for the function may have changed it
        torch.default_generator.manual_seed(inputs.seed)
        verdict = _judge(exercise, fn, trial, inputs)
        if partial:
            truths = [inputs.known(exercise.reference, o.case) for o in trial.outcomes]
            verdict = with_credit(exercise, verdict, trial, truths)
    return replace(verdict, printed=trial.printed)


def _verdict(exercise: Exercise, kind: str, message: str, mistake: str | None = None) -> Verdict:
    return Verdict(exercise.name, kind, message, exercise.points, mistake)


def _not_attempted(exercise: Exercise, fn: Any) -> Verdict:
    written = "was its cell run, and is it a code cell (a Markdown cell never runs)"
    if fn is None or fn is ...:
        message = f"there is no function `{exercise.name}`. If you have written it: {written}?"
    else:
        message = (
            f"the `{exercise.name}` that was defined last ends in its TODO. If you have written yours: {written}, "
            "is the line that raises NotImplementedError gone, and does no copy of the TODO come after it?"
        )
    return _verdict(exercise, "not attempted", f"Not attempted yet: {message}")


def _wrong_arguments(exercise: Exercise, fn: Callable[..., Any]) -> str | None:
    """A sentence where `fn` can't be called with the reference's positional arguments."""
    needed = inspect.signature(exercise.reference).parameters
    try:
        inspect.signature(fn).bind(*[None] * len(needed))
    except TypeError:
        asked = f"it should be `{exercise.signature}`."
        return f"Your function takes other arguments than it is called with: {asked}"
    except ValueError:  # a builtin that has no signature to read
        return None
    return None


def _judge(exercise: Exercise, fn: Callable[..., Any], trial: Trial, inputs: Inputs) -> Verdict:
    if _is_todo(exercise, trial):
        return _not_attempted(exercise, fn)
    if trial.timed_out:
        return _too_long(exercise, trial)
    truths = [inputs.known(exercise.reference, o.case) for o in trial.outcomes]
    if all(_agrees(exercise, o, t) for o, t in zip(trial.outcomes, truths, strict=True)):
        return _judge_agreement(exercise, fn, trial)
    named = _named_mistake(inputs, trial, truths)
    failed = next(
        (o for o in trial.outcomes if o.error and not isinstance(o.error, InterfaceError)), None
    )
    if named and not (failed and named.when is None and not failed.case.extreme):
        return _verdict(exercise, "mistake", named.message, named.name)
    if failed:
        return _raised(exercise, fn, failed)
    return _judge_difference(exercise, trial, truths)


def _is_todo(exercise: Exercise, trial: Trial) -> bool:
    """Did it stop at its own TODO? That of a function that it calls is an error like any other."""
    error = trial.outcomes[0].error if trial.outcomes else None
    another = re.match(r"TODO (\w+):", str(error))
    return isinstance(error, NotImplementedError) and (
        not str(error)
        or (str(error).startswith("TODO") and (not another or another[1] == exercise.name))
    )


def _judge_agreement(exercise: Exercise, fn: Callable[..., Any], trial: Trial) -> Verdict:
    faults = [*(o.fault for o in trial.outcomes), trial.fault]
    if faults[0]:
        return _fault(exercise, faults[0])
    if trial.broken:
        return _verdict(exercise, "property", trial.broken[0][1])
    if trial.error:
        return _raised(exercise, fn, Outcome(Case((), "another set of inputs"), error=trial.error))
    if fault := next(filter(None, faults), None):
        return _fault(exercise, fault)
    labels = list(dict.fromkeys(o.case.label for o in trial.outcomes))
    return _verdict(exercise, "passed", f"Right, on {_listed(labels)}.")


def _judge_difference(exercise: Exercise, trial: Trial, truths: list[Any]) -> Verdict:
    """The values are wrong and no known formula gives them."""
    pairs = list(zip(trial.outcomes, truths, strict=True))
    outcome, truth = next((o, t) for o, t in pairs if not _agrees(exercise, o, t))
    if isinstance(outcome.error, InterfaceError):
        return _verdict(exercise, "interface", f"{outcome.error}".rstrip(".") + ".")
    yours, right = outcome.seen.value, truth.value
    relation = _relation(exercise, pairs)
    if sentence := compare.misfit(yours, right, "What you return"):
        if relation:
            return _fault(exercise, relation)
        return _verdict(exercise, "interface", _capital(sentence) + ".")
    if outcome.seen.gradients == NO_GRAPH:
        right_numbers = compare.close(yours, right, exercise.rtol, exercise.atol)
        start = "The numbers are right, and " if right_numbers else "The numbers are wrong, and "
        return _verdict(exercise, "mistake", start + GRAPH_CUT, "graph_cut")
    if fault := next(filter(None, [*(o.fault for o in trial.outcomes), relation]), None):
        return _fault(exercise, fault)
    if trial.broken:
        return _verdict(exercise, "property", trial.broken[0][1])
    sentence = compare.gap(yours, right, exercise.rtol, exercise.atol)
    sentence = sentence or "the values are right, and their gradients differ from the reference's"
    return _verdict(
        exercise,
        "different",
        f"On {outcome.case.label}, {sentence.rstrip('.')}. No mistake we know by name gives this.",
    )


def _relation(exercise: Exercise, pairs: Sequence[tuple[Outcome, Any]]) -> Fault | None:
    """The relation in which the values stand to the right ones on all ordinary cases."""
    ordinary = [(o, t) for o, t in pairs if not o.case.extreme]
    if exercise.same or any(o.error or isinstance(t, Exception) for o, t in ordinary):
        return None
    found = relations.find(exercise, [(o.seen.value, t.value, o.case) for o, t in ordinary])
    return Fault(*found) if found else None


def _fault(exercise: Exercise, fault: Fault) -> Verdict:
    return _verdict(exercise, "mistake", fault.message, fault.name)


def _agrees(exercise: Exercise, outcome: Outcome, truth: Observed | Exception) -> bool:
    if outcome.error or isinstance(truth, Exception):
        return type(outcome.error) is type(truth)
    if exercise.same:
        return exercise.same(outcome.seen.value, truth.value)
    form = compare.misfit(outcome.seen.value, truth.value)
    form = form or compare.misfit(outcome.seen.gradients, truth.gradients)
    return form is None and compare.close(outcome.seen, truth, exercise.rtol, exercise.atol)


def _named_mistake(inputs: Inputs, trial: Trial, truths: list[Any]) -> Mistake | None:
    """The mistake whose outputs equal the learner's on all cases, else on all ordinary ones."""
    exercise, outcomes = inputs.exercise, trial.outcomes
    ordinary = [(o, t) for o, t in zip(outcomes, truths, strict=True) if not o.case.extreme]
    wrong_already = any(not _agrees(exercise, o, t) for o, t in ordinary)
    for round_of in [outcomes, [o for o, _ in ordinary]] if wrong_already else [outcomes]:
        for mistake in exercise.mistakes:
            if all(_matches(inputs, mistake, o) for o in round_of):
                return mistake
    return None


def _matches(inputs: Inputs, mistake: Mistake, outcome: Outcome) -> bool:
    if mistake.when is not None:
        return outcome.error is None and mistake.when(outcome.seen, outcome.case)
    exercise, known = inputs.exercise, inputs.known(mistake.wrong, outcome.case)
    if outcome.error or isinstance(known, Exception):
        return type(outcome.error) is type(known)
    if exercise.same:
        return exercise.same(outcome.seen.value, known.value)
    return compare.close(outcome.seen, known, exercise.rtol, exercise.atol)


def _raised(exercise: Exercise, fn: Callable[..., Any], outcome: Outcome) -> Verdict:
    error = outcome.error
    if error is None:
        raise ValueError("there is no error to tell about")
    where = their_line(fn, error)
    said = plain(error)
    lines = str(error).strip().splitlines() or ["(no message)"]
    parts = [
        f"On {outcome.case.label}, your function stopped" + (f" at {where}" if where else "") + "."
    ]
    parts += [_capital(said)] if said else []
    parts += [f"Python says: `{type(error).__name__}: {lines[0]}`."]
    place = getattr(error, "place", None)
    return replace(_verdict(exercise, "raised", " ".join(parts)), place=place)


def _too_long(exercise: Exercise, trial: Trial) -> Verdict:
    seen = len(trial.outcomes)
    place = "the first inputs" if seen == 0 else f"inputs number {seen + 1}"
    message = (
        f"After {trial.seconds:.0f} seconds your function had not come back from {place}. "
        "Is there a loop that never ends?"
    )
    advice = "It has been interrupted; you can go on."
    if trial.stuck:
        advice = "It could not be interrupted: restart the kernel (Kernel menu, Restart) before you go on."
    return Verdict(exercise.name, "raised", message, exercise.points, advice=advice)


def _listed(labels: list[str]) -> str:
    return labels[0] if len(labels) == 1 else ", ".join(labels[:-1]) + " and " + labels[-1]


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
