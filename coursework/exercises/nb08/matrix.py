"""Exercise `traversal_matrix`: how far each latent moves each factor."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Generator, Tensor

from coursework.checking.exercise import Case, Exercise, Property
from coursework.exercises.nb08.traversal import latent_traversal
from coursework.exercises.rules import Wrong, named

Apply = Callable[[Tensor], Tensor]


def traversal_matrix(decode: Apply, read: Apply, z: Tensor, values: Tensor) -> Tensor:
    """How far each latent moves each factor, (K, F), from codes z (N, K) and values (V, K).

    Latent k is set to values[:, k] in each code, all is decoded, `read` gives (V, F): largest
    minus smallest reading of each factor, mean over the codes.
    """
    rows = []
    for dim in range(z.shape[1]):
        read_at = torch.stack(
            [read(latent_traversal(decode, code, dim, values[:, dim])) for code in z]
        )
        rows.append((read_at.amax(1) - read_at.amin(1)).mean(0))  # (N, V, F) to (F,)
    return torch.stack(rows)


def _bent(inputs: int, outputs: int, generator: Generator) -> Apply:
    """A map (M, inputs) to (M, outputs) that rises and falls, its outputs of different sizes."""
    weight = torch.randn(inputs, outputs, generator=generator)
    bias, size = torch.randn(outputs, generator=generator), 1 + torch.arange(outputs)

    def apply(x: Tensor) -> Tensor:
        return size * (torch.sin(1.5 * x @ weight + bias) + 0.2 * (x @ weight))

    return apply


def _cases(generator: Generator) -> Iterator[Case]:
    for n, k, f, v, label in (
        (5, 3, 4, 6, "more factors than latents"),
        (4, 6, 2, 5, "more latents than factors"),
        (1, 3, 2, 5, "a single code"),
    ):
        decode, read = _bent(k, 7, generator), _bent(7, f, generator)
        values = torch.randn(v, k, generator=generator) + torch.arange(k) / 2
        yield Case((decode, read, torch.randn(n, k, generator=generator), values), label)


def _table(decode: Apply, read: Apply, z: Tensor, values: Tensor) -> Tensor:
    """All readings, (K, N, V, F)."""
    rows = [
        [read(latent_traversal(decode, code, dim, values[:, dim])) for code in z]
        for dim in range(z.shape[1])
    ]
    return torch.stack([torch.stack(row) for row in rows])


def _adding(decode: Apply, read: Apply, z: Tensor, values: Tensor) -> Tensor:
    shifted = [traversal_matrix(decode, read, code[None], values + code) for code in z]
    return torch.stack(shifted).mean(0)


def _all_at_once(decode: Apply, read: Apply, z: Tensor, values: Tensor) -> Tensor:
    read_at = read(decode(values))
    return (read_at.amax(0) - read_at.amin(0)).expand(z.shape[1], -1).clone()


def _left_where_it_was(decode: Apply, read: Apply, z: Tensor, values: Tensor) -> Tensor:
    """Each latent stays at its last value while the next one is turned."""
    z, rows = z.clone(), []
    for dim in range(z.shape[1]):
        rows.append(traversal_matrix(decode, read, z, values)[dim])
        z[:, dim] = values[-1, dim]
    return torch.stack(rows)


def _same_values(column: Callable[[Tensor], Tensor]) -> Wrong:
    return lambda decode, read, z, values: traversal_matrix(
        decode, read, z, column(values).expand_as(values)
    )


def _still_factor(fn: Wrong, generator: Generator) -> str | None:
    decode, read = _bent(3, 5, generator), _bent(5, 2, generator)
    z, values = (torch.randn(n, 3, generator=generator) for n in (4, 6))

    def blind(codes: Tensor) -> Tensor:
        return decode(codes * torch.tensor([1.0, 0.0, 1.0]))

    worst = float(fn(blind, read, z, values)[1].abs().max())
    if worst < 1e-4:
        return None
    return (
        "A decoder that ignores latent 1 draws the same picture at all of its values, so row 1 "
        "must "
        f"be 0; yours goes up to {worst:.3g}."
    )


MISTAKES = [
    *named({
        "transposed": ("Rows and columns are exchanged: a row is a latent, a column is a factor.",
            lambda t: (t.amax(2) - t.amin(2)).mean(1).T),
        "last_minus_first": ("You compare the reading at the last value with that at the first. A "
            "factor may go up and come back on the way: largest minus smallest reading.",
            lambda t: (t[:, :, -1] - t[:, :, 0]).abs().mean(1),
            lambda t: (t[:, :, -1] - t[:, :, 0]).mean(1),
            lambda t: (t[:, :, -1] - t[:, :, 0]).mean(1).abs()),
        "steps_added_up": ("You added up the steps from value to value: that is the length of the "
            "way, not how far apart its ends in each factor are. Largest minus smallest reading.",
            lambda t: t.diff(dim=2).abs().sum(2).mean(1)),
        "standard_deviation": ("You took the standard deviation of the readings, or their "
            "variance. Asked for is largest minus smallest, in shares of the range.",
            lambda t: t.std(2).mean(1), lambda t: t.std(2, correction=0).mean(1),
            lambda t: t.var(2).mean(1), lambda t: t.var(2, correction=0).mean(1)),
        "averaged_first": ("You averaged the readings over the codes, and took largest minus "
            "smallest of the means. What moves one face up and the next one down cancels that way. "
            "Take the range for each code, then the mean of the ranges.",
            lambda t: t.mean(1).amax(1) - t.mean(1).amin(1)),
        "range_over_codes": ("You took the largest and the smallest reading over all codes *and* "
            "values. Faces differ before anything is turned, and that counts as movement in yours. "
            "Take the range for each code, then the mean over the codes.",
            lambda t: t.amax((1, 2)) - t.amin((1, 2))),
        "range_between_codes": ("You compared the codes with each other at each value: largest "
            "minus smallest along the wrong axis. Compare the *values* of one code, then take the "
            "mean over the codes.", lambda t: (t.amax(1) - t.amin(1)).mean(1)),
        "mean_of_readings": ("You averaged the readings themselves, which says where a factor is "
            "and not how far it moves: largest minus smallest over the values.",
            lambda t: t.mean((1, 2)), lambda t: t.mean(2).amax(1) - t.mean(2).amin(1)),
        "worst_code": ("You took the code that moves most. Take the mean over the codes.",
            lambda t: (t.amax(2) - t.amin(2)).amax(1)),
        "summed_over_codes": ("You added up over the codes, so more codes move more. Take the "
            "mean.",
            lambda t: (t.amax(2) - t.amin(2)).sum(1)),
        "one_code": ("You turned the latents of one code only. Start from every code of `z`, and "
            "average.", lambda t: (t.amax(2) - t.amin(2))[:, 0],
            lambda t: (t.amax(2) - t.amin(2))[:, -1]),
        "not_averaged": ("You return a matrix for each code. Take the mean over the codes: (K, F).",
            lambda t: t.amax(2) - t.amin(2),
            lambda t: (t.amax(2) - t.amin(2)).transpose(0, 1)),
        "one_number": ("You averaged over latents or factors as well. A row for each latent, a "
            "column for each factor: (K, F).", lambda t: (t.amax(2) - t.amin(2)).mean(),
            lambda t: (t.amax(2) - t.amin(2)).mean((1, 2)),
            lambda t: (t.amax(2) - t.amin(2)).mean((0, 1))),
        "largest_reading": ("That is the largest reading. Subtract the smallest.",
            lambda t: t.amax(2).mean(1)),
        "half_the_range": ("You return half of the range: largest minus *mean*, or a division by "
            "2. Asked for is largest minus smallest.",
            lambda t: (t.amax(2) - t.amin(2)).mean(1) / 2),
        "above_the_mean": ("You took the largest reading minus the mean one. Largest minus "
            "smallest.", lambda t: (t.amax(2) - t.mean(2)).mean(1)),
        "negative": ("You subtracted the largest reading from the smallest.",
            lambda t: (t.amin(2) - t.amax(2)).mean(1)),
    }, read=_table),
    *named({
        "added": ("You *add* the values to the latent. A traversal sets it, so that all codes get "
            "the same values.", _adding),
        "moves_all": ("All latents are set at once, so every row is the same. Turn one latent, and "
            "hold the others at what they are in `z`.", _all_at_once),
        "stays_turned": ("A latent that was turned stays turned while the next one moves: you "
            "change one and the same copy of `z`. Start each row from `z` as it came.",
            _left_where_it_was),
        "one_column": ("Every latent gets the values of one and the same column. `values[:, k]` "
            "are those of latent k.", _same_values(lambda v: v[:, :1]),
            _same_values(lambda v: v[:, -1:]), _same_values(lambda v: v.mean(1, keepdim=True))),
    }),
]  # fmt: skip

TRAVERSAL_MATRIX = Exercise(
    name="traversal_matrix", notebook="08", title="how far each latent moves each factor",
    reference=traversal_matrix, cases=_cases, mistakes=MISTAKES, points=2,
    properties=[Property("still_factor", _still_factor)],
    hints=["One latent and one code first: turn the latent with `latent_traversal`, read the "
           "pictures, and see how far each column of the readings goes. Then two loops around it.",
           "`read(latent_traversal(decode, code, k, values[:, k]))` is (V, F). Largest minus "
           "smallest along dimension 0 is (F,): how far this code's factors move.",
           "`moved = [read(latent_traversal(decode, code, k, values[:, k])) for code in z]`, then "
           "`torch.stack([m.amax(0) - m.amin(0) for m in moved]).mean(0)` is row k."],
)  # fmt: skip
