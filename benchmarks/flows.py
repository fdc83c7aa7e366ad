"""What flows can and can't do, on three seeds: the studies whose tables notebook 13 shows.

`python -m benchmarks.flows` measures (about five minutes), writes the tables and replaces this
benchmark's section in README.md. Digits are drawn by the course.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import torch
from torch import Generator, Tensor
from torch.distributions import Categorical, MixtureSameFamily, MultivariateNormal
from torch.nn import functional as F

from benchmarks.sections import replace_section
from course_utils.data import load
from course_utils.data.measured import Row, measured, write_measured
from course_utils.data.toy import Mixture, toy_density
from course_utils.device import set_seed
from course_utils.distributions import gaussian_kl
from course_utils.metrics import batched, frechet_distance
from course_utils.models.autoencoder import Autoencoder
from course_utils.models.classifier import train_classifier
from course_utils.models.flow import RealNVP, train_flow
from course_utils.models.mixture import k_means
from course_utils.models.vae import VAE
from course_utils.training import fit

Look = Mapping[str, object]
TITLE = "## Normalizing flows of notebook 13, three seeds"
SEEDS = range(3)
TOYS = [
    *(("ring", couplings, "") for couplings in (2, 8, 16)),
    ("two_moons", 8, ""),
    ("banana", 1, ""),
    ("two_moons", 8, "never swapped"),
    ("two_moons", 8, "no log_det"),
]


def trained(x: Tensor, couplings: int, seed: int, variant: str) -> RealNVP:
    """A flow fitted to x (N, 2), with one fault where `variant` names one."""
    if not variant:
        return train_flow(x, couplings, 32, 12, lr=5e-3, seed=seed, progress=False)[0]
    torch.manual_seed(seed)
    flow = RealNVP(2, couplings, 32)
    flow.mean, flow.sd = x.mean(0), x.std(0)
    if variant == "never swapped":
        for coupling in flow.couplings:
            coupling.mask.copy_(flow.couplings[0].mask)

    def loss(x: Tensor) -> Tensor:
        z, log_det = flow(x)
        return (0.5 * z.square().sum(1) - (0 if variant == "no log_det" else log_det)).mean()

    fit(loss, x, model=flow, epochs=10, lr=5e-3, batch_size=256, seed=seed, progress=False)
    return flow


@torch.no_grad()
def toy(name: str, couplings: int, variant: str, seed: int) -> Look:
    """KL(p_data ‖ p_flow) on 20,000 fresh points, and the share of samples far from every mode."""
    chance, density = set_seed(seed), toy_density(name)
    x, fresh = density.sample(20_000, chance), density.sample(20_000, chance)
    start = time.process_time()
    with torch.enable_grad():
        flow = trained(x, couplings, seed, variant)
    seconds = time.process_time() - start
    gauss = MultivariateNormal(x.mean(0), x.T.cov())
    samples, log_p = flow.sample(20_000, chance), density.log_prob(fresh)
    row = {
        "density": name,
        "couplings": couplings,
        "variant": variant,
        "seed": seed,
        "kl": f"{(log_p - flow.log_prob(fresh)).mean():.3f}",
        "gaussian": f"{(log_p - gauss.log_prob(fresh)).mean():.2f}",
        "z_sd": f"{flow(fresh)[0].std():.3f}",
        "between": f"{between(density, samples):.3f}" if name == "ring" else "",
        "data_between": f"{between(density, fresh):.3f}" if name == "ring" else "",
        "seconds": f"{seconds:.1f}",
    }
    print(row, flush=True)
    return row


def between(density: object, x: Tensor) -> float:
    """Share of points x (N, 2) farther than three standard deviations from every mode."""
    assert isinstance(density, Mixture)
    reach = 3 * density.covariances[0, 0, 0].sqrt()
    return float((torch.cdist(x, density.means).amin(1) > reach).float().mean())


def fit_gaussians(x: Tensor, k: int, seed: int, rounds: int = 100) -> MixtureSameFamily:
    """k Gaussians fitted to x (N, D) by EM, without labels; the groups of k-means are its start.

    1e-4 is added to the diagonal of each covariance. Dempster, Laird and Rubin, 1977.
    """
    x, ridge = x.double(), 1e-4 * torch.eye(x.shape[1]).double()
    share = F.one_hot(k_means(x, k, Generator().manual_seed(seed)), k).double()  # (N, k)
    for _ in range(rounds):
        count = share.sum(0)
        means = share.T @ x / count[:, None]
        far = x - means[:, None]  # (k, N, D)
        covs = (share.T[..., None] * far).mT @ far / count[:, None, None] + ridge
        mixture = MixtureSameFamily(Categorical(count), MultivariateNormal(means, covs))
        each = mixture.component_distribution.log_prob(x[:, None])  # (N, k)
        share = (each + mixture.mixture_distribution.logits).softmax(1)
    return mixture


class Priors:
    """Notebook 02's autoencoder and notebook 03's VAE for one seed, and priors on their codes."""

    def __init__(self, seed: int) -> None:
        self.seed, self.chance = seed, set_seed(seed)
        train, test = load("digits", n=10_000, seed=seed), load("digits", "test", n=4000, seed=seed)
        self.labels, self.x_test = train.labels, test.float()[:2000]
        judge, _ = train_classifier(train, seed=seed, progress=False)
        self.features = lambda images: batched(judge.features, images, 500)
        self.real = self.features(self.x_test)
        torch.manual_seed(seed)
        self.model, self.vae = Autoencoder(16), VAE(16)

        def reconstruction(x: Tensor) -> Tensor:
            loss = F.binary_cross_entropy_with_logits(self.model(x), x, reduction="none")
            return loss.flatten(1).sum(1).mean()

        def bound(x: Tensor) -> Tensor:
            logits, mu, logvar = self.vae(x)
            loss = F.binary_cross_entropy_with_logits(logits, x, reduction="none")
            return (loss.flatten(1).sum(1) + gaussian_kl(mu, logvar)).mean()

        for step, model in ((reconstruction, self.model), (bound, self.vae)):
            fit(step, train.images, model=model, epochs=6, seed=seed, progress=False)
        self.codes = batched(self.model.encode, train.float())
        self.test_codes = batched(self.model.encode, test.float())

    def frechet(self, images: Tensor) -> float:
        return frechet_distance(self.features(images), self.real)

    def decoded(self, z: Tensor) -> Tensor:
        return batched(lambda part: self.model.decode(part).sigmoid(), z)

    def gaussian(self, codes: Tensor, n: int) -> Tensor:
        root = torch.linalg.cholesky(codes.T.cov())
        return codes.mean(0) + torch.randn(n, 16, generator=self.chance) @ root.T

    def samples(self) -> dict[str, Tensor]:
        """2,000 images of each way that needs no flow."""
        eps = torch.randn(2000, 16, generator=self.chance)
        classes = [self.gaussian(self.codes[self.labels == c], 200) for c in range(10)]
        from_vae = batched(lambda part: self.vae.decode(part).sigmoid(), eps)
        with torch.random.fork_rng(devices=[]):  # the draws below stay what they were
            torch.manual_seed(self.seed)
            unlabeled = fit_gaussians(self.codes, 10, self.seed).sample((2000,)).float()
        return {
            "N(0, I)": self.decoded(eps),
            "one Gaussian": self.decoded(self.gaussian(self.codes, 2000)),
            "a Gaussian per class": self.decoded(torch.cat(classes)),
            "ten Gaussians, no labels": self.decoded(unlabeled),
            "VAE, its prior": from_vae,
            "VAE, equal ink": (from_vae * self.x_test.mean() / from_vae.mean()).clamp(0, 1),
        }


def priors(seed: int) -> tuple[list[Look], list[Look]]:
    """Fréchet distances of all priors; train and test log-likelihood of the flow as it trains."""
    study = Priors(seed)
    rows: list[Look] = [
        {"seed": seed, "prior": name, "frechet": f"{study.frechet(images):.1f}"}
        for name, images in study.samples().items()
    ]
    gauss = MultivariateNormal(study.codes.mean(0), study.codes.T.cov())
    start = time.process_time()
    looks = list(overfitting(study, gauss))
    print(seed, rows, looks, f"{time.process_time() - start:.0f} s", flush=True)
    for epoch in (16, 32):
        name = "flow" if epoch == 16 else "flow, 32 epochs"
        found = next(look["frechet"] for look in looks if look["epoch"] == epoch)
        rows.append({"seed": seed, "prior": name, "frechet": found})
    return rows, looks


def overfitting(study: Priors, gauss: torch.distributions.Distribution) -> Iterator[Look]:
    """A look every four epochs, 32 in all; epoch 0 is the Gaussian."""

    def look(epoch: int, log_prob: Callable[[Tensor], Tensor], images: Tensor) -> Look:
        with torch.no_grad():
            train, test = log_prob(study.codes).mean(), log_prob(study.test_codes).mean()
        return {
            "seed": study.seed,
            "epoch": epoch,
            "train": f"{train:.2f}",
            "test": f"{test:.2f}",
            "frechet": f"{study.frechet(images):.1f}",
        }

    yield look(0, gauss.log_prob, study.decoded(study.gaussian(study.codes, 2000)))
    torch.manual_seed(study.seed)
    flow = RealNVP(16)
    flow.mean, flow.sd = study.codes.mean(0), study.codes.std(0)
    for epoch in range(4, 33, 4):
        train = partial(fit, model=flow, epochs=4, lr=2e-3, progress=False)
        train(lambda z: -flow.log_prob(z).mean(), study.codes, seed=100 * study.seed + epoch)
        chance = Generator().manual_seed(study.seed)
        yield look(epoch, flow.log_prob, study.decoded(flow.sample(2000, chance)))


def measure() -> None:
    """Write the three tables."""
    torch.set_num_threads(1)
    write_measured("flow_toy", [toy(*setting, seed) for setting in TOYS for seed in SEEDS])
    distances: list[Look] = []
    looks: list[Look] = []
    for seed in SEEDS:
        rows, more = priors(seed)
        distances, looks = distances + rows, looks + more
    write_measured("flow_prior", distances)
    write_measured("flow_overfitting", looks)


def recorded() -> str:
    """The section for what was measured last."""
    lines = []
    for name, couplings, variant in TOYS:
        rows = measured("flow_toy", density=name, couplings=couplings, variant=variant)
        lines.append(
            f"| {name}, {couplings}{variant and ', ' + variant} | {each(rows, 'kl')} | {each(rows, 'gaussian')} "
            f"| {each(rows, 'between').strip(', ')} | {rows[0]['seconds']} |"
        )
    names = dict.fromkeys(row["prior"] for row in measured("flow_prior"))
    distances = [f"| {n} | {each(measured('flow_prior', prior=n), 'frechet')} |" for n in names]
    toys, others = "\n".join(lines), "\n".join(distances)
    return f"""{TITLE}

`python -m benchmarks.flows` measures it anew, in about five minutes, and writes the tables that
notebook 13 shows. KL of the data from the flow on 20,000 fresh points, nats; "between" is the share
of samples farther than three standard deviations from every mode (of the data, 1.1 %).

| density, couplings | KL of each seed | one Gaussian | between | seconds |
|---|---|---|---|---|
{toys}

Priors on the 16 codes of notebook 02's autoencoder: Fréchet distance of 2,000 samples to 2,000
test digits on the features of the course's classifier, each seed; other real digits have 2 to 3.
Bits per dimension, one fault at a time, are measured by `python -m benchmarks.flow_bits`.

| prior | Fréchet distance |
|---|---|
{others}
"""


def each(rows: Sequence[Row], column: str) -> str:
    return ", ".join(row[column] for row in rows)


def main() -> None:
    measure()
    replace_section(recorded())


if __name__ == "__main__":
    main()
