"""The U-Net, the patch discriminator, and the player of sounds."""

import io
import wave

import numpy as np
import pytest
import torch

from course_utils.data.measured import measured
from course_utils.display import Sound
from course_utils.models.translation import PatchDiscriminator, UNet
from coursework.authoring.browser import open_page
from coursework.exercises.nb15.patches import patch_receptive_field
from tests import needs


@pytest.mark.parametrize("side", [16, 32])
def test_a_unet_keeps_the_size(side: int) -> None:
    x = torch.rand(2, 4, side, side)
    assert UNet(4, 3)(x).shape == (2, 3, side, side)
    made = UNet(4, 3)(x)
    assert made.min() > 0 and made.max() < 1


def test_a_residual_unet_begins_as_the_identity_and_learns() -> None:
    x = torch.rand(2, 4, 16, 16)
    net = UNet(4, 3, residual=True)
    assert torch.equal(net(x), x[:, :3])
    net(x).square().mean().backward()
    assert net.last.weight.grad is not None and net.last.weight.grad.abs().max() > 0


def test_a_logit_sees_what_its_layers_say() -> None:
    field = patch_receptive_field(list(PatchDiscriminator.layers))
    d = PatchDiscriminator(3)
    x = torch.rand(1, 3, 64, 64, requires_grad=True)
    logits = d(x)
    assert logits.shape == (1, 1, 15, 15)
    logits[0, 0, 7, 7].backward()
    assert x.grad is not None
    seen = x.grad.abs().sum((0, 1)) > 0
    assert int(seen.any(0).sum()) == int(seen.any(1).sum()) == field == 22


def test_a_pair_is_judged_side_by_side() -> None:
    d, x, y = PatchDiscriminator(6), torch.rand(2, 3, 16, 16), torch.rand(2, 3, 16, 16)
    assert torch.equal(d(x, y), d(torch.cat([x, y], 1))) and not torch.equal(d(x, y), d(y, x))


def test_a_sound_has_controls_a_transcript_and_starts_by_nobody() -> None:
    sound = Sound(np.array([0.0, 0.5, -2.0]), 8000, 'it says "a"')
    page = sound._repr_mimebundle_()["text/html"]
    assert "<audio controls" in page and "autoplay" not in page and "http" not in page
    assert page.count("it says &quot;a&quot;") == 2 and repr(sound) == '[sound: it says "a"]'
    with wave.open(io.BytesIO(sound.wav)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert np.frombuffer(file.readframes(3), "<i2").tolist() == [0, 16383, -32767]


@pytest.mark.slow
@needs.browser
def test_a_sound_is_played_by_the_keyboard_and_not_by_itself(tmp_path) -> None:
    sound = Sound(0.5 * np.sin(np.arange(20_000) / 3), 10_000, "Two seconds of one tone")
    path = tmp_path / "sound.html"
    player = sound._repr_mimebundle_()["text/html"]
    path.write_text(f"<!doctype html><body>{player}", encoding="utf-8")
    audio = "document.querySelector('audio')"
    with open_page(500, 140) as page:
        page.goto(path.as_uri())
        page.wait_for_function(f"{audio}.readyState > 0 && {audio}.duration > 1.9")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.ariaLabel") == sound.transcript
        assert page.evaluate(f"{audio}.paused && {audio}.currentTime === 0")
        page.keyboard.press("Space")
        page.wait_for_function(f"{audio}.currentTime > 0.05")
        page.keyboard.press("Space")
        page.wait_for_function(f"{audio}.paused")


def test_tables_hold_what_notebook_15_claims_of_them() -> None:
    faces = measured("translation_faces", network="plain")
    assert len(faces) == 3 and all(float(row["error"]) > float(row["shuffled"]) for row in faces)
    assert all(float(row["cycle"]) < 0.6 * float(row["shuffled"]) for row in faces)
    for seed in range(3):
        relit = {row["goal"]: row for row in measured("translation_relight", seed=seed)}
        errors = {goal: float(row["error"]) for goal, row in relit.items()}
        ranked = sorted(errors, key=lambda goal: errors[goal])
        assert len(ranked) == 5 and (ranked[0], ranked[-1]) == ("L1", "input")
        hair = {row["goal"]: row for row in measured("translation_hair", seed=seed, blond=0.7)}
        assert float(hair["L2"]["between"]) > 0.7 and float(hair["L1 and D"]["between"]) < 0.1
        noise = {goal: float(row["noise"]) for goal, row in hair.items()}
        assert (
            max(noise, key=lambda goal: noise[goal]) == "D alone" and noise.pop("D alone") < 0.025
        )
        assert all(value < 0.01 for value in noise.values())
        assert (hair["L1"]["between"], hair["L1"]["nearer to blond"]) == ("0.00", "1.00")
