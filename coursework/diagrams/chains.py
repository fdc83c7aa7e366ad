"""Models that reach an image in many small steps."""

from __future__ import annotations

from course_utils.plots.diagrams.drawing import Drawing


def coupling_layer(d: Drawing) -> None:
    """Coupling layer: one half of x passes unchanged and decides how the other half is scaled
    and shifted, so that the layer can be run backward exactly."""
    d.step("The numbers of x are split into two halves.")
    d.box("x_1", (0.9, 0.9), "*x_1*", role="data")
    d.box("x_2", (0.9, 4.5), "*x_2*", role="data")
    d.step("The first half passes unchanged.")
    d.box("y_1", (12, 0.9), "*y_1 = x_1*", role="made")
    d.arrow("x_1", "y_1")
    d.step("A network reads it, and answers with a scale s and a shift t. It may be any network.")
    d.network("network", (4, 2.6), "network", "any", (1.4, 1.4))
    d.box("st", (7.2, 2.6), "*s, t*")
    d.arrow("x_1", "network", "st")
    d.step("The second half is scaled and shifted.")
    d.box("affine", (7.2, 4.5), "*x_2 e^s + t*")
    d.box("y_2", (12, 4.5), "*y_2*", role="made")
    d.arrow("st", "affine")
    d.arrow("x_2", "affine", "y_2")
    d.step("Backward, s and t are the same, since y has the first half too: subtract, divide.")
    d.gradient("y_2", "affine", "x_2", role="made")
    d.note((7.2, 5.4), "back: *(y_2 − t) e^{−s}*", "made")
    d.step("The log-determinant of the layer, which the density needs, is the sum of s.")
    d.box("logdet", (10.4, 2.6), "log |det *J*| *= Σ s*", role="loss")
    d.arrow("st", "logdet", role="loss")


def diffusion(d: Drawing) -> None:
    """Diffusion: noise is added in small steps until nothing is left of the image, and a network
    learns to take one step back."""
    d.step("An image from the data.")
    d.picture("x_0", (1, 1.6), "digit 5", "*x_0*", above=True)
    d.step("Noise is added in many small steps, until only noise is left. Nothing is learned.")
    for number, share in enumerate((0.3, 0.5, 0.75), 1):
        d.picture(
            f"x_{number}", (1 + 2.8 * number, 1.6), f"noisy 5 {share}", f"*x_{number}*", above=True
        )
    d.picture("x_T", (12.2, 1.6), "noise", "*x_T ~ N(0, I)*", above=True)
    d.arrow("x_0", "x_1", "x_2", "x_3", "x_T", role="chance")
    d.step("A network reads a noisy image and the step t, and guesses the noise in it.")
    d.network("network", (6.6, 4.4), "denoiser", "*ε_θ(x_t, t)*", (1.6, 1.6))
    d.box("t", (3.6, 4.4), "*t = 2*", role="data")
    d.arrow("x_2", "network")
    d.arrow("t", "network")
    d.step("The loss compares the guess with the noise that was really added.")
    d.box("loss", (10.4, 4.4), "*‖ε − ε_θ‖^2*", "squared error", "loss")
    d.arrow("network", "loss", role="loss")
    d.gradient("loss", "network")
    d.step("To draw, begin with pure noise and take away a little of the guessed noise, T times.")
    d.gradient("x_T", "x_3", "x_2", "x_1", "x_0", role="made")


def unet(d: Drawing) -> None:
    """U-Net: the image is halved twice and doubled twice, and bridges carry details across."""
    d.step("A noisy image goes in.")
    d.picture("x", (0.9, 3.2), "noisy 5 0.4", "*x_t*")
    d.step("On the way down, each level halves the sides and doubles the channels.")
    d.box("down_1", (3.1, 3.2), "28 × 28", "32", high=3)
    d.box("down_2", (5.2, 3.2), "14 × 14", "64", high=2)
    d.arrow("x", "down_1", "down_2")
    d.step("At the bottom, every number sees the whole image. The step t is added here too.")
    d.box("bottom", (7.1, 3.2), "7 × 7", "128", high=1.1)
    d.box("t", (7.1, 5.2), "*t*", role="data")
    d.arrow("down_2", "bottom")
    d.arrow("t", "bottom")
    d.step("On the way up, the sides are doubled again.")
    d.box("up_2", (9, 3.2), "14 × 14", "64", high=2)
    d.box("up_1", (11.1, 3.2), "28 × 28", "32", high=3)
    d.picture("out", (13.1, 3.2), "noise", "noise", role="made")
    d.arrow("bottom", "up_2", "up_1", "out")
    d.step("Bridges carry across what the bottom has lost: where exactly each edge is.")
    d.arrow("down_1", "up_1", via=[(3.1, 0.5), (11.1, 0.5)])
    d.arrow("down_2", "up_2", via=[(5.2, 1.3), (9, 1.3)])
