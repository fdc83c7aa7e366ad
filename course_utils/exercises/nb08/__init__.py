"""Exercises of notebook 08, latent perturbation, in the order in which the notebook poses them."""

from __future__ import annotations

EXERCISES = []
PREDICTIONS = []

__all__ = ["EXERCISES", "PREDICTIONS"]
