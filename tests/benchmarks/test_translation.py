"""The benchmark of notebook 15 goes on where it was stopped, and begins again when told to."""

from __future__ import annotations

import sys

import pytest

from benchmarks import translation
from course_utils.data import measured as tables


@pytest.fixture
def calls(tmp_path, monkeypatch) -> list[object]:
    """What was measured and written, in order; "hair" stops once, at seed 1."""
    seen: list[object] = []

    def measure(seed: int) -> list[dict[str, object]]:
        seen.append(seed)
        if seed == 1 and seen.count(1) == 1:
            raise KeyboardInterrupt
        return [{"seed": seed, "error": 0.5}]

    for module in (translation, tables):
        monkeypatch.setattr(module, "FOLDER", tmp_path)
    monkeypatch.setattr(translation, "PARTS", {"hair": measure, "relight": measure})
    monkeypatch.setattr(translation, "replace_section", lambda text: seen.append("README"))
    return seen


def run(monkeypatch, *words: str) -> None:
    monkeypatch.setattr(sys, "argv", ["translation", *words])
    translation.main()


def test_a_stopped_run_goes_on(calls, monkeypatch, capsys) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(monkeypatch, "--only", "hair")
    run(monkeypatch, "--only", "hair")
    assert calls == [0, 1, 1, 2]
    assert "relight isn't measured yet" in capsys.readouterr().out
    assert [row["seed"] for row in tables.measured("translation_hair")] == ["0", "1", "2"]
    run(monkeypatch)
    assert calls[4:] == [0, 1, 2, "README"]


def test_anew_drops_what_there_was_of_the_part(calls, monkeypatch) -> None:
    calls.append(1)  # so that nothing stops
    run(monkeypatch)
    run(monkeypatch, "--anew", "--only", "relight")
    assert calls[1:] == [0, 1, 2, 0, 1, 2, "README", 0, 1, 2, "README"]
    assert len(tables.measured("translation_hair")) == len(tables.measured("translation_relight"))


def test_an_unknown_part_is_refused_and_nothing_is_lost(calls, monkeypatch, capsys) -> None:
    calls.append(1)
    run(monkeypatch)
    with pytest.raises(SystemExit):
        run(monkeypatch, "--anew", "--only", "hairs")
    error = capsys.readouterr().err
    assert "hairs" in error and "relight" in error
    assert len(tables.measured("translation_hair")) == 3
