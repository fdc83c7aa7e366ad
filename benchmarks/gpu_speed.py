"""Seconds and memory on a GPU, beside the CPU and beside the loops of pytorch/examples."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median

import torch
from torch import Tensor

from benchmarks import dcgan_step, vae_epoch
from benchmarks.apart import Run, Table
from benchmarks.gpu_training import CPU, exact_products
from benchmarks.timing import Turns, Way, prepared, spread
from course_utils.data import Dataset, load

EPOCH = "One epoch of the VAE of pytorch/examples"
SMALL = "One step of notebook 06's DCGAN"
LARGE = "One step of the DCGAN of pytorch/examples"
LOOP, FIT, STEP, PRODUCTS = "loop of pytorch/examples", "`fit`", "`gan_step`", "matrix products"
LOADING = "loop of pytorch/examples, batches by {}"


def named(name: str, device: torch.device) -> str:
    return f"{name}, {'CPU' if device.type == 'cpu' else 'GPU'}"


def devices(run: Run) -> list[torch.device]:
    return [run.device] if run.device.type == "cpu" else [run.device, CPU]


def times_table(title: str, turns: Turns, unit: str, reading: str) -> Table:
    """Medians of all ways, in seconds or ms."""
    scale = 1000 if unit == "ms" else 1
    rows = []
    for name in turns.ways:
        values = [scale * seconds for seconds in turns.of(name)]
        peak = turns.peaks.get(name)
        memory = "not measured" if peak is None else f"{peak:,.0f}"
        rows.append((name, f"{median(values):.3g}", spread(values, ".3g"), memory))
    rows += [(name, f"**failed**: {why}", "", "") for name, why in turns.failures.items()]
    rows += [(name, f"skipped: {why}", "", "") for name, why in turns.skipped.items()]
    head = ("way", f"{unit} (median)", "lowest to highest", "peak memory, MB")
    failures = [f"{name}: {why}" for name, why in turns.failures.items()]
    return Table(title, head, rows, f"{fastest(turns)} {reading}", failures)


def fastest(turns: Turns) -> str:
    """Which way takes the least time, and how much more the slowest takes; products are no way."""
    order = sorted((name for name in turns.ways if PRODUCTS not in name), key=turns.median)
    if len(order) < 2:
        return "There is nothing to compare."
    more = turns.median(order[-1]) / turns.median(order[0])
    return f"Fastest is {order[0]}; {order[-1]} takes {more:.1f} times as long."


def ratio_table(title: str, turns: Turns, pairs: list[tuple[str, str]]) -> Iterator[Table]:
    """How many times as long the first of each pair takes as the second, if both are there."""
    rows = []
    for above, below in pairs:
        if values := turns.ratios(above, below):
            rows.append((f"{above} / {below}", f"{median(values):.2f}", spread(values)))
    told = "; ".join(f"{name} is {middle}" for name, middle, _ in rows)
    reading = f"Over {counted(len(turns.rounds), 'round')}, each ratio within a round: {told}."
    if rows:
        head = ("ratio", "median", "lowest to highest")
        yield Table(f"{title}: ratios", head, rows, reading)


def vae_epochs(run: Run) -> Iterator[Table]:
    """The same model and images: the loop of pytorch/examples, `fit`, the matrix products alone."""
    data = load("digits", source="drawn", n=256 if run.quick else 30_000)
    with tempfile.TemporaryDirectory() as folder:
        root = vae_epoch.torchvision_folder(data, Path(folder))
        turns = Turns(vae_ways(run, data, root))
        turns.start()
        run.say(f"VAE: warmed up, {', '.join(turns.ways)}")
        for number in turns.go_on(run.left, 1 if run.quick else 7):
            run.say(f"VAE: round {number}: {told(turns)}")
            reading = (
                f"{len(data):,} images ({data.source}), batch {vae_epoch.BATCH}, {taken(number)}."
                " Peak memory is what comes on top of what was there: on the GPU what torch"
                " allocates, on the CPU resident memory."
            )
            yield times_table(EPOCH, turns, "seconds", reading)
        here = run.device
        pairs = [(named(LOOP, at), named(FIT, at)) for at in devices(run)]
        pairs += [(named(LOADING.format("1 process"), here), named(FIT, here))]
        pairs += [(named(way, CPU), named(way, here)) for way in (LOOP, FIT) if here != CPU]
        pairs += [(named(FIT, here), named(PRODUCTS, here))]
        yield from ratio_table(EPOCH, turns, pairs)


def vae_ways(run: Run, data: Dataset, root: Path) -> dict[str, Way]:
    ways = {}
    for at in devices(run):
        ways[named(LOOP, at)] = Way(partial(vae_epoch.usual_epoch, root, at), at)
        ways[named(FIT, at)] = Way(partial(vae_epoch.fit_epoch, data, at), at)
    if run.device != CPU:
        with_one = partial(vae_epoch.usual_epoch, root, run.device, workers=1)
        ways[named(LOADING.format("1 process"), run.device)] = Way(with_one, run.device)
    products = partial(vae_epoch.products_epoch, run.device, len(data))
    return ways | {named(PRODUCTS, run.device): Way(products, run.device)}


def told(turns: Turns) -> str:
    return ", ".join(f"{name} {turns.of(name)[-1]:.3g} s" for name in turns.ways)


def dcgan_steps(run: Run) -> Iterator[Table]:
    """Notebook 06's networks, then those of the paper's size in several precisions."""
    data = load("digits", source="drawn", n=256 if run.quick else 10_000)
    with tempfile.TemporaryDirectory() as folder:
        root = vae_epoch.torchvision_folder(data, Path(folder))
        steps = 1 if run.quick else 50
        turns = Turns(small_ways(run, data, root, steps))
        yield from measured(run, SMALL, turns, 0.4)
        pairs = [(named(LOOP, at), named(STEP, at)) for at in devices(run)]
        pairs += [(named(LOADING.format("2 processes"), run.device), named(STEP, run.device))]
        pairs += [(named(STEP, CPU), named(STEP, run.device))] * (run.device != CPU)
        yield from ratio_table(SMALL, turns, pairs)
        steps = 1 if run.quick else 20
        turns = Turns(large_ways(run, data, root, steps))
        if not has_bfloat16(run.device):
            turns.skipped[named("bfloat16", run.device)] = "this GPU does not have it"
        yield from measured(run, LARGE, turns, 1.0)
        plain = named("float32", run.device)
        pairs = [
            (plain, name)
            for name in turns.ways
            if name != plain and LOOP not in name and "CPU" not in name
        ]
        pairs += [(named("float32", CPU), plain)] * (run.device != CPU)
        pairs += [(named(LOOP, run.device), plain)]
        yield from ratio_table(LARGE, turns, pairs)


def measured(run: Run, title: str, turns: Turns, share: float) -> Iterator[Table]:
    """Warm up and take rounds, for this share of the time that is left."""
    until = (1 - share) * run.left()
    turns.start()
    run.say(f"{title}: warmed up, {', '.join(turns.ways)}")
    for number in turns.go_on(lambda: run.left() - until, 1 if run.quick else 9):
        run.say(f"{title}: round {number}: {told(turns)}")
        steps = at_a_time(turns)
        reading = f"Batch {dcgan_step.BATCH}, {taken(number)}; at a time {steps}."
        yield times_table(title, turns, "ms", reading)


def taken(rounds: int) -> str:
    threads = counted(torch.get_num_threads(), "thread")
    return f"{counted(rounds, 'round')}; on the CPU torch has {threads}"


def at_a_time(turns: Turns) -> str:
    """How many steps one measurement takes, on the GPU and on the CPU."""
    units = {"CPU" if way.device == CPU else "GPU": way.units for way in turns.ways.values()}
    return ", ".join(f"{counted(n, 'step')} on the {where}" for where, n in units.items())


def counted(n: int, what: str) -> str:
    return f"{n:,} {what}{'s' * (n != 1)}"


def small_ways(run: Run, data: Dataset, root: Path, steps: int) -> dict[str, Way]:
    """Notebook 06's step and the loop of pytorch/examples with the same networks."""
    ways = {}
    for at in devices(run):
        ways[named(STEP, at)] = Way(course(data.float(at), steps), at, steps)
        ways[named(LOOP, at)] = Way(usual(root, at, steps), at, steps)
    if run.device != CPU:
        name = named(LOADING.format("2 processes"), run.device)
        ways[name] = Way(usual(root, run.device, steps, workers=2), run.device, steps)
    return ways


def course(images: Tensor, steps: int, **options: object) -> Callable[[], object]:
    """Notebook 06's loop, on images that are where the networks are to be."""

    def build() -> Callable[[], None]:
        nets = dcgan_step.pair(images.device, **options)
        return partial(dcgan_step.course_steps, images, nets, steps)

    return prepared(build)


def usual(
    root: Path, at: torch.device, steps: int, workers: int = 0, width: int | None = None
) -> Callable[[], object]:
    """The loop of pytorch/examples, from batches that go on where the last call stopped."""

    def build() -> Callable[[], None]:
        nets = dcgan_step.pair(at, width, optimizer=torch.optim.Adam)
        batches = dcgan_step.forever(dcgan_step.loader(root, width is not None, workers))
        return partial(dcgan_step.usual_steps, batches, nets, at, steps)

    return prepared(build)


def large_ways(run: Run, data: Dataset, root: Path, steps: int) -> dict[str, Way]:
    """float32, TF32, bfloat16, channels last; the loop of pytorch/examples; float32 on the CPU."""
    here, width = run.device, 4 if run.quick else 64
    images = dcgan_step.enlarged(data.float(here)[:2000])
    last = images.contiguous(memory_format=torch.channels_last)
    sized = partial(course, steps=steps, width=width)
    ways = {"float32": exactly(sized(images))}
    if here != CPU:
        ways["float32 with TF32 in convolutions, torch's default"] = sized(images)
    half = {
        "bfloat16": sized(images, bfloat16=True),
        "bfloat16, channels last": sized(last, bfloat16=True, channels_last=True),
    }
    ways |= half if has_bfloat16(here) else {}
    ways[LOOP] = usual(root, here, steps, width=width)
    found = {named(name, here): Way(work, here, steps) for name, work in ways.items()}
    if here != CPU:
        found[named("float32", CPU)] = Way(course(images[:256].to(CPU), 1, width=width), CPU)
    return found


def exactly(work: Callable[[], object]) -> Callable[[], None]:
    """The same without TF32."""

    def run() -> None:
        with exact_products():
            work()

    return run


def has_bfloat16(device: torch.device) -> bool:
    return device.type != "cuda" or torch.cuda.is_bf16_supported()
