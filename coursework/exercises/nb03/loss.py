"""Exercise `vae_loss`; what it shares with `beta_vae_loss` of 08 stands in `vae_losses.py`."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Generator

from course_utils.distributions import vae_loss
from coursework.checking.compare import close
from coursework.checking.exercise import Case, Mistake, Observed
from coursework.exercises.vae_losses import draw_arguments, loss_cases, loss_exercise

DEFAULT = "beta left at its default"


def _cases(generator: Generator) -> Iterator[Case]:
    yield from loss_cases(generator)
    yield Case(draw_arguments(generator, 4, 3), DEFAULT)


def _wrong_only_at_default(seen: Observed, case: Case) -> bool:
    right = close(seen.value, vae_loss(*case.args))
    return right != (case.label == DEFAULT)


DEFAULT_BETA = Mistake(
    "default_beta",
    "With β given, all is right. Left at its default it must be 1, the plain negative ELBO.",
    lambda x, logits, mu, logvar, beta=4.0: vae_loss(x, logits, mu, logvar, beta),
    when=_wrong_only_at_default,
)

VAE_LOSS = loss_exercise(
    vae_loss,
    mistakes=[DEFAULT_BETA],
    cases=_cases,
    notebook="03",
    title="the negative ELBO as a loss",
    hints=[
        "Per image: minus the log-likelihood, plus β times the KL, shape (N,). "
        "Then the mean over the batch.",
        "`bernoulli_log_likelihood(x, logits)` and `gaussian_kl(mu, logvar)` both give (N,), "
        "already summed over pixels and over latent dimensions.",
        "`(beta * gaussian_kl(mu, logvar) - bernoulli_log_likelihood(x, logits)).mean()`",
    ],
    points=2,
)
