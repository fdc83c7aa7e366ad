"""A module of the other side: the same names, parts, parameters and mode, called remotely.

Parameters and buffers are real tensors here and go along with every call, so that optimizers,
`requires_grad_`, `state_dict` and gradients with respect to the weights work as with any module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call

from .remote import Caller
from .values import clean_name
from .wire import Json, Malformed

PARTS, SETTINGS = 500, 100
FAMILIES = {  # the files of torch.nn.modules whose layers are known
    "activation",
    "batchnorm",
    "conv",
    "dropout",
    "flatten",
    "linear",
    "normalization",
    "pooling",
    "sparse",
    "upsampling",
}


def _is_layer(name: str, kind: object) -> bool:
    return (
        isinstance(kind, type)
        and issubclass(kind, nn.Module)
        and kind.__module__.split(".")[-1] in FAMILIES
        and name != "MultiheadAttention"
        and not name.startswith("Lazy")
    )


LAYERS: dict[str, type[nn.Module]] = {
    **{name: kind for name, kind in vars(nn).items() if _is_layer(name, kind)},
    "Sequential": nn.Sequential,
    "ModuleList": nn.ModuleList,
}


def outline(module: nn.Module) -> Json:
    """What the other side must know to build a Mirror, apart from the tensors."""
    return {
        "parts": [
            [path, type(m).__name__, m.training, _methods(m), _layer(m), _settings(m)]
            for path, m in module.named_modules()
        ]
    }


def _layer(module: nn.Module) -> str | None:
    """The name of the torch layer that a module is, so that `isinstance` holds there too."""
    return next((k.__name__ for k in type(module).__mro__ if k in LAYERS.values()), None)


def _settings(module: nn.Module) -> dict[str, Any]:
    """Plain attributes like `latent_dim`: numbers, words, and tuples of them."""
    own = [(n, v) for n, v in vars(module).items() if not n.startswith("_") and n != "training"]
    fits = [(n, v) for n, v in own if all(_is_plain(e) for e in (v if type(v) is tuple else (v,)))]
    return dict(fits[:SETTINGS])


def _is_plain(value: Any) -> bool:
    if type(value) is int:
        return value.bit_length() < 64
    return type(value) in (bool, float, type(None)) or (type(value) is str and len(value) < 200)


def _methods(module: nn.Module) -> list[str]:
    names = {
        n
        for kind in type(module).__mro__
        if not (issubclass(nn.Module, kind) or kind in LAYERS.values())
        for n in vars(kind)
    }
    return sorted(
        n
        for n in names
        if not n.startswith("_")
        and not hasattr(nn.Module, n)
        and callable(getattr(module, n, None))
    )


class Mirror(nn.Module):
    """Base of all mirrored modules; each has a class of its own, named like the original's."""

    remote: tuple[Caller, int, str]  # peer, number of the whole module, path of this part

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.ask("forward", args, kwargs)

    def ask(self, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a method of the original with the tensors that this mirror holds now."""
        peer, target, path = self.remote
        state = {
            **dict(self.named_parameters(remove_duplicate=False)),
            **dict(self.named_buffers(remove_duplicate=False)),
        }
        modes = [m.training for m in self.modules()]
        return peer.call(target, (state, modes, *args), kwargs, part=[path, method])

    def parameters(self, recurse: bool = True) -> Iterator[nn.Parameter]:
        """Its weights; a module made for one call may hold tensors that want gradients as well."""
        yield from super().parameters(recurse)
        yield from (t for t in self.buffers(recurse) if t.requires_grad)  # type: ignore[misc]

    def __getitem__(self, place: int | slice) -> nn.Module:
        found = list(self.children())[place]
        return nn.Sequential(*found) if isinstance(found, list) else found

    def __len__(self) -> int:
        return len(list(self.children()))

    def __bool__(self) -> bool:
        return True


def _method(name: str) -> Callable[..., Any]:
    def method(self: Mirror, *args: Any, **kwargs: Any) -> Any:
        return self.ask(name, args, kwargs)

    method.__name__ = name
    return method


def build(peer: Caller, target: int, tree: Json, state: dict[str, Tensor]) -> Mirror:
    """A mirror of the other side's module. Raises Malformed where the outline makes no sense."""
    parts = tree.get("parts")
    if not isinstance(parts, list) or not 0 < len(parts) <= PARTS or parts[0][0] != "":
        raise Malformed("a module without an outline")
    made: list[Mirror] = []
    for path, name, training, methods, layer, settings in parts:
        part = _part(peer, target, str(path), name, methods, LAYERS.get(str(layer)))
        part.training = bool(training)
        for setting, value in list(settings.items())[:SETTINGS]:
            if setting == clean_name(setting) and not hasattr(part, setting):
                object.__setattr__(part, setting, _plain(value))
        made.append(part)
        if part is not made[0]:
            *above, last = str(path).split(".")
            made[0].get_submodule(".".join(above)).add_module(last, part)
    for name, tensor in state.items():
        *above, last = name.split(".")
        owner = made[0].get_submodule(".".join(above))
        if isinstance(tensor, nn.Parameter):
            owner.register_parameter(last, tensor)
        else:
            owner.register_buffer(last, tensor)
    return made[0]


def _part(
    peer: Caller,
    target: int,
    path: str,
    name: Any,
    methods: list[Any],
    layer: type[nn.Module] | None,
) -> Mirror:
    cleaned = [clean_name(m) for m in methods[:100]]
    known = {m: _method(m) for m in cleaned if not hasattr(Mirror, m)}
    bases = (Mirror, layer) if layer else (Mirror,)
    kind = type(clean_name(name), bases, {**known, "__module__": "elsewhere"})
    part: Mirror = object.__new__(kind)
    nn.Module.__init__(part)  # torch's own layer would want to draw weights
    object.__setattr__(part, "remote", (peer, target, path))
    return part


def _plain(value: Any) -> Any:
    """A setting as it was; JSON makes lists of tuples."""
    if isinstance(value, list):
        value = tuple(v for v in value[:16] if not isinstance(v, list | dict))
    return None if isinstance(value, dict) else value


class _Bound(nn.Module):
    """A method of a module as a module of its own, so that `functional_call` can call it."""

    def __init__(self, module: nn.Module, method: str) -> None:
        super().__init__()
        self.it, self.method = module, method

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return (self.it if self.method == "forward" else getattr(self.it, self.method))(
            *args, **kwargs
        )


def call_part(module: nn.Module, part: list[str], args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Call a part of our module on behalf of its mirror, with the mirror's tensors and mode."""
    path, method = part
    state, modes, *args = args
    it = module.get_submodule(path)
    if method != "forward" and method not in _methods(it):
        raise AttributeError(f"{type(it).__name__} has no method {clean_name(method)}")
    before = [m.training for m in it.modules()]
    set_modes(it, modes)
    try:
        known = {
            **dict(it.named_parameters(remove_duplicate=False)),
            **dict(it.named_buffers(remove_duplicate=False)),
        }
        bound = {
            f"it.{n}": t for n, t in state.items() if n in known and isinstance(t, torch.Tensor)
        }
        if odd := [n for n, t in bound.items() if t.shape != known[n[3:]].shape]:
            raise ValueError(f"{odd[0][3:]} has another shape than the module was made with")
        return functional_call(_Bound(it, method), bound, tuple(args), kwargs, tie_weights=False)
    finally:
        set_modes(it, before)


def set_modes(module: nn.Module, modes: Any) -> None:
    """Set training or evaluation, part by part. Raises TypeError where `modes` doesn't fit."""
    parts = list(module.modules())
    if not isinstance(modes, list) or len(modes) != len(parts):
        raise TypeError("the module has other parts now")
    for part, mode in zip(parts, modes, strict=True):
        part.training = bool(mode)


def trainable(module: nn.Module) -> list[nn.Parameter]:
    """The weights of a module that have a name, so that both sides count the same."""
    return [weight for _, weight in module.named_parameters()]


def set_trainable(module: nn.Module, wants: Any) -> None:
    """Freeze or unfreeze, weight by weight. Raises TypeError where `wants` doesn't fit."""
    weights = trainable(module)
    if not isinstance(wants, list) or len(wants) != len(weights):
        raise TypeError("not as many weights as the module has")
    for weight, wanted in zip(weights, wants, strict=True):
        if weight.is_leaf:
            weight.requires_grad_(bool(wanted))
