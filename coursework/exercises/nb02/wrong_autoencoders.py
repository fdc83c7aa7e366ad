"""Networks with one fault each, and what the learner of `build_autoencoder` reads about it."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coursework.exercises.rules import Wrong


class Assembled(nn.Module):
    """An encoder and a decoder, put together as they should be unless `route` says otherwise."""

    def __init__(
        self, encoder: nn.Module, decoder: nn.Module, route: Callable | None = None
    ) -> None:
        super().__init__()
        self.encoder, self.decoder, self.route = encoder, decoder, route

    def encode(self, x: Tensor) -> Tensor:
        return self.encoder(x)

    def decode(self, z: Tensor) -> Tensor:
        return self.decoder(z)

    def forward(self, x: Tensor) -> Tensor:
        return self.route(self, x) if self.route else self.decode(self.encode(x))


class Apply(nn.Module):
    """A function as a layer."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


def _image() -> nn.Module:
    return nn.Unflatten(1, (1, 28, 28))


def _encoder(width: int, *last: nn.Module) -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, width), *last)


def _decoder(width: int, *last: nn.Module) -> nn.Module:
    """Ends in (1, 28, 28) unless `last` says otherwise."""
    end = last or (_image(),)
    return nn.Sequential(nn.Linear(width, 32), nn.ReLU(), nn.Linear(32, 784), *end)


def _straight_encoder(width: int) -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 32), nn.Linear(32, width))


def _straight_decoder(width: int) -> nn.Module:
    return nn.Sequential(nn.Linear(width, 784), _image())


def _of_rows(sizes: tuple[int, int, int]) -> nn.Module:
    return nn.Sequential(nn.Linear(*sizes[:2]), nn.ReLU(), nn.Linear(*sizes[1:]))


def _after_encoder(layer: nn.Module) -> Wrong:
    return lambda k: Assembled(_encoder(k, layer), _decoder(k))


def _after_decoder(layer: nn.Module) -> Wrong:
    return lambda k: Assembled(_encoder(k), _decoder(k, layer, _image()))


FAULTS = {
    "no_bottleneck": ("The code is wider than asked: `encode` has to give (N, latent_dim), and "
        "yours gives more numbers. Without the squeeze a network can pass images on and learn "
        "nothing. End the encoder in `nn.Linear(…, latent_dim)`.",
        lambda k: Assembled(_encoder(128), _decoder(128))),
    "latent_dim_ignored": ("The code is narrower than asked. Is its width written as a number "
        "somewhere? The encoder ends, and the decoder begins, with `latent_dim`.",
        lambda k: Assembled(_encoder(1), _decoder(1))),
    "code_not_flat": ("`encode` doesn't give one vector per image, (N, latent_dim): channels or "
        "rows are left. Put `nn.Flatten()` before the last `nn.Linear` of the encoder.",
        lambda k: Assembled(_of_rows((28, 16, k)), _of_rows((k, 16, 28)))),
    "linear_all_the_way": ("There is no nonlinearity: layers of `nn.Linear` in a row are one "
        "straight map, at best PCA. Put an `nn.ReLU()` between the layers.",
        lambda k: Assembled(_straight_encoder(k), _straight_decoder(k))),
    "linear_encoder": ("There is no nonlinearity in the encoder: it is one straight map, so codes "
        "are coordinates along straight directions. Put an `nn.ReLU()` before its last layer.",
        lambda k: Assembled(_straight_encoder(k), _decoder(k))),
    "linear_decoder": ("There is no nonlinearity in the decoder: it is one straight map, so all "
        "images it can draw lie on a flat space, as with PCA. Put a hidden layer and an "
        "`nn.ReLU()` before its last layer.",
        lambda k: Assembled(_encoder(k), _straight_decoder(k))),
    "code_never_negative": ("Your code can't be negative: a ReLU (or something like it) comes "
        "after the encoder's last layer. It cuts off half of the room, and an entry that is 0 for "
        "all images never learns. Drop it: end the encoder in `nn.Linear(…, latent_dim)`.",
        _after_encoder(nn.ReLU())),
    "bounded_code": ("Your code can't go beyond a limit, however large the weights are: a Tanh (or "
        "an ELU, a normalization…) comes after the encoder's last layer. Codes may be any real "
        "numbers. Drop it: end the encoder in `nn.Linear(…, latent_dim)`.",
        _after_encoder(nn.Tanh()), _after_encoder(nn.Softsign()), _after_encoder(nn.ELU())),
    "leaky_code": ("Your code has a kink at 0: a LeakyReLU or PReLU comes after the encoder's last "
        "layer. It belongs between layers. Drop it: end the encoder in `nn.Linear(…, latent_dim)`.",
        _after_encoder(nn.LeakyReLU(0.2)), _after_encoder(nn.PReLU())),
    "sigmoid_inside": ("The output never leaves [0, 1], so there is a sigmoid (or a clamp) inside. "
        "Logits are asked for: any real number. The sigmoid comes later, `x_hat = "
        "sigmoid(logits)`; with one inside it would be applied twice. Drop it.",
        _after_decoder(nn.Sigmoid())),
    "tanh_at_the_end": ("The output never leaves [−1, 1], so it ends in a tanh. Logits may be any "
        "real number: end the decoder in a plain linear or convolutional layer.",
        _after_decoder(nn.Tanh())),
    "relu_at_the_end": ("No logit is ever negative, so the decoder ends in a ReLU or something "
        "like it. Then no pixel gets darker than sigmoid(0) = 0.5. End it in a plain layer.",
        _after_decoder(nn.ReLU())),
    "bounded_logits": ("Your logits can't go beyond a limit on one side: an ELU or the like comes "
        "after the decoder's last layer. Logits may be any real numbers: end in a plain layer.",
        _after_decoder(nn.ELU()), _after_decoder(nn.SELU())),
    "leaky_logits": ("Your logits have a kink at 0: a LeakyReLU or PReLU comes after the decoder's "
        "last layer. It belongs between layers; end the decoder in a plain one.",
        _after_decoder(nn.LeakyReLU(0.2)), _after_decoder(nn.PReLU())),
    "channel_forgotten": ("The output is (N, 28, 28): the channel dimension is lost. Images are "
        "(N, 1, 28, 28) everywhere in this course, and (N, 28, 28) would broadcast against them "
        "into (N, N, 28, 28). `nn.Unflatten(1, (1, 28, 28))` brings it back.",
        lambda k: Assembled(_encoder(k), _decoder(k, nn.Unflatten(1, (28, 28))))),
    "flat_output": ("The output is (N, 784), a list of pixels and no image. End the decoder with "
        "`nn.Unflatten(1, (1, 28, 28))`.",
        lambda k: Assembled(_encoder(k), _decoder(k, nn.Identity()))),
    "forward_bypasses_code": ("`forward(x)` is not `decode(encode(x))`: the image takes another "
        "way round the code, or one of the two steps differs. Let `forward` be `return "
        "self.decode(self.encode(x))`.",
        lambda k: Assembled(
            _encoder(k), _decoder(k), lambda net, x: net.decode(net.encode(x)) + x)),
    "batch_size_baked_in": ("The network works for one batch size and not for others: a number "
        "stands where the batch size is meant. Use `.flatten(1)`, or −1 in that place of `.view` "
        "or `.reshape`, and no `.squeeze()`.",
        lambda k: Assembled(
            nn.Sequential(Apply(lambda x: x.reshape(64, 784)), _encoder(k)), _decoder(k))),
    "random_in_eval": ("The same images get other codes each time, even after `.eval()`. Use the "
        "module `nn.Dropout`, which stops at `.eval()`, and add no noise inside.",
        _after_encoder(Apply(lambda h: F.dropout(h, 0.5) + 0.1 * torch.randn_like(h)))),
    "graph_cut": ("No gradient finds its way back from the output to the input, so the encoder "
        "would never learn. Look for `.detach()`, `.data`, `torch.no_grad()` or `torch.tensor(…)`.",
        _after_encoder(Apply(torch.detach))),
}  # fmt: skip
