"""Photographs of faces: a folder of your own, or CelebA where torchvision finds it.

A photograph is turned upright (EXIF), cropped to the square in its middle and scaled. No face is
searched for: if it is not in the middle, crop the photograph first.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from zlib import crc32

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from course_utils.data.dataset import Dataset
from course_utils.data.faces import NAMES

KINDS = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
TEST_SHARE = 5  # one photograph in five is a test picture
NAMED = 8  # broken files that a message names; the rest are counted


def read_folder(
    folder: str | os.PathLike[str], split: str, side: int, n: int | None, seed: int
) -> tuple[Dataset, str]:
    """The photographs under a folder, (N, 3, side, side), and a sentence on what was skipped.

    n: how many, None for all · seed: which ones. Whether a file is for training or for a test
    depends on its name alone, so that it stays so when others are added. Raises FileNotFoundError
    if there is no such folder, ValueError if it holds too few photographs that can be read.
    """
    base = Path(folder).expanduser()
    if not base.is_dir():
        what = "a file" if base.exists() else "not there"
        looked = f"(Looked from {Path.cwd()}.)"
        raise FileNotFoundError(
            f"folder = {str(folder)!r} should be a folder but is {what}. {looked}"
        )
    paths = [path for path in sorted(base.rglob("*")) if path.suffix.lower() in KINDS]
    paths = [path for path in paths if path.is_file() and not path.name.startswith(".")]
    if not paths:
        raise ValueError(f"{base} holds no photograph. Looked for: {', '.join(KINDS)}.")
    chosen = [path for path in paths if _is_test(path.relative_to(base)) == (split == "test")]
    images, broken = _read_some(_shuffled(chosen, seed), side, n)
    if not images:
        raise ValueError(
            f"{base} holds {len(paths):,} files that look like photographs, but none that can be"
            f" read for split {split!r}.{_skipped(broken, base)}"
        )
    if n is not None and len(images) < n:
        raise ValueError(
            f"n = {n:,}, but {base} has {len(images):,} photographs for split {split!r}."
            f"{_skipped(broken, base)}"
        )
    return _as_faces(images, str(base)), _skipped(broken, base)


def read_celeba(base: Path, split: str, side: int, n: int, seed: int) -> Dataset:
    """n photographs of CelebA (Liu et al., 2015), (n, 3, side, side), from `base`/celeba.

    Nothing is downloaded: the pictures are for non-commercial research, and each user has to agree
    to that. Raises FileNotFoundError that says what is needed where, ValueError for too large an n.
    """
    from torchvision.datasets import CelebA

    try:
        data = CelebA(str(base), split=split, target_type="identity", download=False)
    except (RuntimeError, OSError) as problem:
        raise FileNotFoundError(_celeba_advice(base, problem)) from problem
    if n > len(data):
        raise ValueError(f"n = {n:,}, but CelebA has {len(data):,} for split {split!r}.")
    order = torch.randperm(len(data), generator=torch.Generator().manual_seed(seed))[:n]
    return _as_faces([fit(data[int(at)][0], side) for at in order], "celeba")


def fit(image: Image.Image, side: int) -> Tensor:
    """Any picture as uint8 (3, side, side): upright, RGB, its middle square, scaled.

    Transparent parts become white.
    """
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith(("I", "F")):  # 16 bits or more: convert("RGB") would clip them
        values = np.asarray(image, np.float64)
        top = next((top for top in (1, 255, 65535) if values.max() <= top), values.max())
        image = Image.fromarray((values.clip(0, top) * (255 / top)).astype(np.uint8))
    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    image = ImageOps.fit(image.convert("RGB"), (side, side), Image.Resampling.LANCZOS)
    return torch.from_numpy(np.array(image)).permute(2, 0, 1).contiguous()


def _read_some(
    paths: Iterable[Path], side: int, n: int | None
) -> tuple[list[Tensor], dict[Path, str]]:
    """Up to n pictures, and for each file that can't be read the reason."""
    images: list[Tensor] = []
    broken: dict[Path, str] = {}
    for path in paths:
        if len(images) == n:
            break
        try:
            with Image.open(path) as image:
                image.draft("RGB", (2 * side, 2 * side))  # JPEG: unpack no more than is needed
                images.append(fit(image, side))
        except Exception as problem:  # Pillow raises many kinds for a broken file
            broken[path] = str(problem).replace(str(path), path.name) or type(problem).__name__
    return images, broken


def _is_test(path: Path) -> bool:
    return crc32(path.as_posix().encode()) % TEST_SHARE == 0


def _shuffled(paths: list[Path], seed: int) -> list[Path]:
    order = torch.randperm(len(paths), generator=torch.Generator().manual_seed(seed))
    return [paths[at] for at in order]


def _as_faces(images: list[Tensor], source: str) -> Dataset:
    labels = torch.full((len(images),), NAMES.index("face"))
    return Dataset(torch.stack(images), labels, NAMES, source)


def _skipped(broken: dict[Path, str], base: Path) -> str:
    """A sentence that names what was skipped; empty if nothing was."""
    if not broken:
        return ""
    named = [f"{path.relative_to(base)} ({why})" for path, why in sorted(broken.items())]
    more = f" and {len(named) - NAMED:,} more" if len(named) > NAMED else ""
    return f" Skipped {len(named):,} that can't be read: {'; '.join(named[:NAMED])}{more}."


def _celeba_advice(base: Path, problem: Exception) -> str:
    there = sorted(path.name for path in (base / "celeba").glob("*"))[:8]
    lines = [
        f"CelebA is not complete in {base / 'celeba'}, and is never downloaded for you.",
        f"torchvision says: {str(problem).splitlines()[0]}",
        f"Found there: {', '.join(there) or 'nothing'}.",
        "What you can do:",
        "- read its terms at https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html; if you agree, get",
        "  the aligned and cropped pictures and the lists, and put them there as torchvision does:",
        "  folder img_align_celeba, list_eval_partition.txt, identity_CelebA.txt,",
        "  list_attr_celeba.txt, list_bbox_celeba.txt, list_landmarks_align_celeba.txt",
        "- or let COURSE_DATA name the folder in which your celeba folder lies",
        '- or load("faces", folder="...") for a folder of photographs of your own',
        '- or load("faces") for faces drawn here, whose factors are known',
    ]
    return "\n".join(lines)
