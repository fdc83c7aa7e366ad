"""Exercise `dirac_jacobian`: the slopes of the smallest GAN's motion at its equilibrium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.rules import Wrong, must_be, named


def dirac_jacobian(gamma: float) -> Tensor:
    """Jacobian (2, 2) at 0 of (θ̇, ψ̇) = (−∂L/∂θ, ∂L/∂ψ − γψ), with L = log sigmoid(θψ) + log ½.

    Mescheder et al., "Which training methods for GANs do actually converge?", 2018, section 2.
    """
    return torch.tensor([[0.0, -0.5], [0.5, -float(gamma)]])


def _cases(generator: Generator) -> Iterator[Case]:
    for low in (0.15, 1.3, 2.4):
        yield Case((low + 0.5 * float(torch.rand((), generator=generator)),))
    yield Case((0.0,), "γ = 0")


def _observe(fn: Wrong, gamma: float) -> Any:
    """Nested lists and arrays of NumPy are as good as a tensor."""
    value = fn(gamma)
    if isinstance(value, list) or type(value).__module__ == "numpy":
        return torch.as_tensor(value)
    return value


def matrix(build: Callable[[float], list[list[float]]]) -> Wrong:
    return lambda gamma: torch.tensor(build(float(gamma)))


DIRAC_JACOBIAN = Exercise(
    name="dirac_jacobian", notebook="11", title="the slopes of the smallest GAN's motion",
    reference=dirac_jacobian, cases=_cases, observe=_observe, points=2,
    mistakes=named({
        "theta_climbs": ("θ moves up its loss: the first line is −∂L/∂θ, and ∂L/∂θ is ½ψ here.",
            matrix(lambda c: [[0, 0.5], [0.5, -c]])),
        "psi_descends": ("ψ moves down: the second line is +∂L/∂ψ − γψ, since D makes L large.",
            matrix(lambda c: [[0, -0.5], [-0.5, -c]]), matrix(lambda c: [[0, -0.5], [-0.5, c]])),
        "gradient_of_the_losses": ("That is the Jacobian of the *gradients*. Both players move "
            "against theirs, so every entry changes its sign.",
            matrix(lambda c: [[0, 0.5], [-0.5, c]])),
        "real_convention": ("Off the diagonal the signs are those of the other convention, in "
            "which the logit θψ counts for *real*, or the matrix is transposed. With L = log "
            "sigmoid(θψ), ∂L/∂θ is +½ψ near 0, so the first line has −½. (The eigenvalues are the "
            "same.)", matrix(lambda c: [[0, 0.5], [-0.5, -c]])),
        "order": ("θ and ψ changed places. The first row and column are θ's, the second ψ's.",
            matrix(lambda c: [[-c, 0.5], [-0.5, 0]])),
        "slope_1": ("The slope of log sigmoid at 0 is ½, not 1: it is 1 − sigmoid(0). With 1 you "
            "get the Wasserstein version of this game.",
            matrix(lambda c: [[0, -1], [1, -c]])),
        "slope_of_sigmoid": ("¼ is the slope of the sigmoid at 0. Here it stands inside a log, and "
            "log sigmoid has the slope ½ there.", matrix(lambda c: [[0, -0.25], [0.25, -c]])),
        "slope_in_bits": ("You took the sigmoid itself or another log: log is the natural one, and "
            "the slope of log sigmoid at 0 is ½ exactly.",
            matrix(lambda c: [[0, -0.7213475], [0.7213475, -c]])),
        "gamma_sign": ("γ should damp: the entry at the lower right is −γ.",
            matrix(lambda c: [[0, -0.5], [0.5, c]])),
        "gamma_halved": ("The penalty ½γψ² has the slope γψ, so the entry is −γ, neither −γ/2 nor "
            "−2γ.", matrix(lambda c: [[0, -0.5], [0.5, -c / 2]]),
            matrix(lambda c: [[0, -0.5], [0.5, -2 * c]]),
            matrix(lambda c: [[0, -0.5], [0.5, -c * c]])),
        "gamma_on_theta": ("γ damps ψ, D's parameter, and nothing else: R1 is a penalty on D. It "
            "stands at the lower right.", matrix(lambda c: [[-c, -0.5], [0.5, 0]]),
            matrix(lambda c: [[-c, -0.5], [0.5, -c]]),
            matrix(lambda c: [[0, -0.5 - c], [0.5, 0]]),
            matrix(lambda c: [[0, -0.5], [0.5 - c, 0]])),
        "gamma_missing": ("γ does not occur. The penalty adds −γψ to the second line.",
            matrix(lambda c: [[0, -0.5], [0.5, 0]])),
        "one_step": ("That is the map of one step, 1 + J. Asked for is J, the Jacobian of the "
            "velocities.", matrix(lambda c: [[1, -0.5], [0.5, 1 - c]])),
        "eigenvalues": ("Those are the eigenvalues. The matrix itself is asked for, (2, 2).",
            lambda c: torch.linalg.eigvals(dirac_jacobian(c)),
            lambda c: torch.linalg.eigvals(dirac_jacobian(c)).real),
        "velocities": ("Those are two numbers. Each velocity has a slope in θ and one in ψ: a "
            "matrix of four, (2, 2).", lambda c: torch.zeros(2), lambda c: torch.tensor([0.5, -c])),
    }),
    properties=[
        must_be("trace", -0.7, lambda fn, _: torch.as_tensor(fn(0.7)).trace(),
            "Without D's damping nothing shrinks: the trace is −γ, here −0.7; yours: {:.5g}."),
    ],
    hints=["Two velocities, two parameters: four slopes. Start with ∂L/∂θ and ∂L/∂ψ by the chain "
           "rule.",
           "The slope of log sigmoid(t) is 1 − sigmoid(t), which is ½ at t = 0. So near 0, ∂L/∂θ "
           "is ½ψ and ∂L/∂ψ is ½θ.",
           "θ̇ = −½ψ and ψ̇ = ½θ − γψ: `torch.tensor([[0.0, -0.5], [0.5, -gamma]])`."],
)  # fmt: skip
