"""What generative models are good for, on three seeds: the studies whose tables notebook 17 shows.

`python -m benchmarks.uses` measures (about twelve minutes of processor time) and writes the tables.
MNIST has to be in `data/` or `$COURSE_DATA`. `python -m benchmarks.uses labels` measures one study.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache

import numpy as np
import torch
from scipy.ndimage import median_filter
from scipy.signal import wiener
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.uses_models import (
    M2,
    bits_of,
    context_table,
    ink,
    project,
    regression,
    shifted,
    small_cnn,
    small_mlp,
    train_denoiser,
    train_vae,
)
from course_utils.data import load
from course_utils.data.checkpoint import read_checkpoint
from course_utils.data.measured import write_measured
from course_utils.device import set_seed
from course_utils.distributions import bernoulli_log_likelihood, vae_loss
from course_utils.models.autoencoder import Autoencoder
from course_utils.models.diffusion import UNet, euler
from course_utils.models.vae import VAE

Look = Mapping[str, object]
SOURCES, SEEDS = ("drawn", "mnist"), range(3)
DRAWS, IMAGES, HALF = 20_000, 200, 392


@cache
def data(source: str, seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Gray images and labels, 10,000 for training and 1,000 for testing."""
    train = load("digits", n=10_000, seed=seed, source=source)
    test = load("digits", "test", n=1000, seed=seed, source=source)
    return train.float(), train.labels, test.float(), test.labels


@cache
def vae_of(source: str, seed: int) -> VAE:
    return train_vae(ink(data(source, seed)[0]), seed)


def filling(source: str, seed: int) -> Iterator[Look]:
    """Nats of the lower half given the upper, on binarized digits."""
    x_train, x = (
        ink(data(source, seed)[0]).flatten(1),
        ink(data(source, seed)[2])[:IMAGES].flatten(1),
    )
    vae, lower = vae_of(source, seed), x[:, HALF:]

    def nats(p: Tensor) -> float:
        p = p[:, -HALF:].clamp(1e-3, 1 - 1e-3)
        return float(-bernoulli_log_likelihood(lower, p.logit()).mean())

    mean = x_train.mean(0)
    seen = F.pad(x_train[:, :HALF], (0, 1), value=1)
    weights = torch.linalg.solve(
        seen.T @ seen + 10 * torch.eye(HALF + 1), seen.T @ x_train[:, HALF:]
    )
    found = {
        "pixel means": nats(mean[None].expand_as(x)),
        "linear regression": nats(F.pad(x[:, :HALF], (0, 1), value=1) @ weights),
        "logistic regression": nats(regression(x_train, HALF)(x[:, :HALF]).detach().sigmoid()),
        "encode, zeros": nats(through(vae, filled(x, torch.zeros(784)))),
        "encode, means": nats(through(vae, filled(x, mean))),
        "20 rounds of encoding": nats(rounds(vae, filled(x, torch.zeros(784)), x)),
        "best z by gradient": nats(best_code(vae, x)),
    }
    conditional, size = from_prior(vae, x, seed)
    found["20,000 draws from the prior"] = -float(conditional.mean())
    rates, contexts = context_table(x_train.reshape(-1, 28, 28))
    p = rates[contexts(x.reshape(-1, 28, 28))].flatten(1)
    found["table of 16 neighbors"] = nats(p)
    for method, value in found.items():
        yield {"method": method, "nats": f"{value:.1f}"}
    yield {"method": "effective sample size", "nats": f"{float(size.median()):.2f}"}


def filled(x: Tensor, guess: Tensor) -> Tensor:
    """x with its lower half replaced."""
    return torch.cat([x[:, :HALF], guess[HALF:].expand(len(x), -1)], 1)


@torch.no_grad()
def through(vae: VAE, x: Tensor) -> Tensor:
    mu, _ = vae.encode(x.reshape(-1, 1, 28, 28))
    return vae.decode(mu).sigmoid().flatten(1)


@torch.no_grad()
def rounds(vae: VAE, guess: Tensor, x: Tensor, times: int = 20) -> Tensor:
    """Encode, decode, put the upper half back, again and again (Rezende et al., 2014)."""
    set_seed(0)
    for _ in range(times):
        p = vae(guess.reshape(-1, 1, 28, 28))[0].sigmoid().flatten(1)
        guess = torch.cat([x[:, :HALF], torch.bernoulli(p)[:, HALF:]], 1)
    return p


def best_code(vae: VAE, x: Tensor, steps: int = 200) -> Tensor:
    """Decoded code that explains the upper half best, with its prior: a maximum a posteriori z."""
    z = torch.zeros(len(x), vae.latent_dim, requires_grad=True)
    optimizer = torch.optim.Adam([z], lr=0.05)
    for _ in range(steps):
        logits = vae.decode(z).flatten(1)[:, :HALF]
        loss = 0.5 * z.square().sum() - bernoulli_log_likelihood(x[:, :HALF], logits).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return vae.decode(z).detach().sigmoid().flatten(1)


@torch.no_grad()
def from_prior(vae: VAE, x: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    """log p(lower | upper) (N,) by draws from the prior, and the effective sample size (N,)."""
    generator = torch.Generator().manual_seed(seed)
    upper, whole = [], []
    for _ in range(DRAWS // 2000):
        logits = vae.decode(torch.randn(2000, vae.latent_dim, generator=generator)).flatten(1)
        zero = F.softplus(logits)
        upper.append(logits[:, :HALF] @ x[:, :HALF].T - zero[:, :HALF].sum(1, keepdim=True))
        whole.append(logits @ x.T - zero.sum(1, keepdim=True))
    log_upper, log_whole = torch.cat(upper), torch.cat(whole)
    size = 1 / log_upper.softmax(0).square().sum(0)
    return log_whole.logsumexp(0) - log_upper.logsumexp(0), size


def few_labels(source: str, seed: int) -> Iterator[Look]:
    """Accuracy on test images with ten labels of each class."""
    x_train, y_train, x_test, y_test = data(source, seed)
    x_train, x_test = ink(x_train), ink(x_test)
    chosen = torch.cat([(y_train == c).nonzero().flatten()[:10] for c in range(10)])
    x, y = x_train[chosen], y_train[chosen]

    def look(method: str, answer: Callable[[Tensor], Tensor], began: float) -> Look:
        with torch.no_grad():
            right = float((answer(x_test).argmax(1) == y_test).float().mean())
        used = time.process_time() - began
        return {"method": method, "accuracy": f"{right:.3f}", "seconds": f"{used:.0f}"}

    codes = nn.Sequential(Codes(vae_of(source, seed)), small_mlp(16, seed))
    for method, model, change in (
        ("MLP", small_mlp(784, seed), same),
        ("MLP on codes", codes, same),
        ("CNN", small_cnn(seed), same),
        ("CNN, shifted images", small_cnn(seed), shifted),
    ):
        began = time.process_time()
        yield look(method, learned(model, x, y, change, 400), began)
    for method, change in (("M2", same), ("M2, shifted images", shifted)):
        began = time.process_time()
        m2 = M2(seed, change)
        m2.learn(x_train, x, y, epochs=12, seed=seed)
        yield look(method, m2.classifier, began)


def same(x: Tensor) -> Tensor:
    return x


class Codes(nn.Module):
    """The means of a VAE's codes; its weights stay as they are."""

    def __init__(self, vae: VAE) -> None:
        super().__init__()
        self.vae = [vae]

    def forward(self, x: Tensor) -> Tensor:
        return self.vae[0].encode(x)[0].detach()


def learned(
    model: nn.Module, x: Tensor, y: Tensor, change: Callable[[Tensor], Tensor], steps: int
) -> nn.Module:
    """A classifier trained on all labeled images at each step."""
    weights = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=2e-3, weight_decay=0.05)
    model.train()
    for _ in range(steps):
        optimizer.zero_grad()
        F.cross_entropy(model(change(x)), y).backward()
        optimizer.step()
    return model.eval()


def cleaning(source: str, seed: int) -> Iterator[Look]:
    """Squared error, summed over an image's pixels, of what each method makes of a noisy one."""
    x_train, _, x_test, _ = data(source, seed)
    x = x_test[:IMAGES]
    denoisers = {at: train_denoiser(x_train, at, seed) for at in (0.25, 0.5)}
    unet = UNet()
    unet.load_state_dict(read_checkpoint("diffusion_digits"))
    unet.eval()
    for sigma in (0.25, 0.5, 1.0):
        generator = torch.Generator().manual_seed(seed)
        y = x + sigma * torch.randn(x.shape, generator=generator)
        for method, x_hat in cleaned(y, sigma, x_train, denoisers, unet):
            error = float((x_hat.clamp(0, 1) - x).square().flatten(1).sum(1).mean())
            yield {"sigma": sigma, "method": method, "error": f"{error:.1f}"}


@torch.no_grad()
def cleaned(
    y: Tensor, sigma: float, x_train: Tensor, denoisers: Mapping[float, Autoencoder], unet: UNet
) -> Iterator[tuple[str, Tensor]]:
    """Each method and what it makes of y, noise of standard deviation sigma on x in [0, 1]."""
    pictures = y[:, 0].numpy()
    yield "as it is", y
    for side in (3, 5):
        yield (
            f"median {side}×{side}",
            torch.tensor(median_filter(pictures, (1, side, side)))[:, None],
        )
        rows = [wiener(p.astype(np.float64), side, noise=sigma**2) for p in pictures]
        yield f"Wiener {side}×{side}", torch.tensor(np.stack(rows)).float()[:, None]
    yield "64 principal components", project(x_train, y)
    for trained_at, denoiser in denoisers.items():
        yield f"02's denoiser ({trained_at})", denoiser(y).sigmoid()
    t = 2 * sigma / (1 + 2 * sigma)  # x_t = (1 − t) (2x − 1) + t ε, so t / (1 − t) = 2σ
    x_t = (1 - t) * (2 * y - 1)
    yield "14's network, one look", (x_t - t * unet(x_t, torch.full((len(y),), t)) + 1) / 2
    times = torch.linspace(t, 0, 11).tolist()
    yield "14's network, ten steps", (euler(lambda x, t: unet(x, t), x_t, times) + 1) / 2


def compressing(source: str, seed: int) -> Iterator[Look]:
    """Bits for each of 200 images, decoded exactly, against what one would use otherwise."""
    x_train, x = ink(data(source, seed)[0]), ink(data(source, seed)[2])[:IMAGES]
    vae = vae_of(source, seed)
    set_seed(seed)
    with torch.no_grad():
        looks = [float(vae_loss(x, *vae(x))) for _ in range(50)]
    yield {"method": "-ELBO", "bits": f"{np.mean(looks) / np.log(2):.1f}"}
    for method, value in bits_of(x, vae, context_table(x_train[:, 0])):
        yield {"method": method, "bits": f"{value:.1f}"}


STUDIES = {
    "uses_compressing": compressing,
    "uses_filling": filling,
    "uses_labels": few_labels,
    "uses_cleaning": cleaning,
}


def main(arguments: list[str]) -> None:
    """Measure the studies that are named, all of them without a name."""
    chosen = [name for name in STUDIES if not arguments or name.removeprefix("uses_") in arguments]
    if not chosen:
        sys.exit(f"There are: {', '.join(n.removeprefix('uses_') for n in STUDIES)}.")
    for name in chosen:
        rows: list[Look] = []
        for source in SOURCES:
            for seed in SEEDS:
                rows += [
                    {"source": source, "seed": seed, **look} for look in STUDIES[name](source, seed)
                ]
                print(name, source, seed, f"{time.process_time():.0f} s", flush=True)
        write_measured(name, rows)


if __name__ == "__main__":
    main(sys.argv[1:])
