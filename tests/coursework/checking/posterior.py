"""A small exercise that stands for all of them: p(y|x) from log-likelihoods and log-priors."""

import torch

from coursework.checking import Case, Exercise, Mistake, Property, Question
from coursework.checking.exercise import Prediction


def reference(log_likelihood, log_prior):
    return torch.softmax(log_likelihood + log_prior, dim=-1)


def without_prior(log_likelihood, log_prior):
    return torch.softmax(log_likelihood, dim=-1)


def naive(log_likelihood, log_prior):
    joint = (log_likelihood + log_prior).exp()
    return joint / joint.sum(-1, keepdim=True)


def cases(g):
    yield Case((torch.randn(5, 3, generator=g), torch.randn(3, generator=g)))
    yield Case((torch.randn(1, 3, generator=g), torch.randn(3, generator=g)), "a batch of one")
    yield Case(
        (torch.randn(5, 3, generator=g) - 1000, torch.randn(3, generator=g)),
        "log-likelihoods near −1000",
        True,
    )


def sums_to_one(fn, g):
    total = fn(torch.randn(4, 3, generator=g), torch.zeros(3)).sum(-1)[0].item()
    return None if abs(total - 1) < 1e-4 else f"Each row must sum to 1; yours sums to {total:.3g}."


POSTERIOR = Exercise(
    name="posterior",
    notebook="99",
    title="Bayes' rule in logs",
    reference=reference,
    cases=cases,
    mistakes=[
        Mistake("prior_forgotten", "You left out the prior.", without_prior),
        Mistake("underflow", "You exponentiate first.", naive),
    ],
    properties=[Property("sums_to_one", sums_to_one)],
    hints=("one", "two", "three"),
    points=2,
    differentiable=(0,),
)
ENTROPY = Question(
    "99.answers.1",
    "entropy of a fair coin",
    0.6931,
    unit="nats",
    wrong={0.5: ("probability", "That is p.")},
)
CHOICE = Question(
    "99.answers.2",
    "pick",
    "b",
    choices={"a": "one", "b": "two"},
    wrong={"a": ("first", "Not the first.")},
)
COIN = Prediction(
    "99.coin", "a fair coin's next side?", {"heads": "Perhaps.", "either": "Yes."}, right="b"
)
