"""What is no face: of every kind, and told apart by nothing but what a face is."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from course_utils.data import Dataset, load
from course_utils.data.face_lookalikes import KINDS, draw_non_faces
from course_utils.data.faces import FACTORS, render_faces


@pytest.fixture(scope="module")
def others() -> Dataset:
    return load("non-faces", n=1_000)


def of_kind(data: Dataset, kind: str) -> Dataset:
    return data[data.factors["kind"] == KINDS.index(kind)]


def as_faces(data: Dataset) -> Tensor:
    """The faces (N, 3, 32, 32) that have the same factors."""
    return render_faces(**{name: data.factors[name] for name in FACTORS})


def test_a_data_set(others: Dataset) -> None:
    assert others.images.shape == (1_000, 3, 32, 32) and (others.labels == 0).all()
    assert set(others.factors) == set(FACTORS) | {"kind"}
    sizes = others.factors["kind"].long().bincount(minlength=len(KINDS))
    assert sizes.min() > 80 and sizes.max() < 175  # 125 expected, standard deviation 10
    assert torch.equal(load("non-faces", n=40).images, others.images[:40])
    assert load("non-faces", n=9, side=64).images.shape == (9, 3, 64, 64)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_differs_from_the_face_it_was_made_from(others: Dataset, kind: str) -> None:
    some = of_kind(others, kind)
    away = (some.float() - as_faces(some)).abs().amax((1, 2, 3))
    assert (away > 0.06).float().mean() > 0.9
    assert some.float().flatten(1).std(1).min() > 0.01  # and none is empty


def test_upside_down_is_upside_down(others: Dataset) -> None:
    some = of_kind(others, "upside-down")
    assert (some.float().flip(-2) - as_faces(some)).abs().max() < 1.01 / 255


def test_shuffled_tiles_keep_every_pixel(others: Dataset) -> None:
    some = of_kind(others, "shuffled tiles")
    ours, theirs = (x.flatten(2).sort().values for x in (some.float(), as_faces(some)))
    assert (ours - theirs).abs().max() < 1.01 / 255


def test_misplaced_features_are_there_but_elsewhere(others: Dataset) -> None:
    some = of_kind(others, "misplaced features")
    change = (some.float() - as_faces(some)).abs().mean((0, 1))
    assert change[10:22, 8:24].mean() > 10 * change[:4].mean() and change[:2].max() < 0.01


def test_no_color_or_brightness_tells_them_apart(others: Dataset) -> None:
    """The share of pairs in which the face is brighter, or redder, lies near one half."""
    a, b = load("faces", n=1_000).float().mean((2, 3)), others.float().mean((2, 3))
    for one, two in ((a.mean(1), b.mean(1)), (a[:, 0] - a[:, 2], b[:, 0] - b[:, 2])):
        assert 0.35 < (one[:, None] > two).float().mean() < 0.65


def test_groups_and_shares_are_those_of_faces(monkeypatch: pytest.MonkeyPatch) -> None:
    blank = torch.zeros(3, 32, 32, dtype=torch.uint8)
    monkeypatch.setattr("course_utils.data.face_lookalikes._paint_kind", lambda *_: blank)
    skewed = draw_non_faces(1_000, shares={"dark skin": 0.1}).factors
    assert (skewed["skin_tone"] >= 6).float().mean() == pytest.approx(0.1, abs=0.04)


def test_faces_and_the_rest_are_put_together(others: Dataset) -> None:
    both = load("faces", n=20) + others[:30]
    assert len(both) == 50 and both.labels.sum() == 20 and both.source == "drawn"
    assert set(both.factors) == set(FACTORS) and len(both.factors["smile"]) == 50
    assert torch.equal(both.images[20:], others.images[:30])
    with pytest.raises(ValueError, match="differ in size or classes"):
        both + load("roads", n=3)
