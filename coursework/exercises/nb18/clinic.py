"""Questions that diagnose a training run: objective 6."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from coursework.checking.exercise import Question
from coursework.exercises.nb18.asking import choice
from coursework.exercises.nb18.logs import (
    GAN_COLUMNS,
    GAN_RUNS,
    VAE_COLUMNS,
    VAE_RUNS,
    as_table,
)
from coursework.exercises.nb18.places import CURED, DIAGNOSED, PLACES, Place

GAN = {  # the fault, as an option, and what it would have shown
    "collapse": ("The generator draws one or two kinds of images only.",
                 "Then it would lose modes while its gradients stay as large as before."),
    "too_strong": ("D is sure of every image, and hardly any slope is left.",
                   "Then D would say nearly 1 on data and 0 on fakes, and ‖∇G‖ would vanish."),
    "blind": ("D never learned: it says the same of data and fakes.",
              "Then D's loss would stand at log 4 = 1.386 from the first row to the last."),
    "not_zeroed": ("Gradients are never set to zero, so they pile up.",
                   "Then ‖∇G‖ would grow in proportion to the number of steps."),
    "healthy": ("No fault: G catches up with D, and finds the modes.",
                "Then D(x) and D(G(z)) would approach each other, and the modes come to 8."),
}  # fmt: skip
VAE = {
    "dead_code": ("The code has died: q is the prior, and nothing is coded.",
                  "Then the KL would be near 0, and no unit in use."),
    "overfits": ("It overfits: the loss on test images rises again.",
                 "Then the loss on test images would turn while that on training images falls."),
    "kl_not_in_the_loss": ("The KL is missing from the loss that is minimized.",
                           "Then the KL would grow without limit, and the loss would be the "
                           "reconstruction alone."),
    "diverges": ("The steps are too large: the loss jumps, and climbs.",
                 "Then the training loss itself would jump and rise."),
    "sound": ("No fault: both losses still fall, and stay together.",
              "Then both losses would fall to the last row, a little apart."),
}  # fmt: skip


def _diagnosis(
    rng: Random, key: str, title: str, stem: str, runs: Mapping, columns: tuple[str, ...],
    faults: Mapping[str, tuple[str, str]], hints: list[str],
) -> Question:  # fmt: skip
    fault = rng.choice(sorted(runs))
    table = as_table(columns, runs[fault](rng))
    others = rng.sample(sorted(set(faults) - {fault}), 3)
    wrong = [(faults[k][0], k, faults[k][1]) for k in others]
    return choice(
        rng, key, title, f"{stem}\n\n{table}\n\nWhat does the log say?", faults[fault][0], wrong,
        why="Right. These columns show that, and rule out the other three.",
        hints=hints, place=DIAGNOSED[fault],
    )  # fmt: skip


def gan_log(rng: Random) -> Question:
    """18.26: the log of a GAN."""
    return _diagnosis(
        rng, "18.26", "the diagnosis of a GAN's log",
        "A GAN is trained on images of eight kinds, with D = P(real). $\\lVert\\nabla G\\rVert$ is "
        "the size of the gradient that reaches the generator. The last column counts how many of "
        "the eight kinds, its modes, the generator draws.",
        GAN_RUNS, GAN_COLUMNS, GAN,
        ["Read the last column first: is it a problem of coverage?",
         "Then what D says of both, and the size of the gradient.",
         "One column has an extreme: modes at 1, D near 0 and 1, D at ½, or a gradient that "
         "grows; where none has, nothing is wrong."],
    )  # fmt: skip


def vae_log(rng: Random) -> Question:
    """18.27: the log of a VAE."""
    return _diagnosis(
        rng, "18.27", "the diagnosis of a VAE's log",
        "A VAE with 16 latents, in nats for an image. The loss is what its step minimizes; units "
        "in "
        "use are latents whose mean changes from image to image.",
        VAE_RUNS, VAE_COLUMNS, VAE,
        ["Compare the losses on training and on test images, then look at the KL.",
         "Does reconstruction plus KL give the loss?",
         "KL at 0, KL without limit, test loss that turns, loss that climbs: which is it, or is it "
         "none?"],
    )  # fmt: skip


REMEDIES = {  # what was observed: the remedy, and a reply where it is no remedy for what is asked
    "vanishing": ("D is right on nearly every image, samples are noise, and the generator has the "
                  "*saturating* loss.",
                  "Give G the loss −log D, and D noisy or blurred inputs.",
                  "That is for a D that is too sure of its fakes."),
    "collapse": ("Every code gives nearly the same image, while D's loss is moderate.",
                 "Show D a whole batch at once, and its spread with it.",
                 "That is for a generator that draws one image over and over."),
    "dead_code": ("A VAE's KL has fallen to 0, and its samples ignore the code.",
                  "Begin with a small β, and raise it to 1 step by step.",
                  "That is for a VAE whose KL has fallen to 0."),
    "overfits": ("A VAE's loss on test images rises while that on training images falls.",
                 "Stop at the best epoch, or train on more images.",
                 "That is for a model that holds its training images."),
    "steep": ("A WGAN's critic has slopes far above 1, and its loss runs away.",
              "Penalize gradients in x, at points between data and fakes.",
              "That is for a critic that may be as steep as it likes."),
}  # fmt: skip


def remedy(rng: Random) -> Question:
    """18.28: a remedy for what was observed."""
    seen = rng.choice(sorted(REMEDIES))
    others = rng.sample(sorted(set(REMEDIES) - {seen}), 3)
    wrong = [(REMEDIES[k][1], f"for_{k}", REMEDIES[k][2]) for k in others]
    return choice(
        rng, "18.28", "a remedy for what was seen",
        f"{REMEDIES[seen][0]} Which remedy would you try first?", REMEDIES[seen][1], wrong,
        why="Right. It changes what the symptom comes from; the others are for other diseases.",
        hints=["First name the disease, then its remedy.",
               "Too strong a D, a collapse, a dead code, overfitting, a steep critic: which one?",
               "Three of the remedies name other diseases: a sure D, equal images, a KL of 0, a "
               "test loss that rises, steep slopes."],
        place=CURED[seen],
    )  # fmt: skip


def place_drawn(key: str, rng: Random) -> Place:
    """Where the course shows the answer to a question, as its numbers are drawn."""
    first = {"18.26": (GAN_RUNS, DIAGNOSED), "18.27": (VAE_RUNS, DIAGNOSED),
             "18.28": (REMEDIES, CURED)}.get(key)  # fmt: skip
    return first[1][rng.choice(sorted(first[0]))] if first else PLACES[key]
