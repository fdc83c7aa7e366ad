"""Weights that a benchmark trained, so that a notebook can load what it has no time to train.

A checkpoint NAME is two files: NAME.safetensors, numbers in half precision and no code, and
NAME.sha256, by which a damaged copy is noticed. `data/README.md` has a card for each.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from torch import Tensor, nn

FOLDER = Path(__file__).parent / "checkpoints"


def read_checkpoint(name: str, folder: Path = FOLDER) -> dict[str, Tensor]:
    """The weights called `name` as float32 on the CPU, for `model.load_state_dict`.

    Raises FileNotFoundError, which names those there are, ValueError for a file that was changed on
    its way, ImportError where the package safetensors is missing.
    """
    path = folder / f"{name}.safetensors"
    if not path.is_file():
        there = ", ".join(sorted(p.stem for p in folder.glob("*.safetensors"))) or "none"
        raise FileNotFoundError(f"There is no checkpoint {name!r} in {folder}. There are: {there}.")
    content = path.read_bytes()
    found, wanted = hashlib.sha256(content).hexdigest(), _recorded(path)
    if found != wanted:
        raise ValueError(
            f"{path} is not the file that the course ships: its sha256 is {found[:12]}…, and should"
            f" be {wanted[:12]}… ({len(content):,} bytes here). Get this file again: "
            "`git checkout` it, or install the course again."
        )
    try:
        from safetensors.torch import load
    except ImportError:
        raise ImportError("To read a checkpoint: pip install safetensors") from None
    return {key: value.float() for key, value in load(content).items()}


def write_checkpoint(model: nn.Module, name: str, folder: Path = FOLDER) -> str:
    """Write the weights of `model` in half precision, and their sha256; a line says what came out.

    Raises ValueError for weights that half precision can't hold.
    """
    from safetensors.torch import save

    weights = {key: value.detach().cpu().half() for key, value in model.state_dict().items()}
    wrong = [key for key, value in weights.items() if not torch.isfinite(value).all()]
    if wrong:
        raise ValueError(f"not finite in half precision: {', '.join(wrong)}")
    content = save(weights)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.safetensors").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    (folder / f"{name}.sha256").write_text(f"{digest}  {name}.safetensors\n", encoding="utf-8")
    return f"{name}: {len(content):,} bytes, sha256 {digest}"


def _recorded(path: Path) -> str:
    """The sha256 that stands beside a checkpoint, in the format of `sha256sum`."""
    return (path.with_suffix(".sha256").read_text(encoding="utf-8").split() or [""])[0]
