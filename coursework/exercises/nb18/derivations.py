"""Three derivations, each with one line missing: the ELBO, the best discriminator, and JS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from coursework.checking.exercise import Question
from coursework.exercises.nb18.asking import Wrong, choice


@dataclass(frozen=True)
class Derivation:
    """start: what stands before the first line. lines: in order, without dollar signs.

    wrong: for each line that may be missing, by its place, three lines that don't belong there.
    """

    start: str
    lines: Sequence[str]
    wrong: Mapping[int, Sequence[Wrong]]
    why: Mapping[int, str]
    hint: Mapping[int, str]


def missing_line(rng: Random, key: str, title: str, ask: str, of: Derivation) -> Question:
    """A question for the line of a derivation that is missing; which one is drawn."""
    place = rng.choice(sorted(of.wrong))
    numbered = [
        f"{i}. " + ("**?**" if i - 1 == place else f"$\\displaystyle {line}$")
        for i, line in enumerate(of.lines, 1)
    ]
    text = f"{ask} It begins with ${of.start}$, and one line is missing.\n\n" + "\n".join(numbered)
    wrong = [(f"$\\displaystyle {line}$", kind, reply) for line, kind, reply in of.wrong[place]]
    return choice(
        rng, key, title, f"{text}\n\nWhich line stands at the question mark?",
        f"$\\displaystyle {of.lines[place]}$", wrong, why=f"Right. {of.why[place]}",
        hints=["Read the line before and the line after. What changes between them?",
               "Each option changes something. Which one can both neighbors live with?",
               of.hint[place]],
    )  # fmt: skip


_W = r"\frac{p(x, z)}{q(z\mid x)}"
ELBO = Derivation(
    r"\log p(x) = \log\int p(x, z)\,dz",
    [
        rf"= \log\int q(z\mid x)\,{_W}\,dz",
        rf"= \log\,\mathbb E_q\Big[{_W}\Big]",
        rf"\ge \mathbb E_q\Big[\log{_W}\Big]",
        r"= \mathbb E_q[\log p(x\mid z)] + \mathbb E_q\Big[\log\frac{p(z)}{q(z\mid x)}\Big]",
        r"= \mathbb E_q[\log p(x\mid z)] - \mathrm{KL}\big(q(z\mid x)\,\|\,p(z)\big)",
    ],
    {
        0: [
            (r"= \log\int q(z\mid x)\,p(x, z)\,dz", "not_undone",
             "That changes the value: what is multiplied by q has to be divided by q as well."),
            (r"= \log\int q(z\mid x)\,\frac{p(x)}{q(z\mid x)}\,dz", "no_joint",
             "The integral over z of p(x, z) is meant; p(x) alone has no z in it."),
            (r"= \int q(z\mid x)\,\log\frac{p(x, z)}{q(z\mid x)}\,dz", "log_inside",
             "The log has gone inside the integral. That is Jensen's step, which comes later."),
        ],
        2: [
            (rf"\le \mathbb E_q\Big[\log{_W}\Big]", "turned",
             "The log bends downward: the log of a mean is at least the mean of the logs."),
            (rf"= \mathbb E_q\Big[\log{_W}\Big]", "equality",
             "A log and a mean can't change places for free. Equality holds only where q is the "
             "posterior."),
            (r"\ge \mathbb E_q\Big[\log\frac{q(z\mid x)}{p(x, z)}\Big]", "upside_down",
             "The fraction has turned over: that is minus what belongs here."),
        ],
        4: [
            (r"= \mathbb E_q[\log p(x\mid z)] + \mathrm{KL}\big(q(z\mid x)\,\|\,p(z)\big)", "sign",
             "A KL has q on top of the fraction. Here p(z) is on top, so it is minus a KL."),
            (r"= \mathbb E_q[\log p(x\mid z)] - \mathrm{KL}\big(p(z)\,\|\,q(z\mid x)\big)",
             "order", "The mean is taken under q, so q stands first in the KL."),
            (r"= \mathbb E_q[\log p(x\mid z)] - \mathrm{KL}\big(q(z\mid x)\,\|\,p(z\mid x)\big)",
             "posterior", "The line before has the prior p(z) in it, not the posterior."),
        ],
    },
    {
        0: "Multiplied by q and divided by q: nothing has changed, and an expectation is in sight.",
        2: "It is the one inequality of the five lines, Jensen's.",
        4: "The mean of log(q/p) under q is the KL, so that of log(p/q) is minus it.",
    },
    {
        0: "The next line is an expectation under q, so q must stand in front of something.",
        2: "Before it a log of a mean, after it a mean of a log: Jensen, with ≥.",
        4: "E_q[log p(z)/q] is minus E_q[log q/p(z)], which is KL(q‖p(z)).",
    },
)  # fmt: skip

BEST_JUDGE = Derivation(
    r"V(D, G) = \int p_\text{data}\log D + p_G\log(1 - D)\,dx",
    [
        r"f(d) = p_\text{data}\log d + p_G\log(1 - d)",
        r"f'(d) = \frac{p_\text{data}}{d} - \frac{p_G}{1 - d}",
        r"p_\text{data}\,(1 - d) = p_G\,d",
        r"d = \frac{p_\text{data}}{p_\text{data} + p_G}",
    ],
    {
        0: [
            (r"f(d) = p_\text{data}\log d - p_G\log(1 - d)", "sign",
             "Both terms are added in V: D wants both of them large."),
            (r"f(d) = \log d + \log(1 - d)", "not_weighted",
             "Each log is weighted with how often such points come."),
            (r"f(d) = p_\text{data}\log d + p_G\log d", "one_log",
             "On fakes the log is that of 1 − D."),
        ],
        1: [
            (r"f'(d) = \frac{p_\text{data}}{d} + \frac{p_G}{1 - d}", "sign",
             "The slope of log(1 − d) is −1/(1 − d). Two positive terms have no zero."),
            (r"f'(d) = \frac{p_\text{data}}{d} - \frac{p_G}{d}", "inner",
             "The slope of log(1 − d) has 1 − d below, not d."),
            (r"f'(d) = \frac{d}{p_\text{data}} - \frac{1 - d}{p_G}", "upside_down",
             "The slope of log d is 1/d: d stands below."),
        ],
        2: [
            (r"p_\text{data}\,d = p_G\,(1 - d)", "crossed",
             "Crosswise: p_data gets the denominator of the other side, 1 − d. With this one, D "
             "would be P(fake)."),
            (r"p_\text{data}\,(1 - d) = -\,p_G\,d", "sign",
             "One fraction equals the other; nothing turns its sign."),
            (r"p_\text{data}\,(1 - d) = p_G", "factor_lost",
             "Times d(1 − d), the second fraction leaves p_G d: its d is missing."),
        ],
    },
    {
        0: "Each place x stands by itself: there d = D(x) is one number, to be chosen best.",
        1: "1/d from log d, and −1/(1 − d) from log(1 − d).",
        2: "f′(d) = 0, both sides times d(1 − d).",
    },
    {
        0: "What stands under the integral at one place x, with d for D(x).",
        1: "Differentiate both logs; the second has an inner derivative of −1.",
        2: "Set the derivative to 0 and multiply by d(1 − d).",
    },
)  # fmt: skip

_KL = r"\mathrm{KL}"
JENSEN = Derivation(
    r"V(D^*, G) = \int p_\text{data}\log D^* + p_G\log(1 - D^*)\,dx",
    [
        r"= \int p_\text{data}\log\frac{p_\text{data}}{p_\text{data} + p_G}"
        r" + p_G\log\frac{p_G}{p_\text{data} + p_G}\,dx",
        r"= \int p_\text{data}\log\frac{p_\text{data}}{2m} + p_G\log\frac{p_G}{2m}\,dx,"
        r"\quad m = \tfrac12(p_\text{data} + p_G)",
        rf"= -\log 4 + {_KL}(p_\text{{data}}\,\|\,m) + {_KL}(p_G\,\|\,m)",
        r"= -\log 4 + 2\,\mathrm{JS}(p_\text{data}, p_G)",
    ],
    {
        1: [
            (r"= \int p_\text{data}\log\frac{p_\text{data}}{m} + p_G\log\frac{p_G}{m}\,dx,"
             r"\quad m = \tfrac12(p_\text{data} + p_G)", "two_missing",
             "The sum of both densities is 2m. Without the 2 the log 4 of the next line has no "
             "source."),
            (r"= \int p_\text{data}\log\frac{2m}{p_\text{data}} + p_G\log\frac{2m}{p_G}\,dx,"
             r"\quad m = \tfrac12(p_\text{data} + p_G)", "upside_down",
             "The fractions have turned over, so the sign of everything would turn."),
            (r"= \int p_\text{data}\log\frac{p_G}{2m} + p_G\log\frac{p_\text{data}}{2m}\,dx,"
             r"\quad m = \tfrac12(p_\text{data} + p_G)", "crossed",
             "D* has p_data on top: each density stands over the sum under its own log."),
        ],
        2: [
            (rf"= -\log 2 + {_KL}(p_\text{{data}}\,\|\,m) + {_KL}(p_G\,\|\,m)", "one_log_2",
             "Each of the two logs gives a log 2: log 4 together."),
            (rf"= -\log 4 + {_KL}(m\,\|\,p_\text{{data}}) + {_KL}(m\,\|\,p_G)", "order",
             "The densities are the weights, so they stand first in the KLs."),
            (rf"= +\log 4 + {_KL}(p_\text{{data}}\,\|\,m) + {_KL}(p_G\,\|\,m)", "sign",
             "log(p/2m) = log(p/m) − log 2: the log 2 is subtracted."),
        ],
        3: [
            (r"= -\log 4 + \mathrm{JS}(p_\text{data}, p_G)", "half_missing",
             "JS is *half* the sum of the two KLs, so the sum is 2 JS."),
            (r"= -\log 4 + \tfrac12\,\mathrm{JS}(p_\text{data}, p_G)", "half_twice",
             "JS is half the sum of the two KLs, so the sum is 2 JS, not ½ JS."),
            (r"= -\log 4 - 2\,\mathrm{JS}(p_\text{data}, p_G)", "sign",
             "Both KLs are added in the line before."),
        ],
    },
    {
        1: "The sum of both densities is 2m, with m their mixture.",
        2: "Two times log 2 is log 4, and what is left are two KLs to the mixture.",
        3: "JS is half of the sum of the two KLs.",
    },
    {
        1: "Write p_data + p_G as 2m in both fractions.",
        2: "log(p/2m) = log(p/m) − log 2, once for each density, and densities integrate to 1.",
        3: "JS = ½ KL(p_data‖m) + ½ KL(p_G‖m).",
    },
)  # fmt: skip


def elbo_line(rng: Random) -> Question:
    """18.10."""
    ask = r"The derivation of the ELBO, with $\mathbb E_q$ for the mean over $z\sim q(z\mid x)$."
    return missing_line(rng, "18.10", "the missing line of the ELBO", ask, ELBO)


def best_judge_line(rng: Random) -> Question:
    """18.21."""
    ask = "A derivation of the best discriminator for a fixed generator, place by place."
    return missing_line(rng, "18.21", "the missing line of the best judge", ask, BEST_JUDGE)


def jensen_line(rng: Random) -> Question:
    """18.22."""
    ask = "A derivation of what the game is worth with the best discriminator."
    return missing_line(rng, "18.22", "the missing line on the way to JS", ask, JENSEN)
