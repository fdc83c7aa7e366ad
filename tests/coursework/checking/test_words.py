"""Errors that learners really meet, raised for real, in plain words."""

import math

import pytest
import torch
from torch import nn

from coursework.checking.words import plain

A, B = torch.ones(2, 3), torch.ones(4, 5)
ROOT = torch.ones(3, requires_grad=True)


def twice_backward() -> None:
    loss = ROOT.square().sum()
    loss.backward()
    loss.backward()


def todo() -> None:
    raise NotImplementedError("TODO entropy: the mean surprise")


def inference() -> None:
    with torch.inference_mode():
        made = torch.ones(3)
    (made * ROOT).sum().backward()


@pytest.mark.parametrize(
    "fails, words",
    [
        (lambda: A @ B, "inner sizes"),
        (lambda: torch.nn.functional.one_hot(torch.tensor([3]), 2), "`argmax(1)` goes along"),
        (
            lambda: torch.nn.Linear(784, 2)(torch.ones(5, 28)),
            "expects 784 numbers an example and got 28",
        ),
        (lambda: A + B, "two shapes don't fit"),
        (lambda: 0.1 * torch.ones(3).grad, "requires_grad_"),
        (lambda: 0.1 * torch.autograd.grad(ROOT.sum(), ROOT), "returns a tuple"),
        (lambda: (2 * ROOT).backward(), "`.sum()` it first"),
        (lambda: torch.linalg.solve(torch.eye(3), A), "as columns"),
        (lambda: torch.multinomial(torch.ones(3), 9), "replacement=True"),
        (lambda: torch.ones(3).backward(), "no graph"),
        (lambda: ROOT.numpy(), "stay in torch"),
        (lambda: A.sum(5), "whose dimensions go from"),
        (lambda: A[7], "the last one is"),
        (lambda: undefined_name, "has no value yet"),  # noqa: F821
        (lambda: A.mena(), "has no `.mena`"),
        (lambda: A.reshape(4, 4), "can't be arranged"),
        (lambda: torch.linalg.cholesky(torch.zeros(2, 2)), "no covariance"),
        (lambda: torch.log(3), "`math.log` is for those"),
        (lambda: torch.sqrt(2.0), "`math.sqrt` is for those"),
        (lambda: torch.maximum(A, 0), "make a tensor of it"),
        (lambda: torch.max(A, 1.0), "can't be called with (Tensor, float)"),
        (lambda: nn.Sequential(nn.Linear(2, 3), nn.ReLU), "`nn.ReLU()`, with brackets"),
        (lambda: nn.Sequential([nn.ReLU()]), "without a list"),
        (lambda: nn.functional.relu(nn.ReLU), "`nn.ReLU()(x)`"),
        (lambda: nn.ReLU(A) + A, "`nn.ReLU()(x)`"),
        (lambda: nn.Sigmoid(A).mean(), "`nn.Sigmoid()(x)`"),
        (lambda: (A > 0).mean(), "`.float()` first"),
        (lambda: A.sort() - 1, "two things, as `sort` returns them (`.values`, `.indices`)"),
        (lambda: A.max(1).abs(), "two things, as `max` returns them (`.values`, `.indices`)"),
        (lambda: torch.mean(A.topk(2)), "two things, as `topk` returns them"),
        (
            lambda: torch.linalg.svd(A).sum(),
            "three things, as `svd` returns them (`.U`, `.S`, `.Vh`)",
        ),
        (lambda: A.median(0).values.median()(2), "brackets behind a Tensor"),
        (lambda: torch.softmax(A), "over which dimension"),
        (lambda: A[A], "whole number or True and False"),
        (lambda: A.min(1)[torch.tensor([0, 1])], "take its `.values` or `.indices` first"),
        (lambda: A.min(1)[:, None], "take its `.values` or `.indices` first"),
        (lambda: torch.cat([A, B], 1), "one has 2 entries and the other 4"),
        (lambda: torch.bincount(A[0]), "counts whole numbers"),
        (lambda: torch.bincount(torch.tensor([-1])), "counts whole numbers"),
        (lambda: torch.stack(A[0], A[1]), "in brackets"),
        (lambda: torch.stack([A, B]), "(2, 3) and (4, 5)"),
        (lambda: torch.cat([A, A[0]]), "2 dimensions and the other 1"),
        (lambda: nn.functional.binary_cross_entropy(2 * A, A), "with_logits"),
        (lambda: torch.bernoulli(2 * A), "no probabilities"),
        (lambda: torch.multinomial(-A, 1), "no probabilities"),
        (lambda: A.expand(4, 3), "room for 4"),
        (lambda: A.sum()[0], "single number"),
        (lambda: len(A.sum()), "single number"),
        (lambda: A.T @ A[0], "(3, 2) with (3,)"),
        (lambda: A[0].dot(B[0]), "of 3 numbers with 5"),
        (lambda: torch.linalg.inv(torch.zeros(2, 2)), "no inverse"),
        (lambda: math.log(0), "the log of 0"),
        (lambda: math.exp(1000), "ends at 709"),
        (lambda: inference(), "torch.inference_mode()"),
        (lambda: torch.relu * A, "brackets are missing"),
        (lambda: A.mean + 1, "brackets are missing"),
        (lambda: torch.exp(A.mean), "brackets are missing"),
        (lambda: A.size[0], "brackets are missing"),
        (lambda: A.mean.item(), "brackets are missing"),
        (lambda: torch.autograd.grad(ROOT.sum(), A.clone().requires_grad_()), "a copy of it is"),
        (lambda: torch.autograd.grad(ROOT.sum(), A), "before it is used"),
        (lambda: (2 * ROOT).requires_grad_(False), "`x.detach().requires_grad_()`"),
        (lambda: A.long().requires_grad_(), "`.float()` first"),
        (lambda: twice_backward(), "compute the result anew"),
        (lambda: nn.functional.binary_cross_entropy_with_logits(A, A[0]), "(2, 3) and (3)"),
        (lambda: torch.stack([1.0, 2.0]), "`torch.tensor([…])`"),
        (lambda: A.grad.sum(), "nothing has filled"),
        (lambda: todo(), "`entropy`, which it calls, still ends in its TODO"),
        (lambda: (lambda x: x)(), "leaves out"),
    ],
)
def test_plain_words(fails, words):
    with pytest.raises(Exception) as caught:
        fails()
    assert words in plain(caught.value), str(caught.value)
