"""Paint eyes, brows, mouth, cheeks and glasses on the front of a head, in the head's own axes.

u runs to the right and v up, seen from straight ahead; since they belong to the head, what is
painted turns with it. Work is done on lists of P points, not on whole pictures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from course_utils.data.face_scene import Scene

EYE_AT, EYE_HIGH = 0.19, 0.0  # middle of the eyes
MOUTH_HIGH = -0.33
WHITE, IRIS, DARK = (0.43, 0.415, 0.40), (0.085, 0.036, 0.014), (0.010, 0.007, 0.006)
TONGUE_TINT = torch.tensor([0.24, 0.08, 0.07])  # of the skin, or it would glow in a dark face
ROSE = torch.tensor([0.040, 0.012, 0.013])  # of lips, where the skin is too dark to show them
INSIDE, TONGUE, FRAME = (0.05, 0.008, 0.008), (0.08, 0.028, 0.025), (0.095, 0.14, 0.20)


class Points:
    """P points on faces: u, v, z in the head; `face` says whose; colors (P, 3) are painted on."""

    def __init__(self, flat: Tensor, face: Tensor, uvz: tuple[Tensor, ...], sharp: float) -> None:
        self.flat, self.face, self.sharp = flat, face, sharp
        self.u, self.v, self.z = uvz
        self.mirror = self.u.abs()

    def within(self, where: Tensor) -> Points:
        at = where.nonzero().flatten()
        return Points(
            self.flat[at], self.face[at], (self.u[at], self.v[at], self.z[at]), self.sharp
        )

    def soft(self, inside: Tensor) -> Tensor:
        """1 inside, 0 outside, for distances to the edge; half a fine pixel of fade."""
        return (inside * self.sharp + 0.5).clamp_(0, 1)


def hairline(x: Tensor, z: Tensor) -> Tensor:
    """How high hair begins, in head axes: at the brow in front, at the nape behind."""
    return 0.06 + 0.72 * z - 0.45 * (x * x) - 0.10 * (x - 0.14).abs()


def lay(albedo: Tensor, points: Points, cover: Tensor, color: object) -> None:
    """Cover (P,) from 0 to 1 with a color (3,) or (P, 3)."""
    color = torch.as_tensor(color)
    rows = albedo[points.flat]
    albedo[points.flat] = torch.lerp(rows, color.expand_as(rows), cover.unsqueeze(-1))


def paint_features(albedo: Tensor, scene: Scene, flipped: bool = False) -> None:
    """Change albedo (N, H, W, 3) in place; flipped: with the mouth above and the eyes below."""
    flat = scene.on_face.flatten().nonzero().flatten()
    face = flat // scene.side**2
    column, row = flat % scene.side, flat // scene.side % scene.side
    x, y = scene.grid.x.flatten()[column], scene.grid.y.flatten()[row]
    z, r = scene.depth.flatten()[flat], scene.rotation[face]
    uvz = [r[:, 0, k] * x + r[:, 1, k] * y + r[:, 2, k] * z for k in range(3)]
    albedo = albedo.view(-1, 3)
    under = (hairline(uvz[0], uvz[2]) - uvz[1]) / 0.12  # the hair's shadow
    albedo[flat] *= (0.72 + 0.28 * under.clamp(0, 1)).unsqueeze(-1)
    if flipped:
        uvz[1] = -0.16 - uvz[1]
    points = Points(flat, face, tuple(uvz), sharp=1 / (scene.grid.step))
    front = points.within(points.z > 0)
    skin, hair = scene.skin_and_hair()
    _cheeks(albedo, front, scene.f)
    _mouth(albedo, front, scene.f, skin)
    _eyes(albedo, front, scene.f, skin)
    _brows(albedo, front, hair, skin)
    _glasses(albedo, points, scene.f)


def depth_of(skin: Tensor) -> Tensor:
    """0 for light skin to nearly 1 for the darkest, (N, 1), from its color (N, 3)."""
    return (1 - skin.mean(-1, keepdim=True) / 0.3).clamp(0, 1)


def _cheeks(albedo: Tensor, points: Points, f: dict[str, Tensor]) -> None:
    """Rosy, and more so the wider the smile."""
    p = points.within((points.v + 0.16).abs() < 0.2)
    red = torch.exp(-(((p.mirror - 0.25) / 0.09) ** 2) - ((p.v + 0.16) / 0.075) ** 2)
    red *= 0.6 + 0.9 * f["smile"][p.face]
    albedo[p.flat] *= 1 - red.unsqueeze(-1) * torch.tensor([0.02, 0.24, 0.20])


def _mouth(albedo: Tensor, points: Points, f: dict[str, Tensor], skin: Tensor) -> None:
    p = points.within((points.mirror < 0.28) & ((points.v - MOUTH_HIGH).abs() < 0.22))
    smile, gap = f["smile"][p.face], f["mouth_open"][p.face]
    half = 0.155 + 0.055 * smile
    along = (p.u / half).clamp(-1, 1)
    arch = (1 - along**2).clamp_(min=0)
    middle = MOUTH_HIGH + (0.20 * smile - 0.04) * (along**2 - 0.45)
    upper, lower = middle + (0.02 * gap) * arch, middle - (0.15 * gap) * arch
    ends = half - p.mirror
    base = skin[p.face]
    lip = base * torch.tensor([0.74, 0.47, 0.45]) + ROSE * depth_of(base)
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


def _eyes(albedo: Tensor, points: Points, f: dict[str, Tensor], skin: Tensor) -> None:
    p = points.within(((points.mirror - EYE_AT).abs() < 0.18) & (points.v.abs() < 0.19))
    size = f["eye_size"][p.face]
    u, v = (p.mirror - EYE_AT) / size, (p.v - EYE_HIGH) / size
    away = ((u / 0.102) ** 2 + (v / 0.082) ** 2).sqrt_()
    inside = (1 - away) * 0.09 * size
    lid = p.soft(torch.minimum(inside + 0.026, (v - 0.02 + 0.3 * u.abs()) * size))
    lay(albedo, p, lid, DARK)
    white = torch.tensor(WHITE) * (1 - 0.55 * depth_of(skin[p.face]))  # or it would glare
    lay(albedo, p, p.soft(inside), white)
    round_, opening = (u**2 + (v - 0.008) ** 2).sqrt_(), p.soft(inside)
    lay(albedo, p, p.soft((0.077 - round_) * size) * opening, IRIS)
    lay(albedo, p, p.soft((0.042 - round_) * size) * opening, DARK)
    real_u = torch.where(p.u < 0, -u, u)  # the highlight lies on the same side of both eyes
    spark = 0.023 - ((real_u + 0.026) ** 2 + (v - 0.034) ** 2).sqrt_()
    lay(albedo, p, p.soft(spark * size), (1.0, 1.0, 1.0))


def _brows(albedo: Tensor, points: Points, hair: Tensor, skin: Tensor) -> None:
    p = points.within(((points.mirror - EYE_AT).abs() < 0.15) & ((points.v - 0.18).abs() < 0.1))
    along = ((p.mirror - EYE_AT) / 0.125).clamp(-1, 1)
    line = 0.17 + 0.032 * (1 - along**2)
    thin = 0.017 * (1 - 0.5 * along.clamp(min=0))
    inside = torch.minimum(thin - (p.v - line).abs(), 0.125 - (p.mirror - EYE_AT).abs())
    lay(albedo, p, p.soft(inside), torch.minimum(hair * 0.6, skin * 0.45)[p.face])


def _glasses(albedo: Tensor, points: Points, f: dict[str, Tensor]) -> None:
    worn = (f["glasses"] > 0.5)[points.face]
    p = points.within(worn & (points.v.abs() < 0.2) & (points.z > -0.1))
    away = (((p.mirror - EYE_AT) / 1.04) ** 2 + (p.v - EYE_HIGH) ** 2).sqrt_()
    lens = torch.where(p.z > 0, 0.158 - away, -1.0)
    lay(albedo, p, 0.10 * p.soft(lens), (0.20, 0.24, 0.28))
    ring = torch.where(p.z > 0, 0.015 - (away - 0.158).abs(), -1.0)
    bridge = torch.minimum(0.014 - (p.v - 0.035).abs(), 0.05 - p.mirror)
    temple = torch.minimum(0.014 - (p.v - 0.03).abs(), p.mirror - 0.34)
    lay(albedo, p, p.soft(torch.maximum(ring, torch.maximum(bridge, temple))), FRAME)
