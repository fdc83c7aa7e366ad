"""Every generator of the course, trained for so many seconds of processor time: digits.

Each function has the architecture, loss and rates of its notebook. Where two things are learned,
an autoencoder and something on its codes, each gets half of the time. `scoreboard_points.py` has
the models of points.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from benchmarks import diffusion, diffusion_checkpoint
from benchmarks.gan_digits import RECIPES, Recipe, discriminator, generator, logistic, play
from benchmarks.scoreboard_training import (
    Clock,
    Trained,
    cosine,
    drawn,
    last_quarter,
    learn,
    matching,
)
from benchmarks.uses_models import ink
from course_utils.data import Dataset
from course_utils.device import set_seed
from course_utils.distributions import vae_loss
from course_utils.metrics import batched
from course_utils.models.autoencoder import Autoencoder
from course_utils.models.classifier import Classifier
from course_utils.models.conditional import (
    ConcatDiscriminator,
    ConditionalGenerator,
    ConditionalVAE,
)
from course_utils.models.diffusion import TimeMLP, euler
from course_utils.models.flow import RealNVP
from course_utils.models.vae import VAE
from coursework.exercises.nb01.ascent import ascend_class_score
from coursework.exercises.nb02.error import reconstruction_error
from coursework.exercises.nb10.loss import conditional_vae_loss
from coursework.exercises.nb13.bits import bits_per_dim
from coursework.exercises.nb13.logits import logit_transform
from coursework.exercises.nb13.noise import dequantize

CODE, PIXELS, CLASSES, ALPHA = 16, 784, 10, 0.05


def labels(n: int, chance: Generator) -> Tensor:
    """Classes to ask for: all alike often, in random order."""
    return (torch.arange(n) % CLASSES)[torch.randperm(n, generator=chance)]


def classifier(train: Dataset, seconds: float, seed: int) -> Trained:
    """Notebook 01: noise, changed for ten steps until a classifier is content."""
    clock, chance = Clock(seconds), set_seed(seed)
    net = Classifier()

    def loss(x: Tensor, y: Tensor) -> Tensor:
        return F.cross_entropy(net(x), y)

    def sample(n: int, chance: Generator) -> Tensor:
        noise, asked = torch.rand(n, 1, 28, 28, generator=chance), labels(n, chance)
        for c in range(CLASSES):
            mine = asked == c
            noise[mine] = ascend_class_score(net, noise[mine], target=c, steps=10, lr=0.1)
        return noise

    steps = learn(net, loss, (train.float(), train.labels), clock, 2e-3, chance)
    return Trained(sample, steps, [net])


def squared(model: Autoencoder, x: Tensor) -> Tensor:
    """The loss of notebook 02."""
    return reconstruction_error(x, model(x).sigmoid()).mean()


def bernoulli(model: Autoencoder, x: Tensor) -> Tensor:
    """The loss of notebooks 13 and 14."""
    loss = F.binary_cross_entropy_with_logits(model(x), x, reduction="none")
    return loss.flatten(1).sum(1).mean()


def decoded(model: Autoencoder, z: Tensor) -> Tensor:
    return batched(lambda part: model.decode(part).sigmoid(), z)


def autoencoder(train: Dataset, seconds: float, seed: int) -> Trained:
    """Notebook 02, codes from N(0, I)."""
    clock, chance = Clock(seconds), set_seed(seed)
    model = Autoencoder(CODE)
    steps = learn(model, lambda x: squared(model, x), (train.float(),), clock, 2e-3, chance)

    def sample(n: int, chance: Generator) -> Tensor:
        return decoded(model, torch.randn(n, CODE, generator=chance))

    return Trained(sample, steps, [model])


def autoencoder_gaussian(train: Dataset, seconds: float, seed: int) -> Trained:
    """The same training, codes from a Gaussian fitted to those of the training images."""
    made = autoencoder(train, seconds, seed)
    (model,) = made.networks
    assert isinstance(model, Autoencoder)
    codes = batched(model.encode, train.float())
    mean, root = codes.mean(0), torch.linalg.cholesky(codes.T.cov())

    def sample(n: int, chance: Generator) -> Tensor:
        return decoded(model, mean + torch.randn(n, CODE, generator=chance) @ root.T)

    return Trained(sample, made.steps, [model])


def vae(train: Dataset, seconds: float, seed: int) -> Trained:
    """Notebook 03; its bound is that of test images with every pixel 0 or 1, as in 17."""
    clock, chance = Clock(seconds), set_seed(seed)
    model = VAE(CODE)
    steps = learn(model, lambda x: vae_loss(x, *model(x)), (train.float(),), clock, 2e-3, chance)

    @torch.no_grad()
    def sample(n: int, chance: Generator) -> Tensor:
        return model.decode(torch.randn(n, CODE, generator=chance)).sigmoid()

    @torch.no_grad()
    def nats(test: Dataset) -> float:
        x = ink(test.float())
        return vae_loss(x, *model(x)).item()

    return Trained(sample, steps, [model], nats, "binary pixels")


def conditional_vae(train: Dataset, seconds: float, seed: int) -> Trained:
    """Notebook 10. log 10 nats for the label make its bound one of log p(x), like the VAE's."""
    clock, chance = Clock(seconds), set_seed(seed)
    model = ConditionalVAE(CODE)

    def loss(x: Tensor, y: Tensor) -> Tensor:
        return conditional_vae_loss(model, x, y, torch.randn(len(x), CODE))

    @torch.no_grad()
    def sample(n: int, chance: Generator) -> Tensor:
        z = torch.randn(n, CODE, generator=chance)
        return model.decode(z, labels(n, chance)).sigmoid()

    @torch.no_grad()
    def nats(test: Dataset) -> float:
        return loss(ink(test.float()), test.labels).item() + math.log(CLASSES)

    steps = learn(model, loss, (train.float(), train.labels), clock, 1e-3, chance)
    return Trained(sample, steps, [model], nats, "binary pixels")


def gan(train: Dataset, seconds: float, seed: int) -> Trained:
    """The loss of notebook 06 on MLPs: those of notebook 10, that are told no label."""
    clock, chance = Clock(seconds), set_seed(seed)
    g, d = ConditionalGenerator(32, size=0).net, ConcatDiscriminator(size=0).net
    losses = logistic, lambda a: F.softplus(-a)
    steps = play(g, d, losses, train.float(), chance, clock.share, lr=1e-3, batch=128)
    return Trained(drawn(g), steps, [g, d])


def convolutional(recipe: Recipe, train: Dataset, seconds: float, seed: int) -> Trained:
    """A recipe of notebook 11."""
    clock, chance = Clock(seconds), set_seed(seed)
    d_loss, g_loss, norm, spectral, d_steps, clip = recipe
    g, d = generator(), discriminator(norm, spectral)
    steps = play(g, d, (d_loss, g_loss), train.float(), chance, clock.share, d_steps, clip)
    return Trained(drawn(g), steps, [g, d])


def dcgan(train: Dataset, seconds: float, seed: int) -> Trained:
    """Notebook 06."""
    return convolutional(RECIPES["DCGAN (notebook 06)"], train, seconds, seed)


def lsgan(train: Dataset, seconds: float, seed: int) -> Trained:
    """Notebook 11."""
    return convolutional(RECIPES["LSGAN, batch norm"], train, seconds, seed)


def flow(train: Dataset, seconds: float, seed: int) -> Trained:
    """Notebook 13's RealNVP on the logits of dequantized pixels.

    One scale for all: a pixel at the edge is dark in training, and by its own standard deviation a
    test digit's ink there would lie hundreds of them away.
    """
    clock, chance = Clock(seconds), set_seed(seed)
    model = RealNVP(PIXELS)

    def to_logits(x: Tensor) -> tuple[Tensor, Tensor]:
        pixels = x.flatten(1)
        return logit_transform(dequantize(pixels, torch.rand(pixels.shape)), ALPHA)

    y, _ = to_logits(train.images)
    model.mean, model.sd = y.mean(0), y.std().repeat(PIXELS)

    def loss(x: Tensor) -> Tensor:
        return -model.log_prob(to_logits(x)[0]).mean()

    def sample(n: int, chance: Generator) -> Tensor:
        p = model.sample(n, chance).sigmoid()
        return ((p - ALPHA) / (1 - 2 * ALPHA)).clamp(0, 1).reshape(n, 1, 28, 28)

    @torch.no_grad()
    def nats(test: Dataset) -> float:
        y, log_det = to_logits(test.images)
        bits = bits_per_dim(model.log_prob(y) + log_det, PIXELS).mean().item()
        return bits * PIXELS * math.log(2)

    steps = learn(model, loss, (train.images,), clock, 2e-3, chance, rate=last_quarter)
    return Trained(sample, steps, [model], nats, "256 grays")


def coded(train: Dataset, seconds: float, seed: int) -> tuple[Autoencoder, int, Tensor]:
    """The autoencoder of notebooks 13 and 14: its steps, and the codes of the training images."""
    clock, chance = Clock(seconds), set_seed(seed)
    model = Autoencoder(CODE)
    steps = learn(model, lambda x: bernoulli(model, x), (train.float(),), clock, 1e-3, chance)
    return model, steps, batched(model.encode, train.float())


def flow_prior(train: Dataset, seconds: float, seed: int) -> Trained:
    """Notebook 13: a flow that has learned where an autoencoder's codes lie."""
    clock = Clock(seconds)
    model, first, codes = coded(train, seconds / 2, seed)
    chance, prior = set_seed(seed), RealNVP(CODE)
    prior.mean, prior.sd = codes.mean(0), codes.std(0)

    def loss(z: Tensor) -> Tensor:
        return -prior.log_prob(z).mean()

    second = learn(prior, loss, (codes,), Clock(clock.left), 2e-3, chance, rate=last_quarter)
    return Trained(
        lambda n, chance: decoded(model, prior.sample(n, chance)), first + second, [model, prior]
    )


def latent_diffusion(train: Dataset, seconds: float, seed: int) -> Trained:
    """Notebook 14: flow matching on an autoencoder's codes, 50 Euler steps."""
    clock = Clock(seconds)
    model, first, codes = coded(train, seconds / 2, seed)
    chance, net = set_seed(seed), TimeMLP(CODE, hidden=256)
    center, scale = codes.mean(0), codes.std(0)

    def loss(x0: Tensor) -> Tensor:
        return matching(net, x0)

    @torch.no_grad()
    def sample(n: int, chance: Generator) -> Tensor:
        noise = torch.randn(n, CODE, generator=chance)
        ends = euler(net, noise, torch.linspace(1, 0, 51).tolist())
        return decoded(model, ends * scale + center)

    standard = (codes - center) / scale
    second = learn(net, loss, (standard,), Clock(clock.left), 2e-3, chance, 256, cosine)
    return Trained(sample, first + second, [model, net])


def diffusion_pixels(train: Dataset, seconds: float, seed: int) -> Trained:
    """Notebook 14's U-Net, trained as its checkpoint was; ten Euler steps, not guided."""
    net, steps = diffusion_checkpoint.learn(2 * train.float() - 1, train.labels, seconds, seed)

    def sample(n: int, chance: Generator) -> Tensor:
        return diffusion.draw(net, labels(n, chance), 0.0, int(chance.initial_seed()))

    return Trained(sample, steps, [net])


DIGITS: dict[str, Callable[[Dataset, float, int], Trained]] = {
    "classifier": classifier,
    "autoencoder": autoencoder,
    "autoencoder_gaussian": autoencoder_gaussian,
    "vae": vae,
    "conditional_vae": conditional_vae,
    "gan": gan,
    "dcgan": dcgan,
    "lsgan": lsgan,
    "flow": flow,
    "flow_prior": flow_prior,
    "diffusion": diffusion_pixels,
    "latent_diffusion": latent_diffusion,
}
