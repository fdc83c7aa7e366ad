"""Python's and torch's error messages, said again in plain words."""

from __future__ import annotations

import re
import traceback

PLAIN = [
    (
        r"name '(\w+)' is not defined",
        "`{0}` has no value yet: a spelling, or a line that must come first.",
    ),
    (
        r"size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\)",
        "two shapes don't fit: one has {0} entries where the other has {1}. Print both `.shape`s; "
        "`x[:, None]` adds a dimension of size 1, `keepdim=True` keeps one after a sum.",
    ),
    (
        r"shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)",
        "a matrix product of ({0}, {1}) with ({2}, {3}): the inner sizes must be equal. A `.T` may be missing.",
    ),
    (
        r"element 0 of tensors does not require grad",
        "there is no graph to differentiate: something cut it (`.detach()`, `.data`, `torch.no_grad()`, `.numpy()`).",
    ),
    (
        r"Can't call numpy\(\) on Tensor that requires grad",
        "NumPy can't follow gradients; stay in torch.",
    ),
    (
        r"leaf Variable that requires grad.*in-place|modified by an inplace operation",
        "a tensor that autograd needs was changed in place; write `x = x + …` where you wrote `x += …`.",
    ),
    (
        r"only one element tensors can be converted|only one element.*Boolean value",
        "one number is needed here, and the tensor holds several. A `.sum()`, `.mean()` or `.all()` may be missing.",
    ),
    (
        r"Boolean value of Tensor with more than one value",
        "`if` needs one True or False, and this tensor holds several. Use `torch.where`, or `.all()` / `.any()`.",
    ),
    (
        r"expected scalar type (\w+) but found (\w+)|must have the same dtype",
        "two tensors of different dtypes meet; `.float()` on one of them, or `dtype=` where you make it.",
    ),
    (
        r"'(\w+)' object has no attribute '(\w+)'",
        "a {0} has no `.{1}`: a spelling, or a value of another type than you expect.",
    ),
    (
        r"takes (\d+) positional arguments? but (\d+) (?:was|were) given",
        "it was called with {1} arguments and takes {0}.",
    ),
    (r"missing \d+ required positional arguments?: (.+)", "a call leaves out {0}."),
    (
        r"index (-?\d+) is out of bounds for dimension (\d+) with size (\d+)",
        "index {0} in a dimension that has {2} entries; the last one is {2} − 1.",
    ),
    (
        r"Dimension out of range \(expected to be in range of \[(-?\d+), (-?\d+)\], but got (-?\d+)\)",
        "`dim={2}` on a tensor whose dimensions go from {0} to {1}.",
    ),
    (
        r"unsupported operand type\(s\) for .+NoneType",
        "one of the two is None. If it is a `.grad`: a tensor has one only after `requires_grad_()` "
        "and `backward()`, and a tensor computed from others has none.",
    ),
    (
        r"unsupported operand type\(s\) for .+'tuple'|multiply sequence by non-int",
        "one of the two is a tuple. `torch.autograd.grad` returns a tuple even for one input: "
        "`(g,) = torch.autograd.grad(…)`.",
    ),
    (
        r"grad can be implicitly created only for scalar outputs",
        "a gradient is taken of one number, and this tensor holds several: `.sum()` it first.",
    ),
    (
        r"Incompatible shapes of A and B for the equation",
        "`torch.linalg.solve(A, B)` wants the right-hand sides as columns of B: give it the transpose, `.T`.",
    ),
    (
        r"cannot sample n_sample > prob_dist",
        "more draws than there are choices: `torch.multinomial` needs `replacement=True`.",
    ),
    (
        r"unsupported operand type\(s\) for (.+): '(\w+)' and '(\w+)'",
        "`{0}` between a {1} and a {2}.",
    ),
    (
        r"not positive.definite|is not positive-definite",
        "this matrix is no covariance (not positive definite): a variance of 0, or more dimensions than examples.",
    ),
    (
        r"does not match the expected.*|view size is not compatible",
        "the memory of this tensor is not laid out for `.view`; use `.reshape`.",
    ),
    (
        r"shape '(.+)' is invalid for input of size (\d+)",
        "{1} entries can't be arranged as {0}: the product of the sizes must be equal.",
    ),
    (r"recursion depth exceeded", "the function calls itself without end."),
]


LAYER = (
    "a layer `nn.Linear` expects {2} numbers an example and got {1}. Is `nn.Flatten()` missing, or do "
    "two layers stand in the wrong order?"
)


def plain(error: BaseException) -> str:
    """The error in plain words, "" where Python's own words are the best there are."""
    shapes = re.search(r"shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)", str(error))
    if shapes and _raised_in(error, "linear.py"):
        return LAYER.format(*shapes.groups())
    for pattern, words in PLAIN:
        if found := re.search(pattern, str(error), flags=re.DOTALL):
            groups = [g or "" for g in found.groups()]
            return words.format(*groups)
    return ""


def _raised_in(error: BaseException, file: str) -> bool:
    return any(frame.filename.endswith(file) for frame in traceback.extract_tb(error.__traceback__))
