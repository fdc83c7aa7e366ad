"""Paint eyes, brows, mouth, cheeks and glasses on the front of a head, in the head's own axes.

u runs to the right and v up, seen from straight ahead. They are axes of the head, so what is
painted turns with it. A shape is a function of u and v that is positive inside, and about the
distance to the edge; `minimum` intersects two shapes, `maximum` unites them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from course_utils.data.face_colors import HAIR, SKIN, darkness
from course_utils.data.face_shapes import hairline

EYE_U, EYE_V = 0.19, 0.0  # middle of the right eye; the left one is at -EYE_U
MOUTH_V = -0.33
FLIP_V = -0.16  # flipped faces have at FLIP_V - v what others have at v

# Colors, as amounts of light.
WHITE, IRIS, DARK = (0.43, 0.415, 0.40), (0.085, 0.036, 0.014), (0.010, 0.007, 0.006)
INSIDE, TONGUE, FRAME = (0.05, 0.008, 0.008), (0.08, 0.028, 0.025), (0.095, 0.14, 0.20)
TONGUE_TINT = torch.tensor([0.24, 0.08, 0.07])  # share of the skin's color in the tongue's
ROSE = torch.tensor([0.040, 0.012, 0.013])  # added to lips where the skin is dark

Factors = dict[str, Tensor]  # of N faces, (N,) each


@dataclass(frozen=True)
class Points:
    """P points on the skin of N faces, in the head's axes.

    u, v, z: (P,), z toward the front · face: (P,), which of the N faces a point is on
    pixel: (P,), its position among all N · H · W pixels · sharp: 1 / the distance of two pixels
    """

    pixel: Tensor
    face: Tensor
    u: Tensor
    v: Tensor
    z: Tensor
    sharp: float

    @property
    def mirror(self) -> Tensor:
        """|u|: what is painted by it comes out on both sides."""
        return self.u.abs()

    def within(self, where: Tensor) -> Points:
        """Only the points for which `where`, bool (P,), holds."""
        at = where.nonzero().flatten()
        u, v, z = self.u[at], self.v[at], self.z[at]
        return Points(self.pixel[at], self.face[at], u, v, z, self.sharp)

    def soft(self, shape: Tensor) -> Tensor:
        """1 inside a shape (P,), 0 outside, and in between on the pixel of its edge."""
        return (shape * self.sharp + 0.5).clamp_(0, 1)


Color = Tensor | tuple[float, float, float]


def lay(albedo: Tensor, points: Points, cover: Tensor, color: Color) -> None:
    """Paint a color (3,) or (P, 3) on albedo (N · H · W, 3); cover (P,): 0 not at all, 1 fully."""
    rows = albedo[points.pixel]
    color = torch.as_tensor(color).expand_as(rows)
    albedo[points.pixel] = torch.lerp(rows, color, cover.unsqueeze(-1))


def paint_features(
    albedo: Tensor, points: Points, f: Factors, colors: dict[int, Tensor], flipped: bool = False
) -> None:
    """Paint features on albedo (N, H, W, 3), in place, at points of the faces' skin.

    f: factors of the faces · colors: of their parts, (N, 3) each · flipped: with the mouth above
    and the eyes below.
    """
    albedo = albedo.view(-1, 3)
    skin, hair = colors[SKIN], colors[HAIR]
    below_hair = (hairline(points.u, points.z) - points.v) / 0.12
    shadow = 0.72 + 0.28 * below_hair.clamp(0, 1)  # of the hair
    albedo[points.pixel] *= shadow.unsqueeze(-1)
    if flipped:
        points = replace(points, v=FLIP_V - points.v)
    front = points.within(points.z > 0)
    _cheeks(albedo, front, f)
    _mouth(albedo, front, f, skin)
    _eyes(albedo, front, f, skin)
    _brows(albedo, front, hair, skin)
    _glasses(albedo, points, f)


def _cheeks(albedo: Tensor, points: Points, f: Factors) -> None:
    """Rosy cheeks, rosier with a wider smile."""
    p = points.within((points.v + 0.16).abs() < 0.2)
    red = torch.exp(-(((p.mirror - 0.25) / 0.09) ** 2) - ((p.v + 0.16) / 0.075) ** 2)
    red *= 0.6 + 0.9 * f["smile"][p.face]
    albedo[p.pixel] *= 1 - red.unsqueeze(-1) * torch.tensor([0.02, 0.24, 0.20])


def _mouth(albedo: Tensor, points: Points, f: Factors, skin: Tensor) -> None:
    """Lips, and between them, if the mouth is open, teeth and tongue."""
    p = points.within((points.mirror < 0.28) & ((points.v - MOUTH_V).abs() < 0.22))
    smile, gap = f["smile"][p.face], f["mouth_open"][p.face]
    half = 0.155 + 0.055 * smile  # of its width
    along = (p.u / half).clamp(-1, 1)  # -1 and 1 at the corners
    arch = (1 - along**2).clamp_(min=0)
    middle = MOUTH_V + (0.20 * smile - 0.04) * (along**2 - 0.45)
    upper, lower = middle + (0.02 * gap) * arch, middle - (0.15 * gap) * arch  # v of the lips
    ends = half - p.mirror
    base = skin[p.face]
    lip = base * torch.tensor([0.74, 0.47, 0.45]) + ROSE * darkness(base)
    edge = 0.016 + 0.028 * arch
    lips = torch.minimum(upper + edge - p.v, p.v - lower + 1.3 * edge)
    lay(albedo, p, p.soft(torch.minimum(lips, ends + 0.012)), lip)
    slit = 0.010 + 0.006 * arch
    inside = torch.minimum(torch.minimum(upper + slit - p.v, p.v - lower + slit), ends)
    dark = base * 0.15 + 0.3 * torch.tensor(INSIDE)
    lay(albedo, p, p.soft(inside), dark)
    teeth = torch.minimum(p.v - (upper - 0.04), inside - 0.005) - (1 - gap) * 0.015
    teeth = torch.minimum(teeth, 0.72 * half - p.mirror)
    lay(albedo, p, p.soft(teeth) * (gap > 0.15), WHITE)
    tongue = torch.minimum(lower + 0.06 - 0.06 * along**2 - p.v, inside - 0.006)
    lay(albedo, p, p.soft(tongue) * (gap > 0.4), torch.tensor(TONGUE) + TONGUE_TINT * base)


def _eyes(albedo: Tensor, points: Points, f: Factors, skin: Tensor) -> None:
    """Lid, white, iris, pupil, and a highlight."""
    p = points.within(((points.mirror - EYE_U).abs() < 0.18) & (points.v.abs() < 0.19))
    size = f["eye_size"][p.face]
    u, v = (p.mirror - EYE_U) / size, (p.v - EYE_V) / size
    away = ((u / 0.102) ** 2 + (v / 0.082) ** 2).sqrt_()
    inside = (1 - away) * 0.09 * size
    lid = p.soft(torch.minimum(inside + 0.026, (v - 0.02 + 0.3 * u.abs()) * size))
    lay(albedo, p, lid, DARK)
    white = torch.tensor(WHITE) * (1 - 0.55 * darkness(skin[p.face]))  # or it would glare
    lay(albedo, p, p.soft(inside), white)
    radius, opening = (u**2 + (v - 0.008) ** 2).sqrt_(), p.soft(inside)
    lay(albedo, p, p.soft((0.077 - radius) * size) * opening, IRIS)
    lay(albedo, p, p.soft((0.042 - radius) * size) * opening, DARK)
    to_right = torch.where(p.u < 0, -u, u)  # the highlight is on the same side of both eyes
    highlight = 0.023 - ((to_right + 0.026) ** 2 + (v - 0.034) ** 2).sqrt_()
    lay(albedo, p, p.soft(highlight * size), (1.0, 1.0, 1.0))


def _brows(albedo: Tensor, points: Points, hair: Tensor, skin: Tensor) -> None:
    """Arched, in the color of the hair, but never lighter than the skin."""
    p = points.within(((points.mirror - EYE_U).abs() < 0.15) & ((points.v - 0.18).abs() < 0.1))
    along = ((p.mirror - EYE_U) / 0.125).clamp(-1, 1)
    line = 0.17 + 0.032 * (1 - along**2)
    thickness = 0.017 * (1 - 0.5 * along.clamp(min=0))
    inside = torch.minimum(thickness - (p.v - line).abs(), 0.125 - (p.mirror - EYE_U).abs())
    lay(albedo, p, p.soft(inside), torch.minimum(hair * 0.6, skin * 0.45)[p.face])


def _glasses(albedo: Tensor, points: Points, f: Factors) -> None:
    """Tinted lenses in a frame, for faces that wear them."""
    worn = (f["glasses"] > 0.5)[points.face]
    p = points.within(worn & (points.v.abs() < 0.2) & (points.z > -0.1))
    away = (((p.mirror - EYE_U) / 1.04) ** 2 + (p.v - EYE_V) ** 2).sqrt_()
    lens = torch.where(p.z > 0, 0.158 - away, -1.0)
    lay(albedo, p, 0.10 * p.soft(lens), (0.20, 0.24, 0.28))
    ring = torch.where(p.z > 0, 0.015 - (away - 0.158).abs(), -1.0)
    bridge = torch.minimum(0.014 - (p.v - 0.035).abs(), 0.05 - p.mirror)
    temple = torch.minimum(0.014 - (p.v - 0.03).abs(), p.mirror - 0.34)
    lay(albedo, p, p.soft(torch.maximum(ring, torch.maximum(bridge, temple))), FRAME)
