"""Exercise `vae_step`: what the loop is handed for one batch, the loss and its two terms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor, nn

from course_utils.distributions import bernoulli_log_likelihood, gaussian_kl
from coursework.checking.compare import describe
from coursework.checking.exercise import Case, Exercise, InterfaceError, Observed
from coursework.exercises.ingredients import BACKWARD_INSIDE, backward_called, called_backward
from coursework.exercises.nb03.passage import tiny_pair, vae_forward
from coursework.exercises.rules import Wrong, named

KEYS = ("loss", "KL", "reconstruction")


def vae_step(model: nn.Module, x: Tensor, beta: float = 1.0) -> dict[str, Tensor]:
    """Loss of a batch x, its KL and its reconstruction term: means over the batch, in nats.

    model(x) returns logits, mu and logvar.
    """
    logits, mu, logvar = model(x)
    kl = gaussian_kl(mu, logvar).mean()
    reconstruction = -bernoulli_log_likelihood(x, logits).mean()
    return {"loss": reconstruction + beta * kl, "KL": kl, "reconstruction": reconstruction}


class Tiny(nn.Module):
    """A VAE whose noise is fixed, so that two calls agree."""

    def __init__(self, encoder: nn.Module, decoder: nn.Module, eps: Tensor) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.register_buffer("eps", eps)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return vae_forward(self.encoder, self.decoder, x, self.eps)


def _cases(generator: Generator) -> Iterator[Case]:
    for n, latent, label in ((6, 3, "six images"), (4, 4, "four images"), (1, 3, "a batch of one")):
        x = torch.rand(n, 1, 4, 4, generator=generator)
        eps = torch.randn(n, latent, generator=generator)
        model = Tiny(*tiny_pair(generator, 4, latent), eps)
        beta = 2 + 2 * float(torch.rand((), generator=generator))
        yield Case((model, x, beta), label)


def _observe(fn: Wrong, model: nn.Module, x: Tensor, beta: float) -> dict[str, Any]:
    """The three numbers, and the gradient of the loss in the weights, "cut" where there is none."""
    given = fn(model, x, beta)
    if called_backward(model):
        return {"fault": "backward_inside"}
    if not isinstance(given, dict) or not set(KEYS) <= set(given):
        raise InterfaceError(
            "You should return a dict with the keys 'loss', 'KL' and 'reconstruction'; yours is "
            + describe(given)
        )
    loss = given["loss"]
    seen: dict[str, Any] = {key: _plain(given[key]) for key in KEYS}
    if not isinstance(loss, Tensor) or loss.ndim or not loss.requires_grad:
        return seen | {"slope": "cut"}
    weights = list(model.parameters())
    found = torch.autograd.grad(loss, weights, allow_unused=True)
    slopes = [torch.zeros_like(w) if g is None else g for w, g in zip(weights, found, strict=True)]
    return seen | {"slope": torch.cat([g.flatten() for g in slopes])}


def _plain(value: Any) -> Any:
    return value.detach() if isinstance(value, Tensor) else value


@dataclass(frozen=True)
class Batch:
    """The arguments of a step, and its terms for each image."""

    model: nn.Module
    x: Tensor
    beta: float

    @property
    def kls(self) -> Tensor:
        """(N,)"""
        return gaussian_kl(*self.model(self.x)[1:])

    @property
    def nlls(self) -> Tensor:
        """(N,)"""
        return -bernoulli_log_likelihood(self.x, self.model(self.x)[0])

    def right(self, **other: Any) -> dict[str, Any]:
        """The right answer, with some of it replaced."""
        return vae_step(self.model, self.x, self.beta) | other


MISTAKES = named({
    "beta_ignored": ("β is not used in the loss: reconstruction + β · KL.",
        lambda t: t.right(loss=(t.nlls + t.kls).mean())),
    "beta_on_the_reconstruction": ("β multiplies the reconstruction term. It weights the KL.",
        lambda t: t.right(loss=(t.beta * t.nlls + t.kls).mean())),
    "weighted_kl_reported": ("Under \"KL\" you report β · KL. Report the KL itself, so that runs "
        "with different β can be compared.", lambda t: t.right(KL=t.beta * t.kls.mean())),
    "beta_not_taken_out": ("Your reconstruction term is the loss minus the KL, and the loss holds "
        "β · KL. Subtract that.",
        lambda t: t.right(reconstruction=t.nlls.mean() + (t.beta - 1) * t.kls.mean())),
    "log_likelihood_reported": ("Under \"reconstruction\" you report the log-likelihood, which is "
        "negative. The reconstruction term is minus that.",
        lambda t: t.right(reconstruction=-t.nlls.mean())),
    "loss_reported_as_reconstruction": ("Under \"reconstruction\" you report the whole loss. Leave "
        "β · KL out of it.", lambda t: t.right(reconstruction=t.right()["loss"].detach())),
    "terms_swapped": ("The two terms changed places: \"KL\" holds the reconstruction term.",
        lambda t: t.right(KL=t.nlls.mean(), reconstruction=t.kls.mean())),
    "kl_not_averaged": ("Your KL has one number for each image. Average over the batch.",
        lambda t: t.right(KL=t.kls), lambda t: t.right(KL=t.kls, reconstruction=t.nlls)),
    "kl_summed": ("Your KL is summed over the batch. Average it, as the loss is averaged.",
        lambda t: t.right(KL=t.kls.sum())),
    "loss_not_averaged": ("The loss has one number for each image. `fit` calls `backward` on one "
        "number: the mean over the batch.", lambda t: t.right(loss=t.nlls + t.beta * t.kls)),
    "loss_summed": ("The loss is summed over the batch; average.",
        lambda t: t.right(loss=(t.nlls + t.beta * t.kls).sum())),
    "elbo_as_loss": ("The sign of the loss is wrong: training would make the images less likely. "
        "The loss is reconstruction + β · KL, with reconstruction = −log p(x|z).",
        lambda t: t.right(loss=-(t.nlls + t.beta * t.kls).mean())),
    "kl_subtracted": ("The KL is subtracted in the loss, so that training makes it grow without "
        "end. Add it.", lambda t: t.right(loss=(t.nlls - t.beta * t.kls).mean())),
    "kl_mean_over_latents": ("The KL is averaged over the numbers of the code. Sum them: "
        "`gaussian_kl` does.",
        lambda t: t.right(loss=(t.nlls + t.beta * t.kls / t.model.eps.shape[1]).mean(),
                          KL=t.kls.mean() / t.model.eps.shape[1])),
    "mean_over_pixels": ("The reconstruction term is averaged over the pixels. Sum them: "
        "`bernoulli_log_likelihood` does.",
        lambda t: t.right(loss=(t.nlls / 16 + t.beta * t.kls).mean(),
                          reconstruction=t.nlls.mean() / 16)),
    "a_plain_number": ("The loss is a plain number, cut off from the model: nothing can be learned "
        "from it. Leave `.item()` and `.detach()` away.",
        lambda t: t.right(loss=t.right()["loss"].item()),
        lambda t: t.right(loss=t.right()["loss"].detach())),
    "one_term_cut": ("The numbers are right, and one of the two terms is cut off from the loss by "
        "`.item()` or `.detach()`, so training does not feel it.",
        lambda t: t.right(loss=t.nlls.mean() + t.beta * t.kls.mean().detach()),
        lambda t: t.right(loss=t.nlls.mean().detach() + t.beta * t.kls.mean())),
}, read=Batch)  # fmt: skip


def _inside(seen: Observed, case: Case) -> bool:
    return "fault" in seen.value


def _backward_inside(model: nn.Module, x: Tensor, beta: float) -> dict[str, Tensor]:
    terms = vae_step(model, x, beta)
    return terms | {"loss": backward_called(terms["loss"])}


VAE_STEP = Exercise(
    name="vae_step", notebook="03", title="the loss of one batch, and its two terms",
    reference=vae_step, cases=_cases, observe=_observe, points=2,
    mistakes=MISTAKES
    + named({"backward_inside": (BACKWARD_INSIDE, _backward_inside)}, when=_inside),
    hints=["Ask the model, compute the loss, and report both terms besides.",
           "The loss is `vae_loss(x, logits, mu, logvar, beta)`; the KL is the mean of "
           "`gaussian_kl(mu, logvar)`; the reconstruction term is what is left of the loss without "
           "β · KL.",
           "`logits, mu, logvar = model(x)`, then `{\"loss\": loss, \"KL\": kl, "
           "\"reconstruction\": loss - beta * kl}`."],
)  # fmt: skip
