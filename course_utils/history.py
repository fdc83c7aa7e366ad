"""What a training run recorded, and the check that its losses are numbers."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

CHECK_EVERY = 50  # steps between two looks at the loss; each look waits for the device


class TrainingStopped(ArithmeticError):
    """The loss became NaN or infinite; the message says at which step, and the likely cause."""


@dataclass
class History:
    """What `step` returned: `history["loss"]` is a list of floats, one per step."""

    values: dict[str, list[float]] = field(default_factory=dict)
    steps_per_epoch: int = 1
    seconds: float = 0.0
    started: float = field(default_factory=time.perf_counter, repr=False)
    waiting: list[dict[str, Tensor]] = field(default_factory=list, repr=False)

    def __getitem__(self, key: str) -> list[float]:
        if key not in self.values:
            raise KeyError(f"step recorded no {key!r}; it recorded {', '.join(self.values)}")
        return self.values[key]

    @property
    def steps(self) -> int:
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

    def add(self, values: dict[str, Any], look: bool = False) -> None:
        """Take the numbers of one step. They stay on the device until 50 wait, or until `look`."""
        self.waiting.append({key: _detached(value) for key, value in values.items()})
        if look or len(self.waiting) >= CHECK_EVERY:
            self.flush()

    def flush(self) -> None:
        """Bring over what waits, in one go; TrainingStopped at the first loss that is no number."""
        waiting, self.waiting = self.waiting, []
        self.seconds = time.perf_counter() - self.started
        for key in waiting[0] if waiting else ():
            column = torch.stack([values[key] for values in waiting]).tolist()
            values = self.values.setdefault(key, [])
            values.extend(column)
        for key in self.values:
            if key.endswith("loss"):
                _stop_if_bad(key, self.values[key], len(waiting))


def _detached(value: Any) -> Tensor:
    return value.detach() if isinstance(value, Tensor) else torch.tensor(float(value))


def _stop_if_bad(key: str, values: list[float], new: int) -> None:
    for number in range(len(values) - new, len(values)):
        if not math.isfinite(values[number]):
            start = f"the {key} became {values[number]} at step {number + 1}. "
            raise TrainingStopped(start + _likely_cause(values[:number]))


def _likely_cause(before: list[float]) -> str:
    if not before:
        return (
            "It was so from the start: look for NaN in the data, the log of 0,"
            " a division by 0, or exp of a large number in step."
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
