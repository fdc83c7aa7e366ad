"""Exercise `vae_forward`: from images through clouds of codes back to logits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.rules import named

Passage = tuple[Tensor, Tensor, Tensor]


def vae_forward(encoder: nn.Module, decoder: nn.Module, x: Tensor, eps: Tensor) -> Passage:
    """Logits (N, ...), mu (N, K) and logvar (N, K) of images x; eps (N, K) is standard normal.

    The encoder returns (N, 2K), mu before logvar = log sigma^2. Kingma and Welling, 2014.
    """
    mu, logvar = encoder(x).chunk(2, dim=1)
    z = mu + torch.exp(0.5 * logvar) * eps
    return decoder(z), mu, logvar


def tiny_pair(generator: Generator, side: int, latent: int) -> tuple[nn.Module, nn.Module]:
    """An encoder to (N, 2 latent) and a decoder to logits (N, 1, side, side), random weights."""
    pixels = side * side
    encoder = nn.Sequential(nn.Flatten(), nn.Linear(pixels, 2 * latent))
    decoder = nn.Sequential(
        nn.Linear(latent, 6), nn.Tanh(), nn.Linear(6, pixels), nn.Unflatten(1, (1, side, side))
    )
    with torch.no_grad():
        for p in (*encoder.parameters(), *decoder.parameters()):
            p.copy_(0.6 * torch.randn(p.shape, generator=generator))
    return encoder, decoder


def _cases(generator: Generator) -> Iterator[Case]:
    for n, side, latent, label in (
        (7, 4, 3, "random images"),
        (4, 3, 4, "as many images as numbers in the code"),
        (1, 4, 2, "a batch of one"),
    ):
        x = torch.rand(n, 1, side, side, generator=generator)
        eps = torch.randn(n, latent, generator=generator)
        yield Case((*tiny_pair(generator, side, latent), x, eps), label)


@dataclass(frozen=True)
class Parts:
    """The arguments, and what the encoder says."""

    encoder: nn.Module
    decoder: nn.Module
    x: Tensor
    eps: Tensor

    @property
    def out(self) -> Tensor:
        return self.encoder(self.x)

    @property
    def mu(self) -> Tensor:
        return self.out.chunk(2, 1)[0]

    @property
    def logvar(self) -> Tensor:
        return self.out.chunk(2, 1)[1]

    @property
    def sigma(self) -> Tensor:
        return (0.5 * self.logvar).exp()

    @property
    def z(self) -> Tensor:
        return self.mu + self.sigma * self.eps

    def through(self, z: Tensor, mu: Tensor | None = None, logvar: Tensor | None = None) -> Passage:
        """What comes back where z is decoded, with the right mu and logvar unless others are."""
        return (
            self.decoder(z),
            self.mu if mu is None else mu,
            self.logvar if logvar is None else logvar,
        )

    def split(self, mu: Tensor, logvar: Tensor) -> Passage:
        return self.through(mu + (0.5 * logvar).exp() * self.eps, mu, logvar)


def _split_rows(encoder: nn.Module, decoder: nn.Module, x: Tensor, eps: Tensor) -> Passage:
    mu, logvar = encoder(x).chunk(2)
    return decoder(mu + torch.exp(0.5 * logvar) * eps), mu, logvar


def observe(
    fn: Callable[..., Any], encoder: nn.Module, decoder: nn.Module, x: Tensor, eps: Tensor
) -> Any:
    """What `fn` returns, or "split_rows" where it stops as a `chunk(2)` without `dim` does."""
    try:
        return fn(encoder, decoder, x, eps)
    except (RuntimeError, ValueError) as error:
        try:
            _split_rows(encoder, decoder, x, eps)
        except (RuntimeError, ValueError) as of_rows:
            if str(error) == str(of_rows):
                return "split_rows"
        raise


MISTAKES = named({
    "variance_for_sigma": ("You stretched the noise by exp(logvar), which is σ². The standard "
        "deviation is its root, exp(0.5 · logvar).",
        lambda t: t.through(t.mu + t.logvar.exp() * t.eps)),
    "logvar_for_sigma": ("You stretched the noise by `logvar` itself, which can be negative. σ = "
        "exp(0.5 · logvar).", lambda t: t.through(t.mu + t.logvar * t.eps),
        lambda t: t.through(t.mu + 0.5 * t.logvar * t.eps)),
    "root_of_logvar": ("You took the square root of `logvar`, which is a logarithm and can be "
        "negative: NaN. σ = exp(0.5 · logvar).",
        lambda t: t.through(t.mu + t.logvar.sqrt() * t.eps)),
    "half_outside_the_exponent": ("The ½ stands outside the exponential. σ = exp(0.5 · logvar): "
        "half of the log is the log of the root.",
        lambda t: t.through(t.mu + 0.5 * t.logvar.exp() * t.eps)),
    "inverse_sigma": ("You stretched the noise by exp(−½ logvar), which is 1/σ.",
        lambda t: t.through(t.mu + (-0.5 * t.logvar).exp() * t.eps)),
    "softplus": ("You made σ with a softplus. That is a fair choice in other programs; here the "
        "encoder's second output is log σ², so σ = exp(0.5 · logvar).",
        lambda t: t.through(t.mu + F.softplus(t.logvar) * t.eps)),
    "noise_in_the_exponent": ("`eps` is inside of the `exp`. The exponential makes σ; `eps` "
        "multiplies it from outside: z = μ + torch.exp(0.5 · logvar) · ε.",
        lambda t: t.through(t.mu + (0.5 * t.logvar * t.eps).exp())),
    "noise_not_multiplied": ("You added σ and the noise. σ multiplies the noise: z = μ + σε.",
        lambda t: t.through(t.mu + t.sigma + t.eps)),
    "noise_missing": ("There is no noise: the decoder gets μ, as in an autoencoder. The code is a "
        "draw from the cloud, z = μ + σε.", lambda t: t.through(t.mu)),
    "sigma_missing": ("You added the noise as it is. Each number of the code has a spread of its "
        "own: z = μ + σε.", lambda t: t.through(t.mu + t.eps)),
    "mu_missing": ("The center is missing: z = μ + σε.", lambda t: t.through(t.sigma * t.eps)),
    "mu_stretched": ("μ is multiplied by something. The noise is stretched, and μ is added as it "
        "is: z = μ + σε.", lambda t: t.through((t.mu + t.eps) * t.sigma),
        lambda t: t.through(t.mu * t.eps + t.sigma), lambda t: t.through(t.sigma + t.mu * t.eps)),
    "noise_subtracted": ("You subtracted the noise. That has the same distribution, and the check "
        "goes draw by draw: z = μ + σε.", lambda t: t.through(t.mu - t.sigma * t.eps)),
    "one_eps": ("All images share the noise of one. `eps` is (N, K): a row for each image.",
        lambda t: t.through(t.mu + t.sigma * t.eps[:1])),
    "halves_swapped": ("You took the second half of the encoder's output for μ. The first K "
        "columns are `mu`, the last K are `logvar`.", lambda t: t.split(t.logvar, t.mu)),
    "every_other_column": ("You took every other column. The first K columns are `mu`, the last K "
        "are `logvar`: `.chunk(2, dim=1)`.",
        lambda t: t.split(t.out[:, ::2], t.out[:, 1::2])),
    "image_returned": ("You put a sigmoid on the result. The decoder's logits are asked for, as "
        "they are: the loss wants logits.", lambda t: (t.decoder(t.z).sigmoid(), t.mu, t.logvar)),
    "sigma_returned": ("You return σ or σ² in the third place. `logvar` is asked for, log σ², as "
        "the encoder gave it.", lambda t: t.through(t.z, logvar=t.sigma),
        lambda t: t.through(t.z, logvar=t.logvar.exp()),
        lambda t: t.through(t.z, logvar=0.5 * t.logvar)),
    "code_returned": ("You return the code z in place of μ. The KL needs the center of the cloud.",
        lambda t: t.through(t.z, mu=t.z)),
    "not_decoded": ("You return the code z in the first place. Decode it: `decoder(z)`.",
        lambda t: (t.z, t.mu, t.logvar)),
    "order": ("All three are there, in another order. Return logits, mu, logvar.",
        lambda t: (t.mu, t.logvar, t.decoder(t.z)), lambda t: (t.decoder(t.z), t.logvar, t.mu)),
    "graph_cut": ("The numbers are right, and no gradient comes back through z: `.detach()`, "
        "`.data`, `torch.no_grad()` or a `.sample()` cuts it off. Then the encoder never learns "
        "what its codes are good for.", lambda t: t.through(t.z.detach())),
    "mu_cut": ("The numbers are right, and no gradient comes back through μ. Use it as it is.",
        lambda t: t.through(t.mu.detach() + t.sigma * t.eps)),
    "sigma_cut": ("The numbers are right, and no gradient comes back through σ. Use it as it is.",
        lambda t: t.through(t.mu + t.sigma.detach() * t.eps)),
}, read=Parts)  # fmt: skip

VAE_FORWARD = Exercise(
    name="vae_forward", notebook="03", title="through the cloud and back", reference=vae_forward,
    cases=_cases, observe=observe, differentiable=(2, 3), points=3,
    mistakes=MISTAKES
    + named({
        "split_rows": ("`chunk(2)` without `dim` splits the images into two halves, and `mu` gets "
            "half of the batch. The columns are to be split: `.chunk(2, dim=1)`.", _split_rows),
    }, when=lambda seen, case: str(seen.value) == "split_rows"),
    hints=["Three lines: split what the encoder says, draw a code, decode it.",
           "`encoder(x)` is (N, 2K): the first K columns are mu, the others logvar. `chunk(2, "
           "dim=1)` splits it. The standard deviation is `torch.exp(0.5 * logvar)`.",
           "`mu, logvar = encoder(x).chunk(2, dim=1)`, `z = mu + torch.exp(0.5 * logvar) * eps`, "
           "`return decoder(z), mu, logvar`."],
)  # fmt: skip
