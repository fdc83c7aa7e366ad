"""Questions on the game of a GAN: objective 5, and the slope that vanishes, of objective 6."""

from __future__ import annotations

import math
from random import Random

from coursework.checking.exercise import Question
from coursework.exercises.nb18.asking import number, shown


def best_answer(rng: Random) -> Question:
    """18.18: D* at one place, in one of two conventions."""
    real, fake = rng.choice((0.06, 0.09, 0.21, 0.24)), rng.choice((0.02, 0.03, 0.12, 0.16))
    of_real = rng.random() < 0.5
    means = "real" if of_real else "fake"
    own, other = (real, fake) if of_real else (fake, real)
    right = own / (real + fake)
    return number(
        "18.18", "the best discriminator at one place",
        rf"At a place $x$ the densities are $p_\text{{data}}(x) = {real}$ and $p_G(x) = {fake}$. "
        rf"As "
        "many fakes as real points are shown. In this question $D(x)$ is the probability that $x$ is "
        f"**{means}**. What does the best discriminator answer at $x$?",
        right,
        {
            "other_label": (other / (real + fake), f"That is the other label. Here D is the "
                f"probability of *{means}*."),
            "plain_ratio": (own / other, "That is the ratio of the densities. A probability has "
                "their sum below."),
            "inverse_ratio": (other / own, "That is the ratio upside down, and it is no "
                "probability."),
            "density": (own, "That is a density. The answer compares it with the sum of both."),
            "half_mixture": (2 * right, "You divided by the mean of the densities. Divide by their "
                "sum."),
            "blind": (0.5, "½ is right only where the densities are equal."),
            "difference": ((own - other) / (real + fake), "The difference stands on top. It is "
                "one density over the sum."),
            "decision": (float(own > other), "That is a decision. Asked for is a probability."),
        },
        why=f"{own} / ({real} + {fake}) = {right:.3f}.",
        hints=[f"Of all points that land at x, which share is {means}?",
               f"The density of {means} points over the sum of both densities.",
               f"{own} / ({real} + {fake})"],
    )  # fmt: skip


def value_of_the_game(rng: Random) -> Question:
    """18.19: V for a D that says one number on real and one on fake points."""
    real, fake = rng.choice((0.7, 0.8, 0.9)), rng.choice((0.1, 0.25, 0.4))
    right = math.log(real) + math.log(1 - fake)
    return number(
        "18.19", "the value of the game for one discriminator",
        f"A discriminator says $D(x) = {real}$ on every real image and $D(G(z)) = {fake}$ on every "
        r"fake. What is $V(D, G) = \mathbb E[\log D(x)] + \mathbb E[\log(1 - D(G(z)))]$, in nats?",
        right,
        {
            "fake_not_turned": (math.log(real) + math.log(fake), "On fakes the log is that of "
                "1 − D."),
            "sign": (-right, "That is D's loss, −V."),
            "real_alone": (math.log(real), "The fakes have a term, too."),
            "fakes_alone": (math.log(1 - fake), "The real images have a term, too."),
            "mean_of_both": (right / 2, "V is the sum of two means, not their mean."),
            "both_turned": (math.log(1 - real) + math.log(1 - fake), "On real images the log is "
                "that of D itself."),
            "labels_swapped": (math.log(1 - real) + math.log(fake), "Real and fake have changed "
                "places."),
            "difference": (math.log(real) - math.log(1 - fake), "Both terms are added."),
            "log_of_the_mean": (math.log((real + 1 - fake) / 2), "A log for each of the two, then "
                "the sum."),
        },
        why=f"log {real} + log {shown(1 - fake)} = {right:.3f}. A blind D, ½ everywhere, has "
            "−log 4 = −1.386.", unit="nats",
        hints=["One log for real images, one for fakes.", "On fakes: log(1 − D(G(z))).",
               f"math.log({real}) + math.log(1 - {fake})"],
    )  # fmt: skip


def value_and_js(rng: Random) -> Question:
    """18.20: V(D*, G) from JS, or JS from V(D*, G)."""
    js = rng.choice((0.1, 0.2, 0.3, 0.45))
    log4 = math.log(4)
    if rng.random() < 0.5:
        value = round(2 * js - log4, 3)
        right = (value + log4) / 2
        return number(
            "18.20", "the value of the game and JS",
            "A discriminator has been trained to its optimum against a frozen generator. Its value "
            rf"is $V(D^*, G) = {value}$ nats. How large is $\mathrm{{JS}}(p_\text{{data}}, "
            rf"p_G)$, in nats?",
            right,
            {
                "half_missing": (2 * right, "V(D*, G) = −log 4 + 2 JS: divide by 2."),
                "log_4_left_out": (value / 2, "Add log 4 first. JS is never negative."),
                "log_4_subtracted": ((value - log4) / 2, "V = −log 4 + 2 JS, so log 4 is added."),
                "log_2": ((value + math.log(2)) / 2, "It is log 4: one log 2 for each density."),
                "value_itself": (value, "That is the value. V = −log 4 + 2 JS."),
                "sign": (-right, "JS is never negative."),
                "ceiling": (math.log(2), "log 2 is the largest JS there is. There V is 0."),
            },
            why=f"({shown(value)} + 1.386) / 2 = {right:.3f}.", unit="nats",
            hints=["V(D*, G) = −log 4 + 2 JS.", "Solve it for JS.",
                   f"({value} + math.log(4)) / 2"],
        )  # fmt: skip
    right = 2 * js - log4
    return number(
        "18.20", "the value of the game and JS",
        rf"A generator has $\mathrm{{JS}}(p_\text{{data}}, p_G) = {js}$ nats. What is the value "
        "$V(D^*, G)$ of the game against the best discriminator, in nats?",
        right,
        {
            "js_once": (js - log4, "It is −log 4 + 2 JS: JS counts twice."),
            "log_4_left_out": (2 * js, "−log 4 is missing: two blind logs of ½."),
            "log_4_added": (2 * js + log4, "The log 4 is subtracted. V is never above 0."),
            "log_2": (2 * js - math.log(2), "It is log 4: one log 2 for each density."),
            "sign": (-right, "That is D's loss. V is asked for."),
            "js_itself": (js, "That is JS. V = −log 4 + 2 JS."),
            "perfect_generator": (-log4, "That is the value where JS = 0."),
        },
        why=f"−1.386 + 2 · {js} = {right:.3f}, between −log 4 for a perfect generator and 0.",
        unit="nats",
        hints=["V(D*, G) = −log 4 + 2 JS.", "log 4 is 1.386 nats.", f"2 * {js} - math.log(4)"],
    )  # fmt: skip


def slope_that_is_left(rng: Random) -> Question:
    """18.25: by how many times the non-saturating loss pulls harder."""
    d = rng.choice((0.01, 0.02, 0.03, 0.04, 0.05, 0.08, 0.1, 0.2, 0.25))
    right = (1 - d) / d
    return number(
        "18.25", "how much harder the non-saturating loss pulls",
        rf"On all fakes a discriminator says $D(G(z)) = {d}$. Compare the slopes of the "
        rf"generator's two "
        r"losses, $\log(1 - D)$ and $-\log D$, in the logit of $D$. By which factor is the second, "
        "non-saturating one larger in size?",
        right,
        {
            "upside_down": (1 / right, "Upside down: the non-saturating slope is the larger one."),
            "squared": (right * right, "Those are the slopes divided in the wrong place: D and "
                "1 − D, each once."),
            "in_d": (1 / d, "Nearly: the slope of −log D in the logit is −(1 − D), not −1."),
            "saturating": (d, "That is the size of the saturating slope alone."),
            "non_saturating": (1 - d, "That is the size of the non-saturating slope alone."),
            "losses": (math.log(d) / math.log(1 - d), "You compared the losses. Asked for are "
                "their slopes."),
            "same": (1.0, "They have the same size only where D = ½."),
        },
        rtol=0.004,
        why=f"In the logit the slopes are −D = −{d} and −(1 − D) = −{shown(1 - d)}: "
            f"{shown(right)} times.",
        hints=["D = sigmoid(a). What is the slope of log(1 − D) in a?",
               "It is −D. And that of −log D is −(1 − D).", f"(1 - {d}) / {d}"],
    )  # fmt: skip
