"""What one step back is made of, for the wrong ones of `ddpm_step`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from coursework.exercises.nb14.chain import AtTime


@dataclass(frozen=True)
class Step(AtTime):
    """The arguments, and what the formula is made of."""

    x_t: Tensor
    eps_hat: Tensor
    t: int
    betas: Tensor
    noise: Tensor

    @property
    def variance(self) -> Tensor:
        return self.beta * (1 - self.before) / (1 - self.now)

    @property
    def after_the_first(self) -> int:
        """1, and 0 at t = 1."""
        return int(self.t > 1)

    @property
    def shown(self) -> Tensor:
        """The noise as it is added."""
        return self.variance.sqrt() * self.noise

    @property
    def slope(self) -> Tensor:
        """What the guessed noise is multiplied by, before the division by √α."""
        return self.beta / (1 - self.now).sqrt()

    @property
    def alpha(self) -> Tensor:
        return 1 - self.beta

    @property
    def mean(self) -> Tensor:
        return (self.x_t - self.slope * self.eps_hat) / self.alpha.sqrt()

    @property
    def x0_hat(self) -> Tensor:
        return (self.x_t - (1 - self.now).sqrt() * self.eps_hat) / self.now.sqrt()

    def through(self, x0_hat: Tensor) -> Tensor:
        """The step by way of the posterior's mean."""
        known = self.before.sqrt() * self.beta * x0_hat
        mean = (known + self.alpha.sqrt() * (1 - self.before) * self.x_t) / (1 - self.now)
        return mean + self.shown

    def sloped(self, slope: Tensor) -> Tensor:
        return (self.x_t - slope * self.eps_hat) / self.alpha.sqrt() + self.shown


def added(change: Callable[[Step], Tensor]) -> Callable[[Step], Tensor]:
    """The right mean, and the noise in another size."""
    return lambda s: s.mean + change(s) * s.noise


def with_values(s: Step, beta: Tensor, now: Tensor, before: Tensor) -> Tensor:
    """The right formula with other numbers."""
    mean = (s.x_t - beta / (1 - now).sqrt() * s.eps_hat) / (1 - beta).sqrt()
    var = beta * (1 - before) / (1 - now)
    return mean + (s.after_the_first * var).sqrt() * s.noise


def early(s: Step) -> Tensor:
    """Every index one step too early: at t = 1 Python takes the last entries."""
    bar, t = (1 - s.betas).cumprod(0), s.t - 1
    return with_values(s, s.betas[t - 1], bar[t - 1], bar[t - 2])
