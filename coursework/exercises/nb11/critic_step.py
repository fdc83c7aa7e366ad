"""Exercise `critic_step`: one update of a Wasserstein critic with its penalty."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.optim import SGD, Optimizer

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.gan_played import plain_number
from coursework.exercises.nb11.mixing import gradient_penalty
from coursework.exercises.rules import Wrong, named

CALLS = 2  # gradients that are not zeroed show from the second call on


def critic_step(
    generator: nn.Module, critic: nn.Module, opt: Optimizer, x_real: Tensor, z: Tensor, mix: Tensor,
    weight: float,
) -> float:  # fmt: skip
    """One update of the critic: its estimate of W1, before the update.

    It descends mean critic(fake) − mean critic(real) + weight · mean gradient_penalty, and returns
    mean critic(real) − mean critic(fake). Gulrajani et al., 2017, algorithm 1.
    """
    x_fake = generator(z).detach()
    estimate = critic(x_real).mean() - critic(x_fake).mean()
    loss = -estimate + weight * gradient_penalty(critic, x_real, x_fake, mix).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    return estimate.item()


def _cases(generator: Generator) -> Iterator[Case]:
    for label, column in (("two steps in a row", True), ("a critic that returns (N,)", False)):
        g = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 2))
        last = [] if column else [nn.Flatten(0)]
        d = nn.Sequential(nn.Linear(2, 6), nn.Tanh(), nn.Linear(6, 1), *last)
        x_real, z, mix = _draw(generator, g, d)
        while not _has_both_slopes(g, d, x_real[0], z[0], mix[0]):
            x_real, z, mix = _draw(generator, g, d)
        weight = 2.0 + 3.0 * float(torch.rand((), generator=generator))
        yield Case((g, d, x_real, z, mix, weight), label)


def _draw(generator: Generator, g: nn.Module, d: nn.Module) -> tuple[Tensor, Tensor, Tensor]:
    """Weights for both networks; real points, noise and shares for each call."""
    with torch.no_grad():
        for p in (*g.parameters(), *d.parameters()):
            p.copy_(0.8 * torch.randn(p.shape, generator=generator))
    x_real = 1.5 + torch.randn(CALLS, 6, 2, generator=generator)
    z = torch.randn(CALLS, 6, 3, generator=generator)
    return x_real, z, torch.rand(CALLS, 6, generator=generator)


def _has_both_slopes(g: nn.Module, d: nn.Module, x: Tensor, z: Tensor, mix: Tensor) -> bool:
    """Whether slopes below 1 cost something in the first call, and slopes above it do."""
    both, above = (gradient_penalty(d, x, g(z), mix, one_sided) for one_sided in (False, True))
    return bool((both - above).mean() > 0.02 and above.mean() > 0.02)


def _observe(
    fn: Wrong, g: nn.Module, d: nn.Module, x_real: Tensor, z: Tensor, mix: Tensor, weight: float
) -> Any:
    """Estimates, the critic's weights, the generator's, and what is left in G's gradients."""
    g, d = copy.deepcopy(g), copy.deepcopy(d)
    opt, estimates = SGD(d.parameters(), lr=0.1), []
    for x, noise, share in zip(x_real, z, mix, strict=True):
        returned = fn(g, d, opt, x.clone(), noise.clone(), share.clone(), weight)
        estimates.append(plain_number(returned))
    left = sum(p.grad.abs().sum() for p in g.parameters() if p.grad is not None)
    return (
        torch.tensor(estimates),
        nn.utils.parameters_to_vector(d.parameters()).detach(),
        nn.utils.parameters_to_vector(g.parameters()).detach(),
        torch.as_tensor(left, dtype=torch.float32),
    )


@dataclass(frozen=True)
class Update:
    """The arguments, and the parts of the right loss."""

    g: nn.Module
    d: nn.Module
    opt: Optimizer
    x: Tensor
    z: Tensor
    mix: Tensor
    weight: float

    def fakes(self) -> Tensor:
        return self.g(self.z).detach()

    def estimate(self, fake: Tensor) -> Tensor:
        return self.d(self.x).mean() - self.d(fake).mean()

    def penalty(self, fake: Tensor, one_sided: bool = False) -> Tensor:
        return gradient_penalty(self.d, self.x, fake, self.mix, one_sided)

    def descend(self, loss: Tensor, zero: bool = True) -> None:
        if zero:
            self.opt.zero_grad()
        loss.backward()
        self.opt.step()


def stepping(act: Callable[[Update], Any]) -> Wrong:
    return lambda *args: act(Update(*args))


def descending(loss: Callable[[Update, Tensor], Tensor], zero: bool = True) -> Wrong:
    """A step on another loss, which returns the right estimate."""

    def act(t: Update) -> float:
        fake = t.fakes()
        estimate = t.estimate(fake).item()
        t.descend(loss(t, fake), zero)
        return estimate

    return stepping(act)


def right_loss(t: Update, fake: Tensor) -> Tensor:
    return -t.estimate(fake) + t.weight * t.penalty(fake).mean()


def returning(value: Callable[[Update, Tensor, float], float]) -> Wrong:
    """The right step, and another number: `value(t, fakes, loss)` after the step."""

    def act(t: Update) -> float:
        fake = t.fakes()
        loss = right_loss(t, fake)
        before = loss.item()
        t.descend(loss)
        return value(t, fake, before)

    return stepping(act)


def undetached(t: Update) -> float:
    fake = t.g(t.z)
    estimate = t.estimate(fake)
    t.descend(-estimate + t.weight * t.penalty(fake).mean())
    return estimate.item()


def moving_g(t: Update) -> float:
    estimate = undetached(t)
    with torch.no_grad():
        for p in t.g.parameters():
            p -= 0.1 * (p.grad if p.grad is not None else 0)
            p.grad = None
    return estimate


def two_steps(t: Update) -> float:
    fake = t.fakes()
    estimate = t.estimate(fake).item()
    t.descend(-t.estimate(fake))
    t.descend(t.weight * t.penalty(fake).mean())
    return estimate


CRITIC_STEP = Exercise(
    name="critic_step", notebook="11", title="one update of a critic, with its penalty",
    reference=critic_step, cases=_cases, observe=_observe, points=4, rtol=1e-3, atol=1e-4,
    mistakes=named({
        "fakes_not_detached": ("The critic ends right, and its backward has also filled the "
            "generator's `.grad`. The fakes are given: `generator(z).detach()`.",
            stepping(undetached)),
        "generator_moves": ("The generator moved. This is the critic's update: only `opt` steps.",
            stepping(moving_g)),
        "not_zeroed": ("The critic's gradients of the last call are still in there: `backward()` "
            "adds. `opt.zero_grad()` before it.", descending(right_loss, zero=False)),
        "no_step": ("The critic doesn't move: `opt.step()` is missing, or the gradients were "
            "zeroed between backward and step.", stepping(lambda t: t.estimate(t.fakes()).item())),
        "descends_the_estimate": ("The critic makes its estimate *small*. It descends mean "
            "critic(fake) − mean critic(real), so that the real ones rise.",
            descending(lambda t, f: t.estimate(f) + t.weight * t.penalty(f).mean())),
        "climbs": ("The critic goes up in its loss, penalty included: there is a minus too many.",
            descending(lambda t, f: -right_loss(t, f))),
        "penalty_missing": ("The critic learns nothing from a penalty: it is missing, or its "
            "gradient was cut off (`.item()`, `.detach()`, no `create_graph=True`). So the critic "
            "only has to grow, and its estimate has no bound.",
            descending(lambda t, f: -t.estimate(f)),
            descending(lambda t, f: -t.estimate(f) + t.weight * t.penalty(f).mean().item())),
        "penalty_alone": ("Only the penalty is descended: the two means of the critic are missing.",
            descending(lambda t, f: t.weight * t.penalty(f).mean())),
        "weight_missing": ("The penalty comes without its `weight`.",
            descending(lambda t, f: -t.estimate(f) + t.penalty(f).mean())),
        "weight_is_10": ("The penalty's weight is 10 in yours, whatever `weight` says.",
            descending(lambda t, f: -t.estimate(f) + 10 * t.penalty(f).mean())),
        "weight_halved": ("The penalty is halved. λ has no ½ here; γ of R1 has.",
            descending(lambda t, f: -t.estimate(f) + t.weight / 2 * t.penalty(f).mean())),
        "weight_on_everything": ("`weight` multiplies the whole loss. It belongs to the penalty.",
            descending(lambda t, f: t.weight * (t.penalty(f).mean() - t.estimate(f)))),
        "penalty_subtracted": ("The penalty is subtracted, so steep is rewarded.",
            descending(lambda t, f: -t.estimate(f) - t.weight * t.penalty(f).mean())),
        "penalty_summed": ("You summed the penalty over the batch. Take its mean.",
            descending(lambda t, f: -t.estimate(f) + t.weight * t.penalty(f).sum())),
        "scores_summed": ("You summed the critic's scores over the batch. Take the mean of each "
            "half.", descending(lambda t, f: t.d(f).sum() - t.d(t.x).sum()
                + t.weight * t.penalty(f).mean())),
        "one_sided": ("You took the one-sided penalty. Asked for is the usual one, on both sides.",
            descending(lambda t, f: -t.estimate(f) + t.weight * t.penalty(f, True).mean())),
        "mix_turned": ("Real and fake changed places in the penalty: `gradient_penalty(critic, "
            "x_real, x_fake, mix)`.", descending(lambda t, f: -t.estimate(f)
                + t.weight * gradient_penalty(t.d, f, t.x, t.mix).mean())),
        "own_penalty_points": ("The penalty is taken at other points than `mix` gives: at the real "
            "ones, at the fakes, or half way.",
            descending(lambda t, f: -t.estimate(f)
                + t.weight * gradient_penalty(t.d, t.x, f, torch.ones_like(t.mix)).mean()),
            descending(lambda t, f: -t.estimate(f)
                + t.weight * gradient_penalty(t.d, t.x, f, torch.zeros_like(t.mix)).mean()),
            descending(lambda t, f: -t.estimate(f)
                + t.weight * gradient_penalty(t.d, t.x, f, torch.full_like(t.mix, 0.5)).mean())),
        "logistic": ("That is the loss of a discriminator, with logs. A critic's is the plain "
            "difference of two means.", descending(lambda t, f:
                nn.functional.softplus(-t.d(t.x)).mean() + nn.functional.softplus(t.d(f)).mean()
                + t.weight * t.penalty(f).mean())),
        "two_steps": ("The critic steps twice, once for the scores and once for the penalty. Add "
            "both, then one backward and one step.", stepping(two_steps)),
        "loss_returned": ("The critic ends right; you return the loss. Asked for is the estimate, "
            "mean critic(real) − mean critic(fake), without the penalty.",
            returning(lambda t, f, loss: loss), returning(lambda t, f, loss: -loss)),
        "estimate_turned": ("The critic ends right; the estimate has the wrong sign. It is real "
            "minus fake.",
            stepping(lambda t: -critic_step(t.g, t.d, t.opt, t.x, t.z, t.mix, t.weight))),
        "estimate_afterwards": ("The critic ends right; the estimate is the one *after* the "
            "update. Take it from the scores that the loss was made of.",
            returning(lambda t, f, loss: t.estimate(f).item())),
    }),
    hints=["As D's half of `gan_step`: detached fakes, a loss, zero, backward, step. Only the loss "
           "is another one.",
           "The estimate is `critic(x_real).mean() - critic(x_fake).mean()`. The loss is minus "
           "that, plus `weight` times the mean of `gradient_penalty(critic, x_real, x_fake, mix)`.",
           "`loss = -estimate + weight * gradient_penalty(critic, x_real, x_fake, mix).mean()`, "
           "then `opt.zero_grad()`, `loss.backward()`, `opt.step()`, `return estimate.item()`."],
)  # fmt: skip
