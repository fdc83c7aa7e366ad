"""Numbers that judge samples, against slow and plain computations of the same."""

import pytest
import torch

from course_utils import sample_metrics
from course_utils.sample_metrics import (
    coverage,
    inception_score,
    kid,
    memorization_auc,
    nearest_distances,
    precision_recall,
    radii,
)


def clouds(n: int = 60, m: int = 45, dims: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    fake = 0.6 * torch.randn(m, dims, generator=generator) + 0.4
    return torch.randn(n, dims, generator=generator), fake


def plain_radius(points: torch.Tensor, i: int, k: int) -> float:
    others = torch.cat([points[:i], points[i + 1 :]])
    return (others - points[i]).norm(dim=1).sort().values[k - 1].item()


def test_precision_recall_and_coverage_are_what_loops_count():
    real, fake = clouds()
    reach = [plain_radius(real, i, 3) for i in range(len(real))]
    within = [[(f - r).norm().item() <= reach[i] for i, r in enumerate(real)] for f in fake]
    assert precision_recall(real, fake, 3)[0] == pytest.approx(sum(map(any, within)) / len(fake))
    assert precision_recall(real, fake, 3)[1] == precision_recall(fake, real, 3)[0]
    covered = [any(row[i] for row in within) for i in range(len(real))]
    assert coverage(real, fake, 3) == pytest.approx(sum(covered) / len(real))


def test_searches_in_blocks_find_what_one_search_finds(monkeypatch):
    real, fake = clouds()
    whole = precision_recall(real, fake, 5)
    monkeypatch.setattr(sample_metrics, "BLOCK", 7)
    assert precision_recall(real, fake, 5) == whole


def test_copies_are_at_distance_zero_and_images_are_taken_as_rows():
    images = torch.rand(30, 1, 5, 5, generator=torch.Generator().manual_seed(1))
    assert nearest_distances(images[4:9], images).tolist() == [0.0] * 5
    assert memorization_auc(images[:10], images[:20], images[20:]) == 1.0
    assert memorization_auc(images[20:], images[:20], images[20:]) == 0.5
    assert radii(images[:2].repeat(2, 1, 1, 1), 1).tolist() == [0.0] * 4


def test_a_radius_needs_as_many_neighbors():
    with pytest.raises(ValueError, match="k = 60: 60 points"):
        radii(clouds()[0], 60)


def test_kid_is_zero_on_average_for_two_draws_of_one_distribution():
    generator = torch.Generator().manual_seed(2)
    values = torch.tensor([kid(*torch.randn(2, 40, 6, generator=generator)) for _ in range(300)])
    assert abs(values.mean()) < 4 * values.std() / 300**0.5
    assert values.min() < 0


def test_inception_score_runs_from_one_to_the_number_of_classes():
    assert inception_score(torch.full((7, 4), 0.25)) == pytest.approx(1)
    assert inception_score(torch.eye(4).repeat(2, 1)) == pytest.approx(4)
