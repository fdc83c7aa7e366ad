"""Exercises of notebook 18, the exam, in the order of the notebook.

Typed answers are drawn: numbers, wordings and the order of options. `DRAWN` draws them for any
seed; the notebook has those of seed 0. `draw_sitting` draws those of a sitting, `MOST` of them or
fewer, and `place_drawn` says where the course shows the answer to one.
"""

from __future__ import annotations

from coursework.checking.exercise import Exercise, Prediction, Question
from coursework.checking.variants import Drawn
from coursework.exercises.nb18.autoencoders import bottleneck, no_generator, squared_error
from coursework.exercises.nb18.bound import (
    beta_loss,
    bits_per_pixel,
    gap,
    negative_elbo,
    what_beta_makes,
)
from coursework.exercises.nb18.clinic import gan_log, place_drawn, remedy, vae_log
from coursework.exercises.nb18.derivations import best_judge_line, elbo_line, jensen_line
from coursework.exercises.nb18.functions import (
    BEST_JUDGE,
    BOTH_GENERATOR_LOSSES,
    CODE_FROM_NOISE,
    ELBO_FROM_TERMS,
)
from coursework.exercises.nb18.games import (
    best_answer,
    slope_that_is_left,
    value_and_js,
    value_of_the_game,
)
from coursework.exercises.nb18.labels import (
    best_told_judge,
    input_channels,
    where_the_label_enters,
)
from coursework.exercises.nb18.likelihoods import class_by_bayes, which_distribution
from coursework.exercises.nb18.networks import CLOTHING_GENERATOR, SMALL_ENCODER
from coursework.exercises.nb18.noise import (
    draw_by_hand,
    gaussian_kl,
    gradient_passes,
    slope_of_the_draw,
)
from coursework.exercises.nb18.places import LEAST, MOST, OBJECTIVES, PLACES, draw_sitting
from coursework.exercises.nb18.shapes import flattened, interpolation, on_the_way, transposed_side
from coursework.seeds import PUBLIC

POOL = {
    "18.1": which_distribution, "18.2": class_by_bayes,
    "18.3": squared_error, "18.4": no_generator, "18.5": bottleneck,
    "18.6": negative_elbo, "18.7": beta_loss, "18.8": what_beta_makes, "18.9": gap,
    "18.10": elbo_line, "18.11": bits_per_pixel, "elbo_from_terms": ELBO_FROM_TERMS,
    "18.13": gaussian_kl, "18.14": draw_by_hand, "18.15": slope_of_the_draw,
    "18.16": gradient_passes, "code_from_noise": CODE_FROM_NOISE,
    "18.18": best_answer, "18.19": value_of_the_game, "18.20": value_and_js,
    "18.21": best_judge_line, "18.22": jensen_line,
    "best_judge": BEST_JUDGE, "both_generator_losses": BOTH_GENERATOR_LOSSES,
    "18.25": slope_that_is_left, "18.26": gan_log, "18.27": vae_log, "18.28": remedy,
    "18.29": where_the_label_enters, "18.30": input_channels, "18.31": best_told_judge,
    "clothing_generator": CLOTHING_GENERATOR,
    "18.33": transposed_side, "18.34": flattened, "small_encoder": SMALL_ENCODER,
    "18.36": on_the_way, "18.37": interpolation,
}  # fmt: skip

DRAWN = [
    Drawn(f"18.answers.{key}", draw) for key, draw in POOL.items() if not isinstance(draw, Exercise)
]
_PUBLIC: dict[str, Exercise | Question] = {d.name: d.at(PUBLIC) for d in DRAWN}
EXERCISES: list[Exercise | Question] = [
    entry if isinstance(entry, Exercise) else _PUBLIC[f"18.answers.{key}"]
    for key, entry in POOL.items()
]
PREDICTIONS: list[Prediction] = []

__all__ = [
    "DRAWN", "EXERCISES", "LEAST", "MOST", "OBJECTIVES", "PLACES", "POOL", "PREDICTIONS",
    "draw_sitting", "place_drawn",
]  # fmt: skip
