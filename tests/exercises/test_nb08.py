"""Exercises of notebook 08: right answers of many kinds pass, further mistakes are told."""

from __future__ import annotations

import pytest
import torch
from torch import Generator

from course_utils.checking import evaluate
from course_utils.exercises.nb08.traversal import latent_traversal

SEEDS = range(8)


def assert_passes(name, fn):
    for seed in SEEDS:
        verdict = evaluate(name, fn, seed)
        assert verdict.passed, (seed, verdict.kind, verdict.mistake, verdict.message)


def assert_mistake(name, fn, mistake):
    for seed in SEEDS:
        verdict = evaluate(name, fn, seed)
        assert verdict.mistake == mistake, (seed, verdict.kind, verdict.mistake, verdict.message)


def by_columns(decode, z, dim, values):
    rest = z.expand(len(values), -1)
    return decode(torch.cat([rest[:, :dim], values[:, None], rest[:, dim + 1 :]], 1))


def by_one_hot(decode, z, dim, values):
    axis = torch.nn.functional.one_hot(torch.tensor(dim), len(z))
    return decode(z * (1 - axis) + values[:, None] * axis)


def by_loop(decode, z, dim, values):
    codes = []
    for value in values:
        code = z.clone()
        code[dim] = value.item()
        codes.append(code)
    return decode(torch.stack(codes))


def one_by_one(decode, z, dim, values):
    images = []
    for value in values.tolist():
        codes = z[None].clone()
        codes[0, dim] = value
        images.append(decode(codes))
    return torch.cat(images)


@torch.no_grad()
def without_gradients(decode, z, dim, values, dtype=torch.float32):
    codes = torch.stack([z] * len(values)).to(dtype)
    codes[:, dim].copy_(values)
    return decode(codes)


RIGHT_TRAVERSALS = [
    by_columns,
    by_one_hot,
    by_loop,
    one_by_one,
    without_gradients,
    lambda decode, z, dim, values: decode(
        z.expand(len(values), -1).index_copy(1, torch.tensor([dim]), values[:, None])
    ),
    lambda decode, z, dim, values: decode(
        torch.where(torch.arange(len(z)) == dim, values[:, None], z)
    ),
]


@pytest.mark.parametrize("fn", RIGHT_TRAVERSALS)
def test_right_traversals_pass(fn):
    assert_passes("latent_traversal", fn)


def expanded(decode, z, dim, values):
    codes = z.expand(len(values), -1)
    codes[:, dim] = values
    return decode(codes)


def wrong_row(decode, z, dim, values):
    codes = z.repeat(len(values), 1)
    codes[dim, :] = values
    return decode(codes)


def in_place_and_put_back(decode, z, dim, values):
    """Changes z on the way, and the caller can't tell."""
    old, images = z[dim].item(), []
    for value in values:
        z[dim] = value
        images.append(decode(z[None]))
    z[dim] = old
    return torch.cat(images)


def put_back_from_a_view(decode, z, dim, values):
    old = z[dim]  # no copy
    images = in_place_and_put_back(decode, z, dim, values)
    z[dim] = values[-1]
    z[dim] = old
    return images


@pytest.mark.parametrize(("fn", "mistake"), [
    (wrong_row, "row_not_column"),
    (put_back_from_a_view, "changes_z"),
    (lambda decode, z, dim, values: decode(z + values[:, None]), "moves_every_dim"),
    (lambda decode, z, dim, values: decode(torch.stack([z] * len(values))), "nothing_moves"),
    (lambda decode, z, dim, values: list(by_loop(decode, z, dim, values)), "a_list"),
])  # fmt: skip
def test_more_traversal_mistakes(fn, mistake):
    assert_mistake("latent_traversal", fn, mistake)


def test_a_code_that_is_put_back_passes():
    assert_passes("latent_traversal", in_place_and_put_back)


@pytest.mark.parametrize(("fn", "words"), [
    (expanded, "one and the same piece of memory"),
    (lambda decode, z, dim, values: decode([z.clone() for _ in values]), "a list of"),
    (lambda decode, z, dim, values: decode(z.repeat(len(values), 1).T), "one code a row"),
])  # fmt: skip
def test_codes_of_a_wrong_form_are_told(fn, words):
    verdict = evaluate("latent_traversal", fn, 0)
    assert verdict.kind == "interface" and words in verdict.message, verdict.message


def test_a_traversal_takes_whole_numbers_and_leaves_its_code_alone():
    z = torch.randn(4, generator=Generator().manual_seed(0))
    codes = latent_traversal(lambda codes: codes.clone(), z, 2, torch.tensor([3, 0, 1]))
    assert codes[:, 2].tolist() == [3.0, 0.0, 1.0]
    for at in (0, 1, 3):
        assert torch.equal(codes[:, at], z[at].expand(3))
    assert z[2] != 1
