"""Review questions and predictions of notebook 04."""

from __future__ import annotations

from coursework.checking.exercise import Prediction
from coursework.exercises.rules import choice

REVIEW = [
    choice(
        "04.answers.4.16", "why the KL is no distance", {
            "a": ("It can be negative.", "negative", "Single terms can, the sum never."),
            "b": "KL(p‖q) and KL(q‖p) differ in general.",
            "c": ("It is measured in nats and not in meters.", "unit",
                "A distance may have any unit."),
            "d": ("It is 0 for some pairs that differ.", "zero",
                "It is 0 only where both are the same."),
        },
        why="The fair coin and the loaded one: 0.511 one way, 0.368 the other. (It breaks the "
            "triangle inequality as well.)",
        hints=["What changed between answers 4.5b and 4.5c?",
               "Which property of a distance does that break?",
               "A distance is the same there and back."],
    ),
    choice(
        "04.answers.4.17", "which mistake the KL of a VAE punishes most", {
            "a": "Codes where the prior has next to nothing.",
            "b": ("Places of the prior where this image has no codes.", "forward",
                "KL(q‖p) is an expectation under q. Where q has nothing, it does not look. And one "
                "image is not meant to fill the prior."),
            "c": ("A mean of exactly 0.", "mean", "A mean of 0 is the cheapest there is."),
            "d": ("A variance of exactly 1.", "variance", "It is the cheapest there is."),
        },
        why="In KL(q(z|x)‖p(z)), q comes first: what costs is mass of q where p has next to none. "
            "Leaving parts of p to the other images costs little, which is what we want.",
        hints=["Which of the two distributions comes first, the encoder's or the prior's?",
               "The expectation runs over codes of the encoder. Where is log(q/p) large?",
               "Where p is tiny and q is not."],
    ),
]  # fmt: skip

PREDICTIONS = [
    Prediction(
        name="04.compressor",
        question="A file of letters, drawn one by one with the frequencies of English. How small "
            "can a good compressor make it?",
        options={
            "To about 1 bit a letter, as with real English text.":
                "Real text has words and sentences to guess from. Here each letter is drawn by "
                "itself, and nothing but the frequencies can be used.",
            "To less and less, the longer the file.":
                "The overhead is shared by more letters, so it does fall. It falls toward a floor.",
            "To about 4.2 bits a letter, and never much lower.":
                "Yes: that is the entropy of the frequencies. For short files even that is far "
                "off, since the compressor has to write down its code first.",
        }, right="c",
    ),
    Prediction(
        name="04.two_bumps",
        question="Two bumps far apart, one Gaussian q. You lower KL(p‖q) in one run and KL(q‖p) in "
            "another. Where does q end?",
        options={
            "Over both bumps, both times.":
                "KL(p‖q) does that. In KL(q‖p) the empty valley between the bumps costs too much.",
            "KL(p‖q): over both. KL(q‖p): on one.":
                "Yes, if the bumps are far enough apart. How far is far enough? Move them and see.",
            "KL(p‖q): on one. KL(q‖p): over both.":
                "The other way round. KL(p‖q) is weighted by p, so q has to cover all of p.",
        }, right="b",
    ),
    Prediction(
        name="04.narrow",
        question="q = N(0, σ²), p = N(0, 1). You keep halving σ. What happens to KL(q‖p)?",
        options={
            "It grows without end.": "Yes, by log 2 = 0.693 nats at each halving, once σ is small.",
            "It falls: the KL likes small variances.":
                "Some texts say so. σ² falls, and −log σ² grows without end.",
            "It comes to rest at some value.":
                "That would be so if σ² were all there is. −log σ² has no upper end.",
        }, right="a",
    ),
]  # fmt: skip
