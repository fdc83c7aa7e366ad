"""`Dataset`: what every loader returns."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

Index = int | slice | list[int] | Tensor


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images with labels and, where the course drew them itself, the factors behind each image.

    images: uint8 (N, C, H, W) · labels: int64 (N,), named by `names[label]` · source: "drawn",
    "mnist", … · factors: float32 (N,) each; there are none for photographs and scans.
    """

    images: Tensor
    labels: Tensor
    names: tuple[str, ...]
    source: str
    factors: dict[str, Tensor] = field(default_factory=dict)

    def float(self, device: torch.device | str | None = None) -> Tensor:
        """Images as float32 (N, C, H, W) in [0, 1], on `device` (default: where they are)."""
        return self.images.to(device or self.images.device).to(torch.float32).div_(255)

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: Index) -> Dataset:
        """The examples at `index` (a slice, a mask, positions, or one position) as a Dataset.

        A mask or positions may be on any device; the examples stay where they are.
        Raises IndexError for a position that isn't there.
        """
        if isinstance(index, int):
            if not -len(self) <= index < len(self):
                raise IndexError(f"example {index} of a data set of {len(self):,}")
            index = [index]
        if isinstance(index, Tensor):
            index = index.to(self.images.device)
        factors = {name: values[index] for name, values in self.factors.items()}
        return Dataset(self.images[index], self.labels[index], self.names, self.source, factors)

    def __add__(self, other: Dataset) -> Dataset:
        """Both sets, this one first, with the factors that both have.

        Raises ValueError if their images differ in shape or their classes in name.
        """
        if self.names != other.names or self.images.shape[1:] != other.images.shape[1:]:
            raise ValueError(f"{self} and {other} differ in size or classes.")
        shared = [name for name in self.factors if name in other.factors]
        return Dataset(
            torch.cat([self.images, other.images]),
            torch.cat([self.labels, other.labels]),
            self.names,
            self.source if self.source == other.source else f"{self.source} and {other.source}",
            {name: torch.cat([self.factors[name], other.factors[name]]) for name in shared},
        )

    def __repr__(self) -> str:
        shape = "×".join(str(side) for side in self.images.shape[1:])
        known = f", factors {', '.join(self.factors)}" if self.factors else ""
        classes = f"{len(self.names)} classes"
        return f"Dataset({len(self):,} images {shape}, {classes}, {self.source}{known})"
