"""How samples are judged."""

from __future__ import annotations

from course_utils.plots.diagrams.drawing import Drawing

CENTERS = (-0.66, -0.22, 0.22, 0.66)
CLUMPS = 3 * CENTERS  # a curve of more peaks has narrower ones
GENERATORS: dict[str, tuple[tuple[float, ...], str]] = {
    "A": ((0.22,) * len(CLUMPS), "draws one clump over and over: it has collapsed"),
    "B": (CLUMPS, "draws all four"),
    "C": (tuple(i / 20 for i in range(-18, 19)), "draws anything: it has learned nothing"),
    "D": (CENTERS, "draws between the clumps as well: it blurs"),
}


def judging(d: Drawing) -> None:
    """Judging samples: a network turns real images and samples into features, which a number
    compares; a search compares samples with the training set."""
    d.step("Real images that no model has seen, the reference.")
    d.picture("real", (1.1, 1.4), "digit 3", "reference", above=True, stack=True)
    d.step("Samples of the model.")
    d.picture("samples", (1.1, 3.4), "blurred 3", "samples", stack=True, role="made")
    d.step("A classifier turns each image into features.")
    d.network("classifier", (4.1, 2.4), "classifier", "64 features")
    d.arrow("real", "classifier")
    d.arrow("samples", "classifier")
    d.step("Each set becomes a cloud of features.")
    d.curve("real_cloud", (7, 1.4), "real features", above=True)
    d.curve("cloud", (7, 3.4), "their features", peaks=(-0.4, 0.5))
    d.arrow("classifier", "real_cloud")
    d.arrow("classifier", "cloud")
    d.step("A number compares the clouds: quality and coverage.")
    d.box("number", (10.2, 2.4), "distance", "or shares within balls", "loss")
    d.arrow("real_cloud", "number", dotted=True, role="loss")
    d.arrow("cloud", "number", dotted=True, role="loss")
    d.step("Only a search in the training set can say whether samples are new: novelty.")
    d.picture("train", (4.1, 5.08), "digit 3", "training set", stack=True)
    d.box("search", (7.6, 5.08), "nearest image", role="loss")
    d.arrow("samples", "search", via=[(2.6, 4.05), (5.6, 4.25)], dotted=True, role="loss")
    d.arrow("train", "search", dotted=True, role="loss")


def divergence(d: Drawing) -> None:
    """Two directions of KL: each is an average over one of the two distributions, and that decides
    which mistakes cost much."""
    d.step("A distribution with two modes, such as that of the data.")
    d.curve("p", (8.3, 1.9), "*p(x)*", peaks=(-0.5, 0.5))
    d.step("A model q of it with a single bump.")
    d.curve("q", (1.3, 1.9), "*q(x)*")
    d.step("An average over p: it is large if q has next to nothing where p has a mode.")
    d.box("forward", (4.8, 0.9), "KL*(p ‖ q)*", "q covers all of p", "loss")
    d.arrow("p", "forward", role="loss")
    d.arrow("q", "forward", dotted=True, role="loss")
    d.step("An average over q: it is large if p has next to nothing where q has its bump.")
    d.box("reverse", (4.8, 2.9), "KL*(q ‖ p)*", "q keeps to one mode", "loss")
    d.arrow("q", "reverse", role="loss")
    d.arrow("p", "reverse", dotted=True, role="loss")


def four_generators(d: Drawing) -> None:
    """Four generators: each is asked for data in four clumps, and one of them draws it."""
    d.step("Data in four clumps.")
    d.curve("data", (1.2, 1.2), "data", peaks=CLUMPS)
    for number, (letter, (peaks, told)) in enumerate(GENERATORS.items(), 1):
        d.step(f"Generator {letter} {told}.")
        d.curve(letter, (1.2 + 2.3 * number, 1.2), letter, peaks=peaks)
