"""Small submissions for the tests: right answers, wrong ones and stubs, in notebooks.

And `course grade` on them.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

from coursework import exercises

SETUP = """import torch
from torch import nn
from course_utils import answer_sheet, check, hint, predict, show
answers = answer_sheet("02")"""
RIGHT = {
    "reconstruction_error": """
def reconstruction_error(x, x_hat):
    return (x - x_hat).square().flatten(1).sum(1)
""",
    "pca_reconstruct": """
def pca_reconstruct(x, k):
    mean = x.mean(0)
    _, _, vh = torch.linalg.svd(x - mean, full_matrices=False)
    return mean + (x - mean) @ vh[:k].T @ vh[:k]
""",
    "training_loop": """
def training_loop(model, optimizer, x, steps):
    losses = []
    for _ in range(steps):
        loss = reconstruction_error(x, model(x)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
""",
    "copy_step": """
def copy_step(model, x):
    return reconstruction_error(x, model(x).sigmoid()).mean()
""",
    "denoising_step": """
def denoising_step(model, x, noise_std, generator):
    return denoising_loss(model, x, corrupt(x, noise_std, generator)).mean()
""",
    "build_autoencoder": """
class Net(nn.Module):
    def __init__(self, k):
        super().__init__()
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, k))
        self.decoder = nn.Sequential(
            nn.Linear(k, 32), nn.ReLU(), nn.Linear(32, 784), nn.Unflatten(1, (1, 28, 28))
        )

    def encode(self, x):
        return self.encoder(x)

    def decode(self, z):
        return self.decoder(z)

    def forward(self, x):
        return self.decode(self.encode(x))


def build_autoencoder(latent_dim):
    return Net(latent_dim)
""",
    "corrupt": """
def corrupt(x, noise_std, generator):
    noise = torch.randn(x.shape, generator=generator)
    return (x + noise_std * noise).clamp(0, 1)
""",
    "denoising_loss": """
def denoising_loss(model, x, x_noisy):
    return (x - model(x_noisy).sigmoid()).square().flatten(1).sum(1)
""",
    "roc_auc": """
def roc_auc(score_normal, score_anomaly):
    gap = score_anomaly[:, None] - score_normal[None, :]
    return float((gap > 0).double().mean() + 0.5 * (gap == 0).double().mean())
""",
}
NAMES = exercises.names("02")
QUESTIONS = [n for n in NAMES if ".answers." in n]
RIGHT |= {
    n: f'answers["{n.split(".answers.")[1]}"] = {exercises.get(n).answer!r}' for n in QUESTIONS
}

MISTAKES = {
    "reconstruction_error": (
        "mean_over_pixels",
        "def reconstruction_error(x, x_hat):\n    return (x - x_hat).square().flatten(1).mean(1)",
    ),
    "pca_reconstruct": (
        "mean_not_added_back",
        RIGHT["pca_reconstruct"].replace("return mean + ", "return "),
    ),
    "build_autoencoder": (
        "sigmoid_inside",
        RIGHT["build_autoencoder"].replace(
            "return self.decode(self.encode(x))", "return self.decode(self.encode(x)).sigmoid()"
        ),
    ),
    "corrupt": ("unclamped", RIGHT["corrupt"].replace(".clamp(0, 1)", "")),
    "denoising_loss": (
        "reconstructs_the_noisy_input",
        RIGHT["denoising_loss"].replace("(x - ", "(x_noisy - "),
    ),
    "roc_auc": ("reversed", RIGHT["roc_auc"].replace("(gap > 0)", "(gap < 0)")),
}


def stub(name: str) -> str:
    """The cell as a student gets it."""
    if ".answers." in name:
        return f'answers["{name.split(".answers.")[1]}"] = ...'
    return f"def {exercises.get(name).signature}:\n    raise NotImplementedError('TODO {name}: …')"


def solved(**changed: str) -> list[str]:
    """All cells of a solved notebook, some replaced by name (answers by `answers_2_8`)."""
    cells = [SETUP]
    for name in NAMES:
        key = name.removeprefix("02.").replace(".", "_")
        cells.append(changed.get(key, RIGHT[name]))
        if ".answers." not in name:
            cells.append(f"{name} = check({name})")
    return cells


def unsolved() -> list[str]:
    """All cells of an untouched student notebook."""
    return [
        SETUP,
        *(
            c
            for n in NAMES
            for c in ([stub(n)] if ".answers." in n else [stub(n), f"{n} = check({n})"])
        ),
    ]


def notebook(cells: list[str]) -> dict:
    """Cells as a notebook."""
    code = [
        {
            "cell_type": "code",
            "metadata": {},
            "source": c,
            "outputs": [],
            "execution_count": None,
            "id": f"c{i}",
        }
        for i, c in enumerate(cells)
    ]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": code}


def save(folder: Path, student: str, cells: list[str]) -> Path:
    """Write a submission."""
    path = folder / f"{student}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook(cells)), encoding="utf-8")
    return path


def course_grade(*words: object, **options) -> subprocess.CompletedProcess:
    """Run the command."""
    command = [sys.executable, "-m", "coursework.cli", "grade", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=3600, **options)


def marks(out: Path) -> dict[str, dict[str, str]]:
    """Rows of the gradebook by file."""
    with (out / "gradebook.csv").open(newline="") as f:
        return {row["file"]: row for row in csv.DictReader(f)}


def results(out: Path) -> dict[str, dict]:
    lines = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    return {line["file"]: line for line in lines if "file" in line}
