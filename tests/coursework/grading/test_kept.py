"""Weights that the judge has sent before go over by number, and any change of them is seen."""

from __future__ import annotations

import json

import pytest
import torch
from torch import nn

from coursework.grading.inside.kept import LARGE, MOST, SLOTS, Kept, Sent
from coursework.grading.inside.reading import read_table
from coursework.grading.inside.wire import Malformed


def over(sent: Sent, kept: Kept, *tensors: torch.Tensor) -> tuple[list[torch.Tensor], int]:
    """The tensors as they arrive, and how many bytes went over."""
    packed = [sent.pack(t) for t in tensors]
    table = json.loads(json.dumps([line for line, _ in packed]))
    body = bytearray(b"".join(bytes(data) for _, data in packed))
    return read_table(table, kept.whole(table, body)), len(body)


def test_the_same_weights_go_over_once_and_changed_ones_again() -> None:
    sent, kept = Sent(), Kept()
    weight, x = nn.Parameter(torch.randn(100, 100)), torch.randn(3, 100)
    sizes = []
    for change in (None, None, lambda: weight.data.mul_(2), None):
        if change:
            change()
        found, size = over(sent, kept, x, weight, x)
        assert all(torch.equal(a, b) for a, b in zip(found, (x, weight, x), strict=True))
        assert isinstance(found[1], nn.Parameter)
        found[1].data.zero_()  # what the other side does to its copy stays there
        sizes.append(size)
    whole, small = 40_000 + 2 * 1200, 2 * 1200
    assert sizes == [whole, small, whole, small]


def test_more_weights_than_are_kept_go_over_all_the_same() -> None:
    sent, kept = Sent(), Kept()
    many = [nn.Parameter(torch.full((LARGE // 4,), float(i))) for i in range(SLOTS + 20)]
    for _ in range(2):
        found, _ = over(sent, kept, *many)
        assert all(torch.equal(a, b) for a, b in zip(found, many, strict=True))
    large = nn.Parameter(torch.rand(MOST // 4 - 10))
    for _ in range(2):
        found, _ = over(sent, kept, large, many[0])
        assert torch.equal(found[0], large) and torch.equal(found[1], many[0])
    assert sent.size <= MOST and len(kept.slots) <= SLOTS


def test_a_judge_reads_no_slot() -> None:
    line = {"dtype": "float32", "shape": [4], "same": 0}
    with pytest.raises(Malformed):
        read_table([line], bytearray())
    kept = {"dtype": "float32", "shape": [4], "keep": 0}
    with pytest.raises(Malformed):
        Kept().whole([kept], bytearray(20))
