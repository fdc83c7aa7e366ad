"""Draw what autograd recorded: from a loss along its `grad_fn` back to the tensors behind it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor
from torch.autograd.graph import Node as Operation

from course_utils.plots.style import ACCENT, HOUSE, INK, QUIET, canvas, set_finding

SIGNS = {"Add": "+", "Sub": "−", "Rsub": "−", "Mul": "×", "Div": "÷", "Exp": "exp", "Pow": "( )²"}

# "named": the result of an operation that has a name · "parameter": a gradient arrives there
# "constant": it wants no gradient · "unreached": a gradient should arrive and doesn't
Kind = Literal["loss", "operation", "named", "parameter", "constant", "unreached"]
LOOKS: dict[Kind, dict[str, Any]] = {
    "loss": {"fc": INK, "ec": INK},
    "operation": {"fc": "white", "ec": "#b8bac2", "lw": 1.2},
    "named": {"fc": "#e4e9f5", "ec": HOUSE, "lw": 1.6},
    "parameter": {"fc": HOUSE, "ec": HOUSE},
    "constant": {"fc": "white", "ec": QUIET, "lw": 1.4, "ls": "--"},
    "unreached": {"fc": "white", "ec": ACCENT, "lw": 2.2},
}


@dataclass(eq=False)
class Node:
    """An operation or a tensor in the drawing.

    parents: the nodes that it was computed from · at: where it is drawn, column and row.
    """

    label: str
    kind: Kind
    parents: list[Node] = field(default_factory=list)
    at: tuple[float, float] = (0.0, 0.0)


def autograd_graph(
    loss: Tensor,
    names: Mapping[str, Tensor],
    made_from: Mapping[str, list[str]] | None = None,
    title: str = "",
    fig: Figure | None = None,
) -> Figure:
    """The recorded path from `loss` (a scalar) back to the tensors in `names`, drawn as boxes.

    made_from: what a named tensor was computed from where autograd has no record of it, such as
    {"z": ["mu", "logvar"]}; drawn as a broken line.
    """
    root = _read_graph(loss, names)
    for node in _all_nodes(root):
        if node.kind == "constant":
            lost = (made_from or {}).get(node.label, [])
            node.parents += [Node(name, "unreached") for name in lost]
    _place(root)
    nodes = _all_nodes(root)
    columns, rows = (max(node.at[axis] for node in nodes) for axis in (0, 1))
    fig, (ax,) = canvas(fig, 9.5, 1.0 * (rows + 1) + 0.7)
    for node in nodes:
        for parent in node.parents:
            _draw_edge(ax, parent, node)
    for node in nodes:
        _draw_box(ax, node)
    ax.set(xlim=(-0.7, columns + 0.7), ylim=(-0.6, rows + 0.6))
    ax.axis("off")
    set_finding(fig, title)
    return fig


def reached(loss: Tensor, names: Mapping[str, Tensor]) -> list[str]:
    """Which of the tensors in `names` a gradient of `loss` arrives at, in the order of `names`."""
    nodes = _all_nodes(_read_graph(loss, names))
    found = {node.label for node in nodes if node.kind == "parameter"}
    return [name for name in names if name in found]


def _read_graph(loss: Tensor, names: Mapping[str, Tensor]) -> Node:
    """The node of `loss`, whose parents lead back to everything that it was computed from."""
    if loss.grad_fn is None:
        return Node("loss", "loss", [Node("", "constant")])
    return Node("loss", "loss", [_read_operation(loss.grad_fn, names, {})])


def _read_operation(
    operation: Operation, names: Mapping[str, Tensor], known: dict[Operation, Node]
) -> Node:
    """The node of an operation and, as its parents, the nodes of its inputs.

    known: the nodes made so far, so that a tensor used twice is drawn once.
    """
    if operation in known:
        return known[operation]
    leaf = getattr(operation, "variable", None)  # only where a leaf collects its gradient
    if leaf is not None:
        name = next((name for name, tensor in names.items() if tensor is leaf), "")
        known[operation] = Node(name, "parameter")
        return known[operation]
    word = re.sub(r"Backward\d*$", "", type(operation).__name__)  # MulBackward0 -> Mul
    node = known[operation] = Node(SIGNS.get(word, word.lower()), "operation")
    constants = _constants_in(operation, names)
    for source, _ in operation.next_functions:
        if source is not None:
            node.parents.append(_read_operation(source, names, known))
        elif constants:
            node.parents.append(Node(constants.pop(0), "constant"))
    name = next((name for name, tensor in names.items() if tensor.grad_fn is operation), "")
    if name:
        known[operation] = Node(name, "named", [node])
    return known[operation]


def _constants_in(operation: Operation, names: Mapping[str, Tensor]) -> list[str]:
    """Names of the inputs of an operation that want no gradient, as far as it has saved them."""
    saved = [getattr(operation, word) for word in dir(operation) if word.startswith("_saved_")]
    places = {tensor.data_ptr() for tensor in saved if isinstance(tensor, Tensor)}
    constants = [name for name, tensor in names.items() if not tensor.requires_grad]
    return [name for name in constants if names[name].data_ptr() in places]


def _all_nodes(root: Node) -> list[Node]:
    """Every node once, the root first, then its parents, then theirs."""
    found = {root: None}
    waiting = [root]
    while waiting:
        new = [parent for parent in waiting.pop(0).parents if parent not in found]
        found |= dict.fromkeys(new)
        waiting += new
    return list(found)


def _place(root: Node) -> None:
    """Choose where nodes are drawn: the loss at the right, each node left of all that uses it.

    Leaves get a row each, and every other node the mean row of its parents.
    """
    nodes = _all_nodes(root)
    distance = dict.fromkeys(nodes, 0)  # edges on the longest path from the loss
    for _ in nodes:  # a path has at most as many edges as there are nodes
        for node in nodes:
            for parent in node.parents:
                distance[parent] = max(distance[parent], distance[node] + 1)
    rows: dict[Node, float] = {}
    free_rows = itertools.count()

    def row_of(node: Node) -> float:
        if node not in rows:
            heights = [row_of(parent) for parent in node.parents]
            rows[node] = sum(heights) / len(heights) if heights else next(free_rows)
        return rows[node]

    for node in nodes:
        node.at = (max(distance.values()) - distance[node], row_of(node))


def _draw_edge(ax: Axes, parent: Node, node: Node) -> None:
    """An arrow the way a gradient goes, from `node` to `parent`, or a cross where it can't."""
    style: dict[str, Any] = {
        "arrowstyle": "-|>",
        "shrinkA": 22,
        "shrinkB": 22,
        "lw": 2.2,
        "color": HOUSE,
    }
    if parent.kind == "constant":
        style |= {"arrowstyle": "-", "lw": 1.2, "color": QUIET, "ls": ":"}
    if parent.kind == "unreached":
        style |= {"arrowstyle": "-", "color": ACCENT, "ls": (0, (4, 3))}
        x, y = _middle(parent.at, node.at)
        ax.plot(x, y, marker="X", ms=15, color=ACCENT, mec="white", zorder=4)
    ax.annotate("", xy=parent.at, xytext=node.at, arrowprops=style, zorder=1)


def _middle(a: Sequence[float], b: Sequence[float]) -> tuple[float, float]:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2


def _draw_box(ax: Axes, node: Node) -> None:
    color = "white" if node.kind in ("loss", "parameter") else INK
    shape = "round,pad=0.45" if node.kind != "operation" else "round4,pad=0.3"
    weight = "normal" if node.kind in ("operation", "constant") else "bold"
    box = {"boxstyle": shape, **LOOKS[node.kind]}
    style: dict[str, Any] = {"fontsize": 13, "color": color, "weight": weight, "bbox": box}
    ax.text(*node.at, node.label, ha="center", va="center", zorder=3, **style)
