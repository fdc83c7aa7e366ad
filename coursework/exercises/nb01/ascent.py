"""`ascend_class_score`: change an image until a classifier likes it."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Generator, Tensor, nn

from coursework.checking.compare import close, describe, shape
from coursework.checking.exercise import Case, Exercise, InterfaceError, Mistake, Property
from coursework.exercises.nb01.wrong_climbs import (
    KNOWN,
    ascend_class_score,
    climb,
    in_place,
    trains_the_model,
)

KEPT = 0.25  # share of the reference's gain in the logit that any way of climbing must reach


def _observe(
    fn: Callable[..., Any], model: nn.Module, x: Tensor, target: int, steps: int, lr: float
) -> dict[str, Any]:
    """The image, what it did to its target logit, and what the call left behind."""
    before = [w.detach().clone() for w in (*model.parameters(), *model.buffers())]
    start, untouched = x.detach().clone(), copy.deepcopy(model)
    y = fn(model, x, target, steps, lr)
    if not isinstance(y, Tensor):
        raise InterfaceError(
            f"you should return the changed images, a tensor of shape {shape(start)}; yours is "
            f"{describe(y)}"
        )
    if y.shape != start.shape:
        raise InterfaceError(
            f"what you return has shape {shape(y)}; it should be images, {shape(start)}"
        )
    y = y.detach().float()
    after = [*model.parameters(), *model.buffers()]
    with torch.no_grad():
        gain = untouched(y)[:, target] - untouched(start)[:, target]
    return {
        "x": y,
        "gain": gain,
        "weights_changed": not all(
            torch.equal(a.detach(), b) for a, b in zip(after, before, strict=True)
        ),
        "argument_changed": not torch.equal(x.detach(), start),
        "moved": not close(y, start, 0.0, 1e-7),
        "known_as": _recognized(untouched, start, target, steps, lr, y),
    }


def _recognized(
    model: nn.Module, x: Tensor, target: int, steps: int, lr: float, y: Tensor
) -> set[str]:
    """Names of the known formulas (the right one is "right") that give the image y."""
    if close(y, ascend_class_score(model, x, target, steps, lr), 1e-4, 1e-6):
        return (
            {"right", "mean_over_batch"} if len(x) == 1 else {"right"}
        )  # one image is its own mean
    found = set()
    for name, formula in KNOWN.items():
        with contextlib.suppress(IndexError):  # there may be no example number `target`
            if close(y, formula(model, x, target, steps, lr), 1e-4, 1e-6):
                found.add(name)
    return found


def _inside(value: dict[str, Any]) -> bool:
    x = value["x"]
    return bool((x >= -1e-6).all() and (x <= 1 + 1e-6).all())


def _same(yours: dict[str, Any], truth: dict[str, Any]) -> bool:
    """Any way of climbing will do, as long as each image gains and nothing else is touched."""
    if yours["weights_changed"] or yours["argument_changed"]:
        return False
    if not _inside(yours):
        return False
    if yours["known_as"]:
        return "right" in yours["known_as"]
    return bool((yours["gain"] >= KEPT * truth["gain"]).all())


def _known(name: str, message: str) -> Mistake:
    return Mistake(
        name, message, KNOWN[name], when=lambda seen, case: name in seen.value["known_as"]
    )


MISTAKES = [
    Mistake(
        "changes_weights",
        "Your function changes the weights of the model. Only the image may move: "
        "differentiate with "
        "respect to `x`, and give no optimizer `model.parameters()`.",
        trains_the_model,
        when=lambda seen, case: seen.value["weights_changed"],
    ),
    Mistake(
        "mutated_argument",
        "Your function changes its argument `x` in place, so the caller's images are changed too. "
        "Begin with a copy: `x = x.clone()`.",
        in_place,
        when=lambda seen, case: seen.value["argument_changed"],
    ),
    Mistake(
        "returns_the_start",
        "You return the images as they came. Did the changed `x` get lost, because only a copy was "
        "updated?",
        lambda model, x, target, steps, lr: x,
        when=lambda seen, case: not seen.value["moved"],
    ),
    Mistake(
        "leaves_range",
        "Your images leave [0, 1], so they are no images any more. Clamp after each step: "
        "`x.clamp(0, 1)`.",
        climb(clamp=False),
        when=lambda seen, case: not _inside(seen.value),
    ),
    _known(
        "mean_over_batch",
        "You averaged the logits over the batch, which divides each image's gradient by N: the "
        "result of one image depends on how many others came along. Sum them.",
    ),
    _known(
        "all_logits",
        "You raise the sum of all logits. Pick the target's column: `model(x)[:, target]`.",
    ),
    _known(
        "predicted_class",
        "You raise the logit of the class that the model already prefers. Raise the target's: "
        "`model(x)[:, target]`.",
    ),
    _known(
        "example_not_class",
        "`model(x)[target]` is the row of *example* number `target`. The logits are (N, C): the "
        "column of the class is `model(x)[:, target]`.",
    ),
    _known(
        "probability",
        "You climb the probability. Its gradient is p(1 − p) times the logit's and all but "
        "vanishes "
        "where the model is sure of something else. Climb the logit: leave out `softmax`.",
    ),
    _known(
        "log_probability",
        "You climb the log-probability. It rises when other classes fall, "
        "too, and flattens out. Asked for is the target's logit: leave out `log_softmax`.",
    ),
    _known(
        "cross_entropy",
        "You descend the cross-entropy, which climbs the log-probability, averaged over the batch. "
        "Asked for is the target's logit itself, summed: `model(x)[:, target].sum()`.",
    ),
    _known(
        "one_step", "You took one step. Repeat it `steps` times, with a new gradient each time."
    ),
    _known(
        "stale_gradient",
        "You computed the gradient once, at the start, and reused it. "
        "The slope changes as the image "
        "changes: compute it anew inside the loop.",
    ),
    _known(
        "gradient_accumulates",
        "Your gradients pile up: `backward()` adds to `x.grad`. "
        "Set it to None after each step, or use "
        "`torch.autograd.grad`.",
    ),
    Mistake(
        "descends",
        "The target logit falls: you go downhill. To raise a score, *add* the gradient, "
        "`x + lr * gradient`; to use an optimizer, minimize minus the logit.",
        KNOWN["wrong_way"],
        when=lambda seen, case: bool((seen.value["gain"] < 0).all()),
    ),
]


def _model(pixels: int, classes: int, generator: Generator) -> nn.Sequential:
    """A small bent classifier with weights drawn from `generator`."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(pixels, 12), nn.Tanh(), nn.Linear(12, classes))
    with torch.no_grad():
        for weight, size in zip(model.parameters(), (0.35, 0.1, 0.9, 0.5), strict=True):
            weight.copy_(size * torch.randn(weight.shape, generator=generator))
    return model.eval()


def _cases(generator: Generator) -> Iterator[Case]:
    def case(n: int, target: int, label: str) -> Case:
        model = _model(25, 4, generator)
        x = torch.rand(n, 1, 5, 5, generator=generator)
        x[:, :, 0] = (x[:, :, 0] > 0.5).float()  # pixels at the edge: without a clamp they leave
        with torch.no_grad():  # at the start no image is taken for the target
            logits = model(x)
            others = logits[:, torch.arange(4) != target].max(1).values
            model[-1].bias[target] -= (logits[:, target] - others).max() + 2.5
        return Case((model, x, target, 12, 0.04), label)

    yield case(5, 2, "five images")
    yield case(4, 3, "four images")
    yield case(1, 0, "a single image")


def _no_steps(fn: Callable[..., Any], generator: Generator) -> str | None:
    model, x, target, _, lr = next(_cases(generator)).args
    gap = float((fn(model, x.clone(), target, 0, lr) - x).abs().max().detach())
    return (
        None
        if gap < 1e-6
        else (f"with `steps` = 0 the images must come back as they are; yours differ by {gap:.3g}")
    )


ASCEND_CLASS_SCORE = Exercise(
    name="ascend_class_score",
    notebook="01",
    title="change an image until the classifier likes it",
    reference=ascend_class_score,
    cases=_cases,
    observe=_observe,
    same=_same,
    mistakes=MISTAKES,
    properties=[Property("no steps", _no_steps)],
    hints=[
        "In training, the gradient with respect to the weights goes downhill in a loss. Here the "
        "weights stay, and the gradient with respect to the *image* goes uphill in the target's "
        "logit.",
        "Inside the loop: let `x` require a gradient, sum the target's column of `model(x)`, ask "
        "`torch.autograd.grad(score, x)` (it leaves the weights' `.grad` alone), take a step, "
        "clamp.",
        "`x = x.detach().requires_grad_()`, `score = model(x)[:, target].sum()`, "
        "`(gradient,) = torch.autograd.grad(score, x)`, `x = (x + lr * gradient).clamp(0, 1)`; "
        "after "
        "the loop, `return x.detach()`.",
    ],
    points=3,
)
