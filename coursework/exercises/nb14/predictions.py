"""Predictions of notebook 14."""

from __future__ import annotations

from coursework.checking.exercise import Prediction

PREDICTIONS = [
    Prediction(
        "14.floor",
        "a network is trained to guess the noise in points of the ring, from x_t and t alone, "
        "until its loss falls no further. Where does the loss end at small t, where hardly any "
        "noise was added? (A network that always guesses 0 has a loss of 2, the variance of the "
        "noise in two coordinates.)",
        {
            "Near 0: little noise, small "
            "errors": "The noise that it has to guess has variance 1 at every t, however small a "
            "share of it was added.",
            "Near 1: half of it can be "
            "seen": "Look at the left end of the curve: even the best guess has nearly 2 there.",
            "Near 2: at small t the noise can hardly be guessed at "
            "all": "Yes. A point's own place in its clump hides so little noise.",
        },
        right="c",
    ),
    Prediction(
        "14.faults",
        "six samplers draw a thousand points each with the same network: "
        "one is right, five have a fault. Which of them has the largest share of its points on a "
        "clump?",
        {
            "The right one": "It has to reach the share that the data have, and no more.",
            "One with a fault": "Yes: with less noise, points huddle in the middle of their clump.",
            "They are all equal": "Look at the first column of the table.",
        },
        right="b",
    ),
    Prediction(
        "14.ode",
        "a thousand points, twenty steps each by DDIM and by flow matching, with the exact guess "
        "and at times that belong together. How far apart do the two methods end?",
        {
            "By about a clump's width, 0.1": "That would be so for two different sets of times.",
            "Some points reach other clumps": "Both follow the same guess at the same times.",
            "By round-off": "Yes: they are one formula, written twice.",
        },
        right="c",
    ),
    Prediction(
        "14.guidance",
        "guidance makes digits easier to read. What does it do to the Fréchet distance from real "
        "digits?",
        {
            "It falls, up to about w = 3": (
                "Clearer digits are not closer to real ones: real ones vary. At w = 3 the distance "
                "is about twenty times that without guidance."
            ),
            "It falls a little at first, and is far larger from w = 1 on": (
                "Yes, in all three seeds, at w = 0.1 and 0.25: more labels are right. "
                "Then there is less variety, and then come digits such as nobody writes."
            ),
            "It rises from the first step": (
                "Nearly. Look at w = 0.1 and 0.25 on the right curve: in every seed the distance "
                "is lower than without guidance."
            ),
        },
        right="b",
    ),
]
