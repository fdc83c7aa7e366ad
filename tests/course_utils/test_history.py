"""What a run recorded: means of epochs, the last one unfinished, and of the latest steps."""

import pytest

from course_utils.history import History


def recorded(steps: int, steps_per_epoch: int = 1) -> History:
    """A loss of 1, 2, 3, … and an accuracy that is a tenth of it."""
    history = History(steps_per_epoch=steps_per_epoch)
    for step in range(1, steps + 1):
        history.add({"loss": float(step), "accuracy": step / 10})
    history.flush()
    return history


def test_means_of_epochs_end_with_the_unfinished_one() -> None:
    history = recorded(8, steps_per_epoch=3)
    assert history.epoch_means() == [2.0, 5.0, 7.5]
    assert history.epoch_means("accuracy") == pytest.approx([0.2, 0.5, 0.75])
    assert recorded(2, steps_per_epoch=3).epoch_means() == [1.5]


def test_the_latest_numbers_are_means_over_fifty_steps() -> None:
    assert recorded(120).latest() == "loss 95.5 · accuracy 9.55"  # of 71, …, 120
    assert recorded(3).latest() == "loss 2 · accuracy 0.2"
