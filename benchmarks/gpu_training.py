"""The training paths of the notebooks on a GPU, and whether they begin there as on the CPU.

The first steps are repeated on the CPU from the same seed, with the noise drawn on the CPU for
both, since a GPU draws other random numbers from a seed, and with products in full float32.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from benchmarks import gpu_paths
from benchmarks.apart import Run, Table
from benchmarks.gpu_paths import Pictures, Trained
from benchmarks.timing import in_a_line
from course_utils.device import synchronize

CPU = torch.device("cpu")


@dataclass(frozen=True)
class Lesson:
    """A path, its notebook, and how far its first losses may be from the CPU's.

    The tolerance is a share of the largest of these losses: more than twice the worst of 8 trials
    on the CPU in which all weights were changed by up to 10, or 100, units in their last place.
    """

    notebook: str
    name: str
    path: Callable[..., Trained]
    tolerance: float


LESSONS = (
    Lesson("02", "autoencoder, 16 numbers", gpu_paths.autoencoder, 1e-3),
    Lesson("02", "denoiser", gpu_paths.denoiser, 1e-3),
    Lesson("03", "VAE, 16 numbers", gpu_paths.vae, 1e-3),
    Lesson("06", "GAN on the ring", gpu_paths.ring, 1e-3),
    Lesson("06", "DCGAN", gpu_paths.dcgan, 1e-2),
    Lesson("09", "debiasing VAE", gpu_paths.debiasing, 3e-3),
)


class NoiseFromCPU(TorchFunctionMode):
    """torch.randn_like draws on the CPU and sends, so that every device gets the same numbers."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is torch.randn_like:
            return torch.randn(args[0].shape).to(args[0].device)
        return func(*args, **(kwargs or {}))


@contextmanager
def exact_products() -> Iterator[None]:
    """float32 is float32: no TF32 in convolutions, where it is torch's default, nor in products."""
    before = torch.backends.cudnn.allow_tf32, torch.get_float32_matmul_precision()
    torch.backends.cudnn.allow_tf32 = False
    torch.set_float32_matmul_precision("highest")
    try:
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = before[0]
        torch.set_float32_matmul_precision(before[1])


def difference(lesson: Lesson, data: Pictures, device: torch.device) -> float:
    """Largest gap between the first losses here and on the CPU, as a share of the largest loss."""
    with NoiseFromCPU(), exact_products():
        there, here = (lesson.path(data, at, first=data.first).losses for at in (device, CPU))
    gap = torch.tensor(there) - torch.tensor(here)
    return (gap.abs().max() / torch.tensor(here).abs().max()).item()  # NaN if one of them is


def row(lesson: Lesson, data: Pictures, device: torch.device) -> tuple[tuple[str, ...], str]:
    """A line of the table, and what failed, or nothing."""
    gap = difference(lesson, data, device)
    begin = time.perf_counter()
    result = lesson.path(data, device)
    synchronize(device)
    took = time.perf_counter() - begin
    faults = []
    if not result.after < result.before:  # NaN too
        faults.append(f"{result.measure} did not fall")
    if not gap <= lesson.tolerance:
        faults.append("first losses differ from the CPU's")
    cells = (
        lesson.notebook,
        lesson.name,
        f"{len(result.losses):,}",
        f"{took:.1f}",
        f"{result.measure}: {result.before:.3g} → {result.after:.3g}",
        f"{gap:.1e}",
        f"{lesson.tolerance:.0e}",
        "; ".join(faults) or "passed",
    )
    return cells, "; ".join(faults)


def train_all(run: Run) -> Iterator[Table]:
    """Every path once, with the notebook's settings, or in small if `run.quick`."""
    data = Pictures.draw(run.quick)
    head = ("notebook", "path", "steps", "seconds", "from, to", "difference", "allowed", "")
    rows: list[tuple[str, ...]] = []
    failures: list[str] = []
    for lesson in LESSONS:
        try:
            if run.left() < 0:
                raise TimeoutError("the time of this part was up before")
            cells, fault = row(lesson, data, run.device)
        except Exception as problem:
            fault = in_a_line(problem)
            cells = (lesson.notebook, lesson.name, "", "", "", "", "", f"**{fault}**")
        failures += [f"{lesson.name}: {fault}"] * bool(fault)
        rows.append(cells)
        run.say(f"paths: {lesson.notebook} {' '.join(cells[1:])}")
        passed = len(rows) - len(failures)
        reading = (
            f"Of {len(rows)} paths {passed} train on {run.device.type} as on the CPU."
            f" The difference is the largest between the losses of the first {data.first} steps,"
            " from one seed and with one noise, as a share of the largest of these losses."
        )
        yield Table("Training paths of the notebooks", head, rows, reading, failures)
