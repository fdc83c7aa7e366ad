"""How notebooks 02, 03, 06 and 09 train, on a device of choice.

The lines that are the lesson stand here as in the notebooks; the rest is imported. Each path says
what must have fallen by its end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import mean
from typing import Any

import torch
from torch import Generator, Tensor, nn

from benchmarks.dcgan_step import BATCH, gan_step, pair
from benchmarks.debiasing import EPOCHS, SKEW, THREE, VARY, Detector, step_loss
from benchmarks.gan_ring import mlp
from course_utils.data import Dataset, load
from course_utils.data.face_lookalikes import draw_non_faces
from course_utils.data.faces import draw_faces
from course_utils.data.toy import toy_density
from course_utils.device import set_seed
from course_utils.distributions import gaussian_kl, vae_loss
from course_utils.metrics import batched, frechet_distance
from course_utils.models.autoencoder import Autoencoder
from course_utils.models.classifier import train_classifier
from course_utils.models.vae import VAE
from course_utils.training import adam, fit
from coursework.exercises.nb09.resampling import resampling_probabilities

CPU = torch.device("cpu")


@dataclass(frozen=True)
class Pictures:
    """What the notebooks train on; drawn, so that no download is needed."""

    digits: Dataset
    faces: Dataset
    others: Dataset
    gan_steps: int
    first: int  # steps that are compared with the CPU's

    @classmethod
    def draw(cls, quick: bool) -> Pictures:
        digits, faces = (384, 128) if quick else (10_000, 1_500)
        train = load("digits", source="drawn", n=digits)
        people = draw_faces(faces, shares=SKEW, vary=VARY[THREE])
        steps = (30, 3) if quick else (800, 10)
        return cls(train, people, draw_non_faces(faces), *steps)


@dataclass(frozen=True)
class Trained:
    """The losses of all steps, and a number that was to fall, before and after."""

    losses: list[float]
    measure: str
    before: float
    after: float


def trained(losses: list[float]) -> Trained:
    """For a loss that falls: its mean over the first and the last tenth of the steps."""
    tenth = max(1, len(losses) // 10)
    return Trained(losses, "loss", mean(losses[:tenth]), mean(losses[-tenth:]))


def fitted(
    step: Callable[..., Any], images: Tensor, net: nn.Module, epochs: int, first: int | None
) -> Trained:
    """As the notebooks call `fit`; `first` says how many steps of one epoch are enough."""
    if first is not None:
        images, epochs = images[: first * 128], 1
    return trained(fit(step, images, model=net, epochs=epochs, lr=2e-3, progress=False)["loss"])


def autoencoder(data: Pictures, device: torch.device, first: int | None = None) -> Trained:
    """Notebook 02, section 3."""
    set_seed(0)
    net = Autoencoder(16).to(device)

    def step(x: Tensor) -> Tensor:
        logits = net(x)
        return (x - logits.sigmoid()).square().flatten(1).sum(1).mean()

    return fitted(step, data.digits.images, net, 8, first)


def denoiser(data: Pictures, device: torch.device, first: int | None = None) -> Trained:
    """Notebook 02, section 6: noise from a generator of the CPU, as the exercise asks for."""
    set_seed(0)
    net, noise = Autoencoder(64).to(device), Generator().manual_seed(0)

    def step(x: Tensor) -> Tensor:
        eps = torch.randn(x.shape, generator=noise).to(x.device)
        x_hat = net((x + 0.5 * eps).clamp(0, 1)).sigmoid()
        return (x - x_hat).square().flatten(1).sum(1).mean()

    return fitted(step, data.digits.images, net, 8, first)


def vae(data: Pictures, device: torch.device, first: int | None = None) -> Trained:
    """Notebook 03, section 4."""
    set_seed(0)
    net = VAE(16).to(device)

    def step(x: Tensor) -> dict[str, Tensor]:
        logits, mu, logvar = net(x)
        loss = vae_loss(x, logits, mu, logvar)
        kl = gaussian_kl(mu, logvar).mean()
        return {"loss": loss, "KL": kl, "reconstruction": loss - kl}

    return fitted(step, data.digits.images, net, 12, first)


def ring(data: Pictures, device: torch.device, first: int | None = None) -> Trained:
    """Notebook 06, section 5, with its networks moved to the device."""
    chance, modes, losses = set_seed(0), toy_density("ring"), []
    g, d = (net.to(device) for net in (mlp(2, 2), mlp(2, 1)))
    opt_g, opt_d = (adam(net.parameters(), 1e-3, betas=(0.5, 0.99)) for net in (g, d))
    z_fixed, centers = torch.randn(2000, 2, generator=chance).to(device), modes.means.to(device)

    @torch.no_grad()
    def distance() -> float:
        return torch.cdist(g(z_fixed), centers).amin(1).mean().item()

    before = distance()
    for _ in range(first or data.gan_steps):
        x, z = modes.sample(128, chance), torch.randn(128, 2, generator=chance)
        losses.append(gan_step(g, d, opt_g, opt_d, x.to(device), z.to(device))["d_loss"])
    return Trained(losses, "distance to the nearest mode", before, distance())


def dcgan(data: Pictures, device: torch.device, first: int | None = None) -> Trained:
    """Notebook 06, section 8; the Fréchet distance is measured at the start and at the end."""
    x = data.digits.float(device)
    if first is None:
        classifier, _ = train_classifier(data.digits, progress=False)
        real = batched(classifier.features, x[:2000])
    chance, nets, losses = set_seed(0), pair(device), []
    z_fixed = torch.randn(2000, 32, generator=chance).to(device)

    def frechet() -> float:
        nets.generator.eval()
        images = batched(nets.generator, z_fixed[: len(real)])
        nets.generator.train()
        return frechet_distance(batched(classifier.features, images), real)

    before, steps = (frechet() if first is None else 0.0), first or data.gan_steps
    for step in range(steps):
        for opt in (nets.opt_g, nets.opt_d):
            opt.param_groups[0]["lr"] = 2e-3 * min(1.0, 2 * (1 - step / (steps + 1)))
        batch = torch.randint(0, len(x), (BATCH,), generator=chance)
        z = torch.randn(BATCH, 32, generator=chance).to(device)
        told = gan_step(*nets.players, x[batch.to(device)], z)
        losses.append(told["d_loss"])
    return Trained(losses, "Fréchet distance", before, frechet() if first is None else 0.0)


def debiasing(data: Pictures, device: torch.device, first: int | None = None) -> Trained:
    """Notebook 09, section 4. The first steps draw all faces alike, since a weight that differs in
    its last digit would draw others."""
    set_seed(0)
    net, n = Detector().to(device), len(data.faces)
    x = torch.cat([data.faces.float(), data.others.float()]).to(device)
    optimizer, losses = adam(net.parameters(), 1e-3), []
    for epoch in range(EPOCHS):
        optimizer.param_groups[0]["lr"] = 1e-3 * (1 - epoch / EPOCHS)
        weight = torch.full((n,), 1 / n)
        if first is None:
            mu = batched(lambda part: net.encode(part)[1], x[:n]).cpu()
            weight = resampling_probabilities(mu, alpha=0.001)
        drawn = torch.multinomial(weight, n, replacement=True)
        chosen = torch.cat([drawn, torch.arange(n, len(x))])
        for index in chosen[torch.randperm(len(chosen))].split(64):
            loss = step_loss(net, x[index.to(device)], (index < n).float().to(device), "vae")
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
            if len(losses) == first:
                return trained(torch.stack(losses).tolist())
    return trained(torch.stack(losses).tolist())
