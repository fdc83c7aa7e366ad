"""Models with an encoder and a decoder."""

from __future__ import annotations

from course_utils.plots.diagrams.drawing import WIDENS, Drawing


def autoencoder(d: Drawing) -> None:
    """Autoencoder: an image is squeezed through a short code, and drawn again from it."""
    d.step("An image x.")
    d.picture("x", (1, 2.8), "digit 9", "*x*")
    d.step("The encoder squeezes it.")
    d.network("encoder", (3.6, 2.8), "encoder")
    d.arrow("x", "encoder")
    d.step("What comes out is the code z, a few numbers.")
    d.box("z", (6.2, 2.8), "*z*", high=1.3)
    d.note((6.2, 3.8), "the code")
    d.arrow("encoder", "z")
    d.step("The decoder draws an image x̂ from the code alone.")
    d.network("decoder", (8.8, 2.8), "decoder", ends=WIDENS)
    d.picture("x_hat", (11.4, 2.8), "blurred 9", "*x̂*", role="made")
    d.arrow("z", "decoder", "x_hat")
    d.step("The loss compares x̂ with x, pixel by pixel: the image is its own target.")
    d.box("loss", (6.2, 0.8), "*‖x − x̂‖^2*", "reconstruction error", role="loss")
    d.arrow("x", "loss", via=[(1, 0.8)], dotted=True, role="loss")
    d.arrow("x_hat", "loss", via=[(11.4, 0.8)], dotted=True, role="loss")
    d.step("Its gradient runs back through the decoder and the code into the encoder.")
    d.gradient("x_hat", "decoder", "z", "encoder")


def vae(d: Drawing) -> None:
    """Variational autoencoder: the encoder maps an image to a Gaussian, a cloud; a code drawn
    from the cloud is decoded."""
    d.step("An image x.")
    d.picture("x", (0.9, 2.9), "digit 9", "*x*")
    d.step("The encoder reads it.")
    d.network("encoder", (3, 2.9), "encoder", "784 → 400")
    d.arrow("x", "encoder")
    d.step("It answers with two lists of numbers, μ and σ.")
    d.box("mu", (4.95, 2.2), "*μ*")
    d.box("sigma", (4.95, 3.6), "*σ*")
    d.arrow("encoder", "mu")
    d.arrow("encoder", "sigma")
    d.step("They are the middle and the width of a Gaussian, the cloud q(z | x).")
    d.curve("cloud", (6.65, 2.9), "*q(z | x)*", above=True)
    d.arrow("mu", "cloud")
    d.arrow("sigma", "cloud")
    d.step("The prior p(z) is where codes should live: the same Gaussian for every image.")
    d.curve("prior", (3.6, 5), "*p(z) = N(0, I)*")
    d.step("A code z is drawn from the cloud: μ plus σ times noise.")
    d.circle("z", (8.4, 2.9), "*z*")
    d.note((8.4, 2.15), "*μ + σ ε*", "chance")
    d.arrow("cloud", "z", role="chance")
    d.step("The decoder draws an image x̂ from z.")
    d.network("decoder", (10.4, 2.9), "decoder", "400 → 784", WIDENS)
    d.picture("x_hat", (12.8, 2.9), "blurred 9", "*x̂*", role="made")
    d.arrow("z", "decoder", "x_hat")
    d.step("First loss, the reconstruction: how badly z explains x, in nats.")
    d.box("reconstruction", (12.2, 0.75), "reconstruction", "−log *p(x | z)*", "loss")
    d.arrow("x", "reconstruction", via=[(0.9, 0.75)], dotted=True, role="loss")
    d.arrow("x_hat", "reconstruction", dotted=True, role="loss")
    d.step("Second loss, the KL: how far the cloud is from the prior.")
    d.box("kl", (6.65, 4.9), "KL*(q ‖ p)*", "cloud against prior", "loss")
    d.arrow("cloud", "kl", dotted=True, role="loss")
    d.arrow("prior", "kl", dotted=True, role="loss")
    d.step("Both gradients run back into the encoder; that of the KL skips the decoder.")
    d.gradient("reconstruction", "x_hat", "decoder", "z", "cloud", "mu", "encoder")
    d.gradient("kl", "cloud", "sigma", "encoder")
