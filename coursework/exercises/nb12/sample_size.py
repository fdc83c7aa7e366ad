"""Exercise `extrapolate_fid`: from Fréchet distances at several N to the one at infinite N."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise, Property
from coursework.exercises.rules import named, then

Line = tuple[float, float]


def extrapolate_fid(ns: Tensor, fids: Tensor) -> Line:
    """(limit, slope) of the least-squares line fid = limit + slope/N, through (P,) measurements.

    Chong and Forsyth, "Effectively unbiased FID and Inception score", 2020, section 3.
    """
    return _line(1 / ns.double(), fids.double())


def _line(x: Tensor, y: Tensor) -> Line:
    """Intercept and slope of the least-squares line through (x, y)."""
    off = x - x.mean()
    slope = (off * y).sum() / off.square().sum()
    return float(y.mean() - slope * x.mean()), float(slope)


def _cases(generator: Generator) -> Iterator[Case]:
    def measured(*ns: float) -> tuple[Tensor, Tensor]:
        limit, slope, *_ = torch.rand(2, generator=generator).tolist()
        n = torch.tensor(ns)
        noise = 1 + 0.08 * torch.randn(len(ns), generator=generator)
        return n, (4 + 9 * limit + (900 + 1500 * slope) / n) * noise

    yield Case(measured(100.0, 200.0, 500.0, 1000.0, 2000.0), "five sizes")
    yield Case(measured(800.0, 60.0, 250.0, 120.0), "sizes in no order")
    yield Case(measured(50.0, 50.0, 50.0, 150.0, 150.0, 400.0, 400.0), "sizes measured repeatedly")


def _through_origin(ns: Tensor, fids: Tensor) -> Line:
    x = 1 / ns
    return 0.0, float((x * fids).sum() / x.square().sum())


def _two_points(ns: Tensor, fids: Tensor, i: int, j: int) -> Line:
    slope = (fids[j] - fids[i]) / (1 / ns[j] - 1 / ns[i])
    return float(fids[j] - slope / ns[j]), float(slope)


def _ends(ns: Tensor, fids: Tensor) -> Line:
    return _two_points(ns, fids, int(ns.argmin()), int(ns.argmax()))


def _turned(ns: Tensor, fids: Tensor) -> Line:
    """The line of 1/N on fid, solved for fid."""
    start, slope = _line(fids.double(), 1 / ns.double())
    return -start / slope, 1 / slope


def _not_centered(ns: Tensor, fids: Tensor) -> Line:
    x = 1 / ns
    slope = float((x * fids).sum() / x.square().sum())
    return float(fids.mean() - slope * x.mean()), slope


def _around_one_over_the_mean(ns: Tensor, fids: Tensor) -> Line:
    off, middle = 1 / ns - 1 / ns.mean(), 1 / ns.mean()
    slope = float((off * fids).sum() / off.square().sum())
    return float(fids.mean() - slope * middle), slope


def _on(change: Callable[[Tensor], Tensor]) -> Callable[[Tensor, Tensor], Line]:
    """A line in another quantity than 1/N."""
    return lambda ns, fids: _line(change(ns.double()), fids.double())


def _mixed_variance(ns: Tensor, fids: Tensor, over: int) -> Line:
    """Covariance divided by n, variance by n − 1, or the reverse."""
    x, y = 1 / ns.double(), fids.double()
    n, slope = len(x), _line(x, y)[1]
    slope *= (n - 1) / n if over else n / (n - 1)
    return float(y.mean() - slope * x.mean()), slope


def _log_log(ns: Tensor, fids: Tensor) -> Line:
    start, slope = _line(ns.double().log(), fids.double().log())
    return float(torch.tensor(start).exp()), slope


MISTAKES = named({
    "swapped": ("Limit and slope changed places: return (limit, slope). `np.polyfit(x, y, 1)` "
        "gives the slope first.", then(extrapolate_fid, lambda line: line[::-1])),
    "line_in_n": ("You fitted a line in N. The distance falls like 1/N: the line is straight when "
        "x is `1 / ns`.", _on(lambda n: n)),
    "line_in_root": ("You fitted a line in 1/√N. An error bar shrinks like that; this is a bias, "
        "and shrinks like 1/N.", _on(lambda n: n**-0.5)),
    "line_in_log": ("You fitted a line in log N. The distance falls like 1/N: x is `1 / ns`.",
        _on(torch.log), _on(torch.log2), _on(torch.log10), lambda n, f: _on(torch.log)(1 / n, f)),
    "line_in_square": ("You fitted a line in 1/N². x is `1 / ns`.", _on(lambda n: n**-2)),
    "log_log": ("You fitted a line through the logs of both, which is a power law that ends at 0. "
        "The limit is what is to be found: fit fid = limit + slope/N.", _log_log),
    "through_origin": ("Your line goes through 0: the limit was left out. A model's distance at "
        "infinite N is not 0, and the limit is what is asked for.", _through_origin),
    "axes_turned": ("You fitted 1/N against the distance and solved for it. The error is in the "
        "distance, so the distance is y and 1/N is x.", _turned),
    "not_centered": ("The slope is fitted without a limit, and the limit then read from the means. "
        "Fit both together: x − mean x in both sums, or a column of ones.", _not_centered),
    "one_over_the_mean": ("You took 1/(mean N) for the mean of 1/N. They differ: first x = 1/N, "
        "then `x.mean()`.", _around_one_over_the_mean),
    "two_points": ("You drew the line through two of the measurements. All of them count: least "
        "squares.", _ends, lambda n, f: _two_points(n, f, 0, -1),
        lambda n, f: _two_points(n, f, -2, -1), lambda n, f: _two_points(n, f, 0, 1)),
    "largest_n": ("You return the distance at the largest N as the limit. It is still too large, "
        "by slope/N: the limit is the line at 1/N = 0.",
        lambda n, f: (float(f[n.argmax()]), extrapolate_fid(n, f)[1]),
        lambda n, f: (float(f[-1]), extrapolate_fid(n, f)[1]),
        lambda n, f: (float(f.min()), extrapolate_fid(n, f)[1])),
    "line_at_largest_n": ("You return what the line says at the largest N. The limit is the line "
        "at 1/N = 0, its intercept.",
        lambda n, f: _at(n, f, float(n.max())), lambda n, f: _at(n, f, float(n[-1]))),
    "mean": ("You return the mean of the distances as the limit. It is the line at 1/N = 0.",
        lambda n, f: (float(f.mean()), extrapolate_fid(n, f)[1])),
    "sign_of_slope": ("The slope has the wrong sign: the distance *rises* with 1/N, and fid = "
        "limit + slope/N.", then(extrapolate_fid, lambda line: (line[0], -line[1]))),
    "slope_upside_down": ("The slope is turned over: it is the change of the distance for a change "
        "of 1/N, cov(x, y) over var(x), with x = 1/N.",
        then(extrapolate_fid, lambda line: (line[0], 1 / line[1]))),
    "mixed_variance": ("Your covariance and your variance are divided by different numbers, n and "
        "n − 1 (`.var()` and `.cov()` divide by n − 1, `.mean()` by n). Use one for both.",
        lambda n, f: _mixed_variance(n, f, 0), lambda n, f: _mixed_variance(n, f, 1)),
    "weighted": ("The measurements are weighted. Plain least squares is asked for.",
        lambda n, f: _weighted(n, f, n), lambda n, f: _weighted(n, f, n.square())),
})  # fmt: skip


def _at(ns: Tensor, fids: Tensor, n: float) -> Line:
    limit, slope = extrapolate_fid(ns, fids)
    return limit + slope / n, slope


def _weighted(ns: Tensor, fids: Tensor, weights: Tensor) -> Line:
    w, x, y = (weights / weights.sum()).double(), 1 / ns.double(), fids.double()
    off = x - (w * x).sum()
    slope = (w * off * y).sum() / (w * off.square()).sum()
    return float((w * y).sum() - slope * (w * x).sum()), float(slope)


def _exact(fn: Callable[[Tensor, Tensor], Line], generator: Generator) -> str | None:
    ns = torch.tensor([50.0, 100.0, 400.0])
    limit, slope = (float(value) for value in fn(ns, 3 + 600 / ns))
    if abs(limit - 3) < 0.02 and abs(slope - 600) < 2:
        return None
    return f"Through 3 + 600/N exactly, it must be (3, 600); yours is ({limit:.4g}, {slope:.4g})."


EXTRAPOLATE_FID = Exercise(
    name="extrapolate_fid",
    notebook="12",
    title="the Fréchet distance at infinitely many samples",
    reference=extrapolate_fid,
    cases=_cases,
    mistakes=MISTAKES,
    properties=[Property("exact_line", _exact)],
    hints=[
        "With x = 1/N it is a straight line, fid = limit + slope · x. The limit is where the line "
        "meets x = 0, which is N = ∞.",
        "Least squares in one variable: the slope is the sum of (x − mean x)(y − mean y) over the "
        "sum of (x − mean x)²; the line goes through both means.",
        "`x = 1 / ns`, `off = x - x.mean()`, `slope = (off * fids).sum() / off.square().sum()`, "
        "`limit = fids.mean() - slope * x.mean()`",
    ],
    points=2,
    rtol=2e-3,
    atol=2e-3,
)
