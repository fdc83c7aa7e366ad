"""Four short functions: the ELBO, a draw, the best judge, and the generator's two losses."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from coursework.checking.compare import close
from coursework.checking.exercise import Case, Exercise, Observed
from coursework.exercises.nb18.places import PLACES
from coursework.exercises.rules import Wrong, given, must_be, named, scaled, swapped, then


def _size(generator: Generator, low: int, high: int) -> int:
    return int(torch.randint(low, high, (), generator=generator))


def _shown(name: str, *hints: str) -> list[str]:
    return [*hints[:-1], f"{hints[-1]} The course shows it in {PLACES[name]}."]


def elbo_from_terms(log_px: Tensor, kl: Tensor) -> Tensor:
    """ELBO (N,) nats, from S draws of log p(x|z), (S, N), and the KL of each latent, (N, K)."""
    return log_px.mean(0) - kl.sum(1)


def _bound_cases(generator: Generator) -> Iterator[Case]:
    for draws, n, k, label in (
        (3, 5, 4, "three draws of five images, four latents"),
        (6, 2, 3, "six draws of two images, three latents"),
        (1, 4, 2, "a single draw"),
        (4, 1, 3, "a batch of one"),
    ):
        log_px = -60 - 30 * torch.rand(draws, n, generator=generator)
        yield Case((log_px, 0.3 + 3 * torch.rand(n, k, generator=generator)), label)


ELBO_FROM_TERMS = Exercise(
    name="elbo_from_terms", notebook="18", title="the ELBO of each image from its two terms",
    reference=elbo_from_terms, cases=_bound_cases, differentiable=(0, 1), points=2,
    mistakes=named({
        "negative": ("That is the negative ELBO, a loss. The ELBO is asked for: reconstruction "
            "minus KL.", scaled(elbo_from_terms, -1)),
        "kl_added": ("You added the KL. In the ELBO it is subtracted.",
            lambda log_px, kl: log_px.mean(0) + kl.sum(1)),
        "kl_left_out": ("The KL is missing.", lambda log_px, kl: log_px.mean(0)),
        "reconstruction_left_out": ("The reconstruction is missing.",
            lambda log_px, kl: -kl.sum(1)),
        "kl_averaged": ("You averaged the KL over the latents. They are independent, so their KLs "
            "add up; a mean is a hidden β.", lambda log_px, kl: log_px.mean(0) - kl.mean(1)),
        "kl_of_the_batch": ("You subtracted the KL of all images together from each. Sum over the "
            "latents, dim 1, and not over the images.",
            lambda log_px, kl: log_px.mean(0) - kl.sum()),
        "draws_summed": ("You summed over the draws. E_q is estimated by their mean.",
            lambda log_px, kl: log_px.sum(0) - kl.sum(1)),
        "images_averaged_too": ("You averaged log p(x|z) over the images as well. Average over the "
            "draws alone, dim 0.", lambda log_px, kl: log_px.mean() - kl.sum(1)),
        "log_of_the_mean": ("You took the log of the mean likelihood. In the ELBO the log stands "
            "inside: the mean of the logs.",
            lambda log_px, kl: log_px.logsumexp(0) - math.log(len(log_px)) - kl.sum(1)),
        "best_draw": ("You took the best draw. E_q is the mean over all of them.",
            lambda log_px, kl: log_px.max(0).values - kl.sum(1)),
        "first_draw": ("You used the first draw alone.", lambda log_px, kl: log_px[0] - kl.sum(1)),
        "averaged_over_images": ("You averaged over the images. One number for each is asked "
            "for.", then(elbo_from_terms, torch.mean)),
        "summed_over_images": ("You summed over the images. One number for each is asked for.",
            then(elbo_from_terms, torch.sum)),
        "bits": ("You divided by log 2: that is in bits. Nats are asked for.",
            scaled(elbo_from_terms, 1 / math.log(2))),
        "one_for_each_draw": ("You return one number for each draw. Average over the draws, dim "
            "0.", lambda log_px, kl: log_px - kl.sum(1)),
    }),
    hints=_shown("elbo_from_terms", "E_q[log p(x|z)] − KL. Over which axis is each reduced?",
        "The mean over the draws, dim 0; the sum over the latents, dim 1.",
        "`log_px.mean(0) - kl.sum(1)`."),
)  # fmt: skip


def code_from_noise(out: Tensor, eps: Tensor) -> Tensor:
    """z (N, K) from an encoder's output (N, 2K), first mu and then log sigma², and eps (N, K)."""
    mu, logvar = out.chunk(2, dim=1)
    return mu + torch.exp(0.5 * logvar) * eps


def _code_cases(generator: Generator) -> Iterator[Case]:
    for n, k, label in ((6, 4, "random codes"), (3, 5, "more latents than images"),
                        (1, 3, "a batch of one")):  # fmt: skip
        out = 1.5 * torch.randn(n, 2 * k, generator=generator)
        yield Case((out, torch.randn(n, k, generator=generator)), label)
    out, eps = torch.randn(4, 6, generator=generator), torch.randn(4, 3, generator=generator)
    out[:, 3:] = -40
    yield Case((out, eps), "a spread near 0", extreme=True)


def _parts(wrong: Wrong) -> Wrong:
    return lambda out, eps: wrong(*out.chunk(2, dim=1), eps)


CODE_FROM_NOISE = Exercise(
    name="code_from_noise", notebook="18", title="a code that lets gradients through",
    reference=code_from_noise, cases=_code_cases, differentiable=(0,), points=2,
    hides=("reparameterize",),
    mistakes=named({
        name: (sentence, *map(_parts, wrongs)) for name, (sentence, *wrongs) in {
        "variance_as_spread": ("You multiplied by σ². The spread is σ = exp(½ log σ²).",
            lambda mu, logvar, eps: mu + logvar.exp() * eps),
        "logvar_as_sigma": ("You took log σ² for σ: take exp(½ ·) of it.",
            lambda mu, logvar, eps: mu + logvar * eps),
        "log_sigma": ("½ log σ² is log σ. Take its exponential.",
            lambda mu, logvar, eps: mu + 0.5 * logvar * eps),
        "halves_swapped": ("The halves have changed places: mu comes first.",
            lambda mu, logvar, eps: logvar + torch.exp(0.5 * mu) * eps),
        "not_scaled": ("The noise isn't scaled with σ.", lambda mu, logvar, eps: mu + eps),
        "mean_missing": ("The mean is missing: z = μ + σ ε.",
            lambda mu, logvar, eps: torch.exp(0.5 * logvar) * eps),
        "noise_missing": ("The noise is missing, so each image has one code.",
            lambda mu, logvar, eps: mu),
        "noise_as_one": ("You added σ itself. It is multiplied by ε.",
            lambda mu, logvar, eps: mu + torch.exp(0.5 * logvar)),
        "subtracted": ("The noise is added: z = μ + σ ε.",
            lambda mu, logvar, eps: mu - torch.exp(0.5 * logvar) * eps),
        "softplus": ("You sent log σ² through a softplus. This encoder returns a log-variance: "
            "exp(½ ·).", lambda mu, logvar, eps: mu + F.softplus(logvar) * eps),
        "inverse": ("You divided by σ: a minus sign in the exponent.",
            lambda mu, logvar, eps: mu + torch.exp(-0.5 * logvar) * eps),
        "detached": ("No gradient reaches the encoder: something cuts z off.",
            lambda mu, logvar, eps: (mu + torch.exp(0.5 * logvar) * eps).detach()),
        "spread_detached": ("The gradient reaches mu and not log σ²: the spread is cut off.",
            lambda mu, logvar, eps: mu + torch.exp(0.5 * logvar).detach() * eps),
        }.items()
    }) + named({
        "every_second": ("You took every second column for mu. The first K are mu, the last K "
            "log σ²: `out.chunk(2, dim=1)`.",
            lambda out, eps: out[:, ::2] + torch.exp(0.5 * out[:, 1::2]) * eps),
    }),
    hints=_shown("code_from_noise", "Take the output apart: K columns for mu, K for the spread.",
        "z = μ + σ ε. What makes σ of the last K columns? Of log σ² it is exp(½ log σ²).",
        "`mu, logvar = out.chunk(2, dim=1)`, then `mu + torch.exp(0.5 * logvar) * eps`."),
)  # fmt: skip


def best_judge(log_p_data: Tensor, log_p_g: Tensor) -> Tensor:
    """P(real) of the best discriminator, (N,), from log-densities of data and generator, (N,)."""
    return torch.sigmoid(log_p_data - log_p_g)


def _judge_cases(generator: Generator) -> Iterator[Case]:
    for n, label in ((7, "some places"), (1, "a single place")):
        pair = 1.5 * torch.randn(2, n, generator=generator) - 0.7
        yield Case((pair[0], pair[1]), label)
    far = -1000 - 300 * torch.rand(5, generator=generator)
    gaps = torch.tensor([3.0, 1.0, -0.5, -2.0, 0.4])
    yield Case((far, far + gaps), "tails, where both densities underflow", extreme=True)


def _is_nan_in_the_tails(seen: Observed, case: Case) -> bool:
    if not isinstance(seen.value, Tensor) or seen.value.shape != case.args[0].shape:
        return False
    bad = bool((~seen.value.isfinite()).any())
    return bad if case.extreme else close(seen.value, best_judge(*case.args))


def _densities(wrong: Wrong) -> Wrong:
    return lambda log_p, log_q: wrong(log_p.exp(), log_q.exp())


BEST_JUDGE = Exercise(
    name="best_judge", notebook="18", title="the best discriminator from two log-densities",
    reference=best_judge, cases=_judge_cases, points=2, hides=("optimal_discriminator",),
    mistakes=named({
        "upside_down": ("That is P(fake). P(real) is asked for: the data's density on top.",
            swapped(best_judge)),
        "logit": ("That is the logit of the best discriminator. Its sigmoid is asked for.",
            lambda p, q: p - q),
        "log_of_it": ("That is log D*. D* is asked for.", lambda p, q: F.logsigmoid(p - q)),
        "ratio_of_logs": ("You divided the logs. Densities are divided, so logs are subtracted.",
            lambda p, q: p / (p + q)),
        "softmax_over_places": ("You took the softmax over the places. At each place the two "
            "densities are compared.", lambda p, q: p.softmax(0)),
        "decision": ("You decided, 1 or 0. A probability is asked for.",
            lambda p, q: (p > q).float(), lambda p, q: p > q),
        "half_too_much": ("You divided by the mean of the densities. Divide by their sum.",
            scaled(best_judge, 2)),
    }) + named({
        "plain_ratio": ("That is the ratio of the densities, which can be any positive number. "
            "Divide by their sum.", lambda p, q: (p - q).exp()),
        "sigmoid_of_densities": ("The sigmoid belongs to the difference of the *logs*, not of the "
            "densities.", lambda p, q: torch.sigmoid(p.exp() - q.exp())),
        "patched_underflow": ("Right where densities are moderate. In the tails both exponentials "
            "are 0 in float32, and the small number you add below hides the 0/0: 0 comes out. Stay "
            "with the logs: the sigmoid of their difference.",
            lambda p, q: p.exp() / (p.exp() + q.exp() + 1e-12)),
    }) + named({
        "underflow": ("Right where densities are moderate. In the tails both exponentials are 0 in "
            "float32, and 0/0 is NaN. Stay with the logs: the sigmoid of their difference.",
            lambda p, q: p.exp() / (p.exp() + q.exp())),
    }, when=_is_nan_in_the_tails),
    properties=[must_be("half_where_equal", 0.5,
        lambda fn, generator: fn(torch.zeros(3), torch.zeros(3)).mean(),
        "It must be ½ where the densities are equal; yours is {:.3g}.")],
    hints=_shown("best_judge", "The share with p on top: p / (p + q) = 1 / (1 + q/p). What "
        "is q/p in logs?", "q/p = exp(log q − log p), so the share is a sigmoid.",
        "`torch.sigmoid(log_p_data - log_p_g)`."),
)  # fmt: skip


def both_generator_losses(fake_logits: Tensor) -> tuple[Tensor, Tensor]:
    """The generator's saturating and non-saturating loss, two scalars, from logits (N,)."""
    return -F.softplus(fake_logits).mean(), F.softplus(-fake_logits).mean()


def _loss_cases(generator: Generator) -> Iterator[Case]:
    for n, label in ((6, "logits of six fakes"), (1, "a single fake")):
        yield Case((1.5 * torch.randn(n, generator=generator) - 0.8,), label)
    large = torch.tensor([-120.0, 150.0, -90.0, 110.0])
    yield Case((large + torch.rand(4, generator=generator),), "logits up to 150", extreme=True)


def _breaks_when_large(seen: Observed, case: Case) -> bool:
    if not isinstance(seen.value, (tuple, list)) or len(seen.value) != 2:
        return False
    truth = both_generator_losses(*case.args)
    both = all(close(yours, right) for yours, right in zip(seen.value, truth, strict=True))
    return not both if case.extreme else both


BOTH_GENERATOR_LOSSES = Exercise(
    name="both_generator_losses", notebook="18", title="the generator's two losses, from logits",
    reference=both_generator_losses, cases=_loss_cases, differentiable=(0,), points=2,
    hides=("generator_loss", "generator_loss_saturating"),
    mistakes=named({
        "swapped": ("The two have changed places: the saturating one comes first.",
            lambda a: (F.softplus(-a).mean(), -F.softplus(a).mean())),
        "saturating_sign": ("The first one has the wrong sign: G *minimizes* log(1 − D), which is "
            "never above 0.", lambda a: (F.softplus(a).mean(), F.softplus(-a).mean())),
        "non_saturating_sign": ("The second one has the wrong sign: −log D is never below 0.",
            lambda a: (-F.softplus(a).mean(), -F.softplus(-a).mean())),
        "both_signs": ("Both signs are wrong. Lower is better for both.",
            lambda a: (F.softplus(a).mean(), -F.softplus(-a).mean())),
        "saturating_twice": ("Both are the saturating loss. The second one is −log D.",
            lambda a: (-F.softplus(a).mean(), -F.softplus(a).mean())),
        "non_saturating_twice": ("Both are the non-saturating loss. The first is log(1 − D).",
            lambda a: (F.softplus(-a).mean(), F.softplus(-a).mean())),
        "summed": ("You summed over the fakes. A loss is their mean.",
            lambda a: (-F.softplus(a).sum(), F.softplus(-a).sum())),
        "not_averaged": ("You return a number for each fake. A loss is their mean.",
            lambda a: (-F.softplus(a), F.softplus(-a))),
        "sigmoid_twice": ("A sigmoid was applied twice: the logits go in as they are.",
            then(lambda a: a.sigmoid(), both_generator_losses)),
        "logits_as_probabilities": ("You took the logits for D itself. D = sigmoid(logit), which "
            "lies between 0 and 1.", lambda a: ((1 - a).log().mean(), -a.log().mean())),
        "log_of_the_mean": ("You took the log of the mean. It is the mean of the logs.",
            lambda a: ((1 - a.sigmoid().mean()).log(), -a.sigmoid().mean().log()),
            given(both_generator_losses, 0, lambda a: a.mean())),
        "bits": ("You took logs to base 2. Nats are asked for.",
            lambda a: tuple(x / math.log(2) for x in both_generator_losses(a))),
    }) + named({
        "overflow": ("Right for moderate logits. For large ones sigmoid is exactly 0 or 1, its log "
            "is infinite, and the loss is lost (or cut off, with a small number inside). "
            "log(1 − sigmoid(a)) is −softplus(a), and log sigmoid(a) is −softplus(−a).",
            lambda a: ((1 - a.sigmoid()).log().mean(), -a.sigmoid().log().mean()),
            lambda a: (torch.log(1 - torch.sigmoid(a) + 1e-8).mean(),
                       -torch.log(torch.sigmoid(a) + 1e-8).mean()),
            lambda a: (-(1 + a.exp()).log().mean(), (1 + (-a).exp()).log().mean()),
            lambda a: (-F.binary_cross_entropy(a.sigmoid(), torch.zeros_like(a)),
                       F.binary_cross_entropy(a.sigmoid(), torch.ones_like(a)))),
    }, when=_breaks_when_large),
    hints=_shown("both_generator_losses", "Saturating: mean log(1 − D). Non-saturating: −mean "
        "log D.", "1 − sigmoid(a) = sigmoid(−a), and log sigmoid(a) = −softplus(−a).",
        "`-F.softplus(fake_logits).mean(), F.softplus(-fake_logits).mean()`."),
)  # fmt: skip
