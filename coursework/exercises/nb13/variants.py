"""Other conventions for the functions of notebook 13, for copies that are made with a seed."""

from __future__ import annotations

import math

from torch import Tensor

from coursework.checking.variants import reordered, varied
from coursework.exercises.conventions import function, in_bits, in_nats


def flow_log_prob(z: Tensor, log_det: Tensor) -> Tensor:
    """log2 p(x) (N,), bits, of z = f(x) (N, D) and log_det (N,) in nats."""
    nats = log_det - 0.5 * (z.square() + math.log(2 * math.pi)).sum(1)
    return nats / math.log(2)


def bits_per_dim(log_prob: Tensor, dims: int, levels: int = 256) -> Tensor:
    """(N,) nats for each dimension, of log-densities (N,) in nats."""
    return -log_prob / dims + math.log(levels)


VARIANTS = [
    varied(
        function("flow_log_prob"),
        name="bits",
        task="In this copy `log_det` is in nats, and the answer is asked for in bits.",
        reference=flow_log_prob,
        turned=in_bits,
    ),
    varied(
        function("bits_per_dim"),
        name="nats",
        task="In this copy the answer is asked for in *nats* for each dimension, not in bits.",
        reference=bits_per_dim,
        turned=in_nats,
    ),
    reordered(function("affine_coupling"), "x mask shift scale"),
    reordered(function("invert_coupling"), "y mask shift scale"),
]
