"""Predictions of notebook 09."""

from __future__ import annotations

from coursework.checking.exercise import Prediction

PREDICTIONS = [
    Prediction("09.gap", "dark skin is in 5 % of the faces, turned heads in 10 %, dim light in 10 "
        "%. On a test set in which all groups are equally large, who will be missed?", {
        "Nobody much: the detector is right almost always":
            "On pictures collected the same way. There the rare groups are too few to be noticed.",
        "The three rare properties, each about alike":
            "Look at each of the eight groups, not at each property. One is missed far more than "
            "the others.",
        "Mostly those who are rare in several ways at once":
            "Yes, above all if dark skin is one of the ways. 5 % of 10 % of 10 % of 1,500 faces is "
            "less than one face.",
    }, right="c"),
    Prediction("09.debiased", "the debiased detector never saw a group label. What will its recall "
        "be where the plain one misses most?", {
        "The same: without labels it can't know whom to help":
            "It needn't know the group. It needs to see that a face is unlike most others.",
        "Lower: it has a second task to learn": "Not in this run. One run is luck, so look at the "
            "five seeds below: in none of them.",
        "Higher: it sees unusual faces more often": "In this world of faces, as a rule, yes. "
            "Section 5 asks about another one.",
    }, right="c"),
    Prediction("09.everything", "now hair, glasses, smile and background vary as well, in the "
        "common faces too. What will the weights from the latents do for dark skin, turned heads "
        "and dim light?", {
        "As much as before: these faces are as rare as before":
            "They are. But the code still has eight numbers, and more to encode with them.",
        "Less: other things are unusual, too": "Yes, the table of draws says how much less.",
        "More: the code is richer": "It has eight numbers, as before, and now they encode more.",
    }, right="b"),
    Prediction("09.night", "the model has seen 5 % rare scenes, few of them at night. What will it "
        "say of a scene at night?", {
        "Likelier than a sunny highway": "Yes, by far. The cells below ask where the difference "
            "comes from.",
        "Less likely than a sunny highway": "One would expect that. Look at the median.",
        "About the same": "The medians are about two hundred nats apart. Which way?",
    }, right="a"),
    Prediction("09.label", "200 of the 400 labels go to scenes that a score finds strange. What "
        "happens to the controller's error on rare scenes, and on common ones?", {
        "Both fall, since strange scenes teach more than common ones": "The common scenes lose "
            "200 labels. What does that cost them?",
        "Nothing, since 200 scenes are too few to matter": "About 20 of 400 random scenes are "
            "rare. Look at what happens when half of the 400 are chosen.",
        "It falls on rare scenes, and rises on common ones":
            "Yes, in each of the five seeds on the rare ones.",
    }, right="c"),
]  # fmt: skip
