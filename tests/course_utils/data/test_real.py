"""Files of MNIST's format: whole, packed, broken, missing; and MNIST itself where there is some."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
import torch

from course_utils.data import load
from course_utils.data.real import FILES, data_folder, read_idx


def idx(array: np.ndarray) -> bytes:
    return (
        b"\x00\x00\x08"
        + struct.pack(f">B{array.ndim}i", array.ndim, *array.shape)
        + array.tobytes()
    )


def fill(folder: Path, size: int = 20, packed: bool = True) -> Path:
    """A small data set in MNIST's format under folder/MNIST/raw: image i is full of i."""
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    labels = np.arange(size, dtype=np.uint8)
    images = np.broadcast_to(labels[:, None, None], (size, 28, 28)).copy()
    for names in FILES.values():
        for name, array in zip(names, (images, labels % 10), strict=True):
            content = idx(array)
            path = raw / (f"{name}.gz" if packed else name)
            path.write_bytes(gzip.compress(content) if packed else content)
    return raw


@pytest.fixture
def folder(tmp_path: Path, offline: list[str]) -> Path:
    return tmp_path


@pytest.mark.parametrize("packed", [True, False])
def test_reads_packed_and_unpacked(folder: Path, packed: bool) -> None:
    fill(folder, packed=packed)
    data = load("digits")
    assert data.source == "mnist" and data.images.shape == (20, 1, 28, 28) and data.factors == {}
    assert torch.equal(data.images[:, 0, 5, 5], torch.arange(20).byte())
    assert torch.equal(data.labels, torch.arange(20) % 10)


def test_reads_a_folder_that_may_not_be_written(folder: Path) -> None:
    raw = fill(folder)
    for place in (raw, raw.parent, folder):
        place.chmod(0o555)
    try:
        assert len(load("digits", "test")) == 20
        assert len(list(raw.iterdir())) == 4  # nothing was unpacked or left behind
    finally:
        for place in (folder, raw.parent, raw):
            place.chmod(0o755)


def test_n_takes_a_random_part_and_smaller_parts_lie_in_larger_ones(folder: Path) -> None:
    fill(folder)
    five, nine = load("digits", n=5, seed=1), load("digits", n=9, seed=1)
    assert torch.equal(nine.images[:5], five.images)
    assert len(set(nine.images[:, 0, 0, 0].tolist())) == 9
    with pytest.raises(ValueError, match="mnist has 20"):
        load("digits", n=21)


def test_half_of_mnist_is_no_mnist(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = fill(folder)
    (raw / "t10k-labels-idx1-ubyte.gz").unlink()
    assert load("digits", n=1).source == "drawn"
    assert "MNIST is not complete in" in capsys.readouterr().out


def test_files_that_appear_later_are_found(folder: Path) -> None:
    assert load("digits", n=1).source == "drawn"
    fill(folder)
    assert load("digits", n=1).source == "mnist"


LABELS = idx(np.zeros(20, np.uint8))


BROKEN = {
    "empty": (b"", "starts with b''|can't be unpacked"),
    "empty inside": (gzip.compress(b""), "starts with b''"),
    "cut off": (gzip.compress(LABELS)[:-12], "can't be unpacked"),
    "a web page": (b"<!DOCTYPE html><p>Please log in", "can't be unpacked"),
    "a packed web page": (gzip.compress(b"<!DOCTYPE html><p>"), "not as an IDX file"),
    "too short": (gzip.compress(LABELS[:-3]), "17 bytes there"),
    "too long": (gzip.compress(LABELS + b"x"), "21 bytes there"),
    "half a header": (gzip.compress(LABELS[:6]), "inside its header"),
    "other numbers": (gzip.compress(b"\x00\x00\x0d" + LABELS[3:]), "not as an IDX file"),
    "one missing": (gzip.compress(idx(np.zeros(19, np.uint8))), "don't belong together"),
    "a label too high": (gzip.compress(idx(np.full(20, 11, np.uint8))), "a label 11"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_files_are_named(folder: Path, case: str) -> None:
    content, told = BROKEN[case]
    path = fill(folder) / "train-labels-idx1-ubyte.gz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=told) as error:
        load("digits")
    assert str(path) in str(error.value)


def test_huge_promises_are_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "huge"
    path.write_bytes(b"\x00\x00\x08\x03" + struct.pack(">3i", *[2**31 - 1] * 3) + b"x" * 10)
    with pytest.raises(ValueError, match="10 bytes there"):
        read_idx(path)
    path.write_bytes(b"\x00\x00\x08\x02" + struct.pack(">2i", -2, -5) + b"x" * 10)
    with pytest.raises(ValueError, match="is broken"):
        read_idx(path)


def test_data_folder_of_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COURSE_DATA", raising=False)
    assert data_folder() == Path(__file__).parents[3] / "data"


def test_real_mnist(mnist: Path) -> None:
    train, test = load("digits"), load("digits", "test")
    assert train.source == "mnist" and len(train) == 60_000 and len(test) == 10_000
    assert train.images.shape[1:] == (1, 28, 28)
    assert train.labels[:5].tolist() == [5, 0, 4, 1, 9] and test.labels[:3].tolist() == [7, 2, 1]
    assert abs(train.float().mean().item() - 0.1307) < 1e-3  # the published mean
    assert (train.labels.bincount() > 5_000).all()


def test_drawn_digits_look_like_mnist_in_numbers(mnist: Path) -> None:
    """Mean, contrast and centering agree; tolerances are what separates MNIST's own splits × 10."""
    drawn, real = (load("digits", source=s, n=1_500).float() for s in ("drawn", "mnist"))
    assert abs(drawn.mean() - real.mean()) < 0.01
    assert abs(drawn.std() - real.std()) < 0.02
    grid = torch.arange(28.0)
    for axis in (2, 3):
        centers = [
            (x.mean((0, 1)).sum(3 - axis) * grid).sum() / x.mean((0, 1)).sum()
            for x in (drawn, real)
        ]
        assert abs(centers[0] - centers[1]) < 0.1
