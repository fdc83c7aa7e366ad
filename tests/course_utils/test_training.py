from __future__ import annotations

import subprocess
import sys
import time

import pytest
import torch
from torch import Tensor, nn

from course_utils.data import Dataset
from course_utils.device import pick_device, set_seed
from course_utils.history import CHECK_EVERY
from course_utils.progress_line import ProgressLine, duration
from course_utils.training import History, TrainingStopped, adam, fit


def line_data(n: int = 1000) -> tuple[Tensor, Tensor]:
    x = torch.randn(n, 3, generator=torch.Generator().manual_seed(0))
    return x, x @ torch.tensor([1.0, -2.0, 0.5]) + 3


def test_learns_a_line_as_a_hand_written_loop_does() -> None:
    x, y = line_data()
    ours, theirs = nn.Linear(3, 1), nn.Linear(3, 1)
    theirs.load_state_dict(ours.state_dict())
    history = fit(
        lambda a, b: (ours(a)[:, 0] - b).square().mean(),
        (x, y),
        model=ours,
        epochs=3,
        batch_size=128,
        lr=0.05,
        seed=7,
        progress=False,
    )
    optimizer = torch.optim.Adam(theirs.parameters(), lr=0.05)
    order, losses = torch.Generator().manual_seed(7), []
    for _ in range(3):
        for index in torch.randperm(1000, generator=order).split(128):
            loss = (theirs(x[index])[:, 0] - y[index]).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    torch.testing.assert_close(ours.weight, theirs.weight)
    assert history["loss"] == pytest.approx(losses, rel=1e-4)
    assert history.steps == 24 and history.steps_per_epoch == 8
    assert history.epoch_means() == pytest.approx(
        [sum(losses[i : i + 8]) / 8 for i in (0, 8, 16)], rel=1e-4
    )
    assert all(type(value) is float for value in history["loss"])


def test_every_example_comes_once_an_epoch_and_the_seed_decides_the_order() -> None:
    seen: list[Tensor] = []

    def step(x: Tensor) -> dict[str, float]:
        seen.append(x)
        return {"d_loss": 1.0, "real": 0.5}

    history = fit(step, torch.arange(10), epochs=2, batch_size=4, seed=3, progress=False)
    first, second = torch.cat(seen[:3]), torch.cat(seen[3:])
    assert sorted(first.tolist()) == sorted(second.tolist()) == list(range(10))
    assert first.tolist() != second.tolist()
    assert [len(batch) for batch in seen[:3]] == [4, 4, 2]
    assert history["real"] == [0.5] * 6
    seen_before = torch.cat(seen)
    seen.clear()
    fit(step, torch.arange(10), epochs=2, batch_size=4, seed=3, progress=False)
    assert torch.equal(torch.cat(seen), seen_before)


def test_images_arrive_as_floats_and_labels_as_they_are() -> None:
    images = torch.full((6, 1, 2, 2), 255, dtype=torch.uint8)
    data = Dataset(images, torch.arange(6), tuple("abcdef"), "drawn")

    def step(x: Tensor, y: Tensor) -> dict[str, float]:
        assert x.dtype == torch.float32 and x.max() == 1 and x.shape[1:] == (1, 2, 2)
        assert y.dtype == torch.int64
        return {"loss": 0.0}

    fit(step, data, progress=False)
    fit(lambda x: {"loss": float(x.min()) - 1}, data, progress=False)
    assert fit(lambda x: {"mean": x.mean()}, images > 3, progress=False)["mean"] == [1.0]


def test_wrong_uses_are_told_in_words() -> None:
    model = nn.Linear(3, 1)
    x, y = line_data(10)
    with pytest.raises(ValueError, match=r"'loss' has shape \(10, 1\).*\.mean\(\)"):
        fit(lambda a: model(a).square(), x, model=model, progress=False)
    with pytest.raises(TypeError, match="'loss' is NoneType"):
        fit(lambda a: None, x, model=model, progress=False)
    with pytest.raises(TypeError, match="takes 3 arguments; data holds 2"):
        fit(lambda a, b, c: a, (x, y), model=model, progress=False)
    with pytest.raises(ValueError, match=r"same number of examples, got \[9, 10\]"):
        fit(lambda a, b: a, (x, y[:9]), model=model, progress=False)
    with pytest.raises(KeyError, match="no 'kl'; it recorded loss"):
        History({"loss": [1.0]})["kl"]
    with pytest.raises(TypeError, match='has no "loss", only error'):
        fit(lambda a: {"error": model(a).mean()}, x, model=model, progress=False)


@pytest.mark.parametrize("bad_step", [1, 2, 63, 100])
def test_a_bad_loss_stops_with_its_step(bad_step: int) -> None:
    model = nn.Linear(3, 1)
    counter = iter(range(1, 10_000))

    def step(x: Tensor) -> Tensor:
        loss = model(x).square().mean()
        return loss * float("nan") if next(counter) == bad_step else loss

    with pytest.raises(TrainingStopped, match=f"the loss became nan at step {bad_step}\\."):
        fit(step, line_data()[0], model=model, batch_size=10, progress=False)
    assert next(counter) <= bad_step + CHECK_EVERY + 1
    assert not model.training


def test_the_likely_cause_is_named() -> None:
    x, y = line_data()

    def diverge(lr: float) -> None:
        model = nn.Linear(3, 1)
        sgd = torch.optim.SGD(model.parameters(), lr=lr)
        fit(
            lambda a, b: (model(a)[:, 0] - b).square().mean(),
            (x, y),
            model=model,
            optimizer=sgd,
            epochs=50,
            progress=False,
        )

    with pytest.raises(TrainingStopped, match="learning rate is too high"):
        diverge(3.0)
    model = nn.Linear(3, 1)
    with pytest.raises(TrainingStopped, match=r"step 1\. It was so from the start"):
        fit(lambda a: model(a).mean() + torch.log(a.mean() * 0), x, model=model, progress=False)


def test_a_loss_without_a_gradient_is_told() -> None:
    model = nn.Linear(3, 1)
    for step in (lambda a: model(a).mean().detach(), lambda a: model(a).mean().item()):
        with pytest.raises(TypeError, match="the loss has no gradient"):
            fit(step, line_data()[0], model=model, progress=False)


def test_an_interruption_keeps_what_was_learned(capsys: pytest.CaptureFixture[str]) -> None:
    model = nn.Linear(3, 1)
    counter = iter(range(1000))

    def step(x: Tensor) -> Tensor:
        if next(counter) == 30:
            raise KeyboardInterrupt
        return model(x).square().mean()

    before = model.weight.clone()
    history = fit(step, line_data()[0], model=model, batch_size=10)
    assert history.steps == 30
    assert not torch.equal(before, model.weight)
    said = capsys.readouterr().out
    assert "interrupted" in said and "kept" in said and said.count("\n") == 1


def test_the_model_comes_back_in_evaluation_mode_and_an_error_is_not_hidden() -> None:
    model = nn.Linear(3, 1)

    def step(x: Tensor) -> Tensor:
        assert model.training
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        fit(step, line_data()[0], model=model, progress=False)
    assert not model.training


def test_it_looks_at_the_loss_now_and_then_and_not_at_each_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = []
    tolist = Tensor.tolist
    monkeypatch.setattr(Tensor, "tolist", lambda self: calls.append(1) or tolist(self))
    monkeypatch.setattr(Tensor, "item", lambda self: pytest.fail("fit waited for the device"))
    model = nn.Linear(3, 1)
    fit(
        lambda a: model(a).square().mean(),
        line_data()[0],
        model=model,
        batch_size=10,
        epochs=2,
        progress=False,
    )
    assert len(calls) <= 5


def test_fused_adam_or_plain_where_there_is_none() -> None:
    assert adam(nn.Linear(2, 2).parameters()).defaults["fused"]
    layer = nn.Linear(2, 2, device="meta")  # a device that has no such kernel
    optimizer = adam(layer.parameters())
    layer(torch.ones(1, 2, device="meta")).sum().backward()
    optimizer.step()
    assert not optimizer.defaults["fused"]


def test_progress_is_one_line_in_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    line = ProgressLine(10)
    line.update(5, "loss 3")
    line.finish("10 steps · loss 2")
    assert capsys.readouterr().out == "10 steps · loss 2\n"
    assert [duration(s) for s in (0.31, 9.96, 59.97, 125, 3720)] == [
        "0.3 s",
        "10 s",
        "1 min 00 s",
        "2 min 05 s",
        "1 h 02 min",
    ]


def test_progress_in_a_terminal_is_rewritten_in_place(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    line = ProgressLine(10)
    line.start = time.perf_counter() - 5
    line.update(5, "loss 3")
    line.finish("done")
    first, last = capsys.readouterr().out.strip("\r").split("\r")
    assert first == "██████████░░░░░░░░░░  50% · loss 3 · 5.0 s left"
    assert last.rstrip() == "done" and last.endswith("\n")


def test_device_is_chosen_once_and_by_name_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pick_device() is pick_device()
    monkeypatch.setattr("course_utils.device._fastest", lambda: "meta")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # it sets no number of threads
    monkeypatch.setenv("COURSE_DEVICE", "cpu")
    assert pick_device.__wrapped__() == torch.device("cpu")
    monkeypatch.setenv("COURSE_DEVICE", "quantum")
    with pytest.raises(RuntimeError, match="COURSE_DEVICE='quantum' can't be used here"):
        pick_device.__wrapped__()


def test_a_device_that_is_there_and_cannot_compute_is_refused_with_advice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("COURSE_DEVICE", raising=False)
    monkeypatch.setattr("course_utils.device._fastest", lambda: "meta")  # tensors without numbers
    with pytest.raises(RuntimeError, match=r"This machine's meta can't .*Set COURSE_DEVICE=cpu"):
        pick_device.__wrapped__()


@pytest.mark.slow
@pytest.mark.parametrize("asked", [None, "2"])
def test_one_core_is_left_to_the_browser_unless_threads_are_asked_for(asked: str | None) -> None:
    import os

    environment = {k: v for k, v in os.environ.items() if k != "OMP_NUM_THREADS"}
    environment |= {"COURSE_DEVICE": "cpu"} | ({"OMP_NUM_THREADS": asked} if asked else {})
    code = (
        "import torch; from course_utils.device import pick_device; before = torch.get_num_threads()\n"
        "pick_device(), pick_device(); print(before, torch.get_num_threads())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, text=True, capture_output=True, check=True
    )
    before, after = map(int, done.stdout.split())
    assert after == (before if asked else max(1, before - 1))


def test_seeds_seed_everything() -> None:
    import random

    import numpy as np

    draws = []
    for _ in range(2):
        g = set_seed(5)
        draws.append(
            (
                random.random(),
                np.random.rand(),
                torch.rand(1).item(),
                torch.rand(1, generator=g).item(),
            )
        )
    assert draws[0] == draws[1]


@pytest.mark.skipif(not torch.backends.mps.is_available(), reason="no mps here")
def test_it_trains_on_mps() -> None:
    model = nn.Linear(3, 1).to("mps")
    images = torch.zeros(10, 3, dtype=torch.uint8)
    history = fit(lambda a: model(a).square().mean(), images, model=model, progress=False)
    assert history.steps == 1 and model.weight.device.type == "mps"
