"""The scoreboard's table as notebooks and the site read it: spreads, comparisons, missing rows."""

import pytest

from course_utils.data import measured as measuring
from course_utils.data.scoreboard import (
    BUDGETS,
    MODELS,
    REFERENCES,
    SETS,
    Board,
    Spread,
    scoreboard,
)


def row(model: str, budget: int, seed: int, **numbers: object) -> dict[str, str]:
    columns = dict.fromkeys(("frechet", "coverage", "bits", "of"), "")
    return {
        **columns,
        "model": model,
        "budget": str(budget),
        "seed": str(seed),
        **{name: str(value) for name, value in numbers.items()},
    }


def board(*rows: dict[str, str], data: str = "digits") -> Board:
    return Board(data, rows)


def runs(model: str, budget: int, column: str, *numbers: float) -> list[dict[str, str]]:
    return [row(model, budget, seed, **{column: n}) for seed, n in enumerate(numbers)]


def test_a_spread_is_median_lowest_and_highest():
    vae = board(*runs("vae", 60, "frechet", 40.0, 10.0, 20.0))
    assert vae.spread("vae", 60, "frechet") == Spread(20.0, 10.0, 40.0, 3)
    assert vae.values("vae", 60, "frechet") == [40.0, 10.0, 20.0]
    two = board(*runs("vae", 60, "frechet", 40.0, 10.0))
    assert two.spread("vae", 60, "frechet") == Spread(25.0, 10.0, 40.0, 2)


def test_seeds_come_in_order_and_what_is_not_finite_is_left_out():
    mixed = board(
        row("gan", 10, 2, frechet=3),
        row("gan", 10, 0, frechet=1),
        row("gan", 10, 1, frechet="nan"),
    )
    assert mixed.values("gan", 10, "frechet") == [1.0, 3.0]


def test_what_was_not_run_has_no_numbers():
    vae = board(*runs("vae", 60, "frechet", 40.0))
    for model, budget, column in (
        ("gan", 60, "frechet"),
        ("vae", 10, "frechet"),
        ("vae", 60, "bits"),
    ):
        assert vae.spread(model, budget, column) is None
        assert vae.values(model, budget, column) == []
    assert vae.was_run("vae", 60) and not vae.was_run("vae", 300) and not vae.was_run("gan", 60)
    assert vae.counted("vae", 60) == ""
    assert not vae.wins(("vae", 60), ("gan", 60), "frechet")


def test_bits_say_what_they_count():
    flow = board(row("flow", 10, 0), row("flow", 10, 1, bits=2.0, of="256 grays"))
    assert flow.counted("flow", 10) == "256 grays"


def test_one_wins_only_if_all_its_seeds_are_better():
    close = board(
        *runs("vae", 10, "frechet", 5, 6, 7),
        *runs("gan", 10, "frechet", 8, 9, 10),
        *runs("flow", 10, "frechet", 6.5, 9, 10),
        *runs("dcgan", 10, "frechet", 1),
    )
    assert close.wins(("vae", 10), ("gan", 10), "frechet")
    assert not close.wins(("gan", 10), ("vae", 10), "frechet")
    assert not close.wins(("vae", 10), ("flow", 10), "frechet")  # 7 against 6.5
    assert not close.wins(("dcgan", 10), ("vae", 10), "frechet")  # a single seed is luck
    assert close.order(10, "frechet") == ["dcgan", "vae", "gan", "flow"]


def test_the_front_is_who_beats_the_others_in_every_seed():
    rows = [
        *runs("vae", 10, "frechet", 5, 6, 7),
        *runs("flow", 10, "frechet", 6.5, 9, 10),
        *runs("gan", 10, "frechet", 20, 30),
        *runs("dcgan", 10, "frechet", 1),
    ]
    assert board(*rows).front(10, "frechet") == ["vae", "flow"]  # dcgan has one seed
    assert board(*rows[:3]).front(10, "frechet") == []
    assert board(*rows[:6]).front(10, "frechet") == []  # they overlap, and nobody is behind


def test_more_coverage_is_better():
    two = board(*runs("vae", 10, "coverage", 0.2, 0.3), *runs("gan", 10, "coverage", 0.8, 0.9))
    assert two.wins(("gan", 10), ("vae", 10), "coverage")
    assert two.order(10, "coverage") == ["gan", "vae"]


def test_points_have_fewer_models_and_names_of_their_own():
    digits, mixture = board(), board(data="mixture")
    assert digits.models == list(MODELS)
    assert mixture.models == ["classifier", "vae", "gan", "lsgan", "flow", "diffusion"]
    assert (digits.name("lsgan"), mixture.name("lsgan")) == ("LSGAN with batch norm", "LSGAN")
    assert digits.name("noise") != mixture.name("noise")


@pytest.mark.parametrize("data", SETS)
def test_without_a_table_nothing_was_run(data, tmp_path, monkeypatch):
    monkeypatch.setattr(measuring, "FOLDER", tmp_path)
    assert scoreboard(data).rows == [] and scoreboard(data).order(10, "frechet") == []


@pytest.mark.parametrize("data", SETS)
def test_every_measured_row_is_known(data):
    found = scoreboard(data)
    for entry in found.rows:
        assert entry["model"] in [*found.models, *REFERENCES]
        assert float(entry["budget"]) in ((0,) if entry["model"] in REFERENCES else BUDGETS)
