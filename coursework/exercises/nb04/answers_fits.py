"""Typed answers on the two bumps and on Jensen–Shannon, exercises 4.6 and 4.8."""

from __future__ import annotations

import math

from coursework.checking.exercise import Question
from coursework.exercises.nb04.answers_discrete import BASE_TEN, LOG2
from coursework.exercises.rules import choice

FITS = [
    Question(
        name="04.answers.4.6a", title="width of the forward fit to bumps at ±3",
        answer=math.sqrt(10),
        wrong={
            10: ("variance", "That is the variance, 1 + 3². The width is its square root."),
            3: ("between_only", "That is the spread between the bumps. Each also has a width of "
                "its own, 1: the *variances* add."),
            1: ("within_only", "That is the width of one bump. The forward fit covers both."),
            4: ("widths_added", "You added the standard deviations. Variances add: 1² + 3²."),
            math.sqrt(8): ("subtracted", "You subtracted the variances. They add: 1² + 3²."),
            2: ("root_of_widths", "You took the root of 1 + 3. The 3 is squared too: √(1 + 3²)."),
        },
        why="The best forward fit has the mean and the variance of p, 1 + 3² = 10, so σ = 3.16.",
        hints=["The forward fit takes over the mean and the variance of p.",
               "The variance of a mixture: that within a bump plus that of the centers.",
               "`math.sqrt(1 + 3**2)`"],
    ),
    Question(
        name="04.answers.4.6b",
        title="reverse KL of a q that is one of two bumps far apart, in nats", answer=LOG2,
        unit="nats",
        wrong={
            0: ("missing_bump_free", "q agrees with its bump in shape, and yet p gives that bump "
                "only half of the probability: p = q/2 where q lives."),
            math.inf: ("forward", "That is where KL(p‖q) goes: p has a bump where q has nothing. "
                "Here q comes first, and its expectation never looks there."),
            LOG2 / 2: ("half", "Everywhere q lives, log(q/p) is log 2, and q adds up to 1."),
            0.5: ("log_missing", "p is half of q there. The KL takes the log of the ratio."),
            math.log10(2): BASE_TEN,
        },
        why="Wherever q lives, p = q/2, so log(q/p) = log 2 everywhere. Ignoring one of two bumps "
            "costs log 2, however far away it is.",
        hints=["Where q has its mass, how large is p compared with q?",
               "p = ½ q there, so the log of the ratio is the same at every draw.",
               "`math.log(2)`"],
    ),
    choice(
        "04.answers.4.6c", "which KL maximum likelihood lowers", {
            "a": ("KL(model‖data): the model is punished for samples that look unlike data.",
                "reverse",
                "For that one you would have to draw from the model. Likelihood scores the data "
                "under the model: the expectation is over data."),
            "b": "KL(data‖model): the model is punished for data that it finds unlikely.",
            "c": ("Both equally: the likelihood is symmetric.", "both",
                "The average of log p(x) runs over data. Only one KL is an expectation under it."),
            "d": ("Neither: the likelihood is no divergence.", "neither",
                "KL(data‖model) = −H(data) − E_data[log model]. The first does not depend on the "
                "model, the second is the likelihood."),
        },
        why="−E_data[log model] is a cross-entropy; it differs from KL(data‖model) by the entropy "
            "of the data, which no model changes. So likelihood covers everything, and where the "
            "model can't take the shape of the data, it puts mass in between.",
        hints=["Likelihood: average log model(x) over the *data*. Which distribution is the "
               "expectation taken under?",
               "The one that stands first in the KL.",
               "Data first, model second."],
    ),
    Question(
        name="04.answers.4.8a", title="JS of two distributions that share no outcome, in nats",
        answer=LOG2, unit="nats",
        wrong={
            math.sqrt(LOG2): ("distance", "That is the Jensen–Shannon distance, the square root. "
                "The divergence is log 2."),
            2 * LOG2: ("half_missing", "Each of the two KLs is log 2, and half of each is taken."),
            LOG2 / 2: ("one_half_only", "That is one of the two halves."),
            math.log10(2): BASE_TEN,
            math.inf: ("to_each_other", "The KLs to *each other* are infinite, not those to m."),
            0: ("zero", "0 is for distributions that are the same. These could not differ more."),
        },
        why="Where p lives, the mixture is p/2, so KL(p‖m) = log 2, and the same for q. It can't "
            "get larger: that is the ceiling.",
        hints=["Where p lives, what is m = (p + q)/2 in terms of p?",
               "m = p/2, so log(p/m) = log 2 at each outcome.",
               "½ log 2 + ½ log 2"],
    ),
    choice(
        "04.answers.4.8b", "what the ceiling does to a gradient", {
            "a": ("It is large: the distributions differ as much as they can.", "value_for_slope",
                "The *value* is as large as it can be. A gradient asks for its slope."),
            "b": ("It is infinite, as with the KL.", "kl", "The KL of two far Gaussians grows as "
                "their distance squared, and its slope with it. JS has a ceiling."),
            "c": "It is nearly 0: moving q a little leaves JS at log 2.",
            "d": ("It points away from p.", "away", "Moving away can't raise JS above log 2."),
        },
        why="Flat at the ceiling. A generator that learns by JS gets no hint of where the data are "
            "while the two are far apart; notebooks 06 and 07 meet this again.",
        hints=["Look at the right end of the curve in the figure above.",
               "What is the slope of a curve that has reached its ceiling?",
               "Flat."],
    ),
]  # fmt: skip
