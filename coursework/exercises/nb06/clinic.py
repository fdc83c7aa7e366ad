"""The clinic of notebook 06: what helps against a saturated D, and which fault each run has."""

from __future__ import annotations

from coursework.checking.exercise import Question
from coursework.exercises.rules import choice

SATURATED = choice(
    "06.answers.6.12", "the fix for a saturated D", {
        "a": ("Label smoothing, so that D says at most 0.9 on real points.", "smoothing",
            "Look at the row: D on real points goes to 0.9, on fakes it stays 0.000, and the "
            "gradient of log(1 − D) is as small as before."),
        "b": ("A smaller learning rate for G, so that D can keep up with it.", "slower_g",
            "G is not too fast. It doesn't move."),
        "c": "A bound on D's slope, as a gradient penalty gives it.",
        "d": ("More steps of D for each of G, so that D gives better advice.", "stronger_d",
            "D is at 1.000 and 0.000. A surer D takes away what is left of the slope."),
    },
    why="Right, and the table shows it: D can no longer be sure of everything, its logit on fakes "
        "stays small, and even log(1 − D) has a gradient. Spectral normalization bounds the slope "
        "as well. The other loss, −log D, helps too.",
    hints=["Which gradient reaches G, where D is flat?",
           "Which rows of the table have an end near the ring?",
           "Those in which D's slope is bounded."],
)  # fmt: skip

FAULTS = {  # the fault, the sign by which it is ruled out, and what is said when it is right
    "a": ("labels swapped",
        "With labels swapped D would say about 0 on real points and 1 on fakes. Examine what D "
        "says.",
        "Right. D gives real points about 0 and fakes about 1, and G is content at once, since its "
        "loss −log D is about 0. D is trained as P(fake), and G as if it were P(real)."),
    "b": ("fakes not detached",
        "With fakes not detached G's `.grad` would hold something right after D's backward. "
        "Examine the gradients.",
        "Right. G's gradient was not empty after D's backward, and nobody zeroed it. So G also "
        "descends D's loss: it wants to be caught as much as to fool. The samples don't look "
        "hopeless, which is why this fault goes unnoticed."),
    "c": ("learning rates",
        "With learning rates far apart G's weights would have come a long way and D's hardly any. "
        "Examine the paths.",
        "Right. G's weights run a long way while D's hardly move: D can't keep up with the fakes, "
        "and G follows the slope of an outdated D."),
    "d": ("saturating loss",
        "With the saturating loss the gradient of −log D would be thousands of times as long as "
        "that of log(1 − D), on the same fakes, and G's own loss would stay at 0. Examine the "
        "pulls.",
        "Right. D is right about every fake, log(1 − D) is flat there, and G stays where it "
        "started. On the same fakes −log D has a gradient."),
    "e": ("D too strong",
        "With a D that is too strong its optimizer would have counted several updates for each "
        "step. Examine the counts.",
        "Right. D made five updates for each of G's, with a large rate. It isn't perfect, and it "
        "is ahead all the time. Its slopes are steep and change with every update."),
}  # fmt: skip
ORDER = "acbde"  # the faults of runs A to E, in the notebook's seeded order


def _run(key: str, run: str, fault: str) -> Question:
    _, sign, why = FAULTS[fault]
    options = {
        letter: text if letter == fault else (text, text.replace(" ", "_").lower(), sign)
        for letter, (text, sign, _) in FAULTS.items()
    }
    hints = [
        "Look at the samples and both losses first: does G move at all? Does D look sure?",
        "Which of the five tests could rule out most of the faults that are left?",
        sign,
    ]
    return choice(f"06.answers.{key}", f"the fault of run {run}", options, why, hints)


CLINIC = [SATURATED] + [
    _run(f"6.{13 + place}", run, fault)
    for place, (run, fault) in enumerate(zip("ABCDE", ORDER, strict=True))
]
