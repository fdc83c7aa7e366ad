"""`class_posterior`: Bayes' rule, in logs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor
from torch.nn.functional import one_hot

from coursework.checking.compare import close
from coursework.checking.exercise import Case, Exercise, Observed, Property
from coursework.exercises.rules import named, recognized


def class_posterior(log_likelihood: Tensor, log_prior: Tensor) -> Tensor:
    """p(y | x) (N, C) from log p(x | y) (N, C) and log p(y) (C,), in nats. Bayes' rule."""
    return torch.softmax(log_likelihood + log_prior, dim=1)


def _prior(classes: int, generator: Generator) -> Tensor:
    """Class probabilities (C,), far from uniform, in random order."""
    shares = torch.arange(1, classes + 1).square() + torch.rand(classes, generator=generator)
    return (shares / shares.sum())[torch.randperm(classes, generator=generator)]


def _cases(generator: Generator) -> Iterator[Case]:
    def case(n: int, classes: int, label: str, level: float = -3.0, extreme: bool = False) -> Case:
        log_likelihood = level + 1.2 * torch.randn(n, classes, generator=generator)
        return Case((log_likelihood, _prior(classes, generator).log()), label, extreme)

    yield case(6, 3, "six examples of three classes")
    yield case(4, 4, "as many examples as classes")
    yield case(1, 3, "a single example")
    yield case(5, 3, "log-likelihoods around −1000", level=-1000.0, extreme=True)
    yield case(5, 3, "log-likelihoods around +200", level=200.0, extreme=True)
    levels = torch.tensor([[-1000.0], [900.0], [0.0]])
    mixed = levels + 1.2 * torch.randn(3, 3, generator=generator)
    yield Case((mixed, _prior(3, generator).log()), "examples at −1000 and at +900 together", True)


def _right_until_it_underflows(seen: Observed, case: Case) -> bool:
    return case.extreme or close(seen.value, class_posterior(*case.args))


def _by_the_sum(joint: Tensor) -> Tensor:
    return joint / joint.sum(1, keepdim=True)


MISTAKES = named({
    "prior_forgotten": ("You forgot the prior: you normalized p(x|y) as if all classes were "
        "equally common. Bayes' rule weights it by p(y): add `log_prior` before you normalize.",
        lambda ll, lp: ll.softmax(1)),
    "normalized_over_examples": ("You normalized over the examples (down the columns). For each "
        "example the probabilities of the classes add up to 1: normalize over `dim=1`.",
        lambda ll, lp: (ll + lp).softmax(0), lambda ll, lp: ll.softmax(0)),
    "normalized_over_everything": ("You normalized over the whole matrix at once. Each row "
        "(example) must add up to 1 by itself: normalize along the last axis, `dim=1`.",
        lambda ll, lp: (ll + lp).flatten().softmax(0).reshape(ll.shape)),
    "log_probabilities": ("You return log probabilities. The last step is missing: `.exp()`, or "
        "`softmax` where you wrote `log_softmax`.", lambda ll, lp: (ll + lp).log_softmax(1)),
    "log_joint": ("You stopped at the log joint, log p(x|y) + log p(y). Normalize it over the "
        "classes to get p(y|x).", lambda ll, lp: ll + lp),
    "joint_not_normalized": ("You return the joint p(x|y) p(y), whose rows do not add up to 1. "
        "Divide by p(x), the sum over the classes.", lambda ll, lp: (ll + lp).exp()),
    "prior_not_logged": ("You added the prior itself to a log-likelihood. In logs, products become "
        "sums of logs: add `log_prior` as it is, without `exp`.",
        lambda ll, lp: (ll + lp.exp()).softmax(1)),
    "prior_multiplied_in_logs": ("You multiplied two logs. A product of probabilities is a *sum* "
        "of logs: `log_likelihood + log_prior`.", lambda ll, lp: (ll * lp).softmax(1)),
    "log_times_prior": ("You multiplied the log-likelihood by the prior. A product of "
        "probabilities is a *sum* of logs: `log_likelihood + log_prior`.",
        lambda ll, lp: (ll * lp.exp()).softmax(1)),
    "prior_subtracted": ("You subtracted the log prior, which divides by the prior. Common classes "
        "should gain by it: add it.", lambda ll, lp: (ll - lp).softmax(1)),
    "prior_after_normalizing": ("You normalized the likelihoods first and multiplied by the prior "
        "afterwards, so the rows no longer add up to 1. Add `log_prior` first, normalize last.",
        lambda ll, lp: ll.softmax(1) * lp.exp()),
    "log_prior_after_normalizing": ("You normalized first and added the log prior to "
        "probabilities. Add `log_prior` to the log-likelihood first, normalize last.",
        lambda ll, lp: ll.softmax(1) + lp, lambda ll, lp: ll.log_softmax(1) + lp),
    "prior_twice": ("You counted the prior twice. Once is enough.",
        lambda ll, lp: (ll + 2 * lp).softmax(1),
        lambda ll, lp: _by_the_sum((ll + lp).softmax(1) * lp.exp())),
    "softmax_of_probabilities": ("You exponentiated before `softmax`, which exponentiates too. "
        "Give it the logs: `softmax(log_likelihood + log_prior, dim=1)`.",
        lambda ll, lp: (ll + lp).exp().softmax(1)),
    "logs_normalized": ("You divided logs by their sum. Normalize probabilities, not logs: "
        "exponentiate within the normalization, which is what `softmax` does.",
        lambda ll, lp: (ll + lp) / (ll + lp).sum(1, keepdim=True)),
    "log_of_log": ("Every entry is NaN: the log of a negative number. `log_likelihood` and "
        "`log_prior` are logs already; add them as they are.",
        lambda ll, lp: (ll + lp.log()).softmax(1)),
    "decision_not_probabilities": ("You return a decision (the likeliest class). Asked for are the "
        "probabilities of all classes, (N, C): how sure you may be is the point.",
        lambda ll, lp: (ll + lp).argmax(1), lambda ll, lp: (ll + lp).softmax(1).max(1).values,
        lambda ll, lp: one_hot((ll + lp).argmax(1), ll.shape[1]).to(ll.dtype)),
    "sigmoid_for_softmax": ("You used a sigmoid, which treats each class by itself, so the rows do "
        "not add up to 1. `softmax(…, dim=1)` compares the classes.",
        lambda ll, lp: (ll + lp).sigmoid()),
    "evidence": ("You return log p(x). Subtract it from the log joint and exponentiate.",
        lambda ll, lp: (ll + lp).logsumexp(1)),
    "one_maximum_for_all": ("You subtracted the largest entry of the whole matrix before you "
        "exponentiated, so an example far below it still underflows to 0/0. Each row needs its "
        "own: `.max(1, keepdim=True).values`, or `softmax`, which does that for you.",
        lambda ll, lp: _by_the_sum((ll + lp - (ll + lp).max()).exp())),
})  # fmt: skip

UNDERFLOWS = recognized({
    "underflows": ("Your formula is right, and it exponentiates before it normalizes: exp(−1000) "
        "is 0 and exp(+200) is infinite in float32, so 0/0 or ∞/∞ remains. Images have "
        "log-likelihoods like these. Stay in logs until the end: `softmax` (or `logsumexp`) "
        "subtracts the largest entry first.", _right_until_it_underflows,
        lambda ll, lp: _by_the_sum((ll + lp).exp())),
})  # fmt: skip


def _rows_sum_to_one(fn: Callable[..., Tensor], generator: Generator) -> str | None:
    total = fn(*next(_cases(generator)).args).sum(1)
    row = int((total - 1).abs().argmax())
    if abs(total[row] - 1) < 1e-4:
        return None
    return f"each row must add up to 1; row {row} of yours adds up to {float(total[row]):.4g}"


def _equal_likelihoods(fn: Callable[..., Tensor], generator: Generator) -> str | None:
    prior = _prior(3, generator)
    value = fn(torch.full((2, 3), -4.0), prior.log())[0]
    if (value - prior).abs().max() < 1e-4:
        return None
    wanted, yours = (", ".join(f"{p:.2f}" for p in row) for row in (prior, value))
    return (
        f"where all likelihoods are equal, the posterior must be the prior ({wanted}); "
        f"yours is {yours}"
    )


CLASS_POSTERIOR = Exercise(
    name="class_posterior",
    notebook="01",
    title="turn likelihoods and a prior into p(y|x)",
    reference=class_posterior,
    cases=_cases,
    mistakes=[*MISTAKES, *UNDERFLOWS],
    properties=[
        Property("rows", _rows_sum_to_one),
        Property("equal likelihoods", _equal_likelihoods),
    ],
    hints=[
        "Bayes' rule: p(y|x) is p(x|y) p(y), divided by its sum over the classes. In logs the "
        "product is a sum. The shapes (N, C) and (C,) fit as they are.",
        "The division by the sum of exponentials over the classes has a name in torch that also "
        "keeps exp from overflowing: `torch.softmax`. Which axis holds the classes?",
        "`return torch.softmax(log_likelihood + log_prior, dim=1)`",
    ],
    points=2,
)
