"""Typed answers of notebook 17."""

from __future__ import annotations

import math

from coursework.checking.exercise import Question
from coursework.exercises.rules import choice

LN2 = math.log(2)

_QUESTIONS = [
    Question(
        name="17.answers.17.1", title="nats to bits", answer=90 / LN2, unit="bits",
        wrong={
            90.0: ("nats", "That is still in nats. A nat is 1/ln 2 = 1.44 bits."),
            90 * LN2: ("times_ln2", "You multiplied by ln 2. A nat is *more* than a bit: divide."),
            90 / math.log(10): ("base_ten", "You divided by ln 10. A bit is ln 2 nats."),
            90 / 8: ("bytes", "8 is the number of bits in a byte. A bit is ln 2 nats."),
            90 / LN2 / 8: ("in_bytes", "That is in bytes."),
            90 / LN2 / 784: ("for_each_pixel", "That is for one pixel. The image is asked for."),
        },
        why="90/0.693 = 129.8 bits.",
        hints=["How many nats is one bit, the surprise of a fair coin?",
               "A bit is ln 2 = 0.693 nats.",
               "90/0.693"],
    ),
    Question(
        name="17.answers.17.6", title="bits without bits back", answer=287, unit="bits",
        wrong={
            95: ("pixels_only", "The receiver needs z as well: 12 bits for each of 16 latents."),
            192: ("code_only", "That is z alone. The pixels have to be sent too."),
            107: ("one_latent", "There are 16 latents, with 12 bits each."),
            95 + 16 * 2**12: ("bins", "One of 2¹² equally likely bins costs 12 bits, their log₂."),
            95 + 16 * 12 * LN2: ("mixed", "A bin costs 12 bits; you turned them into nats."),
            95 - 192: ("sign", "z is pushed, so its bits are added."),
            111: ("no_bins", "Each latent costs the log₂ of its 2¹² bins: 12 bits, not 1."),
        },
        why="95 + 16 · 12 = 287: more than PNG. What was popped before makes the difference.",
        hints=["What does one latent cost, if its 2¹² bins are equally likely?",
               "log₂ 2¹² = 12 bits for each of the 16.",
               "95 + 16 · 12"],
    ),
    choice(
        "17.answers.17.9", "an effective sample size below 2", {
            "a": "The prediction rests on one or two codes; more draws, or better ones, would "
                "still "
                "change it.",
            "b": ("The posterior of the code has one or two modes, and all of them were found.",
                "modes", "It counts draws, not modes: with ten times the draws it could be ten "
                    "times "
                "larger."),
            "c": ("The estimate is exact: nearly all of the weight is on the best code, and the "
                "others don't matter.", "exact", "The best of 20,000 isn't the best there is. Look "
                "at the nats: they still fall from 2,000 draws to 20,000."),
            "d": ("The weights were not normalized in logs, so all but one or two have underflowed "
                "to zero.", "underflow", "They were: softmax subtracts the largest log weight. The "
                "other weights really are that much smaller."),
        },
        why="Right. The best of 20,000 random codes explains the upper half far better than the "
            "rest, and a better one would take over again. So the number of nats is still too "
            "high: with more draws it falls further.",
        hints=["How many of the 20,000 weights are not close to 0?",
               "Compare the nats for 200, 2,000 and 20,000 draws.",
               "If the next better code turned up, what would the weighted mean do?"],
    ),
    choice(
        "17.answers.17.11", "the fault of the coder", {
            "a": ("Her pixel tables are coarse.", "coarse_pixels", "Then her pixels would cost "
                "more "
                "than yours. Examine \"pixels\"."),
            "b": ("She pops nothing.", "pops_nothing", "Then nothing would come off the state, "
                "and her q would have no spread. Examine \"popped\" and \"spread\"."),
            "c": ("She uses 16 bins for each latent.", "few_bins", "Then her prior's tables would "
                "have fewer bins than yours. Examine \"bins\"."),
            "d": "She reads `logvar` as log σ.",
            "e": ("Her VAE was trained for one epoch.", "short_training", "Then its bound would be "
                "far above yours. Examine \"bound\"."),
        },
        why="Right. exp(logvar) is σ². For σ < 1 that is smaller than σ, so her q is too narrow: "
            "popping uses fewer bits, and fewer come back.",
        hints=["Which line of the ledger does each of the five change?",
               "\"popped\" tells b, c and d from the rest.",
               "\"spread\": whose q is narrower, at the same number of bins?"],
        points=2,
    ),
]  # fmt: skip

ANSWERS = {question.key: question for question in _QUESTIONS}
