"""`load`: one function for every set of images, and errors that say what there is."""

from __future__ import annotations

import os
from collections.abc import Iterable

import torch

from course_utils.data.dataset import Dataset

SOURCES = {
    "digits": ("mnist", "drawn"),
    "fashion": ("fashion-mnist",),
    "roads": ("drawn",),
    "faces": ("drawn", "celeba"),
    "non-faces": ("drawn",),
}
SIDES = (32, 64)  # of faces and non-faces
SPLITS = ("train", "test")
DRAWN_SIZE = {"train": 10_000, "test": 2_000}


def load(
    name: str,
    split: str = "train",
    source: str | None = None,
    n: int | None = None,
    seed: int = 0,
    side: int = 32,
    folder: str | os.PathLike[str] | None = None,
) -> Dataset:
    """Load a set of images, and print one line that says where they come from.

    name: "digits" or "fashion" (1×28×28), "roads" (3×32×32), "faces" or "non-faces" (3×side×side)
    split: "train" or "test" · n: how many; all of MNIST by default, 10,000 / 2,000 of what is drawn
    seed: which ones; the first k of n are the same for every n · side: of (non-)faces, 32 or 64
    source: "mnist", "drawn", …; None takes what the environment variable COURSE_SOURCE says, else
    MNIST where it is here or can be downloaded, else drawn digits. Faces are drawn by default.
    folder: photographs of faces to read instead.
    Raises ValueError for an argument that isn't one of these, FileNotFoundError for a folder that
    isn't there, ConnectionError where a real data set is not here and can't be downloaded.
    """
    _check(name, split, source, n)
    _check_faces(name, source, side, folder)
    if folder is not None:
        return _read_photos(folder, split, n, seed, side)
    source, note = _choose_source(name, source)
    if source == "drawn":
        data = _draw(name, split, n or DRAWN_SIZE[split], seed, side)
        print(f"{name}: {len(data):,} drawn here ({split}, seed {seed}).{note}")
        return data
    if source == "celeba":
        return _read_celeba(split, n or DRAWN_SIZE[split], seed, side)
    return _read_real(name, source, split, n, seed)


def _check(name: str, split: str, source: str | None, n: int | None) -> None:
    if name not in SOURCES:
        raise ValueError(f"There is no data set {name!r}. There are: {_listed(SOURCES)}.")
    if split not in SPLITS:
        raise ValueError(f"There is no split {split!r}. There are: {_listed(SPLITS)}.")
    if source is not None and source not in SOURCES[name]:
        raise ValueError(
            f"{name!r} has no source {source!r}. It has: {_listed(SOURCES[name])}; "
            f"None takes the best there is."
        )
    if n is not None and n < 1:
        raise ValueError(f"n = {n}; ask for at least one image, or leave n out.")


def _check_faces(
    name: str, source: str | None, side: int, folder: str | os.PathLike[str] | None
) -> None:
    if folder is not None and (name != "faces" or source is not None):
        raise ValueError('A folder is read by load("faces", folder=...), without a source.')
    if side not in SIDES:
        raise ValueError(f"side = {side}; faces and non-faces come in 32 and 64.")
    if side != SIDES[0] and "faces" not in name:
        raise ValueError(f"{name!r} comes in one size; leave side out.")


def _listed(words: Iterable[str]) -> str:
    return ", ".join(repr(word) for word in words)


def _choose_source(name: str, source: str | None) -> tuple[str, str]:
    """The source to take, and a sentence that says why it isn't the best one, or ""."""
    if source is not None:
        return source, ""
    if len(SOURCES[name]) == 1 or name == "faces":
        return SOURCES[name][0], ""
    wanted = os.environ.get("COURSE_SOURCE")
    if not wanted:
        return _mnist_or_drawn()
    if wanted not in SOURCES[name]:
        raise ValueError(
            f"The environment variable COURSE_SOURCE is {wanted!r}. "
            f"For {name!r} it can be: {_listed(SOURCES[name])}, or unset."
        )
    return wanted, ""


def _mnist_or_drawn() -> tuple[str, str]:
    """MNIST if all of it is here or can be downloaded now, else drawn digits and the reason."""
    from course_utils.data.real import ensure

    try:
        ensure("mnist", again=False)
    except ConnectionError as problem:
        return "drawn", " " + str(problem).splitlines()[0]
    return "mnist", ""


def _read_real(name: str, source: str, split: str, n: int | None, seed: int) -> Dataset:
    from course_utils.data.real import read

    data, folder = read(source, split)
    if n is not None and n > len(data):
        raise ValueError(f"n = {n:,}, but {source} has {len(data):,} for split {split!r}.")
    print(f"{name}: {n or len(data):,} read from {folder} ({split}).")
    return data if n is None else data[_first_of_shuffled(n, len(data), seed)]


def _read_photos(
    folder: str | os.PathLike[str], split: str, n: int | None, seed: int, side: int
) -> Dataset:
    from course_utils.data.face_photos import read_folder

    data, skipped = read_folder(folder, split, side, n, seed)
    print(f"faces: {len(data):,} read from {folder} ({split}).{skipped}")
    return data


def _read_celeba(split: str, n: int, seed: int, side: int) -> Dataset:
    from course_utils.data.face_photos import read_celeba
    from course_utils.data.real import data_folder

    data = read_celeba(data_folder(), split, side, n, seed)
    print(f"faces: {len(data):,} read from {data_folder() / 'celeba'} ({split}, seed {seed}).")
    return data


def _draw(name: str, split: str, n: int, seed: int, side: int) -> Dataset:
    if name == "faces":
        from course_utils.data.faces import draw_faces

        return draw_faces(n, split, seed, side)
    if name == "non-faces":
        from course_utils.data.face_lookalikes import draw_non_faces

        return draw_non_faces(n, split, seed, side)
    if name == "roads":
        from course_utils.data.roads import draw_roads

        return draw_roads(n, split, seed)
    from course_utils.data.digits import draw_digits

    return draw_digits(n, split, seed)


def _first_of_shuffled(n: int, size: int, seed: int) -> torch.Tensor:
    """The first n (n,) of the positions 0 to size - 1 in random order."""
    return torch.randperm(size, generator=torch.Generator().manual_seed(seed))[:n]
