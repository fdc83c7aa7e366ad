"""Checkpoints: what was written comes back, and a damaged or missing file is told."""

from __future__ import annotations

import builtins

import pytest
import torch
from torch import nn

from course_utils.data.checkpoint import FOLDER, read_checkpoint, write_checkpoint
from course_utils.models.diffusion import UNet


@pytest.fixture
def written(tmp_path):
    torch.manual_seed(0)
    model = nn.Linear(3, 2)
    write_checkpoint(model, "small", tmp_path)
    return model, tmp_path


def test_weights_come_back_in_float32(written):
    model, folder = written
    weights = read_checkpoint("small", folder)
    assert set(weights) == {"weight", "bias"}
    for key, value in weights.items():
        assert value.dtype == torch.float32
        torch.testing.assert_close(value, model.state_dict()[key], rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b[:-1] + b"x", lambda b: b"\0" + b])
def test_a_changed_file_is_told(written, damage):
    _, folder = written
    path = folder / "small.safetensors"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=r"sha256 is .* should be .* Get this file again"):
        read_checkpoint("small", folder)


def test_a_missing_one_is_told_with_those_there_are(written):
    with pytest.raises(FileNotFoundError, match=r"no checkpoint 'large'.*There are: small\."):
        read_checkpoint("large", written[1])


def test_a_missing_package_is_told(written, monkeypatch):
    ordinary = builtins.__import__

    def without(name, *args, **more):
        if name.startswith("safetensors"):
            raise ImportError(name)
        return ordinary(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match="pip install safetensors"):
        read_checkpoint("small", written[1])


def test_what_half_precision_cant_hold_is_not_written(tmp_path):
    model = nn.Linear(2, 1)
    nn.init.constant_(model.bias, 1e6)
    with pytest.raises(ValueError, match="bias"):
        write_checkpoint(model, "large", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.safetensors")), ids=lambda p: p.stem)
def test_shipped_ones_are_whole_and_small(path):
    assert path.stat().st_size <= 1_000_000
    assert all(torch.isfinite(value).all() for value in read_checkpoint(path.stem).values())


def test_the_digits_fit_the_network():
    UNet().load_state_dict(read_checkpoint("diffusion_digits"))
