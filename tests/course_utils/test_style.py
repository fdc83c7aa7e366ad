"""The style generator of notebook 16, the judge of its faces, and the weights that are shipped."""

from __future__ import annotations

import shutil
from itertools import pairwise

import pytest
import torch
from torch import Generator

from course_utils.data import load
from course_utils.data.checkpoint import FOLDER, read_checkpoint
from course_utils.data.faces import FACTORS
from course_utils.metrics import batched, frechet_distance
from course_utils.models.face_judge import FaceJudge, scaled_factors
from course_utils.models.style import LATENT, LEVELS, StyleGenerator, adain
from coursework import exercises


@pytest.fixture(scope="module")
def shipped() -> StyleGenerator:
    generator = StyleGenerator()
    generator.load_state_dict(read_checkpoint("style_faces"))
    return generator.eval()


@pytest.fixture(scope="module")
def judge() -> FaceJudge:
    judge = FaceJudge()
    judge.load_state_dict(read_checkpoint("face_judge"))
    return judge.eval()


def codes(generator: StyleGenerator, n: int, seed: int) -> torch.Tensor:
    with torch.no_grad():
        return generator.to_w(torch.randn(n, LATENT, generator=Generator().manual_seed(seed)))


def test_one_w_is_the_same_w_at_every_level(shipped):
    w = codes(shipped, 3, 0)
    images = shipped(w)
    assert images.shape == (3, 3, 32, 32) and images.min() >= 0 and images.max() <= 1
    torch.testing.assert_close(images, shipped(w[:, None].expand(-1, LEVELS, -1)))


def test_the_length_of_z_does_not_matter(shipped):
    z = torch.randn(4, LATENT, generator=Generator().manual_seed(1))
    torch.testing.assert_close(shipped.to_w(z), shipped.to_w(7 * z), rtol=1e-4, atol=1e-5)


def test_features_of_fewer_levels_are_the_first_ones(shipped):
    w = codes(shipped, 2, 0)[:, None].expand(-1, LEVELS, -1)
    few, all_of_them = shipped.features(w[:, :2]), shipped.features(w)
    assert [h.shape[-1] for h in all_of_them] == [4, 8, 16, 32] and len(few) == 2
    for a, b in zip(few, all_of_them, strict=False):
        torch.testing.assert_close(a, b)


def test_a_style_of_the_last_level_leaves_the_levels_before_it_alone(shipped):
    w = codes(shipped, 2, 0)[:, None].repeat(1, LEVELS, 1)
    other = w.clone()
    other[:, -1] = codes(shipped, 2, 5)
    before, after = shipped.features(w), shipped.features(other)
    assert all(torch.equal(a, b) for a, b in zip(before[:-1], after[:-1], strict=True))
    assert not torch.allclose(before[-1], after[-1], atol=1e-3)


def test_noise_is_drawn_from_the_generator_that_is_given(shipped):
    w = codes(shipped, 2, 0)
    one, again, other = (shipped(w, Generator().manual_seed(seed)) for seed in (0, 0, 1))
    assert torch.equal(one, again) and not torch.equal(one, other)


def test_the_package_restyles_as_the_exercise_does():
    exercise = exercises.get("adain")
    for case in exercise.cases(Generator().manual_seed(0)):
        if case.args[0][0, 0].numel() > 1:
            torch.testing.assert_close(
                adain(*case.args), exercise.reference(*case.args), rtol=1e-4, atol=1e-4
            )


def test_the_judge_reads_most_factors_of_new_faces(judge):
    faces = load("faces", n=300, split="test", seed=3)
    right = scaled_factors(faces.factors)
    assert right.min() >= -1 and right.max() <= 1
    left = (batched(judge, faces.float("cpu")) - right).square().mean(0) / right.var(0)
    found = dict(zip(FACTORS, (1 - left).tolist(), strict=True))
    for name in ("azimuth", "light_strength", "hair_length", "skin_tone", "background"):
        assert found[name] > 0.9, found


def test_shipped_faces_are_nearer_to_real_ones_than_truncated_ones_are(shipped, judge):
    real = batched(judge.features, load("faces", n=500, split="test").float("cpu"))
    w, center = codes(shipped, 500, 0), codes(shipped, 5000, 1).mean(0)
    distances = [
        frechet_distance(
            batched(judge.features, batched(shipped, center + psi * (w - center))), real
        )
        for psi in (1.0, 0.7, 0.3)
    ]
    assert distances[0] < 7 and all(a < b for a, b in pairwise(distances)), distances


def test_a_damaged_checkpoint_is_refused_with_what_to_do(tmp_path):
    for part in FOLDER.glob("face_judge.*"):
        shutil.copy(part, tmp_path / part.name)
    path = tmp_path / "face_judge.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(ValueError, match="sha256"):
        read_checkpoint("face_judge", tmp_path)
    with pytest.raises(FileNotFoundError, match="face_judge"):
        read_checkpoint("fase_judge", tmp_path)
