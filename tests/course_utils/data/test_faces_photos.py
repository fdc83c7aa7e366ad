"""Photographs: every mode a picture can have, the wrong way up, broken, missing; and CelebA."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.datasets import CelebA

from course_utils.data import load
from course_utils.data.face_photos import fit

UPRIGHT = 1  # EXIF orientation tags
ROTATED = 6


def portrait(width: int = 60, height: int = 80, mode: str = "RGB") -> Image.Image:
    """Red above, blue below."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, :, 0], pixels[height // 2 :, :, 2] = 255, 255
    return Image.fromarray(pixels).convert(mode)


def fill(folder: Path, count: int = 40) -> None:
    """Gray pictures, each of its own gray: 2, 4, 6, …"""
    for number in range(1, count + 1):
        Image.new("RGB", (40, 50), (2 * number,) * 3).save(folder / f"{number:02}.png")


def test_a_folder_is_read_and_split(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(tmp_path)
    train, test = (load("faces", split, folder=tmp_path) for split in ("train", "test"))
    assert f"faces: {len(train)} read from {tmp_path} (train).\n" in capsys.readouterr().out
    assert train.images.shape[1:] == (3, 32, 32) and train.images.dtype == torch.uint8
    assert (train.labels == 1).all() and train.names[1] == "face" and train.factors == {}
    grays = [set(data.images[:, 0, 0, 0].tolist()) for data in (train, test)]
    assert not grays[0] & grays[1] and grays[0] | grays[1] == set(range(2, 82, 2))
    assert 2 <= len(test) <= 16
    assert torch.equal(load("faces", folder=str(tmp_path), n=5).images, train.images[:5])
    assert load("faces", folder=tmp_path, n=5, side=64).images.shape == (5, 3, 64, 64)


def test_the_split_of_a_photograph_stays_when_others_come(tmp_path: Path) -> None:
    fill(tmp_path, 20)
    before = set(load("faces", "test", folder=tmp_path).images[:, 0, 0, 0].tolist())
    fill(tmp_path, 40)
    after = set(load("faces", "test", folder=tmp_path).images[:, 0, 0, 0].tolist())
    assert before == {gray for gray in after if gray <= 40}


def test_folders_within_and_other_files(tmp_path: Path) -> None:
    (tmp_path / "family" / "2020").mkdir(parents=True)
    fill(tmp_path / "family" / "2020", 12)
    (tmp_path / "notes.txt").write_text("no photograph")
    (tmp_path / ".hidden.png").write_bytes(b"no photograph")
    sizes = [len(load("faces", split, folder=tmp_path)) for split in ("train", "test")]
    assert sum(sizes) == 12


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "CMYK", "YCbCr"])
def test_colors_survive_every_mode(mode: str) -> None:
    x = fit(portrait(mode=mode), 32).float()
    assert x.shape == (3, 32, 32)
    assert x[0, 4].mean() > 200 and x[2, 4].mean() < 60
    assert x[2, 27].mean() > 200 and x[0, 27].mean() < 60


def test_gray_pictures_of_any_depth() -> None:
    half = np.full((40, 40), 128, np.uint8)
    half[0, 0] = 255
    for image in (
        Image.fromarray(half),
        Image.fromarray(half.astype(np.uint16) * 257),
        Image.fromarray(half.astype(np.int32)),
        Image.fromarray(half.astype(np.float32) / 255),
        Image.fromarray(half).convert("LA"),
    ):
        x = fit(image, 32)
        assert x.shape == (3, 32, 32) and (x[:, 16, 16].int() - 128).abs().max() <= 1, image.mode
    assert fit(Image.new("1", (40, 40), 1), 32).min() == 255


def test_what_is_transparent_becomes_white() -> None:
    assert fit(Image.new("RGBA", (40, 40), (0, 0, 0, 0)), 32).min() == 255
    palette = Image.new("P", (40, 40), 0)
    palette.info["transparency"] = 0
    assert fit(palette, 32).min() == 255


def test_a_camera_held_sideways(tmp_path: Path) -> None:
    """EXIF orientation 6: the camera stored the picture lying on its left side."""
    exif = Image.Exif()
    exif[0x0112] = ROTATED
    portrait().transpose(Image.Transpose.ROTATE_90).save(tmp_path / "a.jpg", exif=exif, quality=95)
    exif[0x0112] = UPRIGHT
    portrait().save(tmp_path / "b.jpg", exif=exif, quality=95)
    with Image.open(tmp_path / "a.jpg") as a, Image.open(tmp_path / "b.jpg") as b:
        assert a.size != b.size
        assert (fit(a, 32).int() - fit(b, 32).int()).abs().float().mean() < 4


def test_the_middle_square_is_taken_and_not_squeezed() -> None:
    wide = np.zeros((40, 120, 3), np.uint8)
    wide[:, 40:80] = 255
    assert fit(Image.fromarray(wide), 32)[:, :, 1:31].min() > 230


def test_broken_files_are_skipped_and_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path)
    portrait(400, 400).save(tmp_path / "whole.jpg")
    (tmp_path / "cut.jpg").write_bytes((tmp_path / "whole.jpg").read_bytes()[:900])
    (tmp_path / "text.png").write_text("this is no picture")
    (tmp_path / "empty.gif").touch()
    read = sum(len(load("faces", split, folder=tmp_path)) for split in ("train", "test"))
    said = capsys.readouterr().out
    assert read == 41 and said.count("\n") == 2
    for name in ("cut.jpg", "text.png", "empty.gif"):
        assert said.count(f"{name} (") == 1
    assert "whole.jpg" not in said and "that can't be read" in said


def test_many_broken_files_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(tmp_path)
    for number in range(60):
        (tmp_path / f"broken{number}.jpg").touch()
    load("faces", folder=tmp_path)
    said = capsys.readouterr().out
    assert said.count("(cannot identify") == 8 and " more." in said


def test_what_can_not_be_read_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="should be a folder but is not there"):
        load("faces", folder=tmp_path / "fotos")
    with pytest.raises(ValueError, match=r"holds no photograph\. Looked for: .bmp"):
        load("faces", folder=tmp_path)
    (tmp_path / "a.jpg").touch()
    with pytest.raises(FileNotFoundError, match="but is a file"):
        load("faces", folder=tmp_path / "a.jpg")
    with pytest.raises(ValueError, match="none that can be read"):
        load("faces", folder=tmp_path)
    fill(tmp_path)
    with pytest.raises(ValueError, match=r"n = 99, but .* photographs for split 'train'"):
        load("faces", folder=tmp_path, n=99)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"name": "digits", "folder": "."}, 'A folder is read by load\\("faces"'),
        ({"name": "faces", "folder": ".", "source": "drawn"}, "without a source"),
        ({"name": "faces", "side": 48}, "come in 32 and 64"),
        ({"name": "roads", "side": 64}, "comes in one size"),
        ({"name": "faces", "source": "lfw"}, "It has: 'drawn', 'celeba'"),
    ],
)
def test_mistakes_are_told(arguments: dict, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        load(**arguments)


@pytest.fixture
def celeba(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """30 pictures laid out as torchvision expects CelebA: 20 to train, 4 to validate, 6 to test."""
    base, names = tmp_path / "celeba", [f"{number:06}.jpg" for number in range(1, 31)]
    (base / "img_align_celeba").mkdir(parents=True)
    for number, name in enumerate(names):
        gray = Image.new("RGB", (178, 218), (8 * number,) * 3)
        gray.save(base / "img_align_celeba" / name)
    parts = [0] * 20 + [1] * 4 + [2] * 6
    lists = {
        "list_eval_partition.txt": [f"{a} {b}" for a, b in zip(names, parts, strict=True)],
        "identity_CelebA.txt": [f"{name} 7" for name in names],
    }
    for name, width in (("bbox", 4), ("landmarks_align", 10), ("attr", 40)):
        rows = [f"{picture} " + " ".join(["1"] * width) for picture in names]
        lists[f"list_{name}_celeba.txt"] = ["30", " ".join(["column"] * width), *rows]
    for name, lines in lists.items():
        (base / name).write_text("\n".join(lines) + "\n")
    unchecked = [(address, None, name) for address, _, name in CelebA.file_list]
    monkeypatch.setattr(CelebA, "file_list", unchecked)  # these are not the published files
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    return base


def test_celeba_where_it_is(celeba: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train = load("faces", source="celeba", n=20)
    assert train.images.shape == (20, 3, 32, 32) and train.source == "celeba"
    assert f"faces: 20 read from {celeba} (train, seed 0)" in capsys.readouterr().out
    assert sorted(train.images[:, 0, 9, 9].tolist()) == pytest.approx(range(0, 160, 8), abs=2)
    test = load("faces", "test", source="celeba", n=6, side=64)
    assert test.images.shape == (6, 3, 64, 64) and test.images.min() > 180
    assert torch.equal(load("faces", source="celeba", n=4).images, train.images[:4])
    with pytest.raises(ValueError, match="n = 7, but CelebA has 6 for split 'test'"):
        load("faces", "test", source="celeba", n=7)


def test_celeba_where_it_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    (tmp_path / "celeba").mkdir()
    (tmp_path / "celeba" / "half.zip").touch()
    with pytest.raises(FileNotFoundError) as told:
        load("faces", source="celeba")
    for words in (str(tmp_path / "celeba"), "half.zip", "list_eval_partition.txt", "folder="):
        assert words in str(told.value)


def test_faces_are_drawn_whatever_course_source_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_SOURCE", "mnist")
    assert load("faces", n=1).source == load("non-faces", n=1).source == "drawn"
