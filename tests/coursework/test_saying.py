"""Lines that commands print."""

import pytest

from coursework.saying import counted, one_line


@pytest.mark.parametrize(
    ("number", "told"), [(0, "0 files"), (1, "1 file"), (1.0, "1 file"), (0.5, "0.5 files")]
)
def test_one_is_singular(number, told):
    assert counted(number, "file") == told


def test_a_name_is_one_line_and_rules_no_terminal():
    assert one_line("é 中 {}") == "é 中 {}"
    for evil in ("\n", "\r", "\x1b[2J", "\x9b", "\u202e", "\u200b", "\ud800", "\u2028"):
        told = one_line(f"ada{evil}.ipynb")
        assert told.isprintable() and told.encode() and told.startswith("ada")
