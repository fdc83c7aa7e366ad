"""`python -m benchmarks.gpu` in small, on the CPU: it runs on a bare machine and tells failures."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

import pytest
import torch
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from benchmarks import dcgan_step, gpu, gpu_compiled, gpu_speed, gpu_tests
from benchmarks.apart import Outcome, Run, Table, run_apart
from benchmarks.debiasing import Detector
from benchmarks.gpu_paths import Pictures, Trained
from benchmarks.gpu_training import LESSONS, Lesson, difference
from benchmarks.timing import Turns, Way, peak_memory, prepared
from tests.devices import at

ROOT = Path(__file__).resolve().parents[2]
CPU = torch.device("cpu")
# Overlooks modules as if they were not installed, forks as the command does, then is the command.
BARE = """
import os, runpy, sys
from importlib.machinery import PathFinder

class Bare(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        missing = name.partition(".")[0] in MISSING
        return None if missing else super().find_spec(name, path, target)

MISSING = set(sys.argv.pop(1).split())
sys.meta_path = [Bare if finder is PathFinder else finder for finder in sys.meta_path]
command = runpy.run_path("benchmarks/gpu.py")
if not os.fork():
    import torch
    os._exit(3 if torch.cuda._is_in_bad_fork() else 0)
if os.waitstatus_to_exitcode(os.wait()[1]):
    sys.exit("CUDA was asked for something before the parts were started")
sys.exit(command["main"]())
"""


def needed(name: str, found: set[str]) -> set[str]:
    """This distribution and all that it can't do without, added to `found`."""
    name = canonicalize_name(name)
    if name not in found:
        found.add(name)
        try:
            texts = requires(name) or []
        except PackageNotFoundError:
            texts = []
        for requirement in map(Requirement, texts):
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                needed(requirement.name, found)
    return found


def not_on_a_bare_machine() -> set[str]:
    """Modules of all distributions but torch, torchvision, numpy, matplotlib, and their needs."""
    bare: set[str] = {"course-utils"}
    for name in ("torch", "torchvision", "numpy", "matplotlib"):
        needed(name, bare)
    by_module = packages_distributions()
    return {
        module
        for module, owners in by_module.items()
        if not bare & {canonicalize_name(owner) for owner in owners}
    }


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the parts are not forked here")
def test_it_runs_in_small_where_there_is_nothing_but_torch_torchvision_numpy_matplotlib(
    tmp_path: Path,
) -> None:
    missing = not_on_a_bare_machine()
    assert {"pytest", "IPython", "ipywidgets", "tqdm", "typer", "nbformat", "psutil"} <= missing
    assert not {"torch", "numpy", "PIL", "course_utils", "benchmarks"} & missing
    command = [sys.executable, "-c", BARE, " ".join(missing), "--device", "cpu", "--quick"]
    command += [
        "--out",
        str(tmp_path),
        "--seconds",
        "1800",
    ]  # a busy machine gets five times as long
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    text = (tmp_path / "gpu.md").read_text(encoding="utf-8")
    assert text.startswith("# The course on a GPU, measured\n")
    for part in gpu.PARTS:
        (line,) = [line for line in text.splitlines() if line.startswith(f"| {part} |")]
        assert line.endswith("| passed |"), line
    assert "failed" not in text and str(tmp_path) not in text
    for title in (gpu_speed.EPOCH, gpu_speed.SMALL, gpu_speed.LARGE, gpu_compiled.COMPILED):
        assert f"\n## {title}\n" in text and f"\n## {title}: ratios\n" in text
    number = len(gpu_tests.tests_at("cpu"))
    assert number > 10 and f"{number} of {number} tests pass on cpu" in text
    assert all(f"| {lesson.name} |" in text for lesson in LESSONS)


def fails(run: Run) -> Iterator[Table]:
    yield Table("half", ("a", "b"), [("1", "2")], "It was found before.")
    raise MemoryError("nothing left | at all\nand more")


def hangs(run: Run) -> Iterator[Table]:
    yield Table("half", ("a", "b"), [("1", "2")])
    time.sleep(60)


def dies(run: Run) -> Iterator[Table]:
    yield Table("half", ("a", "b"), [("1", "2")])
    os._exit(9)


def works(run: Run) -> Iterator[Table]:
    yield Table("whole", ("device",), [("first",)])
    yield Table("whole", ("device",), [(os.environ["COURSE_DEVICE"],)])


@pytest.mark.parametrize(
    ("part", "error"),
    [
        (fails, "MemoryError: nothing left / at all"),
        (hangs, "stopped after 2 s"),
        (dies, "ended with exit code 9"),
        (works, ""),
    ],
)
def test_a_part_that_fails_hangs_or_dies_leaves_what_it_had_found(part, error: str) -> None:
    news: list[int] = []
    begin = time.monotonic()
    run = Run(CPU, True, begin, begin + 1)
    outcome = run_apart(part, run, 2, lambda so_far: news.append(len(so_far.tables)))
    assert error in outcome.error and bool(outcome.error) == bool(error)
    assert time.monotonic() - begin < 20 and news[-1] == 1 and outcome.seconds > 0
    assert outcome.tables[0].rows == ([("1", "2")] if error else [("cpu",)])


def test_a_failure_is_in_the_table_the_other_parts_run_and_the_exit_code_is_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    parts = {gpu.MACHINE: (works, 30), "broken": (fails, 30), "good": (works, 30)}
    monkeypatch.setattr(gpu, "PARTS", parts)
    options = ["--device", "cpu", "--quick", "--out", str(tmp_path / "new" / "report.md")]
    (tmp_path / "new").mkdir()
    assert gpu.main(options) == 1
    text = (tmp_path / "new" / "report.md").read_text(encoding="utf-8")
    assert "**failed**: MemoryError: nothing left / at all" in text
    assert "It was found before." in text and "## whole" in text
    assert text.count("| passed |") == 2
    assert "failed: broken: MemoryError" in capfd.readouterr().out
    monkeypatch.setattr(gpu, "PARTS", {name: parts[name] for name in (gpu.MACHINE, "good")})
    assert gpu.main(options) == 0


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is CUDA here")
def test_without_a_gpu_the_parts_are_skipped_and_say_why(tmp_path: Path) -> None:
    assert gpu.main(["--out", str(tmp_path)]) == 1
    text = (tmp_path / "gpu.md").read_text(encoding="utf-8")
    assert "COURSE_DEVICE='cuda' can't be used here" in text
    assert text.count("skipped: cuda can't be used") == len(gpu.PARTS) - 1


def test_only_a_full_run_on_a_gpu_replaces_the_committed_report() -> None:
    assert gpu.place(None, torch.device("cuda"), quick=False) == ROOT / "benchmarks" / "gpu.md"
    for device, quick in (("cuda", True), ("cpu", False), ("cpu", True)):
        assert gpu.place(None, torch.device(device), quick).parent != ROOT / "benchmarks"


@pytest.mark.slow
def test_a_machine_without_a_compiler_is_told_and_is_no_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("Failed to find C compiler. Please specify via CC environment variable.")

    monkeypatch.setattr(torch, "compile", broken)
    run = Run(CPU, True, time.monotonic(), time.monotonic() + 1)
    (table,) = gpu_compiled.compiled_steps(run)
    assert "with the compiler at work" not in table.reading
    assert table.failures == [
        "compiled, CPU: RuntimeError: Failed to find C compiler."
        " Please specify via CC environment variable."
    ]
    monkeypatch.setenv("PATH", "")
    (table,) = gpu_compiled.compiled_steps(run)
    assert not table.failures and "not available here: no C compiler" in table.rows[0][1]


def test_ways_take_turns_and_one_that_breaks_drops_out() -> None:
    calls: list[str] = []

    def breaks() -> None:
        calls.append("c")
        if calls.count("c") == 3:
            raise torch.OutOfMemoryError("CUDA out of memory")

    ways = {"a": lambda: calls.append("a"), "b": lambda: [time.sleep(0.02), calls.append("b")]}
    turns = Turns({name: Way(work, CPU, 2) for name, work in (ways | {"c": breaks}).items()})
    turns.start()
    assert list(turns.go_on(lambda: 100.0, 4)) == [1, 2, 3, 4]
    assert "".join(calls) == "abc" * 3 + "ab" * 2
    assert turns.failures == {"c": "OutOfMemoryError: CUDA out of memory"}
    assert 0.01 <= turns.median("b") < 5 and len(turns.ratios("b", "a")) == 4
    assert turns.ratios("b", "c") == [] and min(turns.ratios("b", "a")) > 1
    assert list(turns.go_on(lambda: 0.0, 4)) == [1]  # one round, however little time is left
    table = gpu_speed.times_table("title", turns, "ms", "Setting.")
    assert [row[0] for row in table.rows] == ["a", "b", "c"] and len(table.failures) == 1
    assert table.reading.startswith("Fastest is a; b takes ")


def test_work_is_built_once_and_its_memory_is_seen() -> None:
    built: list[int] = []
    work = prepared(lambda: built.append(1) or (lambda: None))
    work(), work()
    assert built == [1]
    peak = peak_memory(lambda: torch.ones(30_000_000).sum(), CPU)  # 120 MB
    assert peak is None or 100 < peak < 200
    peak = peak_memory(lambda: None, CPU)
    assert peak is None or peak < 20


@pytest.mark.parametrize(
    ("notebook", "name", "ours"),
    [
        ("06_gan_minimax", "dcgan_generator", dcgan_step.small_generator),
        ("06_gan_minimax", "dcgan_discriminator", dcgan_step.small_discriminator),
        ("09_debiasing", "Detector", Detector),
    ],
)
def test_the_networks_are_those_of_the_notebooks(notebook: str, name: str, ours: type) -> None:
    source = (ROOT / "notebooks" / "source" / f"{notebook}.py").read_text(encoding="utf-8")
    (taught,) = [node for node in ast.parse(source).body if getattr(node, "name", "") == name]
    scope = {"torch": torch, "nn": torch.nn, "Tensor": torch.Tensor}
    exec(compile(ast.Module([taught], []), notebook, "exec"), scope)
    numbers = [32] if name == "dcgan_generator" else []  # of noise
    assert str(scope[name](*numbers)) == str(ours(*numbers))


def test_the_large_networks_have_the_sizes_of_pytorch_examples() -> None:
    nets = dcgan_step.pair(CPU, width=64)
    count = [
        sum(p.numel() for p in net.parameters()) for net in (nets.generator, nets.discriminator)
    ]
    # Width 64, 100 numbers of noise, one color; no biases but those of the normalizations.
    g = 16 * (100 * 512 + 512 * 256 + 256 * 128 + 128 * 64 + 64) + 2 * (512 + 256 + 128 + 64)
    d = 16 * (64 + 64 * 128 + 128 * 256 + 256 * 512 + 512) + 2 * (128 + 256 + 512)
    assert count == [g, d]
    images = nets.generator(torch.randn(2, 100))
    assert images.shape == (2, 1, 64, 64) and images.abs().max() <= 1
    assert nets.discriminator(images).shape == (2, 1)
    assert dcgan_step.enlarged(torch.ones(1, 1, 28, 28)).shape == (1, 1, 64, 64)


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    return Pictures.draw(quick=True)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.path.__name__)
def test_the_paths_of_the_notebooks_mix_no_devices(lesson: Lesson, pictures: Pictures) -> None:
    with at("pretended") as device:
        assert difference(lesson, pictures, device) <= lesson.tolerance


def test_a_path_that_goes_elsewhere_is_noticed(pictures: Pictures) -> None:
    def lost(data: Pictures, device: torch.device, first: int | None = None) -> Trained:
        return Trained([2.0, 1.0 if device.type == "cpu" else 1.01], "loss", 2.0, 1.0)

    lesson = Lesson("02", "lost", lost, 1e-3)
    assert abs(difference(lesson, pictures, torch.device("meta")) - 0.005) < 1e-6
    assert Outcome(error="x").failures == ["x"]
