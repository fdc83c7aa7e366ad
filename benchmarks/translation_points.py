"""What `benchmarks.translation` measures on points: clouds, a flat square, vowels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import pairwise

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from benchmarks.translation_unpaired import SETTINGS, TEST, Rows, train_unpaired
from course_utils.data.vowels import (
    BINS,
    HIGHER_FORMANTS,
    VOWELS,
    Vowels,
    draw_vowels,
    find_formants,
    in_voice_b,
    name_vowel,
    sing,
)
from course_utils.device import set_seed
from coursework.exercises.nb15.content import content_kept
from coursework.exercises.nb15.pitch import convert_pitch

SCALE, DB = 2.5, 8.686  # the spread of an envelope; one unit of it in dB
CORNERS = torch.tensor([[1.0, 1], [-1, 1], [-1, -1], [1, -1]])
TRUTHS: dict[str, Callable[[Tensor], Tensor]] = {
    "a small shift": lambda x: x + torch.tensor([0.5, 0.3]),
    "a quarter turn": lambda x: x @ torch.tensor([[0.0, 1], [-1, 0]]),
}


class Mlps(nn.Module):
    """As in the notebook: `count` networks at once, (N, D) or (count, N, D) to (count, N, out)."""

    def __init__(self, count: int, *sizes: int, residual: bool = False) -> None:
        super().__init__()
        self.count, self.residual = count, residual
        pairs = list(pairwise(sizes))
        gains = [1.4] * (len(pairs) - 1) + [0.1 if residual else 1.0]
        self.weights = nn.ParameterList(
            gain * torch.randn(count, i, o) / i**0.5
            for gain, (i, o) in zip(gains, pairs, strict=True)
        )
        self.biases = nn.ParameterList(torch.zeros(count, 1, o) for _, o in pairs)

    def forward(self, x: Tensor) -> Tensor:
        h = x = x.expand(self.count, *x.shape[-2:])
        for layer, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            h = torch.baddbmm(bias, F.leaky_relu(h, 0.2) if layer else h, weight)
        return x + h if self.residual else h


def new_nets(count: int, size: int, hidden: int, residual: bool, seed: int) -> list[Mlps]:
    """g, f, d_a, d_b, `count` of each, for points of `size` numbers."""
    set_seed(seed)
    maps = [Mlps(count, size, hidden, hidden, size, residual=residual) for _ in range(2)]
    return maps + [Mlps(count, size, hidden, hidden, 1) for _ in range(2)]


def four_clouds(n: int, seed: int) -> tuple[Tensor, Tensor]:
    """Points (n, 2), and at which corner each is, (n,)."""
    chance = Generator().manual_seed(seed)
    corner = torch.randint(4, (n,), generator=chance)
    return CORNERS[corner] + 0.25 * torch.randn(n, 2, generator=chance), corner


def measure_clouds(seed: int) -> Rows:
    a, b = four_clouds(2000, seed)[0], four_clouds(2000, seed + 1)[0]
    (points, corner), rows = four_clouds(400, seed + 2), list[Mapping[str, object]]()
    for truth, move in TRUTHS.items():
        for network, weight in SETTINGS:
            nets = new_nets(8, 2, 32, network == "residual", seed)
            train_unpaired(nets, a, move(b), seed, weight, epochs=20, batch_size=128)
            with torch.no_grad():
                there = nets[0](points)
                cycle = (nets[1](there) - points).abs().mean((1, 2))
            at = torch.cdist(there, move(CORNERS).expand(8, -1, -1)).argmin(2)
            right = (at == corner).float().mean(1)
            ends = torch.stack([at[:, corner == c].mode(1).values for c in range(4)], 1)  # (8, 4)
            one_to_one = sum(len(set(row)) == 4 for row in ends.tolist())
            head: dict[str, object] = {"truth": truth, "network": network}
            numbers = {
                "cycle weight": f"{weight:g}",
                "seed": seed,
                "right": int((right > 0.95).sum()),
                "four corners": one_to_one,
                "cycle, lowest": f"{cycle.min():.3f}",
                "cycle, highest": f"{cycle.max():.3f}",
            }
            rows.append(head | numbers)
    return rows


def square(n: int, seed: int) -> Tensor:
    """Points (n, 2), anywhere in the square from -1 to 1."""
    return 2 * torch.rand(n, 2, generator=Generator().manual_seed(seed)) - 1


def measure_hidden(seed: int) -> Rows:
    """A square is translated to a line, which has no room for the second coordinate."""
    a, b, points = square(2000, seed), square(2000, seed + 1), square(400, seed + 2)
    nets, flat = new_nets(8, 2, 32, True, seed), b * torch.tensor([1.0, 0.0])
    train_unpaired(nets, a, flat, seed, weight=30.0, epochs=40, batch_size=128)
    row: dict[str, object] = {"seed": seed}
    with torch.no_grad():
        there = nets[0](points)  # (8, 400, 2)
        row["off the line"] = f"{there[..., 1].abs().mean(1).median():.3f}"
        row["along the line"] = f"{(there - points)[..., 0].abs().mean(1).median():.3f}"
        for noise in (0.0, 0.02, 0.05, 0.1):
            back = nets[1](there + noise * torch.randn(there.shape))
            lost = (back - points)[..., 1].abs().mean(1)  # of the second coordinate, (8,)
            row[f"recovered, noise {noise:g}"] = f"{lost.median():.3f}"
    return [row]


@lru_cache
def two_voices(seed: int) -> tuple[Vowels, Vowels, Vowels, Tensor]:
    """Vowels of A and B to learn from, of A to test with, and these in voice B."""
    heard = draw_vowels(TEST, "A", seed=seed + 50)
    voice_a, voice_b = (draw_vowels(600, voice, seed=seed) for voice in "AB")
    return voice_a, voice_b, heard, in_voice_b(heard)


@lru_cache
def convert(seed: int, network: str, weight: float) -> tuple[Tensor, Tensor]:
    """Test envelopes in voice B by six networks (6, N, BINS), and cycle errors in dB (6,)."""
    voice_a, voice_b, heard, _ = two_voices(seed)
    nets = new_nets(6, BINS, 64, network == "residual", seed)
    a, b, shape = (v.envelopes / SCALE for v in (voice_a, voice_b, heard))
    train_unpaired(nets, a, b, seed, weight, epochs=25, batch_size=64)
    with torch.no_grad():
        there = nets[0](shape)
        cycle = (nets[1](there) - shape).abs().mean((1, 2))
    return SCALE * there, SCALE * DB * cycle


def mean_and_sd(seed: int) -> Tensor:
    """The baseline: each band of the test envelopes shifted and scaled to voice B's, (N, BINS)."""
    a, b, shape = (v.envelopes for v in two_voices(seed)[:3])
    return (shape - a.mean(0)) / a.std(0) * b.std(0) + b.mean(0)


def vowels_kept(seed: int, envelopes: Tensor) -> float:
    """The share of envelopes (N, BINS) that are nearest to their own vowel of voice B."""
    _, voice_b, heard, _ = two_voices(seed)
    centers = torch.stack([voice_b.envelopes[voice_b.labels == v].mean(0) for v in range(5)])
    return content_kept(heard.labels, torch.cdist(envelopes, centers).argmin(1), 5)[0]


def measure_vowels(seed: int) -> Rows:
    _, _, heard, truth = two_voices(seed)
    runs = {("nothing done", ""): heard.envelopes[None]}
    runs["mean and sd per band", ""] = mean_and_sd(seed)[None]
    runs |= {(kind, f"{weight:g}"): convert(seed, kind, weight)[0] for kind, weight in SETTINGS}
    rows: Rows = []
    for (kind, weight), there in runs.items():
        error = DB * (there - truth).abs().mean((1, 2))
        kept = torch.tensor([vowels_kept(seed, run) for run in there])
        cycle = convert(seed, kind, float(weight))[1] if weight else torch.zeros(0)
        head: dict[str, object] = {"map": kind, "cycle weight": weight, "seed": seed}
        numbers = {
            "error, lowest": f"{error.min():.1f}",
            "error, highest": f"{error.max():.1f}",
            "kept, lowest": f"{kept.min():.2f}",
            "kept, highest": f"{kept.max():.2f}",
            "exchanged": int((kept < 0.9).sum()) if weight else "",
            "cycle, lowest": f"{cycle.min():.1f}" if weight else "",
            "cycle, highest": f"{cycle.max():.1f}" if weight else "",
        }
        rows.append(head | numbers)
    return rows


def sung(seed: int) -> dict[str, tuple[Tensor, Tensor, float]]:
    """What the notebook plays: name -> envelopes (N, BINS), pitch (N,), height of the formants."""
    voice_a, voice_b, heard, truth = two_voices(seed)
    logs = [v.f0.log() for v in (voice_a, voice_b)]
    numbers = [float(n) for log in logs for n in (log.mean(), log.std())]
    pitch, plain = convert_pitch(heard.f0, *numbers), convert(seed, "plain", 10.0)[0]
    spoken = {"voice B, the truth": truth, "mean and sd per band": mean_and_sd(seed)}
    spoken["plain"] = min(plain, key=lambda run: vowels_kept(seed, run))
    spoken["residual"] = convert(seed, "residual", 10.0)[0][0]
    first = {"voice A": (heard.envelopes, heard.f0, 1.0)}
    return first | {name: (shapes, pitch, HIGHER_FORMANTS) for name, shapes in spoken.items()}


def measure_sounds(seed: int) -> Rows:
    """All test vowels as the notebook plays them, analyzed as sounds."""
    heard, rows = two_voices(seed)[2], list[Mapping[str, object]]()
    kinds = [heard.envelopes[heard.labels == v].mean(0) for v in range(len(VOWELS))]
    typical = torch.cdist(torch.stack(kinds), heard.envelopes).argmin(1).tolist()
    for name, (shapes, f0, higher) in sung(seed).items():
        sound = sing(shapes, f0)
        found = torch.tensor([find_formants(part).tolist() for part in sound.reshape(TEST, -1)])
        names = [name_vowel(f1, f2, higher) for f1, f2, _ in found.tolist()]
        off = (found / (higher * heard.formants) - 1).abs().nanmean(0)
        right = sum(VOWELS[v] == n for v, n in zip(heard.labels.tolist(), names, strict=True))
        head: dict[str, object] = {"sound": name, "seed": seed}
        numbers = {
            "heard": " ".join(names[place] for place in typical),
            "named right": f"{right / TEST:.2f}",
            "F1 off": f"{off[0]:.0%}",
            "F2 off": f"{off[1]:.0%}",
        }
        rows.append(head | numbers)
    return rows
