"""A benchmark replaces its own section of benchmarks/README.md, and no other."""

from benchmarks import sections


def test_a_section_keeps_its_place_and_a_new_one_comes_last(tmp_path, monkeypatch):
    readme = tmp_path / "README.md"
    monkeypatch.setattr(sections, "README", readme)
    readme.write_text("# Head\n\n## One\n\n1\n\n## Two\n\n2\n", encoding="utf-8")
    sections.replace_section("## One\n\nuno\n")
    assert readme.read_text(encoding="utf-8") == "# Head\n\n## One\n\nuno\n\n## Two\n\n2\n"
    sections.replace_section("## Two\n\ndue\n")
    sections.replace_section("## Three\n\ntre\n")
    text = "# Head\n\n## One\n\nuno\n\n## Two\n\ndue\n\n## Three\n\ntre\n"
    assert readme.read_text(encoding="utf-8") == text
