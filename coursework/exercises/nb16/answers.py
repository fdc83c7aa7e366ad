"""Typed and chosen answers of notebook 16."""

from __future__ import annotations

from coursework.checking.exercise import Question
from coursework.exercises.rules import choice

QUESTIONS = [
    Question(
        name="16.answers.16.2", title="the mean that is left after a style", answer=-1.0,
        wrong={
            20.0: ("not_normalized", "That is 3 · 7 − 1: the map was scaled as it came. Its mean "
                "is subtracted first."),
            7.0: ("kept", "That is the mean before. Normalizing removes it."),
            0.0: ("bias_forgotten", "That is the mean after normalizing. Then comes the bias."),
            3.0: ("scale", "That is the scale: it sets the spread."),
            2.0: ("sum", "That is scale + bias. A mean of 0, times the scale, stays 0."),
            1.0: ("sign", "The bias is −1: added, not taken off."),
            6.0: ("bias_added_to_old", "That is 7 − 1. The old mean is gone by then."),
        },
        why="Whatever the map was, its mean is now the bias and its spread the size of the scale. "
            "So a style overrules all that earlier levels said about mean and spread.",
        hints=["First the map is normalized. What are its mean and its spread then?",
               "Mean 0, spread 1. Times 3: mean 0, spread 3.",
               "And then the bias is added: 0 + (−1)"],
    ),
    choice(
        "16.answers.16.4", "what the split of levels comes from", {
            "a": ("The architecture: a level of 4×4 or 8×8 pixels can't set the color of a face.",
                "architecture", "It can: the short runs have the same architecture, and in "
                "all of them the skin follows the coarse source, at least in part."),
            "b": "Both, mixed styles and time: neither alone makes skin follow the fine source.",
            "c": ("Training time: any run of 400 seconds has the split, with mixed styles or "
                "without.", "time", "The run of 400 seconds without mixed styles hasn't: there "
                "skin follows both sources about halfway."),
            "d": ("Mixed styles: every run trained with them has the split, however short.",
                "every_mixing_run", "Look at the three runs of 60 seconds with mixing: in none of "
                "them does skin follow the fine source alone."),
        },
        why="Right. Skin follows the fine source alone in the two runs that had both. A minute of "
            "mixed styles wasn't enough, and neither were 400 seconds without them. The background "
            "follows the fine source more than the coarse one in every run without mixing.",
        hints=["Which runs have the split, by the columns for the skin?",
               "What do these runs have that the others lack?",
               "They have two things: mixed styles and 400 seconds. Look at the runs that have only "
               "one of the two."],
    ),
    choice(
        "16.answers.16.7", "what truncation does to a comparison", {
            "a": ("B is better, since the Fréchet distance misjudges sharp pictures.", "misjudges",
                "It may have noticed something true: B's faces may be more alike than real ones."),
            "b": ("A is better, since a lower Fréchet distance always means a better model.",
                "always_lower", "A and B may be one model. Then only psi differs."),
            "c": "Nothing yet: they may be one model at two values of psi.",
            "d": ("They are equally good if psi can be tuned until both distances agree.", "tuned",
                "A distance that was tuned to agree says nothing of the model. Use one psi."),
        },
        why="Right. psi trades variety for typical faces, and is chosen at sampling time. Compare "
            "both at psi 1, then choose psi for the use, and report it beside every number.",
        hints=["What does psi do to the spread of the factors, and what to the Fréchet distance?",
               "Could you turn A into B without training?",
               "Perhaps, by psi alone. What would you have to know of A and B to rule that out?"],
    ),
    choice(
        "16.answers.16.9", "how to read a mean with a tail", {
            "a": ("Steps in w are shorter everywhere, by the same factor.", "everywhere",
                "Then the medians would differ by that factor as well."),
            "b": "Very long steps in z raise its mean; typical steps differ less.",
            "c": ("The mean in z rests on too few paths to be compared with that in w.", "too_few",
                "Both have 1,000 paths between the same ends, and other runs show the same tail."),
            "d": ("The pictures made from w are all alike, so little changes along a path.",
                "alike", "Both kinds of path run between the same pictures: each w comes from "
                "a z."),
        },
        why="Right. The mean is a statement about the tail here. State the median beside it, or "
            "show the distribution.",
        hints=["Compare means, then medians.",
               "What kind of distribution has a mean far above its median?",
               "One with a long tail to the right: some paths cross a place where the picture "
               "changes at once."],
    ),
    choice(
        "16.answers.16.12", "the fault in a colleague's faces", {
            "a": ("`truncate` shrinks toward 0.", "toward_zero",
                "Then psi 0 would not give the picture of the mean code. The test `center` says it "
                "does."),
            "b": ("`mix_styles` counts from the fine end.", "fine_end",
                "Then the coarse factors would follow the second source in the test `mixing`."),
            "c": "`adain` takes mean and variance over the batch.",
            "d": ("Every example gets the style of the first.", "one_style",
                "Then all pictures of a batch would be the same. The test `variety` says no."),
            "e": ("The last level was never faded in.", "alpha",
                "Then each block of two by two pixels would be one color. The test `blocks` says "
                "no."),
        },
        why="Right. A picture is a function of its own code only if nothing is computed across the "
            "batch. In use, the only sign would be that one code gives different pictures in "
            "different batches.",
        hints=["For each of the five faults: which test would come out differently from yours?",
               "Run `examine(\"company\")`.",
               "Look for a mean or a variance that is taken over more than one example."],
    ),
]  # fmt: skip

ANSWERS = {question.key: question for question in QUESTIONS}
