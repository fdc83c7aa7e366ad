"""Calls between judge and worker, in both directions, with gradients.

`RemoteFunction` looks like a function. Its tensors go over as data; where one of them wants a
gradient, the other side keeps the graph of the call, and backward asks it for the vector-Jacobian
product with the cotangent that arrived here. While one side waits for an answer it serves the
other's calls, so functions and modules given as arguments work too.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from . import errors, mirror
from .changes import difference, entries, is_same, receive_gradients, tensor_at
from .kept import Kept
from .reading import Decoder, read_table
from .remote import Graph, RemoteCall, RemoteFunction, Reply, gradients, parameters_of
from .values import KINDS, Encoder, clean_name, describe, to_bytes, whole
from .wire import Channel, Json, Malformed

GRAPHS, GRAPH_BYTES = 256, 256 << 20  # calls kept, with what they hold; older ones have no gradient
ORDER = 3  # gradients of gradients of gradients, no further


class Peer:
    """One side of the conversation. The judge has a wary kind of its own."""

    accepts = KINDS  # kinds of values that are read
    is_judge = False  # the judge sends its global random state along and takes none

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.exports: list[Any] = []
        self.graphs: OrderedDict[int, Graph] = OrderedDict()
        self.calls = self.asked = self.kept = 0
        self.kept_bytes = Kept()

    def __deepcopy__(self, memo: Any) -> Peer:
        return self

    # What may be called from the other side.

    def export(self, thing: Any) -> Json:
        """Make a function or module callable from the other side; what its tree says about it."""
        place = next((i for i, e in enumerate(self.exports) if e is thing), len(self.exports))
        if place == len(self.exports):
            self.exports.append(thing)
        if isinstance(thing, nn.Module):
            return {"id": place, **mirror.outline(thing)}
        return {
            "id": place,
            "name": getattr(thing, "__name__", type(thing).__name__),
            "parameters": parameters_of(thing),
        }

    def import_function(self, tree: Json) -> RemoteFunction:
        """The other side's function."""
        return RemoteFunction(
            self,
            whole(tree.get("id"), 1 << 31),
            clean_name(tree.get("name")),
            tree.get("parameters"),
        )

    def import_module(self, tree: Json, state: dict[str, Tensor]) -> nn.Module:
        """The other side's module."""
        return mirror.build(self, whole(tree.get("id"), 1 << 31), tree, state)

    # Calling.

    def call(
        self,
        target: int,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        part: list[str] | None = None,
    ) -> Any:
        """Call the other side's export `target`; `part` names a module's part and method."""
        sent = Encoder(self)
        header: Json = {
            "do": "call",
            "target": target,
            "part": part,
            "grad": torch.is_grad_enabled(),
            "value": [sent.tree(a) for a in args],
            "named": {k: sent.tree(v) for k, v in kwargs.items()},
        }
        if self.is_judge:
            header["rng"] = sent.tensor(torch.get_rng_state())
        if part is None:  # gradients that an optimizer will find
            held = [(i, t.grad) for i, t in enumerate(sent.tensors) if t.is_leaf]
            header["grads"] = [[i, sent.tensor(g)] for i, g in held if g is not None]
        live = [t for t in sent.tensors if t.requires_grad] if torch.is_grad_enabled() else []
        return self._finish(self._ask(header, sent, live), sent)

    def vjp(
        self, graph: int, cotangents: list[Tensor | None], inputs: Sequence[Tensor]
    ) -> list[Tensor | None]:
        """Gradients of an earlier call's inputs, one for each that wanted one.

        They can be differentiated themselves where gradients are on.
        """
        sent = Encoder(self)
        header: Json = {
            "do": "vjp",
            "graph": graph,
            "value": [sent.tree(c) for c in cotangents],
            "grad": torch.is_grad_enabled(),
        }
        live = [*(t for t in sent.tensors if t.requires_grad), *inputs]
        return self._finish(self._ask(header, sent, live if header["grad"] else []), sent)

    def _ask(self, header: Json, sent: Encoder, live: list[Tensor]) -> Reply:
        """The reply to a request.

        live: the tensors that went along and want gradients; those of the reply are joined to them.
        """
        if not live:
            return self.exchange(header, sent)
        box: list[Reply] = []
        carried = RemoteCall.apply(self, header, sent, box, *live)
        for place, tensor in zip(box[0].carries, carried, strict=False):
            if not isinstance(box[0].tensors[place], nn.Parameter):
                box[0].tensors[place] = tensor
        return box[0]

    def _finish(self, reply: Reply, sent: Encoder) -> Any:
        """The value of a call, after what it changed has been changed here too."""
        value = Decoder(self, reply.tensors)
        self._apply_changes(reply, sent, value)
        if reply.header["do"] == "failed":
            raise errors.unpack(reply.header.get("error"))
        return value.value(reply.header.get("value"))

    def exchange(self, header: Json, sent: Encoder) -> Reply:
        """Send a request, serve the other side's calls meanwhile, return its reply."""
        self.asked += 1
        header["number"] = number = self.asked
        self._send(header, sent)
        while True:
            header, body = self.channel.receive()
            if header.get("do") in ("done", "failed"):
                if header.get("number") != number:
                    raise Malformed("an answer to another question")
                reply = Reply(header, self._table(header, body))
                reply.carries = [i for i, t in enumerate(reply.tensors) if t.requires_grad]
                for t in reply.tensors:
                    if not isinstance(t, nn.Parameter):
                        t.requires_grad_(False)
                return reply
            self.serve(header, body)

    def _send(self, header: Json, sent: Encoder) -> None:
        header["tensors"] = [describe(t) for t in sent.tensors]
        self.channel.send(header, [to_bytes(t) for t in sent.tensors])

    def _table(self, header: Json, body: bytearray) -> list[Tensor]:
        """The tensors of a message. What the judge left out, the other side has kept."""
        table = header.get("tensors")
        return read_table(table, body if self.is_judge else self.kept_bytes.whole(table, body))

    def _apply_changes(self, reply: Reply, sent: Encoder, value: Decoder) -> None:
        for entry in entries(reply.header.get("changes"), len(sent.tensors)):
            place = whole(entry.get("at"), len(sent.tensors))
            tensor = sent.tensors[place]
            if "now" in entry:
                self.changed(tensor, tensor_at(value, entry["now"]), place in sent.in_modules)
            if "grad" in entry and tensor.is_leaf:
                tensor.grad = None if entry["grad"] is None else tensor_at(value, entry["grad"])
            if "wants" in entry and tensor.is_leaf and place not in sent.in_modules:
                tensor.requires_grad_(entry["wants"] is True)
        for i in set(reply.header.get("used") or []):
            torch.rand(
                64, generator=sent.generators[whole(i, len(sent.generators))]
            )  # moved on, not set
        if reply.header.get("rng_used"):
            torch.rand(64)
        for module, modes in zip(sent.modules, reply.header.get("modes") or [], strict=False):
            mirror.set_modes(module, modes)
        for module, wants in zip(sent.modules, reply.header.get("trainable") or [], strict=False):
            mirror.set_trainable(module, wants)
        states = reply.header.get("optimizers") or []
        for optimizer, state in zip(sent.optimizers, states, strict=False):
            optimizer.load_state_dict(value.value(state))

    def changed(self, tensor: Tensor, now: Tensor, in_module: bool) -> None:
        """Make an in-place change here too: of an argument, or of a tensor in a module."""
        with torch.no_grad():
            if tensor.shape == now.shape:
                tensor.data.copy_(now)
            else:
                tensor.data = now.to(tensor.dtype)

    # Being called.

    def serve(self, header: Json, body: bytearray) -> None:
        """Answer one request of the other side."""
        received = Decoder(self, self._table(header, body))
        sent = Encoder(self)
        if header.get("do") == "vjp":
            reply = self._serve_vjp(header, received, sent)
        elif header.get("do") == "call":
            reply = self._serve_call(header, received, sent)
        else:
            raise Malformed("a request of no known kind")
        reply["number"] = header.get("number")
        self._send(reply, sent)

    def _answer(self, fn: Any, work: Callable[[], Any], sent: Encoder) -> Json:
        try:
            return {"do": "done", "value": sent.tree(work())}
        except BaseException as error:
            if self.is_judge and not isinstance(error, Exception):
                raise
            return {"do": "failed", "error": errors.pack(error, fn)}

    def _serve_call(self, header: Json, received: Decoder, sent: Encoder) -> Json:
        fn = self.exports[whole(header.get("target"), len(self.exports))]
        leaves = [t for t in received.tensors if t.requires_grad]
        leaf_only = {i for i, line in enumerate(header["tensors"]) if line.get("grad") == "leaf"}
        with (
            torch.enable_grad()
        ):  # an in-place change of these is allowed, as it was on the other side
            received.tensors = [
                t.clone() if t.requires_grad and i not in leaf_only else t
                for i, t in enumerate(received.tensors)
            ]
        kept = [t.detach().clone().requires_grad_(t.requires_grad) for t in received.tensors]
        had = receive_gradients(header, received.tensors)
        args = [received.value(a) for a in header["value"]]
        kwargs = {str(k): received.value(v) for k, v in header["named"].items()}
        if header.get("rng") is not None and not self.is_judge:
            torch.set_rng_state(received.tensors[header["rng"]])
        with torch.set_grad_enabled(bool(header.get("grad"))):
            if header.get("part"):
                part = header["part"]
                reply = self._answer(fn, lambda: mirror.call_part(fn, part, args, kwargs), sent)
            else:
                reply = self._answer(fn, lambda: fn(*args, **kwargs), sent)
        reply["graph"] = self._keep_graph(sent, leaves, 0)
        reply["changes"] = [
            c
            for i, t in enumerate(received.tensors)
            if (c := difference(i, t, kept[i], had.get(i), sent))
        ]
        reply["used"] = [
            i for i, (g, s) in enumerate(received.generators) if not is_same(g.get_state(), s)
        ]
        reply["optimizers"] = [sent.tree(o.state_dict()) for o in received.optimizers]
        reply["modes"] = [[m.training for m in root.modules()] for root in received.modules]
        reply["trainable"] = [
            [p.requires_grad for p in mirror.trainable(m)] for m in received.modules
        ]
        if header.get("rng") is not None and not self.is_judge:
            reply["rng_used"] = not is_same(torch.get_rng_state(), kept[header["rng"]])
        return reply

    def _keep_graph(self, sent: Encoder, leaves: list[Tensor], order: int) -> int | None:
        outputs = [t for t in sent.tensors if t.requires_grad]
        if not outputs or not leaves:
            return None
        self.calls += 1
        self.graphs[self.calls] = Graph(outputs, leaves, order)
        self.kept += self.graphs[self.calls].size
        while len(self.graphs) > GRAPHS or (self.kept > GRAPH_BYTES and len(self.graphs) > 1):
            self.kept -= self.graphs.popitem(last=False)[1].size
        return self.calls

    def _serve_vjp(self, header: Json, received: Decoder, sent: Encoder) -> Json:
        graph, again = self.graphs[header["graph"]], bool(header.get("grad"))
        if again and graph.order >= ORDER:
            raise Malformed("a gradient of too high an order")
        cotangents = [received.value(c) for c in header["value"]]
        leaves = [*(t for t in received.tensors if t.requires_grad), *graph.leaves]
        reply = self._answer(None, lambda: gradients(graph, cotangents, again), sent)
        reply["graph"] = self._keep_graph(sent, leaves, graph.order + 1) if again else None
        return reply
