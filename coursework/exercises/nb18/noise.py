"""Questions on Gaussian codes and on draws that let gradients through: objective 4."""

from __future__ import annotations

import math
from random import Random

from coursework.checking.exercise import Question
from coursework.exercises.nb18.asking import choice, number, shown

VARIANCES = (0.04, 0.25, 0.36, 2.25, 4.0)


def gaussian_kl(rng: Random) -> Question:
    """18.13: KL of N(mu, var) to N(0, 1), in nats."""
    mu, var = rng.choice((0.5, 1.5, 2.0, -1.5)), rng.choice(VARIANCES)
    log, square = math.log(var), mu * mu
    sigma = math.sqrt(var)
    return number(
        "18.13", "the KL of one latent to the prior",
        f"An encoder returns for one latent the mean {shown(mu)} and the *variance* {var}. How "
        f"large "
        r"is $\mathrm{KL}(q(z\mid x)\,\|\,\mathcal N(0, 1))$, in nats?",
        0.5 * (square + var - 1 - log),
        {
            "half_missing": (square + var - 1 - log, "The ½ in front is missing; it belongs to "
                "the whole bracket."),
            "half_on_the_first": (square / 2 + var - 1 - log, "The ½ belongs to the whole bracket, "
                "not to its first term."),
            "variance_as_sigma": (0.5 * (square + var**2 - 1 - 2 * log), "You took the variance "
                "for σ. The number given is σ² already."),
            "sigma_for_variance": (0.5 * (square + sigma - 1 - 0.5 * log), "You put σ where σ² "
                "belongs."),
            "variance_as_logvar": (0.5 * (square + math.exp(var) - 1 - var), "You took the "
                "variance for its log."),
            "mean_not_squared": (0.5 * (mu + var - 1 - log), "The mean is squared in the formula."),
            "sign_of_the_log": (0.5 * (square + var - 1 + log), "The log is subtracted."),
            "minus_one_missing": (0.5 * (square + var - log), "The −1 is missing: at μ = 0, σ = 1 "
                "the KL is 0."),
            "mean_left_out": (0.5 * (var - 1 - log), "The mean counts as well: μ²."),
            "sign": (-0.5 * (square + var - 1 - log), "A KL is never negative."),
        },
        why=f"½ ({shown(square)} + {var} − 1 − log {var}) = "
            f"{0.5 * (square + var - 1 - log):.3f} nats.", unit="nats",
        hints=["KL = ½ (μ² + σ² − 1 − log σ²).", "What is given is σ², no root and no log needed.",
               f"0.5 * ({shown(square)} + {var} - 1 - math.log({var}))"],
    )  # fmt: skip


def draw_by_hand(rng: Random) -> Question:
    """18.14: z from mu, logvar and a draw of the noise."""
    mu, sigma = rng.choice((0.8, -0.4, 1.2)), rng.choice((0.2, 0.5, 3.0))
    eps = rng.choice((0.6, -0.7, 1.6))
    logvar = round(2 * math.log(sigma), 2)
    spread = math.exp(logvar / 2)
    return number(
        "18.14", "a draw from a code, by hand",
        rf"An encoder returns $\mu = {mu}$ and $\log\sigma^2 = {logvar}$ for one latent, and the "
        rf"noise "
        rf"drawn is $\varepsilon = {eps}$. What is the reparameterized sample $z$?",
        mu + spread * eps,
        {
            "half_missing": (mu + math.exp(logvar) * eps, "You multiplied by the variance. The "
                "spread is σ = exp(½ log σ²)."),
            "logvar_as_sigma": (mu + logvar * eps, "You took log σ² for σ."),
            "sigma_missing": (mu + eps, "The noise is not scaled: z = μ + σ ε."),
            "mean_missing": (spread * eps, "The mean is missing: z = μ + σ ε."),
            "subtracted": (mu - spread * eps, "The noise is added."),
            "root_of_the_log": (mu + 0.5 * logvar * eps, "½ log σ² is log σ. Take its "
            "exponential."),
            "inverse": (mu + eps / spread, "You divided by σ. The noise is multiplied."),
            "noise_as_spread": (mu + spread, "The noise ε is missing: z = μ + σ ε."),
            "scaled_mean": (spread * (mu + eps), "Only the noise is scaled, not the mean."),
        },
        why=f"σ = exp(½ · {shown(logvar)}) = {spread:.3f}, and {shown(mu)} + {spread:.3f} · "
            f"({shown(eps)}) = {shown(mu + spread * eps, 3)}.",
        hints=["z = μ + σ ε.", "σ = exp(½ log σ²).",
               f"{mu} + math.exp(0.5 * {logvar}) * {eps}"],
    )  # fmt: skip


def slope_of_the_draw(rng: Random) -> Question:
    """18.15: dz / dlogvar at one draw."""
    sigma, eps = rng.choice((0.2, 0.4, 3.0)), rng.choice((1.5, -0.9, -1.4))
    right = 0.5 * sigma * eps
    return number(
        "18.15", "the slope of a draw in the log-variance",
        rf"A latent is drawn as $z = \mu + e^{{\frac12 \ell}}\,\varepsilon$, where $\ell = "
        rf"\log\sigma^2$ "
        rf"is what the encoder returns. Now $\sigma = {sigma}$ and $\varepsilon = {eps}$. What is "
        r"$\partial z/\partial \ell$?",
        right,
        {
            "half_missing": (2 * right, "The inner derivative is ½: ½ ℓ stands in the exponent."),
            "slope_in_sigma": (eps, "That is ∂z/∂σ. Asked for is the slope in ℓ = log σ²."),
            "half_of_the_noise": (0.5 * eps, "The exponential stays: its slope is itself, σ."),
            "variance": (0.5 * sigma * sigma * eps, "exp(½ ℓ) is σ, not σ²."),
            "noise_left_out": (0.5 * sigma, "The noise is a factor, and stays one."),
            "sign": (-right, "The sign is wrong: z rises with ℓ where ε is positive."),
            "slope_in_mu": (1.0, "That is ∂z/∂μ."),
            "no_slope": (0.0, "The noise is held fixed, and z does depend on ℓ."),
        },
        why=f"½ σ ε = ½ · {sigma} · ({shown(eps)}) = {shown(right)}. This gradient reaches the "
            "encoder, since ε is an input and not the result of a draw inside.",
        hints=["ε is a constant here. What is the slope of exp(½ ℓ)?", "It is ½ exp(½ ℓ) = ½ σ.",
               f"0.5 * {sigma} * {eps}"],
    )  # fmt: skip


PASSES = {  # lines through which a gradient reaches mu and logvar
    "eps": "`z = mu + (logvar / 2).exp() * eps`",
    "rsample": "`z = Normal(mu, (logvar / 2).exp()).rsample()`",
}
STOPS = {
    "sample": ("`z = Normal(mu, (logvar / 2).exp()).sample()`",
               "`sample()` draws without a graph. `rsample()` is the one that keeps it."),
    "normal": ("`z = torch.normal(mu, (logvar / 2).exp())`",
               "`torch.normal` draws, and no gradient passes through the draw."),
    "detached": ("`z = (mu + (logvar / 2).exp() * eps).detach()`",
                 "`detach()` cuts z off from all that made it."),
    "data": ("`z = mu.data + (logvar.data / 2).exp() * eps`",
             "`.data` is the tensor without its graph."),
    "rounded": ("`z = (mu + (logvar / 2).exp() * eps).round()`",
                "`round()` has slope 0 everywhere: a gradient of zeros arrives."),
}  # fmt: skip


def gradient_passes(rng: Random) -> Question:
    """18.16: four lines; through which one does a gradient reach the encoder?"""
    right = PASSES[rng.choice(sorted(PASSES))]
    wrong = [(STOPS[k][0], k, STOPS[k][1]) for k in rng.sample(sorted(STOPS), 3)]
    return choice(
        rng, "18.16", "a draw that lets gradients through",
        "Four lines of a VAE's step, with `mu` and `logvar` from the encoder and, where it occurs, "
        "`eps = torch.randn_like(mu)`. With which one does a gradient that is not zero reach the "
        "encoder?",
        right, wrong,
        why="Right. The randomness comes in from outside, and z is a smooth function of mu and "
            "logvar.",
        hints=["Three of the lines lose the graph, or its slope.",
               "Is the random part an input of a formula, or the result of a draw inside?",
               "Look for z = μ + σ ε without anything that cuts: μ + σ ε is also what "
               "`rsample` does."],
    )  # fmt: skip
