"""Exercise `beta_vae_loss`; what it shares with `vae_loss` of 03 stands in `vae_losses.py`."""

from __future__ import annotations

from torch import Tensor

from course_utils.distributions import bernoulli_log_likelihood, gaussian_kl
from coursework.exercises.rules import named
from coursework.exercises.vae_losses import Terms, loss_exercise


def beta_vae_loss(x: Tensor, logits: Tensor, mu: Tensor, logvar: Tensor, beta: float) -> Tensor:
    """Mean of −log p(x|z) + beta · KL over images x (N, C, H, W), nats. Higgins et al., 2017."""
    return (beta * gaussian_kl(mu, logvar) - bernoulli_log_likelihood(x, logits)).mean()


MISTAKES = named({
    "kl_twice": ("The KL is there twice, once as it is and once times β, so its weight is 1 + β. "
        "The loss of notebook 03 has a KL in it already: put β on that one, and add no other.",
        lambda t: (t.nll + (1 + t.beta) * t.kl).mean()),
    "one_too_few": ("The weight of your KL is β − 1. It is β; at β = 1 the loss is the negative "
        "ELBO.",
        lambda t: (t.nll + (t.beta - 1) * t.kl).mean()),
    "beta_typed_in": ("You typed a number where β belongs. Use the argument `beta`.",
        lambda t: (t.nll + 4 * t.kl).mean(), lambda t: (t.nll + 10 * t.kl).mean(),
        lambda t: (t.nll + 0.1 * t.kl).mean()),
    "beta_normalized": ("You multiplied β by the numbers in the code over the pixels, as the "
        "paper's β_norm has it. Both terms are sums here, so β is the weight as it is.",
        lambda t: (t.nll + t.beta * t.mu.shape[1] / t.pixels * t.kl).mean()),
}, read=Terms)  # fmt: skip

BETA_VAE_LOSS = loss_exercise(
    beta_vae_loss,
    mistakes=MISTAKES,
    notebook="08",
    title="the loss of a VAE with β times its KL",
    hints=[
        "As in notebook 03: per image minus the log-likelihood, plus the KL, and the KL times β. "
        "Then the mean over the batch.",
        "`bernoulli_log_likelihood(x, logits)` and `gaussian_kl(mu, logvar)` both give (N,), "
        "already summed over pixels and over the numbers of the code.",
        "`(beta * gaussian_kl(mu, logvar) - bernoulli_log_likelihood(x, logits)).mean()`",
    ],
    points=1,
    hides=("vae_loss",),
)
