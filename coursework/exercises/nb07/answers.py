"""Typed answers of notebook 07 that stand among its sections."""

from __future__ import annotations

import math

from coursework.checking.exercise import Question

_BY_HAND = Question(
    name="07.answers.7.2", title="a perfect judge at one place", answer=0.8,
    wrong={
        4.0: ("plain_ratio", "That is the ratio, 0.12 / 0.03. As a probability: 4 real ones to 1 "
            "fake, so 4 of 5."),
        0.2: ("upside_down", "That is P(fake). The course's D is P(real)."),
        0.25: ("inverse_ratio", "That is 0.03 / 0.12, the ratio upside down. P(real) is 0.12 over "
            "the sum."),
        0.12: ("density", "That is p_data at x. The judge compares it with the sum of both "
            "densities there."),
        0.09: ("difference", "You subtracted. Divide 0.12 by the sum of both."),
        1.6: ("half_mixture", "You divided by the mean of both densities. Divide by their sum."),
        1.0: ("decision", "That is a decision, not a probability: one point in five that lands "
            "here is fake."),
    },
    why="0.12 / (0.12 + 0.03) = 0.8: of five points that land here, four are real.",
    hints=[
        "Both densities are small here, and that doesn't matter. Only their relation does.",
        "D* = p_data / (p_data + p_G).",
        "0.12 / 0.15.",
    ],
)  # fmt: skip

_SLIDES = Question(
    name="07.answers.7.4", title="reading a slide with the other label", answer="c",
    choices={
        "a": "It is sure that x is real.",
        "b": "Its logit is 0.9.",
        "c": "It gives x a chance of 0.1 of being real; here we would write D(x) = 0.1.",
        "d": "Nothing can be said without knowing the densities.",
    },
    wrong={
        "a": ("our_label", "In this course's convention that would be so. On the slides D is "
            "rewarded for being large on G(z)."),
        "b": ("logit", "D stands inside a log in their formula, so it is a probability, not a "
            "logit."),
        "d": ("densities", "The densities say what D *should* be. What this D says about x follows "
            "from its label alone."),
    },
    why="Right: on those slides D = P(fake), so P(real) = 1 − 0.9 = 0.1. With D replaced by 1 − D "
        "their formula is ours.",
    hints=[
        "Their D maximizes log D(G(z)) + log(1 − D(x)). On which points does it want to be large?",
        "Large on G(z), on fakes: D = P(fake).",
        "P(real) = 1 − P(fake).",
    ],
)  # fmt: skip

_EQUAL = Question(
    name="07.answers.7.7a", title="the value of the game where the generator is perfect",
    answer=-math.log(4), unit="nats",
    wrong={
        0.0: ("zero", "JS is 0 there. V is −log 4 + 2 JS."),
        -math.log(2): ("one_coin", "That is log ½, once. There are two expectations, one over real "
            "points and one over fakes."),
        math.log(2): ("ceiling", "That is the ceiling of JS, where nothing overlaps. Here p_G = "
            "p_data, so JS = 0."),
        -2.0: ("bits_for_nats", "That is log ¼ in bits. It is asked for in nats, with the natural "
            "log."),
    },
    why="JS = 0, so V(D*, G) = −log 4 = −1.386. Or at once: D* = ½, and log ½ + log ½ = −log 4.",
    hints=[
        "How large is JS between two equal densities?",
        "V(D*, G) = −log 4 + 2 · 0.",
        "−log 4 in nats.",
    ],
)  # fmt: skip

_PARTED = Question(
    name="07.answers.7.7b", title="the value of the game where nothing overlaps", answer=0.0,
    unit="nats", atol=1e-4,
    wrong={
        -math.log(4): ("equal", "That is the value where the densities are *equal*. Where nothing "
            "overlaps, D* never errs."),
        math.log(2): ("js_itself", "That is JS. Put it into V = −log 4 + 2 JS."),
        -math.log(2): ("js_once", "You added JS once. It is −log 4 + 2 JS."),
    },
    why="JS = log 2, so V = −log 4 + 2 log 2 = 0, the largest value there is: the judge is "
        "certain, right every time, and log 1 = 0.",
    hints=[
        "What does D* say about real points, and what about fakes, where no place has both?",
        "log 1 + log(1 − 0). Or with JS = log 2.",
        "−log 4 + 2 log 2.",
    ],
)  # fmt: skip

_EFFECTIVE = Question(
    name="07.answers.7.9", title="how many points four weights are worth", answer=64 / 28,
    wrong={
        4.0: ("count", "That is how many there are. They would be worth 4 if their weights were "
            "equal."),
        2.0: ("mean_weight", "That is the mean weight. Asked for: (Σw)² / Σw²."),
        28 / 64: ("upside_down", "That is Σw² / (Σw)². Turn it over."),
        64 / 28 / 4: ("share", "That is the share of the 4 points. Asked for is the number."),
        1.6: ("largest", "That is Σw / max w. Another measure, and a fair one; here it is (Σw)² / "
            "Σw²."),
        8 / 28: ("not_squared", "You forgot to square the sum on top."),
    },
    why="64 / 28 = 2.29. One of four points carries five eighths of the weight, and a mean over "
        "them is as uncertain as one over 2.29 equal points.",
    hints=["Σw is 8.", "Σw² = 1 + 1 + 1 + 25.", "64 / 28."],
)  # fmt: skip

_CARRY = Question(
    name="07.answers.7.11", title="carrying by hand", answer=2.0,
    wrong={
        0.0: ("difference_of_means", "Both means are 4, and their difference is 0. But no point "
            "lies where the other sample has one: sort, and pair them off."),
        6.0: ("summed", "That is the sum of the gaps (or the mean of their squares). W1 is the "
            "mean of the plain gaps."),
        3.0: ("largest_gap", "That is the largest gap. Take the mean of all three."),
        math.sqrt(6): ("root_mean_square", "That is W2: squared, averaged, rooted. W1 is the mean "
            "of the plain gaps."),
    },
    why="Sorted: 1, 4, 7 and 4, 4, 4. Gaps 3, 0, 3, mean 2, although the means are equal: W1 sees "
        "spread, too.",
    hints=["Sort both: 1, 4, 7 and 4, 4, 4.", "The gaps are 3, 0 and 3.", "Their mean."],
)  # fmt: skip

ANSWERS = {q.key: q for q in (_BY_HAND, _SLIDES, _EQUAL, _PARTED, _EFFECTIVE, _CARRY)}
