"""Typed answers of notebook 08 that stand among its sections."""

from __future__ import annotations

import math

from coursework.checking.exercise import Question

_GAP = Question(
    name="08.answers.8.3", title="a gap by hand", answer=0.3 / math.log(2),
    wrong={
        0.3: ("no_entropy", "That is the difference in nats. Divide it by the entropy, so that "
            "factors can be compared."),
        0.4 / math.log(2): ("best_minus_worst", "You took the third latent. The gap is to the "
            "second best."),
        0.35 / math.log(2): ("best_minus_mean", "You took the mean of the other two. The gap is to "
            "the second best."),
        0.5 / math.log(2): ("no_second", "That is what the best latent knows. Subtract what the "
            "second knows."),
        0.2 / math.log(2): ("second", "That is the share that the second latent knows."),
        0.3 * math.log(2): ("times_entropy", "You multiplied by the entropy. Divide by it."),
    },
    why="(0.5 − 0.2)/0.693 = 0.433. The third latent doesn't matter, and all three together may "
        "know more than any of them.",
    hints=[
        "Which two of the three numbers count?",
        "The largest and the second largest.",
        "(0.5 − 0.2) / 0.693.",
    ],
)  # fmt: skip

_BARGAIN = Question(
    name="08.answers.8.4", title="a bargain", answer=20.0,
    wrong={
        45.0: ("product", "You multiplied. At which β do 1.5 nats of rate cost 30?"),
        0.05: ("upside_down", "Upside down: distortion saved over rate spent."),
        28.5: ("difference", "That is what is left at β = 1. What is left becomes 0 at a larger "
            "β."),
        30.0: ("saved", "That is what is saved. What is spent costs β for each nat."),
    },
    why="30/1.5 = 20: at β = 20 the 1.5 nats cost 30. Above that price the loss is lower without "
        "the detail, whatever it means to you.",
    hints=[
        "What do 1.5 nats of rate cost, at weight β?",
        "1.5 β. When is that as much as what is saved?",
        "30 / 1.5.",
    ],
)  # fmt: skip

_DISGUISE = Question(
    name="08.answers.8.5", title="β in disguise", answer=0.2,
    wrong={
        0.4: ("not_squared", "σ occurs squared: 2σ² has to become 4 times as large, so σ grows by "
            "less than 4."),
        0.05: ("smaller", "The other way: a larger β lets the picture be worse, and so does a "
            "larger σ."),
        0.025: ("smaller_and_not_squared", "The other way, and squared: a larger β lets the "
            "picture be worse, and so does a larger σ."),
        0.04: ("variance", "That is σ². Take its square root."),
        0.1: ("same", "With the same σ and β = 1 it is another loss: the rate weighs a quarter."),
    },
    why="Divide our loss by 4: ‖x − x̂‖²/(2 · 4 · 0.1²) + KL, and 4 · 0.1² = 0.2². So a β has no "
        "meaning without its σ, nor a σ without its β. With a mean over pixels it is hidden once "
        "more.",
    hints=[
        "Divide the whole loss by β. The minimum stays where it is.",
        "Then the distortion has 2βσ² below the line.",
        "√4 · 0.1.",
    ],
)  # fmt: skip

_PARTS = Question(
    name="08.answers.8.6", title="three parts of a KL", answer=3.1, unit="nats",
    wrong={
        25.3: ("added", "The KL is the whole, and what the code knows is a part of it: subtract."),
        11.1: ("knows", "That is the first part, I(x; z)."),
        0.0: ("each_normal", "That each latent by itself is N(0, 1) makes the third part 0. "
            "Together they need not be independent."),
        14.2: ("whole", "That is the whole KL."),
    },
    why="14.2 − 11.1 − 0 = 3.1. Every latent by itself looks like the prior, and together they are "
        "3.1 nats from independent.",
    hints=[
        "Three parts add up to the mean KL.",
        "The third part is 0 here, since each latent is N(0, 1).",
        "14.2 − 11.1.",
    ],
)  # fmt: skip

_HALFWAY = Question(
    name="08.answers.8.8", title="the length halfway", answer=2.5,
    wrong={
        3.5: ("mean_length", "That is the mean of the lengths, where the arc goes. The straight "
            "line cuts through the inside."),
        5.0: ("sum", "That is the length of the sum. Halfway is half of it."),
        0.5: ("opposite", "That would be so for opposite codes. These stand at a right angle."),
        6.25: ("squared", "That is the squared length. Take its root."),
        12.5: ("half_of_square", "That is half of 3² + 4². Take the root first, then half."),
    },
    why="½√(3² + 4²) = 2.5: shorter than either of the two.",
    hints=[
        "Pythagoras: how long is z₀ + z₁?",
        "√(9 + 16), and halfway is half of the sum.",
        "√25 / 2.",
    ],
)  # fmt: skip

ANSWERS = {q.key: q for q in (_GAP, _BARGAIN, _DISGUISE, _PARTS, _HALFWAY)}
