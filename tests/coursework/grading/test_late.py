"""Late policies: what can be written, what is taken off, and that it is said and can be undone."""

from __future__ import annotations

from datetime import datetime

import pytest

from coursework.grading.choices import Choices
from coursework.grading.gradebook import gradebook_csv
from coursework.grading.labs import Labs
from coursework.grading.late import lateness, read_due, read_policy
from coursework.grading.marking import mark
from coursework.grading.overrides import ByHand
from tests.coursework.grading.test_labs import brief, table_of

HOUR, DAY = 3600, 86400


@pytest.mark.parametrize(
    ("policy", "seconds", "of_ten"),
    [
        ("10%/day", 1, 1),
        ("10%/day", DAY, 1),
        ("10%/day", DAY + 1, 2),
        ("10% per day, max 50%", 30 * DAY, 5),
        ("10%/day", 30 * DAY, 10),
        ("10%/day, 2h grace", 2 * HOUR, 0),
        ("10%/day, grace 2 hours", 2 * HOUR + 1, 1),
        ("25%", 40 * DAY, 2.5),
        ("1 point/hour, max 4 points", 2.5 * HOUR, 3),
        ("1 point/hour, max 4 points", 9 * HOUR, 4),
        ("2 points", 1, 2),
        ("100 points", 1, 10),
        ("2h grace", 9 * HOUR, 0),
        ("10%/DAY , MAX 50%", None, 1),
        ("33.3%/week", 1, 3.33),
    ],
)
def test_what_is_taken_off(policy, seconds, of_ten):
    assert read_policy(policy).taken_off(10, seconds) == of_ten


def test_nothing_is_taken_from_nothing():
    assert read_policy("2 points").taken_off(0, DAY) == 0
    assert read_policy("none") is None and read_policy("") is None


@pytest.mark.parametrize(
    "policy",
    ["10", "ten%", "10%/fortnight", "max 50%", "10%, 20%", "150%", "10%/day; max 5%"],
)
def test_what_can_not_be_read_says_how_to_write_it(policy):
    with pytest.raises(ValueError, match="--late"):
        read_policy(policy)


def test_due_dates():
    assert read_due("2026-11-03 17:00") == datetime(2026, 11, 3, 17)
    assert read_due("2026-11-03") == datetime(2026, 11, 4)
    with pytest.raises(ValueError, match="2026-11-03 17:00"):
        read_due("3.11.")


def test_lateness_is_what_the_platform_tells():
    due = read_due("2026-11-03 10:00")
    bright = "1-2 - Ada L - Nov {}, 2026 {} - 04.ipynb"
    assert str(lateness(bright.format(3, "1010 AM"), due)) == "late by 10 minutes"
    assert str(lateness(bright.format(5, "1110 AM"), due)) == "late by 2 days 1 hour"
    assert lateness(bright.format(3, "1000 AM"), due) is None
    assert lateness(bright.format(9, "1000 AM"), None) is None
    assert "by how much" in str(lateness("ada_LATE_1_2_x.ipynb", due))
    assert lateness("ada_1_2_x.ipynb", due) is None


def test_the_mark_shows_what_was_taken_off_and_why():
    on_time, late = "ada_1_2_02.ipynb", "bob_LATE_3_4_02.ipynb"
    briefs = [brief("ada_1", "02", file=on_time), brief("bob_3", "02", file=late)]
    marks = mark(briefs, [], Choices(policy=read_policy("10%/day, max 50%")), ())
    ada, bob = table_of(gradebook_csv(marks.table, marks.labs, with_late=True))
    full = float(ada["total"])
    assert ada["taken off, late"] == "0" and full == float(ada["max"])
    assert float(bob["taken off, late"]) == full / 10
    assert float(bob["total"]) == full - full / 10
    assert "late by Canvas' own mark" in bob["status"] and "10%/day, max 50%" in bob["status"]


def test_without_a_policy_lateness_is_said_and_costs_nothing():
    marks = mark([brief("bob_3", "02", file="bob_LATE_3_4_02.ipynb")], [], Choices(), ())
    [row] = marks.table
    assert row.total() == row.most() and "nothing taken off" in row.notes[0]
    assert "taken off" not in gradebook_csv(marks.table, Labs(("02",))).splitlines()[0]


def test_a_person_may_take_the_penalty_back():
    briefs = [brief("bob_3", "02", file="bob_LATE_3_4_02.ipynb")]
    choices = Choices([ByHand(2, "bob", "late", 0, "was ill")], policy=read_policy("50%"))
    [row] = mark(briefs, [], choices, ()).table
    assert row.total() == row.most() and "was ill" in row.notes[0]


def test_each_notebook_pays_for_itself():
    briefs = [
        brief("bob_3", "02", file="bob_LATE_3_4_02.ipynb"),
        brief("bob_3", "03", file="bob_3_5_03.ipynb"),
    ]
    [row] = mark(briefs, [], Choices(policy=read_policy("100%")), ()).table
    assert (row.total("02"), row.total("03")) == (0, row.most("03"))
