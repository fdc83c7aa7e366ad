"""What the exercises on coding share: whole numbers without end, tables of starts, a tiny model."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from numbers import Integral
from typing import Any

import torch
from torch import Generator, Tensor

from coursework.checking.compare import describe
from coursework.checking.exercise import InterfaceError

Table = Sequence[int]  # where each symbol's slots start, and 2^precision at the end
Find = Callable[[int], tuple[int, int, int]]


def whole(generator: Generator, low: int, high: int) -> int:
    """A whole number from low to high, both included."""
    return int(torch.randint(low, high + 1, (), generator=generator))


def random_state(generator: Generator, bits: int) -> int:
    """A whole number of exactly so many bits."""
    state = 1
    for _ in range(bits - 1):
        state = 2 * state + whole(generator, 0, 1)
    return state


def interval(table: Table, symbol: int) -> tuple[int, int]:
    """Start and number of the slots of a symbol."""
    return table[symbol], table[symbol + 1] - table[symbol]


def finder(table: Table) -> Find:
    """The function from a slot to (symbol, start, freq); beyond the end, the last one."""

    def find(slot: int) -> tuple[int, int, int]:
        symbol = min(bisect_right(table, slot), len(table) - 1) - 1
        return symbol, *interval(table, symbol)

    return find


def random_table(generator: Generator, symbols: int, precision: int) -> list[int]:
    """Symbols with at least one slot each; the first one has at least two."""
    inner = torch.randperm((1 << precision) - 3, generator=generator)[: symbols - 1] + 2
    return [0, *sorted(inner.tolist()), 1 << precision]


def read_state(value: Any, what: str = "The state") -> str:
    """A state as text, since tensors hold no whole number this large."""
    if isinstance(value, Tensor) and value.ndim == 0:
        value = value.item()
    if isinstance(value, Integral) and not isinstance(value, bool):
        return hex(int(value))
    if isinstance(value, float):
        return f"the float {value!r}"
    raise InterfaceError(f"{what} should be a whole number; yours is {describe(value)}")


@dataclass(frozen=True)
class TinyModel:
    """K latents of B bins, D pixels of two values, as tables of whole numbers."""

    precision: int
    encoder: Tensor  # (D, K, B), whole
    decoder: Tensor  # (K, B, D), whole
    prior: list[list[int]]

    @property
    def latents(self) -> int:
        return self.encoder.shape[1]

    @property
    def pixels(self) -> int:
        return self.encoder.shape[0]

    def posterior(self, x: Sequence[int]) -> list[list[int]]:
        """K tables that depend on every pixel."""
        ink = torch.as_tensor(list(x)).long()[:, None, None]
        weights = 1 + ((1 + ink) * self.encoder).sum(0) % 13  # (K, B)
        return [_to_table(row, self.precision) for row in weights.tolist()]

    def likelihood(self, z: Sequence[int]) -> list[list[int]]:
        """D tables of two symbols that depend on every latent."""
        chosen = self.decoder[torch.arange(self.latents), torch.as_tensor(list(z)).long()]  # (K, D)
        black = 2 + chosen.sum(0) % ((1 << self.precision) - 3)
        return [[0, start, 1 << self.precision] for start in black.tolist()]


def _to_table(weights: Sequence[int], precision: int) -> list[int]:
    """Starts of symbols that get slots in proportion to their weights, one at least."""
    total, spare, seen, table = sum(weights), (1 << precision) - len(weights), 0, [0]
    for symbol, weight in enumerate(weights, 1):
        seen += weight
        table.append(seen * spare // total + symbol)
    return table


def tiny_model(generator: Generator, latents: int, pixels: int, precision: int) -> TinyModel:
    """Random tables; latents have four bins."""

    def numbers(*shape: int) -> Tensor:
        return torch.randint(1, 97, shape, generator=generator)

    prior = [random_table(generator, 4, precision) for _ in range(latents)]
    return TinyModel(precision, numbers(pixels, latents, 4), numbers(latents, 4, pixels), prior)


def widths(table: Table) -> list[int]:
    """How many slots each symbol has."""
    return [b - a for a, b in pairwise(table)]
