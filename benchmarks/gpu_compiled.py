"""A DCGAN's step as it is and with torch.compile, which needs a compiler on the machine.

In the usual memory format: in channels last, torch 2.11's compiler stops at the gradient of the
first transposed convolution, whose strides are not those that it planned.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import torch

from benchmarks import dcgan_step
from benchmarks.apart import Run, Table
from benchmarks.gpu_speed import (
    counted,
    course,
    has_bfloat16,
    named,
    ratio_table,
    times_table,
    told,
)
from benchmarks.timing import Turns, Way
from course_utils.data import load

COMPILED = "torch.compile"


def compiled_steps(run: Run) -> Iterator[Table]:
    """The step of the larger networks as it is and compiled; what compiling costs is told apart."""
    width, steps = (4, 1) if run.quick else (64, 20)
    backend = "eager" if run.quick else "inductor"
    data = load("digits", source="drawn", n=256 if run.quick else 2_000)
    images = dcgan_step.enlarged(data.float(run.device))
    ways = {}
    for name, compiler in (("as it is", ""), ("compiled", backend)):
        half = has_bfloat16(run.device)
        work = course(images, steps, width=width, compiled=compiler, bfloat16=half)
        ways[named(name, run.device)] = Way(work, run.device, steps)
    turns = Turns(ways)
    turns.start()
    compiled, plain = named("compiled", run.device), named("as it is", run.device)
    if compiled in turns.failures and (lacking := what_a_compiler_lacks(run.device)):
        why = f"not available here: {lacking} ({turns.failures.pop(compiled)})"
        yield Table(COMPILED, ("", ""), [("compiled", why)], "Nothing was measured.")
        return
    half = "bfloat16" if has_bfloat16(run.device) else "float32"
    setting = f"{half}, backend {backend}, {counted(steps, 'step')} at a time"
    if compiled in turns.ways and plain in turns.ways:
        took = turns.warm_up[compiled] - turns.warm_up[plain]
        setting += f"; the first time, with the compiler at work, took {took:.1f} s longer"
        run.say(setting)
    for number in turns.go_on(run.left, 1 if run.quick else 9):
        reading = f"{setting}; {counted(number, 'round')}."
        yield times_table(COMPILED, turns, "ms", reading)
    run.say(f"compiled: {told(turns)}")
    yield from ratio_table(COMPILED, turns, [(plain, compiled)])


def what_a_compiler_lacks(device: torch.device) -> str:
    """What torch.compile needs and this machine has not, in words; nothing if all is there."""
    lacking = []
    named_by_user = [os.environ[key] for key in ("CC", "CXX") if os.environ.get(key)]
    if not any(shutil.which(name) for name in (*named_by_user, "gcc", "cc", "clang", "g++")):
        lacking.append("no C compiler")
    if device.type == "cuda" and importlib.util.find_spec("triton") is None:
        lacking.append("no triton")
    if not (Path(sysconfig.get_paths()["include"]) / "Python.h").is_file():
        lacking.append("no Python.h")
    return ", ".join(lacking)
