"""Predictions of notebook 10."""

from __future__ import annotations

from coursework.checking.exercise import Prediction

PREDICTIONS = [
    Prediction(
        "10.width",
        "two conditional VAEs, alike but for the code: 2 numbers in one, 16 in the other. You draw "
            "z from the prior and ask for each digit. Which one draws what you asked for?",
        {
            "The one with 16 numbers: it draws better digits":
                "It has the lower loss, and reconstructs better. Look at what it draws on request.",
            "The one with 2 numbers": "Yes, and by far. The next cells find out why.",
            "Both: they are told the label": "Both are told. Only one of them listens.",
        }, right="b",
    ),
    Prediction(
        "10.told",
        "the label can be given to G, to D, or to both. With whom does a sample show what was "
            "asked for?",
        {
            "It is enough to tell G: it makes the images":
                "It could use the label, and nobody ever asks for it. Look at the third panel.",
            "It is enough to tell D: it would complain":
                "It complains, and G can't do anything about it. Look at the last panel.",
            "Only if both are told": "Yes. One has to ask for it, and the other has to know.",
        }, right="c",
    ),
    Prediction(
        "10.beside",
        "a one-hot label is put beside 784 pixels, and the rest of D stays as it was. What "
            "fidelity after 400 steps? (Chance is 0.1, projection reaches 0.95.)",
        {
            "About 0.95 as well: D can learn the same function":
                "It could, given time. Look at how loud ten numbers are beside 784.",
            "0.1: D can't see a label at the entrance":
                "It sees it, faintly. It is above chance in every seed.",
            "0.15 to 0.4": "Yes. D has to find ten weak inputs among 784 loud ones.",
        }, right="c",
    ),
    Prediction(
        "10.upper",
        "a model has seen the upper half of a digit and draws the lower half five times. What "
            "will the five have in common?",
        {
            "They differ where the upper half fits several digits":
                "Yes: the same loop on top can end as a 9, an 8 or a 3.",
            "All five are the same: the upper half decides it":
                "Sometimes it does. Look for the rows in which it doesn't.",
            "They are five random digits": "They go on from the strokes that they were given.",
        }, right="a",
    ),
]  # fmt: skip
