"""Questions of notebook 09: typed answers among its sections, and those at its end."""

from __future__ import annotations

from coursework.checking.exercise import Question
from coursework.exercises.rules import choice

_QUESTIONS = [
    Question("09.answers.9.2", "precision depends on the mix", 0.9, wrong={
        1.0: ("recall", "That is its recall: it finds all 900 faces. Precision is the share of "
            "faces among those it *calls* a face."),
        0.1: ("false_alarms", "That is the share of wrong ones among its yeses. Precision is the "
            "share of right ones."),
        0.5: ("coin", "It says yes to everything, not to half. Count its yeses, and the faces "
            "among them."),
        0.0: ("none", "Of its 1,000 yeses 900 are right."),
        90.0: ("percent", "That is in percent, and right. Type it as a share between 0 and 1."),
        9.0: ("odds", "That is right ones per wrong one. Precision is right ones per yes."),
    }, why="900 / 1,000 = 0.9, which looks fine and is the mix of the test set, nothing else. With "
        "100 faces and 900 others the same detector has a precision of 0.1. Its false positive "
        "rate is 1 in both.",
        hints=["How often does it say yes?", "1,000 times. How many of these pictures are faces?",
            "900 of 1,000."]),
    Question("09.answers.9.7", "fifteen of fifteen", 15 / (15 + 1.96**2), wrong={
        1.0: ("standard_error", "Share ± 1.96 standard errors goes from 1 to 1. Wilson's interval "
            "has a width even here."),
        (15 + 1.96**2 / 2) / (15 + 1.96**2): ("middle", "That is the middle of the interval. Its "
            "lower end?"),
        0.05 ** (1 / 15): ("exact", "That is the exact one-sided bound. Take your "
            "`wilson_interval`."),
        0.025 ** (1 / 15): ("clopper_pearson", "That is the lower end of Clopper and Pearson's "
            "interval. Take your `wilson_interval`."),
        100 * 15 / (15 + 1.96**2): ("percent", "That is in percent, and right. Type it as a share "
            "between 0 and 1."),
        15 / (15 + 1.96): ("z_not_squared", "Nearly: n / (n + z²), and z = 1.96 is to be squared."),
    }, why='With k = n the formula becomes n / (n + z²) = 15 / 18.84 = 0.796. So "all fifteen '
        'found" goes with a true recall of 80 %. For 99 % you need 381 faces, all of them found.',
        hints=["`wilson_interval(15, 15)` gives both ends.", "The first of the two.",
            "15 / (15 + 1.96²)."]),
    Question("09.answers.9.10", "what α does", 5.0, wrong={
        9.0: ("no_alpha", "That is the ratio without α. Add 0.1 to both shares first."),
        0.2: ("upside_down", "Upside down: the rare one has the larger weight."),
        9.1: ("after", "α is added to the shares, before the inversion."),
        10.0: ("numerator", "0.9 + 0.1 is right. The other share gets its 0.1, too."),
        4.5: ("denominator", "0.1 + 0.1 is right. The other share gets its 0.1, too."),
    }, why="(0.9 + 0.1) / (0.1 + 0.1) = 5. Dividing both by their new total changes nothing in the "
        "ratio. With α = 1 it is 1.9 / 1.1 = 1.7, and with α = 100 nearly 1.",
        hints=["The shares are 0.9 and 0.1. Add α to each.",
            "1.0 and 0.2. The weight is 1 over the share.", "1.0 / 0.2."]),
    choice("09.answers.9.15", "no negatives", {
        "a": ("The detector is fair, since it finds as many of each group as of the others.",
            "fair", "A yes-man finds as many of each group, too. So equal recall by itself says "
            "little."),
        "b": "Its recall; a detector that always says yes would do better still.",
        "c": ("Its precision is 99 %, since nearly all that it calls a face is one.",
            "precision", "Precision needs pictures that are no faces: among those called a face, "
            "how many are one?"),
        "d": ("Its false positive rate is 1 %, the share that is missing from 99 %.",
            "false_positives", "False positives are counted among pictures without a face, and "
            "there was none."),
    }, why="Right. The faulty step of the clinic has recall 1 in all groups.",
        hints=["Which of the three numbers of your report can be computed from faces alone?",
            "Only recall. Which detector has the best recall of all?",
            "The one that always says yes."]),
    choice("09.answers.9.16", "a gap of small groups", {
        "a": ("Yes: 100 % against 83 %, and both were measured on as many faces.",
            "no_interval", "Two faces were missed. If the groups are alike, how often do both fall "
                "into the same one?"),
        "b": ("No: a gap below 20 points is always luck.",
            "threshold", "No threshold makes 12 faces more than 12 faces."),
        "c": ("Yes, if the accuracy over all groups together is high enough.",
            "overall", "The overall accuracy says nothing about these 24 faces."),
        "d": "That can't be told from two missed faces among twenty-four.",
    }, why="Right: the second miss falls into the group of the first with chance 11/23 = 0.48. "
        "That tests the difference itself. Two intervals that overlap would not have shown it: "
        "intervals may overlap although the difference is certain.",
        hints=["Two faces were missed. Suppose both groups are alike, and deal the two misses out.",
            "The first miss falls somewhere. How many of the 23 other faces are in its group?",
            "11 of 23."]),
    choice("09.answers.9.17", "when latents help", {
        "a": ("The network had more latents in the first, so that each rare property got one for "
            "itself.", "latents", "Eight in both."),
        "b": "Where much else varies, the weights raised the rare properties' share of the draws "
            "far less.",
        "c": ("There were fewer faces in the second, and so fewer of each rare group to be shown "
            "again.", "fewer", "As many in both, with the same skew."),
        "d": ("α was added to a density in the second, so that it depended on the scale of each "
            "latent.", "density", "The weights were made by the same function."),
    }, why="Right: the table of draws shows it. The method finds what is unusual in the code. "
        "Whether those are the faces that are badly served is another question.",
        hints=["Look at the table of draws: what happened to the share of dark skin?",
            "Which faces have large weights, if a latent codes for the background?",
            "The largest weight over latents is taken, whatever the latent codes for."]),
    choice("09.answers.9.18", "one combination", {
        "a": ("0.9 · 0.95 · 0.95 = 0.81, since each property adds misses of its own.",
            "product", "That would hold if misses were independent. In the figure the combination "
            "was far worse."),
        "b": ("0.9, the smallest: a face is as hard as its hardest property.",
            "smallest", "A combination can be worse than each of its parts."),
        "c": ("About 0.93, the mean of the three.",
            "mean", "The three groups overlap, and the combination is a small part of each."),
        "d": "That can't be told from these three numbers.",
    }, why="Right: it has to be measured on faces that are all three. In this notebook it was far "
        "lower "
        "than for any one property. Gender Shades is "
        "about this: errors by skin *and* gender showed what neither alone did.",
        hints=["Look at the plain detector's recall by group.",
            "What does it say for one rare property, and for three?",
            "Could the last have been computed from the others?"]),
    choice("09.answers.9.19", "dark and likely", {
        "a": "A gray pixel costs nats however well it is drawn, a black one next to none.",
        "b": ("Nights are common in the training set, so that the model draws them best of all.",
            "common", "They are a few of a hundred scenes."),
        "c": ("The VAE was trained too briefly to tell night from day.",
            "brief", "Longer training lowers the cost of all scenes; published models, trained far "
            "longer, show the same."),
        "d": ("The ELBO is only a lower bound, and a looser one for dark scenes.",
            "bound", "A lower bound that is loose would make them look less likely, not more."),
    }, why="Right: section 7 prints this floor, and it is nearly all of the distance between night "
        "and day.",
        hints=["What makes up most of those nats? Section 7 subtracts it.",
            "What does the Bernoulli loss charge for a gray pixel at best, and for a black one?",
            "0.69 nats for a middle gray, nearly 0 for black."]),
    choice("09.answers.9.20", "fair by every number", {
        "a": ("Nothing: equal numbers in all groups are what fair means, so it is fair.",
            "nothing_left", "Eight groups of three properties were measured. People differ in "
            "more, and a use can be unfair with equal errors."),
        "b": ("Whether α was small enough, since a smaller one would bring the numbers closer "
            "still.", "alpha", "If the numbers are equal, α has done what it can."),
        "c": ("Whether the test set was as skewed as the training set.",
            "skewed_test", "A skewed test set widens the intervals. It is worth asking, and not "
            "what is left when all are equal."),
        "d": "Which groups were not looked at, what it is used for, and who agreed to that.",
    }, why="Right. Numbers by group are where the questions start.",
        hints=["What do equal errors say about what the detector is for?",
            "Which properties had no group here?", "Ask about people, not about percentages."]),
]  # fmt: skip

QUESTIONS = {question.key: question for question in _QUESTIONS}
