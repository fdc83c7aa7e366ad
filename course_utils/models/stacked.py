"""Several small networks in one, so that a training run is tried with several seeds at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class StackedMLP(nn.Module):
    """One network a seed, inputs-hidden-hidden-outputs: (S·N, inputs) to (S·N, outputs).

    The first N rows go through the first seed's network, the next N through the second's, and so
    on; nothing passes from one to another, so S runs are trained by one loop. Multiply a mean
    over all rows by S, and each network gets the gradient that it would get alone.
    spectral: divide every weight by its largest singular value (Miyato et al., 2018).
    beside: a function of the last hidden layer (S·N, hidden) that appends `extra` columns to it.
    """

    def __init__(
        self,
        seeds: Sequence[int],
        inputs: int,
        outputs: int,
        hidden: int = 64,
        spectral: bool = False,
        beside: Callable[[Tensor], Tensor] | None = None,
        extra: int = 1,
    ) -> None:
        super().__init__()
        self.seeds, self.spectral, self.beside = list(seeds), spectral, beside
        last = hidden + extra if beside else hidden
        sizes = [(inputs, hidden), (hidden, hidden), (last, outputs)]
        nets = [_linear_layers(seed, sizes) for seed in self.seeds]
        layers = list(zip(*nets, strict=True))  # 3 layers, S of each
        self.weights = nn.ParameterList(torch.stack([one.weight for one in row]) for row in layers)
        self.biases = nn.ParameterList(torch.stack([one.bias for one in row]) for row in layers)
        for number, weight in enumerate(self.weights):  # where power iteration starts
            self.register_buffer(f"u{number}", F.normalize(torch.ones(weight.shape[:2]), dim=1))

    def features(self, x: Tensor) -> Tensor:
        """The last hidden layer (S·N, hidden), with what `beside` appends."""
        h = F.leaky_relu(self._layer(0, x), 0.2)
        h = F.leaky_relu(self._layer(1, h), 0.2)
        return self.beside(h) if self.beside else h

    def forward(self, x: Tensor) -> Tensor:
        return self._layer(2, self.features(x))

    def _layer(self, number: int, x: Tensor) -> Tensor:
        weight, bias = self.weights[number], self.biases[number]  # (S, out, in), (S, out)
        if self.spectral:
            weight = weight / self._sigma(number)[:, None, None]
        rows = x.unflatten(0, (len(self.seeds), -1))  # (S, N, in)
        return torch.baddbmm(bias[:, None], rows, weight.mT).flatten(0, 1)

    def _sigma(self, number: int) -> Tensor:
        """The largest singular value (S,) of a layer's weights, by a step of power iteration."""
        weight, u = self.weights[number], self.get_buffer(f"u{number}")
        with torch.no_grad():
            v = F.normalize(torch.einsum("soi,so->si", weight, u), dim=1)
            u = F.normalize(torch.einsum("soi,si->so", weight, v), dim=1)
            if self.training:
                self.get_buffer(f"u{number}").copy_(u)
        return torch.einsum("so,soi,si->s", u, weight, v)


def _linear_layers(seed: int, sizes: Sequence[tuple[int, int]]) -> list[nn.Linear]:
    """Layers as a network of its own would have them after `torch.manual_seed(seed)`."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        return [nn.Linear(*size) for size in sizes]
