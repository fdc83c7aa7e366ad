"""The scoreboard: runs that stop and go on, measures of known samples, the recorded table."""

import math
import os
import re
from pathlib import Path

import pytest
import torch
from filelock import FileLock
from torch import Generator, Tensor, nn

from benchmarks import scoreboard
from benchmarks.scoreboard import COLUMNS, Run, Table
from benchmarks.scoreboard_measures import (
    Digits,
    Ring,
    energy_distance,
    neighbor_accuracy,
    overlap,
)
from benchmarks.scoreboard_pictures import picture
from benchmarks.scoreboard_points import log_prob
from benchmarks.scoreboard_training import Clock, learn
from course_utils.data.measured import measured

RUN = Run("mixture", "vae", 60.0, 1)


def row(run: Run) -> dict[str, str]:
    known = {"data": run.data, "model": run.model, "budget": f"{run.budget:g}"}
    return dict.fromkeys(COLUMNS, "") | known | {"seed": str(run.seed), "recall": "0.5"}


def small(folder: Path) -> None:
    options = ["--data", "mixture", "--model", "test", "vae", "--budget", "0.02", "--seed", "0"]
    scoreboard.main([*options, "--out", str(folder)])


def test_a_run_writes_its_row_and_picture_and_is_not_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small(tmp_path)
    before = (tmp_path / "scoreboard.csv").read_bytes()
    found = Table(tmp_path).rows()
    assert [run.model for run in found] == ["test", "vae"]
    vae = found[Run("mixture", "vae", 0.02, 0)]
    assert float(vae["seconds"]) < 5 and int(vae["parameters"]) > 1000 and vae["of"] == "density"
    assert float(vae["bits"]) == pytest.approx(float(vae["nats"]) / 2 / math.log(2), abs=1e-3)
    assert (tmp_path / "mixture_vae_0.02.png").exists()

    def fail(run: Run) -> None:
        raise AssertionError(f"{run} was run again")

    monkeypatch.setattr(scoreboard, "measure", fail)
    small(tmp_path)
    assert (tmp_path / "scoreboard.csv").read_bytes() == before


def test_rows_stand_in_one_order_whoever_comes_first(tmp_path: Path) -> None:
    table = Table(tmp_path)
    runs = [
        RUN,
        Run("digits", "gan", 10.0, 0),
        Run("mixture", "test", 0.0, 2),
        RUN._replace(seed=0),
    ]
    for run in runs:
        table.add(row(run))
    assert list(table.rows()) == [runs[1], runs[2], runs[3], runs[0]]


def test_who_is_killed_while_writing_leaves_the_table_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = Table(tmp_path)
    table.add(row(RUN))
    before = table.path.read_bytes()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            table.add(row(RUN._replace(seed=2)))
    assert table.path.read_bytes() == before
    open_runs = [RUN, RUN._replace(seed=2)]
    assert list(Table(tmp_path).claimed(open_runs)) == open_runs[1:]
    table.add(row(RUN._replace(seed=2)))
    assert len(table.rows()) == 2


def test_what_another_process_is_at_is_left_to_it(tmp_path: Path) -> None:
    table, other = Table(tmp_path), RUN._replace(seed=2)
    with FileLock(table.locks / f"{RUN.name}_1.lock"):
        assert list(table.claimed([RUN, other])) == [other]
    assert list(table.claimed([RUN, other])) == [RUN, other]


def test_another_table_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "scoreboard.csv").write_text("data,model\ndigits,vae\n", encoding="utf-8")
    with pytest.raises(ValueError, match="other columns"):
        Table(tmp_path).add(row(RUN))
    assert (tmp_path / "scoreboard.csv").read_text(encoding="utf-8").startswith("data,model\n")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--model", "vea"], "'vea'.*'conditional_vae'"),
        (["--data", "faces"], "'faces'.*'mixture'"),
        (["--budget", "20"], "20: the table holds 10, 60 and 300 seconds.*--out"),
        (["--budget", "-1", "--out", "x"], "-1: .*above 0"),
    ],
)
def test_an_odd_option_is_named_with_what_there_is(
    options: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        scoreboard.options(options)
    assert re.search(told, capsys.readouterr().err)


def test_short_runs_come_first_and_no_model_is_run_where_it_means_nothing() -> None:
    runs = scoreboard.chosen(
        list(scoreboard.MODELS), scoreboard.NAMES, scoreboard.BUDGETS, scoreboard.SEEDS
    )
    assert len(runs) == len(set(runs)) == 3 * (4 + 2 + 3 * (12 + 6))
    budgets = [run.budget for run in runs]
    assert budgets[: budgets.index(300)].count(60) == budgets.count(60) == 3 * (12 + 6)
    late = [(run.seed, run.data) for run in runs if run.budget == 300]
    assert late[:18] == [(0, "digits")] * 12 + [(0, "mixture")] * 6
    assert not [run for run in runs if run.data == "mixture" and run.model == "dcgan"]


def test_energy_distance_of_points_whose_distance_is_known() -> None:
    here = torch.zeros(3, 2)
    assert energy_distance(here, here + torch.tensor([3.0, 4.0])) == pytest.approx(10)
    x, y = torch.randn(2, 1000, 2, generator=Generator().manual_seed(0))
    assert abs(energy_distance(x, y)) < 0.01 < energy_distance(x, 1.5 * y)


def test_neighbors_tell_apart_what_differs_and_not_what_is_alike() -> None:
    x, y = torch.randn(2, 1000, 2, generator=Generator().manual_seed(0))
    assert neighbor_accuracy(x, y) == pytest.approx(0.5, abs=0.06)
    assert neighbor_accuracy(x, y + 50) == 1
    assert neighbor_accuracy(x, x + 1e-4) < 0.01  # nearest to each point is its copy


def test_the_ring_gets_its_floor_and_a_collapsed_sampler_no_recall() -> None:
    ring = Ring()
    points, nats, _ = ring.baseline("test", 0)
    noise, noise_nats, _ = ring.baseline("noise", 0)
    floor, other = ring.scores(points), ring.scores(noise)
    assert floor["frechet"] < 0.01 < other["frechet"]
    assert min(floor["precision"], floor["recall"]) > 0.9
    assert floor["coverage"] == pytest.approx(1 - 2**-3, abs=0.03)  # Naeem et al., 2020
    assert floor["neighbor"] == pytest.approx(0.5, abs=0.05) and other["neighbor"] > 0.8
    assert nats is not None and noise_nats is not None and nats < noise_nats - 3
    bump = ring.density.means[0] + 0.01 * torch.randn(2000, 2, generator=Generator().manual_seed(0))
    found = overlap(ring.test[0], bump)
    assert found["precision"] > 0.9 and found["recall"] < 0.03 and found["coverage"] < 0.15


@pytest.mark.slow
def test_test_digits_get_the_floor_and_shuffled_pixels_do_not() -> None:
    digits = Digits(seeds=1)
    floor, forger, gaussian, noise = (
        digits.scores(digits.baseline(name, 0)[0]) for name in scoreboard.BASELINES["digits"]
    )
    assert floor["frechet"] < forger["frechet"] < gaussian["frechet"] < noise["frechet"]
    assert gaussian["coverage"] < forger["coverage"]
    assert floor["frechet"] < 4 and floor["recall"] > 0.85 and floor["coverage"] > 0.8
    assert noise["frechet"] > 100 and noise["recall"] < 0.05 and noise["neighbor"] > 0.95
    one = digits.test.float()[:1].expand(2000, 1, 28, 28)
    assert digits.scores(one + 1e-3 * torch.rand(one.shape))["recall"] < 0.01


class Outward(nn.Module):
    """Velocity 0.5 x, whatever the time."""

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        return 0.5 * x


def test_the_density_along_an_ode_is_that_of_the_gaussian_it_comes_from() -> None:
    x = torch.randn(20, 2, generator=Generator().manual_seed(0))
    sd = math.exp(-0.5)  # what grows by e^0.5 until t = 1 began so much narrower
    truth = torch.distributions.Normal(0.0, sd).log_prob(x).sum(1)
    torch.testing.assert_close(log_prob(Outward(), x), truth, atol=1e-4, rtol=1e-4)


def test_learning_ends_with_the_time() -> None:
    net, clock = nn.Linear(2, 2), Clock(0.05)
    steps = learn(
        net, lambda x: net(x).square().mean(), [torch.ones(9, 2)], clock, 1e-3, Generator(), 4
    )
    assert steps > 0 and clock.left <= 0 and clock.share() == 1 and not net.training
    assert Clock(0.0).share() == 1


def test_the_recorded_table_is_one_and_has_its_pictures() -> None:
    rows = measured("scoreboard")
    runs = [scoreboard.run_of(row) for row in rows]
    assert runs == sorted(set(runs), key=lambda run: run.place)
    every = (list(scoreboard.MODELS), scoreboard.NAMES, scoreboard.BUDGETS, scoreboard.SEEDS)
    assert set(runs) == set(scoreboard.chosen(*every))
    for run, found in zip(runs, rows, strict=True):
        assert list(found) == COLUMNS
        assert run.budget == 0 or float(found["seconds"]) >= run.budget - 0.1
        if found["nats"]:
            dims = 784 if run.data == "digits" else 2
            bits = float(found["nats"]) / dims / math.log(2)
            assert float(found["bits"]) == pytest.approx(bits, abs=1e-3) and found["of"]
        if run.seed == 0:  # samples that aren't finite have no distance and no picture
            path = scoreboard.PICTURES / f"{run.name}.png"
            assert path.exists() == bool(found["frechet"])
            assert not path.exists() or path.stat().st_size <= 15_000
    real = [
        float(found["frechet"]) for found in measured("scoreboard", data="digits", model="test")
    ]
    others = [float(f["frechet"]) for f in measured("scoreboard", data="digits") if f["frechet"]]
    assert len(real) == 3 and max(real) < 4 and min(others) > 0.75 * min(real)


@pytest.mark.parametrize(("data", "size"), [("digits", (224, 56)), ("mixture", (240, 240))])
def test_pictures_show_the_first_samples(data: str, size: tuple[int, int]) -> None:
    samples = torch.rand(20, 1, 28, 28) if data == "digits" else torch.randn(900, 2)
    assert picture(data, samples).size == size
