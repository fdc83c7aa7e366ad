"""MNIST and Fashion-MNIST, read from the files that torchvision's data sets use.

They lie in `MNIST/raw` and `FashionMNIST/raw` under the data folder, packed (.gz) or unpacked.
Files that are there are read as they are; the checksum of what is downloaded is compared.
"""

from __future__ import annotations

import gzip
import os
import zlib
from pathlib import Path

import numpy as np
import torch

from course_utils.data.dataset import Dataset

FOLDERS = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST"}
FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
NAMES = {
    "mnist": tuple("0123456789"),
    "fashion-mnist": (
        "T-shirt",
        "trouser",
        "pullover",
        "dress",
        "coat",
        "sandal",
        "shirt",
        "sneaker",
        "bag",
        "ankle boot",
    ),
}
_failed: dict[Path, str] = {}  # downloads that failed in this process, and why


def data_folder() -> Path:
    """$COURSE_DATA, else `data/` of the repository, else `data/` where the notebook runs.

    Raises FileNotFoundError if COURSE_DATA names no folder.
    """
    chosen = os.environ.get("COURSE_DATA")
    if chosen:
        folder = Path(chosen).expanduser()
        if not folder.is_dir():
            what = "a file" if folder.exists() else "not there"
            raise FileNotFoundError(
                f"COURSE_DATA is {chosen!r}, which should be a folder but is {what}. "
                f"Correct it, make the folder, or unset it. (Looked from {Path.cwd()}.)"
            )
        return folder
    repository = Path(__file__).parents[2]
    return (repository if (repository / "pyproject.toml").is_file() else Path.cwd()) / "data"


def ensure(source: str, again: bool = True) -> Path:
    """The folder that holds all four files of `source`; those it lacks are downloaded.

    Both splits or none, so that nobody trains on MNIST and tests on drawn digits unnoticed.
    again: try to download even if that failed before in this process.
    Raises ConnectionError if a download fails, PermissionError for a folder that can't be read.
    """
    base = data_folder()
    folder = base / FOLDERS[source] / "raw"
    for place in (base, folder.parent, folder):
        if place.exists() and not os.access(place, os.R_OK | os.X_OK):
            raise PermissionError(f"{place} can't be read: you lack the permission.")
    missing = [name for pair in FILES.values() for name in pair if _find(folder, name) is None]
    if missing and folder in _failed and not again:
        raise ConnectionError(_failed[folder])
    if missing:
        from course_utils.data.download import download

        try:
            download(source, missing, folder)
        except ConnectionError as problem:
            _failed[folder] = str(problem)
            raise
    return folder


def read(source: str, split: str) -> tuple[Dataset, Path]:
    """One split of `source` as a Dataset, and the folder it was read from.

    Raises ValueError for broken files, and what `ensure` raises.
    """
    folder = ensure(source)
    image_path, label_path = (_find(folder, name) or folder / name for name in FILES[split])
    images, labels = read_idx(image_path), read_idx(label_path)
    if images.ndim != 3 or labels.ndim != 1 or len(images) != len(labels):
        raise ValueError(
            f"{image_path} and {label_path} don't belong together: "
            f"they hold arrays of shape {images.shape} and {labels.shape}."
        )
    names = NAMES[source]
    if len(labels) and labels.max() >= len(names):
        raise ValueError(
            f"{label_path} holds a label {labels.max()}; there are {len(names)} classes."
        )
    pictures = torch.from_numpy(images).unsqueeze(1)  # (N, 1, 28, 28)
    return Dataset(pictures, torch.from_numpy(labels).long(), names, source), folder


def read_idx(path: Path) -> np.ndarray:
    """The uint8 array in an IDX file, packed or not, of one to three axes.

    Two zero bytes, the type (8: uint8), the number of axes, their sizes, then the numbers
    (yann.lecun.com/exdb/mnist, at the end). Raises ValueError for a file that is not so.
    """
    try:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (EOFError, gzip.BadGzipFile, zlib.error) as problem:
        raise ValueError(_broken(path, f"it can't be unpacked ({problem})")) from problem
    if len(raw) < 4 or raw[:3] != b"\x00\x00\x08" or not 1 <= raw[3] <= 3:
        raise ValueError(_broken(path, f"it starts with {raw[:4]!r}, not as an IDX file of bytes"))
    header = 4 + 4 * raw[3]
    if len(raw) < header:
        raise ValueError(_broken(path, "it ends inside its header"))
    shape = tuple(int(side) for side in np.frombuffer(raw, ">i4", raw[3], offset=4))
    if len(raw) - header != int(np.prod(shape, dtype=np.int64)) or min(shape) < 0:
        raise ValueError(_broken(path, f"{shape} promised, {len(raw) - header:,} bytes there"))
    return np.frombuffer(raw, np.uint8, offset=header).reshape(shape).copy()


def _find(folder: Path, name: str) -> Path | None:
    """The file called `name`, unpacked or packed, if it is in the folder."""
    candidates = (folder / name, folder / f"{name}.gz")
    return next((path for path in candidates if path.is_file()), None)


def _broken(path: Path, why: str) -> str:
    return f"{path} is broken: {why}. Delete it and load again, or copy it anew."
