"""Exercise `bits_per_dim`: what an image costs, in bits for each pixel."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise
from coursework.exercises.rules import must_be, named

LN2 = math.log(2)


def bits_per_dim(log_prob: Tensor, dims: int, levels: int = 256) -> Tensor:
    """(N,) bits for each of `dims` pixels with `levels` grays, log_prob (N,) nats on [0, 1]ᴰ."""
    return -log_prob / (dims * LN2) + math.log2(levels)


def _bit_cases(generator: Generator) -> Iterator[Case]:
    for n, dims, levels, label in (
        (5, 784, 256, "gray images"),
        (7, 3072, 32, "color images with 32 levels"),
        (1, 48, 256, "a batch of one"),
        (3, 20, 4, "twenty pixels of four grays"),
    ):
        nats = dims * (1.2 * torch.rand(n, generator=generator) - 0.3)
        yield Case((nats, dims, levels), label)


def _bits(n: Tensor, d: int, k: int) -> Tensor:
    """Without the levels."""
    return -n / (d * LN2)


BITS_PER_DIM = Exercise(
    name="bits_per_dim", notebook="13", title="bits for each pixel", reference=bits_per_dim,
    cases=_bit_cases, points=2,
    mistakes=named({
        "levels_missing": ("log₂ levels is missing. A density on [0, 1] becomes a probability of "
            "one of 256 grays by its box's width, 1/256: + 8 bits for each pixel.", _bits),
        "levels_subtracted": ("log₂ levels is subtracted. The box is *narrow*, its probability "
            "small, and small probabilities cost more bits: + log₂ levels.",
            lambda n, d, k: _bits(n, d, k) - math.log2(k),
            lambda n, d, k: -(n / LN2 + math.log2(k)) / d),
        "always_eight": ("You added 8 whatever `levels` is. It is log₂ levels.",
            lambda n, d, k: _bits(n, d, k) + 8),
        "levels_in_nats": ("The levels are in nats beside bits: log₂ levels, `math.log2`.",
            lambda n, d, k: _bits(n, d, k) + math.log(k)),
        "levels_divided": ("log₂ levels counts for *each* dimension: it is not divided by D.",
            lambda n, d, k: _bits(n, d, k) + math.log2(k) / d,
            lambda n, d, k: _bits(n, d, k) + math.log2(k) / (d * LN2)),
        "levels_themselves": ("You added the levels. It is their log₂: 256 grays are 8 bits.",
            lambda n, d, k: _bits(n, d, k) + k,
            lambda n, d, k: _bits(n, d, k) + math.log2(k - 1)),
        "nats": ("That is in nats. 1 nat is 1/ln 2 bits: divide by ln 2.",
            lambda n, d, k: -n / d + math.log2(k), lambda n, d, k: -n / d + math.log(k),
            lambda n, d, k: -n / d),
        "times_ln2": ("You multiplied by ln 2. A nat is *more* than a bit: divide.",
            lambda n, d, k: -n * LN2 / d + math.log2(k)),
        "log_base": ("The nats were converted with another base. Divide by ln 2 = 0.693.",
            lambda n, d, k: -n / (d * math.log(10)) + math.log2(k)),
        "divided_by_n": ("You divided by the number of images. Bits per dimension: divide by "
            "`dims`.", lambda n, d, k: -n / (len(n) * LN2) + math.log2(k)),
        "not_divided": ("That is bits for the whole image. Divide by `dims`.",
            lambda n, d, k: -n / LN2 + math.log2(k),
            lambda n, d, k: -n / LN2 + d * math.log2(k)),
        "sign": ("The sign is wrong: the likelier an image, the fewer bits: −log_prob.",
            lambda n, d, k: n / (d * LN2) + math.log2(k),
            lambda n, d, k: -(-n / (d * LN2) + math.log2(k)),
            lambda n, d, k: n / (d * LN2)),
        "one_for_the_batch": ("You return one number for the batch. Asked for is one for each "
            "image, (N,).", lambda n, d, k: bits_per_dim(n, d, k).mean(),
            lambda n, d, k: bits_per_dim(n, d, k).sum()),
        "log_of_log": ("`log_prob` is a log already, and you took another.",
            lambda n, d, k: -n.log2() / d + math.log2(k),
            lambda n, d, k: -n.abs().log2() / d + math.log2(k)),
        "log2_of_exp": ("You took e to the power of log_prob and its log₂. The density of an image "
            "leaves float32 long before. Divide the nats by ln 2.",
            lambda n, d, k: -n.exp().log2() / d + math.log2(k)),
        "perplexity": ("That is 2 to the power of the bits. The bits themselves are asked for.",
            lambda n, d, k: 2 ** bits_per_dim(n, d, k)),
    }),
    properties=[
        must_be("uniform_costs_log2_levels", 8, lambda fn, g: fn(torch.zeros(2), 10, 256)[0],
            "Uniform on [0, 1]ᴰ, log_prob = 0, must cost 8 bits a pixel; yours is {:.4g}."),
    ],
    hints=[
        "−log_prob is in nats, for the whole image. Two conversions, and then the width of a box.",
        "Divide by ln 2 for bits, by `dims` for one pixel; add log₂ levels.",
        "`-log_prob / (dims * math.log(2)) + math.log2(levels)`",
    ],
)  # fmt: skip
