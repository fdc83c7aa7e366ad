"""Many Gaussians for each class of images: the oldest generator there is, and not a bad one."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from course_utils.device import double_on_cpu


class ClassMixture:
    """Images as draws from `per_class` Gaussians for each class, in `dims` principal components.

    basis (784, dims), mean (784,): the components. prior (K,), mus (K, dims), covs (K, dims, dims):
    the K Gaussians. owner (K,): the class of each. cluster (N,): the Gaussian of each training image.
    After Richardson and Weiss, "On GANs and GMMs", 2018, with k-means in place of EM.
    """

    def __init__(
        self, images: Tensor, labels: Tensor, per_class: int = 30, dims: int = 40, seed: int = 0
    ) -> None:
        x = images.flatten(1).float()  # (N, 784)
        self.shape = images.shape[1:]
        self.mean = x.mean(0)
        scatter = double_on_cpu((x - self.mean).T @ (x - self.mean)) / len(x)
        self.basis = torch.linalg.eigh(scatter).eigenvectors[:, -dims:].to(x)  # (784, dims)
        self.codes = self.encode(images)
        generator = Generator().manual_seed(seed)
        self.cluster = torch.zeros(len(x), dtype=torch.long)
        for number, name in enumerate(labels.unique()):
            mine = labels == name
            groups = k_means(self.codes[mine], per_class, generator)
            self.cluster[mine] = per_class * number + groups
        groups = [self.codes[self.cluster == k] for k in self.cluster.unique()]
        self.owner = torch.stack([labels[self.cluster == k][0] for k in self.cluster.unique()])
        self.prior = torch.tensor([len(group) / len(x) for group in groups])
        self.mus = torch.stack([group.mean(0) for group in groups])
        self.covs = torch.stack([_covariance(group) for group in groups])

    def encode(self, images: Tensor) -> Tensor:
        """Images (N, 1, 28, 28) to codes (N, dims)."""
        return (images.flatten(1).float() - self.mean) @ self.basis

    def decode(self, codes: Tensor) -> Tensor:
        """Codes (N, dims) to images (N, 1, 28, 28) in [0, 1], their contrast raised by a half."""
        x = self.mean + codes @ self.basis.T
        return (1.6 * (x - 0.2)).clamp(0, 1).reshape(-1, *self.shape)

    def sample(self, n: int, generator: Generator) -> tuple[Tensor, Tensor]:
        """Images (n, 1, 28, 28) that nobody drew, and their classes (n,)."""
        k = torch.multinomial(self.prior, n, replacement=True, generator=generator)
        eps = torch.randn(n, self.mus.shape[1], generator=generator)
        roots = torch.linalg.cholesky(self.covs)
        codes = self.mus[k] + (roots[k] @ eps[:, :, None])[:, :, 0]
        return self.decode(codes), self.owner[k]


def _covariance(group: Tensor) -> Tensor:
    """Maximum likelihood, and 1e-4 on the diagonal: a small group does not span all dimensions."""
    centered = group - group.mean(0)
    return centered.T @ centered / len(group) + 1e-4 * torch.eye(group.shape[1])


def k_means(x: Tensor, k: int, generator: Generator, rounds: int = 15) -> Tensor:
    """Group points (N, D) around k centers, without labels: the group (N,) of each. Lloyd, 1957."""
    centers = x[torch.randperm(len(x), generator=generator)[:k]]
    for _ in range(rounds):
        group = torch.cdist(x, centers).argmin(1)
        sums = torch.zeros_like(centers).index_add_(0, group, x)
        counts = torch.bincount(group, minlength=k)[:, None]
        centers = torch.where(counts > 0, sums / counts.clamp(min=1), centers)
    return torch.cdist(x, centers).argmin(1)
