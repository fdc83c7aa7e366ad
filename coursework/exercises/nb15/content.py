"""Exercise `content_kept`: does a translation still say the same thing?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from coursework.checking.compare import describe, is_scalar, shape
from coursework.checking.exercise import Case, Exercise, InterfaceError
from coursework.exercises.rules import Wrong, must_be, named


def content_kept(label: Tensor, predicted: Tensor, classes: int) -> tuple[float, Tensor]:
    """The share of translations that keep their class, and a table (C, C) of counts.

    label, predicted (N,) integers. Row of the table: the class before; column: the class after.
    """
    table = torch.bincount(label * classes + predicted, minlength=classes * classes)
    table = table.reshape(classes, classes)
    return float(table.diagonal().sum() / len(label)), table


def _cases(generator: Generator) -> Iterator[Case]:
    for n, classes, label in ((43, 5, "five classes"), (31, 3, "three classes")):
        yield _case(generator, n, classes, classes, label)
    yield _case(generator, 37, 6, 4, "classes that never occur")
    one = torch.randint(4, (1,), generator=generator)
    yield Case((one, (one + 1) % 4, 5), "one translation")


def _case(generator: Generator, n: int, classes: int, used: int, label: str) -> Case:
    """Uneven classes, many of which become another one, and always the same other one."""
    while True:
        share = 0.4 + torch.rand(used, generator=generator)
        labels = torch.multinomial(share, n, replacement=True, generator=generator)
        after = torch.where(torch.rand(n, generator=generator) < 0.45, labels, (labels + 1) % used)
        other = torch.randint(used, (n,), generator=generator)
        after = torch.where(torch.rand(n, generator=generator) < 0.2, other, after)
        table = _table(labels, after, classes)
        kept, rates = _kept(labels, after), _rates(table)
        uneven = abs(float(kept - rates)) > 0.01 and abs(float(kept - _rates(table.T))) > 0.01
        if uneven and not torch.equal(table, table.T) and 0.3 < float(kept) < 0.48:
            return Case((labels, after, classes), label)


def _table(label: Tensor, predicted: Tensor, classes: int) -> Tensor:
    return content_kept(label, predicted, classes)[1]


def _kept(label: Tensor, predicted: Tensor) -> Tensor:
    return (label == predicted).float().mean()


def _rates(table: Tensor) -> Tensor:
    """Mean over the rows that occur of the share on the diagonal."""
    total = table.sum(1)
    return (table.diagonal()[total > 0] / total[total > 0]).mean()


def _best_renaming(table: Tensor) -> Tensor:
    """The share that is kept if every class may be called what it mostly becomes."""
    return table.amax(1).sum() / table.sum()


def _observe(fn: Wrong, label: Tensor, predicted: Tensor, classes: int) -> Any:
    """Share and table; counts may come as floats or lists."""
    value = fn(label, predicted, classes)
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise InterfaceError(
            f"You should return two things, `share, table`; yours is {describe(value)}"
        )
    share, table = value
    if not is_scalar(share) and is_scalar(table):
        raise InterfaceError("You return the table first. The share comes first: `share, table`")
    if not is_scalar(share):
        raise InterfaceError(f"The share should be one number; yours is {describe(share)}")
    table = torch.as_tensor(table)
    if table.shape != (classes, classes):
        raise InterfaceError(
            f"The table should be {(classes, classes)}, a row and a column for each of the "
            f"`classes`, whether they occur or not; yours is {shape(table)}"
        )
    return float(share), table.double()


def _wrong(share: Wrong, table: Wrong = _table) -> Wrong:
    """share(label, predicted, table) and table(label, predicted, classes)."""
    return lambda label, predicted, classes: (
        share(label, predicted, _table(label, predicted, classes)),
        table(label, predicted, classes),
    )


def _right_share(wrong_table: Wrong) -> Wrong:
    return _wrong(lambda label, predicted, table: _kept(label, predicted), wrong_table)


CONTENT_KEPT = Exercise(
    name="content_kept", notebook="15", title="how often the class survives",
    reference=content_kept, cases=_cases, observe=_observe, points=2,
    mistakes=named({
        "transposed": ("The table is transposed. A row is the class *before*, a column the class "
            "after: one count at `table[label, predicted]`.",
            _right_share(lambda *args: _table(*args).T)),
        "shares_in_the_table": ("The table holds shares. Asked for are counts: how many.",
            _right_share(lambda *args: _table(*args) / _table(*args).sum()),
            _right_share(lambda *args: _table(*args)
                / _table(*args).sum(1, keepdim=True).clamp(min=1))),
        "pairs_counted_once": ("The table says *whether* a pair occurs, and not how often. "
            "`table[label, predicted] += 1` with tensors adds 1 once for each different pair; "
            "count in a loop, or with `torch.bincount`.",
            _right_share(lambda *args: (_table(*args) > 0).long())),
        "mean_of_classes": ("The share is the mean of the classes' shares. Asked for is the share "
            "of all translations.", _wrong(lambda label, predicted, table: _rates(table)),
            _wrong(lambda label, predicted, table: _rates(table.T)),
            _wrong(lambda label, predicted, table: (table.diagonal()
                / table.sum(1).clamp(min=1)).mean())),
        "best_renaming": ("You counted what each class *mostly* becomes, whatever that is. If all "
            "a's become e's, nothing is kept.",
            _wrong(lambda label, predicted, table: _best_renaming(table)),
            _wrong(lambda label, predicted, table: _best_renaming(table.T))),
        "share_lost": ("The share is that of the classes that *changed*.",
            _wrong(lambda label, predicted, table: 1 - _kept(label, predicted))),
        "count": ("The first number is how many, not which share.",
            _wrong(lambda label, predicted, table: (label == predicted).sum())),
        "percent": ("The share is in percent. From 0 to 1, please.",
            _wrong(lambda label, predicted, table: 100 * _kept(label, predicted))),
        "divided_by_the_table": ("You divided by the number of classes, or of the table's cells. "
            "Divide by the number of translations.",
            _wrong(lambda label, predicted, table: table.diagonal().sum() / len(table)),
            _wrong(lambda label, predicted, table: table.diagonal().sum() / len(table) ** 2),
            _wrong(lambda label, predicted, table: table.double().diagonal().mean()
                / len(table))),
        "sorted_first": ("You compared how often each class occurs before and after. That says "
            "nothing about which became which: compare place by place.",
            _wrong(lambda label, predicted, table: torch.minimum(table.sum(0), table.sum(1)).sum()
                / table.sum())),
        "silent_broadcast": ("(N, 1) met (N,): every label was compared with every prediction.",
            _wrong(lambda label, predicted, table: (label[:, None] == predicted).float().mean())),
        "off_diagonal_only": ("The diagonal is missing in the table. Those that kept their class "
            "are counted as well.", _right_share(lambda *args: _table(*args)
                - _table(*args).diagonal().diag())),
        "diagonal_only": ("Only the diagonal is there. The table also says what the others "
            "became.", _right_share(lambda *args: _table(*args).diagonal().diag())),
        "one_hot_mean": ("The table is averaged, and counts are asked for.",
            _right_share(lambda label, predicted, classes: (F.one_hot(label, classes).T
                .double() @ F.one_hot(predicted, classes).double()) / classes)),
    }),
    properties=[
        must_be("all_kept", 1.0, lambda fn, _: fn(torch.arange(4), torch.arange(4), 4)[0],
            "Where nothing changes, the share is 1; yours: {:.4g}."),
    ],
    hints=["The share is how often `label` and `predicted` agree. The table counts every pair.",
           "For each i, add 1 at row `label[i]`, column `predicted[i]`. With tensors at once: "
           "`torch.bincount(label * classes + predicted, minlength=classes ** 2)`.",
           "`share = (label == predicted).float().mean().item()`, and the bincount "
           "`.reshape(classes, classes)`"],
)  # fmt: skip
