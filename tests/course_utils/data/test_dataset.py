"""A data set: taking examples out of it, and putting two together."""

import pytest
import torch

from course_utils.data import Dataset


def numbered(values: list[int], source: str = "drawn", **factors: list[float]) -> Dataset:
    """One picture of a single pixel for each value, which is also its label."""
    labels = torch.tensor(values)
    known = {name: torch.tensor(shares) for name, shares in factors.items()}
    images = labels.to(torch.uint8)[:, None, None, None]
    return Dataset(images, labels, tuple("abcdefghij"), source, known)


def test_a_sum_holds_the_first_set_and_then_the_second() -> None:
    first = numbered([3, 1, 4], size=[0.3, 0.1, 0.4], tilt=[0.0, 0.0, 0.0])
    second = numbered([5, 9], source="mnist", size=[0.5, 0.9], width=[1.0, 1.0])
    both = first + second
    assert both.images.flatten().tolist() == both.labels.tolist() == [3, 1, 4, 5, 9]
    assert list(both.factors) == ["size"]
    torch.testing.assert_close(both.factors["size"], torch.tensor([0.3, 0.1, 0.4, 0.5, 0.9]))
    assert both.source == "drawn and mnist" and (first + first).source == "drawn"
    assert both.names == first.names and len(both) == 5


def test_sets_of_other_sizes_or_classes_are_not_added() -> None:
    small = numbered([1, 2])
    large = Dataset(torch.zeros(2, 1, 2, 2), small.labels, small.names, "drawn")
    others = Dataset(small.images, small.labels, ("one", "two"), "drawn")
    for other in (large, others):
        with pytest.raises(ValueError, match="differ in size or classes"):
            small + other


def test_examples_keep_their_labels_and_factors() -> None:
    some = numbered([3, 1, 4, 1], size=[0.3, 0.1, 0.4, 0.2])
    for index in ([2, 0], torch.tensor([2, 0]), torch.tensor([False, False, True, False])):
        taken = some[index]
        assert taken.images.flatten().tolist() == taken.labels.tolist()
        assert taken.labels[0] == 4 and taken.factors["size"][0] == pytest.approx(0.4)
    assert some[-1].labels.tolist() == [1] and some[1:3].labels.tolist() == [1, 4]
    with pytest.raises(IndexError, match="example 4 of a data set of 4"):
        some[4]
