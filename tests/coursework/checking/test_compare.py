"""When are two answers the same? The scale of a tensor, NumPy's numbers, nests of things."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from coursework.checking.compare import close, describe, gap, is_scalar, misfit, worst


def test_the_absolute_tolerance_grows_with_the_largest_entry() -> None:
    """A sum of terms near 1e4 rounds by 1e-3 in float32, wherever in the tensor it ends up."""
    right = torch.tensor([1e4, 0.0])
    assert close(right + torch.tensor([0.0, 0.05]), right, rtol=1e-4, atol=1e-5)
    assert worst(right + torch.tensor([0.0, 0.2]), right, 1e-4, 1e-5) == (1,)


def test_the_absolute_tolerance_never_shrinks() -> None:
    right = torch.tensor([1e-4, 0.0])
    assert close(right + torch.tensor([0.0, 9e-6]), right, rtol=1e-4, atol=1e-5)
    assert not close(right + torch.tensor([0.0, 2e-5]), right, rtol=1e-4, atol=1e-5)


def test_the_scale_is_that_of_the_finite_entries() -> None:
    right = torch.tensor([math.inf, 0.0])
    assert not close(torch.tensor([math.inf, 1e-3]), right)
    assert close(torch.tensor([math.inf, math.nan]), torch.tensor([math.inf, math.nan]))
    assert not close(torch.tensor([math.inf]), torch.tensor([-math.inf]))
    assert not close(torch.tensor([1e30]), torch.tensor([math.inf]))


def test_the_worst_entry_is_the_one_that_is_furthest_outside() -> None:
    assert worst(torch.tensor([1.5, 9.0]), torch.tensor([1.0, 0.0]), 1e-4, 1e-5) == (1,)
    assert worst(torch.tensor([1.5, math.nan]), torch.tensor([1.0, 0.0]), 1e-4, 1e-5) == (1,)


NUMBERS = [
    3,
    3.0,
    np.float32(3),
    np.float64(3),
    np.float16(3),
    np.int64(3),
    np.uint8(3),
    np.array(3.0),
    np.array(3),
    torch.tensor(3),
    torch.tensor(3.0),
    torch.tensor(3.0, dtype=torch.float64),
]


@pytest.mark.parametrize("yours", NUMBERS)
@pytest.mark.parametrize("right", [3.0, torch.tensor(3.0), 3])
def test_one_number_is_one_number(yours: Any, right: Any) -> None:
    assert is_scalar(yours) and misfit(yours, right) is None
    assert close(yours, right) and not close(yours, right + 1)
    assert gap(yours, right, 1e-4, 1e-5) is None
    assert "is 3 where 4 is right" in (gap(yours, right + 1, 1e-4, 1e-5) or "")
    assert describe(yours) == "the number 3"


@pytest.mark.parametrize(
    "yours",
    [
        "3",
        np.str_("3"),
        np.ones(1),
        torch.ones(1),
        np.datetime64(3, "D"),
        3j,
        torch.tensor(3j),
        None,
    ],
)
def test_what_is_no_number_is_none(yours: Any) -> None:
    assert not is_scalar(yours)
    assert "should be one number" in (misfit(yours, 3.0) or "")


def test_true_is_no_number_and_no_float_is_true() -> None:
    for yes in (True, np.bool_(True), torch.tensor(True)):
        assert misfit(yes, torch.tensor(True)) is None
        assert "should hold" in (misfit(yes, 1.0) or "") and "should hold" in (misfit(yes, 1) or "")
    assert "True or False" in (misfit(1.0, True) or "")


@pytest.mark.parametrize("yours", [2.5, math.nan, math.inf])
def test_a_count_is_whole(yours: float) -> None:
    assert misfit(2.0, 3) is None and "whole numbers" in (misfit(yours, 3) or "")


def test_nests_are_compared_part_by_part() -> None:
    right = {"a": (1.0, torch.zeros(2)), "b": [True]}
    assert close({"a": [1.0, torch.zeros(2)], "b": (True,)}, right)
    assert not close({"a": (1.0,), "b": [True]}, right)
    assert not close({"a": (1.0, torch.zeros(3)), "b": [True]}, right)
    assert not close({"a": (1.0, torch.zeros(2))}, right)
    assert not close((torch.zeros(2), torch.zeros(2), 1), (torch.zeros(2), torch.zeros(2)))
    off = {"a": (1.0, torch.tensor([0.0, 2.0])), "b": [True]}
    assert gap(off, right, 1e-4, 1e-5) == "yours['a'][1][1] is 2 where 0 is right"
    assert gap("no noise", "", 1e-4, 1e-5) == "no noise"


@pytest.mark.parametrize(
    "value, words",
    [
        (torch.ones(3).sort(), "two things, as `sort` returns them (`.values`, `.indices`)"),
        (torch.ones(3, 3).max(1), "two things, as `max` returns them"),
        (torch.ones(3).topk(2), "two things, as `topk` returns them"),
        (torch.linalg.svd(torch.eye(2)), "three things, as `svd` returns them (`.U`, `.S`, `.Vh`)"),
        (nn.ReLU(), "a layer or network, `ReLU`"),
        (torch.ones(3).sum, "brackets missing"),
        (np.ones((2, 3)), "a NumPy array of shape (2, 3)"),
    ],
)
def test_a_value_is_described_so_that_the_slip_shows(value: Any, words: str) -> None:
    assert words in describe(value)
    assert words in (misfit(value, torch.ones(7)) or "") or "NumPy" in words
