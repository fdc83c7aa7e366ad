"""Predictions of notebook 06."""

from __future__ import annotations

from course_utils.checking.exercise import Prediction

PREDICTIONS = [
    Prediction(
        "06.map",
        "noise has one bump, the data have two. What will a continuous map do with the points in the middle of the noise?",
        {
            "Send them to one bump or the other, none in between": "A continuous map can't jump. Look at the middle of the map.",
            "Stretch them thinly over the gap between the bumps": "Yes: the map gets steep there, and few points land in the gap, never none.",
            "Leave them where they are": "Then there would be a bump in the gap. Look.",
        },
    ),
    Prediction(
        "06.clone",
        "one generator, one batch, both losses. Early in training D is good at its work. Which loss has the larger gradient?",
        {
            "The saturating one": "It has D in front, and D is small on fakes early on. Look at the ratio.",
            "The non-saturating one": "Yes, by about the factor (1 − D)/D.",
            "Both the same": "Only where D says ½.",
        },
    ),
    Prediction(
        "06.collapse",
        "eight bumps, and a generator that learns twenty times as fast as its judge. What will its samples look like?",
        {
            "Eight bumps, sooner": "Being fast is no help against a judge that is late. Look.",
            "One or two bumps at a time, then others": "Yes. It runs to wherever the judge is weakest, all of it.",
            "A blur over everything": "That is what an averaging loss does. A GAN's generator goes where it is not caught.",
        },
    ),
    Prediction(
        "06.losses",
        "in the second half of training, what will the two losses do while the digits get better?",
        {
            "Both fall": "They pull against each other. Look at the curves.",
            "Both hover, up and down": "Yes. They say how the two are matched, not how good the samples are.",
            "G's falls, D's rises to log 4": "That is what one would like to see. Look at the curves.",
        },
    ),
    Prediction(
        "06.sharp",
        "a pixel at the edge of a stroke: in half of the images that fit a code it is black, in half white. What does a VAE's decoder say, and what does a GAN's generator?",
        {
            "Both gray": "For the VAE's loss gray is best. A judge has never seen gray edges like that in real digits. Look.",
            "The VAE gray, the GAN black or white": "Yes. Gray is the best answer to a mean, and the first thing a judge learns to catch.",
            "Both black or white": "The VAE's loss is lowest at the mean of what fits. Look.",
        },
    ),
]
