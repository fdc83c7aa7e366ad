"""Models of `uses.py`: a VAE of binarized digits, a logistic regression, M2, neighbors, files."""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from course_utils.distributions import bernoulli_log_likelihood, gaussian_kl, vae_loss
from course_utils.models.autoencoder import Autoencoder
from course_utils.models.vae import VAE
from course_utils.training import fit

PRECISION, BIN_BITS = 24, 12
NEIGHBORS = [
    *((0, dx) for dx in (1, 2, 3, 4)),
    *((1, dx) for dx in range(-3, 4)),
    *((2, dx) for dx in range(-2, 3)),
]  # rows above, columns to the left: 16 pixels that are read before this one
Contexts = Callable[[Tensor], Tensor]
Change = Callable[[Tensor], Tensor]  # what is done to images before a classifier sees them


def ink(x: Tensor) -> Tensor:
    """Gray images as 0 or 1."""
    return (x > 0.5).float()


def train_vae(x: Tensor, seed: int) -> VAE:
    """784-400-16 on binarized images, sixteen epochs."""
    torch.manual_seed(seed)
    vae = VAE(16, 400)
    fit(lambda x: vae_loss(x, *vae(x)), x, model=vae, epochs=16, lr=2e-3, seed=seed, progress=False)
    return vae


def train_denoiser(x: Tensor, sigma: float, seed: int) -> Autoencoder:
    """02's autoencoder with 64 latents on gray images with noise, eight epochs of squared error."""
    torch.manual_seed(seed)
    model = Autoencoder(64)

    def loss(clean: Tensor) -> Tensor:
        x_hat = model(clean + sigma * torch.randn_like(clean)).sigmoid()
        return (x_hat - clean).square().flatten(1).sum(1).mean()

    fit(loss, x, model=model, epochs=8, lr=2e-3, seed=seed, progress=False)
    return model


def project(x: Tensor, y: Tensor, k: int = 64) -> Tensor:
    """Images y on the first k principal components of the images x; both (N, 1, 28, 28)."""
    mean = x.flatten(1).mean(0)
    centered = x.flatten(1) - mean
    axes = torch.linalg.eigh(centered.T @ centered)[1][:, -k:]  # (784, k)
    return (mean + (y.flatten(1) - mean) @ axes @ axes.T).reshape(y.shape)


def regression(x: Tensor, seen: int) -> nn.Linear:
    """Logits of the other pixels of x (N, D), 0 or 1, from the first `seen`: one linear layer.

    The weight decay is the best of four on the last tenth of x; then the layer is fitted to all x.
    """
    layer = nn.Linear(seen, x.shape[1] - seen)
    nn.init.zeros_(layer.weight)
    layer.bias.data = x[:, seen:].mean(0).clamp(1e-4, 1 - 1e-4).logit()
    fitted, held_out = x[: -len(x) // 10], x[-len(x) // 10 :]
    best = (float("inf"), 0.0, layer)
    for decay in (1e-2, 3e-3, 1e-3, 3e-4):  # each begins where the one before ended
        settle(layer, fitted, decay)
        with torch.no_grad():
            cost = -bernoulli_log_likelihood(held_out[:, seen:], layer(held_out[:, :seen])).mean()
        best = min(best, (float(cost), decay, deepcopy(layer)), key=lambda found: found[0])
    _, decay, layer = best
    settle(layer, x, decay)
    return layer


def settle(layer: nn.Linear, x: Tensor, decay: float, steps: int = 25) -> None:
    """Fit the layer to x: Bernoulli loss and `decay` times its squared weights, by L-BFGS."""
    seen = layer.in_features
    optimizer = torch.optim.LBFGS(
        layer.parameters(), max_iter=steps, history_size=20, line_search_fn="strong_wolfe"
    )

    def loss() -> Tensor:
        optimizer.zero_grad()
        nats = -bernoulli_log_likelihood(x[:, seen:], layer(x[:, :seen])).mean()
        value = nats + decay * layer.weight.square().sum()
        value.backward()
        return value

    optimizer.step(loss)


def small_cnn(seed: int) -> nn.Module:
    """Two convolutions, dropout, one linear layer."""
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(1, 16, 5, stride=2, padding=2),  # (N, 16, 14, 14)
        nn.ReLU(),
        nn.Conv2d(16, 32, 5, stride=2, padding=2),  # (N, 32, 7, 7)
        nn.ReLU(),
        nn.Flatten(),
        nn.Dropout(0.3),
        nn.Linear(32 * 49, 10),
    )


def small_mlp(inputs: int, seed: int) -> nn.Module:
    """One hidden layer of 100."""
    torch.manual_seed(seed)
    return nn.Sequential(nn.Flatten(), nn.Linear(inputs, 100), nn.ReLU(), nn.Linear(100, 10))


def shifted(x: Tensor) -> Tensor:
    """Images (N, 1, 28, 28), each moved by up to two pixels."""
    padded = F.pad(x, (2, 2, 2, 2))
    places = torch.randint(0, 5, (len(x), 2)).tolist()
    return torch.stack(
        [p[:, i : i + 28, j : j + 28] for p, (i, j) in zip(padded, places, strict=True)]
    )


class M2:
    """A VAE whose latent is a class and K numbers. Kingma et al., 2014, section 2.

    The classifier q(y|x) is `small_cnn`; it sees its images through `change`.
    """

    def __init__(self, seed: int, change: Change, latents: int = 4) -> None:
        self.change, self.classifier = change, small_cnn(seed)
        self.encoder = nn.Sequential(nn.Linear(794, 400), nn.ReLU(), nn.Linear(400, 2 * latents))
        self.decoder = nn.Sequential(nn.Linear(latents + 10, 400), nn.ReLU(), nn.Linear(400, 784))

    def bound(self, x: Tensor, y: Tensor) -> Tensor:
        """Negative ELBO (N,) of x (N, 784) under the label y (N, 10), one-hot; log 10 included."""
        mu, logvar = self.encoder(torch.cat([x, y], 1)).chunk(2, 1)
        z = mu + (logvar / 2).exp() * torch.randn_like(mu)
        logits = self.decoder(torch.cat([z, y], 1))
        return gaussian_kl(mu, logvar) - bernoulli_log_likelihood(x, logits) + np.log(10)

    def loss(self, x: Tensor, x_known: Tensor, y_known: Tensor) -> Tensor:
        """Unlabeled x, and the labeled images besides."""
        n, flat = len(x), x.flatten(1)
        labels = torch.eye(10).repeat(n, 1)  # (10 N, 10)
        bounds = self.bound(flat.repeat_interleave(10, 0), labels).reshape(n, 10)
        log_q = self.classifier(self.change(x)).log_softmax(1)
        unknown = (log_q.exp() * (bounds + log_q)).sum(1).mean()
        known = self.bound(x_known.flatten(1), F.one_hot(y_known, 10).float()).mean()
        guesses = self.classifier(self.change(x_known))
        return unknown + 0.1 * known + 10 * F.cross_entropy(guesses, y_known)

    def learn(self, x: Tensor, x_known: Tensor, y_known: Tensor, epochs: int, seed: int) -> None:
        parts = nn.ModuleList([self.classifier, self.encoder, self.decoder])
        fit(
            lambda batch: self.loss(batch, x_known, y_known),
            x, model=parts, epochs=epochs, lr=1e-3, seed=seed, progress=False,
        )  # fmt: skip


def context_table(x: Tensor) -> tuple[Tensor, Contexts]:
    """P(ink) for each of 2¹⁶ patterns of neighbors in images x (N, 28, 28), and the patterns."""

    def contexts(x: Tensor) -> Tensor:
        padded, code = F.pad(x.long(), (4, 4, 4, 0)), torch.zeros(x.shape, dtype=torch.long)
        for dy, dx in NEIGHBORS:
            code = 2 * code + padded[:, 4 - dy : 32 - dy, 4 - dx : 32 - dx]
        return code

    patterns, counts = contexts(x).flatten(), torch.full((2, 2 ** len(NEIGHBORS)), 0.4)
    for value in (0, 1):
        counts[value] += torch.bincount(patterns[x.flatten() == value], minlength=counts.shape[1])
    return counts[1] / counts.sum(0), contexts


def bits_of(x: Tensor, vae: VAE, table: tuple[Tensor, Contexts]) -> Iterator[tuple[str, float]]:
    """Bits for each image of x (N, 1, 28, 28), 0 or 1, by each method."""
    pixels = x[:, 0].bool().numpy()
    flat = pixels.astype(np.uint8).tobytes(), np.packbits(pixels).tobytes()
    for name, pack in (
        ("zlib", lambda b: zlib.compress(b, 9)),
        ("lzma", lambda b: lzma.compress(b, preset=9 | lzma.PRESET_EXTREME)),
        ("bz2", lambda b: bz2.compress(b, 9)),
    ):
        yield name, 8 * min(len(pack(b)) for b in flat) / len(x)
    out = io.BytesIO()
    sheet = pixels.reshape(-1, 20, 28, 28).transpose(0, 2, 1, 3).reshape(-1, 560)
    Image.fromarray(~sheet).save(out, "PNG", optimize=True)
    yield "PNG", 8 * len(out.getvalue()) / len(x)
    rates, contexts = table
    p = rates[contexts(x[:, 0])]
    surprise = -torch.where(x[:, 0] == 1, p, 1 - p).log2().sum()
    yield "table of 16 neighbors", float(surprise) / len(x)
    coder = Coder(vae)
    start = (1 << 511) | int.from_bytes(np.random.default_rng(0).bytes(63), "big")
    state = start
    for image in x:
        state = coder.encode(state, image.flatten().int().tolist())
    yield "bits back", (state.bit_length() - 512) / len(x)
    right = 0
    for image in x.flip(0):
        found, state = coder.decode(state)
        right += found == image.flatten().int().tolist()
    yield "decoded exactly", right
    yield "first bits returned", float(state == start)


class Coder:
    """Bits-back coding with a range coder whose state is a whole number. Townsend et al., 2019."""

    def __init__(self, vae: VAE) -> None:
        self.vae, bins = vae, 2**BIN_BITS
        self.edges = torch.special.ndtri(torch.arange(1, bins).double() / bins)
        self.centers = torch.special.ndtri((torch.arange(bins) + 0.5).double() / bins).float()
        step = 2 ** (PRECISION - BIN_BITS)
        self.prior = [list(range(0, 2**PRECISION + 1, step))] * vae.latent_dim

    @torch.no_grad()
    def posterior(self, x: Sequence[int]) -> list[list[int]]:
        mu, logvar = self.vae.encode(torch.tensor(x).float().reshape(1, 1, 28, 28))
        below = torch.special.ndtr((self.edges - mu.T) / (logvar.T / 2).exp())
        below = F.pad(F.pad(below, (1, 0)), (0, 1), value=1)  # (K, bins + 1)
        spare = 2**PRECISION - len(self.centers)  # each bin has one slot of its own
        return ((below * spare).long() + torch.arange(len(self.centers) + 1)).tolist()

    @torch.no_grad()
    def likelihood(self, z: Sequence[int]) -> list[list[int]]:
        white = (-self.vae.decode(self.centers[z][None]).double()).sigmoid().flatten()
        split = (white * 2**PRECISION).round().clamp(1, 2**PRECISION - 1).long()
        return [[0, slot, 2**PRECISION] for slot in split.tolist()]

    def encode(self, state: int, x: Sequence[int]) -> int:
        z: list[int] = []
        for table in self.posterior(x):
            symbol, state = pop(state, table)
            z.append(symbol)
        tables = [*self.likelihood(z), *self.prior]
        for symbol, table in zip([*x, *z], tables, strict=True):
            state = push(state, table, symbol)
        return state

    def decode(self, state: int) -> tuple[list[int], int]:
        z: list[int] = []
        x: list[int] = []
        for table in self.prior[::-1]:
            symbol, state = pop(state, table)
            z.insert(0, symbol)
        for table in self.likelihood(z)[::-1]:
            symbol, state = pop(state, table)
            x.insert(0, symbol)
        for symbol, table in zip(z[::-1], self.posterior(x)[::-1], strict=True):
            state = push(state, table, symbol)
        return x, state


def push(state: int, table: Sequence[int], symbol: int) -> int:
    start, freq = table[symbol], table[symbol + 1] - table[symbol]
    return (state // freq << PRECISION) + state % freq + start


def pop(state: int, table: Sequence[int]) -> tuple[int, int]:
    slot = state & (2**PRECISION - 1)
    symbol = bisect_right(table, slot) - 1
    return symbol, (table[symbol + 1] - table[symbol]) * (state >> PRECISION) + slot - table[symbol]
