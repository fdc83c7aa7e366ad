"""The numbers that training recorded, and the check that losses are finite."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

CHECK_EVERY = 50  # steps between two checks of the loss: each check waits for the device


class TrainingStopped(ArithmeticError):
    """A loss became NaN or infinite; the message says at which step, and the likely cause."""


@dataclass
class History:
    """What `step` returned: `history["loss"]` is a list of floats, one per step.

    seconds: how long training took · waiting: numbers of the last steps, still on the device.
    """

    values: dict[str, list[float]] = field(default_factory=dict)
    steps_per_epoch: int = 1
    seconds: float = 0.0
    started: float = field(default_factory=time.perf_counter, repr=False)
    waiting: list[dict[str, Tensor | float]] = field(default_factory=list, repr=False)

    def __getitem__(self, key: str) -> list[float]:
        """The number `key` at every step. Raises KeyError that names what was recorded."""
        if key not in self.values:
            raise KeyError(f"step recorded no {key!r}; it recorded {', '.join(self.values)}")
        return self.values[key]

    @property
    def steps(self) -> int:
        """How many steps are recorded; those still waiting don't count."""
        return max((len(values) for values in self.values.values()), default=0)

    def epoch_means(self, key: str = "loss") -> list[float]:
        """Mean of `key` in each epoch; the last epoch may be unfinished."""
        values, size = self[key], self.steps_per_epoch
        epochs = [values[i : i + size] for i in range(0, len(values), size)]
        return [sum(epoch) / len(epoch) for epoch in epochs]

    def latest(self) -> str:
        """Mean of each number over the last 50 steps, as text."""
        recent = {key: values[-50:] for key, values in self.values.items()}
        return " · ".join(f"{key} {sum(v) / len(v):.4g}" for key, v in recent.items())

    def add(self, values: Mapping[str, Any], flush: bool = False) -> None:
        """Record one step. Its numbers stay on the device until 50 steps wait, or until `flush`."""
        self.waiting.append({key: _detached(value) for key, value in values.items()})
        if flush or len(self.waiting) >= CHECK_EVERY:
            self.flush()

    def flush(self) -> None:
        """Copy the waiting numbers from the device at once.

        Raises TrainingStopped for a number whose name ends in "loss" and that is NaN or infinite.
        """
        waiting, self.waiting = self.waiting, []
        for key in waiting[0] if waiting else ():
            self.values.setdefault(key, []).extend(_floats([values[key] for values in waiting]))
        self.seconds = time.perf_counter() - self.started  # a GPU has done the steps by now
        for key in self.values:
            if key.endswith("loss"):
                _check_finite(key, self.values[key], len(waiting))


def _detached(value: Any) -> Tensor | float:
    return value.detach() if isinstance(value, Tensor) else float(value)


def _floats(column: list[Tensor | float]) -> list[float]:
    """The column as floats; the tensors among them come over from their device together."""
    tensors = [value for value in column if isinstance(value, Tensor)]
    together = [tensor.to(tensors[-1].device) for tensor in tensors]
    brought = iter(torch.stack(together).tolist() if together else [])
    return [next(brought) if isinstance(value, Tensor) else value for value in column]


def _check_finite(key: str, values: list[float], new: int) -> None:
    """Raise TrainingStopped at the first of the `new` last values that is not finite."""
    for number in range(len(values) - new, len(values)):
        if not math.isfinite(values[number]):
            start = f"the {key} became {values[number]} at step {number + 1}. "
            raise TrainingStopped(start + _likely_cause(values[:number]))


def _likely_cause(before: list[float]) -> str:
    if not before:
        return (
            "It was so from the start: look for NaN in the data, the log of 0, a division by 0,"
            " or exp of a large number in step."
        )
    lowest, highest = min(before), max(before[-20:])
    if highest > 10 * abs(lowest) + 1e-6:
        return (
            f"It had grown from {lowest:.4g} to {highest:.4g} before that:"
            " the learning rate is too high."
        )
    return (
        f"It was {before[-1]:.4g} one step earlier: look for the log of 0, a division by 0,"
        " exp of a large number, or sqrt at 0 (its gradient is infinite) in step."
    )
