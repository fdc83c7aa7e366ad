"""Predictions of notebook 15."""

from __future__ import annotations

from coursework.checking.exercise import Prediction

PREDICTIONS = [
    Prediction(
        "15.l1",
        "70 % of the training pictures are blond, and nothing in the gray one says which. L1 "
            "alone would paint all blond. What will the network paint that is trained with L1 "
            "*and* D?",
        {
            "A brown in between, as a compromise":
                "D rejects a brown that occurs nowhere. Look at the last row, and count.",
            "Blond on seven pictures of ten, black on three":
                "It has noise to do that with, and doesn't use it. Look at the last row.",
            "Blond on all of them":
                "Yes, in three seeds: L1 asks for the majority, and D accepts a sharp blond.",
        }, right="c",
    ),
    Prediction(
        "15.half",
        "exactly half of the training faces are blond, at random, and L1 is the only loss. One "
            "network sees gray hair, another a darker gray. What do they paint on test faces?",
        {
            "One color in between on all faces, and not the same from both grays":
                "Yes. Between black and blond the loss is flat: it stops where it comes in.",
            "Black on some faces and blond on the others":
                "Nothing in a face would say which. Compare the faces of one row.",
            "The brown halfway, from both grays":
                "That is L2's answer. L1 has no reason to prefer the middle.",
        }, right="a",
    ),
    Prediction(
        "15.noise",
        "a noise image is fed to the network beside the gray one, and it is trained with L1 and D "
            "as before. You draw ten noises for one face. What comes out?",
        {
            "Ten times the same picture":
                "Yes, up to about 0.002. D sees one picture at a time, never the ten together.",
            "Black and blond, about as often as in the data":
                "Nothing asks for that. Compare the ten.",
            "Black and blond, more alike than in the data":
                "Even that would take a term that sees several answers at once. Compare the ten.",
        }, right="a",
    ),
    Prediction(
        "15.turn",
        "the true map turns the clouds by 90°. Two unpaired sets, two judges, a cycle loss. Of "
            "eight plain networks and eight residual ones, which find the turn?",
        {
            "All of them: the cycle loss rules out the rest":
                "Every turn and every exchange of clouds has a way back.",
            "A few of the plain ones, none of the residual ones":
                "Yes. Residual networks begin at *do nothing*, and here that already looks right.",
            "More of the residual ones: they are the better architecture":
                "They are better where the truth is near doing nothing.",
        }, right="b",
    ),
    Prediction(
        "15.vowels",
        "five vowels, two voices, no pairs. Will a plain CycleGAN with a low cycle error turn an "
            "a into an a?",
        {
            "Yes: another vowel would not look like an a of the other voice":
                "It looks like another vowel of the other voice, and to the judge that is as good.",
            "It turns all of them into one vowel":
                "Then the way back couldn't tell them apart, and the cycle error would be high.",
            "Most runs exchange vowels among each other":
                "Yes. The cycle is as good, and the judges see five vowels as before.",
        }, right="c",
    ),
]  # fmt: skip
