"""Typed answers of notebook 09 that stand among its sections."""

from __future__ import annotations

from coursework.checking.exercise import Question

_MIX = Question(
    name="09.answers.9.2", title="precision depends on the mix", answer=0.9,
    wrong={
        1.0: ("recall", "That is its recall: it finds all 900 faces. Precision is the share of "
            "faces among those it *calls* a face."),
        0.1: ("false_alarms", "That is the share of wrong ones among its yeses. Precision is the "
            "share of right ones."),
        0.5: ("coin", "It says yes to everything, not to half. Count its yeses, and the faces "
            "among them."),
        0.0: ("none", "Of its 1,000 yeses 900 are right."),
        90.0: ("percent", "That is in percent, and right. Type it as a share between 0 and 1."),
        9.0: ("odds", "That is right ones per wrong one. Precision is right ones per yes."),
    },
    why="900 / 1,000 = 0.9, which looks fine and is the mix of the test set, nothing else. With "
        "100 faces and 900 others the same detector has a precision of 0.1. Its false positive "
        "rate is 1 in both.",
    hints=[
        "How often does it say yes?",
        "1,000 times. How many of these pictures are faces?",
        "900 of 1,000.",
    ],
)  # fmt: skip

_FIFTEEN = Question(
    name="09.answers.9.6", title="fifteen of fifteen", answer=15 / (15 + 1.96**2),
    wrong={
        1.0: ("standard_error", "Share ± 1.96 standard errors gives 1 to 1. Wilson's interval has "
            "a width even here."),
        (15 + 1.96**2 / 2) / (15 + 1.96**2): ("middle", "That is the middle of the interval. Its "
            "lower end?"),
        0.05 ** (1 / 15): ("exact", "That is the exact one-sided bound. Take your "
            "`wilson_interval`."),
        0.025 ** (1 / 15): ("clopper_pearson", "That is the lower end of Clopper and Pearson's "
            "interval. Take your `wilson_interval`."),
        100 * 15 / (15 + 1.96**2): ("percent", "That is in percent, and right. Type it as a share "
            "between 0 and 1."),
        15 / (15 + 1.96): ("z_not_squared", "Nearly: n / (n + z²), and z = 1.96 is to be squared."),
    },
    why="With k = n the formula becomes n / (n + z²) = 15 / 18.84 = 0.796. So \"all fifteen "
        "found\" goes with a true recall of 80 %. For 99 % one needs 380 faces, all of them found.",
    hints=[
        "`wilson_interval(15, 15)` gives both ends.",
        "The first of the two.",
        "15 / (15 + 1.96²).",
    ],
)  # fmt: skip

_ALPHA = Question(
    name="09.answers.9.9", title="what α does", answer=5.0,
    wrong={
        9.0: ("no_alpha", "That is the ratio without α. Add 0.1 to both shares first."),
        0.2: ("upside_down", "Upside down: the rare one weighs more."),
        9.1: ("after", "α is added to the shares, before the inversion."),
        10.0: ("numerator", "0.9 + 0.1 is right. The other share gets its 0.1, too."),
        4.5: ("denominator", "0.1 + 0.1 is right. The other share gets its 0.1, too."),
    },
    why="(0.9 + 0.1) / (0.1 + 0.1) = 5. Dividing both by their new total changes nothing in the "
        "ratio. With α = 1 it is 1.9 / 1.1 = 1.7, and with α = 100 nearly 1.",
    hints=[
        "The shares are 0.9 and 0.1. Add α to each.",
        "1.0 and 0.2. The weight is 1 over the share.",
        "1.0 / 0.2.",
    ],
)  # fmt: skip

ANSWERS = {q.key: q for q in (_MIX, _FIFTEEN, _ALPHA)}
