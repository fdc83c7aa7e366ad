"""One step of a DCGAN: as notebook 06 takes it, and as the loop of pytorch/examples takes it.

The second is written anew after the structure of github.com/pytorch/examples, dcgan/main.py: a
DataLoader with ToTensor, a discriminator that ends in a sigmoid, BCELoss, two backward passes for
the discriminator, plain Adam, and five numbers read from the device in each step. The larger pair
of networks has that file's sizes, which are those of Radford et al. (2016) at half their width.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import MNIST

from course_utils.device import set_seed
from course_utils.training import adam
from coursework.exercises.nb06.step import gan_step

BATCH = 64


@dataclass
class Pair:
    """A generator of images from noise (N, noise), a discriminator of logits, their optimizers."""

    generator: nn.Module
    discriminator: nn.Module
    noise: int
    opt_g: torch.optim.Optimizer
    opt_d: torch.optim.Optimizer

    @property
    def players(self) -> tuple[Any, ...]:
        """The first arguments of `gan_step`."""
        return self.generator, self.discriminator, self.opt_g, self.opt_d


class InBfloat16(nn.Module):
    """A network whose products are computed in bfloat16; its answer is float32."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast(x.device.type, torch.bfloat16):
            y = self.net(x)
        return y.float()


def small_generator(noise: int = 32) -> nn.Sequential:
    """Notebook 06: noise (N, 32) to images (N, 1, 28, 28) in [0, 1]."""
    return nn.Sequential(
        nn.Linear(noise, 48 * 7 * 7, bias=False),
        nn.Unflatten(1, (48, 7, 7)),
        nn.BatchNorm2d(48),
        nn.ReLU(),  # (N, 48, 7, 7)
        nn.ConvTranspose2d(48, 24, 4, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(24),
        nn.ReLU(),  # (N, 24, 14, 14)
        nn.ConvTranspose2d(24, 1, 4, stride=2, padding=1),
        nn.Sigmoid(),  # (N, 1, 28, 28)
    )


def small_discriminator() -> nn.Sequential:
    """Notebook 06: images (N, 1, 28, 28) to logits (N, 1)."""
    return nn.Sequential(
        nn.Conv2d(1, 24, 4, stride=2, padding=1),
        nn.LeakyReLU(0.2),  # (N, 24, 14, 14)
        nn.Conv2d(24, 48, 4, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(48),
        nn.LeakyReLU(0.2),  # (N, 48, 7, 7)
        nn.Flatten(),
        nn.Linear(48 * 7 * 7, 1),
    )


def large_generator(noise: int = 100, width: int = 64) -> nn.Sequential:
    """Noise (N, noise) to images (N, 1, 64, 64) in [-1, 1]."""
    layers: list[nn.Module] = [nn.Unflatten(1, (noise, 1, 1))]
    before = noise
    for number, channels in enumerate(
        (8 * width, 4 * width, 2 * width, width)
    ):  # 4, 8, 16, 32 wide
        stride, padding = (2, 1) if number else (1, 0)
        layers.append(nn.ConvTranspose2d(before, channels, 4, stride, padding, bias=False))
        layers += [nn.BatchNorm2d(channels), nn.ReLU(inplace=True)]
        before = channels
    return nn.Sequential(*layers, nn.ConvTranspose2d(before, 1, 4, 2, 1, bias=False), nn.Tanh())


def large_discriminator(width: int = 64) -> nn.Sequential:
    """Images (N, 1, 64, 64) to logits (N, 1)."""
    layers: list[nn.Module] = []
    before = 1
    for channels in (width, 2 * width, 4 * width, 8 * width):  # 32, 16, 8, 4 wide
        layers.append(nn.Conv2d(before, channels, 4, 2, 1, bias=False))
        layers += [nn.BatchNorm2d(channels)] if before > 1 else []
        layers.append(nn.LeakyReLU(0.2, inplace=True))
        before = channels
    return nn.Sequential(*layers, nn.Conv2d(before, 1, 4, bias=False), nn.Flatten())


def small_weights(layer: nn.Module) -> None:
    """Weights of standard deviation 0.02, as the paper has them and notebook 06 too."""
    if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
        nn.init.normal_(layer.weight, 0.0, 0.02)


def pair(
    device: torch.device,
    width: int | None = None,
    bfloat16: bool = False,
    channels_last: bool = False,
    compiled: str = "",
    optimizer: Callable[..., torch.optim.Optimizer] = adam,
) -> Pair:
    """Notebook 06's networks, or with a `width` the larger ones; compiled: a backend's name."""
    set_seed(0)
    noise = 100 if width else 32
    g = large_generator(noise, width) if width else small_generator(noise)
    d = large_discriminator(width) if width else small_discriminator()
    layout = torch.channels_last if channels_last else torch.contiguous_format
    g, d = (net.apply(small_weights).to(device, memory_format=layout) for net in (g, d))
    rate, betas = (2e-4, (0.5, 0.999)) if width else (2e-3, (0.5, 0.99))
    opt_g, opt_d = (optimizer(net.parameters(), lr=rate, betas=betas) for net in (g, d))
    if bfloat16:
        g, d = InBfloat16(g), InBfloat16(d)
    if compiled:
        g, d = (torch.compile(net, backend=compiled) for net in (g, d))
    return Pair(g, d, noise, opt_g, opt_d)


def course_steps(images: Tensor, nets: Pair, steps: int) -> None:
    """Notebook 06's loop: images (N, 1, H, W) wait on the device, `gan_step` reads two numbers."""
    chance, device = torch.Generator().manual_seed(0), images.device
    for _ in range(steps):
        batch = torch.randint(0, len(images), (BATCH,), generator=chance)
        z = torch.randn(BATCH, nets.noise, generator=chance).to(device)
        gan_step(*nets.players, images[batch.to(device)], z)


def enlarged(images: Tensor) -> Tensor:
    """Images (N, 1, 28, 28) in [0, 1] as (N, 1, 64, 64) in [-1, 1]."""
    return 2 * F.interpolate(images, size=(64, 64), mode="bilinear", antialias=True) - 1


def loader(folder: Path, large: bool, workers: int = 0) -> DataLoader:
    """Batches from torchvision's MNIST files in `folder`, decoded image by image."""
    steps = [transforms.ToTensor()]
    if large:
        steps = [transforms.Resize(64), *steps, transforms.Normalize((0.5,), (0.5,))]
    images = MNIST(folder, train=True, transform=transforms.Compose(steps))
    return DataLoader(
        images,
        BATCH,
        shuffle=True,
        drop_last=True,
        num_workers=workers,
        persistent_workers=workers > 0,
    )


def forever(batches: DataLoader) -> Iterator[Tensor]:
    """Images of one batch after the other, epoch after epoch."""
    while True:
        for x, _ in batches:
            yield x


def usual_steps(batches: Iterator[Tensor], nets: Pair, device: torch.device, steps: int) -> None:
    """The loop of pytorch/examples, on networks of the same layers and with its BCELoss."""
    judge, bce = nn.Sequential(nets.discriminator, nn.Sigmoid()), nn.BCELoss()
    told: list[float] = []

    def learn(images: Tensor, target: float) -> Tensor:
        """One backward pass; what the judge says on average is read at once."""
        said = judge(images).view(-1)
        loss = bce(said, torch.full((len(images),), target, device=device))
        loss.backward()
        told.append(said.mean().item())
        return loss

    with cudnn_benchmark():
        for _ in range(steps):
            nets.opt_d.zero_grad()
            loss_real = learn(next(batches).to(device), 1.0)
            fake = nets.generator(torch.randn(BATCH, nets.noise, device=device))
            d_loss = loss_real + learn(fake.detach(), 0.0)
            nets.opt_d.step()
            nets.opt_g.zero_grad()
            g_loss = learn(fake, 1.0)
            nets.opt_g.step()
            told += [d_loss.item(), g_loss.item()]


@contextmanager
def cudnn_benchmark() -> Iterator[None]:
    """cuDNN tries its algorithms and keeps the fastest, as dcgan/main.py asks it to."""
    before = torch.backends.cudnn.benchmark
    torch.backends.cudnn.benchmark = True
    try:
        yield
    finally:
        torch.backends.cudnn.benchmark = before
