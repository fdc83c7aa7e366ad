"""The mixture of Gaussians for each class: what it is made of, and what it draws."""

import pytest
import torch
from torch import Generator, Tensor

from course_utils.models.mixture import ClassMixture, k_means


def seeded(seed: int) -> Generator:
    return Generator().manual_seed(seed)


def bars(n: int = 400) -> tuple[Tensor, Tensor]:
    """Images (n, 1, 8, 8) of two classes, a quarter and three quarters of them: a bar in row 1 or 5
    and in columns 0 to 3 or 4 to 7, so that each class has two kinds."""
    y = (torch.arange(n) % 4 > 0).long()
    right = torch.arange(n) // 4 % 2
    x = 0.2 + 0.02 * torch.randn(n, 1, 8, 8, generator=seeded(0))
    for row, columns in ((0, slice(0, 4)), (1, slice(4, 8))):
        for name in (0, 1):
            x[(y == name) & (right == row), :, 1 + 4 * name, columns] += 0.4
    return x, y


@pytest.fixture(scope="module")
def mixture() -> ClassMixture:
    return ClassMixture(*bars(), per_class=2, dims=3)


def test_points_join_the_nearest_center_and_far_clusters_are_told_apart() -> None:
    centers = torch.tensor([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    truth = torch.randint(3, (90,), generator=seeded(1))
    x = centers[truth] + torch.randn(90, 2, generator=seeded(2))
    found = 0
    for seed in range(5):
        group = k_means(x, 3, seeded(seed))
        means = torch.stack([x[group == k].mean(0) for k in range(3)])
        assert torch.equal(torch.cdist(x, means).argmin(1), group)
        found += len({(int(a), int(b)) for a, b in zip(truth, group, strict=True)}) == 3
    assert found >= 1, "never found, from five starts"


def test_each_gaussian_belongs_to_one_class_and_is_fitted_to_its_cluster(
    mixture: ClassMixture,
) -> None:
    x, y = bars()
    assert mixture.owner.tolist() == [0, 0, 1, 1]
    assert [set(y[mixture.cluster == k].tolist()) for k in range(4)] == [{0}, {0}, {1}, {1}]
    assert mixture.prior.sum() == pytest.approx(1)
    for k in range(4):
        mine = mixture.encode(x[mixture.cluster == k])
        assert mixture.prior[k] == pytest.approx(len(mine) / len(x))
        torch.testing.assert_close(mixture.mus[k], mine.mean(0))
        wanted = torch.cov(mine.T, correction=0) + 1e-4 * torch.eye(3)
        torch.testing.assert_close(mixture.covs[k], wanted, rtol=1e-3, atol=1e-6)


def test_components_are_orthonormal_and_carry_the_variance(mixture: ClassMixture) -> None:
    x, _ = bars()
    torch.testing.assert_close(mixture.basis.T @ mixture.basis, torch.eye(3), atol=1e-5, rtol=0)
    total = x.flatten(1).var(0, correction=0).sum()
    assert mixture.encode(x).var(0, correction=0).sum() > 0.9 * total
    mean = mixture.decode(torch.zeros(1, 3))
    torch.testing.assert_close(mean, (1.6 * (x.mean(0) - 0.2)).clamp(0, 1)[None])


def test_draws_have_the_shares_and_the_looks_of_their_classes(mixture: ClassMixture) -> None:
    images, labels = mixture.sample(4000, seeded(3))
    assert images.shape == (4000, 1, 8, 8) and images.min() >= 0 and images.max() <= 1
    assert labels.float().mean() == pytest.approx(0.75, abs=4 * (0.75 * 0.25 / 4000) ** 0.5)
    for name, row in ((0, 1), (1, 5)):
        mine = images[labels == name, 0]
        assert mine[:, row].sum(1).min() > 4 * mine[:, 6 - row].sum(1).max()
    again, _ = mixture.sample(4000, seeded(3))
    assert torch.equal(images, again)


def test_the_draws_of_a_class_vary_together_as_its_training_images_do() -> None:
    """Two classes, whose pixels lean to opposite sides: no Gaussian's axes are the components."""
    labels = torch.arange(6000) % 2
    first, second, third, fourth = 0.02 * torch.randn(4, 6000, generator=seeded(4))
    lean = 2.0 - 4 * labels  # 2 or -2
    x = torch.stack([3 * first, lean * first + second, third, third + 2 * fourth], 1)
    x = 0.5 + x + 0.1 * (labels[:, None] - 0.5)
    mixture = ClassMixture(x.view(-1, 1, 2, 2), labels, per_class=1, dims=4)
    images, drawn = mixture.sample(40_000, seeded(5))
    for name in (0, 1):
        found = torch.cov(images[drawn == name].flatten(1).T) / 1.6**2  # the contrast is raised
        wanted = torch.cov(x[labels == name].T)
        torch.testing.assert_close(found, wanted, rtol=0.1, atol=2e-4)
        assert (wanted[0, 1] > 1e-3) == (name == 0)
