"""Names that look like one are told to the instructor."""

import pytest

from coursework.grading.lookalikes import look_alike


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ("ada", "\u0430da", "CYRILLIC SMALL LETTER A"),
        ("Olga", "\u039flga", "GREEK CAPITAL LETTER OMICRON"),
        ("ada", "a\u200bda", "ZERO WIDTH SPACE"),
        ("Jos\u00e9", "Jose\u0301", "COMBINING ACUTE ACCENT"),
        ("Li Na", "Li\u00a0Na", "look alike"),
        ("Al", "AI", "look alike"),
        ("ada", "\uff41da", "FULLWIDTH LATIN SMALL LETTER A"),
    ],
)
def test_names_that_look_alike_are_told(one, other, words):
    (told,) = look_alike(["bob", one, other])
    assert words in told and one in told and other in told and "bob" not in told


def test_names_that_differ_are_not():
    names = ["Jose", "Jos\u00e9", "ada", "Ada", "\u0410\u043d\u043d\u0430", "Anna", "s10", "s1"]
    assert look_alike(names) == []
