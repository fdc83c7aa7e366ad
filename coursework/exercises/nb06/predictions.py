"""Predictions of notebook 06."""

from __future__ import annotations

from coursework.checking.exercise import Prediction

PREDICTIONS = [
    Prediction(
        "06.map",
        "noise has one bump, the data have two. What will a continuous map do with the points in "
            "the middle of the noise?",
        {
            "Send them to one bump or the other, none in between":
                "A continuous map can't jump. Look at the middle of the map.",
            "Leave them where they are": "Then there would be a bump in the gap. Look.",
            "Stretch them thinly over the gap between the bumps":
                "Yes: the map gets steep there, and few points land in the gap, never none.",
        }, right="c",
    ),
    Prediction(
        "06.clone",
        "for one fake the slopes have the ratio (1 − D)/D. A gradient in G's weights adds up 128 "
            "fakes, as vectors. What will the ratio of the two gradients' lengths be?",
        {
            "Equal to the mean of (1 − D)/D, since gradients add up":
                "Near it, and not exactly: a mean of ratios isn't the ratio of two sums. Look at "
                "the solid lines and the dashed ones.",
            "Near that mean, and often below it":
                "Yes. Both go up and down together, and a few large (1 − D)/D lift the mean.",
            "Above 1 at every step, since the non-saturating loss is steeper":
                "Where D is right, yes. At steps where the fakes fool D, (1 − D)/D is below 1.",
        }, right="b",
    ),
    Prediction(
        "06.collapse",
        "eight bumps, and a generator that learns 20 times as fast as its judge. What does it "
            "draw?",
        {
            "All in one place, and later all in another":
                "Yes. It runs to wherever the judge is weakest, all of it.",
            "Eight bumps, sooner than with equal rates":
                "A fast G meets a judge that lags behind. Look at the samples.",
            "A blur over the bumps and between them":
                "A loss that averages would do that. G goes where D finds points most real.",
        }, right="a",
    ),
    Prediction(
        "06.losses",
        "from step 200 to step 700 the printed distance falls a lot. What will the two losses do?",
        {
            "Fall by as large a share":
                "Look at both panels: the losses fall by little, the distance by much.",
            "G's falls, D's rises to log 4":
                "That is what one would like to see. Look at the curves: D's loss doesn't go there "
                "while the digits get better.",
            "Change little": "Yes. They say how the two are matched, not how good the samples are.",
        }, right="c",
    ),
    Prediction(
        "06.sharp",
        "a pixel at the edge of a stroke: in half of the images that fit a code it is black, in "
            "half white. What does a VAE's decoder say, and what does a GAN's generator?",
        {
            "Both gray": "For the VAE's loss gray is best. A judge has never seen gray edges like "
                "that in real digits. Look.",
            "The VAE gray, the GAN black or white":
                "Yes. Gray is best on average, and the first thing a judge catches.",
            "Both black or white": "The VAE's loss is lowest at the mean of what fits. Look.",
        }, right="b",
    ),
]  # fmt: skip
