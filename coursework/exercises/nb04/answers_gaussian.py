"""Typed answers on Gaussians, a misprint and error bars, exercises 4.10, 4.12 and 4.14."""

from __future__ import annotations

import math

from coursework.checking.exercise import Question
from coursework.exercises.rules import choice

NARROW = 0.5 * (math.exp(-2) - 1 + 2)
CODE = 0.5 * (math.exp(-1) + 0.25 - 1 + 1)

GAUSSIANS = [
    Question(
        name="04.answers.4.10a", title="KL(N(2, 1)‖N(0, 1)), in nats", answer=2, unit="nats",
        wrong={
            4: ("half_missing", "That is μ². The ½ in front of the bracket is missing."),
            2.5: ("one_missing", "The −1 is missing: σ² − 1 − log σ² is 0 at σ = 1."),
            3.5: ("half_on_trace", "You put ½ on σ² alone. It belongs to the whole bracket."),
            1: ("not_squared", "μ is squared: ½ · 2²."),
        },
        why="½ μ² = 2. With σ = 1 only the distance of the means is left, squared and halved.",
        hints=["At σ = 1 three of the four terms cancel. Which one is left?",
               "½ μ², with μ = 2.",
               "0.5 · 2²"],
    ),
    Question(
        name="04.answers.4.10b", title="KL at μ = 0, logvar = −2, one dimension, in nats",
        answer=NARROW, unit="nats",
        wrong={
            0.5 * (math.exp(-4) - 1 + 4): ("log_sigma", "You read logvar as log σ, so that σ² = "
                "e⁻⁴. It is log σ²: σ² = e⁻²."),
            2 * NARROW: ("half_missing", "The ½ in front of the bracket is missing."),
            0.5 * (math.exp(2) - 1 - 2): ("other_direction",
                "That is KL(p‖q), or the sign of logvar has changed. σ² is e⁻², smaller than 1."),
            0.5 * math.exp(-2) + 1: ("half_or_one", "Either the −1 is missing, or the ½ stands on "
                "σ² alone: by chance both give 1.068 here."),
            0.5 * (math.exp(-2) - 1 - 2): ("sign_of_log", "The log is subtracted: −logvar is +2."),
            0.5 * (math.exp(-1) - 1 + 2): ("sigma_for_variance",
                "You used σ = e⁻¹ where σ² = e⁻² belongs."),
        },
        why="½ (0.135 − 1 + 2) = 0.568. Nearly all of it is the log.",
        hints=["σ² = e⁻² and log σ² = −2.",
               "½ (σ² + 0 − 1 − log σ²), with σ² = 0.135.",
               "`0.5 * (math.exp(-2) - 1 + 2)`"],
    ),
    Question(
        name="04.answers.4.10c", title="KL of a code of 20 numbers, in nats", answer=20 * CODE,
        unit="nats",
        wrong={
            CODE: ("mean_over_dimensions", "That is one dimension, or the mean over them. Twenty "
                "independent dimensions add up."),
            40 * CODE: ("half_missing", "The ½ in front of the bracket is missing."),
            10 * (math.exp(-2) + 0.25 - 1 + 2): ("log_sigma",
                "You read logvar as log σ. It is log σ²: σ² = e⁻¹."),
            10 * (math.exp(-1) + 0.25 + 1): ("one_missing", "The −1 is missing, in all 20."),
            10 * (math.exp(-1) + 0.5 - 1 + 1): ("not_squared", "μ is squared: 0.25."),
            0.5 * (20 * (math.exp(-1) + 0.25 + 1) - 1): ("one_once",
                "The 1 is subtracted in each dimension, twenty times in all."),
        },
        why="20 · ½ (0.368 + 0.25 − 1 + 1) = 6.18. A mean over dimensions would say 0.309, and "
            "weight the KL twenty times less in a loss.",
        hints=["One dimension first, then twenty of them.",
               "½ (e⁻¹ + 0.5² − 1 + 1) for one.",
               "`20 * 0.5 * (math.exp(-1) + 0.25)`"],
    ),
    Question(
        name="04.answers.4.12a", title="the misprinted KL of N(0, I) in 16 dimensions", answer=-8,
        unit="nats",
        wrong={
            0: ("right_formula", "That is what the right formula gives. Put the numbers into the "
                "formula as it is printed."),
            -16: ("trace_forgotten", "You left out the trace: tr I = 16, and half of it is 8."),
            -0.5: ("one_dimension", "That is one dimension. There are 16."),
        },
        why="½ · 16 + 0 − 16 − 0 = −8, in general −K/2.",
        hints=["μ = 0 and Σ = I: what are tr Σ, μᵀμ and log det Σ?",
               "16, 0 and 0, and K = 16.",
               "½ · 16 − 16"],
    ),
    choice(
        "04.answers.4.12b", "why that can't be", {
            "a": "A KL is never negative, and 0 for two equal distributions.",
            "b": ("A KL has to grow with the number of dimensions, and this one falls.", "grows",
                "It does for independent dimensions that each differ. These don't differ at all."),
            "c": ("A KL is at most log 2.", "ceiling", "That is JS. A KL has no ceiling."),
            "d": ("The formula only holds where μ is not 0.", "restricted",
                "The right formula holds for every μ, 0 included."),
        },
        why="−log is convex, so KL(q‖p) = E_q[−log(p/q)] ≥ −log E_q[p/q] = −log 1 = 0 (Jensen), "
            "with equality only if p = q. A quick test for any formula that claims to be a KL: "
            "make both arguments equal.",
        hints=["What did `kl_divergence(p, p)` give?",
               "How many extra nats does a code cost that was made for the right distribution?",
               "No divergence is below 0."],
    ),
    Question(
        name="04.answers.4.12c", title="the variance that the misprint likes best", answer=2,
        wrong={
            1: ("right_formula", "That is where the right formula has its minimum. With ½ on σ² "
                "alone the balance moves."),
            math.sqrt(2): ("sigma", "That is σ. Asked for is the variance σ²."),
            0.5: ("turned_round", "½ − 1/σ² = 0. Solve it for σ²."),
            0: ("small_variances", "−log σ² still goes to +∞ as σ goes to 0."),
            4: ("squared", "That is σ⁴. ½ − 1/v = 0 for v = σ²."),
        },
        why="½ − 1/σ² = 0 at σ² = 2. A VAE trained with the misprint would prefer codes that are "
            "too wide, and penalize μ twice; nothing would crash.",
        hints=["In one dimension, with v = σ²: ½ v + μ² − 1 − log v.",
               "The derivative with respect to v is ½ − 1/v.",
               "Where 1/v is ½."],
    ),
    choice(
        "04.answers.4.12d", "what lowering a KL by itself asks for", {
            "a": ("That q stays in the interesting places, without becoming p.", "study_guide",
                'Some texts say so: "the goal is not to make two distributions the same". By '
                'itself the KL is 0 at q = p and nowhere else. In a VAE the reconstruction pulls '
                'the other way.'),
            "b": ("That q becomes as narrow as possible.", "narrow",
                "A very narrow q costs a lot: −log σ² grows without end."),
            "c": ("That q has the mean of p, whatever its shape.", "mean_only",
                "With the right mean and another shape the KL is above 0."),
            "d": "That q becomes p.",
        },
        why="0 exactly when they are the same. That q(z|x) does not become the prior in a VAE is "
            "the work of the other term, the reconstruction.",
        hints=["Where is a KL 0?",
               "Only where the two are the same. And lower than 0 it can't get.",
               "Its minimum is at q = p."],
    ),
    Question(
        name="04.answers.4.14", title="draws for an error bar of 0.0065", answer=10_000,
        wrong={
            1000: ("linear", "Ten times the draws make the error bar √10 = 3.2 times smaller."),
            316: ("root_of_the_factor", "More draws are needed than that: the bar shrinks with the "
                "*root* of S, so S grows with the square."),
            100: ("unchanged", "With 100 draws it is 0.065."),
            100_000: ("cubed", "That makes it √1000 = 32 times smaller. The factor asked for is "
                "10."),
        },
        why="The error bar is σ̂/√S. Ten times smaller takes a hundred times the draws: slow, and "
            "the same in any number of dimensions.",
        hints=["The error bar is σ̂/√S, and σ̂ stays.", "√S has to grow tenfold.", "100 · 10²"],
    ),
]  # fmt: skip
