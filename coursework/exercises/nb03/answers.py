"""The typed answers of notebook 03, in its text and in its review."""

from __future__ import annotations

import math

from coursework.checking.exercise import Question

# fmt: off
_GRAY = Question(
    name="03.answers.3.5", title="the loss of a gray pixel", answer=math.log(2),
    unit="nats",
    wrong={
        0.0: ("perfect_is_free", "A perfect prediction is free for a black or a white pixel only. "
            "Put x = 0.5 and x̂ = 0.5 into the formula: both halves are left."),
        -math.log(2): ("log_likelihood", "That is the log-likelihood. The loss is its negative."),
        math.log(2) / 2: ("one_half_only", "That is one of the two halves, ½ log 2. The other "
            "half, (1 − x) log(1 − x̂), costs as much."),
        0.5: ("the_probability", "That is the best x̂ itself. Its loss is −½ log ½ − ½ log ½."),
        0.25: ("squared_error", "That is a squared error. The Bernoulli loss is −x log x̂ − (1 − "
            "x) log(1 − x̂)."),
        1.0: ("bits", "That is in bits. 1 bit = log 2 = 0.693 nats."),
    },
    why="Right: −½ log ½ − ½ log ½ = log 2. A gray pixel costs up to log 2 even when it is "
        "predicted perfectly, so the loss of gray images never reaches 0, and differences between "
        "models are what to look at.",
    hints=[
        "The loss of a pixel is −x log x̂ − (1 − x) log(1 − x̂).",
        "Which x̂ makes it smallest at x = 0.5? Its derivative is 0 where x̂ = x.",
        "−½ log ½ − ½ log ½",
    ],
)

_NEGATIVE_ELBO = Question(
    name="03.answers.3.7a", title="negative ELBO from 50 and 2", answer=52.0, unit="nats",
    rtol=0.001,
    wrong={
        48.0: ("subtracted", "You subtracted. The ELBO is log-likelihood minus KL = −50 − 2; its "
            "negative is the sum."),
        -48.0: ("sign_of_the_likelihood", "The reconstruction term of 50 is −log p(x|z) already: "
            "the ELBO is −50 − 2."),
        -52.0: ("elbo", "That is the ELBO. Asked for is its negative, the loss."),
        50.0: ("kl_forgotten", "The KL is missing: the code has to be paid for too."),
        100.0: ("multiplied", "You multiplied the two. They are both prices in nats: add them."),
        26.0: ("averaged", "You averaged the two. They are both prices in nats: add them."),
    },
    why="50 for the pixels plus 2 for the code. So log p(x) is at least −52 nats.",
    hints=[
        "Negative ELBO = −log p(x|z) + KL.",
        "The reconstruction loss of 50 *is* −log p(x|z).",
        "50 + 2",
    ],
)

_BETA_FOUR = Question(
    name="03.answers.3.7b", title="the same with β = 4", answer=58.0, unit="nats", rtol=0.001,
    wrong={
        52.0: ("beta_ignored", "That is β = 1. β multiplies the KL: 50 + 4 · 2."),
        208.0: ("beta_on_both", "You multiplied both terms. β weights the KL alone: 50 + 4 · 2."),
        202.0: ("beta_on_the_reconstruction", "β stands on the reconstruction in your sum. It "
            "weights the KL: 50 + 4 · 2."),
        54.0: ("beta_for_the_kl", "You added β without the KL. It multiplies the KL: 50 + 4 · 2."),
        56.0: ("beta_added", "You added 4 to the loss. β multiplies the KL: 50 + 4 · 2."),
        60.0: ("beta_counted_on_top", "You added 4 · 2 to 52: the KL counts 5 times."),
        50.5: ("beta_divides", "You divided the KL by β. It multiplies: 50 + 4 · 2."),
        42.0: ("subtracted", "You subtracted β · KL. It is a price: 50 + 4 · 2."),
        -58.0: ("sign", "The size is right; a loss has a plus here."),
    },
    why="50 + 4 · 2. It is no longer a negative ELBO: the bound itself stays at −52.",
    hints=["Loss = reconstruction + β · KL.", "The reconstruction is not touched.", "50 + 4 · 2"],
)

_CHEAPEST_SPREAD = Question(
    name="03.answers.3.10", title="the spread with the smallest KL", answer=1.0,
    wrong={
        0.0: ("small_variances", "That is what \"the KL encourages small variances\" would give. "
            "As σ → 0, −log σ² goes to +∞, and the KL with it."),
        0.5: ("half", "Set the derivative to 0: ½ (2σ − 2/σ) = 0."),
        math.inf: ("wide", "As σ grows, σ² outruns log σ², so the KL grows without end."),
        -1.0: ("negative_spread", "σ is a standard deviation, so it is positive."),
        2.0: ("two", "Set the derivative to 0: σ − 1/σ = 0."),
    },
    why="σ − 1/σ = 0 at σ = 1, the prior's own spread. Both ways away from it cost.",
    hints=[
        "KL = ½ (σ² − 1 − log σ²) when μ = 0. Where is its derivative with respect to σ zero?",
        "The derivative is σ − 1/σ.",
        "When is a KL 0? When both distributions are the same, and the prior has σ = …",
    ],
)

_BLUR = Question(
    name="03.answers.3.13", title="the best gray", answer=0.3,
    wrong={
        0.0: ("majority", "That is the likelier color. The loss does not ask for the likelier one: "
            "at x̂ = 0 the 30 % black pixels would cost −log 0, which is infinite."),
        1.0: ("ink", "The pixel is black in only 30 % of the images."),
        0.5: ("coin", "That would be best if black and white were equally common."),
        0.7: ("white_share", "That is the share of white. x = 1 is ink: x̂ is the share of black."),
        30.0: ("percent", "x̂ lies between 0 and 1: divide by 100."),
    },
    why="Right: the mean of the pixel over all images that the code can stand for. Squared error "
        "has the same minimum. Where the code does not say which, the answer is gray.",
    hints=[
        "The mean loss is −0.3 log x̂ − 0.7 log(1 − x̂).",
        "Its derivative is −0.3/x̂ + 0.7/(1 − x̂). Where is it 0?",
        "x̂ = the share of images in which the pixel is black.",
    ],
)
# fmt: on

_IN_TEXT = (_GRAY, _NEGATIVE_ELBO, _BETA_FOUR, _CHEAPEST_SPREAD, _BLUR)
ANSWERS = {question.key: question for question in _IN_TEXT}
