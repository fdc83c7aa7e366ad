"""Exercise `surrogate_loss`: a loss whose gradient is the score-function estimate."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.rules import must_be, named


def surrogate_loss(log_likelihood: Tensor, log_q: Tensor, baseline: Tensor) -> Tensor:
    """All (N,). Value: -log_likelihood; gradient in log_q: -(log_likelihood - baseline).

    The gradient in log_likelihood, which the decoder needs, is -1; baseline gets none. Schulman et
    al., "Gradient estimation using stochastic computation graphs", 2015.
    """
    surrogate = (log_likelihood - baseline).detach() * log_q
    return -log_likelihood - surrogate + surrogate.detach()


def _draw(generator: Generator, n: int) -> tuple[Tensor, Tensor, Tensor]:
    log_likelihood = -4 - 3 * torch.rand(n, generator=generator)
    log_q = -3 + 2 * torch.randn(n, generator=generator)
    baseline = -5 + torch.randn(n, generator=generator)
    return log_likelihood, log_q, baseline


def _cases(generator: Generator) -> Iterator[Case]:
    yield Case(_draw(generator, 6), "six images")
    yield Case(_draw(generator, 1), "a batch of one")


def _value_gap(fn: object, generator: Generator) -> float:
    f, log_q, b = _draw(generator, 5)
    return float((fn(f, log_q, b) + f).abs().max())  # type: ignore[operator]


MISTAKES = named({
    "value_changed": ("The gradients are right, and the value is not −log p(x|z) any more: the "
        "surrogate is left in it. Add it once more, detached, so that the two cancel: `- surrogate "
        "+ surrogate.detach()`.",
        lambda f, q, b: -f - (f - b).detach() * q),
    "value_taken_twice": ("The gradients are right, and the surrogate's value is in the loss "
        "twice. What you add to cancel it has the other sign: `- surrogate + surrogate.detach()`.",
        lambda f, q, b: -f - (f - b).detach() * q - ((f - b) * q).detach()),
    "gain_not_detached": ("f − b is not detached, so the decoder gets a second gradient, through "
        "the surrogate. `(log_likelihood - baseline).detach()` is a plain weight.",
        lambda f, q, b: -f - (f - b) * q + ((f - b) * q).detach()),
    "baseline_not_detached": ("A gradient goes into the baseline. Detach the whole of f − b: it is "
        "a plain weight.",
        lambda f, q, b: -f - (f.detach() - b) * q + ((f - b) * q).detach()),
    "likelihood_not_detached": ("The log-likelihood is not detached in the surrogate, so the "
        "decoder gets a second gradient through it. Detach the whole of f − b.",
        lambda f, q, b: -f - (f - b.detach()) * q + ((f - b) * q).detach()),
    "sign_of_the_surrogate": ("The sign of the surrogate is wrong. A loss goes down, so codes with "
        "a high likelihood become likelier where −(f − b) log q is in it.",
        lambda f, q, b: -f + (f - b).detach() * q - ((f - b) * q).detach()),
    "sign_of_the_loss": ("That is something to maximize, and its value is +log p(x|z). A loss goes "
        "down: turn all signs.",
        lambda f, q, b: f + (f - b).detach() * q - ((f - b) * q).detach()),
    "decoder_cut": ("The log-likelihood itself is detached, so the decoder learns nothing. Its own "
        "gradient needs no draw: leave `-log_likelihood` as it is.",
        lambda f, q, b: -f.detach() - (f - b).detach() * q + ((f - b) * q).detach(),
        lambda f, q, b: -(f - b).detach() * q),
    "surrogate_missing": ("Only −log p(x|z) is there, and it has no gradient in log q: z counts as "
        "given. So the encoder learns nothing from it. The surrogate is missing.",
        lambda f, q, b: -f,
        lambda f, q, b: -f - ((f - b) * q).detach() + ((f - b) * q).detach()),
    "log_q_detached": ("log q is detached, and f − b is not. It is the other way round: f − b is a "
        "plain weight, and the gradient goes into log q.",
        lambda f, q, b: -f - (f - b) * q.detach() + ((f - b) * q).detach(),
        lambda f, q, b: -f - (f - b.detach()) * q.detach() + ((f - b) * q).detach()),
    "baseline_ignored": ("The baseline isn't used. Subtract it from the log-likelihood in the "
        "surrogate.", lambda f, q, b: -f - f.detach() * q + (f * q).detach()),
    "baseline_added": ("The baseline is added. Subtract it: f − b.",
        lambda f, q, b: -f - (f + b).detach() * q + ((f + b) * q).detach()),
    "baseline_in_the_value": ("The baseline is in the value as well. The value stays −log p(x|z); "
        "the baseline belongs into the weight alone.",
        lambda f, q, b: -(f - b.detach()) - (f - b).detach() * q + ((f - b) * q).detach(),
        lambda f, q, b: -(f - b) - (f - b).detach() * q + ((f - b) * q).detach()),
    "probability_for_log": ("You weight q itself. The estimate holds the slope of **log** q.",
        lambda f, q, b: -f - (f - b).detach() * q.exp() + ((f - b) * q.exp()).detach()),
    "log_of_the_gain": ("You multiplied by f twice, or took f as a part of log q. The surrogate is "
        "(f − b) · log q.",
        lambda f, q, b: -f - ((f - b) * f).detach() * q + ((f - b) * f * q).detach()),
    "averaged": ("You averaged over the batch. One number for each image is asked for, (N,); the "
        "mean is taken when the KL has been added.",
        lambda f, q, b: surrogate_loss(f, q, b).mean()),
    "summed": ("You summed over the batch. One number for each image is asked for, (N,).",
        lambda f, q, b: surrogate_loss(f, q, b).sum()),
    "all_cut": ("The numbers are right, and nothing can be learned from them: everything is "
        "detached, or was computed under `no_grad`.",
        lambda f, q, b: surrogate_loss(f, q, b).detach()),
})  # fmt: skip

SURROGATE_LOSS = Exercise(
    name="surrogate_loss", notebook="05", title="a loss whose gradient is the score function's",
    reference=surrogate_loss, cases=_cases, mistakes=MISTAKES, differentiable=(0, 1, 2), points=3,
    properties=[
        must_be("value", 0, _value_gap, "The value must be −log_likelihood; yours is off by up to "
            "{:.3g}."),
    ],
    hints=["Two parts. The first is the loss itself, −log p(x|z): its gradient goes to the "
           "decoder. The second has the value 0 and a gradient in log q.",
           "The second part: a weight (f − b), detached, times log q; then the same once more, "
           "detached as a whole and with the other sign.",
           "`surrogate = (log_likelihood - baseline).detach() * log_q`, then "
           "`-log_likelihood - surrogate + surrogate.detach()`"],
)  # fmt: skip
