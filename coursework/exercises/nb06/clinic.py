"""The clinic of notebook 06: which mend for a saturated D, and which fault has which run."""

from __future__ import annotations

from coursework.checking.exercise import Question

_MEND = Question(
    name="06.answers.6.10", title="the mend for a saturated D", answer="c",
    choices={
        "a": "Label smoothing: call real points 0.9 real.",
        "b": "A smaller learning rate for G.",
        "c": "Bound D's slope: a gradient penalty or spectral normalization.",
        "d": "More steps of D for each of G.",
    },
    wrong={
        "a": ("smoothing", "Look at the row: D on real points goes to 0.9, on fakes it stays "
            "0.000, and log(1 − D) doesn't pull. It bounds the other side."),
        "b": ("slower_g", "G doesn't move too fast. It doesn't move."),
        "d": ("stronger_d", "D is at 1.000 and 0.000. Being surer still takes away what is left of "
            "the slope."),
    },
    why="Right, and the table shows it: D can no longer be sure of everything, its logit on fakes "
        "stays small, and even log(1 − D) pulls. The other loss, −log D, is the other way out.",
    hints=[
        "What does G hear from D, where D is flat?",
        "Which rows of the table have an end near the ring?",
        "Those in which D's slope is bounded.",
    ],
)  # fmt: skip

FAULTS = {
    "a": "labels swapped",
    "b": "fakes not detached",
    "c": "learning rates",
    "d": "saturating loss",
    "e": "D too strong",
}
SIGNS = {
    "a": "Then D would say about 0 on real points and 1 on fakes. Examine what D says.",
    "b": "Then G's `.grad` would hold something right after D's backward. Examine that.",
    "c": "Then G's weights would have come a long way and D's hardly any. Examine the paths.",
    "d": "Then −log D would pull thousands of times as hard as log(1 − D), on the same fakes, and "
    "G's own loss would stay at 0. Examine the pulls.",
    "e": "Then D's optimizer would have counted many more updates than G's run has steps. "
    "Examine the counts.",
}
WHY = {
    "a": "Right. D gives real points about 0 and fakes about 1, and G is content at once, since "
        "its loss −log D is about 0. It is the slides' D with our loss.",
    "b": "Right. G's gradient was not empty after D's backward, and nobody zeroed it. "
        "So G also descends D's loss: it wants to be caught as much as to fool. "
    "The samples don't look hopeless, which is why this one goes unnoticed.",
    "c": "Right. G's weights run a long way while D's hardly move: "
        "D can't keep up with the fakes, and G goes wherever the slope of an old opinion leads.",
    "d": "Right. D is right about every fake, log(1 − D) is flat there, and G stays where it "
        "started. −log D would have pulled on the same fakes.",
    "e": "Right. D made five updates for each of G's, with a large rate. "
        "It isn't perfect, and ahead all the time; its slopes are steep and change with every "
    "update, and G is driven about.",
}  # fmt: skip


def _run(key: str, run: str, fault: str) -> Question:
    return Question(
        name=f"06.answers.{key}",
        title=f"the fault of run {run}",
        answer=fault,
        choices=FAULTS,
        wrong={
            other: (FAULTS[other].replace(" ", "_").lower(), SIGNS[other])
            for other in FAULTS
            if other != fault
        },
        why=WHY[fault],
        hints=[
            "Look at the samples and both losses first: does G move at all? Does D look sure?",
            "Which of the five tests could rule out most of the faults that are left?",
            SIGNS[fault],
        ],
    )


ORDER = "acbde"  # the faults of runs A to E, in the notebook's seeded order
CLINIC = {"6.10": _MEND} | {
    f"6.{11 + place}": _run(f"6.{11 + place}", run, fault)
    for place, (run, fault) in enumerate(zip("ABCDE", ORDER, strict=True))
}
