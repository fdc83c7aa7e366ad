"""Images from many Gaussians for each class: a generator without a network, and not a bad one."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from course_utils.device import double_on_cpu


class ClassMixture:
    """Draws images from `per_class` Gaussians for each class, in `dims` principal components.

    mean (784,), basis (784, dims): the principal components · codes (N, dims): training images in
    them · cluster (N,): the Gaussian that each training image belongs to · owner (K,), prior (K,),
    mus (K, dims), covs (K, dims, dims): class, weight, mean and covariance of the K Gaussians.
    After Richardson and Weiss, "On GANs and GMMs", 2018, with k-means in place of EM.
    """

    def __init__(
        self, images: Tensor, labels: Tensor, per_class: int = 30, dims: int = 40, seed: int = 0
    ) -> None:
        """images: (N, 1, 28, 28) in [0, 1] · labels: (N,), any integers."""
        x = images.flatten(1).float()  # (N, 784)
        self.shape = images.shape[1:]
        self.mean = x.mean(0)
        scatter = double_on_cpu((x - self.mean).T @ (x - self.mean)) / len(x)
        self.basis = torch.linalg.eigh(scatter).eigenvectors[:, -dims:].to(x)  # (784, dims)
        self.codes = self.encode(images)
        labels = labels.to(x.device)
        self.cluster = self._cluster(labels, per_class, Generator().manual_seed(seed))
        members = [self.cluster == k for k in self.cluster.unique()]
        self.owner = torch.stack([labels[mine][0] for mine in members])
        self.prior = torch.tensor([int(mine.sum()) / len(x) for mine in members]).to(x)
        self.mus = torch.stack([self.codes[mine].mean(0) for mine in members])
        self.covs = torch.stack([_covariance(self.codes[mine]) for mine in members])

    def _cluster(self, labels: Tensor, per_class: int, generator: Generator) -> Tensor:
        """The cluster (N,) of each code; every class has `per_class` clusters of its own."""
        cluster = torch.zeros_like(labels)
        for number, label in enumerate(labels.unique()):
            mine = labels == label
            cluster[mine] = per_class * number + k_means(self.codes[mine], per_class, generator)
        return cluster

    def encode(self, images: Tensor) -> Tensor:
        """Images (N, 1, 28, 28) to codes (N, dims)."""
        return (images.flatten(1).float() - self.mean) @ self.basis

    def decode(self, codes: Tensor) -> Tensor:
        """Codes (N, dims) to images (N, 1, 28, 28) in [0, 1].

        The contrast is raised by 1.6, since a few principal components give gray strokes.
        """
        x = self.mean + codes @ self.basis.T
        return (1.6 * (x - 0.2)).clamp(0, 1).reshape(-1, *self.shape)

    def sample(self, n: int, generator: Generator) -> tuple[Tensor, Tensor]:
        """New images (n, 1, 28, 28) and their classes (n,); `generator` is the CPU's."""
        k = torch.multinomial(self.prior.cpu(), n, replacement=True, generator=generator)
        k = k.to(self.owner.device)
        eps = torch.randn(n, self.mus.shape[1], generator=generator).to(self.mus)
        roots = torch.linalg.cholesky(self.covs)
        codes = self.mus[k] + (roots[k] @ eps[:, :, None])[:, :, 0]
        return self.decode(codes), self.owner[k]


def _covariance(group: Tensor) -> Tensor:
    """The covariance (D, D) of a group (N, D), by maximum likelihood.

    1e-4 is added to the diagonal, because a small group does not span all D dimensions.
    """
    centered = group - group.mean(0)
    return centered.T @ centered / len(group) + 1e-4 * torch.eye(group.shape[1]).to(group)


def k_means(x: Tensor, k: int, generator: Generator, rounds: int = 15) -> Tensor:
    """Group points x (N, D) around k centers, without labels: the group (N,) of each.

    The centers start at k of the points. Lloyd, 1957, published 1982.
    """
    centers = x[torch.randperm(len(x), generator=generator)[:k]]
    for _ in range(rounds):
        group = torch.cdist(x, centers).argmin(1)
        sums = torch.zeros_like(centers).index_add_(0, group, x)
        counts = torch.bincount(group, minlength=k)[:, None]
        centers = torch.where(counts > 0, sums / counts.clamp(min=1), centers)
    return torch.cdist(x, centers).argmin(1)
