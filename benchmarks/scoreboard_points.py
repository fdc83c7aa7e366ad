"""The generators of the scoreboard for points of the plane, drawn from the ring of notebook 06.

Left out are the models that mean nothing here: an autoencoder whose code is as large as the point
copies it, and so do a flow or a diffusion in its codes; no labels are told, and points have no
neighbors that a convolution could look at.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from benchmarks.gan_digits import Loss, least_squares, logistic, play
from benchmarks.gan_ring import mlp
from benchmarks.scoreboard_training import (
    Clock,
    Trained,
    cosine,
    drawn,
    last_quarter,
    learn,
    matching,
)
from course_utils.device import set_seed
from course_utils.distributions import (
    gaussian_kl,
    log_gaussian_diagonal,
    reparameterize,
)
from course_utils.models.diffusion import TimeMLP, euler
from course_utils.models.flow import RealNVP
from coursework.exercises.nb01.ascent import ascend_class_score

Points = tuple[Tensor, Tensor]  # x (N, 2), and y (N,), which bump each comes from
BUMPS, EDGE = 8, 3.0  # the ring lies in [-EDGE, EDGE]²


def classifier(train: Points, seconds: float, seed: int) -> Trained:
    """Notebook 01: noise in a square, moved for ten steps until a classifier is content."""
    clock, chance = Clock(seconds), set_seed(seed)
    net = mlp(2, BUMPS)

    def loss(x: Tensor, y: Tensor) -> Tensor:
        return F.cross_entropy(net(x / (2 * EDGE) + 0.5), y)  # the square as [0, 1]²

    def sample(n: int, chance: Generator) -> Tensor:
        x, asked = torch.rand(n, 2, generator=chance), torch.arange(n) % BUMPS
        for c in range(BUMPS):
            mine = asked == c
            x[mine] = ascend_class_score(net, x[mine], target=c, steps=10, lr=0.1)
        return (x - 0.5) * 2 * EDGE

    steps = learn(net, loss, train, clock, 2e-3, chance)
    return Trained(sample, steps, [net])


class PointVAE(nn.Module):
    """A VAE of points with a code of two numbers; one learned variance for both coordinates."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder, self.decoder = mlp(2, 4), mlp(2, 2)
        self.logvar = nn.Parameter(torch.zeros(()))

    def loss(self, x: Tensor) -> Tensor:
        """Negative ELBO of points x (N, 2), their mean, in nats."""
        mu, logvar = self.encoder(x).chunk(2, dim=1)
        x_hat = self.decoder(reparameterize(mu, logvar, torch.randn_like(mu)))
        fit = log_gaussian_diagonal(x, x_hat, self.logvar.expand_as(x))
        return (gaussian_kl(mu, logvar) - fit).mean()


def vae(train: Points, seconds: float, seed: int) -> Trained:
    """The loss of notebook 03 with a Gaussian for p(x|z)."""
    clock, chance = Clock(seconds), set_seed(seed)
    model = PointVAE()
    steps = learn(model, model.loss, train[:1], clock, 2e-3, chance)

    @torch.no_grad()
    def sample(n: int, chance: Generator) -> Tensor:
        z, eps = torch.randn(2, n, 2, generator=chance)
        return model.decoder(z) + (model.logvar / 2).exp() * eps

    @torch.no_grad()
    def nats(test: Points) -> float:
        return model.loss(test[0]).item()

    return Trained(sample, steps, [model], nats, "density")


def adversaries(
    losses: tuple[Loss, Callable[[Tensor], Tensor]], train: Points, seconds: float, seed: int
) -> Trained:
    clock, chance = Clock(seconds), set_seed(seed)
    g, d = mlp(2, 2), mlp(2, 1)
    steps = play(g, d, losses, train[0], chance, clock.share, lr=1e-3, batch=128, latent=2)
    return Trained(drawn(g, 2), steps, [g, d])


def gan(train: Points, seconds: float, seed: int) -> Trained:
    """Notebook 06."""
    return adversaries((logistic, lambda a: F.softplus(-a)), train, seconds, seed)


def lsgan(train: Points, seconds: float, seed: int) -> Trained:
    """Notebook 11, where it covers the ring."""
    return adversaries((least_squares, lambda a: (a - 1).square()), train, seconds, seed)


def flow(train: Points, seconds: float, seed: int) -> Trained:
    """Notebook 13."""
    clock, chance = Clock(seconds), set_seed(seed)
    x, model = train[0], RealNVP(2, couplings=8, hidden=32)
    model.mean, model.sd = x.mean(0), x.std(0)

    def loss(x: Tensor) -> Tensor:
        return -model.log_prob(x).mean()

    @torch.no_grad()
    def nats(test: Points) -> float:
        return loss(test[0]).item()

    steps = learn(model, loss, (x,), clock, 5e-3, chance, 128, last_quarter)
    return Trained(model.sample, steps, [model], nats, "density")


def diffusion(train: Points, seconds: float, seed: int) -> Trained:
    """Notebook 14: flow matching, 50 Euler steps."""
    clock, chance = Clock(seconds), set_seed(seed)
    net = TimeMLP(2)

    @torch.no_grad()
    def sample(n: int, chance: Generator) -> Tensor:
        noise = torch.randn(n, 2, generator=chance)
        return euler(net, noise, torch.linspace(1, 0, 51).tolist())

    def nats(test: Points) -> float:
        return -log_prob(net, test[0]).mean().item()

    steps = learn(net, lambda x: matching(net, x), train[:1], clock, 1e-2, chance, 512, cosine)
    return Trained(sample, steps, [net], nats, "density")


def log_prob(net: nn.Module, x: Tensor, steps: int = 200) -> Tensor:
    """log p(x) (N,) of points x (N, D) whose ODE dx/dt = net(x, t) ends in N(0, I) at t = 1.

    The log-density changes by the divergence of the velocity. Chen et al., "Neural ordinary
    differential equations", 2018, theorem 1; midpoint steps.
    """
    total, h = torch.zeros(len(x)), 1 / steps
    for step in range(steps):
        velocity, _ = moving(net, x, step * h)
        velocity, divergence = moving(net, x + 0.5 * h * velocity, (step + 0.5) * h)
        x, total = x + h * velocity, total + h * divergence
    return total - 0.5 * (x.square() + math.log(2 * math.pi)).sum(1)


def moving(net: nn.Module, x: Tensor, t: float) -> tuple[Tensor, Tensor]:
    """Velocity (N, D) at points x (N, D), and its divergence (N,)."""
    x = x.detach().requires_grad_()
    velocity = net(x, torch.full((len(x),), t))
    parts = [
        torch.autograd.grad(velocity[:, k].sum(), x, retain_graph=True)[0][:, k]
        for k in range(x.shape[1])
    ]
    return velocity.detach(), torch.stack(parts).sum(0)


MIXTURE: dict[str, Callable[[Points, float, int], Trained]] = {
    "classifier": classifier,
    "vae": vae,
    "gan": gan,
    "lsgan": lsgan,
    "flow": flow,
    "diffusion": diffusion,
}
