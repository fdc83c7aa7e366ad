"""Does a larger beta tie each latent to one factor? Mutual-information gap on drawn faces.

`python -m benchmarks.beta_vae_faces` trains a small VAE for each beta and seed, and
writes for each factor how much the two latents that know most about it know (in shares of the
factor's entropy), and how well all latents together predict it.

The likelihood is a Gaussian of standard deviation SIGMA around the decoder's picture. That fixes
what beta = 1 means: with a Bernoulli likelihood a smile at 32 × 32 is worth about one nat, less than
a latent costs, and no beta of 1 or more encodes it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from course_utils.data import Dataset
from course_utils.data.faces import draw_faces
from course_utils.data.measured import write_measured
from course_utils.device import pick_device, set_seed
from course_utils.distributions import gaussian_kl, reparameterize
from course_utils.training import fit

VARY = ("azimuth", "smile", "skin_tone", "light_direction", "hair_length")
POSES = {"turned head": 0.0}  # azimuth within ±30°
BETAS, SEEDS = (1.0, 4.0, 10.0), (0,)
COUNT, EPOCHS, LATENTS, SIGMA = 10_000, 15, 10, 0.1
BINS = 20  # equal shares of the examples, for latents and for factors of many values


class FaceVAE(nn.Module):
    """3072-512-256-LATENTS and back; decode gives logits. On one core it learns in half the time of
    three convolutions a side, and sharper."""

    def __init__(self) -> None:
        super().__init__()
        self.encode = nn.Sequential(
            nn.Flatten(),
            nn.Linear(3072, 512), nn.ReLU(),
            nn.Linear(512, 256), nn.ReLU(),
            nn.Linear(256, 2 * LATENTS),
        )  # fmt: skip
        self.decode = nn.Sequential(
            nn.Linear(LATENTS, 256), nn.ReLU(),
            nn.Linear(256, 512), nn.ReLU(),
            nn.Linear(512, 3072), nn.Unflatten(1, (3, 32, 32)),
        )  # fmt: skip


def mutual_information(z: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    """MI (K, F) of latents z (N, K) and factors v (N, F), and entropies (F,), in nats, from bins."""
    z_bins = [_binned(column) for column in z.T]
    v_bins = [_binned(column) for column in v.T]
    mi = torch.zeros(len(z_bins), len(v_bins))
    for row, a in enumerate(z_bins):
        for column, b in enumerate(v_bins):
            joint = torch.bincount(a * BINS + b, minlength=BINS**2).view(BINS, BINS) / len(z)
            apart = joint.sum(1, keepdim=True) * joint.sum(0, keepdim=True)
            mi[row, column] = torch.where(joint > 0, joint * (joint / apart).log(), 0.0).sum()
    return mi, torch.stack([_entropy(b) for b in v_bins])


def _binned(values: Tensor) -> Tensor:
    """Which of BINS bins each value falls in; few distinct values have a bin each."""
    distinct = values.unique()
    if len(distinct) <= BINS:
        return torch.searchsorted(distinct, values.contiguous())
    edges = torch.quantile(values, torch.linspace(0, 1, BINS + 1)[1:-1])
    return torch.searchsorted(edges, values.contiguous())


def _entropy(bins: Tensor) -> Tensor:
    share = torch.bincount(bins) / len(bins)
    return -(share[share > 0] * share[share > 0].log()).sum()


def train(faces: Dataset, beta: float, seed: int) -> tuple[FaceVAE, float, float]:
    """The trained model, and its distortion and rate over the last epoch, in nats."""
    set_seed(seed)
    model = FaceVAE().to(pick_device())

    def step(x: Tensor) -> dict[str, Tensor]:
        mu, logvar = model.encode(x).chunk(2, dim=1)
        z = reparameterize(mu, logvar, torch.randn_like(mu))
        x_hat = model.decode(z).sigmoid()
        distortion = ((x - x_hat) ** 2).sum((1, 2, 3)).mean() / (2 * SIGMA**2)
        rate = gaussian_kl(mu, logvar).mean()
        return {"loss": distortion + beta * rate, "distortion": distortion, "rate": rate}

    history = fit(
        step, faces.images, model=model, epochs=EPOCHS, lr=2e-3, seed=seed, progress=False
    )
    return model, history.epoch_means("distortion")[-1], history.epoch_means("rate")[-1]


@torch.no_grad()
def report(model: FaceVAE, faces: Dataset) -> list[dict[str, object]]:
    """For each factor: MI of the best and the second latent over its entropy, and R²."""
    x = faces.float(pick_device()).split(1000)
    mu = torch.cat([model.encode(part).chunk(2, dim=1)[0].cpu() for part in x])
    v = torch.stack([faces.factors[name] for name in VARY], 1)
    mi, entropy = mutual_information(mu, v)
    best = (mi / entropy).sort(0, descending=True)
    inputs = torch.cat([mu, torch.ones(len(mu), 1)], 1)
    rest = v - inputs @ torch.linalg.lstsq(inputs, v).solution
    return [
        {"factor": name, "latent": int(best.indices[0, at]), "best": f"{best.values[0, at]:.3f}",
         "second": f"{best.values[1, at]:.3f}", "r2": f"{1 - rest[:, at].var() / v[:, at].var():.3f}"}
        for at, name in enumerate(VARY)
    ]  # fmt: skip


def measure(
    betas: Sequence[float] = BETAS, seeds: Sequence[int] = SEEDS
) -> list[dict[str, object]]:
    """One row for each beta, seed and factor; told as they come, and written after each model."""
    rows: list[dict[str, object]] = []
    train_set = draw_faces(COUNT, vary=VARY, shares=POSES)
    test_set = draw_faces(5_000, "test", vary=VARY, shares=POSES)
    for seed in seeds:
        for beta in betas:
            start = time.process_time()
            model, distortion, rate = train(train_set, beta, seed)
            shared = {"beta": f"{beta:g}", "seed": seed, "distortion": f"{distortion:.2f}",
                      "rate": f"{rate:.2f}", "worked": f"{time.process_time() - start:.0f}"}  # fmt: skip
            found = report(model, test_set)
            gap = sum(float(row["best"]) - float(row["second"]) for row in found) / len(found)
            rows += [shared | row for row in found]
            print(f"beta {beta:g}, seed {seed}: MIG {gap:.3f}, {shared}", flush=True)
            for row in found:
                print(f"  {row}", flush=True)
            write_measured("beta_vae_faces", rows)
    return rows


if __name__ == "__main__":
    measure()
