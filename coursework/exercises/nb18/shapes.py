"""Questions on sizes of layers and on walks between codes: objective 8."""

from __future__ import annotations

from random import Random

from coursework.checking.exercise import Question
from coursework.exercises.nb18.asking import Wrong, choice, number, shown


def transposed_side(rng: Random) -> Question:
    """18.33: the side of what a transposed convolution makes."""
    side, (kernel, padding) = rng.choice((4, 5, 7, 8)), rng.choice(((4, 1), (4, 0), (2, 0), (5, 1)))
    stride = 2
    right = (side - 1) * stride - 2 * padding + kernel
    return number(
        "18.33", "the side after a transposed convolution",
        f"A generator has feature maps of {side} × {side}. They go through "
        f"`nn.ConvTranspose2d(64, 32, kernel_size={kernel}, stride={stride}, padding={padding})`. "
        "What is the side of the maps that come out?",
        right,
        {
            "convolution": ((side + 2 * padding - kernel) // stride + 1, "That is a convolution, "
                "which shrinks. A transposed one enlarges."),
            "doubled": (2 * side, "It doubles only where kernel − 2 · padding is the stride."),
            "padding_added": ((side - 1) * stride + 2 * padding + kernel, "In a transposed "
                "convolution padding takes away at both ends."),
            "padding_once": ((side - 1) * stride - padding + kernel, "Padding takes away at both "
                "ends: twice."),
            "without_minus_one": (side * stride - 2 * padding + kernel, "There are side − 1 steps "
                "between the first and the last input."),
            "kernel_left_out": ((side - 1) * stride - 2 * padding, "The kernel adds its width at "
                "the end."),
            "channels": (32.0, "That is the number of channels."),
        },
        atol=0.2, rtol=0,
        why=f"({side} − 1) · {stride} − 2 · {padding} + {kernel} = {right}.",
        hints=["Place one kernel for each input, stride apart. How far does the last one reach?",
               "(side − 1) · stride + kernel, minus padding at both ends.",
               f"({side} - 1) * {stride} - 2 * {padding} + {kernel}"],
    )  # fmt: skip


def flattened(rng: Random) -> Question:
    """18.34: how many numbers two strided convolutions leave of an image."""
    side, width = rng.choice((28, 32, 40)), rng.choice((16, 24, 48))
    left = side // 4
    right = width * left * left
    return number(
        "18.34", "inputs of the layer behind two convolutions",
        f"An encoder takes gray images of {side} × {side}. Its two convolutions have kernel 3, "
        f"stride "
        f"2 and padding 1, with {width // 2} and then {width} output channels; then come "
        "`nn.Flatten()` and a linear layer. How many inputs does the linear layer have?",
        right,
        {
            "one_halving": (width * (side // 2) ** 2, "Two convolutions of stride 2 halve the side "
                "twice."),
            "no_halving": (width * side * side, "Each convolution of stride 2 halves the side."),
            "first_width": (width // 2 * left * left, "Those are the channels of the first "
                "convolution. The second one's come out."),
            "no_channels": (left * left, "Each of the channels has that many numbers."),
            "one_side": (width * left, f"A map has {left} · {left} numbers."),
            "both_widths": ((width + width // 2) * left * left, "The first convolution's channels "
                "go into the second; they don't come out beside it."),
            "channels": (float(width), "That is how many maps there are. How large is one?"),
        },
        atol=0.2, rtol=0,
        why=f"{side} → {side // 2} → {left}, so {width} · {left} · {left} = {right}.",
        hints=["What does stride 2 do to the side?", f"{side} becomes {side // 2}, then {left}.",
               f"{width} * {left} * {left}"],
    )  # fmt: skip


def on_the_way(rng: Random) -> Question:
    """18.36: a code on the line between two codes."""
    one = [rng.choice((-2.0, -1.2, 0.4, 1.6)) for _ in range(2)]
    nine = [rng.choice((-0.8, 0.8, 2.4, 3.2)) for _ in range(2)]
    t = rng.choice((0.25, 0.3, 0.75, 0.8))
    place = rng.randrange(2)
    a, b = one[place], nine[place]
    right = (1 - t) * a + t * b
    which = ("first", "second")[place]
    return number(
        "18.36", "a code on the way from a 1 to a 9",
        f"The code of a 1 is $({shown(one[0])}, {shown(one[1])})$, that of a 9 is "
        f"$({shown(nine[0])}, {shown(nine[1])})$. You walk on a straight line from the 1 to the "
        f"9. What "
        f"is the *{which}* number of the code at $t = {t}$, where $t = 0$ is the 1?",
        right,
        {
            "from_the_other_end": (t * a + (1 - t) * b, "That counts t from the 9. At t = 0 you "
                "stand at the 1."),
            "step_alone": (t * (b - a), "That is the way gone. Add it to the start."),
            "start_left_out": (t * b, "The start counts as well: (1 − t) times the 1's code."),
            "end_left_out": ((1 - t) * a, "The end counts as well: t times the 9's code."),
            "other_number": ((1 - t) * one[1 - place] + t * nine[1 - place], "That is the other "
                "number of the code."),
            "halfway": ((a + b) / 2, "That is halfway, t = 0.5."),
            "the_9": (b, "That is the 9 itself, t = 1."),
            "the_1": (a, "That is the 1 itself, t = 0."),
            "sum": (a + t * b, "The two weights add up to 1: the 1 has 1 − t."),
        },
        why=f"{shown(1 - t)} · ({shown(a)}) + {t} · {shown(b)} = {shown(right)}.",
        hints=["(1 − t) of one end, t of the other.", "At t = 0 all of the 1, at t = 1 all of the "
               "9.", f"(1 - {t}) * {a} + {t} * {b}"],
    )  # fmt: skip


WITH_KL = "They change little by little, digits or not."
WITHOUT = "Nothing is promised for codes that lie in between."
ON_NO_WAY: tuple[Wrong, ...] = (
    ("All are clear digits, first 1s and from the middle 9s.", "all_digits",
     "Between a 1 and a 9 lies something that is neither, with the KL as without it."),
    ("All are much the same image, whatever the code.", "dead_code",
     "That is a dead code. Here the ends decode to a 1 and to a 9."),
    ("Each is the 1 and the 9 overlaid, as in a slow fade.", "pixels",
     "That is a walk between pixels. Between codes strokes bend instead."),
)  # fmt: skip


def interpolation(rng: Random) -> Question:
    """18.37: what its loss lets one expect between a 1 and a 9, with the KL and without."""
    with_kl, latents = rng.random() < 0.5, rng.choice((8, 16, 32))
    told = (
        f"A VAE with {latents} latents was trained with its KL ($\\beta = 1$)."
        if with_kl
        else f"A VAE with {latents} latents was trained with the KL and the noise *left out*, "
        "which makes it a plain autoencoder."
    )
    return choice(
        rng, "18.37", "the way from a 1 to a 9",
        f"{told} You decode eight points on the straight line between the codes of a 1 and a 9. "
        "What may you expect of the eight images, from the loss it was trained with?",
        WITH_KL if with_kl else WITHOUT, ON_NO_WAY,
        why="Right. " + (
            "Each image has a cloud, and the KL keeps the clouds together until they overlap: "
            "neighboring codes, similar images. Smooth is not the same as real." if with_kl else
            "The loss says nothing about codes that belong to no image. Where codes happen to lie "
            "close together, such a walk may look fine."),
        hints=["Was the decoder trained on codes between two images?",
               "The noise spreads each image over a cloud, and the KL keeps the clouds together.",
               "With both, the way is covered, though not with digits; without them, nothing is "
               "said about it."],
    )  # fmt: skip
