"""Predictions of notebook 16."""

from __future__ import annotations

from coursework.checking.exercise import Prediction

PREDICTIONS = [
    Prediction(
        "16.mixing",
        "the two coarse levels (4 and 8 pixels) get the style of face A, the two fine ones (16 and "
            "32 pixels) that of face B. Whose skin and background does the picture have?",
        {
            "A's": "Look down the columns of the next picture: its faces share their colors.",
            "B's": "Yes. In this network the fine levels set these colors.",
            "A mixture of both": "For some factors it is. Look at the slopes for these two.",
        }, right="b",
    ),
    Prediction(
        "16.truncate",
        "psi 0.5 instead of 1: faces come closer to the mean code. What happens to the Fréchet "
            "distance to real faces?",
        {
            "It falls: the faces are cleaner": "They are more typical. The distance also compares "
                "how varied they are.",
            "It stays: the network is the same": "The network is the same. What it draws is not.",
            "It rises: the faces are less varied": "Yes: here it more than doubles.",
        }, right="c",
    ),
    Prediction(
        "16.path",
        "small steps along arcs in z and along straight lines in w. In w the mean squared change "
            "of the picture is lower. What of the median?",
        {
            "Lower as well, by the same factor": "Compare the medians that the next cell prints.",
            "Lower by a smaller factor, or not at all": "Yes: the tail makes most of the "
                "difference of the means.",
            "Clearly higher in w": "Compare the medians that the next cell prints.",
        }, right="b",
    ),
    Prediction(
        "16.growing",
        "a network that draws good pictures of 16 pixels gets a new level, for 32, with random "
            "weights. What does the Fréchet distance do while it is faded in?",
        {
            "It falls at once: there is more detail": "The new level has random weights.",
            "It rises, until the level has learned": "Yes: random weights make the picture worse.",
            "Nothing: alpha makes it gradual": "Gradual, yes, but look where the curves go.",
        }, right="b",
    ),
]  # fmt: skip
