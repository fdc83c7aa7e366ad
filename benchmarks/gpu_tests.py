"""Run the tests marked `gpu` without pytest: plain functions that take the name of a device."""

from __future__ import annotations

import importlib
import time
import traceback
from collections.abc import Callable, Iterator

from benchmarks.apart import Run, Table
from benchmarks.timing import in_a_line

MODULES = ("tests.course_utils.test_gpu",)


def tests_at(place: str) -> dict[str, Callable[[str], None]]:
    """The tests of MODULES that can run at this place, by name."""
    found = {}
    for module in map(importlib.import_module, MODULES):
        for name, test in vars(module).items():
            if name.startswith("test_") and place in getattr(test, "places", ()):
                found[name] = test
    return found


def run_tests(run: Run) -> Iterator[Table]:
    """Each test once, on the device of the run."""
    rows: list[tuple[str, ...]] = []
    failures: list[str] = []
    for name, test in tests_at(run.device.type).items():
        begin, fault = time.perf_counter(), ""
        try:
            if run.left() < 0:
                raise TimeoutError("the time of this part was up before")
            test(run.device.type)
        except Exception as problem:
            traceback.print_exc()
            fault = in_a_line(problem)
            failures.append(f"{name}: {fault}")
        took = time.perf_counter() - begin
        rows.append((f"`{name}`", f"{took:.2f}", f"**{fault}**" if fault else "passed"))
        run.say(f"tests: {name} {fault or 'passed'} ({took:.2f} s)")
        reading = f"{len(rows) - len(failures)} of {len(rows)} tests pass on {run.device.type}."
        yield Table("Tests marked `gpu`", ("test", "seconds", ""), rows, reading, failures)
