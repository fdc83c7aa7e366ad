"""How people write the ten digits: for each, several ways in which the pen can go.

A way of writing is a text of strokes, with "/" between them where the pen is lifted. A stroke is a
list of points "x y" that a smooth curve runs through; "!" after a point makes a sharp turn there.
x runs right and y runs down; a digit is about 100 high.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

POINTS = 96  # samples of the pen's path, the same number for every digit

WAYS = {
    0: (
        "36 2, 14 16, 2 52, 12 88, 32 99, 54 84, 62 50, 54 16, 38 2, 28 6",
        "50 10, 30 2, 10 22, 2 60, 16 95, 40 95, 60 64, 61 28, 46 6, 34 9",
        "22 6, 6 34, 4 70, 22 97, 44 92, 60 62, 60 28, 46 4, 26 3, 14 14",
        "40 4, 18 10, 4 44, 8 82, 28 98, 50 86, 60 52, 52 16, 34 6, 24 14, 30 22",
    ),
    1: (
        "12 0, 11 50, 10 100",
        "10 0, 10 34, 9 68, 10 100",
        "16 0, 12 33, 9 66, 8 100",
        "6 17, 14 10, 20 0!, 20 50, 19 100",
        "6 18, 15 11, 22 1!, 22 50, 22 97! / 0 99, 22 98, 44 98",
    ),
    2: (
        "4 24, 12 7, 30 1, 48 10, 49 32, 34 60, 16 84, 2 98!, 32 95, 62 97",
        "6 20, 24 2, 46 8, 52 30, 38 58, 20 84, 6 95, 1 84, 14 77, 34 88, 64 94",
        "2 14, 26 2, 50 8, 54 30, 38 58, 6 97!, 34 98, 60 94",
        "10 34, 6 16, 22 1, 44 6, 50 28, 36 58, 16 82, 4 96, 8 84, 26 86, 44 97, 62 88",
        "4 10, 24 3, 42 12, 42 34, 26 64, 2 94, 16 92, 40 86, 66 90",
    ),
    3: (
        "4 14, 24 1, 46 8, 48 28, 34 42, 18 47!, 42 52, 56 70, 46 92, 24 99, 2 90",
        "2 10, 26 1, 48 12, 42 34, 24 46, 18 50, 26 46, 50 58, 54 80, 34 98, 4 92",
        "4 5, 26 5, 52 3!, 38 22, 24 40!, 46 48, 56 68, 46 90, 24 98, 2 88",
        "8 18, 24 3, 44 10, 42 32, 24 44, 16 50, 22 53, 30 48, 50 60, 50 84, 28 99, 2 90",
    ),
    4: (
        "12 2, 6 28, 4 50!, 30 50, 60 46 / 50 8, 46 54, 42 100",
        "8 4, 2 34, 12 50, 32 48, 50 34 / 56 2, 50 30, 46 66, 44 100",
        "44 0, 24 28, 0 64!, 30 63, 64 59 / 46 2, 44 50, 42 100",
        "10 6, 3 36, 8 52, 30 54, 48 42, 54 4!, 50 50, 44 100",
        "42 100, 43 50, 45 2!, 22 32, 2 60!, 32 62, 62 56",
    ),
    5: (
        "58 3, 36 3, 14 5!, 10 24, 7 44!, 32 36, 54 50, 56 74, 38 95, 14 98, -2 88",
        "14 6, 11 24, 8 44!, 28 37, 52 50, 54 76, 32 97, 0 92 / 14 5, 36 4, 66 0",
        "58 2, 32 3, 12 14, 10 34, 30 47, 50 62, 48 86, 26 99, 0 90",
        "72 0, 46 6, 26 6!, 18 22, 12 42, 32 44, 48 58, 46 82, 22 98, -4 92",
        "14 8, 10 26, 4 46!, 28 40, 48 54, 44 82, 20 98, -4 88 / 12 10, 38 10, 68 4",
    ),
    6: (
        "42 0, 20 20, 5 54, 8 84, 26 99, 46 88, 50 68, 36 56, 18 64, 8 80",
        "22 0, 8 32, 2 68, 10 94, 30 97, 48 80, 42 62, 22 64, 6 82",
        "48 3, 26 12, 9 42, 4 72, 18 96, 42 94, 51 74, 40 59, 20 63, 8 78",
        "34 0, 16 26, 4 60, 10 90, 28 98, 42 84, 38 66, 22 66, 12 84, 16 96",
    ),
    7: (
        "0 6, 26 6, 56 3!, 47 28, 38 60, 31 100",
        "2 26, 4 6!, 30 7, 58 4!, 46 38, 38 64, 34 100",
        "0 8, 28 6, 54 4!, 44 32, 36 62, 30 100 / 18 56, 36 52, 58 48",
        "0 16, 16 6, 38 8, 54 8, 53 26, 44 54, 38 78, 36 100",
        "4 14, 14 4, 34 6, 58 0!, 44 36, 30 68, 20 100",
        "0 4, 24 8, 54 8, 50 24, 32 54, 24 78, 24 100",
    ),
    8: (
        "48 14, 28 1, 8 14, 16 36, 36 54, 46 78, 28 99, 6 86, 12 64, 34 42, 48 22, 44 8",
        "40 4, 16 6, 10 26, 28 46, 46 66, 40 92, 18 98, 4 80, 16 60, 38 40, 48 18, 38 3",
        "28 46, 10 34, 12 10, 32 1, 48 16, 42 36, 24 50, 6 72, 14 95, 34 98, 48 78, 38 56, 24 46",
        "52 8, 30 2, 12 18, 24 38, 40 54, 42 80, 24 98, 8 84, 18 62, 40 36, 56 12",
    ),
    9: (
        "42 18, 26 2, 7 12, 4 36, 18 48, 33 38, 43 14!, 42 40, 39 70, 35 100",
        "40 10, 21 2, 5 20, 9 42, 26 44, 42 20, 46 10, 46 44, 39 76, 25 100",
        "43 16, 26 2, 8 12, 3 34, 16 47, 34 40, 44 16, 46 50, 40 78, 26 98, 14 98",
        "39 20, 25 4, 7 14, 4 34, 16 44, 32 34, 39 18, 33 50, 23 76, 12 100",
        "46 12, 26 6, 8 26, 15 45, 34 40, 47 14!, 44 50, 38 100",
    ),
}


class WayTables(NamedTuple):
    """All A ways of writing as arrays: what is the same for every writer.

    curve (A, POINTS, K): weights of the K control points at each sample of the pen's path
    control (A, K, 2): the control points, zero where a way has fewer than K
    stroke (A, POINTS): the stroke that a sample belongs to · digit (A,): what the way writes
    """

    curve: np.ndarray
    control: np.ndarray
    stroke: np.ndarray
    digit: np.ndarray


@cache
def way_tables() -> WayTables:
    """The tables of all WAYS; made once, and not to be changed."""
    digits = [digit for digit, ways in WAYS.items() for _ in ways]
    parsed = [_parse(way) for ways in WAYS.values() for way in ways]
    width = max(sum(len(piece) for piece, _ in pieces) for pieces in parsed)
    curve = np.zeros((len(parsed), POINTS, width), np.float32)
    control = np.zeros((len(parsed), width, 2), np.float32)
    stroke = np.zeros((len(parsed), POINTS), np.int64)
    for way, pieces in enumerate(parsed):
        lengths = [np.linalg.norm(np.diff(piece, axis=0), axis=1).sum() for piece, _ in pieces]
        ends = np.round(np.cumsum(lengths) / sum(lengths) * POINTS).astype(int)
        start = 0
        used: list[tuple[float, float]] = []  # so that the point of a sharp turn is stored once
        for (piece, number), end in zip(pieces, ends, strict=True):
            joined = bool(used) and used[-1] == tuple(piece[0])
            first = len(used) - joined
            used += [(x, y) for x, y in piece[joined:]]
            columns = slice(first, first + len(piece))
            curve[way, start:end, columns] = _spline_weights(piece, end - start)
            stroke[way, start:end] = number
            start = end
        control[way, : len(used)] = used
    return WayTables(curve, control, stroke, np.array(digits))


def _parse(way: str) -> list[tuple[np.ndarray, int]]:
    """The smooth pieces (K, 2) of a way, and the number of the stroke that each belongs to.

    A sharp turn ends one piece and starts another.
    """
    pieces = []
    for number, stroke in enumerate(way.split("/")):
        piece: list[list[float]] = []
        for point in stroke.split(","):
            piece.append([float(value) for value in point.strip().rstrip("!").split()])
            if "!" in point and len(piece) > 1:
                pieces.append((np.array(piece), number))
                piece = [piece[-1]]
        if len(piece) > 1:
            pieces.append((np.array(piece), number))
    return pieces


def _spline_weights(piece: np.ndarray, samples: int) -> np.ndarray:
    """Weights (samples, K) of a natural cubic spline through the K points of a piece (K, 2).

    The parameter is the length along straight lines between the points. `Numerical Recipes`, 3.3.
    """
    steps = np.linalg.norm(np.diff(piece, axis=0), axis=1)
    knots = np.concatenate([[0], np.cumsum(steps)])
    size = len(knots)
    left, right = np.eye(size), np.zeros((size, size))  # left @ second derivatives = right @ values
    for k in range(1, size - 1):
        before, after = steps[k - 1], steps[k]
        left[k, k - 1 : k + 2] = before / 6, (before + after) / 3, after / 6
        right[k, k - 1 : k + 2] = 1 / before, -1 / before - 1 / after, 1 / after
    bend = np.linalg.solve(left, right)
    at = (np.arange(samples) + 0.5) / samples * knots[-1]
    k = np.searchsorted(knots, at).clip(1, size - 1) - 1
    b = ((at - knots[k]) / steps[k])[:, None]
    a, square, value = 1 - b, (steps[k] ** 2 / 6)[:, None], np.eye(size)
    return (
        a * value[k] + b * value[k + 1] + square * ((a**3 - a) * bend[k] + (b**3 - b) * bend[k + 1])
    )
