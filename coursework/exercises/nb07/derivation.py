"""Exercise 7.6: from V(D*, G) to the Jensen–Shannon divergence, four lines to be put in order."""

from __future__ import annotations

from itertools import permutations

from coursework.checking.exercise import Question

ORDER = "cadb"
SHOULD_COME = (
    "Begin with V(D, G) and put D* in. Which line has done just that?",
    "The mixture m is half of the sum. Which line writes the sums below the fractions as 2m?",
    "log(p / 2m) = log(p / m) − log 2. Which line has pulled the two log 2 out, one for each "
    "density?",
    "Only the last line is left: the two integrals get their names.",
)


def _first_slip(given: str) -> tuple[str, str]:
    """Short name and reply for an order that is not the right one."""
    place = next(i for i, (a, b) in enumerate(zip(given, ORDER, strict=True)) if a != b)
    start = "" if place == 0 else f"Right up to line {place}. "
    return f"slip_at_line_{place + 1}", start + SHOULD_COME[place]


DERIVATION = Question(
    name="07.answers.7.6", title="from V(D*, G) to Jensen–Shannon, in order", answer=ORDER,
    choices={"".join(order): "".join(order) for order in permutations("abcd")},
    wrong={
        "".join(order): _first_slip("".join(order))
        for order in permutations("abcd")
        if "".join(order) != ORDER
    },
    why="Right. Nothing is estimated and nothing bounded on the way: four equalities. The only "
        "thing they need is that D is D*.",
    hints=[
        "V is ∫ p_data log D + ∫ p_G log(1 − D). First put D* into both logs.",
        "Then write p_data + p_G as 2m, where m is the mixture, and pull log 2 out of each log.",
        "What is left are KL(p_data‖m) and KL(p_G‖m). Two of them with a ½ each are JS, so here "
            "they are 2 JS.",
    ],
    points=2,
)  # fmt: skip
