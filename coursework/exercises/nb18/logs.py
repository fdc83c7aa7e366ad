"""Made-up logs of training runs, each with one fault, consistent within each row.

A log is a list of rows of numbers. The discriminator's loss in a row is worked out from the two
means of D that stand beside it, as if D said the same of every image.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from random import Random

Row = list[float]
STEPS = (200, 1000, 3000, 6000, 10000)
EPOCHS = (1, 5, 10, 20, 40)
GAN_COLUMNS = ("step", "D's loss", "mean D(x)", "mean D(G(z))", "‖∇G‖", "modes of 8")
VAE_COLUMNS = ("epoch", "reconstruction", "KL", "loss, train", "loss, test", "units in use")


def _near(rng: Random, value: float, share: float = 0.06) -> float:
    """The value, a little off."""
    return value * (1 + rng.uniform(-share, share))


def _gan_row(step: int, real: float, fake: float, slope: float, modes: int) -> Row:
    loss = -math.log(real) - math.log(1 - fake)
    return [step, round(loss, 3), real, fake, float(f"{slope:.2g}"), modes]


def _gan(
    rng: Random, real: Sequence[float], fake: Sequence[float], slope: Sequence[float],
    modes: Sequence[int],
) -> list[Row]:  # fmt: skip
    rows = zip(STEPS, real, fake, slope, modes, strict=True)
    return [
        _gan_row(step, round(min(_near(rng, r, 0.03), 0.999), 3), round(_near(rng, f), 3),
                 _near(rng, s, 0.15), m)
        for step, r, f, s, m in rows
    ]  # fmt: skip


def _collapse(rng: Random) -> list[Row]:
    return _gan(rng, (0.62, 0.66, 0.64, 0.67, 0.65), (0.40, 0.36, 0.38, 0.35, 0.37),
                (0.9, 1.2, 0.8, 1.1, 1.0), (5, 2, 1, rng.choice((1, 2)), 1))  # fmt: skip


def _too_strong(rng: Random) -> list[Row]:
    return _gan(rng, (0.90, 0.97, 0.985, 0.99, 0.99), (0.12, 0.02, 0.006, 0.003, 0.002),
                (0.3, 0.04, 0.01, 0.004, 0.002), (0, 0, 0, 0, 0))  # fmt: skip


def _blind(rng: Random) -> list[Row]:
    half = round(rng.uniform(0.499, 0.501), 3)
    rows = [_gan_row(step, half, half, _near(rng, 0.0004), 0) for step in STEPS]
    return [[*row[:5], rng.choice((0, 0, 1))] for row in rows]


def _not_zeroed(rng: Random) -> list[Row]:
    real = [rng.uniform(0.25, 0.9) for _ in STEPS]
    fake = [rng.uniform(0.15, 0.8) for _ in STEPS]
    slope = [step * _near(rng, 0.05) for step in STEPS]
    return _gan(rng, real, fake, slope, [rng.randint(0, 3) for _ in STEPS])


def _healthy(rng: Random) -> list[Row]:
    return _gan(rng, (0.72, 0.64, 0.58, 0.55, 0.53), (0.27, 0.36, 0.43, 0.45, 0.47),
                (1.2, 0.7, 0.5, 0.4, 0.35), (2, 5, 7, 8, 8))  # fmt: skip


def _vae(
    rng: Random, nll: Sequence[float], kl: Sequence[float], test: Sequence[float],
    used: Sequence[int], beta: float = 1.0,
) -> list[Row]:  # fmt: skip
    """test: by how much the loss on test images is above that on training images."""
    rows = []
    for epoch, a, b, gap, units in zip(EPOCHS, nll, kl, test, used, strict=True):
        first, second = round(_near(rng, a, 0.02), 1), round(_near(rng, b, 0.04), 2)
        train = round(first + beta * second, 1)
        rows.append([epoch, first, second, train, round(train + _near(rng, gap, 0.2), 1), units])
    return rows


def _dead_code(rng: Random) -> list[Row]:
    return _vae(rng, (214, 206, 204, 203, 203), (1.9, 0.4, 0.06, 0.02, 0.01),
                (1, 1, 1, 1, 1), (3, 1, 0, 0, 0))  # fmt: skip


def _overfits(rng: Random) -> list[Row]:
    return _vae(rng, (140, 96, 78, 61, 48), (15, 22, 25, 28, 30), (2, 4, 14, 41, 78),
                (9, 13, 15, 16, 16))  # fmt: skip


def _kl_not_in_the_loss(rng: Random) -> list[Row]:
    return _vae(rng, (128, 84, 71, 62, 57), (180, 420, 690, 1100, 1600), (2, 3, 4, 5, 6),
                (16, 16, 16, 16, 16), beta=0.0)  # fmt: skip


def _diverges(rng: Random) -> list[Row]:
    return _vae(rng, (190, 410, 260, 940, 3100), (30, 160, 75, 480, 2200), (6, 15, 9, 40, 90),
                (12, 4, 9, 2, 5))  # fmt: skip


def _sound(rng: Random) -> list[Row]:
    return _vae(rng, (142, 98, 86, 80, 77), (15, 21, 23, 24, 25), (1, 2, 2, 3, 3),
                (9, 12, 14, 14, 14))  # fmt: skip


GAN_RUNS: dict[str, Callable[[Random], list[Row]]] = {
    "collapse": _collapse, "too_strong": _too_strong, "blind": _blind,
    "not_zeroed": _not_zeroed, "healthy": _healthy,
}  # fmt: skip
VAE_RUNS: dict[str, Callable[[Random], list[Row]]] = {
    "dead_code": _dead_code, "overfits": _overfits, "kl_not_in_the_loss": _kl_not_in_the_loss,
    "diverges": _diverges, "sound": _sound,
}  # fmt: skip


def as_table(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """A log as a table in Markdown."""
    lines = [" | ".join(columns), "|".join("---" for _ in columns)]
    lines += [" | ".join(f"{value:g}" for value in row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)
