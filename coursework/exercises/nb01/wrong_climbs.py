"""`ascend_class_score`, and the wrong climbs that are known by name."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn


def ascend_class_score(model: nn.Module, x: Tensor, target: int, steps: int, lr: float) -> Tensor:
    """Images (N, ...) whose `target` logit has been raised by gradient ascent within [0, 1]."""
    for _ in range(steps):
        x = x.detach().requires_grad_()
        score = model(x)[:, target].sum()  # each image has only its own logit: no mean
        (gradient,) = torch.autograd.grad(score, x)
        x = (x + lr * gradient).clamp(0, 1)
    return x.detach()


def climb(
    score: Callable[[Tensor, int], Tensor] = lambda logits, target: logits[:, target].sum(),
    clamp: bool = True,
    once: bool = False,
    stale: bool = False,
    accumulate: bool = False,
) -> Callable[..., Tensor]:
    """Gradient ascent with one thing changed."""

    def wrong(model: nn.Module, x: Tensor, target: int, steps: int, lr: float) -> Tensor:
        total = torch.zeros_like(x)
        gradient = None
        for _ in range(1 if once else steps):
            x = x.detach().requires_grad_()
            if gradient is None or not stale:
                (gradient,) = torch.autograd.grad(score(model(x), target), x)
            total = total + gradient
            x = x + lr * (total if accumulate else gradient)
            x = x.clamp(0, 1) if clamp else x
        return x.detach()

    return wrong


def trains_the_model(model: nn.Module, x: Tensor, target: int, steps: int, lr: float) -> Tensor:
    for _ in range(steps):
        x = x.detach().requires_grad_()
        gradients = torch.autograd.grad(model(x)[:, target].sum(), [x, *model.parameters()])
        x = (x + lr * gradients[0]).clamp(0, 1)
        with torch.no_grad():
            for weight, gradient in zip(model.parameters(), gradients[1:], strict=True):
                weight += 0.01 * lr * gradient
    return x.detach()


def in_place(model: nn.Module, x: Tensor, target: int, steps: int, lr: float) -> Tensor:
    return x.copy_(ascend_class_score(model, x, target, steps, lr))


# Known formulas: recognized by the image they give.
KNOWN = {
    "wrong_way": climb(lambda logits, target: -logits[:, target].sum()),
    "mean_over_batch": climb(lambda logits, target: logits[:, target].mean()),
    "all_logits": climb(lambda logits, target: logits.sum()),
    "predicted_class": climb(lambda logits, target: logits.max(1).values.sum()),
    "example_not_class": climb(lambda logits, target: logits[target].sum()),
    "probability": climb(lambda logits, target: logits.softmax(1)[:, target].sum()),
    "log_probability": climb(lambda logits, target: logits.log_softmax(1)[:, target].sum()),
    "cross_entropy": climb(lambda logits, target: logits.log_softmax(1)[:, target].mean()),
    "one_step": climb(once=True),
    "stale_gradient": climb(stale=True),
    "gradient_accumulates": climb(accumulate=True),
}
