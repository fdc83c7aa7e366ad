"""Exercise `conditional_vae_loss`: the negative ELBO of notebook 03, with y on both sides."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from course_utils.distributions import bernoulli_log_likelihood, gaussian_kl
from coursework.checking.compare import close
from coursework.checking.exercise import Case, Exercise, Observed
from coursework.checking.running import observe
from coursework.exercises.nb10.tiny import Tiny
from coursework.exercises.rules import named

LARGE = "a decoder that is very sure"
ANOTHER_Y, SWAPPED = "y_made_into_numbers", "image_and_y_swapped"


def conditional_vae_loss(model: nn.Module, x: Tensor, y: Tensor, eps: Tensor) -> Tensor:
    """Negative bound on log p(x|y), mean over images x (N, C, H, W), nats. Sohn et al., 2015.

    model.encode(x, y) gives mu and logvar (N, K), model.decode(z, y) gives logits; eps (N, K).
    """
    mu, logvar = model.encode(x, y)
    logits = model.decode(mu + (0.5 * logvar).exp() * eps, y)
    return (gaussian_kl(mu, logvar) - bernoulli_log_likelihood(x, logits)).mean()


def _model(
    generator: Generator, side: tuple[int, int], latent: int, known: int, size: float
) -> Tiny:
    model = Tiny(side[0] * side[1], latent, known, side)
    with torch.no_grad():
        for layer, scale in ((model.encoder, 0.5), (model.decoder, size)):
            for p in layer.parameters():
                p.copy_(scale * torch.randn(p.shape, generator=generator))
        model.encoder.bias[latent:] -= 1  # never near logvar = 0 for all
    return model


def _labels(generator: Generator, n: int, classes: int) -> Tensor:
    """Labels that no constant, no shift and no reversal gives again."""
    while True:
        y = torch.randint(classes, (n,), generator=generator)
        moved = (y.flip(0), y.roll(1), y.sort().values, y[:1].expand(n))
        if n == 1 or not any(torch.equal(y, other) for other in moved):
            return y


def _cases(generator: Generator) -> Iterator[Case]:
    for n, side, latent, classes, size, label in (
        (5, (4, 5), 3, 6, 0.5, "five images and their labels"),
        (1, (5, 4), 4, 5, 0.5, "a batch of one"),
        (4, (4, 4), 2, 4, 40.0, LARGE),
    ):
        model = _model(generator, side, latent, classes, size)
        x = torch.rand(n, 1, *side, generator=generator)
        y = _labels(generator, n, classes)
        eps = torch.randn(n, latent, generator=generator)
        yield Case((model, x, y, eps), label, extreme=size > 1)
    x = torch.rand(4, 1, 4, 3, generator=generator)
    upper = x[:, :, :2].clone()  # half of the image, in the place of a label
    model = _model(generator, (4, 3), 3, 6, 0.5)
    yield Case((model, x, upper, torch.randn(4, 3, generator=generator)), "half images for labels")


def _observe(fn: Callable[..., Any], model: nn.Module, *args: Tensor) -> Any:
    """The loss, ANOTHER_Y or SWAPPED; what both networks would learn is seen in x and eps."""
    try:
        return fn(model, *args)
    except RuntimeError as error:
        for sign, fault in (("one_hot", ANOTHER_Y), ("changed places", SWAPPED)):
            if sign in str(error):
                return fault
        raise


@dataclass(frozen=True)
class Terms:
    """The arguments of the loss, and the terms that it is made of."""

    model: Tiny
    x: Tensor
    y: Tensor
    eps: Tensor

    @cached_property
    def code(self) -> tuple[Tensor, Tensor]:
        return self.model.encode(self.x, self.y)

    @property
    def mu(self) -> Tensor:
        return self.code[0]

    @property
    def logvar(self) -> Tensor:
        return self.code[1]

    @property
    def sigma(self) -> Tensor:
        return (0.5 * self.logvar).exp()

    @property
    def z(self) -> Tensor:
        return self.mu + self.sigma * self.eps

    @property
    def kl(self) -> Tensor:
        return gaussian_kl(self.mu, self.logvar)

    @property
    def kl_each(self) -> Tensor:
        return 0.5 * (self.logvar.exp() + self.mu.square() - 1 - self.logvar)

    def nll(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """−log p(x|z, y), (N,) nats."""
        return -bernoulli_log_likelihood(self.x, self.model.decode(z, self.y if y is None else y))

    @cached_property
    def logits(self) -> Tensor:
        return self.model.decode(self.z, self.y)

    @property
    def each(self) -> Tensor:
        """The loss of each image, (N,)."""
        return self.nll(self.z) + self.kl

    def encoded_with(self, y: Tensor) -> Tensor:
        """The loss if only the encoder is given another y."""
        mu, logvar = self.model.encode(self.x, y)
        z = mu + (0.5 * logvar).exp() * self.eps
        return (self.nll(z) + gaussian_kl(mu, logvar)).mean()

    def decoded_with(self, y: Tensor) -> Tensor:
        """The loss if only the decoder is given another y."""
        return (self.nll(self.z, y) + self.kl).mean()

    @property
    def other_labels(self) -> tuple[Tensor, ...]:
        """y reversed, moved on by one, all alike, all zero."""
        y = self.y
        return y.flip(0), y.roll(1, 0), y[:1].expand_as(y), torch.zeros_like(y)


def _logs_of_the_sigmoid(t: Terms) -> Tensor:
    p = t.logits.sigmoid()
    nll = -(t.x * p.log() + (1 - t.x) * (1 - p).log()).flatten(1).sum(1)
    return (nll + t.kl).mean()


def _cross_entropy_of_probabilities(t: Terms) -> Tensor:
    p = t.logits.sigmoid()
    return (F.binary_cross_entropy(p, t.x, reduction="none").flatten(1).sum(1) + t.kl).mean()


def _only_large(seen: Observed, case: Case) -> bool:
    """Right, gradients included, wherever sigmoid is neither 0 nor 1 in float32."""
    if case.label == LARGE:
        return not close(seen, observe(CONDITIONAL_VAE_LOSS, conditional_vae_loss, case))
    return close(seen, observe(CONDITIONAL_VAE_LOSS, conditional_vae_loss, case), 1e-3, 1e-3)


CONDITIONAL_VAE_LOSS = Exercise(
    name="conditional_vae_loss", notebook="10", title="the loss of a VAE that is told y",
    reference=conditional_vae_loss, cases=_cases, observe=_observe, differentiable=(1, 3),
    points=3,
    mistakes=named({
        "decoder_told_another_label": ("The decoder was told another label than the image's own: "
            "reversed, shifted, or one label for all. It is `model.decode(z, y)`, with the very y "
            "that the encoder got.",
            *(lambda t, i=i: t.decoded_with(t.other_labels[i]) for i in range(4))),
        "encoder_told_another_label": ("The encoder was told another label than the image's own: "
            "reversed, shifted, or one label for all. It is `model.encode(x, y)`.",
            *(lambda t, i=i: t.encoded_with(t.other_labels[i]) for i in range(4))),
        "logvar_taken_for_sigma": ("σ is wrong in z. `logvar` is log σ², so σ is `(0.5 * "
            "logvar).exp()`.",
            lambda t: (t.nll(t.mu + t.logvar * t.eps) + t.kl).mean(),
            lambda t: (t.nll(t.mu + t.logvar.exp() * t.eps) + t.kl).mean(),
            lambda t: (t.nll(t.mu + (0.5 * t.logvar) * t.eps) + t.kl).mean(),
            lambda t: (t.nll(t.mu + (2 * t.logvar).exp() * t.eps) + t.kl).mean(),
            lambda t: (t.nll(t.mu + 0.5 * t.logvar.exp() * t.eps) + t.kl).mean()),
        "no_noise": ("z is the mean itself: the noise is missing. `mu + (0.5 * logvar).exp() * "
            "eps`.", lambda t: (t.nll(t.mu) + t.kl).mean()),
        "sigma_missing": ("z is μ + eps, so every code is spread by 1. σ belongs before eps.",
            lambda t: (t.nll(t.mu + t.eps) + t.kl).mean()),
        "noise_alone": ("The decoder was given `eps`: it never hears from the encoder. z = μ + σ · "
            "eps.", lambda t: (t.nll(t.eps) + t.kl).mean(),
            lambda t: (t.nll(t.sigma * t.eps) + t.kl).mean()),
        "mu_multiplied": ("μ multiplies the noise. z = μ + σ · eps.",
            lambda t: (t.nll(t.mu * t.eps) + t.kl).mean(),
            lambda t: (t.nll((t.mu + t.sigma) * t.eps) + t.kl).mean()),
        "noise_subtracted": ("z is μ − σ · eps. That is as good a draw, and not the one asked for: "
            "z = μ + σ · eps.", lambda t: (t.nll(t.mu - t.sigma * t.eps) + t.kl).mean()),
        "one_noise_for_the_batch": ("All images got the noise of the first. `eps` has a row for "
            "each.", lambda t: (t.nll(t.mu + t.sigma * t.eps[:1]) + t.kl).mean()),
        "code_cut_off": ("The number is right, and no gradient comes back through z: `.detach()` "
            "or `no_grad` cut it off, so that the encoder would learn from the KL alone.",
            lambda t: (t.nll(t.z.detach()) + t.kl).mean()),
        "kl_cut_off": ("The number is right, and no gradient comes back through the KL.",
            lambda t: (t.nll(t.z) + t.kl.detach()).mean()),
        "kl_forgotten": ("The KL is missing. Then nothing keeps codes near the prior, from which "
            "new ones are drawn.", lambda t: t.nll(t.z).mean()),
        "reconstruction_forgotten": ("Only the KL is there. Add −log p(x|z, y).",
            lambda t: t.kl.mean()),
        "kl_subtracted": ("The sign of the KL is wrong: a loss is −log-likelihood **plus** KL.",
            lambda t: (t.nll(t.z) - t.kl).mean()),
        "likelihood_sign": ("The log-likelihood enters with a plus, so training would make images "
            "less likely. The loss is −log-likelihood + KL.",
            lambda t: (t.kl - t.nll(t.z)).mean()),
        "elbo_returned": ("That is the bound itself (higher is better). The loss is its negative.",
            lambda t: -t.each.mean()),
        "kl_mean_over_latents": ("You averaged the KL over the numbers of the code; sum them.",
            lambda t: (t.nll(t.z) + t.kl_each.mean(1)).mean(),
            lambda t: t.nll(t.z).mean() + t.kl_each.mean()),
        "kl_summed_over_the_batch": ("The KL is summed over the batch and the likelihood averaged. "
            "Add both for each image, (N,), then one mean.",
            lambda t: t.nll(t.z).mean() + t.kl.sum()),
        "mean_over_pixels": ("You averaged over the pixels (`reduction=\"mean\"` does that); sum "
            "them. On 28 × 28 images the mean is a KL 784 times too heavy.",
            lambda t: (t.nll(t.z) / t.x[0].numel() + t.kl).mean()),
        "summed_over_the_batch": ("You summed over the batch; average.",
            lambda t: t.each.sum(), lambda t: t.nll(t.z).sum() + t.kl.mean()),
        "one_number_per_image": ("You return one number for each image, (N,). A loss to train with "
            "is one number: `.mean()`.", lambda t: t.each, lambda t: -t.each),
        "half_missing": ("The ½ of the KL is missing. `gaussian_kl(mu, logvar)` has it.",
            lambda t: (t.nll(t.z) + 2 * t.kl).mean()),
        "logvar_as_log_sigma": ("You read `logvar` as log σ in the KL. It is log σ².",
            lambda t: (t.nll(t.z) + gaussian_kl(t.mu, 2 * t.logvar)).mean()),
        "logvar_converted": ("`gaussian_kl(mu, logvar)` takes `logvar` as it is.",
            lambda t: (t.nll(t.z) + gaussian_kl(t.mu, t.logvar.exp())).mean(),
            lambda t: (t.nll(t.z) + gaussian_kl(t.mu, 0.5 * t.logvar)).mean(),
            lambda t: (t.nll(t.z) + gaussian_kl(t.mu, t.sigma)).mean()),
        "code_swapped": ("`mu` and `logvar` changed places.",
            lambda t: (t.nll(t.z) + gaussian_kl(t.logvar, t.mu)).mean(),
            lambda t: (t.nll(t.logvar + (0.5 * t.mu).exp() * t.eps) + gaussian_kl(t.logvar, t.mu)
                ).mean()),
        "kl_of_the_sample": ("You put z where μ belongs in the KL. It compares the cloud with the "
            "prior: `gaussian_kl(mu, logvar)`.",
            lambda t: (t.nll(t.z) + gaussian_kl(t.z, t.logvar)).mean()),
        "sigmoid_twice": ("A sigmoid came in between: the decoder gives logits, and "
            "`bernoulli_log_likelihood(x, logits)` takes logits.",
            lambda t: (t.kl - bernoulli_log_likelihood(t.x, t.logits.sigmoid())).mean()),
        "swapped_images": ("Image and logits changed places: `bernoulli_log_likelihood(x, "
            "logits)`.",
            lambda t: (t.kl - bernoulli_log_likelihood(t.logits, t.x)).mean()),
        "squared_error": ("The reconstruction term is a squared error. Asked for is minus the "
            "Bernoulli log-likelihood.",
            lambda t: (t.kl + (t.x - t.logits.sigmoid()).square().flatten(1).sum(1)).mean(),
            lambda t: (t.kl + 0.5 * (t.x - t.logits.sigmoid()).square().flatten(1).sum(1)).mean(),
            lambda t: (t.kl + (t.x - t.logits).square().flatten(1).sum(1)).mean()),
        "probability_of_the_label_added": ("You added log of the number of classes: that is the "
            "price of the *label*, −log p(y). The label is given here: the loss bounds −log "
            "p(x|y), not −log p(x, y).",
            lambda t: t.each.mean() + math.log(10),
            lambda t: t.each.mean() + math.log(t.model.known)),
        "bits": ("You used logarithms to base 2. The course measures in nats.",
            lambda t: t.each.mean() / math.log(2)),
    }, read=Terms)
    + named({
        ANOTHER_Y: ("The model was handed something else than `y` in the second place: one-hot "
            "rows, say, or z and y changed places. `model.encode(x, y)`, `model.decode(z, y)`, "
            "with `y` as you got it: turning it into numbers is the model's business, and `y` need not "
            "be a label at all.",
            lambda t: t.decoded_with(F.one_hot(t.y, 9).float()),
            lambda t: t.encoded_with(F.one_hot(t.y, 9).float()),
            lambda t: t.model.decode(t.y, t.z).mean()),
    }, read=Terms, when=lambda seen, case: seen.value == ANOTHER_Y)
    + named({
        SWAPPED: ("In the encoder's call image and `y` changed places: `model.encode(x, y)`, the "
            "image first.", lambda t: t.model.encode(t.y, t.x)[0].mean()),
    }, read=Terms, when=lambda seen, case: seen.value == SWAPPED)
    + named({
        "sigmoid_then_log": ("Right for moderate logits, wrong for large ones, where float32 "
            "rounds the sigmoid to 0 or 1 and its log breaks. `bernoulli_log_likelihood(x, "
            "logits)` works from the logits.",
            _logs_of_the_sigmoid, _cross_entropy_of_probabilities,
            lambda t: (t.kl - bernoulli_log_likelihood(t.x, t.logits.clamp(-20, 20))).mean()),
    }, read=Terms, when=_only_large),
    hints=["As in notebook 03: encode, draw z, decode, minus the log-likelihood plus the KL, one "
           "mean. The only new thing is that both networks are also handed y.",
           "`mu, logvar = model.encode(x, y)` and `z = mu + (0.5 * logvar).exp() * eps`. Then "
           "`model.decode(z, y)` gives the logits.",
           "`return (gaussian_kl(mu, logvar) - bernoulli_log_likelihood(x, logits)).mean()`"],
)  # fmt: skip
