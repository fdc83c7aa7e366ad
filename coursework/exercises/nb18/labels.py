"""Questions on conditional GANs: objective 7."""

from __future__ import annotations

from random import Random

from coursework.checking.exercise import Question
from coursework.exercises.nb18.asking import Wrong, choice, number

GARMENTS = (("shirt", "trousers", "shoes"), ("shirt", "coat", "dress", "shoes"),
            ("shirt", "trousers", "coat", "dress", "bag"))  # fmt: skip

WRONG_CALLS: dict[str, Wrong] = {
    "real_mislabeled": ("`D(x, y_fake)` and `D(G(z, y_fake), y_fake)`", "real_mislabeled",
        "The real images have labels of their own, y. With labels drawn for the fakes, D learns "
        "that a shoe under the label shirt is fine."),
    "d_not_told": ("`D(x)` and `D(G(z, y_fake))`, no label", "d_not_told",
        "D isn't told the label, so a shoe passes where a shirt was asked for, and G learns to "
        "ignore its label."),
    "labels_mixed": ("`D(x, y)` and `D(G(z, y_fake), y)`", "labels_mixed",
        "The fakes were asked for with `y_fake` and are judged with the labels of other images: a "
        "fake of the right kind would be called wrong."),
    "g_not_told": ("`D(x, y)` and `D(G(z), y_fake)`", "g_not_told",
        "G isn't told the label: it can only guess what is asked for."),
}  # fmt: skip


def where_the_label_enters(rng: Random) -> Question:
    """18.29: a conditional GAN for clothing: which calls of D and G does a step make?"""
    kinds = rng.choice(GARMENTS)
    others = [call for name, call in WRONG_CALLS.items() if name != "real_mislabeled"]
    return choice(
        rng, "18.29", "where the label enters",
        f"A GAN for clothing should draw what is asked for: {', '.join(kinds)}. `x, y` are real "
        "images and their labels, `z` is noise, `y_fake` are labels drawn for the fakes. What does "
        "the discriminator judge in one of its steps?",
        "`D(x, y)` and `D(G(z, y_fake), y_fake)`",
        [WRONG_CALLS["real_mislabeled"], *rng.sample(others, 2)],
        why="Right. Both networks are told, and each fake is judged with the label it was asked "
            "for.",
        hints=["Which networks have to know the label?",
               "G, to draw the right kind; D, to notice the wrong kind.",
               "The label a fake is judged with is the one it was drawn for."],
    )  # fmt: skip


def input_channels(rng: Random) -> Question:
    """18.30: numbers into the first layer of D or of G, with the label appended."""
    channels, kinds, side = rng.choice((1, 3)), rng.randint(4, 12), rng.choice((28, 32, 64))
    latents = rng.choice((32, 64, 100))
    color = "gray (one channel)" if channels == 1 else "in color (three channels)"
    start = (
        f"Images of clothing are {color}, {side} × {side} pixels, with {kinds} kinds in all. "
        f"The noise has {latents} numbers. "
    )
    if rng.random() < 0.5:
        return number(
            "18.30", "inputs of the first layer",
            start + "The discriminator gets the label as *planes*: one plane for each kind, all 1 "
            "for the kind of the image and 0 for the others. How many input channels does its "
            "first convolution have?",
            channels + kinds,
            {
                "image_alone": (channels, "Those are the image's channels. The planes come on "
                    "top."),
                "planes_alone": (kinds, "Those are the planes. The image comes on top."),
                "one_plane": (channels + 1, "The label has a plane for each kind, not one."),
                "multiplied": (channels * kinds, "Planes are appended, so channels add up."),
                "pixels": (channels * side * side + kinds, "A convolution counts channels, not "
                    "pixels."),
                "noise": (latents + kinds, "That is the input of a generator."),
            },
            why=f"{channels} + {kinds}.",
            hints=["Planes stand beside the channels of the image.", "How many planes are there?",
                   f"{channels} + {kinds}"],
        )  # fmt: skip
    return number(
        "18.30", "inputs of the first layer",
        start + "The generator gets the label as a *one-hot row* beside the noise. How many inputs "
        "does its first linear layer have?",
        latents + kinds,
        {
            "noise_alone": (latents, "Those are the numbers of the noise. The row comes on top."),
            "row_alone": (kinds, "That is the row. The noise comes on top."),
            "one_number": (latents + 1, "A one-hot row has a number for each kind, not one."),
            "multiplied": (latents * kinds, "The row is appended, so the widths add up."),
            "pixels": (channels * side * side + kinds, "That is what a discriminator would get."),
            "channels": (channels + kinds, "That is what a discriminator with planes would get."),
        },
        why=f"{latents} + {kinds}.",
        hints=["The row stands beside the noise.", "How long is a one-hot row?",
               f"{latents} + {kinds}"],
    )  # fmt: skip


def best_told_judge(rng: Random) -> Question:
    """18.31: D* of a pair (x, y), from densities of x under each label and the labels' shares."""
    asked, other = rng.choice((("shoes", "shirts"), ("coats", "bags")))
    data, fake = rng.choice((0.3, 0.6)), rng.choice((0.1, 0.2))
    alien = rng.choice((0.5, 0.9))
    right = data / (data + fake)
    return number(
        "18.31", "the best discriminator that is told the label",
        f"As many fakes as real images are shown; half of each are {asked}, half {other}. At one "
        f"image $x$, the densities given {asked} are $p_\\text{{data}}(x\\mid\\text{{{asked}}}) = "
        f"{data}$ and "
        f"$p_G(x\\mid\\text{{{asked}}}) = {fake}$; given {other}, data have 0 there and fakes "
        f"{alien}. "
        f"What does the best $D(x, y)$ = P(real) say of this $x$ with the label {asked}?",
        right,
        {
            "not_told": (data / (data + fake + alien), f"That is the best D without a label. With "
                f"the label, only {asked} are compared."),
            "other_label": (0.0, f"That is what D says with the label {other}."),
            "fake": (fake / (data + fake), "That is P(fake)."),
            "share_twice": (0.5 * right, "The share of the label stands above and below, and "
                "cancels."),
            "ratio": (data / fake, "That is the ratio. A probability has the sum below."),
            "only_aliens": (data / (data + alien), f"You compared with fakes under the label "
                f"{other}."),
        },
        why=f"0.5 · {data} / (0.5 · {data} + 0.5 · {fake}) = {right:.3f}. Without the label it "
            "would be smaller, since fakes of the other kind land here too.",
        hints=["D sees pairs. Which real and which fake pairs look like this one?",
               "p_data(x, y) over p_data(x, y) + p_G(x, y); the share of the label cancels.",
               f"{data} / ({data} + {fake})"],
    )  # fmt: skip
