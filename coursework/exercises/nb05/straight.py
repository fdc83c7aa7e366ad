"""Exercise `straight_through`: the one-hot row forward, the soft row's gradient backward."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from torch import Generator, Tensor
from torch.nn import functional as F

from course_utils.distributions import gumbel_softmax
from coursework.checking.exercise import Case, Exercise, Observed
from coursework.exercises.nb05.gumbel import choice_cases, draw_choices, gumbel, hard, observe
from coursework.exercises.rules import Wrong, must_be, named, then


def straight_through(logits: Tensor, tau: float, u: Tensor) -> Tensor:
    """One-hot choices (N, C) with the gradient of gumbel_softmax. Bengio et al., 2013."""
    y = gumbel_softmax(logits, tau, u)
    return hard(y) + y - y.detach()


def _cases(generator: Generator) -> Iterator[Case]:
    yield from choice_cases(generator)
    logits, _, u = draw_choices(generator, 9, 5)
    yield Case((0.3 * logits, 2.5, u), "a high temperature")
    logits, _, u = draw_choices(generator, 7, 4)
    logits[:, -1] -= 12  # more than the noise makes up for
    logits[3, 1] += 40
    yield Case((logits, 2.5, u), "a batch in which nothing draws the last class")


def _off_one_hot(fn: object, generator: Generator) -> float:
    y = fn(*draw_choices(generator, 9, 4))  # type: ignore[operator]
    return float((y.detach() - hard(y)).abs().max())


def _one_place(logits: Tensor, tau: float, u: Tensor) -> Tensor:
    y = gumbel_softmax(logits, tau, u)
    return F.one_hot(y.argmax()).to(y) + y - y.detach()


def _one_place_of(logits: Tensor, tau: float, u: Tensor) -> Tensor:
    y = gumbel_softmax(logits, tau, u)
    return F.one_hot(y.argmax(), y.shape[1]).to(y) + y - y.detach()


def _too_narrow(logits: Tensor, tau: float, u: Tensor) -> Tensor:
    y = gumbel_softmax(logits, tau, u)
    return F.one_hot(y.argmax(1)) + y - y.detach()


STOPS = {"axis_missing": (_one_place, _one_place_of), "classes_missing": (_too_narrow,)}


def observe_rows(fn: Wrong, logits: Tensor, tau: float, u: Tensor) -> Any:
    """What `observe` sees, or the names of the mistakes that stop as `fn` does, in a string."""
    try:
        return observe(fn, logits, tau, u)
    except RuntimeError as error:
        names = [
            name for name, wrongs in STOPS.items() if _stops_alike(error, wrongs, logits, tau, u)
        ]
        if not names:
            raise
        return " ".join(names)


def _stops_alike(error: RuntimeError, wrongs: Sequence[Wrong], *args: Any) -> bool:
    for wrong in wrongs:
        try:
            wrong(*args)
        except RuntimeError as known:
            if _sizes(known) == _sizes(error):
                return True
    return False


def _sizes(error: RuntimeError) -> tuple[str, list[str]]:
    """How an error's message begins, and its numbers, in whichever order the terms were added."""
    return str(error)[:12], sorted(re.findall(r"\d+", str(error)))


def _axis_missing(seen: Observed, case: Case) -> bool:
    """Or the largest entry of all is in the first row, so that nothing stops."""
    logits = case.args[0]
    first_row = int(gumbel_softmax(*case.args).argmax()) < logits.shape[1]
    return "axis_missing" in str(seen.value) or first_row


def _classes_missing(seen: Observed, case: Case) -> bool:
    """Or the width is that of all classes, or 1 and spreads over the row, so that nothing stops."""
    narrow = _width(case)
    return "classes_missing" in str(seen.value) or narrow in (1, case.args[0].shape[1])


def _width(case: Case) -> int:
    """Columns of a one-hot table that knows only the classes drawn in the batch."""
    return int(gumbel_softmax(*case.args).argmax(1).max()) + 1


MISTAKES = named({
    "soft": ("That is the soft row of `gumbel_softmax`. Its value has to be one-hot; only its "
        "gradient is wanted.", gumbel_softmax),
    "no_gradient": ("One-hot rows, and no gradient: `argmax` has none. Add the soft row and take "
        "it away again, detached: `hard + y - y.detach()`.", then(gumbel_softmax, hard),
        then(gumbel_softmax, lambda y: hard(y) + (y - y).detach())),
    "cancels": ("You add the soft row and take it away again, both with a gradient, so that the "
        "gradients cancel, too. Detach the one that is taken away: `hard + y - y.detach()`.",
        then(gumbel_softmax, lambda y: hard(y) + y - y)),
    "gradient_negative": ("The gradient has the wrong sign: the row that is *added* is detached. "
        "Detach the one that is taken away.",
        then(gumbel_softmax, lambda y: hard(y) + y.detach() - y)),
    "soft_left_in": ("The soft row is left in the value. Take it away again, detached: `hard + y - "
        "y.detach()`.", then(gumbel_softmax, lambda y: hard(y) + y)),
    "soft_taken_away": ("You took the soft row away twice, or did not add it: `hard + y - "
        "y.detach()`.", then(gumbel_softmax, lambda y: hard(y) - y.detach()),
        then(gumbel_softmax, lambda y: hard(y) - y)),
    "hard_times_soft": ("You multiplied the one-hot row with the soft one. Then the value is not "
        "one-hot, and only the winner's entry has a gradient.",
        then(gumbel_softmax, lambda y: hard(y) * y)),
    "scaled_to_one": ("You divided the row by itself, so the value is one-hot and the gradient is "
        "another one. It is `hard + y - y.detach()`.",
        then(gumbel_softmax, lambda y: hard(y) * y / y.detach())),
    "choice_without_noise": ("The choice is made from the logits alone: always the likeliest "
        "class. It is the largest entry of the noisy row, y.",
        lambda x, t, u: hard(x) + gumbel_softmax(x, t, u) - gumbel_softmax(x, t, u).detach()),
    "gradient_without_noise": ("The gradient is that of a softmax without the noise. Use the y of "
        "`gumbel_softmax` in both places.",
        lambda x, t, u: hard(x + gumbel(u)) + (x / t).softmax(1) - (x / t).softmax(1).detach(),
        lambda x, t, u: hard(x + gumbel(u)) + x.softmax(1) - x.softmax(1).detach()),
    "tau_forgotten": ("The temperature is not in the gradient. `y = gumbel_softmax(logits, tau, "
        "u)`.", lambda x, t, u: straight_through(x, 1.0, u)),
    "gradient_of_the_logits": ("The gradient passes to the logits as it is. It has to go through "
        "the soft row: `hard + y - y.detach()`.",
        lambda x, t, u: hard(x + gumbel(u)) + x - x.detach()),
    "threshold": ("You cut the soft row at ½, or rounded it. With more than two classes no entry "
        "need be above ½: take the largest, `y.argmax(1)`.",
        then(gumbel_softmax, lambda y: (y > 0.5).to(y) + y - y.detach()),
        then(gumbel_softmax, lambda y: y.round() + y - y.detach())),
    "index_returned": ("You returned the number of the class. Make a one-hot row of it: "
        "`F.one_hot(y.argmax(1), y.shape[1])`.", then(gumbel_softmax, lambda y: y.argmax(1))),
    "wrong_axis": ("The largest of each column was taken. Each row has one choice: `argmax(1)`.",
        then(gumbel_softmax, lambda y: F.one_hot(y.argmax(0), len(y)).T.to(y) + y - y.detach())),
})  # fmt: skip

STRAIGHT_THROUGH = Exercise(
    name="straight_through", notebook="05", title="one-hot forward, soft backward",
    reference=straight_through, cases=_cases, observe=observe_rows, differentiable=(0,), points=2,
    mistakes=MISTAKES
    + named({
        "own_noise": ("Another row comes out each time, so you drew noise of your own "
            "(`F.gumbel_softmax(…, hard=True)` does). Use the `u` you are handed.",
            lambda x, t, u: F.gumbel_softmax(x, tau=t, hard=True)),
    }, when=lambda seen, case: str(seen.value) == "own_noise" or len(case.args[0]) < 6)
    + named({
        "axis_missing": ("`y.argmax()` without an axis is one number: the place of the largest "
            "entry of the whole table. Each row has one choice: `y.argmax(1)`.",
            _one_place, _one_place_of),
    }, when=_axis_missing)
    + named({
        "classes_missing": ("`F.one_hot` isn't told how many classes there are, and counts up to "
            "the largest that it sees. Where no row of the batch draws the last class, the table "
            "is too narrow. Tell it: `F.one_hot(y.argmax(1), y.shape[1])`.", _too_narrow),
    }, when=_classes_missing),
    properties=[
        must_be("one_hot", 0, _off_one_hot, "Each row must be one-hot; an entry of yours is off by "
            "{:.3g}."),
    ],
    hints=["The value of the whole must be `hard`. What can you add whose value is 0 and whose "
           "gradient is that of y?",
           "`y - y.detach()` is 0, and only the first y has a gradient.",
           "`y = gumbel_softmax(logits, tau, u)`, `hard = F.one_hot(y.argmax(1), "
           "y.shape[1])`, `return hard + y - y.detach()`"],
)  # fmt: skip
