"""What notebook 16 measures of a style generator, in more numbers than it has time for."""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor

from course_utils.data.faces import FACTORS
from course_utils.metrics import batched, frechet_distance
from course_utils.models.face_judge import FaceJudge
from course_utils.models.style import LATENT, LEVELS, StyleGenerator
from course_utils.sample_metrics import nearest_distances

SHOWN = ("azimuth", "light_direction", "hair_length", "hair_color", "skin_tone", "background")
PSIS, STEP = (1.0, 0.7, 0.5, 0.3), 0.01
Row = dict[str, object]


def codes(n: int, seed: int) -> Tensor:
    """Codes z (n, 32), the same for the same seed."""
    return torch.randn(n, LATENT, generator=Generator().manual_seed(seed))


def fit_line(x: Tensor, y: Tensor) -> Tensor:
    """Least squares of y (N, F) on x (N, D) and a constant: coefficients (D + 1, F)."""
    design = torch.cat([x, torch.ones(len(x), 1)], 1).double()
    return torch.linalg.lstsq(design, y.double()).solution


@torch.no_grad()
def mixing_slopes(g: StyleGenerator, judge: FaceJudge, n: int = 600, crossover: int = 2) -> Row:
    """How far each factor follows the coarse source, and how far the fine one.

    Slopes of least squares: the mixed face's factor on the two sources' factors.
    """
    w1, w2 = g.to_w(codes(2 * n, 11)).chunk(2)
    coarse = torch.arange(LEVELS)[:, None] < crossover
    mixed = torch.where(coarse, w1[:, None], w2[:, None])
    first, second, both = (batched(judge, batched(g, w)) for w in (w1, w2, mixed))
    row: Row = {}
    for i, name in enumerate(FACTORS):
        if name in SHOWN:
            slopes = fit_line(torch.stack([first[:, i], second[:, i]], 1), both[:, i : i + 1])
            row |= {f"{name} coarse": f"{slopes[0, 0]:.2f}", f"{name} fine": f"{slopes[1, 0]:.2f}"}
    return row


@torch.no_grad()
def mixed_distance(g: StyleGenerator, judge: FaceJudge, real: Tensor, n: int = 600) -> Row:
    """Fréchet distance of faces with two levels of one code and two of another."""
    w1, w2 = g.to_w(codes(2 * n, 18)).chunk(2)
    mixed = torch.where(torch.arange(LEVELS)[:, None] < 2, w1[:, None], w2[:, None])
    found = frechet_distance(batched(judge.features, batched(g, mixed)), real)
    return {"frechet mixed": f"{found:.2f}"}


@torch.no_grad()
def truncation(
    g: StyleGenerator, judge: FaceJudge, real: Tensor, faces: Tensor, n: int = 600
) -> Row:
    """Fréchet distance, spread of the factors and distance to the nearest face, for each psi."""
    w_mean = g.to_w(codes(10_000, 12)).mean(0)
    w, row, spread = g.to_w(codes(n, 13)), {}, judge.output(real).std(0)
    for psi in PSIS:
        made = batched(g, w_mean + psi * (w - w_mean))
        factors = batched(judge, made)
        row[f"frechet {psi}"] = f"{frechet_distance(batched(judge.features, made), real):.2f}"
        row[f"spread {psi}"] = f"{(factors.std(0) / spread).mean():.2f}"
        row[f"nearest {psi}"] = f"{nearest_distances(made[:300], faces).mean():.2f}"
    return row


@torch.no_grad()
def paths(g: StyleGenerator, n: int = 600) -> Row:
    """Mean and median squared change of the picture along arcs in z and lines in w."""
    chance = Generator().manual_seed(14)
    z0, z1 = torch.randn(2 * n, LATENT, generator=chance).chunk(2)
    z0 = z0 / z0.norm(dim=1, keepdim=True)
    z1 = z1 - (z1 * z0).sum(1, keepdim=True) * z0
    z1 = z1 / z1.norm(dim=1, keepdim=True)
    w0, w1, t = g.to_w(z0), g.to_w(z1), torch.rand(n, 1, generator=chance)

    def in_z(t: Tensor) -> Tensor:
        angle = math.pi / 2 * t
        return batched(g, g.to_w(angle.cos() * z0 + angle.sin() * z1))

    def in_w(t: Tensor) -> Tensor:
        return batched(g, w0 + t * (w1 - w0))

    row: Row = {}
    for name, walk in (("z", in_z), ("w", in_w)):
        change = (walk(t + STEP) - walk(t)).square().flatten(1).sum(1) / STEP**2
        row |= {
            f"mean in {name}": f"{change.mean():.0f}",
            f"median in {name}": f"{change.median():.0f}",
        }
    return row


@torch.no_grad()
def linear_reading(g: StyleGenerator, judge: FaceJudge, n: int = 1200) -> Row:
    """R² of each factor as a linear function of z, and of w, on codes that were not fitted."""
    z = codes(n, 15)
    z = z * z.square().mean(1, keepdim=True).rsqrt()
    w = g.to_w(z)
    factors, row = batched(judge, batched(g, w)), {}
    for name, code in (("z", z), ("w", w)):
        line = fit_line(code[: n // 2], factors[: n // 2])
        rest = torch.cat([code[n // 2 :], torch.ones(n // 2, 1)], 1).double() @ line
        left = (factors[n // 2 :] - rest).square().mean(0) / factors[n // 2 :].var(0).double()
        for i, factor in enumerate(FACTORS):
            if factor in SHOWN:
                row[f"{factor} from {name}"] = f"{1 - left[i]:.2f}"
    return row


@torch.no_grad()
def noise_share(g: StyleGenerator, n: int = 200) -> Row:
    """Squared change of the picture when only the noise is drawn anew, over that of a new code."""
    w, other = g.to_w(codes(2 * n, 16)).chunk(2)
    a, b = (g(w, Generator().manual_seed(seed)) for seed in (1, 2))
    share = (a - b).square().mean() / (g(other) - g(w)).square().mean()
    return {"noise": f"{share:.4f}"}


def everything(g: StyleGenerator, judge: FaceJudge, real: Tensor, faces: Tensor) -> Row:
    """One row of all measures. real: features of test faces; faces: training faces."""
    g.eval()
    return {
        **mixing_slopes(g, judge),
        **truncation(g, judge, real, faces),
        **mixed_distance(g, judge, real),
        **paths(g),
        **linear_reading(g, judge),
        **noise_share(g),
    }
