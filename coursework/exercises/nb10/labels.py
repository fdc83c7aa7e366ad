"""Exercises `one_hot` and `append_label_planes`: a label as numbers that a network can take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from coursework.checking.compare import close
from coursework.checking.exercise import Case, Exercise, Observed
from coursework.exercises.rules import given, named, then


def one_hot(y: Tensor, classes: int) -> Tensor:
    """Labels y (N,) as rows of zeros with a 1 at place y: (N, classes), float32."""
    return F.one_hot(y, classes).float()


def append_label_planes(x: Tensor, y: Tensor, classes: int) -> Tensor:
    """Images x (N, C, H, W), then a plane for each class, 1 where it is y: (N, C + classes, H, W).

    As in the conditional discriminator of Reed et al., 2016, with the label for the text.
    """
    planes = one_hot(y, classes)[:, :, None, None].expand(-1, -1, *x.shape[2:])
    return torch.cat([x, planes], dim=1)


def _labels(generator: Generator, n: int, classes: int) -> Tensor:
    """n labels, the last class never among them, the others mixed: neither sorted nor all alike."""
    while True:
        y = torch.randint(classes - 1, (n,), generator=generator)
        if n < 3 or not (torch.equal(y, y.sort().values) or torch.equal(y, y.flip(0))):
            return y


def _hot_cases(generator: Generator) -> Iterator[Case]:
    n = int(torch.randint(9, 13, (), generator=generator))
    yield Case((_labels(generator, n, 6), 6), "labels without the last class")
    yield Case((_labels(generator, 4, 9), 9), "fewer labels than classes")
    yield Case((_labels(generator, 5, 5), 5), "as many labels as classes")
    yield Case((1 + _labels(generator, 1, 3), 4), "a batch of one")


def _filled_for_all(y: Tensor, classes: int) -> Tensor:
    out = torch.zeros(len(y), classes)
    out[:, y] = 1
    return out


def _is_right(seen: Observed, case: Case) -> bool:
    """Are the numbers right, whatever their type?"""
    return isinstance(seen.value, Tensor) and close(seen.value, one_hot(*case.args))


COUNTED_FROM_ONE = (
    "Every 1 is one place off. Classes count from 0: class 0 has its 1 in the first place."
)


def _same_rows(yours: object, right: Tensor) -> bool:
    """Equal, and in the type that a network's weights have."""
    return close(yours, right) and getattr(yours, "dtype", right.dtype) == right.dtype


ONE_HOT = Exercise(
    name="one_hot", notebook="10", title="labels as rows with a single 1", reference=one_hot,
    cases=_hot_cases, points=1, same=_same_rows,
    mistakes=named({
        "booleans": ("Right places, and True and False instead of numbers. `.float()` at the end.",
            lambda y, classes: y[:, None] == torch.arange(classes)),
    }, when=lambda seen, case: _is_right(seen, case) and seen.value.dtype == torch.bool)
    + named({
        "doubles": ("Right places, in float64. The weights of a network are float32, and torch "
            "multiplies only numbers of one type: `.float()` at the end.",
            lambda y, classes: F.one_hot(y, classes).double()),
    }, when=lambda seen, case: _is_right(seen, case) and seen.value.dtype == torch.float64)
    + named({
        "along_the_batch": ("Your classes run down and the labels across, (classes, N). Each label "
            "is a row: (N, classes), so that it can stand beside the image of its row.",
            then(one_hot, lambda hot: hot.T.contiguous())),
        "integers": ("Right places, whole numbers: `F.one_hot` gives int64. A network multiplies "
            "floats: `.float()` at the end.",
            lambda y, classes: F.one_hot(y, classes),
            lambda y, classes: F.one_hot(y, classes).int()),
        "classes_ignored": ("You didn't use `classes`, so the width is the largest label of this "
            "batch plus one. A batch without the last class gets narrower rows, and a network's "
            "first layer doesn't fit any more. `F.one_hot(y, classes)`.",
            lambda y, classes: F.one_hot(y).float(), lambda y, classes: F.one_hot(y)),
        "always_ten": ("You made ten columns whatever `classes` is. Use the argument.",
            lambda y, classes: F.one_hot(y, 10).float()),
        "one_place_off": (COUNTED_FROM_ONE, lambda y, classes: torch.eye(classes)[y - 1],
            lambda y, classes: torch.eye(classes)[(y + 1) % classes]),
        "from_behind": ("You count the classes from the end: class 0 has its 1 in the last place.",
            then(one_hot, lambda hot: hot.flip(1))),
        "label_as_a_number": ("That is the label as a number in one column. Class 8 is no more "
            "than class 4 is: a number says that it is twice as much. Give each class a column.",
            lambda y, classes: y[:, None].float(), lambda y, classes: y[:, None],
            lambda y, classes: y[:, None] / (classes - 1), lambda y, classes: y[:, None] / classes),
        "labels_as_entries": ("The place is right, and the label stands there where a 1 belongs. "
            "Class 0 can't be seen at all.", lambda y, classes: one_hot(y, classes) * y[:, None]),
        "all_labels_in_every_row": ("Every row has a 1 for every label of the batch. `out[:, y] = "
            "1` fills whole columns; pair rows and labels: `out[torch.arange(N), y] = 1`.",
            _filled_for_all),
        "thermometer": ("Your rows are filled up to the label: several 1s. That says that class 5 "
            "contains class 4. One 1 in each row.",
            lambda y, classes: (torch.arange(classes) <= y[:, None]).float(),
            lambda y, classes: (torch.arange(classes) < y[:, None]).float()),
        "inverted": ("Zero and one changed places: 1 at the class, 0 elsewhere.",
            then(one_hot, lambda hot: 1 - hot)),
        "minus_one": ("You write −1 for the other classes. One-hot rows hold 0 there.",
            then(one_hot, lambda hot: 2 * hot - 1)),
        "nothing_filled_in": ("All zeros. `scatter` without the underscore returns a new tensor "
            "and leaves the old one as it was: use what it returns.",
            then(one_hot, torch.zeros_like)),
        "smoothed": ("Your 1 is less than 1 and the others get the rest (label smoothing). Asked "
            "for is the label itself: 1 and 0.",
            *(lambda y, classes, s=s: one_hot(y, classes) * (1 - s) + s / classes
                for s in (0.1, 0.2)),
            *(lambda y, classes, s=s: torch.where(
                one_hot(y, classes) > 0, 1 - s, s / (classes - 1)) for s in (0.1, 0.2))),
        "softmax_taken": ("You put a softmax over the rows. The label is known: no probabilities.",
            then(one_hot, lambda hot: hot.softmax(1))),
        "an_axis_too_many": ("There is an axis of length 1 too many: hand `y` (N,) to `F.one_hot`, "
            "not (N, 1).", then(one_hot, lambda hot: hot[:, None]),
            then(one_hot, lambda hot: hot[:, :, None])),
        "first_label_for_all": ("Every row is that of the first label.",
            lambda y, classes: one_hot(y[:1], classes).expand(len(y), -1)),
        "sorted": ("You sorted the labels, so rows no longer belong to their images.",
            given(one_hot, 0, lambda y: y.sort().values)),
        "rows_reversed": ("The rows are in the reverse order, so they no longer belong to their "
            "images.", given(one_hot, 0, lambda y: y.flip(0))),
    }),
    hints=["A row for each label and a column for each class: all 0 but for one 1.",
           "`F.one_hot(y, classes)` does it, in whole numbers. `torch.eye(classes)[y]` does it in "
           "floats.",
           "`return F.one_hot(y, classes).float()`"],
)  # fmt: skip


def _plane_cases(generator: Generator) -> Iterator[Case]:
    for n, channels, height, width, classes, label in (
        (5, 3, 4, 6, 7, "color images, wider than high"),
        (4, 1, 5, 3, 5, "gray images, higher than wide"),
        (6, 2, 3, 3, 4, "square images"),
        (1, 1, 4, 2, 3, "a batch of one"),
    ):
        x = 0.1 + 0.8 * torch.rand(n, channels, height, width, generator=generator)
        yield Case((x, 1 + _labels(generator, n, classes - 1), classes), label)


@dataclass(frozen=True)
class Planes:
    """The arguments, the one-hot labels (N, classes), and what planes are made of."""

    x: Tensor
    y: Tensor
    classes: int

    @property
    def hot(self) -> Tensor:
        return one_hot(self.y, self.classes)

    @property
    def planes(self) -> Tensor:
        return self.spread(self.hot)

    def spread(self, values: Tensor) -> Tensor:
        """One number for each plane, (N, P), at every pixel of it: (N, P, H, W)."""
        return values[:, :, None, None].expand(-1, -1, *self.x.shape[2:])

    def behind(self, planes: Tensor) -> Tensor:
        """The image, then the planes."""
        return torch.cat([self.x, planes], 1)

    def corner(self) -> Tensor:
        """The label in the first pixel of its plane only."""
        planes = torch.zeros_like(self.planes)
        planes[:, :, 0, 0] = self.hot
        return planes

    def scrambled(self) -> Tensor:
        """The row repeated for every pixel and viewed as planes, which mixes the classes."""
        n, _, height, width = self.x.shape
        return self.hot.repeat(1, height * width).view(n, self.classes, height, width)


APPEND_LABEL_PLANES = Exercise(
    name="append_label_planes", notebook="10", title="a plane for each class behind the image",
    reference=append_label_planes, cases=_plane_cases, differentiable=(0,), points=2,
    mistakes=named({
        "label_as_one_plane": ("You added a single plane that holds the label as a number. Class 8 "
            "is no more than class 4 is; a network would have to unlearn that order. Give each "
            "class a plane of its own.",
            lambda t: t.behind(t.spread(t.y[:, None] / (t.classes - 1))),
            lambda t: t.behind(t.spread(t.y[:, None] / t.classes)),
            lambda t: t.behind(t.spread(t.y[:, None] / 9)),
            lambda t: t.behind(t.spread(t.y[:, None].float()))),
        "one_plane_of_ones": ("You added one plane of ones, the same whatever the label is.",
            lambda t: t.behind(torch.ones_like(t.x[:, :1]))),
        "label_in_every_plane": ("Every plane holds the label's number. The plane of the label is "
            "1, the others are 0.",
            lambda t: t.behind(t.spread(t.y[:, None].float().expand(-1, t.classes)))),
        "all_labels_in_every_image": ("Every image has a plane of 1s for every label of the batch. "
            "`planes[:, y] = 1` does that; pair images and labels: `planes[torch.arange(N), y] = "
            "1`.", lambda t: t.behind(t.spread(_filled_for_all(t.y, t.classes)))),
        "planes_before_the_image": ("The planes come first. Asked for: the image's channels first, "
            "then the planes, so that channel 0 stays the image.",
            lambda t: torch.cat([t.planes, t.x], 1)),
        "image_left_out": ("The image is missing. `torch.cat([x, planes], dim=1)`.",
            lambda t: t.planes.clone()),
        "scrambled_by_view": ("Repeating a row and viewing it as planes mixes the classes: "
            "neighboring numbers become neighboring *pixels*. Give each number two new axes, "
            "`[:, :, None, None]`, and expand them to H and W.",
            lambda t: t.behind(t.scrambled())),
        "image_multiplied": ("You multiplied the planes with the image. The planes hold 1 or 0 at "
            "every pixel, whatever the image shows there.",
            lambda t: t.behind(t.planes * t.x.mean(1, keepdim=True)),
            lambda t: t.behind(t.planes * t.x[:, :1])),
        "labels_as_entries": ("The plane of the label holds the label's number. It holds 1: else "
            "class 0 can't be seen and class 9 is loud.",
            lambda t: t.behind(t.planes * t.spread(t.y[:, None]))),
        "inverted": ("Zero and one changed places: the plane of the label is 1, the others 0.",
            lambda t: t.behind(1 - t.planes)),
        "minus_one": ("You write −1 into the other planes. They hold 0.",
            lambda t: t.behind(2 * t.planes - 1)),
        "one_place_off": ("The 1s are one plane off. " + COUNTED_FROM_ONE,
            lambda t: t.behind(t.spread(one_hot(t.y - 1, t.classes))),
            lambda t: t.behind(t.spread(t.hot.roll(1, 1)))),
        "from_behind": ("You count the classes from the end: class 0 has the last plane.",
            lambda t: t.behind(t.planes.flip(1))),
        "classes_ignored": ("You didn't use `classes`, so there are as many planes as the largest "
            "label of this batch asks for. Without the last class a network's first layer doesn't "
            "fit any more.",
            lambda t: t.behind(t.spread(F.one_hot(t.y).float())) if t.y.max() < t.classes - 1
            else t.behind(t.planes)),
        "first_label_for_all": ("Every image got the planes of the first label.",
            lambda t: t.behind(t.spread(t.hot[:1].expand(len(t.y), -1)))),
        "labels_misaligned": ("The planes are those of another image: the labels were reversed, "
            "rolled or sorted on the way.",
            lambda t: t.behind(t.planes.flip(0)), lambda t: t.behind(t.planes.roll(1, 0)),
            lambda t: t.behind(t.spread(one_hot(t.y.sort().values, t.classes)))),
        "one_pixel_only": ("The 1 stands at one pixel of the plane. A convolution far from there "
            "would not see the label: fill the whole plane.", lambda t: t.behind(t.corner())),
        "shared_out": ("A plane sums to 1; each of its pixels should be 1.",
            lambda t: t.behind(t.planes / t.x[0, 0].numel())),
        "all_planes_on": ("All planes are 1. Only that of the label is.",
            lambda t: t.behind(torch.ones_like(t.planes))),
        "all_planes_off": ("All planes are 0, so the label isn't in them. `scatter` without the "
            "underscore returns a new tensor; use what it returns.",
            lambda t: t.behind(torch.zeros_like(t.planes))),
        "added_to_the_image": ("You added the planes to the image. Put them behind it: "
            "`torch.cat`, "
            "along the channels.", lambda t: t.x.sum(1, keepdim=True) + t.planes,
            lambda t: t.x.mean(1, keepdim=True) + t.planes),
        "planes_twice": ("The planes are there twice.",
            lambda t: torch.cat([t.x, t.planes, t.planes], 1)),
    }, read=Planes),
    hints=["Each label becomes `classes` planes of the image's height and width: one full of 1s, "
           "the others full of 0s.",
           "`one_hot(y, classes)` is (N, classes). Two new axes, `[:, :, None, None]`, make it "
           "(N, classes, 1, 1), and `.expand(-1, -1, H, W)` fills the planes.",
           "`planes = one_hot(y, classes)[:, :, None, None].expand(-1, -1, *x.shape[2:])`, then "
           "`torch.cat([x, planes], dim=1)`."],
)  # fmt: skip
