"""Predictions of notebook 05."""

from __future__ import annotations

from coursework.checking.exercise import Prediction

PREDICTIONS = [
    Prediction(
        "05.sample",
        "z is drawn with `Normal(mu, sigma).sample()`, the loss is computed from z, then "
            "`loss.backward()`. What is the gradient of μ?",
        {
            "Zero": "Close: `torch.normal(mu, sigma)` gives that. `sample` leaves no zero either.",
            "None: nothing arrives":
                "Yes. The draw is a bare number, and the walk back ends there.",
            "Something sensible":
                "Run the cell, and look at what the picture of the graph ends in.",
        }, right="b",
    ),
    Prediction(
        "05.mixed",
        "a VAE whose sampler reads logvar as log σ, while its KL reads it as log σ². Trained the "
            "same way, what will its loss look like?",
        {
            "About the same loss":
                "Yes. Its KL is that of wide Gaussians, which is small, and its draws come from "
                "narrow ones, which reconstruct well. So a worse model shows about the same "
                "number.",
            "A clearly higher loss than the right code's":
                "That would be a warning, and the loss gives none. Look at the printed numbers.",
            "It won't train": "It trains, smoothly. That is what makes the fault hard to find.",
        }, right="a",
    ),
    Prediction(
        "05.narrow",
        "f(z) = z² at μ = 1, slope of E[f] in μ. Shrink σ from 1 to 0.1. What happens to the error "
            "bar of the score function's estimate?",
        {
            "It shrinks": "The draws all fall close to 1, so one would think so. But each is "
                "divided by σ². Look at the table.",
            "It stays": "Compare the first and the last line of the table.",
            "It grows": "Yes. The values of f hardly differ any more, and the slope has to be read "
                "from their differences.",
        }, right="c",
    ),
    Prediction(
        "05.wave", "now f(z) = sin 8z at σ = 1. Which estimator has the smaller variance?", {
            "Pathwise again": "Its samples are slopes, 8 cos 8z. Look at how large they get.",
            "Score function": "Yes. Values of a sine stay within 1, its slopes go up to 8.",
            "Neither": "They differ by a factor of more than 10. Look.",
        }, right="b",
    ),
    Prediction(
        "05.step", "and a step, f(z) = 1 where z > 0 and 0 elsewhere?", {
            "Both find the slope": "What is the slope of a step at any z you draw?",
            "Pathwise gives 0": "Yes, on every draw, while the mean of f rises with μ.",
            "Score function gives 0":
                "It uses values of f, and those differ on the two sides of the step.",
        }, right="b",
    ),
    Prediction(
        "05.race",
        "the same VAE, the same steps, five ways to the gradient. Where will the score function "
            "without a baseline end?",
        {
            "Behind": "Yes. Each gradient is multiplied by some 150 nats, and most of that is "
                "noise.",
            "Level with pathwise":
                "Both have the right mean. And their variance, with some 150 nats as f? Look.",
            "It won't move at all":
                "The decoder learns all the same: its gradient needs no trick. Look.",
        }, right="a",
    ),
]  # fmt: skip
