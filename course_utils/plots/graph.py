"""Draw what autograd recorded: the chain of `grad_fn` from a loss back to the tensors that it reaches."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from course_utils.plots.style import ACCENT, HOUSE, INK, QUIET, canvas, set_finding

SIGNS = {"Add": "+", "Sub": "−", "Rsub": "−", "Mul": "×", "Div": "÷", "Exp": "exp", "Pow": "( )²"}


@dataclass(eq=False)
class Node:
    """An operation or a tensor; `parents` are what it was made from."""

    label: str
    kind: str  # "operation", "parameter" (a gradient arrives), "constant" or "unreached"
    parents: list[Node] = field(default_factory=list)
    at: tuple[float, float] = (0.0, 0.0)


def autograd_graph(
    loss: Tensor,
    names: Mapping[str, Tensor],
    made_from: Mapping[str, list[str]] | None = None,
    title: str = "",
    fig: Figure | None = None,
) -> Figure:
    """The recorded way from `loss` back to the tensors in `names`, which are drawn as boxes.

    made_from: what a named tensor was computed from, for tensors that autograd has no record of;
    drawn as a broken line ({"z": ["mu", "logvar"]}).
    """
    root = _read(loss, names)
    for node in _all(root):
        for name in (made_from or {}).get(node.label, []) if node.kind == "constant" else []:
            node.parents.append(Node(name, "unreached"))
    _place(root)
    nodes = _all(root)
    width = max(node.at[0] for node in nodes)
    height = max(node.at[1] for node in nodes)
    fig, (ax,) = canvas(fig, 9.5, 1.0 * (height + 1) + 0.7)
    for node in nodes:
        for parent in node.parents:
            _edge(ax, parent, node)
    for node in nodes:
        _box(ax, node)
    ax.set(xlim=(-0.7, width + 0.7), ylim=(-0.6, height + 0.6))
    ax.axis("off")
    set_finding(fig, title)
    return fig


def reached(loss: Tensor, names: Mapping[str, Tensor]) -> list[str]:
    """Which of the tensors in `names` a gradient of `loss` arrives at, in the order of `names`."""
    found = {node.label for node in _all(_read(loss, names)) if node.kind == "parameter"}
    return [name for name in names if name in found]


def _read(loss: Tensor, names: Mapping[str, Tensor]) -> Node:
    """The graph of `loss`, read from its `grad_fn`."""
    known: dict[object, Node] = {}

    def visit(function: object) -> Node:
        if function in known:
            return known[function]
        variable = getattr(function, "variable", None)
        if variable is not None:  # the end of the way: a leaf that collects a gradient
            name = next((n for n, t in names.items() if t is variable), "")
            known[function] = Node(name, "parameter")
            return known[function]
        word = re.sub(r"Backward\d*$", "", type(function).__name__)
        node = known[function] = Node(SIGNS.get(word, word.lower()), "operation")
        ends = list(function.next_functions)
        constants = _saved(function, names)
        for end, _ in ends:
            if end is not None:
                node.parents.append(visit(end))
            elif constants:
                node.parents.append(Node(constants.pop(0), "constant"))
        named = next((n for n, t in names.items() if t.grad_fn is function), None)
        if named:  # a tensor on the way that has a name gets a box of its own
            known[function] = Node(named, "passed", [node])
        return known[function]

    top = visit(loss.grad_fn) if loss.grad_fn is not None else Node("", "constant")
    return Node("loss", "loss", [top])


def _saved(function: object, names: Mapping[str, Tensor]) -> list[str]:
    """Names of the tensors that an operation keeps and that want no gradient."""
    kept = [getattr(function, word, None) for word in dir(function) if word.startswith("_saved_")]
    kept = [t for t in kept if isinstance(t, Tensor)]
    return [
        name
        for name, tensor in names.items()
        if not tensor.requires_grad and any(t.data_ptr() == tensor.data_ptr() for t in kept)
    ]


def _all(root: Node) -> list[Node]:
    """Every node once, the root first."""
    found = {root: None}
    waiting = [root]
    while waiting:
        new = [parent for parent in waiting.pop(0).parents if parent not in found]
        found |= dict.fromkeys(new)
        waiting += new
    return list(found)


def _place(root: Node) -> None:
    """The loss at the right, each node left of what it is used for; ends spread from top to bottom."""
    nodes = _all(root)
    depth = dict.fromkeys(nodes, 0)  # of the longest way from the loss
    for node in nodes * len(nodes):
        for parent in node.parents:
            depth[parent] = max(depth[parent], depth[node] + 1)
    rows: dict[Node, float] = {}
    free = itertools.count()

    def spread(node: Node) -> float:
        if node not in rows:
            heights = [spread(parent) for parent in node.parents]
            rows[node] = sum(heights) / len(heights) if heights else next(free)
        return rows[node]

    spread(root)
    for node in nodes:
        node.at = (max(depth.values()) - depth[node], rows[node])


def _edge(ax: Axes, parent: Node, node: Node) -> None:
    """The way a gradient takes from `node` to `parent`, or the place where it can't."""
    style = {"arrowstyle": "-|>", "shrinkA": 22, "shrinkB": 22, "lw": 2.2, "color": HOUSE}
    if parent.kind == "constant":
        style |= {"arrowstyle": "-", "lw": 1.2, "color": QUIET, "ls": ":"}
    if parent.kind == "unreached":
        style |= {"arrowstyle": "-", "color": ACCENT, "ls": (0, (4, 3))}
        middle = [(a + b) / 2 for a, b in zip(parent.at, node.at, strict=True)]
        ax.plot(*middle, marker="X", ms=15, color=ACCENT, mec="white", zorder=4)
    ax.annotate("", xy=parent.at, xytext=node.at, arrowprops=style, zorder=1)


def _box(ax: Axes, node: Node) -> None:
    look = {
        "operation": {"fc": "white", "ec": "#b8bac2", "lw": 1.2},
        "passed": {"fc": "#e4e9f5", "ec": HOUSE, "lw": 1.6},
        "loss": {"fc": INK, "ec": INK},
        "parameter": {"fc": HOUSE, "ec": HOUSE},
        "constant": {"fc": "white", "ec": QUIET, "lw": 1.4, "ls": "--"},
        "unreached": {"fc": "white", "ec": ACCENT, "lw": 2.2},
    }[node.kind]
    color = "white" if node.kind in ("loss", "parameter") else INK
    shape = "round,pad=0.45" if node.kind != "operation" else "round4,pad=0.3"
    weight = "normal" if node.kind in ("operation", "constant") else "bold"
    ax.text(*node.at, node.label, ha="center", va="center", fontsize=13, color=color, weight=weight,
            bbox={"boxstyle": shape, **look}, zorder=3)  # fmt: skip
