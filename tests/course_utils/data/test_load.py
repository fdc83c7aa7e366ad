"""`load`: which source is taken, what it says, and what it answers to a mistake."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from course_utils.data import Dataset, load


def test_drawn_digits_are_a_dataset() -> None:
    data = load("digits", source="drawn", n=7)
    assert isinstance(data, Dataset) and len(data) == 7 and data.source == "drawn"
    assert data.images.shape == (7, 1, 28, 28) and data.images.dtype == torch.uint8
    assert data.labels.shape == (7,) and data.labels.dtype == torch.int64
    assert data.names == tuple("0123456789")
    assert {"slant", "thickness", "scale", "wobble"} <= set(data.factors)
    assert all(v.shape == (7,) and v.dtype == torch.float32 for v in data.factors.values())
    assert "7 images 1×28×28" in repr(data)


def test_default_sizes() -> None:
    assert len(load("roads", "test")) == 2_000


def test_float_is_between_zero_and_one_and_leaves_the_bytes_alone() -> None:
    data = load("digits", source="drawn", n=50)
    before = data.images.clone()
    x = data.float("cpu")
    assert x.dtype == torch.float32 and x.min() == 0 and x.max() == 1
    assert torch.equal((x * 255).round().to(torch.uint8), before)
    assert torch.equal(data.images, before)
    assert data.float(torch.device("meta")).device.type == "meta"


@pytest.mark.parametrize(
    "index", [slice(2, 5), torch.tensor([2, 3, 4]), [2, 3, 4], torch.arange(9).sub(3).abs() < 2]
)
def test_indexing_keeps_everything_together(index: object) -> None:
    data = load("digits", source="drawn", n=9)
    some = data[index]
    assert len(some) == 3
    chosen = torch.equal(some.images, data.images[index])
    assert chosen and torch.equal(some.labels, data.labels[index])
    assert torch.equal(some.factors["slant"], data.factors["slant"][index])


def test_one_position_gives_a_dataset_of_one() -> None:
    data = load("digits", source="drawn", n=3)
    assert len(data[-1]) == 1 and torch.equal(data[-1].images[0], data.images[2])
    assert [len(one) for one in data] == [1, 1, 1]
    with pytest.raises(IndexError, match="example 3 of a data set of 3"):
        data[3]


@pytest.mark.parametrize("name", ["digits", "roads"])
def test_same_seed_same_pixels_whatever_n(name: str) -> None:
    long, short = (
        load(name, n=130, source="drawn", seed=4),
        load(name, n=90, source="drawn", seed=4),
    )
    assert torch.equal(long.images[:90], short.images)
    assert torch.equal(long.labels[:90], short.labels)
    assert all(torch.equal(long.factors[key][:90], short.factors[key]) for key in short.factors)


@pytest.mark.parametrize("name", ["digits", "roads"])
def test_seeds_and_splits_differ(name: str) -> None:
    one = load(name, n=50, source="drawn")
    assert not torch.equal(one.images, load(name, n=50, source="drawn", seed=1).images)
    assert not torch.equal(one.images, load(name, "test", n=50, source="drawn").images)


def test_drawing_leaves_the_number_of_threads_alone() -> None:
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(3)
        load("digits", n=1, source="drawn")
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"name": "digit"}, "There are: 'digits', 'fashion', 'roads', 'faces', 'non-faces'"),
        ({"name": "digits", "split": "valid"}, "There are: 'train', 'test'"),
        ({"name": "digits", "source": "MNIST"}, "It has: 'mnist', 'drawn'"),
        ({"name": "roads", "source": "mnist"}, "It has: 'drawn'"),
        ({"name": "digits", "n": 0}, "at least one"),
        ({"name": "digits", "n": -5}, "at least one"),
    ],
)
def test_mistakes_are_told_what_there_is(arguments: dict, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        load(**arguments)


def test_course_source_sets_the_default(
    monkeypatch: pytest.MonkeyPatch, offline: list[str]
) -> None:
    monkeypatch.setenv("COURSE_SOURCE", "drawn")
    assert load("digits", n=1).source == "drawn" and not offline
    monkeypatch.setenv("COURSE_SOURCE", "mnist")
    with pytest.raises(ConnectionError):
        load("digits", n=1)
    assert load("digits", n=1, source="drawn").source == "drawn"
    assert load("roads", n=1).source == "drawn"
    monkeypatch.setenv("COURSE_SOURCE", "minst")
    with pytest.raises(ValueError, match=r"COURSE_SOURCE is 'minst'.*'mnist', 'drawn'"):
        load("digits", n=1)


def test_without_network_digits_are_drawn_and_one_line_says_so(
    offline: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert load("digits", n=10).source == "drawn"
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert "10 drawn here" in said and f"MNIST is not in {tmp_path}" in said
    assert len(offline) == 2  # each mirror once


def test_the_network_is_not_waited_for_twice(offline: list[str]) -> None:
    for _ in range(2):
        load("digits", n=1)
    assert len(offline) == 2
    with pytest.raises(ConnectionError):
        load("digits", source="mnist")  # who insists gets another try
    assert len(offline) == 4


def test_insisting_without_network_says_what_to_do(offline: list[str], tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").touch()
    with pytest.raises(ConnectionError) as told:
        load("digits", source="mnist")
    for words in ("no network in this test", "holiday.jpg", "COURSE_DATA", 'source="drawn"'):
        assert words in str(told.value)
    with pytest.raises(ConnectionError, match="FashionMNIST is not in"):
        load("fashion")


def test_a_folder_that_is_not_there_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("COURSE_SOURCE", raising=False)
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "dtaa"))
    with pytest.raises(FileNotFoundError, match=r"dtaa.*not there"):
        load("digits")
    (tmp_path / "dtaa").touch()
    with pytest.raises(FileNotFoundError, match="is a file"):
        load("digits")
    assert len(load("digits", source="drawn", n=1)) == len(load("roads", n=1)) == 1


def test_importing_loads_neither_matplotlib_nor_torchvision() -> None:
    code = "import course_utils.data, sys; print({'matplotlib', 'torchvision'} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "set()"
