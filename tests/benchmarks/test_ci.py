"""What `.ci/run` wrote down becomes a section of benchmarks/README.md; no other one changes."""

from pathlib import Path

import pytest

from benchmarks import ci, sections


@pytest.fixture
def readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "README.md"
    old = f"{ci.TITLE}\n\nold numbers\n"
    path.write_text(f"# Measured\n\n## First\n\n1\n\n{old}\n## Last\n\n2\n", encoding="utf-8")
    monkeypatch.setattr(sections, "README", path)
    monkeypatch.setattr(ci, "MEASURED", tmp_path / "ci.csv")
    return path


def test_the_table_takes_the_place_of_the_last_one(readme: Path) -> None:
    ci.MEASURED.write_text("style,1,2\nslow tests,700,1300\n", encoding="utf-8")
    ci.main()
    text = readme.read_text(encoding="utf-8")
    assert "| style | 1 | 2 |\n| slow tests | 700 | 1300 |\n" in text
    assert text.startswith("# Measured\n\n## First\n\n1\n\n## What the tests take\n")
    assert "old numbers" not in text and text.endswith("| 1300 |\n\n## Last\n\n2\n")


def test_without_a_run_that_passed_nothing_is_written(readme: Path) -> None:
    before = readme.read_text(encoding="utf-8")
    with pytest.raises(SystemExit, match=r"ci\.csv is missing"):
        ci.main()
    assert readme.read_text(encoding="utf-8") == before


def test_sections_that_were_measured_again_come_first_and_the_others_stay(readme: Path) -> None:
    sections.rewrite("# Head\n", ["## Last\n\n3\n", "## New\n\n4\n"])
    assert readme.read_text(encoding="utf-8") == (
        f"# Head\n\n## Last\n\n3\n\n## New\n\n4\n\n## First\n\n1\n\n{ci.TITLE}\n\nold numbers\n"
    )
