"""Drawn faces: what the factors say is what the pictures show, and no more."""

from __future__ import annotations

from math import cos, radians, sin

import pytest
import torch
from torch import Tensor
from torch.nn.functional import max_pool2d

from course_utils.data import Dataset, load
from course_utils.data.drawing import BLOCK
from course_utils.data.face_colors import MONK
from course_utils.data.face_scene import FaceScene
from course_utils.data.face_shapes import LOW, REACH, Grid
from course_utils.data.faces import FACTORS, GROUPS, draw_faces, face_groups, render_faces

# https://skintone.google, "Monk Skin Tone Scale", shades 1 to 10
OFFICIAL = [
    "f6ede4",
    "f3e7db",
    "f7ead0",
    "eadaba",
    "d7bd96",
    "a07e56",
    "825c43",
    "604134",
    "3a312a",
    "292420",
]


@pytest.fixture(scope="module")
def faces() -> Dataset:
    return load("faces", n=600)


def change(name: str, low: float | None = None, high: float | None = None, **rest: float) -> Tensor:
    """How much each pixel changes (64, 64) between two values of one factor."""
    ends = torch.tensor([FACTORS[name].low, FACTORS[name].high] if low is None else [low, high])
    a, b = render_faces(64, **{name: ends}, **rest)
    return (a - b).abs().amax(0)


def middle(weight: Tensor) -> tuple[float, float]:
    """Where the weighted mean of a picture lies, x and y in the scene's axes."""
    side = len(weight)
    at = REACH * ((torch.arange(side) + 0.5) / side * 2 - 1)
    x, y = (weight.sum(0) * at).sum(), LOW - (weight.sum(1) * at).sum()
    return float(x / weight.sum()), float(y / weight.sum())


def backdrop() -> Tensor:
    """Pixels of the plain face (64, 64) with nothing but backdrop in and near them."""
    other = (change("background") < 0.05).float()
    return max_pool2d(other[None], 5, 1, 2)[0] == 0


def test_a_data_set_with_its_factors(faces: Dataset) -> None:
    assert faces.images.shape == (600, 3, 32, 32) and faces.images.dtype == torch.uint8
    assert faces.names == ("not a face", "face") and (faces.labels == 1).all()
    assert set(faces.factors) == set(FACTORS) and faces.source == "drawn"
    for name, factor in FACTORS.items():
        values = faces.factors[name]
        assert factor.low <= values.min() and values.max() <= factor.high, name
        if name not in ("glasses", "skin_tone"):
            assert values.std() == pytest.approx((factor.high - factor.low) / 12**0.5, rel=0.1)
    assert set(faces.factors["skin_tone"].tolist()) == set(range(1, 11))
    assert set(faces.factors["glasses"].tolist()) == {0, 1}


def test_factors_are_independent(faces: Dataset) -> None:
    table = torch.corrcoef(torch.stack(list(faces.factors.values())))
    assert (table - torch.eye(len(table))).abs().max() < 0.16  # 4 standard errors at n = 600


def test_the_same_every_time(faces: Dataset) -> None:
    assert torch.equal(load("faces", n=130).images, faces.images[:130])
    assert not torch.equal(load("faces", n=30, seed=1).images, faces.images[:30])
    assert not torch.equal(load("faces", "test", n=30).images, faces.images[:30])


def test_the_factors_make_the_picture(faces: Dataset) -> None:
    some = faces[torch.tensor([3, 71, 222, 599])]
    again = render_faces(**some.factors)
    assert again.dtype == torch.float32 and again.min() >= 0 and again.max() <= 1
    assert (again - some.float()).abs().max() < 1.01 / 255


def test_only_what_may_vary_does() -> None:
    f = draw_faces(300, vary=("smile", "azimuth")).factors
    assert {name for name, values in f.items() if len(values.unique()) > 1} == {"smile", "azimuth"}
    assert (f["skin_tone"] == FACTORS["skin_tone"].plain).all()
    with pytest.raises(ValueError, match=r"no factor 'grin'\. There are: azimuth"):
        draw_faces(1, vary=("grin",))


def test_a_window_is_a_part_of_the_whole_picture() -> None:
    turned = {"azimuth": torch.tensor([-50.0, 0.0, 20.0]), "hair_length": 0.9, "glasses": 1}
    whole = render_faces(64, **turned)
    for rows, columns in ((slice(24, 56), slice(16, 48)), (slice(0, 8), slice(40, None))):
        assert torch.equal(render_faces(64, (rows, columns), **turned), whole[:, :, rows, columns])


def test_numbers_and_tensors_mix() -> None:
    x = render_faces(64, azimuth=torch.tensor([-30.0, 0.0, 30.0]), smile=1)
    assert x.shape == (3, 3, 64, 64) and render_faces().shape == (1, 3, 32, 32)
    with pytest.raises(ValueError, match=r"no factor 'smiles'\. There are: azimuth"):
        render_faces(smiles=1)


@pytest.mark.parametrize(("a", "e"), [(0, 0), (25, 0), (-25, 0), (0, 15), (40, -15), (-50, 20)])
def test_the_tip_of_the_nose_moves_as_a_rotation_says(a: float, e: float) -> None:
    """Tip at (0, -0.10, 0.55) of the head; seen at R (0, -0.10, 0.55)."""
    values = {name: torch.tensor([float(factor.plain)]) for name, factor in FACTORS.items()}
    scene = FaceScene(
        values | {"azimuth": torch.tensor([float(a)]), "elevation": torch.tensor([float(e)])}, 64
    )
    scene.paint_head()
    a, e = radians(a), radians(e)
    nose = torch.tensor([cos(e) * sin(a), sin(e), cos(e) * cos(a)])
    x, y = scene.grid.x.expand_as(scene.depth), scene.grid.y.expand_as(scene.depth)
    seen = torch.stack([x, y, scene.depth], -1).view(-1, 3)
    tip = seen[(seen @ nose).argmax()]
    up = torch.tensor([-sin(e) * sin(a), cos(e), -sin(e) * cos(a)])
    assert (tip - (0.55 * nose - 0.10 * up)).abs().max() < 0.04


def test_eyes_turn_in_three_dimensions() -> None:
    """Seen from the side, eyes at (±0.19, 0, 0.39) lie at ±0.19 cos a + 0.39 sin a."""
    for angle in (-25.0, -10.0, 0.0, 15.0, 25.0):
        changed = change("eye_size", azimuth=angle)
        nose = 0.55 * sin(radians(angle))
        column = round((nose / REACH + 1) * 32)
        left, right = changed.clone(), changed.clone()
        left[:, column:], right[:, :column] = 0, 0
        for eye, x in ((left, -0.19), (right, 0.19)):
            expected = x * cos(radians(angle)) + 0.39 * sin(radians(angle))
            assert middle(eye) == pytest.approx((expected, 0), abs=0.03)
    far_eye = change("eye_size", azimuth=60.0) > 0.05
    assert far_eye.sum() < 0.8 * (change("eye_size") > 0.05).sum()  # turned away, it is narrower


def test_mouth_turns_in_three_dimensions() -> None:
    """At depth 0.38 and height -0.38, it goes aside as 0.38 sin a and up as 0.38 sin e."""
    still = middle(change("mouth_open"))
    for angle in (-25.0, -10.0, 15.0, 25.0):
        aside = middle(change("mouth_open", azimuth=angle))
        expected = (0.38 * sin(radians(angle)), still[1])
        assert aside == pytest.approx(expected, abs=0.04)
    for angle in (-15.0, 10.0, 20.0):
        tilted = middle(change("mouth_open", elevation=angle))
        rise = 0.38 * sin(radians(angle)) + still[1] * cos(radians(angle))
        assert tilted == pytest.approx((0, rise), abs=0.04)


def test_light_comes_from_where_it_is_said_to() -> None:
    left, front, right = render_faces(64, light_direction=torch.tensor([-70.0, 0.0, 70.0]))[
        :, :, 20:52, 16:48
    ].mean(1)
    ratios = [x[:, :16].mean() / x[:, 16:].mean() for x in (left, front, right)]
    assert ratios[0] > 1.15 and ratios[2] < 1 / 1.15 and 0.95 < ratios[1] < 1.05
    mirrored = render_faces(64, light_direction=-70.0, background=0.5).flip(-1)
    other = render_faces(64, light_direction=70.0, background=0.5)
    assert (mirrored - other).abs().mean() < 0.02  # all but the parting and the sparks in the eyes


def test_stronger_light_brightens_everything() -> None:
    x = render_faces(light_strength=torch.linspace(0, 1, 6)).mean((1, 2, 3))
    assert (x.diff() > 0.02).all()


def test_light_is_shading_and_not_a_filter() -> None:
    """A filter would change the whole picture by one factor; shading depends on the surface."""
    a, b = render_faces(64, light_direction=torch.tensor([-70.0, 70.0])).mean(1)
    assert torch.equal(a[:12, :6], b[:12, :6])  # the backdrop
    ratio = (a / b)[24:46, 20:44]
    assert ratio.max() > 1.3 and ratio.min() < 1 / 1.3


def test_ten_shades_come_out_as_the_scale_has_them() -> None:
    assert [code.lstrip("#") for code in MONK] == OFFICIAL
    x = render_faces(64, skin_tone=torch.arange(1.0, 11), light_direction=0.0, light_strength=1.0)
    smiles = render_faces(64, smile=torch.tensor([0.0, 0.5, 1.0]))
    skin = ((x[0] - x[9]).abs().sum(0) > 0.9) & (smiles.std(0).sum(0) < 0.01)  # lips are no skin
    assert skin.sum() > 500
    measured = 255 * x[:, :, skin].median(-1).values  # (10, 3)
    wanted = torch.tensor([[int(code[at : at + 2], 16) for at in (0, 2, 4)] for code in OFFICIAL])
    assert (measured - wanted).abs().max() < 13
    hue, right = (v[:, 0] - v[:, 2] for v in (measured, wanted.float()))  # red above blue
    assert (hue - right).abs().max() < 7


@pytest.mark.parametrize("name", ["skin_tone", "hair_color", "light_direction", "smile", "glasses"])
def test_what_is_not_background_leaves_the_background_alone(name: str) -> None:
    assert backdrop().sum() > 500
    assert change(name)[backdrop()].max() < 1e-5


def test_background_leaves_the_head_alone() -> None:
    changed = change("background") > 1e-5
    assert not changed[12:50, 20:44].any() and changed[:12, :6].all()


@pytest.mark.parametrize(
    ("name", "aside", "below", "above", "least"),
    [
        ("smile", 0.42, -0.56, 0.03, 100),
        ("mouth_open", 0.34, -0.62, -0.16, 60),
        ("eye_size", 0.46, -0.22, 0.22, 100),
        ("glasses", 0.56, -0.28, 0.28, 150),
        ("hair_color", 0.66, -0.34, 0.75, 500),
        ("hair_length", 0.70, -0.85, 0.75, 300),
    ],
)
def test_a_factor_changes_only_its_place(
    name: str, aside: float, below: float, above: float, least: int
) -> None:
    """In a plain face seen from the front, where places are known in the scene's axes."""
    changed = change(name) > 1e-4
    rows, columns = Grid(64).box((-aside, aside), (below, above))
    inside = changed[rows, columns].sum()
    assert inside == changed.sum() and inside >= least
    assert (change(name, azimuth=35.0, skin_tone=9.0) > 1e-4).sum() > least / 3


def test_long_hair_covers_more() -> None:
    long = FACTORS["hair_length"]
    sizes = [
        int((change("hair_color", hair_length=at) > 0.02).sum())
        for at in torch.linspace(long.low, long.high, 5).tolist()
    ]
    assert sizes == sorted(sizes) and sizes[-1] > 1.5 * sizes[0]


def test_corners_of_the_mouth_rise_with_the_smile() -> None:
    """Compared in the rows of the dark line between the lips, at its ends and in its middle."""
    for smile, higher in ((0.0, False), (1.0, True)):
        x = render_faces(64, smile=smile, light_direction=0.0)[0].mean(0)[44:54]
        ends, center = x[:, 25:27].mean(1).argmin(), x[:, 31:33].mean(1).argmin()
        assert (ends < center) == higher


def test_groups_follow_from_the_factors(faces: Dataset) -> None:
    groups = face_groups(faces.factors)
    for number in range(len(GROUPS)):
        some = faces[groups == number].factors
        assert ((some["skin_tone"] >= 6) == ("dark skin" in GROUPS[number])).all()
        assert ((some["azimuth"].abs() >= 30) == ("turned" in GROUPS[number])).all()
        assert ((some["light_strength"] < 0.5) == ("dim" in GROUPS[number])).all()
    sizes = groups.bincount(minlength=8)
    assert len(GROUPS) == 8 and sizes.min() > 40  # 75 expected, standard deviation 8


def test_shares_skew_what_they_name_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    blank = torch.zeros(BLOCK, 3, 32, 32, dtype=torch.uint8)
    monkeypatch.setattr("course_utils.data.faces.paint", lambda *_: blank)  # factors are looked at
    wanted = {"dark skin": 0.05, "turned head": 0.2}
    f = draw_faces(2_000, shares=wanted).factors
    assert (f["skin_tone"] >= 6).float().mean() == pytest.approx(0.05, abs=0.02)
    assert (f["azimuth"].abs() >= 30).float().mean() == pytest.approx(0.2, abs=0.04)
    assert (f["light_strength"] < 0.5).float().mean() == pytest.approx(0.5, abs=0.05)
    assert set(f["skin_tone"].tolist()) == set(range(1, 11))
    assert f["azimuth"].mean().abs() < 3
    even = draw_faces(2_000).factors
    assert all(torch.equal(f[name], even[name]) for name in ("smile", "hair_color", "elevation"))
    none = draw_faces(200, shares={"dark skin": 0, "turned head": 1}).factors
    assert none["skin_tone"].max() <= 5 and none["azimuth"].abs().min() >= 30
    with pytest.raises(ValueError, match=r"no share 'dark'\. There are: dark skin"):
        draw_faces(1, shares={"dark": 0.1})
    with pytest.raises(ValueError, match="between 0 and 1"):
        draw_faces(1, shares={"dim light": 5})
