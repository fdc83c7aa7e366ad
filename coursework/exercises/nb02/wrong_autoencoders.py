"""Networks with one fault each, and what the learner of `build_autoencoder` reads about it."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coursework.checking.exercise import Mistake


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


def _encoder(width: int, *last: nn.Module) -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, width), *last)


def _decoder(width: int, *last: nn.Module) -> nn.Module:
    image = nn.Unflatten(1, (1, 28, 28))
    return nn.Sequential(nn.Linear(width, 32), nn.ReLU(), nn.Linear(32, 784), *(last or (image,)))


def no_bottleneck(latent_dim: int) -> nn.Module:
    return Assembled(_encoder(128), _decoder(128))


def fixed_width(latent_dim: int) -> nn.Module:
    return Assembled(_encoder(1), _decoder(1))


def rows_apart(latent_dim: int) -> nn.Module:
    encoder = nn.Sequential(nn.Linear(28, 16), nn.ReLU(), nn.Linear(16, latent_dim))
    decoder = nn.Sequential(nn.Linear(latent_dim, 16), nn.ReLU(), nn.Linear(16, 28))
    return Assembled(encoder, decoder)


def linear(latent_dim: int) -> nn.Module:
    encoder = nn.Sequential(nn.Flatten(), nn.Linear(784, 32), nn.Linear(32, latent_dim))
    decoder = nn.Sequential(nn.Linear(latent_dim, 784), nn.Unflatten(1, (1, 28, 28)))
    return Assembled(encoder, decoder)


def linear_encoder(latent_dim: int) -> nn.Module:
    encoder = nn.Sequential(nn.Flatten(), nn.Linear(784, 32), nn.Linear(32, latent_dim))
    return Assembled(encoder, _decoder(latent_dim))


def linear_decoder(latent_dim: int) -> nn.Module:
    decoder = nn.Sequential(nn.Linear(latent_dim, 784), nn.Unflatten(1, (1, 28, 28)))
    return Assembled(_encoder(latent_dim), decoder)


def code_never_negative(latent_dim: int) -> nn.Module:
    return Assembled(_encoder(latent_dim, nn.ReLU()), _decoder(latent_dim))


def sigmoid_inside(latent_dim: int) -> nn.Module:
    return Assembled(
        _encoder(latent_dim), _decoder(latent_dim, nn.Sigmoid(), nn.Unflatten(1, (1, 28, 28)))
    )


def tanh_at_the_end(latent_dim: int) -> nn.Module:
    return Assembled(
        _encoder(latent_dim), _decoder(latent_dim, nn.Tanh(), nn.Unflatten(1, (1, 28, 28)))
    )


def relu_at_the_end(latent_dim: int) -> nn.Module:
    return Assembled(
        _encoder(latent_dim), _decoder(latent_dim, nn.ReLU(), nn.Unflatten(1, (1, 28, 28)))
    )


def channel_forgotten(latent_dim: int) -> nn.Module:
    return Assembled(_encoder(latent_dim), _decoder(latent_dim, nn.Unflatten(1, (28, 28))))


def flat_output(latent_dim: int) -> nn.Module:
    return Assembled(_encoder(latent_dim), _decoder(latent_dim, nn.Identity()))


def bypass(latent_dim: int) -> nn.Module:
    def route(net: Assembled, x: Tensor) -> Tensor:
        return net.decode(net.encode(x)) + x

    return Assembled(_encoder(latent_dim), _decoder(latent_dim), route)


def batch_baked_in(latent_dim: int) -> nn.Module:
    flat = Apply(lambda x: x.reshape(64, 784))
    encoder = nn.Sequential(flat, nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, latent_dim))
    return Assembled(encoder, _decoder(latent_dim))


def random_in_eval(latent_dim: int) -> nn.Module:
    noise = Apply(lambda h: F.dropout(h, 0.5) + 0.1 * torch.randn_like(h))
    return Assembled(_encoder(latent_dim, noise), _decoder(latent_dim))


def graph_cut(latent_dim: int) -> nn.Module:
    return Assembled(_encoder(latent_dim, Apply(lambda z: z.detach())), _decoder(latent_dim))


def _fault(name: str, message: str, example: Callable[[int], nn.Module]) -> Mistake:
    return Mistake(name, message, example, when=lambda seen, case: seen.value == name)


MISTAKES = [
    _fault(
        "no_bottleneck",
        "The code is wider than asked: `encode` has to give (N, latent_dim), and yours gives more "
        "numbers. Without the squeeze a network can pass images on and learn nothing. End the "
        "encoder in `nn.Linear(…, latent_dim)`.",
        no_bottleneck,
    ),
    _fault(
        "latent_dim_ignored",
        "The code is narrower than asked. Is its width written as a number somewhere? The "
        "encoder ends, and the decoder begins, with `latent_dim`.",
        fixed_width,
    ),
    _fault(
        "code_not_flat",
        "`encode` doesn't give one vector per image, (N, latent_dim): channels or rows are left. "
        "Put `nn.Flatten()` before the last `nn.Linear` of the encoder.",
        rows_apart,
    ),
    _fault(
        "linear_all_the_way",
        "There is no nonlinearity: layers of `nn.Linear` in a row are one straight map, and the "
        "best such autoencoder is PCA. Put an `nn.ReLU()` between the layers.",
        linear,
    ),
    _fault(
        "linear_encoder",
        "There is no nonlinearity in the encoder: it is one straight map, so codes can only be "
        "what "
        "straight directions give. Put a hidden layer and an `nn.ReLU()` before its last layer.",
        linear_encoder,
    ),
    _fault(
        "linear_decoder",
        "There is no nonlinearity in the decoder: it is one straight map, so all images it can "
        "draw "
        "lie on a flat space, as with PCA. Put a hidden layer and an `nn.ReLU()` before its last "
        "layer.",
        linear_decoder,
    ),
    _fault(
        "code_never_negative",
        "Your code can't be negative: a ReLU (or something like it) comes after the encoder's last "
        "layer. It cuts off half of the room, and an entry that is 0 for all images never learns. "
        "Drop it: "
        "end the encoder in `nn.Linear(…, latent_dim)`.",
        code_never_negative,
    ),
    _fault(
        "sigmoid_inside",
        "The output never leaves [0, 1], so there is a sigmoid (or a clamp) inside. Logits are "
        "asked for: any real number. The sigmoid comes later, `x_hat = sigmoid(logits)`; with one "
        "inside it would be applied twice. Drop it.",
        sigmoid_inside,
    ),
    _fault(
        "tanh_at_the_end",
        "The output never leaves [−1, 1], so it ends in a tanh. Logits may be any real number: "
        "end the decoder in a plain linear or convolutional layer.",
        tanh_at_the_end,
    ),
    _fault(
        "relu_at_the_end",
        "No logit is ever negative, so the decoder ends in a ReLU or something like it. Then no "
        "pixel gets darker than sigmoid(0) = 0.5. End it in a plain layer.",
        relu_at_the_end,
    ),
    _fault(
        "channel_forgotten",
        "The output is (N, 28, 28): the channel dimension is lost. Images are (N, 1, 28, 28) "
        "everywhere in this course, and (N, 28, 28) would broadcast against them into (N, N, 28, "
        "28). "
        "`nn.Unflatten(1, (1, 28, 28))` brings it back.",
        channel_forgotten,
    ),
    _fault(
        "flat_output",
        "The output is (N, 784), a list of pixels and no image. End the decoder with "
        "`nn.Unflatten(1, (1, 28, 28))`.",
        flat_output,
    ),
    _fault(
        "forward_bypasses_code",
        "`forward(x)` is not `decode(encode(x))`: the image takes another way round the code, or "
        "one of the two steps differs. Let `forward` be `return self.decode(self.encode(x))`.",
        bypass,
    ),
    _fault(
        "batch_size_baked_in",
        "The network works for one batch size and not for others: a number stands where the batch "
        "size is meant. Use `.flatten(1)`, or −1 in that place of `.view` or `.reshape`, and no "
        "`.squeeze()`.",
        batch_baked_in,
    ),
    _fault(
        "random_in_eval",
        "The same images get other codes each time, even after `.eval()`. Use the module "
        "`nn.Dropout`, which stops at `.eval()`, and add no noise inside.",
        random_in_eval,
    ),
    _fault(
        "graph_cut",
        "No gradient finds its way back from the output to the input, so the encoder would never "
        "learn. Look for `.detach()`, `.data`, `torch.no_grad()` or `torch.tensor(…)` on the way.",
        graph_cut,
    ),
]
