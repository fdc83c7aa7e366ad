"""Exercises of notebook 02, Autoencoders, in the order in which the notebook poses them."""

from __future__ import annotations

from coursework.exercises.nb02.answers import ANSWERS, PREDICTIONS
from coursework.exercises.nb02.autoencoder import BUILD_AUTOENCODER
from coursework.exercises.nb02.denoising import DENOISING_LOSS
from coursework.exercises.nb02.error import RECONSTRUCTION_ERROR
from coursework.exercises.nb02.noise import CORRUPT
from coursework.exercises.nb02.pca import PCA_RECONSTRUCT
from coursework.exercises.nb02.roc import ROC_AUC

EXERCISES = [
    RECONSTRUCTION_ERROR,
    ANSWERS["2.2"],
    PCA_RECONSTRUCT,
    BUILD_AUTOENCODER,
    CORRUPT,
    DENOISING_LOSS,
    ROC_AUC,
    ANSWERS["2.8"],
    ANSWERS["2.9"],
    ANSWERS["2.10"],
    ANSWERS["2.11"],
]

__all__ = ["EXERCISES", "PREDICTIONS"]
