"""One epoch of the VAE of pytorch/examples by the usual loop, by `fit`, and its products alone."""

from __future__ import annotations

import struct
import tempfile
from pathlib import Path
from statistics import median

import torch
import torchvision
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.timing import Rounds, ratios, seconds
from course_utils.data import Dataset, load
from course_utils.device import pick_device
from course_utils.distributions import bernoulli_log_likelihood, gaussian_kl
from course_utils.models.vae import VAE
from course_utils.training import fit

BATCH = 128
EXAMPLES = 60_000


class UsualVAE(nn.Module):
    """The model as pytorch/examples writes it: probabilities out, one forward of everything."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(784, 400)
        self.fc21 = nn.Linear(400, 20)
        self.fc22 = nn.Linear(400, 20)
        self.fc3 = nn.Linear(20, 400)
        self.fc4 = nn.Linear(400, 784)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        h = F.relu(self.fc1(x.view(-1, 784)))
        mu, logvar = self.fc21(h), self.fc22(h)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)
        return torch.sigmoid(self.fc4(F.relu(self.fc3(z)))), mu, logvar


def usual_epoch(folder: Path, device: torch.device | None = None, workers: int = 0) -> float:
    """Mean loss per image: torchvision's MNIST, ToTensor, DataLoader, plain Adam, .item().

    workers: processes that load; pytorch/examples takes 1, and pinned memory, where there is a GPU.
    """
    images = torchvision.datasets.MNIST(
        folder, train=True, transform=torchvision.transforms.ToTensor()
    )
    loader = torch.utils.data.DataLoader(
        images, batch_size=BATCH, shuffle=True, num_workers=workers, pin_memory=workers > 0
    )
    device = device or pick_device()
    model = UsualVAE().to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    total = 0.0
    for x, _ in loader:
        x = x.to(device)
        optimizer.zero_grad()
        x_hat, mu, logvar = model(x)
        loss = F.binary_cross_entropy(x_hat, x.view(-1, 784), reduction="sum")
        loss = loss - 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
        loss.backward()
        total += loss.item()
        optimizer.step()
    return total / len(images)


def fit_epoch(data: Dataset, device: torch.device | None = None) -> float:
    """Mean loss per image of the same model, written as the notebooks write it."""
    model = VAE(latent_dim=20).to(device or pick_device())

    def step(x: Tensor) -> Tensor:
        logits, mu, logvar = model(x)
        return (gaussian_kl(mu, logvar) - bernoulli_log_likelihood(x, logits)).mean()

    history = fit(step, data, model=model, epochs=1, batch_size=BATCH, progress=False)
    return history.epoch_means()[0]


def products_epoch(device: torch.device | None = None, examples: int = EXAMPLES) -> None:
    """The matrix products of such an epoch, forward and backward, on numbers that never change."""
    device = device or pick_device()
    sizes = [(784, 400), (400, 40), (20, 400), (400, 784)]  # mu and logvar in one product
    layers = [
        (
            torch.randn(BATCH, wide, device=device),
            torch.randn(out, wide, device=device),
            torch.randn(BATCH, out, device=device),
        )
        for wide, out in sizes
    ]
    for _ in range(-(-examples // BATCH)):
        for number, (x, weight, gradient) in enumerate(layers):
            x @ weight.T  # forward
            gradient.T @ x  # gradient of the weight
            if number:
                gradient @ weight  # gradient of the input


def torchvision_folder(data: Dataset, root: Path) -> Path:
    """Write `data` into `root` as the four files that torchvision's MNIST reads."""
    raw = root / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for split in ("train", "t10k"):
        images, labels = data.images[:, 0], data.labels.to(torch.uint8)
        for name, array in (
            (f"{split}-images-idx3-ubyte", images),
            (f"{split}-labels-idx1-ubyte", labels),
        ):
            header = struct.pack(f">i{array.ndim}i", 0x0800 + array.ndim, *array.shape)
            (raw / name).write_bytes(header + array.numpy().tobytes())
    return root


def measure(repeats: int = 7) -> tuple[Dataset, Rounds]:
    """The images, and the seconds of each way in each of `repeats` rounds, one after the other."""
    data = load("digits", n=EXAMPLES)
    with tempfile.TemporaryDirectory() as folder:
        root = torchvision_folder(data, Path(folder))
        ways = {
            "usual": lambda: usual_epoch(root),
            "fit": lambda: fit_epoch(data),
            "products": products_epoch,
        }
        for way in ("fit", "products"):  # warm up
            ways[way]()
        device = pick_device()
        rounds = [
            {name: seconds(way, device) for name, way in ways.items()} for _ in range(repeats)
        ]
    return data, rounds


def medians(rounds: Rounds) -> dict[str, float]:
    """Median seconds of each way, and the medians of the two ratios taken round by round."""
    result = {name: median(times[name] for times in rounds) for name in rounds[0]}
    result["usual / fit"] = median(ratios(rounds, "usual", "fit"))
    result["fit / products"] = median(ratios(rounds, "fit", "products"))
    return result


if __name__ == "__main__":
    for name, value in medians(measure()[1]).items():
        print(f"{name:15} {value:.2f}")
