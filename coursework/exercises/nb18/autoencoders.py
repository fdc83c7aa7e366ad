"""Questions on autoencoders: objective 2."""

from __future__ import annotations

from random import Random

from coursework.checking.exercise import Question
from coursework.exercises.nb18.asking import choice, number, shown


def squared_error(rng: Random) -> Question:
    """18.3: a mean over pixels as a sum over the pixels of an image."""
    side, mean = rng.choice((16, 28, 32)), rng.choice((0.01, 0.02, 0.03, 0.05))
    pixels = side * side
    return number(
        "18.3", "a mean over pixels as a sum",
        f"An autoencoder reports a squared error of {mean} as a *mean over pixels*. Its images "
        f"have "
        f"{side} × {side} pixels in one channel. The course's loss is "
        r"$\lVert x - \hat x\rVert^2$, a *sum* over the pixels of an image. How large is it?",
        pixels * mean,
        {
            "root": ((pixels * mean) ** 0.5, "That is the length of x − x̂. Asked for is its "
                "square."),
            "one_side": (side * mean, f"An image has {side} · {side} pixels, not {side}."),
            "halved": (pixels * mean / 2, "A factor ½ came in. The squared length has none."),
            "upside_down": (mean / pixels, "You divided. A sum is the mean times how many there "
                "are."),
            "squared_again": (pixels * mean * mean, "The error is squared already."),
            "mean_kept": (mean, "That is the mean. Asked for is the sum."),
            "pixels": (float(pixels), "That is how many pixels there are."),
        },
        why=f"{side} · {side} = {pixels} pixels, times {mean}: {shown(pixels * mean)}. Beside a KL "
            "the difference between mean and sum is a hidden β.",
        hints=["How many pixels has an image?", "A sum is the mean times the number of terms.",
               f"{pixels} * {mean}"],
    )  # fmt: skip


BEHIND = (  # why its decoder draws no digits; each option, the kind of mistake, the reply
    ("Nothing ties the codes to a distribution that we can draw from.", "", ""),
    ("The decoder is deterministic, so it always draws the same image.", "deterministic",
     "A GAN's generator is deterministic too: the randomness is in z."),
    ("The squared error is too large for it to draw any sharp images.", "error_too_large",
     "Even at a low error, codes from N(0, I) give no digits."),
    ("A code has fewer numbers than an image, so details are all lost.", "too_few_numbers",
     "A VAE and a GAN have small codes as well."),
    ("The encoder saw labels, so the decoder cannot draw without them.", "labels",
     "No label occurs: the image is its own teacher."),
)  # fmt: skip


def no_generator(rng: Random) -> Question:
    """18.4: why a decoder fed with noise draws no digits."""
    latents, error = rng.choice((8, 16, 32)), rng.choice(("2 %", "3 %", "4 %"))
    wrong = rng.sample(BEHIND[1:], 3)
    return choice(
        rng, "18.4", "why an autoencoder is no generative model",
        f"A convolutional autoencoder with {latents} latents reconstructs test digits with {error} "
        r"of the variance left. You draw $z\sim\mathcal N(0, I)$ and decode it. What comes out is "
        "hardly ever a digit. Why?",
        BEHIND[0][0], wrong,
        why="Right. The loss asks only that codes of data decode well. Where the codes lie, and "
            "what decodes between them, it doesn't say.",
        hints=["What does the loss say about codes that no image has?",
               "Compare with a VAE: which term does it add?",
               "The KL ties codes to a prior. Which option says that this is missing?"],
    )  # fmt: skip


WIDTHS = {
    "narrow": ("The bottleneck is too narrow: make the code larger.",
               "Then even the training error would be high."),
    "memorized": ("The network memorizes: fewer latents, or more data.",
                  "Then the test error would be far above the training error."),
    "fine": ("Nothing is wrong: both errors are low and near each other.",
             "Then both errors would be low, and alike."),
    "rate": ("The learning rate is far too large: make it a lot smaller.",
             "Then the training error would jump or diverge, not settle."),
}  # fmt: skip


def bottleneck(rng: Random) -> Question:
    """18.5: what two errors say about the width of the code."""
    right = rng.choice(("narrow", "memorized", "fine"))
    low, high = rng.randint(3, 6), rng.randint(38, 55)
    train, test = {
        "narrow": (high, high + 1), "memorized": (low - 2, high), "fine": (low, low + 1),
    }[right]  # fmt: skip
    wrong = [(words, kind, reply) for kind, (words, reply) in WIDTHS.items() if kind != right]
    return choice(
        rng, "18.5", "what two errors say about a bottleneck",
        "An autoencoder has been trained until its training error settled. Its squared error, as a "
        f"share of the data's variance: **{train} %** on training images, **{test} %** on test "
        "images. What is the first thing to conclude?",
        WIDTHS[right][0], wrong,
        why=f"Right. Training {train} %, test {test} %: the first says whether the code can hold "
            "the images, the difference whether it holds only those.",
        hints=["Is the training error low?", "Is the test error much above it?",
               "Both high: the code holds too little. Only the test error high: it holds the "
               "training images. Both low: fine."],
    )  # fmt: skip
