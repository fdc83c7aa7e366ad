"""Samples of the course's models side by side, for the opening and the closing deck.

`python -m benchmarks.samples_of_all` writes `samples_digits.png` and `samples_faces.png` beside the
tables of measurements: one row of images a model, their names in the file. It trains what the
notebooks train, in two minutes on one core, and reads the checkpoints of 14 and 16. All digits and
faces are drawn by the course.
"""

from __future__ import annotations

import torch
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from torch import Tensor
from torch.nn import functional as F

from benchmarks.gan_digits import LATENT, RECIPES, train
from course_utils.data import load
from course_utils.data.checkpoint import read_checkpoint
from course_utils.data.measured import FOLDER
from course_utils.device import set_seed
from course_utils.distributions import bernoulli_log_likelihood, gaussian_kl
from course_utils.models.autoencoder import Autoencoder
from course_utils.models.diffusion import UNet, euler
from course_utils.models.flow import train_flow
from course_utils.models.style import StyleGenerator
from course_utils.models.vae import VAE
from course_utils.training import fit

COUNT = 12  # images of each model


def gaussian(x: Tensor) -> Tensor:
    """Draws of one Gaussian of all pixels: notebook 01."""
    flat = x.flatten(1)
    root = torch.linalg.cholesky(flat.T.cov() + 1e-3 * torch.eye(784))
    return (flat.mean(0) + torch.randn(COUNT, 784) @ root.T).clamp(0, 1).reshape(-1, 1, 28, 28)


def of_codes(x: Tensor) -> dict[str, Tensor]:
    """An autoencoder's images of N(0, I), and of a flow that has learned its codes: 02 and 13."""
    model = Autoencoder(16)

    def reconstruction(images: Tensor) -> Tensor:
        lost = F.binary_cross_entropy_with_logits(model(images), images, reduction="none")
        return lost.flatten(1).sum(1).mean()

    fit(reconstruction, x, model=model, epochs=3, seed=0)
    with torch.no_grad():
        encoded = model.encode(x)
    flow, _ = train_flow(encoded, epochs=16, seed=0)
    codes = {"autoencoder": torch.randn(COUNT, 16), "flow": flow.sample(COUNT)}
    with torch.no_grad():
        return {name: model.decode(z).sigmoid() for name, z in codes.items()}


def vae(x: Tensor) -> Tensor:
    """Draws of the VAE of notebook 03."""
    model = VAE(latent_dim=20)

    def negative_elbo(images: Tensor) -> Tensor:
        logits, mu, logvar = model(images)
        return (gaussian_kl(mu, logvar) - bernoulli_log_likelihood(images, logits)).mean()

    fit(negative_elbo, x, model=model, epochs=8, seed=0)
    with torch.no_grad():
        return model.decode(torch.randn(COUNT, 20)).sigmoid()


def diffusion() -> Tensor:
    """Draws of notebook 14's checkpoint, of any digit, ten steps."""
    model = UNet().eval()
    model.load_state_dict(read_checkpoint("diffusion_digits"))
    with torch.no_grad():
        x = torch.randn(COUNT, 1, 28, 28)
        asked = torch.arange(COUNT) * 7 % 10
        ends = euler(lambda x, t: model(x, t, asked), x, torch.linspace(1, 0, 11).tolist())
    return ((ends + 1) / 2).clamp(0, 1)


def digits() -> dict[str, Tensor]:
    """Images (COUNT, 1, 28, 28) of each model, and real ones that no model has seen."""
    x = load("digits", n=10_000, source="drawn").float("cpu")
    real = load("digits", "test", n=COUNT, seed=3, source="drawn").float("cpu")
    set_seed(0)
    rows = {"real": real, "Gaussian": gaussian(x), **of_codes(x), "VAE": vae(x)}
    rows["GAN"] = train(RECIPES["DCGAN (notebook 06)"], 0, x)[:COUNT]
    set_seed(2)
    return rows | {"diffusion": diffusion()}


def faces() -> dict[str, Tensor]:
    """Images (COUNT, 3, 32, 32): drawn faces, and those of notebook 16's checkpoint."""
    model = StyleGenerator().eval()
    model.load_state_dict(read_checkpoint("style_faces"))
    set_seed(4)
    with torch.no_grad():
        made = model(model.to_w(torch.randn(COUNT, LATENT)))
    real = load("faces", "test", n=COUNT, seed=3, source="drawn").float("cpu")
    return {"real": real, "style": made.clamp(0, 1)}


def write(name: str, rows: dict[str, Tensor]) -> None:
    """One PNG: a row of images for each entry, and the names of the rows as its text."""
    lines = [torch.cat(list(images), 2) for images in rows.values()]  # (C, H, COUNT * W) each
    pixels = (torch.cat(lines, 1) * 255).round().to(torch.uint8).permute(1, 2, 0)
    names = PngInfo()
    names.add_text("rows", ",".join(rows))
    path = FOLDER / f"{name}.png"
    Image.fromarray(pixels.squeeze(2).numpy()).save(path, optimize=True, pnginfo=names)
    print(f"{path.name}: {', '.join(rows)}; {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    write("samples_digits", digits())
    write("samples_faces", faces())
