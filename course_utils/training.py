"""One training loop for the whole course. It knows no model: the notebook writes `step`."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn

from course_utils.data import Dataset
from course_utils.device import pick_device
from course_utils.history import History, TrainingStopped
from course_utils.progress_line import ProgressLine, duration

__all__ = ["History", "TrainingStopped", "adam", "fit"]
Step = Callable[..., Tensor | Mapping[str, Any]]  # batches of tensors to a loss, or to numbers


def fit(
    step: Step,
    data: Tensor | Sequence[Tensor] | Dataset,
    *,
    model: nn.Module | None = None,
    optimizer: torch.optim.Optimizer | None = None,
    epochs: int = 1,
    batch_size: int = 128,
    lr: float = 1e-3,
    seed: int = 0,
    progress: bool = True,
) -> History:
    """Call `step` on every batch, `epochs` times over, and update `model` with its loss.

    step: takes x, or x and y; returns a scalar loss, or a dict of scalars with the key "loss".
    data: a tensor (N, ...), a tuple of such tensors, or a Dataset; uint8 becomes [0, 1].
    With model=None, `step` makes its own updates and returns a dict of numbers.
    The model is in training mode meanwhile, in evaluation mode after. Interrupting keeps it.
    Raises TrainingStopped for a loss that is NaN or infinite, TypeError or ValueError for a step
    that doesn't fit the data or returns no number.
    """
    device = next(model.parameters()).device if model is not None else pick_device()
    tensors = [tensor.to(device) for tensor in _tensors(data, step)]
    if model is not None:
        model.train()
        optimizer = optimizer or adam(model.parameters(), lr)
    history = History(steps_per_epoch=math.ceil(len(tensors[0]) / batch_size))
    line = ProgressLine(epochs * history.steps_per_epoch, shown=progress)
    note = ""
    try:
        _loop(step, _batches(tensors, epochs, batch_size, seed), optimizer, history, line)
    except KeyboardInterrupt:
        note = " · interrupted; what was learned is kept"
    finally:
        if model is not None:
            model.eval()
    history.flush()
    summary = f"{history.steps:,} steps · {history.latest()} · {duration(history.seconds)}"
    line.finish(summary + note)
    return history


def _loop(
    step: Step,
    batches: Iterable[list[Tensor]],
    optimizer: torch.optim.Optimizer | None,
    history: History,
    line: ProgressLine,
) -> None:
    """The loop: one step for each batch, then an update, unless the step makes its own."""
    for batch in batches:
        values = _as_dict(step(*batch), needs_loss=optimizer is not None)
        if optimizer is not None:
            optimizer.zero_grad()
            values["loss"].backward()
            optimizer.step()
        history.add(values, flush=line.due())
        if line.due():
            line.update(history.steps, history.latest())


def adam(parameters: Iterable[Tensor], lr: float = 1e-3, **options: Any) -> torch.optim.Adam:
    """Adam whose update is one fused kernel, or several where the device has no such kernel.

    lr, options: as for torch.optim.Adam. Kingma and Ba, 2015.
    """
    parameters = list(parameters)
    fused = all(_has_fused_adam(device) for device in {p.device for p in parameters})
    return torch.optim.Adam(parameters, lr=lr, fused=fused or None, **options)


@cache
def _has_fused_adam(device: torch.device) -> bool:
    """Torch says so at the first step and not before, so take one step with a single number."""
    number = nn.Parameter(torch.zeros(1, device=device))
    number.grad = torch.zeros_like(number)
    try:
        torch.optim.Adam([number], fused=True).step()
    except RuntimeError:
        return False
    return True


def _batches(
    tensors: Sequence[Tensor], epochs: int, batch_size: int, seed: int
) -> Iterator[list[Tensor]]:
    """Batches of the tensors, in a new order each epoch that depends on nothing but the seed."""
    generator = torch.Generator().manual_seed(seed)
    for _ in range(epochs):
        order = torch.randperm(len(tensors[0]), generator=generator).to(tensors[0].device)
        for index in order.split(batch_size):
            yield [_to_float(tensor.index_select(0, index)) for tensor in tensors]


def _to_float(batch: Tensor) -> Tensor:
    """uint8 images as [0, 1], bool as 0 or 1, everything else as it is."""
    if batch.dtype == torch.uint8:
        return batch.float().div_(255)
    return batch.float() if batch.dtype == torch.bool else batch


def _tensors(data: Tensor | Sequence[Tensor] | Dataset, step: Step) -> Sequence[Tensor]:
    """The tensors in `data`, as many as `step` takes arguments."""
    if isinstance(data, Tensor):
        data = (data,)
    elif isinstance(data, Dataset):
        data = (data.images, data.labels)
    sizes = {len(tensor) for tensor in data}
    if len(sizes) != 1 or sizes == {0}:
        raise ValueError(f"data must hold the same number of examples, got {sorted(sizes)}")
    parameters = inspect.signature(step).parameters.values()
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return data
    required = [p for p in parameters if p.default is p.empty and p.kind is not p.KEYWORD_ONLY]
    if not 1 <= len(required) <= len(data):
        raise TypeError(f"step takes {len(required)} arguments; data holds {len(data)} tensors")
    return data[: len(required)]


def _as_dict(result: Tensor | Mapping[str, Any], needs_loss: bool) -> Mapping[str, Any]:
    """What step returned, as a dict of scalars; an error says what it should have returned."""
    values = result if isinstance(result, Mapping) else {"loss": result}
    if needs_loss and "loss" not in values:
        raise TypeError(f'the dict that step returned has no "loss", only {", ".join(values)}')
    for key, value in values.items():
        if not isinstance(value, (Tensor, float, int)):
            raise TypeError(f"step must return numbers; its {key!r} is {type(value).__name__}")
        if isinstance(value, Tensor) and value.ndim > 0:
            shape = tuple(value.shape)
            hint = "Average it over the batch: .mean()"
            raise ValueError(f"step must return one number; its {key!r} has shape {shape}. {hint}")
    if needs_loss and not (isinstance(values["loss"], Tensor) and values["loss"].requires_grad):
        raise TypeError(
            "the loss has no gradient: compute it from the model, without .item(), .detach()"
            " or no_grad"
        )
    return values
