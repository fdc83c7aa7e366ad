"""What does a larger beta buy on faces whose factors are known, and what does it forget?

`python -m benchmarks.beta_vae_faces` measures (thirteen minutes), writes the table that notebook
08 reads, and replaces this benchmark's section in README.md. Data and networks are those of the
notebook.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from statistics import mean, stdev

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.sections import replace_section
from course_utils.data.faces import render_faces
from course_utils.data.measured import Row, measured, write_measured
from course_utils.device import set_seed
from course_utils.distributions import gaussian_kl, reparameterize

TITLE = "## Beta on the faces of notebook 08"
RANGES = {"azimuth": (-15, 15), "smile": (0, 1), "skin_tone": (2, 8), "light_direction": (-40, 40)}
BETAS, LATER, SEEDS = (1, 4, 8, 16, 32, 100), (32, 100), range(3)
TRAIN, TEST, NUMBERS, LATENTS, SIGMA = 3000, 2000, 150, 6, 0.1
STEPS, BATCH, BINS = 2500, 128, 20
MIDDLE = slice(24, 56), slice(16, 48)  # rows and columns


def close_ups(n: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """n faces (n, 3072), 32 × 32 cut out of 64 × 64, and their factors (n, 4) as in RANGES."""
    chance = torch.Generator().manual_seed(seed)
    low, high = torch.tensor([*RANGES.values()], dtype=torch.float32).T
    factors = low + (high - low) * torch.rand(n, len(RANGES), generator=chance)
    factors[:, 2] = factors[:, 2].round()  # the Monk scale has ten shades
    x = [
        render_faces(64, MIDDLE, **dict(zip(RANGES, part.T, strict=True))).flatten(1)
        for part in factors.split(500)
    ]
    return torch.cat(x), factors


def in_numbers(x: Tensor) -> Tensor:
    """Faces (N, 3072) by their first NUMBERS principal components, found on the first TRAIN."""
    set_seed(0)  # pca_lowrank starts from random directions
    center = x[:TRAIN].mean(0)
    return (x - center) @ torch.pca_lowrank(x[:TRAIN] - center, NUMBERS, center=False)[2]


def mlp(inputs: int, outputs: int, hidden: int = 256) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inputs, hidden),
        nn.ReLU(),
        nn.Linear(hidden, hidden),
        nn.ReLU(),
        nn.Linear(hidden, outputs),
    )


class FaceVAE(nn.Module):
    """150-256-256-6 and back; the likelihood is a Gaussian of standard deviation SIGMA."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder, self.decode = mlp(NUMBERS, 2 * LATENTS), mlp(LATENTS, NUMBERS)

    def encode(self, x: Tensor) -> tuple[Tensor, ...]:
        """mu and logvar, (N, LATENTS) each."""
        return self.encoder(x).chunk(2, dim=1)


def two_terms(model: FaceVAE, x: Tensor) -> tuple[Tensor, Tensor]:
    """Distortion and rate of x (N, NUMBERS), means over the batch, in nats."""
    mu, logvar = model.encode(x)
    x_hat = model.decode(reparameterize(mu, logvar, torch.randn_like(mu)))
    return ((x - x_hat) ** 2).sum(1).mean() / (2 * SIGMA**2), gaussian_kl(mu, logvar).mean()


def train(
    x: Tensor, beta: float, seed: int, start: FaceVAE | None = None, steps: int = STEPS
) -> FaceVAE:
    """A model of x (N, NUMBERS), or `start` trained on; the learning rate rises and falls once."""
    set_seed(seed)
    model = start or FaceVAE()
    opt = torch.optim.Adam(model.parameters(), 2e-3, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(opt, 2e-3, steps)
    for _ in range(steps):
        distortion, rate = two_terms(model, x[torch.randint(len(x), (BATCH,))])
        opt.zero_grad()
        (distortion + beta * rate).backward()
        opt.step()
        schedule.step()
    return model


def train_reader(x: Tensor, factors: Tensor, epochs: int = 40) -> nn.Module:
    """From the numbers of a picture (N, NUMBERS) to its factors (N, 4) in shares of their range."""
    set_seed(0)
    reader = mlp(NUMBERS, len(RANGES))
    opt = torch.optim.Adam(reader.parameters(), 1e-3, fused=True)
    for _ in range(epochs):
        for index in torch.randperm(len(x)).split(BATCH):
            opt.zero_grad()
            (reader(x[index]) - factors[index]).square().mean().backward()
            opt.step()
    return reader


def in_shares(factors: Tensor) -> Tensor:
    """Factors (N, 4) from 0 at the low end of their range to 1 at the high end."""
    low, high = torch.tensor([*RANGES.values()], dtype=torch.float32).T
    return (factors - low) / (high - low)


def binned(values: Tensor) -> Tensor:
    """Which of BINS equally full bins each value (N,) is in; few distinct values: a bin each."""
    distinct = values.unique()
    edges = torch.quantile(values, torch.linspace(0, 1, BINS + 1)[1:-1])
    return torch.searchsorted(distinct if len(distinct) <= BINS else edges, values.contiguous())


def mutual_information(z: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    """MI (K, F) of latents z (N, K) and factors v (N, F), entropies (F,), in nats, from bins."""
    a = F.one_hot(torch.stack([binned(one) for one in z.T]), BINS).float()  # (K, N, B)
    b = F.one_hot(torch.stack([binned(one) for one in v.T]), BINS).float()  # (F, N, B)
    joint = torch.einsum("kna,fnb->kfab", a, b) / len(z)
    apart = a.mean(1)[:, None, :, None] * b.mean(1)[None, :, None, :]
    share = b.mean(1)
    return (torch.xlogy(joint, joint) - torch.xlogy(joint, apart)).sum((2, 3)), -torch.xlogy(
        share, share
    ).sum(1)


def moved(model: FaceVAE, reader: nn.Module, mu: Tensor, starts: int = 64) -> Tensor:
    """How far each latent moves each factor, (K, F), in shares of the factor's range.

    From `starts` codes: the latent goes from −2 to +2 standard deviations of the codes mu (N, K),
    the others stay; the largest value that the reader reads, minus the smallest, mean over starts.
    """
    line, found = torch.linspace(-2, 2, 9), []
    for k in range(mu.shape[1]):
        z = mu[:starts].repeat_interleave(len(line), 0)
        z[:, k] = (mu[:, k].mean() + mu[:, k].std() * line).repeat(starts)
        read = reader(model.decode(z)).view(starts, len(line), -1)
        found.append((read.amax(1) - read.amin(1)).mean(0))
    return torch.stack(found)


def total_correlation(z: Tensor, steps: int = 500) -> float:
    """At least so many nats lie between codes z (N, K) and codes whose columns were shuffled apart.

    A discriminator of the two (notebook 07), trained on half of the codes; on the other half its
    logit a gives a lower bound on the KL: E[a] − log E_shuffled[exp a]. Donsker and Varadhan, 1983.
    """
    z = z / z.std(0)
    half, judge = z[::2], mlp(z.shape[1], 1, 64)
    opt = torch.optim.Adam(judge.parameters(), 1e-3, fused=True)
    with torch.enable_grad():
        for _ in range(steps):
            real = half[torch.randint(len(half), (256,))]
            apart = half.gather(0, torch.randint(len(half), (256, z.shape[1])))
            loss = F.softplus(-judge(real)).mean() + F.softplus(judge(apart)).mean()
            opt.zero_grad()
            loss.backward()
            opt.step()
    real = z[1::2]
    apart = torch.cat([real.gather(0, torch.rand_like(real).argsort(0)) for _ in range(10)])
    return (judge(real).mean() - judge(apart).exp().mean().log()).item()


def r_squared(guess: Tensor, v: Tensor) -> Tensor:
    """Share of the variance of v (N, F) that a guess explains, (F,)."""
    return 1 - (v - guess).square().mean(0) / v.var(0, correction=0)


def read_codes(mu: Tensor, v: Tensor, neighbors: int = 20) -> Tensor:
    """R² (F,) of factors v (N, F) predicted from codes mu (N, K) by the mean of nearest others."""
    near = torch.cdist(mu, mu).topk(neighbors + 1, largest=False).indices[:, 1:]
    return r_squared(v[near].mean(1), v)


@torch.no_grad()
def report(model: FaceVAE, reader: nn.Module, x: Tensor, v: Tensor) -> list[dict[str, object]]:
    """One row a factor, from test pictures x (N, NUMBERS) with factors v (N, F) in shares."""
    mu, logvar = model.encode(x)
    z = reparameterize(mu, logvar, torch.randn_like(mu))  # what the decoder gets, with its noise
    mi, entropy = mutual_information(z, v)
    best = (mi / entropy).sort(0, descending=True)
    shuffled = [mutual_information(z, v[torch.randperm(len(v))])[0] / entropy for _ in range(10)]
    floor, travel = torch.stack(shuffled).amax((0, 1)), moved(model, reader, mu)
    distortion, rate = two_terms(model, x)
    apart = z.gather(0, torch.rand_like(z).argsort(0))
    shared = {
        "distortion": distortion,
        "rate": rate,
        "tc": total_correlation(z),
        "tc_apart": total_correlation(apart),
    }
    r2, kept = read_codes(z, v), r_squared(reader(model.decode(z)), v)
    rows = []
    for at, name in enumerate(RANGES):
        row = {
            "best": best.values[0, at],
            "second": best.values[1, at],
            "floor": floor[at],
            "r2": r2[at],
            "kept": kept[at],
        } | {
            f"moves_{other}": far
            for other, far in zip(RANGES, travel[best.indices[0, at]], strict=True)
        }
        rows.append(
            {"factor": name, "latent": int(best.indices[0, at])}
            | {key: f"{float(value):.3f}" for key, value in (shared | row).items()}
        )
    return rows


def models(x: Tensor, seed: int) -> Iterator[tuple[int, str, FaceVAE]]:
    """beta, start and model; the last start from the model of beta = 8, or take more steps."""
    for beta in BETAS:
        model = train(x, beta, seed)
        yield beta, "scratch", model
        if beta == 8:
            eight = model
    for beta in LATER:
        yield beta, "beta 8", train(x, beta, seed, copy.deepcopy(eight))
    yield 32, "scratch, 5,000 steps", train(x, 32, seed, steps=2 * STEPS)
    yield 32, "beta 8, 5,000 steps", train(x, 32, seed, copy.deepcopy(eight), 2 * STEPS)
    yield 32, "scratch, 7,500 steps", train(x, 32, seed, steps=3 * STEPS)


def measure(seeds: Sequence[int] = SEEDS) -> list[dict[str, object]]:
    """One row for each model and factor."""
    torch.set_num_threads(1)
    pixels, factors = close_ups(TRAIN + TEST)
    x, v = in_numbers(pixels), in_shares(factors)
    reader = train_reader(x[:TRAIN], v[:TRAIN])
    with torch.no_grad():
        print("reader, R²:", r_squared(reader(x[TRAIN:]), v[TRAIN:]), flush=True)
    rows: list[dict[str, object]] = []
    for seed in seeds:
        for beta, start, model in models(x[:TRAIN], seed):
            found = report(model, reader, x[TRAIN:], v[TRAIN:])
            rows += [{"beta": beta, "start": start, "seed": seed} | row for row in found]
            print(f"beta {beta} from {start}, seed {seed}", flush=True)
            for row in found:
                print("  ", *row.values(), flush=True)
        write_measured("beta_vae_faces", rows)
    return rows


def gap(rows: Sequence[Row]) -> float:
    """Mutual-information gap of one model, from the rows of its factors."""
    return mean(float(row["best"]) - float(row["second"]) for row in rows)


def section(rows: Sequence[Row]) -> str:
    """The part of README.md that says what came out."""
    lines = []
    for beta, start in dict.fromkeys((row["beta"], row["start"]) for row in rows):
        mine = [row for row in rows if (row["beta"], row["start"]) == (beta, start)]
        gaps = [gap([row for row in mine if row["seed"] == str(seed)]) for seed in SEEDS]
        smile = [row for row in mine if row["factor"] == "smile"]
        cells = [mean(float(row[key]) for row in smile) for key in ("rate", "distortion", "kept")]
        cells.append(mean(float(row["moves_smile"]) for row in mine if row["factor"] == "azimuth"))
        lines.append(
            f"| {beta} | {start} | {mean(gaps):.2f} ± {stdev(gaps):.2f} | {cells[0]:.1f}"
            f" | {cells[1]:.0f} | {cells[2]:.2f} | {cells[3]:.2f} |"
        )
    table = "\n".join(lines)
    return f"""{TITLE}

Means over seeds 0 to {len(SEEDS) - 1} (± standard deviation), {TRAIN:,} close-ups to learn from
and {TEST:,} to measure on. Rate and distortion are in nats. The smile's R² is read from decoded
pictures; the last column says how far it moves, in shares of its range, while the head's latent
goes from −2 to +2 standard deviations. `python -m benchmarks.beta_vae_faces` measures it anew and
writes the table that notebook 08 reads.

| β | trained from | MI gap | rate | distortion | smile, R² | smile moves with the head |
|---|---|---|---|---|---|---|
{table}
"""


def recorded() -> str:
    """The section for what was measured last."""
    return section(measured("beta_vae_faces"))


def main() -> None:
    measure()
    replace_section(recorded())


if __name__ == "__main__":
    main()
