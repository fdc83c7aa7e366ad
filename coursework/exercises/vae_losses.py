"""The loss of a VAE with its KL weighted by β: `vae_loss` of notebook 03, `beta_vae_loss` of 08."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor

from course_utils.distributions import bernoulli_log_likelihood, gaussian_kl
from coursework.checking.compare import close
from coursework.checking.exercise import Case, Exercise, Mistake, Observed, Property
from coursework.checking.running import observe
from coursework.exercises.rules import named

LARGE = "logits of ±20, ±50 and ±100"


@dataclass(frozen=True)
class Terms:
    """The arguments of the loss and the terms that it is made of, for N images and K codes."""

    x: Tensor
    logits: Tensor
    mu: Tensor
    logvar: Tensor
    beta: float = 1.0

    @property
    def nll(self) -> Tensor:
        """−log p(x|z), (N,) nats."""
        return -bernoulli_log_likelihood(self.x, self.logits)

    @property
    def kl_each(self) -> Tensor:
        """The KL of each number of the code, (N, K) nats."""
        return 0.5 * (self.logvar.exp() + self.mu.square() - 1 - self.logvar)

    @property
    def kl(self) -> Tensor:
        """KL(q(z|x) ‖ p(z)), (N,) nats."""
        return gaussian_kl(self.mu, self.logvar)

    @property
    def each(self) -> Tensor:
        """The loss of each image, (N,) nats: the right loss is its mean."""
        return self.nll + self.beta * self.kl

    @property
    def error(self) -> Tensor:
        """x − x_hat, one difference for each pixel, (N, D)."""
        return (self.x - self.logits.sigmoid()).flatten(1)

    @property
    def pixels(self) -> int:
        """How many pixels an image has, D."""
        return self.x[0].numel()


MISTAKES = named({
    "kl_mean_over_latents": ("You averaged the KL over the latent dimensions; sum them. The mean "
        "is a smaller β in disguise: with 16 numbers in the code, β/16.",
        lambda t: (t.nll + t.beta * t.kl_each.mean(1)).mean()),
    "mean_over_pixels": ("You averaged the reconstruction term over the pixels; sum them. That "
        "makes it 784 times smaller on 28 × 28 images, a β = 784 in disguise: the code dies.",
        lambda t: (t.nll / t.pixels + t.beta * t.kl).mean(),
        lambda t: (t.nll / t.pixels + t.beta * t.kl_each.mean(1)).mean()),
    "beta_on_the_reconstruction": ("β multiplies the reconstruction term. It belongs to the KL: "
        "reconstruction + β · KL.", lambda t: (t.beta * t.nll + t.kl).mean()),
    "beta_on_both": ("β multiplies the whole loss. It weights the KL alone.",
        lambda t: t.beta * (t.nll + t.kl).mean()),
    "beta_ignored": ("β is not used. Multiply the KL by it.", lambda t: (t.nll + t.kl).mean()),
    "beta_divides": ("You divided the KL by β. Multiply.",
        lambda t: (t.nll + t.kl / t.beta).mean()),
    "beta_mixes": ("You weighted the terms with 1 − β and β. The reconstruction keeps its full "
        "weight: reconstruction + β · KL.",
        lambda t: ((1 - t.beta) * t.nll + t.beta * t.kl).mean()),
    "summed_over_the_batch": ("You summed over the batch; average. A sum makes the loss, and each "
        "step, grow with the batch.", lambda t: t.each.sum()),
    "kl_summed_over_the_batch": ("The reconstruction term is averaged over the batch and the KL is "
        "summed: in a batch of 128, that is β = 128 in disguise. Add both for each image, (N,), "
        "then take one mean.", lambda t: t.nll.mean() + t.beta * t.kl.sum()),
    "reconstruction_summed_over_the_batch": ("The reconstruction term is summed over the batch "
        "(`reduction=\"sum\"` does that) and the KL is averaged: in a batch of 128, that is β/128 "
        "in disguise. Add both for each image, (N,), then take one mean.",
        lambda t: t.nll.sum() + t.beta * t.kl.mean()),
    "wrong_divisor": ("You divided by a wrong number: by the pixels, by a batch size typed in, or "
        "by the batch twice. One `.mean()` over the losses of the images, (N,), is enough.",
        lambda t: t.each.sum() / t.pixels, lambda t: t.each.mean() / t.pixels,
        lambda t: t.each.sum() / 784, lambda t: t.each.mean() / 784, lambda t: t.each.sum() / 128,
        lambda t: t.each.mean() / 128, lambda t: t.each.mean() / len(t.x)),
    "one_number_per_image": ("You return one number per image, shape (N,). A loss to train with is "
        "one number: `.mean()` over the batch.", lambda t: t.each, lambda t: -t.each),
    "kl_subtracted": ("The sign of the KL is wrong: your loss gets smaller as the KL grows, so "
        "training drives the codes apart without end. Negative ELBO = −log-likelihood **plus** KL.",
        lambda t: (t.nll - t.beta * t.kl).mean()),
    "elbo_returned": ("That is the ELBO (higher is better). A loss is its negative: "
        "−log-likelihood + β · KL.", lambda t: -t.each.mean()),
    "likelihood_sign": ("The log-likelihood enters with a plus, so training would make the images "
        "*less* likely. The loss is −log-likelihood + β · KL.",
        lambda t: (t.beta * t.kl - t.nll).mean()),
    "kl_forgotten": ("The KL is missing. What is left is an autoencoder with noise in its code.",
        lambda t: t.nll.mean()),
    "reconstruction_forgotten": ("Only the KL is there. Its minimum is mu = 0, logvar = 0 for "
        "every image: a code that says nothing.", lambda t: t.beta * t.kl.mean()),
    "logvar_as_log_sigma": ("You read `logvar` as log σ. It is log σ², so σ² is `logvar.exp()`.",
        lambda t: (t.nll + t.beta * gaussian_kl(t.mu, 2 * t.logvar)).mean(),
        lambda t: (t.nll + t.beta * 0.5 * (
            (2 * t.logvar).exp() + t.mu.square() - 1 - t.logvar).sum(1)).mean()),
    "logvar_converted": ("`gaussian_kl(mu, logvar)` takes `logvar` as it is, log σ²: no exp and no "
        "square root before it.",
        lambda t: (t.nll + t.beta * gaussian_kl(t.mu, t.logvar.exp())).mean(),
        lambda t: (t.nll + t.beta * gaussian_kl(t.mu, (0.5 * t.logvar).exp())).mean(),
        lambda t: (t.nll + t.beta * gaussian_kl(t.mu, 0.5 * t.logvar)).mean()),
    "code_swapped": ("`mu` and `logvar` changed places: it is `gaussian_kl(mu, logvar)`.",
        lambda t: (t.nll + t.beta * gaussian_kl(t.logvar, t.mu)).mean()),
    "half_missing": ("The ½ of the KL is missing: its weight is 2β. `gaussian_kl(mu, logvar)` has "
        "it.", lambda t: (t.nll + t.beta * 2 * t.kl).mean()),
    "half_on_the_trace_only": ("The ½ stands on σ² alone; it belongs to the whole bracket. (Some "
        "texts print it so; see the errata.)",
        lambda t: (t.nll + t.beta * (
            0.5 * t.logvar.exp() + t.mu.square() - 1 - t.logvar).sum(1)).mean()),
    "mean_taken_for_the_kl": ("The spread is missing from the KL: you punish only mu². Then σ → 0 "
        "costs nothing, and the noise goes away.",
        lambda t: (t.nll + t.beta * 0.5 * t.mu.square().sum(1)).mean()),
    "squared_error": ("The reconstruction term is a squared error. Here it is minus the Bernoulli "
        "log-likelihood: `-bernoulli_log_likelihood(x, logits)`.",
        lambda t: (t.error.square().sum(1) + t.beta * t.kl).mean(),
        lambda t: (0.5 * t.error.square().sum(1) + t.beta * t.kl).mean(),
        lambda t: (t.error.square().mean(1) + t.beta * t.kl).mean(),
        lambda t: ((t.x - t.logits).square().flatten(1).sum(1) + t.beta * t.kl).mean(),
        lambda t: ((t.x - t.logits).square().flatten(1).mean(1) + t.beta * t.kl).mean()),
    "absolute_error": ("The reconstruction term is an absolute error, |x − x_hat|. Here it is "
        "minus the Bernoulli log-likelihood: `-bernoulli_log_likelihood(x, logits)`.",
        lambda t: (t.error.abs().sum(1) + t.beta * t.kl).mean(),
        lambda t: (t.error.abs().mean(1) + t.beta * t.kl).mean()),
    "sigmoid_twice": ("A sigmoid was applied twice: `bernoulli_log_likelihood` takes logits.",
        lambda t: (t.beta * t.kl - bernoulli_log_likelihood(t.x, t.logits.sigmoid())).mean()),
    "swapped_images": ("Image and logits changed places: `bernoulli_log_likelihood(x, logits)` "
        "takes the image first.",
        lambda t: (t.beta * t.kl - bernoulli_log_likelihood(t.logits, t.x)).mean()),
    "one_term_cut": ("The number is right, and no gradient comes back through one of the two "
        "terms: `.item()`, `.detach()` or `torch.no_grad()` cut it off, so that training would not "
        "see it. Leave both terms as tensors.", lambda t: (t.nll + t.beta * t.kl.detach()).mean(),
        lambda t: (t.nll.detach() + t.beta * t.kl).mean()),
    "free_bits": ("Your KL never falls below a floor (\"free bits\"), so a code that says nothing "
        "costs as much as one at the floor. Use the KL itself, without `clamp` or `maximum`.",
        *(lambda t, floor=floor: (t.nll + t.beta * t.kl_each.clamp(floor).sum(1)).mean()
            for floor in (0.1, 0.25, 0.5, 1.0, 2.0)),
        *(lambda t, floor=floor: (t.nll + t.beta * t.kl.clamp(floor)).mean()
            for floor in (0.5, 1.0, 2.0, 3.0))),
    "logvar_clamped": ("You clamped `logvar` before the KL. Outside your limits the KL is another "
        "one and its gradient is 0, so a spread out there never comes back. Use `logvar` as it is.",
        *(lambda t, a=a, b=b: (t.nll + t.beta * gaussian_kl(t.mu, t.logvar.clamp(a, b))).mean()
            for a, b in ((-1, 1), (-2, 2), (-4, 4), (-5, 5), (-6, 2), (-20, 2), (0, 20)))),
}, read=Terms)  # fmt: skip

OTHER_WEIGHT = (
    "Your KL has another weight than β: it is multiplied by one more number, or by a number in "
    "place of β. Divided by the pixels, or times 0.00025, it hardly counts, and the codes spread "
    "out as those of an autoencoder do. The loss is reconstruction + β · KL, with both terms sums."
)
OTHER_WEIGHTS = (
    lambda t: (t.nll + t.beta * t.kl / t.pixels).mean(),
    lambda t: (t.nll + t.beta * t.kl / 784).mean(),
    lambda t: (t.nll + t.beta * 0.00025 * t.kl).mean(),
    lambda t: (t.nll + 0.00025 * t.kl).mean(),
    lambda t: (t.nll + t.beta**2 * t.kl).mean(),
)
ONLY_LARGE = (
    "Right for moderate logits, wrong for large ones, where float32 rounds the sigmoid to 0 or 1 "
    "and its log breaks. Use `bernoulli_log_likelihood`, which works from the logits."
)


def draw_arguments(generator: Generator, n: int, latent: int) -> tuple[Tensor, ...]:
    h, w = (int(torch.randint(4, 8, (), generator=generator)) for _ in range(2))
    x = torch.rand(n, 1, h, w, generator=generator)
    logits = 2 * torch.randn(n, 1, h, w, generator=generator)
    mu = 0.5 + torch.randn(n, latent, generator=generator)
    logvar = -1 + torch.randn(n, latent, generator=generator)
    return x, logits, mu, logvar


def _beta(generator: Generator) -> float:
    return 1.5 + 3 * float(torch.rand((), generator=generator))


def loss_cases(generator: Generator) -> Iterator[Case]:
    latent = int(torch.randint(2, 7, (), generator=generator))
    yield Case((*draw_arguments(generator, 5, latent), _beta(generator)), "five images")
    yield Case((*draw_arguments(generator, 3, latent + 1), _beta(generator) / 10), "a small beta")
    yield Case((*draw_arguments(generator, 1, latent), _beta(generator)), "a batch of one")
    x, logits, mu, logvar = draw_arguments(generator, 6, latent)
    size = torch.tensor([20.0, 50.0, 100.0, 20.0, 50.0, 100.0])[:, None, None, None]
    large = torch.where(x > 0.5, -size, size)  # sure, and wrong
    yield Case((x, large, mu, logvar, _beta(generator)), LARGE, extreme=True)
    level = torch.tensor([0.0, 0.0, 0.0, -7.0, 3.0, 5.0])[:, None]
    spread = (0.1 * mu, 0.1 * logvar + level, _beta(generator))
    yield Case((x, logits, *spread), "codes near the prior, very narrow and very wide")


def _prior_is_free(fn: Callable[..., Tensor], generator: Generator) -> str | None:
    x, logits, mu, logvar = draw_arguments(generator, 4, 3)
    free = [float(fn(x, logits, 0 * mu, 0 * logvar, beta)) for beta in (0.5, 4.0)]
    if abs(free[0] - free[1]) < 1e-3 * abs(free[0]):
        return None
    return (
        "At mu = 0, logvar = 0 the KL is 0, so beta can't matter; yours goes from "
        f"{free[0]:.4g} to {free[1]:.4g} as beta goes from 0.5 to 4."
    )


def _logs_of_the_sigmoid(t: Terms) -> Tensor:
    p = t.logits.sigmoid()
    nll = -(t.x * p.log() + (1 - t.x) * (1 - p).log()).flatten(1).sum(1)
    return (nll + t.beta * t.kl).mean()


def loss_exercise(
    reference: Callable[..., Tensor],
    mistakes: Sequence[Mistake] = (),
    cases: Callable[[Generator], Iterable[Case]] = loss_cases,
    **texts: Any,
) -> Exercise:
    """The exercise that asks for `reference`. mistakes, cases: those that this one has besides."""

    def other_weight(seen: Observed, case: Case) -> bool:
        """Right but for one factor on the KL, which the gradients tell."""
        truth, t = observe(exercise, reference, case), Terms(*case.args)
        if isinstance(seen.gradients, str) or not close(seen.gradients[0], truth.gradients[0]):
            return False
        yours, right = (torch.cat(seen.gradients[1:], 1), torch.cat(truth.gradients[1:], 1))
        factor = float((yours * right).sum() / right.square().sum())
        loss = (t.nll + factor * t.beta * t.kl).mean()
        return close(yours / factor, right) and close(seen.value, loss)

    def only_large(seen: Observed, case: Case) -> bool:
        """Right, gradients included, wherever sigmoid is neither 0 nor 1 in float32."""
        return case.label == LARGE or close(seen, observe(exercise, reference, case), 1e-3, 1e-3)

    other = {"kl_weight": (OTHER_WEIGHT, *OTHER_WEIGHTS)}
    large = {"sigmoid_then_log": (ONLY_LARGE, _logs_of_the_sigmoid)}
    exercise = Exercise(
        name=reference.__name__,
        reference=reference,
        cases=cases,
        mistakes=[
            *MISTAKES,
            *mistakes,
            *named(other, read=Terms, when=other_weight),
            *named(large, read=Terms, when=only_large),
        ],
        properties=[Property("free_at_the_prior", _prior_is_free)],
        differentiable=(1, 2, 3),
        **texts,
    )
    return exercise
