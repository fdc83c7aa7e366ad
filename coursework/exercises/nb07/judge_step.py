"""Exercise `judge_step`: one update of a judge on real points and on fakes that are given."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F
from torch.optim import SGD, Optimizer

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.gan_played import plain_number
from coursework.exercises.rules import Wrong, named

CALLS = 2  # gradients that are not zeroed show from the second call on


def judge_step(judge: nn.Module, optimizer: Optimizer, real: Tensor, fake: Tensor) -> float:
    """One step of gradient descent on −V, from logits: V on this batch, before the step."""
    fake = fake.detach()
    loss = F.softplus(-judge(real)).mean() + F.softplus(judge(fake)).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return -loss.item()


def _cases(generator: Generator) -> Iterator[Case]:
    for label, column in (("two steps in a row", True), ("a judge that returns (N,)", False)):
        last = [] if column else [nn.Flatten(0)]
        judge = nn.Sequential(nn.Linear(1, 6), nn.Tanh(), nn.Linear(6, 1), *last)
        g = nn.Linear(1, 1)
        with torch.no_grad():
            for p in (*judge.parameters(), *g.parameters()):
                p.copy_(0.8 * torch.randn(p.shape, generator=generator) + 0.1)
        real = 1.0 + torch.randn(CALLS, 9, 1, generator=generator)
        noise = torch.randn(CALLS, 5, 1, generator=generator)
        yield Case((judge, g, real, noise), label)


def _observe(fn: Wrong, judge: nn.Module, g: nn.Module, real: Tensor, noise: Tensor) -> Any:
    """Values returned, the judge's weights, and the gradient that reaches the fakes."""
    judge, values, reached = copy.deepcopy(judge), [], torch.zeros(())
    optimizer = SGD(judge.parameters(), lr=0.3)
    for x, z in zip(real, noise, strict=True):
        fake = g(z).detach().requires_grad_()
        values.append(plain_number(fn(judge, optimizer, x.clone(), fake)))
        if fake.grad is not None:
            reached = reached + fake.grad.abs().sum()
    return (
        torch.tensor(values),
        nn.utils.parameters_to_vector(judge.parameters()).detach(),
        reached,
    )


@dataclass(frozen=True)
class Step:
    """The arguments, the two logits, and the right loss."""

    judge: nn.Module
    optimizer: Optimizer
    real: Tensor
    fake: Tensor

    def halves(self) -> tuple[Tensor, Tensor]:
        return self.judge(self.real), self.judge(self.fake.detach())

    def descend(self, loss: Tensor, zero: bool = True) -> None:
        if zero:
            self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()


def right_loss(real: Tensor, fake: Tensor) -> Tensor:
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def descending(loss: Callable[[Tensor, Tensor], Tensor], zero: bool = True) -> Wrong:
    """A step on another loss of the two logits, which returns the right value."""

    def act(*args: Any) -> float:
        step = Step(*args)
        value = -right_loss(*step.halves()).item()
        step.descend(loss(*step.halves()), zero)
        return value

    return act


def returning(value: Callable[[Step, float], float]) -> Wrong:
    """The right step, and another number: `value(step, loss)` after the step."""

    def act(*args: Any) -> float:
        step = Step(*args)
        loss = right_loss(*step.halves())
        before = loss.item()
        step.descend(loss)
        return value(step, before)

    return act


def _undetached(*args: Any) -> float:
    step = Step(*args)
    loss = right_loss(step.judge(step.real), step.judge(step.fake))
    step.descend(loss)
    return -loss.item()


def _not_moved(*args: Any) -> float:
    step = Step(*args)
    loss = right_loss(*step.halves())
    step.optimizer.zero_grad()
    loss.backward()
    return -loss.item()


def _twice(*args: Any) -> float:
    step = Step(*args)
    real, fake = step.halves()
    value = -right_loss(real, fake).item()
    step.descend(F.softplus(-real).mean())
    step.descend(F.softplus(step.judge(step.fake.detach())).mean())
    return value


def _in_one_mean(real: Tensor, fake: Tensor) -> Tensor:
    return torch.cat([F.softplus(-real), F.softplus(fake)]).mean()


def _all_in_one_mean(*args: Any) -> float:
    """The step and the value returned are those of one mean over all points."""
    step = Step(*args)
    loss = _in_one_mean(*step.halves())
    step.descend(loss)
    return -loss.item()


JUDGE_STEP = Exercise(
    name="judge_step", notebook="07", title="one update of a judge, the points given",
    reference=judge_step, cases=_cases, observe=_observe, points=3, rtol=1e-3, atol=1e-4,
    mistakes=named({
        "fakes_not_detached": ("The judge ends right, and its backward has also filled the "
            "gradients of whoever made the fakes. The points are given here: `fake.detach()`.",
            _undetached),
        "labels_swapped": ("Your judge learns P(*fake*): real points should have a large logit. "
            "−log D is `softplus(-logit)` on real points, −log(1 − D) is `softplus(logit)` on "
            "fakes.", descending(lambda r, f: F.softplus(r).mean() + F.softplus(-f).mean())),
        "climbs": ("The judge makes V *small*: you descend V. It descends −V.",
            descending(lambda r, f: -right_loss(r, f))),
        "real_half_only": ("Only the real half is learned from, so the judge says \"real\" to "
            "everything. Add the mean over the fakes.",
            descending(lambda r, f: F.softplus(-r).mean())),
        "fake_half_only": ("Only the fakes are learned from, so the judge says \"fake\" to "
            "everything. Add the mean over the real points.",
            descending(lambda r, f: F.softplus(f).mean())),
        "all_called_real": ("Real points and fakes are both labeled real. For fakes the loss is "
            "−log(1 − D), `softplus(logit)`.",
            descending(lambda r, f: F.softplus(-r).mean() + F.softplus(-f).mean())),
        "one_mean": ("You took one mean over all points together. Nine real points and five fakes "
            "are not half and half then, and the best answer is no longer p_data/(p_data + p_G). "
            "One mean over each half, added.", descending(_in_one_mean), _all_in_one_mean),
        "halved": ("You halved the loss: the mean of two means. V is their sum, so add them.",
            descending(lambda r, f: right_loss(r, f) / 2)),
        "summed": ("You summed over the points. Take the mean of each half.",
            descending(lambda r, f: F.softplus(-r).sum() + F.softplus(f).sum())),
        "plain_logits": ("You compare the logits themselves, without a log of a probability: that "
            "is the loss of a Wasserstein critic. Here it is `softplus`.",
            descending(lambda r, f: f.mean() - r.mean())),
        "squared": ("That is the squared error of D. V has logs in it: `softplus`.",
            descending(lambda r, f: (1 - r.sigmoid()).pow(2).mean() + f.sigmoid().pow(2).mean())),
        "no_log": ("You descend 1 − D on real points plus D on fakes. V has logs in it: "
            "`softplus`.", descending(lambda r, f: 1 - r.sigmoid().mean() + f.sigmoid().mean())),
        "generators_loss": ("Your fake half is −(−log D), minus what the "
            "generator minimizes. On fakes the judge's score is log(1 − D).",
            descending(lambda r, f: F.softplus(-r).mean() - F.softplus(-f).mean())),
        "sigmoid_twice": ("There is a sigmoid too many: the judge returns logits, and `softplus` "
            "(or a loss \"with logits\") takes them as they are.",
            descending(lambda r, f: right_loss(r.sigmoid(), f.sigmoid()))),
        "not_zeroed": ("The gradients of the last call are still in there: `backward()` adds. Call "
            "`optimizer.zero_grad()` before it.", descending(right_loss, zero=False)),
        "no_step": ("The judge doesn't move: `optimizer.step()` is missing, or the gradients were "
            "zeroed between backward and step.", _not_moved),
        "two_steps": ("You step twice, once for each half, and the second half meets a judge that "
            "has moved. Add both halves, then one backward and one step.", _twice),
        "loss_returned": ("The judge ends right; you return the loss. Asked for is V, which is "
            "minus the loss.", returning(lambda step, loss: loss)),
        "value_afterwards": ("The judge ends right; the value is the one *after* the step. Take it "
            "from the loss that you descended.",
            returning(lambda step, loss: -right_loss(*step.halves()).item())),
        "half_the_value": ("The judge ends right; you return the mean of the two halves. V is "
            "their "
            "sum.", returning(lambda step, loss: -loss / 2)),
    }),
    hints=["Three lines of any training step: zero the gradients, backward, step. Before them "
           "stands the loss, −V on this batch. After them you return V.",
           "With logits a: −log D = `F.softplus(-a)` on real points, −log(1 − D) = `F.softplus(a)` "
           "on fakes. A mean over each, added. The fakes are given: `fake.detach()`.",
           "`loss = F.softplus(-judge(real)).mean() + F.softplus(judge(fake.detach())).mean()`, "
           "`optimizer.zero_grad()`, `loss.backward()`, `optimizer.step()`, "
           "`return -loss.item()`."],
)  # fmt: skip
