"""Other conventions for the functions of notebook 05, for copies that are made with a seed."""

from __future__ import annotations

from torch import Tensor

from coursework.checking.variants import reordered, varied
from coursework.exercises.conventions import function, taking


def reparameterize(mu: Tensor, log_sigma: Tensor, eps: Tensor) -> Tensor:
    """A draw from N(mu, diag(exp(log_sigma))²) made from standard normal eps, all (N, K)."""
    return mu + log_sigma.exp() * eps


VARIANTS = [
    varied(
        function("reparameterize"),
        name="log_sigma",
        task="In this copy the encoder puts out log σ, and not log σ².",
        reference=reparameterize,
        turned=taking(lambda mu, log_sigma, eps: (mu, 2 * log_sigma, eps)),
        without=["logvar_as_log_sigma"],
    ),
    reordered(function("score_function_gradient"), "eps f mu sigma baseline"),
    reordered(function("pathwise_gradient"), "eps f mu sigma"),
    reordered(function("reparameterize"), "eps mu logvar"),
]
