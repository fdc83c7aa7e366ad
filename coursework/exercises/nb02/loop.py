"""Exercise `training_loop`: predict, measure, clear, compute, step, as often as asked."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.optim import Optimizer

from coursework.checking.compare import close, describe, is_scalar
from coursework.checking.exercise import Case, Exercise, InterfaceError
from coursework.exercises.nb02.error import reconstruction_error
from coursework.exercises.rules import Wrong, named, recognized


def training_loop(model: nn.Module, optimizer: Optimizer, x: Tensor, steps: int) -> list[float]:
    """Train model to copy x (N, C, H, W), the whole of it at each step: the loss of each step."""
    losses = []
    for _ in range(steps):
        loss = reconstruction_error(x, model(x)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def _cases(generator: Generator) -> Iterator[Case]:
    for steps, n, label in ((4, 6, "four steps"), (3, 1, "three steps on one image")):
        side = 3
        model = nn.Sequential(
            nn.Flatten(), nn.Linear(9, 2), nn.Linear(2, 9), nn.Unflatten(1, (1, side, side))
        )
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.copy_(0.5 * torch.randn(parameter.shape, generator=generator))
        x = torch.randn(n, 1, side, side, generator=generator)
        yield Case((model, x, steps), label)


def _observe(fn: Wrong, model: nn.Module, x: Tensor, steps: int) -> dict[str, Any]:
    """The losses, what the weights are afterwards, and the name of a fault, "" for none."""
    model = copy.deepcopy(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.5)
    asked: list[int] = []
    model.register_forward_hook(lambda *_: asked.append(1))
    try:
        losses = fn(model, optimizer, x.clone(), steps)
    except RuntimeError as error:
        if "second time" not in str(error) and "inplace operation" not in str(error):
            raise
        losses = []
        fault = "predicted_once" if len(asked) == 1 else "step_before_backward"
    else:
        losses, fault = _as_numbers(losses)
    if not fault and len(losses) == len(x) != steps:
        fault = "one_step_for_each_image"
    weights = torch.cat([p.detach().flatten() for p in model.parameters()])
    return {"losses": losses, "weights": weights, "fault": fault}


def _as_numbers(losses: Any) -> tuple[list[float], str]:
    if losses is None:
        return [], "nothing_returned"
    if is_scalar(losses):
        return [float(losses)], "one_number"
    if isinstance(losses, Tensor) and losses.ndim == 1:
        losses = list(losses)
    if not isinstance(losses, (list, tuple)) or not all(map(is_scalar, losses)):
        raise InterfaceError(f"A list with one number for each step; yours is {describe(losses)}")
    kept = any(isinstance(loss, Tensor) and loss.requires_grad for loss in losses)
    return [float(loss) for loss in losses], "graph_kept" if kept else ""


@dataclass(frozen=True)
class Run:
    """The arguments of the loop."""

    model: nn.Module
    optimizer: Optimizer
    x: Tensor
    steps: int

    def loss(self) -> Tensor:
        return reconstruction_error(self.x, self.model(self.x)).mean()

    def by(self, order: str, times: int | None = None, loss: Any = None) -> list[float]:
        """The loop with its lines in another order: z clears, b goes back, s steps."""
        losses = []
        for _ in range(self.steps if times is None else times):
            value = (loss or self.loss)()
            lines = {"z": self.optimizer.zero_grad, "b": value.backward, "s": self.optimizer.step}
            for line in order:
                lines[line]()
            losses.append(value.item())
        return losses

    def with_loss(self, loss: Any) -> list[float]:
        """The right loop with another loss, a function of x and x_hat."""
        return self.by("zbs", loss=lambda: loss(self.x, self.model(self.x)))

    def measured_after(self) -> list[float]:
        losses = []
        for _ in range(self.steps):
            self.by("zbs", 1)
            losses.append(self.loss().item())
        return losses

    def own_optimizer(self) -> list[float]:
        theirs = torch.optim.Adam(self.model.parameters(), lr=0.01)
        return Run(self.model, theirs, self.x, self.steps).by("zbs")

    def predicted_once(self) -> list[float]:
        loss = self.loss()
        return self.by("zbs", loss=lambda: loss)

    def image_by_image(self) -> list[float]:
        return [Run(self.model, self.optimizer, x[None], 1).by("zbs")[0] for x in self.x]

    def graph_kept(self) -> list[Tensor]:
        kept = []
        self.by("zbs", loss=lambda: kept.append(self.loss()) or kept[-1])
        return kept


def _only_weights_differ(seen: Any, case: Case) -> bool:
    """The first loss is the right one, and the weights moved in another way than by `optimizer`."""
    truth = _observe(training_loop, *case.args)
    value, start = seen.value, _flat(case.args[0])
    right = len(value["losses"]) == len(truth["losses"]) and not value["fault"]
    moved = not close(value["weights"], start)
    return right and moved and close(value["losses"][0], truth["losses"][0])


def _flat(model: nn.Module) -> Tensor:
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def _fault(name: str) -> Any:
    return lambda seen, case: seen.value["fault"] == name


MISTAKES = [
    *recognized({
        "nothing_returned": ("You return nothing. Collect the loss of each step, "
            "`losses.append(loss.item())`, and return the list after the loop.",
            _fault("nothing_returned"), lambda t: t.by("zbs") and None),
        "one_number": ("You return one loss, that of the last step or of the first. Start with "
            "`losses = []`, append in each step, and return the list after the loop.",
            _fault("one_number"), lambda t: t.by("zbs")[-1], lambda t: t.by("zbs", 1)[0]),
        "one_step_for_each_image": ("Your list has an entry for each image, so your loop runs over "
            "`x`. It runs `steps` times, `for _ in range(steps)`, and each step sees all of `x`.",
            _fault("one_step_for_each_image"), lambda t: t.image_by_image()),
        "graph_kept": ("Your list holds tensors with their whole history, so that nothing of "
            "any step can be freed. Append the number, `loss.item()`.",
            _fault("graph_kept"), lambda t: t.graph_kept()),
        "predicted_once": ("The prediction stands before the loop, so every step goes back through "
            "the same old record. Predict and measure again in each step, with the new weights.",
            _fault("predicted_once"), lambda t: t.predicted_once()),
        "step_before_backward": ("The step comes before `loss.backward()`, so it uses the "
            "gradients of the step before, and the first step has none. The order is clear, "
            "compute, step.", _fault("step_before_backward"), lambda t: t.by("szb"),
            lambda t: t.by("sb")),
    }, Run),
    *named({
        "never_cleared": ("The gradients are never cleared. `backward` *adds* to what is there, so "
            "each step also takes those of all steps before. `optimizer.zero_grad()` comes before "
            "`loss.backward()`.", lambda t: t.by("bs")),
        "nothing_moves": ("The weights are the same after your loop as before. Either "
            "`loss.backward()` or `optimizer.step()` is missing, or the gradients are cleared "
            "between the two.",
            lambda t: t.by("z"), lambda t: t.by("bzs"), lambda t: t.by("zb"),
            lambda t: t.by("zs")),
        "measured_after": ("Your losses are measured after each step. Asked for is the loss that "
            "the step lowers, measured before the weights move.",
            lambda t: t.measured_after()),
        "one_step_only": ("You take one step, whatever `steps` is. Is the `return` inside the "
            "loop?", lambda t: t.by("zbs", 1)),
        "one_step_more": ("You take one step more than `steps`.",
            lambda t: t.by("zbs", t.steps + 1)),
        "one_step_less": ("You take one step less than `steps`. `range(1, steps)` leaves one out; "
            "`range(steps)` doesn't.", lambda t: t.by("zbs", t.steps - 1)),
        "summed_over_the_batch": ("You summed the errors over the images. Average them, or the "
            "step grows with the number of images.",
            lambda t: t.with_loss(lambda x, x_hat: reconstruction_error(x, x_hat).sum())),
        "mean_over_pixels": ("You averaged over the pixels, as `nn.MSELoss` does. Here each "
            "image's error is a sum over its pixels: the mean of `reconstruction_error(x, x_hat)`.",
            lambda t: t.with_loss(lambda x, x_hat: (x - x_hat).square().mean())),
        "climbs": ("You go up: the loss has a minus in front, and `optimizer.step()` lowers what "
            "`backward` was called on. The minus is the optimizer's business.",
            lambda t: [-loss for loss in t.with_loss(
                lambda x, x_hat: -reconstruction_error(x, x_hat).mean())],
            lambda t: t.with_loss(lambda x, x_hat: -reconstruction_error(x, x_hat).mean())),
        "sigmoid": ("You put a sigmoid on what the model returns. Here the model's output is the "
            "image itself; logits come in section 3.",
            lambda t: t.with_loss(
                lambda x, x_hat: reconstruction_error(x, x_hat.sigmoid()).mean())),
        "absolute_error": ("Your loss is an absolute error. Use `reconstruction_error(x, x_hat)`, "
            "which squares.",
            lambda t: t.with_loss(lambda x, y: (x - y).abs().flatten(1).sum(1).mean())),
    }, Run),
    *recognized({
        "another_optimizer": ("The weights don't move as `optimizer` would move them. It has the "
            "model's weights and its learning rate already: use the one that you are handed, and "
            "make none of your own.", _only_weights_differ, lambda t: t.own_optimizer()),
    }, Run),
]  # fmt: skip

TRAINING_LOOP = Exercise(
    name="training_loop", notebook="02", title="the plain training loop", reference=training_loop,
    cases=_cases, observe=_observe, mistakes=MISTAKES, points=3, rtol=1e-3,
    hints=["Five lines inside a `for`: predict, measure, clear old gradients, compute new ones, "
           "take a step. Then write the loss down.",
           "`x_hat = model(x)`, `loss = reconstruction_error(x, x_hat).mean()`, and then "
           "`zero_grad`, `backward` and `step`. The first and the last belong to the optimizer, "
           "the second to the loss.",
           "After the measurement: `optimizer.zero_grad()`, `loss.backward()`, "
           "`optimizer.step()`, `losses.append(loss.item())`. After the loop: `return losses`."],
)  # fmt: skip
