"""Drawn digits: do the factors say what is in the picture?"""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from course_utils.data import Dataset, load
from course_utils.data.digit_strokes import POINTS, WAYS, way_tables


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load("digits", source="drawn", n=2_000)


def moments(x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Center (x, y) and lean of pictures (N, 1, 28, 28), and what they hold: (N,) each.

    The lean of a picture is how far its rows move right per row up, by least squares.
    """
    ink, grid = x.sum((1, 2, 3)), torch.arange(28.0)
    cx, cy = (x.sum((1, 2)) * grid).sum(-1) / ink, (x.sum((1, 3)) * grid).sum(-1) / ink
    dx, dy = grid - cx[:, None], grid - cy[:, None]
    cov = torch.einsum("ncyx,ny,nx->n", x, dy, dx)
    return cx, cy, -cov / torch.einsum("ncyx,ny->n", x, dy.square()), ink


def correlation(a: Tensor, b: Tensor) -> float:
    return torch.corrcoef(torch.stack([a, b]))[0, 1].item()


def within_ways(data: Dataset, measured: Tensor) -> Tensor:
    """`measured` (N,) less its mean over the digits written the same way."""
    way = data.factors["way"].long()
    mean = torch.zeros(60).index_add(0, way, measured) / way.bincount(minlength=60).clamp(min=1)
    return measured - mean[way]


def test_all_ten_equally_often_in_all_their_ways(digits: Dataset) -> None:
    assert (digits.labels.bincount(minlength=10) > 140).all()  # 200 expected, sd 13
    seen = set(digits.factors["way"].long().tolist())
    assert seen == set(range(sum(len(ways) for ways in WAYS.values())))


def test_slant_leans(digits: Dataset) -> None:
    lean = within_ways(digits, moments(digits.float())[2])
    assert correlation(lean, within_ways(digits, digits.factors["slant"])) > 0.8


def test_thickness_and_scale_bring_ink(digits: Dataset) -> None:
    ink = within_ways(digits, moments(digits.float())[3])
    assert correlation(ink, digits.factors["thickness"]) > 0.7
    assert correlation(ink, digits.factors["scale"]) > 0.1


def test_scale_is_the_longer_side(digits: Dataset) -> None:
    """The box of the ink is 20 · scale pixels: within a pixel, for nine digits in ten."""
    inside = digits.images[:, 0] > 127
    sides = torch.stack([inside.any(1).sum(1), inside.any(2).sum(1)]).amax(0)
    off = sides - 20 * digits.factors["scale"]
    assert off.abs().quantile(0.9) < 1.2 and off.abs().max() < 4


def test_wobble_roughens() -> None:
    """The middle of a straight 1 strays from a parabola as far as the hand wobbles."""
    ones = load("digits", source="drawn", n=4_000, seed=1)
    ones = ones[(ones.factors["way"] == 4) & (ones.factors["slant"].abs() < 0.3)]
    x, grid = ones.float()[:, 0], torch.arange(28.0)
    middle = (x * grid).sum(2) / x.sum(2).clamp(min=1e-6)  # (N, 28), one for each row
    design = torch.stack([torch.ones(28), grid, grid**2], -1)
    rough = []
    for one, row in zip(middle, x.sum(2) > 1, strict=True):
        fit = torch.linalg.lstsq(design[row], one[row].unsqueeze(-1)).solution
        rough.append((design[row] @ fit).squeeze(-1).sub(one[row]).std())
    assert correlation(torch.stack(rough), ones.factors["wobble"]) > 0.4


def test_centered_like_mnist(digits: Dataset) -> None:
    cx, cy, _, _ = moments(digits.float())
    assert (cx - 14).abs().mean() < 0.2 and (cy - 14).abs().mean() < 0.2
    assert (cx - 14).abs().max() < 1.5 and (cy - 14).abs().max() < 1.5


def test_nothing_touches_the_border(digits: Dataset) -> None:
    border = digits.images.clone()
    border[:, :, 1:-1, 1:-1] = 0
    assert (border.amax((1, 2, 3)) > 127).float().mean() < 0.04


def test_no_two_alike(digits: Dataset) -> None:
    assert len({picture.numpy().tobytes() for picture in digits.images}) == len(digits)


def test_curves_run_through_their_control_points() -> None:
    """The path passes each control point within half a step, and weights keep straight lines."""
    curve, control, stroke, digit = way_tables()
    assert curve.shape[:2] == (len(digit), POINTS) and stroke.shape == (len(digit), POINTS)
    np.testing.assert_allclose(curve.sum(-1), 1, atol=1e-5)
    for weights, points in zip(curve, control, strict=True):
        used = np.abs(weights).sum(0) > 0
        away = np.linalg.norm((weights @ points)[:, None] - points[used], axis=-1).min(0)
        assert away.max() < 4  # of a height of 100
