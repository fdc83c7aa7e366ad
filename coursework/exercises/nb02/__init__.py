"""Exercises of notebook 02, Autoencoders, in the order in which the notebook poses them."""

from __future__ import annotations

from coursework.exercises.nb02 import (
    autoencoder,
    clinic,
    denoising,
    error,
    loop,
    noise,
    pca,
    roc,
    steps,
)
from coursework.exercises.nb02.answers import ANSWERS, PREDICTIONS

EXERCISES = [
    error.RECONSTRUCTION_ERROR,
    ANSWERS["2.2"],
    pca.PCA_RECONSTRUCT,
    loop.TRAINING_LOOP,
    clinic.CLINIC,
    autoencoder.BUILD_AUTOENCODER,
    steps.COPY_STEP,
    noise.CORRUPT,
    denoising.DENOISING_LOSS,
    steps.DENOISING_STEP,
    roc.ROC_AUC,
    *(ANSWERS[key] for key in ("2.8", "2.9", "2.10", "2.11")),
]

__all__ = ["EXERCISES", "PREDICTIONS"]
