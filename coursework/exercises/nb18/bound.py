"""Questions on the ELBO: objective 3."""

from __future__ import annotations

import math
from random import Random

from coursework.checking.exercise import Question
from coursework.exercises.nb18.asking import Wrong, choice, number, shown

BETAS = (0.25, 0.5, 2, 3, 4, 8)


def _two_terms(rng: Random) -> tuple[int, int]:
    """A reconstruction loss and a KL, in nats, unlike in size."""
    return rng.randint(40, 95), rng.randint(3, 16)


def negative_elbo(rng: Random) -> Question:
    """18.6: the negative ELBO from a reconstruction loss and a KL."""
    nll, kl = _two_terms(rng)
    return number(
        "18.6", "a negative ELBO from its two terms",
        f"For one image a VAE has the reconstruction loss "
        rf"$-\mathbb E_q[\log p(x\mid z)] = {nll}$ nats, and "
        rf"$\mathrm{{KL}}(q(z\mid x)\,\|\,p(z)) = {kl}$ nats. What is the *negative* ELBO, in "
        rf"nats?",
        nll + kl,
        {
            "subtracted": (nll - kl, "The KL is subtracted in the ELBO, so it is added in the "
                "negative ELBO."),
            "elbo": (-nll - kl, "That is the ELBO. Its negative is asked for."),
            "sign_of_both": (kl - nll, "That is E_q[log p(x|z)] + KL. In the ELBO the KL is "
                "subtracted."),
            "kl_left_out": (nll, "That is the reconstruction loss alone."),
            "reconstruction_left_out": (kl, "That is the KL alone."),
            "multiplied": (nll * kl, "Terms are added: both are in nats."),
            "averaged": ((nll + kl) / 2, "The terms are added, not averaged."),
        },
        why=f"{nll} + {kl} = {nll + kl} nats: −log p(x) is at most that.", unit="nats",
        hints=["ELBO = E_q[log p(x|z)] − KL.", "Its negative is the reconstruction loss plus KL.",
               f"{nll} + {kl}."],
    )  # fmt: skip


def beta_loss(rng: Random) -> Question:
    """18.7: the loss of a β-VAE."""
    (nll, kl), beta = _two_terms(rng), rng.choice(BETAS)
    return number(
        "18.7", "the loss of a β-VAE",
        f"For one image the reconstruction loss is {nll} nats and the KL {kl} nats. What is the "
        f"loss "
        rf"of a β-VAE with $\beta = {beta}$?",
        nll + beta * kl,
        {
            "beta_left_out": (nll + kl, "That is the loss for β = 1. β multiplies the KL."),
            "beta_on_reconstruction": (beta * nll + kl, "β stands before the KL, not before the "
                "reconstruction."),
            "beta_on_both": (beta * (nll + kl), "β multiplies the KL alone."),
            "divided_by_beta": (nll + kl / beta, "You divided by β. It multiplies the KL."),
            "beta_subtracted": (nll - beta * kl, "The KL is added to a loss."),
            "added_once_more": (nll + (1 + beta) * kl, "β KL takes the place of KL; it isn't "
                "added to it."),
            "normalized": ((nll + beta * kl) / (1 + beta), "β is no weight of a mean: nothing is "
                "divided by 1 + β."),
            "reconstruction_alone": (nll, "That is the reconstruction loss alone."),
        },
        why=f"{nll} + {shown(beta)} · {kl} = {shown(nll + beta * kl)}.",
        hints=["What does β multiply?", "Reconstruction loss + β · KL.",
               f"{nll} + {beta} * {kl}."],
    )  # fmt: skip


CLAIMS = {  # what a β-loss is: the kinds of claims
    "upper": "A bound: $-\\log p(x)$ is at most this, and it is not tight.",
    "exact": "A bound: $-\\log p(x)$ is at most this, the negative ELBO.",
    "none": "No bound: $-\\log p(x)$ may lie on either side of this number.",
    "lower": "A bound: $-\\log p(x)$ is at least this, for every encoder.",
}
SAID = {
    "upper": "With β below 1 the loss is smaller than the negative ELBO, and may fall below "
        "−log p(x).",
    "exact": "The negative ELBO has β = 1. This one differs from it by (β − 1) KL.",
    "none": "The negative ELBO is a bound, and with β above 1 the loss is larger still.",
    "lower": "The negative ELBO is at least −log p(x), not at most.",
}  # fmt: skip


def what_beta_makes(rng: Random) -> Question:
    """18.8: with another β, what does the loss say of −log p(x)?"""
    (nll, kl), beta = _two_terms(rng), rng.choice(BETAS)
    right = "upper" if beta > 1 else "none"
    wrong: list[Wrong] = [(CLAIMS[kind], kind, SAID[kind]) for kind in CLAIMS if kind != right]
    return choice(
        rng, "18.8", "what a loss with another β still bounds",
        rf"A β-VAE with $\beta = {beta}$ has the loss {shown(nll + beta * kl)} on an image, of "
        rf"which "
        f"{nll} nats are reconstruction, and the KL is {kl} nats. What does this loss tell you about "
        r"the model's $-\log p(x)$?",
        CLAIMS[right], wrong,
        why=f"Right. The negative ELBO is {nll + kl}, and −log p(x) is at most that. "
            + ("This loss is larger, so it is a bound as well, and a looser one."
               if beta > 1 else "This loss is smaller, so nothing follows from it."),
        hints=["Work out the negative ELBO, with β = 1. On which side of it does the loss lie?",
               "−log p(x) is at most the negative ELBO.",
               f"The negative ELBO is {nll + kl}. Larger numbers are bounds too, smaller ones "
               "need not be."],
    )  # fmt: skip


def gap(rng: Random) -> Question:
    """18.9: the KL to the posterior from log p(x) and the two terms."""
    (nll, kl), miss = _two_terms(rng), rng.choice((1.5, 2.5, 4.0, 6.5))
    log_px = miss - nll - kl
    return number(
        "18.9", "the gap between the log-likelihood and the ELBO",
        "In a world where everything can be computed, an image has "
        rf"$\log p(x) = {log_px}$ nats. An encoder reaches "
        rf"$\mathbb E_q[\log p(x\mid z)] = -{nll}$ nats, with $\mathrm{{KL}}(q(z\mid "
        rf"x)\,\|\,p(z)) = {kl}$ "
        r"nats. How large is $\mathrm{KL}(q(z\mid x)\,\|\,p(z\mid x))$, in nats?",
        miss,
        {
            "sign": (-miss, "A KL is never negative: log p(x) minus the ELBO."),
            "kl_left_out": (log_px + nll, "You left the KL to the prior out of the ELBO."),
            "kl_added": (log_px + nll - kl, "In the ELBO the KL to the prior is subtracted."),
            "kl_to_the_prior": (kl, "That is the KL to the prior. Asked for is that to the "
                "posterior."),
            "elbo": (-nll - kl, "That is the ELBO. How far is log p(x) above it?"),
            "sum": (log_px - nll - kl, "You added the ELBO. Subtract it."),
        },
        why=f"The ELBO is −{nll} − {kl} = −{nll + kl}, and {log_px} is {miss} above it.",
        unit="nats",
        hints=["log p(x) = ELBO + KL(q‖p(z|x)).", "First the ELBO: E_q[log p(x|z)] − KL to prior.",
               f"{log_px} + {nll} + {kl}."],
    )  # fmt: skip


def bits_per_pixel(rng: Random) -> Question:
    """18.11: nats of an image as bits for each of its numbers."""
    side, channels = rng.choice((16, 28, 32)), rng.choice((1, 3))
    bits = rng.choice((0.2, 0.4, 0.6, 0.9))
    dims = side * side * channels
    nats = round(bits * dims * math.log(2) / 5) * 5
    per_dim = nats / dims
    color = "gray images (one channel)" if channels == 1 else "color images (three channels)"
    return number(
        "18.11", "a negative ELBO in bits per dimension",
        f"On {color} of {side} × {side} pixels a model has the negative ELBO {nats} nats for an "
        "image. Its pixels are whole numbers, so this bounds −log of a probability, not of a "
        "density. How many *bits per dimension* is that?",
        per_dim / math.log(2),
        {
            "nats_for_bits": (per_dim, "That is nats per dimension. A bit is 0.693 nats."),
            "multiplied_by_log_2": (per_dim * math.log(2), "You multiplied by log 2. A bit is "
                "smaller than a nat, so there are more of them: divide."),
            "per_image": (nats / math.log(2), "That is bits for the whole image."),
            "channels_left_out": (nats / (side * side) / math.log(2), "That is per pixel. Each "
                "pixel has three numbers, its channels."),
            "scaled_pixels": (per_dim / math.log(2) + 8, "You added log₂ 256 = 8 bits. That undoes "
                "a division of pixels by 256, which changes a *density*. These pixels are whole "
                "numbers, and the bound is that of a probability."),
            "per_row": (nats / side / math.log(2), f"An image has {side} · {side} pixels."),
            "upside_down": (math.log(2) / per_dim, "Upside down: the nats stand on top."),
        },
        why=f"{nats} / log 2 = {nats / math.log(2):.0f} bits, over {dims} dimensions: "
            f"{per_dim / math.log(2):.3f}.", unit="bits",
        hints=["How many numbers does an image have?", "nats / log 2 = bits.",
               f"{nats} / math.log(2) / {dims}"],
    )  # fmt: skip
