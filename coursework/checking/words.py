"""Python's and torch's error messages, said again in plain words."""

from __future__ import annotations

import re
import traceback

import torch

from coursework.checking.compare import several

LONGEST = 2000  # characters of a message that are read; patterns may take the square of them
PLAIN = [
    (r"^TODO (\w+):", "`{0}`, which it calls, still ends in its TODO."),
    (
        r"^(exp|log|log2|log10|log1p|sqrt|sin|cos|tanh|erf|lgamma)\(\): argument .* must be Tensor, not (int|float)",
        "`torch.{0}` takes a tensor, and this is a plain number: `math.{0}` is for those.",
    ),
    (
        r"^(\w+)\(\): argument .* must be Tensor, not (int|float|bool)",
        "`torch.{0}` takes tensors, and one of these is a plain {1}: make a tensor of it, `torch.tensor(…)`.",
    ),
    (
        r"list is not a Module subclass",
        "`nn.Sequential` takes the layers one by one, without a list around them.",
    ),
    (
        r"(?:operand type.*|must be Tensor, not |^)'?(?:builtin_function_or_method|function|method)'?(?: and|$| object)",
        "a function stands where what it returns belongs: its brackets are missing, `f(…)`.",
    ),
    (
        r"must be tuple of Tensors, not Tensor",
        "several tensors go in together, in brackets: `torch.stack([a, b])`, `torch.cat([a, b])`.",
    ),
    (
        r"(?:\w+\.)*(\w+) is not a Module subclass",
        "a layer has to be made before it is used: `nn.{0}()`, with brackets.",
    ),
    (
        r"must be Tensor, not type",
        "a class stands where a tensor belongs. A layer has to be made first: `nn.ReLU()(x)`, or `x.relu()`.",
    ),
    (
        r"could not infer output dtype.*Got: (\w+)",
        "a mean is taken of floats, and these are of type {0}: `.float()` first.",
    ),
    (
        r"'(\w+)' object is not callable",
        "brackets behind a {0} call it as a function. A sign may be missing before them, such as `*`; or a function's name is used for something else.",
    ),
    (
        r"can only concatenate tuple",
        "`+` joins tuples. One of the two is a tuple: take the entry that you mean, `[0]`.",
    ),
    (
        r"missing 1 required positional arguments?: \"dim\"",
        "over which dimension? Say it: `dim=-1` is the last.",
    ),
    (
        r"tensors used as indices must be long|only integers, slices.*got float",
        "an index is a whole number or True and False: `.long()`, or a comparison such as `x > 0`.",
    ),
    (
        r"only integer tensors of a single element|tuple indices must be integers",
        "a list or a tuple takes one whole number as its index. `.min(dim)` and `.max(dim)` return a "
        "pair: take its `.values` or `.indices` first.",
    ),
    (
        r"Sizes of tensors must match except in dimension (\d+)\. Expected size (\d+) but got size (\d+)",
        "tensors joined along dimension {0} agree in all others; here one has {1} entries and the other {2}.",
    ),
    (
        r"bincount only supports|\"bincount_cpu\" not implemented",
        "`torch.bincount` counts whole numbers from 0 on: no negative ones, no floats, one dimension.",
    ),
    (
        r"Inference tensors cannot be|Inplace update to inference tensor",
        "a tensor that was made under `torch.inference_mode()` takes part. Make it anew, outside.",
    ),
    (
        r"stack expects each tensor to be equal size, but got \[(.*?)\] at entry 0 and \[(.*?)\]",
        "only tensors of one shape can be stacked, and these are ({0}) and ({1}).",
    ),
    (
        r"Tensors must have same number of dimensions: got (\d+) and (\d+)",
        "one tensor has {0} dimensions and the other {1}. `x[None]` adds one in front.",
    ),
    (
        r"all elements of input should be between 0 and 1",
        "a probability is expected, and this is outside [0, 1]: logits want `binary_cross_entropy_with_logits`.",
    ),
    (
        r"probability tensor contains either|p_in >= 0",
        "these are no probabilities: one is negative, above 1, infinite or NaN.",
    ),
    (
        r"expanded size of the tensor \((\d+)\) must match the existing size \((\d+)\)",
        "a tensor with {1} entries doesn't fit where there is room for {0}. Print both `.shape`s.",
    ),
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
        r"appears to not have been used in the graph",
        "the result doesn't depend on what you differentiate by: it isn't used, or a copy of it is.",
    ),
    (
        r"One of the differentiated Tensors does not require grad",
        "what you differentiate by must ask for a gradient before it is used: `.requires_grad_()`.",
    ),
    (
        r"only change requires_grad flags of leaf variables",
        "`requires_grad_()` is for tensors that aren't computed from others: `x.detach().requires_grad_()`.",
    ),
    (
        r"Trying to backward through the graph a second time",
        "`backward()` uses the graph up. For a second one, compute the result anew.",
    ),
    (
        r"[Oo]nly Tensors of floating point.* can require gradients",
        "whole numbers have no gradient: `.float()` first.",
    ),
    (
        r"Expected all tensors to be on the same device",
        "two tensors lie on different devices: make yours where the inputs are, `device=x.device`.",
    ),
    (
        r"Target size \(torch.Size\(\[(.*?)\]\)\) must be the same as input size \(torch.Size\(\[(.*?)\]\)\)",
        "the two must have one shape, and these are ({1}) and ({0}).",
    ),
    (
        r"expected Tensor as element 0 in argument 0, but got (\w+)",
        "`torch.stack` and `torch.cat` join tensors; `torch.tensor([…])` makes one of plain numbers.",
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
        r"'?\b(ReLU|LeakyReLU|ELU|GELU|SiLU|Sigmoid|Tanh|Softplus|Softmax)(?:'|\.__init__\(\) takes)",
        "`nn.{0}` is a layer: make it first and call it then, `nn.{0}()(x)`.",
    ),
    (
        r"'NoneType' object has no attribute '(\w+)'",
        "this is None, so it has no `.{0}`: a function without `return`, or a `.grad` that nothing has filled.",
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
    (
        r"0-d tensor|0-dim tensor",
        "this tensor is a single number and has no entries. A `.sum()` or `.mean()` before it may want a `dim=`.",
    ),
    (
        r"size mismatch, got input \(\d+\), mat \((\d+)x(\d+)\), vec \((\d+)\)",
        "a matrix product of ({0}, {1}) with ({2},): the inner sizes must be equal. A `.T` may be missing.",
    ),
    (
        r"inconsistent tensor size, expected tensor \[(\d+)\] and src \[(\d+)\]",
        "a dot product of {0} numbers with {1}.",
    ),
    (
        r"Class values must be smaller than num_classes",
        "the number of a class is too large for the row. An `argmax()` without an axis counts through the whole table; `argmax(1)` goes along each row.",
    ),
    (r"singular", "this matrix has no inverse: some of its columns follow from the others."),
    (r"math domain error", "the log of 0 or less, or the root of less than 0."),
    (r"math range error", "the result is larger than any float: `math.exp` ends at 709."),
    (
        r"^(\w+)\(\) received an invalid combination of arguments - got \((.*?)\)",
        "`{0}` can't be called with ({1}). Look for a number where a tensor belongs, or the other way round.",
    ),
    (r"recursion depth exceeded", "the function calls itself without end."),
]


LAYER = (
    "a layer `nn.Linear` expects {2} numbers an example and got {1}. Is the network given what it is made "
    "for (a code or an image)? If it is your own: is `nn.Flatten()` missing, or do two layers stand in the "
    "wrong order?"
)


def plain(error: BaseException) -> str:
    """The error in plain words, "" where Python's own words are the best there are."""
    said = str(error)[:LONGEST]
    if found := re.search(r"torch\.return_types\.(\w+)", said):
        names = getattr(getattr(torch.return_types, found[1], None), "__match_args__", ())
        return f"this is {several(found[1], names)}."
    shapes = re.search(r"shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)", said)
    if shapes and _raised_in(error, "linear.py"):
        return LAYER.format(*shapes.groups())
    for pattern, words in PLAIN:
        if found := re.search(pattern, said, flags=re.DOTALL):
            groups = [g or "" for g in found.groups()]
            return words.format(*groups)
    return ""


def _raised_in(error: BaseException, file: str) -> bool:
    return any(frame.filename.endswith(file) for frame in traceback.extract_tb(error.__traceback__))
