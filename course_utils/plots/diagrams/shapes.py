"""Shapes of diagrams as SVG paths, and where an arrow leaves them and arrives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from course_utils.plots.diagrams.labels import tidy

Point = tuple[float, float]
RADIUS = 10  # of corners, in pixels
GAP = 5  # pixels between a shape and an arrow
HEAD = 13, 5.5  # length and half the width of an arrow's head


@dataclass(frozen=True)
class Shape:
    """Where something is drawn: its middle, width, and the heights of its left and right side."""

    x: float
    y: float
    width: float
    left: float
    right: float
    is_round: bool = False

    @property
    def height(self) -> float:
        return max(self.left, self.right)

    def outline(self) -> str:
        """A trapezoid with rounded corners, or a circle."""
        x0, x1 = self.x - self.width / 2, self.x + self.width / 2
        if self.is_round:
            r = tidy(self.width / 2)
            arc = f"A{r} {r} 0 0 1"
            return f"M{spot((x0, self.y))}{arc} {spot((x1, self.y))}{arc} {spot((x0, self.y))}Z"
        left, right = self.left / 2, self.right / 2
        corners = [(x0, self.y - left), (x1, self.y - right), (x1, self.y + right)]
        corners.append((x0, self.y + left))
        middle = ((x0 + x1) / 2, self.y - (left + right) / 2)  # a ring starts between two corners
        return route([middle, *corners[1:], corners[0], middle], RADIUS) + "Z"

    def leave(self, target: Point, room: Point = (0, 0)) -> Point:
        """A point of the edge that faces `target`, where something of the size `room` is."""
        dx, dy = target[0] - self.x, target[1] - self.y
        if self.is_round:
            far = (self.width / 2 + GAP) / (math.hypot(dx, dy) or 1)
            return self.x + dx * far, self.y + dy * far
        beside = abs(dx) - (self.width + room[0]) / 2
        above = abs(dy) - (self.height + room[1]) / 2
        if beside >= above:
            side = self.right if dx > 0 else self.left
            y = self.y + min(max(dy, -0.35 * side), 0.35 * side)
            return self.x + math.copysign(self.width / 2 + GAP, dx), y
        along = min(max(dx / self.width, -0.35), 0.35)
        half = (self.left + (self.right - self.left) * (along + 0.5)) / 2
        return self.x + along * self.width, self.y + math.copysign(half + GAP, dy)


def spot(point: Point) -> str:
    return f"{tidy(point[0])} {tidy(point[1])}"


def route(points: Sequence[Point], radius: float) -> str:
    """A line through points, rounded where it turns."""
    path = f"M{spot(points[0])}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        path += f"L{spot(_toward(corner, before, radius))}"
        path += f"Q{spot(corner)} {spot(_toward(corner, after, radius))}"
    return path + f"L{spot(points[-1])}"


def arrow_paths(points: Sequence[Point]) -> tuple[str, str]:
    """The paths of an arrow along `points`: its line, and its head."""
    *_, before, tip = points
    back = _toward(tip, before, HEAD[0])
    dx, dy = (back[0] - tip[0]) / HEAD[0] * HEAD[1], (back[1] - tip[1]) / HEAD[0] * HEAD[1]
    head = (
        f"M{spot(tip)}L{spot((back[0] - dy, back[1] + dx))}L{spot((back[0] + dy, back[1] - dx))}Z"
    )
    return route([*points[:-1], back], 40), head


def _toward(start: Point, end: Point, length: float) -> Point:
    """The point `length` away from `start`, but at most half the way to `end`."""
    share = min(length / (math.dist(start, end) or 1), 0.5)
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])


def bumps(x: float, y: float, width: float, height: float, peaks: Sequence[float]) -> str:
    """A density over its axis, in a box around (x, y); peaks: from -1, the left end, to 1."""
    spread = 0.32 / len(peaks) ** 0.5
    places = [-1 + step / 30 for step in range(61)]
    heights = [sum(math.exp(-(((p - peak) / spread) ** 2) / 2) for peak in peaks) for p in places]
    top = max(heights)
    points = [
        (x + p * width / 2, y + height / 2 - h / top * height)
        for p, h in zip(places, heights, strict=True)
    ]
    return "M" + "L".join(map(spot, points))
