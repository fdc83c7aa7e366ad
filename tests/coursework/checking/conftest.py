"""Tests of the engine know these exercises and none of the course's, unless WHOLE_COURSE is set."""

from __future__ import annotations

import pytest

from coursework import exercises

from .posterior import CHOICE, COIN, ENTROPY, POSTERIOR


@pytest.fixture(autouse=True)
def only_these(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if not getattr(request.module, "WHOLE_COURSE", False):
        table = {e.name: e for e in (POSTERIOR, ENTROPY, CHOICE, COIN)}
        monkeypatch.setattr(exercises, "_by_name", lambda: table)
        monkeypatch.setattr(exercises, "_names", exercises._names.__wrapped__)
