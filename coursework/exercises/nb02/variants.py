"""Other conventions for the functions of notebook 02, for copies that are made with a seed."""

from __future__ import annotations

from torch import Tensor

from coursework.checking.variants import reordered, varied
from coursework.exercises.conventions import function
from coursework.exercises.rules import scaled


def reconstruction_error(x: Tensor, x_hat: Tensor) -> Tensor:
    """Half of the squared error, summed over pixels: x, x_hat (N, C, H, W) -> (N,)."""
    return 0.5 * (x - x_hat).square().flatten(1).sum(1)


VARIANTS = [
    varied(
        function("reconstruction_error"),
        name="half",
        task="In this copy *half* of the squared error is asked for, ½ ‖x − x̂‖².",
        reference=reconstruction_error,
        turned=lambda fn: scaled(fn, 0.5),
    ),
    reordered(function("pca_reconstruct"), "k x"),
    reordered(function("denoising_loss"), "x_noisy x model"),
    reordered(function("roc_auc"), "score_anomaly score_normal"),
]
