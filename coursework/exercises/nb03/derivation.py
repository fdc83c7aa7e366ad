"""Exercises 3.2a and 3.2b: the lines of two derivations, to be put in order."""

from __future__ import annotations

from coursework.exercises.orders import lines_in_order, order

BOUND = {
    "a": "≥ E_q[ log( p(x, z) / q(z|x) ) ]",
    "b": "= log ∫ q(z|x) · p(x, z) / q(z|x) dz",
    "c": "= E_q[ log p(x|z) ] − KL( q(z|x) ‖ p(z) )",
    "d": "= log E_q[ p(x, z) / q(z|x) ]",
    "e": "= E_q[ log p(x|z) ] + E_q[ log( p(z) / q(z|x) ) ]",
}
SHOULD_COME = (
    "After log ∫ p(x, z) dz there is no q yet. Which line brings it in without changing anything?",
    "Line b is an integral of q times something. Which line calls that an expectation under q?",
    "After line d the log stands outside the expectation. Which line moves it inside, with a ≥?",
    "Line a holds p(x, z) = p(x|z) p(z). Which line makes the log of a product a sum?",
)
_next_line = lines_in_order("bdaec", SHOULD_COME)


def _slip(given: str) -> tuple[str, str]:
    if given[0] == "a":
        return "jensen_first", (
            "Line a is Jensen's step: it moves the log inside an expectation under q. There must "
            "be such an expectation first. " + SHOULD_COME[0]
        )
    return _next_line(given)


DERIVATION = order(
    "03.answers.3.2a", "the derivation of the ELBO, in order", "bdaec", _slip,
    why="Right. Only one of the five steps is an inequality, Jensen's in line a. All others are "
        "equalities.",
    hints=[
        "Begin with log ∫ p(x, z) dz and multiply by one: q / q.",
        "q times something, integrated over z, is an expectation. Then Jensen: log E ≥ E log.",
        "Then p(x, z) = p(x|z) p(z); the second expectation is minus a KL.",
    ],
    points=2,
)  # fmt: skip

GAP_LINES = {
    "a": "= log p(x) − ELBO",
    "b": "= E_q[ log q(z|x) − log p(x, z) ] + log p(x)",
    "c": "= E_q[ log q(z|x) − log p(x, z) + log p(x) ]",
    "d": "= log p(x) − E_q[ log p(x, z) − log q(z|x) ]",
}

GAP = order(
    "03.answers.3.2b", "the derivation of the gap, in order", "cbda",
    lines_in_order("cbda", (
        "The start holds p(z|x), which nobody can compute. Which line replaces it by p(x, z) / "
        "p(x), with everything still under the expectation?",
        "log p(x) does not depend on z, so its mean is itself. Which line takes it out of the "
        "expectation?",
        "Which line turns the sign of the bracket, so that the log of p(x, z) / q stands in it?",
    )),
    why="Right. No line is an inequality: the gap *is* the KL to the posterior. It is never "
        "negative, so the ELBO is a bound, and it is 0 exactly where q is the posterior.",
    hints=[
        "Bayes first: p(z|x) = p(x, z) / p(x), so −log p(z|x) = −log p(x, z) + log p(x).",
        "Then log p(x) leaves the expectation, since there is no z in it.",
        "What is left under the expectation, with its sign turned, is the ELBO.",
    ],
    points=2,
)  # fmt: skip
