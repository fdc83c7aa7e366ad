"""Typed answers of notebook 13."""

from __future__ import annotations

import math

from coursework.checking.exercise import Question
from coursework.exercises.rules import choice

AT_ZERO = 1 / math.sqrt(2 * math.pi)  # the density of N(0, 1) at 0
NATS, PIXELS = 2300.0, 784
BITS = -NATS / (PIXELS * math.log(2))

_QUESTIONS = [
    Question(
        name="13.answers.13.1", title="the density where the map is steep", answer=AT_ZERO / 8.75,
        wrong={
            AT_ZERO: ("not_divided", "That is the density of z. Divide by the slope: the same mass "
                "is spread over 8.75 times the width."),
            AT_ZERO * 8.75: ("multiplied", "You multiplied by the slope. Where the map is steep, "
                "points come out farther apart, so the density falls."),
            AT_ZERO / 8: ("tanh_only", "The slope has two parts: 8 from tanh(8z), and 0.75."),
            AT_ZERO / 0.75: ("line_only", "That is the slope of 0.75 z alone. At 0, tanh(8z) is at "
                "its steepest, with slope 8."),
            AT_ZERO / 1.75: ("chain_rule", "The slope of tanh(8z) at 0 is 8, and not 1: chain "
                "rule."),
            math.log(AT_ZERO / 8.75): ("log", "That is the log-density. The density is asked for."),
            8.75: ("slope", "That is the slope. Divide the density of z by it."),
        },
        why="0.3989/8.75 = 0.0456. Between the bumps of x there are few points, and never none.",
        hints=["p(x) = p(z)/|slope|, with z where G(z) = x.",
               "G(0) = 0, and the slope there is 8 + 0.75.",
               "0.3989 / 8.75"],
    ),
    choice(
        "13.answers.13.5", "what more couplings do to the bridges", {
            "a": ("None are left, since a deep enough flow can fit any density.", "none", "It can "
                "come as close as you like, in nats. But a continuous map takes a plane without a "
                "gap to a plane without a gap."),
            "b": ("More are left, since every coupling adds bridges of its own.", "more", "Look at "
                "the table: from 2 to 16 couplings the share falls."),
            "c": "Fewer are left, and still some, since the map stays continuous.",
            "d": ("As many are left as now, since the data have eight modes.", "same", "Look at "
                "the table: from 2 to 16 couplings the share falls."),
        },
        why="Right. The couplings, and so the whole map, are continuous and invertible, and the "
            "plane of z has no gap. So the modes of x stay connected; only how much mass lies on "
            "the bridges can shrink.",
        hints=["Which of the shares in the table comes near that of the data?",
               "Think of the plane of z as a rubber sheet. What may a flow do to it?",
               "Stretch, bend, squeeze; and never tear."],
    ),
    Question(
        name="13.answers.13.9", title="bits for each pixel", answer=BITS + 8,
        wrong={
            BITS: ("levels_missing", "The box is missing: + log₂ 256 = 8. Fewer than 0 bits for a "
                "pixel can't be."),
            -NATS / PIXELS + 8: ("nats", "The first term is in nats. Divide by ln 2."),
            -NATS / PIXELS + math.log(256): ("all_nats", "That is nats for each pixel. Divide by "
                "ln 2 for bits."),
            8 - BITS: ("sign", "The sign is turned. A density above 1, log_prob > 0, *saves* bits "
                "against the 8 of a uniform one."),
            -NATS / math.log(2) + 8: ("not_divided", "Divide by the 784 pixels first, then add 8."),
            -NATS / math.log(2) + 8 * PIXELS: ("whole_image", "That is for the whole image. Divide "
                "by 784."),
            -NATS * math.log(2) / PIXELS + 8: ("times_ln2", "You multiplied by ln 2. Divide: a nat "
                "is 1.44 bits."),
            8.0: ("uniform", "8 is what the uniform density costs, log_prob = 0."),
        },
        why="−2,300/(784 · 0.693) + 8 = −4.23 + 8 = 3.77.",
        hints=["`bits_per_dim` of a tensor with this one number.",
               "−2300/(784 · ln 2), and then the width of a box.",
               "−4.23 + 8"],
    ),
    choice(
        "13.answers.13.10", "why the blank page is likelier", {
            "a": ("The model is wrong; a better one would put digits first.", "model_wrong",
                "It is a poor model. But better ones do the same: deep flows trained on "
                "photographs prefer pictures of one even color (Nalisnick et al., 2019)."),
            "b": "The mass of digits is spread over very many images.",
            "c": ("The data contain blank pages.", "blank_data", "None of them is blank. Look at "
                "the ink of the training set."),
            "d": ("Bits per dimension are the wrong unit.", "unit", "In nats the order is the "
                "same: the unit is one factor for all images."),
        },
        why="Right. A density is mass per volume. A standard normal in 784 dimensions is densest "
            "at 0, and its draws lie at a distance of 28 from there: likely is not typical. To say "
            "that an image is strange, ask how far its log-density is from that of real images, on "
            "both sides.",
        hints=["Where is N(0, I) in 784 dimensions largest, and how far away do its draws lie?",
               "How much volume is there at a distance of 28, against that at 1?",
               "Density times volume is mass."],
    ),
    choice(
        "13.answers.13.12", "the fault of the run", {
            "a": ("The loss leaves the log-determinant out.", "no_log_det", "Then all z would have "
                "shrunk to 0. Examine \"z\"."),
            "b": ("The inverse undoes the couplings in the forward order.", "wrong_order",
                "Then z would not come back to x. Examine \"round trip\"."),
            "c": ("The log-determinant is wrong.", "log_det", "Then it would differ from "
                "autograd's. Examine \"autograd\"."),
            "d": "The same half passes through every coupling.",
            "e": ("Training was too short.", "too_short", "Then three times the steps would help. "
                "Examine \"longer\"."),
        },
        why="Right. Every coupling keeps the same coordinate, so it is never changed: its "
            "histogram in z is that of x. The other one is fitted as well as it can be.",
        hints=["What would each fault do to one of the five tests?",
               "Which of the two coordinates of the samples is distributed wrongly?",
               "Compare the masks of the first two couplings."],
        points=2,
    ),
    choice(
        "13.answers.13.11", "when to stop", {
            "a": ("Where the log-likelihood of the training codes is highest.", "train", "It rises "
                "nearly to the end, and that of the test codes stops earlier. What it gains after "
                "that is particular to the training codes."),
            "b": ("Where the Fréchet distance of 2,000 samples is lowest.", "frechet", "It "
                "scatters from look to look, and sees no difference between fresh samples and "
                "ones that follow the training codes. And it uses the test images."),
            "c": "Where held-out codes have their highest log-likelihood.",
            "d": ("At the end: an exact likelihood can't overfit.", "exact", "Exact means that the "
                "number is right. Look at the two lines."),
        },
        why="Right, on codes that neither training nor the final report sees. An exact likelihood "
            "makes overfitting visible in the very number that is trained; a GAN has no such number.",
        hints=["Which of the two lines stops rising, and when?",
               "What would the model do with infinitely many steps?",
               "It would put a spike on each training code."],
    ),
]  # fmt: skip

ANSWERS = {question.key: question for question in _QUESTIONS}
