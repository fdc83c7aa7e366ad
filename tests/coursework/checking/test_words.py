"""Errors that learners really meet, raised for real, in plain words."""

import pytest
import torch

from coursework.checking.words import plain

A, B = torch.ones(2, 3), torch.ones(4, 5)
ROOT = torch.ones(3, requires_grad=True)


@pytest.mark.parametrize(
    "fails, words",
    [
        (lambda: A @ B, "inner sizes"),
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
        (lambda: (lambda x: x)(), "leaves out"),
    ],
)
def test_plain_words(fails, words):
    with pytest.raises(Exception) as caught:
        fails()
    assert words in plain(caught.value), str(caught.value)
