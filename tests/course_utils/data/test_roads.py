"""Driving scenes: 95 % are common, and the factors say what is in the picture."""

from __future__ import annotations

import pytest
import torch

from course_utils.data import Dataset, load


@pytest.fixture(scope="module")
def roads() -> Dataset:
    return load("roads", n=2_000)


def test_shape_and_names(roads: Dataset) -> None:
    assert roads.images.shape == (2_000, 3, 32, 32) and roads.images.dtype == torch.uint8
    assert roads.names == ("common", "rare")
    assert set(roads.factors) == {"weather", "daylight", "road_type", "curvature", "obstacles"}


def test_five_in_a_hundred_are_rare(roads: Dataset) -> None:
    assert roads.labels.sum() == 100


def test_labels_follow_from_the_factors(roads: Dataset) -> None:
    f = roads.factors
    odd = (f["weather"] != 0) | (f["daylight"] < 0.5) | (f["road_type"] != 0)
    odd |= (f["curvature"].abs() > 0.1) | (f["obstacles"] > 0)
    assert torch.equal(odd.long(), roads.labels)


def test_every_kind_of_rare_scene_occurs(roads: Dataset) -> None:
    f = roads.factors
    assert set(f["weather"].tolist()) == {0, 1, 2, 3}
    assert set(f["road_type"].tolist()) == {0, 1, 2}
    assert set(f["obstacles"].tolist()) == {0, 1, 2}
    assert f["curvature"].min() < -0.5 and f["curvature"].max() > 0.5
    assert 0 <= f["daylight"].min() < 0.1 and 0.99 < f["daylight"].max() <= 1


def test_night_is_dark(roads: Dataset) -> None:
    brightness = roads.float().mean((1, 2, 3))
    clear = roads.factors["weather"] == 0
    night, day = roads.factors["daylight"] < 0.15, roads.factors["daylight"] > 0.8
    assert brightness[clear & night].max() < brightness[clear & day].min()


def test_sunny_skies_are_blue_and_snow_is_white(roads: Dataset) -> None:
    x, day = roads.float(), roads.factors["daylight"] > 0.8
    top = x[:, :, :4].mean((2, 3))
    sunny, fog, snow = (day & (roads.factors["weather"] == kind) for kind in (0, 3, 2))
    assert (top[sunny, 2] - top[sunny, 0]).mean() > 0.15
    assert (top[fog, 2] - top[fog, 0]).abs().mean() < 0.05
    field = x[:, :, 20:24, :2].mean((1, 2, 3))  # beside the road
    assert field[snow].mean() > field[sunny].mean() + 0.3


def test_dirt_is_brown_and_asphalt_gray(roads: Dataset) -> None:
    road = roads.float()[:, :, 28:, 12:20].mean((2, 3))
    red = road[:, 0] - road[:, 2]
    clear = (roads.factors["weather"] == 0) & (roads.factors["daylight"] > 0.8)
    clear &= roads.factors["obstacles"] == 0
    dirt, highway = (clear & (roads.factors["road_type"] == kind) for kind in (2, 0))
    assert red[dirt].mean() > 0.2 > 0.05 > red[highway].abs().mean()


def test_curves_lead_aside(roads: Dataset) -> None:
    """Far ahead, gray road lies to the right of green grass in a right curve, and mirrored."""
    x = roads.float()[:, :, 17:20]  # (N, 3, 3, 32), below the horizon
    grass = (x[:, 1] > x[:, 2] + 0.12).float().mean(1)  # (N, 32)
    lean = grass[:, :16].mean(1) - grass[:, 16:].mean(1)  # more grass left: the road went right
    f = roads.factors
    plain = (
        (f["weather"] == 0) & (f["daylight"] > 0.5) & (f["road_type"] == 0) & (f["obstacles"] == 0)
    )
    curved = plain & (f["curvature"].abs() > 0.1)
    agree = (lean[curved] * f["curvature"][curved] > 0).float().mean()
    assert curved.sum() > 10 and agree > 0.9
