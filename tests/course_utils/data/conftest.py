"""What the tests of data share: real MNIST where there is some, and a machine without a network."""

from __future__ import annotations

import os
import urllib.request
from pathlib import Path
from urllib.error import URLError

import pytest
import torch

from course_utils.data import real

BESIDE = Path(__file__).parents[4] / "shared" / "data"


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    """Two test processes on two cores: more threads would wait for each other."""
    torch.set_num_threads(1)


@pytest.fixture
def mnist(monkeypatch: pytest.MonkeyPatch) -> Path:
    """$COURSE_DATA with real MNIST in it; skips the test where there is none."""
    places = [Path(os.environ.get("COURSE_DATA") or BESIDE), BESIDE]
    folder = next((place for place in places if (place / "MNIST" / "raw").is_dir()), None)
    if folder is None:
        pytest.skip("no MNIST: set COURSE_DATA to a folder that holds MNIST/raw")
    monkeypatch.setenv("COURSE_DATA", str(folder))
    monkeypatch.delenv("COURSE_SOURCE", raising=False)
    return folder


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """An empty data folder and no network; the addresses that were asked for are listed."""
    asked: list[str] = []

    def refuse(request: object) -> None:
        asked.append(request.full_url)
        raise URLError("no network in this test")

    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    monkeypatch.delenv("COURSE_SOURCE", raising=False)
    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    monkeypatch.setattr(real, "_failed", {})
    return asked
