"""`ascend_class_score`: change an image until a classifier likes it."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor, nn

from coursework.checking.compare import close, describe, shape
from coursework.checking.exercise import Case, Exercise, InterfaceError, Property
from coursework.exercises.rules import inspected, recognized

KEPT = 0.25  # share of the reference's gain in the logit that any way of climbing must reach


def ascend_class_score(model: nn.Module, x: Tensor, target: int, steps: int, lr: float) -> Tensor:
    """Images (N, ...) whose `target` logit has been raised by gradient ascent within [0, 1]."""
    for _ in range(steps):
        x = x.detach().requires_grad_()
        score = model(x)[:, target].sum()  # each image has only its own logit: no mean
        (gradient,) = torch.autograd.grad(score, x)
        x = (x + lr * gradient).clamp(0, 1)
    return x.detach()


def climb(
    score: Callable[[Tensor, int], Tensor] = lambda logits, t: logits[:, t].sum(),
    clamp: bool = True,
    once: bool = False,
    stale: bool = False,
    accumulate: bool = False,
) -> Callable[..., Tensor]:
    """Gradient ascent with one thing changed."""

    def wrong(model: nn.Module, x: Tensor, target: int, steps: int, lr: float) -> Tensor:
        gradients: list[Tensor] = []
        for _ in range(1 if once else steps):
            x = x.detach().requires_grad_()
            if not (stale and gradients):
                gradients += torch.autograd.grad(score(model(x), target), x)
            x = x + lr * (sum(gradients) if accumulate else gradients[-1])
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


# Recognized by the images that they give.
FORMULAS = {
    "mean_over_batch": ("You averaged the logits over the batch, which divides each image's "
        "gradient by N: the result of one image depends on how many others came along. Sum them.",
        climb(lambda logits, t: logits[:, t].mean())),
    "all_logits": ("You raise the sum of all logits. Raise the target's: `model(x)[:, target]`.",
        climb(lambda logits, t: logits.sum())),
    "predicted_class": ("You raise the logit of the class that the model already prefers. Raise "
        "the target's: `model(x)[:, target]`.",
        climb(lambda logits, t: logits.max(1).values.sum())),
    "example_not_class": ("`model(x)[target]` is the row of *example* number `target`. The logits "
        "are (N, C): the column of the class is `model(x)[:, target]`.",
        climb(lambda logits, t: logits[t].sum())),
    "probability": ("You climb the probability. Its gradient is p(1 − p) times the logit's, almost "
        "0 where the model is sure of another class. Climb the logit: leave out `softmax`.",
        climb(lambda logits, t: logits.softmax(1)[:, t].sum())),
    "log_probability": ("You climb the log-probability. It rises when other classes fall, too, and "
        "flattens out. Asked for is the target's logit: leave out `log_softmax`.",
        climb(lambda logits, t: logits.log_softmax(1)[:, t].sum())),
    "cross_entropy": ("You descend the cross-entropy, which climbs the mean log-probability. Asked "
        "for is the target's logit itself, summed: `model(x)[:, target].sum()`.",
        climb(lambda logits, t: logits.log_softmax(1)[:, t].mean())),
    "climbs_the_loss": ("You add the gradient of a loss, the cross-entropy. A loss is low where "
        "the model is sure of the target, so this climb leads away from it. Add the gradient of "
        "the target's logit, `model(x)[:, target].sum()`.",
        climb(lambda logits, t: -logits.log_softmax(1)[:, t].sum()),
        climb(lambda logits, t: -logits.log_softmax(1)[:, t].mean())),
    "one_step": ("You took one step. Repeat it `steps` times, with a new gradient each time.",
        climb(once=True)),
    "stale_gradient": ("You computed the gradient once, at the start, and reused it. The slope "
        "changes as the image changes: compute it anew inside the loop.", climb(stale=True)),
    "gradient_accumulates": ("Your gradients pile up: `backward()` adds to `x.grad`. Set it to "
        "None after each step, or use `torch.autograd.grad`.", climb(accumulate=True)),
}  # fmt: skip


@dataclass(eq=False)
class Climb:
    """The images that came back, what their target logits gained, and what the call left behind.

    known_as: names of the formulas ("right" among them) that give these images.
    """

    x: Tensor
    gain: Tensor
    weights_changed: bool
    argument_changed: bool
    moved: bool
    known_as: set[str]

    @property
    def inside(self) -> bool:
        return bool((self.x >= -1e-6).all() and (self.x <= 1 + 1e-6).all())

    def __repr__(self) -> str:
        """As a message names it."""
        return f"a gain of {float(self.gain.min()):.3g} in the target's logit"


def _observe(
    fn: Callable[..., Any], model: nn.Module, x: Tensor, target: int, steps: int, lr: float
) -> Climb:
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
    after = [w.detach() for w in (*model.parameters(), *model.buffers())]
    with torch.no_grad():
        gain = untouched(y)[:, target] - untouched(start)[:, target]
    return Climb(
        y,
        gain,
        weights_changed=not all(map(torch.equal, after, before)),
        argument_changed=not torch.equal(x.detach(), start),
        moved=not close(y, start, 0.0, 1e-7),
        known_as=_recognized(untouched, start, target, steps, lr, y),
    )


def _recognized(
    model: nn.Module, x: Tensor, target: int, steps: int, lr: float, y: Tensor
) -> set[str]:
    """Names of the formulas that give the images y."""
    if close(y, ascend_class_score(model, x, target, steps, lr), 1e-4, 1e-6):
        return {"right", "mean_over_batch"} if len(x) == 1 else {"right"}  # one is its own mean
    found = set()
    for name, (_, *formulas) in FORMULAS.items():
        for formula in formulas:
            with contextlib.suppress(IndexError):  # there may be no example number `target`
                if close(y, formula(model, x, target, steps, lr), 1e-4, 1e-6):
                    found.add(name)
    return found


def _same(yours: Climb, truth: Climb) -> bool:
    """Any way of climbing will do, as long as each image gains and nothing else is touched."""
    if yours.weights_changed or yours.argument_changed or not yours.inside:
        return False
    if yours.known_as:
        return "right" in yours.known_as
    return bool((yours.gain >= KEPT * truth.gain).all())


SIDE_EFFECTS = recognized({
    "changes_weights": ("Your function changes the weights of the model. Only the image may move: "
        "differentiate with respect to `x`, and give no optimizer `model.parameters()`.",
        lambda seen, case: seen.value.weights_changed, trains_the_model),
    "mutated_argument": ("Your function changes its argument `x` in place, so the caller's images "
        "are changed too. Begin with a copy: `x = x.clone()`.",
        lambda seen, case: seen.value.argument_changed, in_place),
    "returns_the_start": ("You return the images as they came. Did the changed `x` get lost, "
        "because only a copy was updated?", lambda seen, case: not seen.value.moved,
        lambda model, x, target, steps, lr: x),
    "leaves_range": ("Your images leave [0, 1], so they are no images any more. Clamp after each "
        "step: `x.clamp(0, 1)`.", lambda seen, case: not seen.value.inside, climb(clamp=False)),
})  # fmt: skip

DESCENDS = recognized({
    "descends": ("The target logit falls: you go downhill. Add the gradient of the logit, `x + lr "
        "* gradient`; subtract it if you differentiate minus the logit, as an optimizer does.",
        lambda seen, case: bool((seen.value.gain < 0).all()),
        climb(lambda logits, t: -logits[:, t].sum())),
})  # fmt: skip


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


def _no_steps(fn: Callable[..., Tensor], generator: Generator) -> str | None:
    model, x, target, _, lr = next(_cases(generator)).args
    gap = float((fn(model, x.clone(), target, 0, lr) - x).abs().max().detach())
    if gap < 1e-6:
        return None
    return f"with `steps` = 0 the images must come back as they are; yours differ by {gap:.3g}"


ASCEND_CLASS_SCORE = Exercise(
    name="ascend_class_score",
    notebook="01",
    title="change an image until the classifier likes it",
    reference=ascend_class_score,
    cases=_cases,
    observe=_observe,
    same=_same,
    mistakes=[
        *SIDE_EFFECTS,
        *inspected(FORMULAS, lambda climb: climb.known_as),
        *DESCENDS,
    ],
    properties=[Property("no steps", _no_steps)],
    hints=[
        "In training, the gradient with respect to the weights goes downhill in a loss. Here the "
        "weights stay, and the gradient with respect to the *image* goes uphill in the logit.",
        "Inside the loop: let `x` require a gradient, sum the target's column of `model(x)`, ask "
        "`torch.autograd.grad(score, x)` (it leaves the weights' `.grad` alone), step, clamp.",
        "`x = x.detach().requires_grad_()`, `score = model(x)[:, target].sum()`, "
        "`(gradient,) = torch.autograd.grad(score, x)`, `x = (x + lr * gradient).clamp(0, 1)`; "
        "after the loop, `return x.detach()`.",
    ],
    points=3,
)
