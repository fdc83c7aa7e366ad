"""Exercise 3.2: the five lines of the ELBO's derivation, to be put in order."""

from __future__ import annotations

from itertools import permutations

from coursework.checking.exercise import Question

LINES = {
    "a": "≥ E_q[ log( p(x, z) / q(z|x) ) ]",
    "b": "= log ∫ q(z|x) · p(x, z) / q(z|x) dz",
    "c": "= E_q[ log p(x|z) ] − KL( q(z|x) ‖ p(z) )",
    "d": "= log E_q[ p(x, z) / q(z|x) ]",
    "e": "= E_q[ log p(x|z) ] + E_q[ log( p(z) / q(z|x) ) ]",
}
ORDER = "bdaec"
SHOULD_COME = (
    "After log ∫ p(x, z) dz there is no q yet. Which line brings it in without changing anything?",
    "Line b is an integral of q times something. Which line calls that an expectation under q?",
    "After line d the log stands outside the expectation. Which line moves it inside, with a ≥?",
    "Line a holds p(x, z) = p(x|z) p(z). Which line makes the log of a product a sum?",
)


def _first_slip(given: str) -> tuple[str, str]:
    """Short name and reply for an order that is not the right one."""
    place = next(i for i in range(5) if given[i] != ORDER[i])
    if given[0] == "a":
        return "jensen_first", (
            "Line a is Jensen's step: it moves the log inside an expectation under q. There must "
            "be such an expectation first. " + SHOULD_COME[0]
        )
    so_far = {0: "", 1: "The first is right. "}.get(place, f"The first {place} are right. ")
    return f"slip_at_line_{place + 1}", so_far + SHOULD_COME[min(place, 3)]


ORDERS = ["".join(order) for order in permutations("abcde")]

DERIVATION = Question(
    name="03.answers.3.2", title="the derivation of the ELBO, in order", answer=ORDER,
    choices={order: order for order in ORDERS},
    wrong={order: _first_slip(order) for order in ORDERS if order != ORDER},
    why="Right. Only one of the five steps is an inequality, Jensen's in line a, and the gap of "
        "that step is KL(q(z|x) ‖ p(z|x)). All others are equalities.",
    hints=[
        "Begin with log ∫ p(x, z) dz and multiply by one: q / q.",
        "q times something, integrated over z, is an expectation. Then Jensen: log E ≥ E log.",
        "Then p(x, z) = p(x|z) p(z); the second expectation is minus a KL.",
    ],
    points=2,
)  # fmt: skip
