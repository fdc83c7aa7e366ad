"""Models in which a discriminator judges what a generator makes."""

from __future__ import annotations

from course_utils.plots.diagrams.drawing import WIDENS, Drawing


def gan(d: Drawing) -> None:
    """Generative adversarial network: a generator makes images from noise, and a discriminator
    tells them from real ones."""
    d.step("Noise z, drawn from a Gaussian.")
    d.curve("noise", (1.2, 4.1), "*z ~ N(0, I)*")
    d.step("The generator turns each draw into an image: a fake.")
    d.network("generator", (3.9, 4.1), "generator", "*G*", WIDENS)
    d.picture("fake", (6.4, 4.1), "blurred 3", "fake *x̂ = G(z)*", stack=True, role="made")
    d.arrow("noise", "generator", role="chance")
    d.arrow("generator", "fake")
    d.step("Real images come from the data.")
    d.picture("real", (6.4, 1.5), "digit 3", "real *x*", above=True, stack=True)
    d.step("The discriminator sees one or the other, and says how probably it is real.")
    d.network("discriminator", (9.2, 2.8), "discriminator", "*D*")
    d.box("p", (12.1, 2.8), "*P(*real*)*")
    d.arrow("real", "discriminator")
    d.arrow("fake", "discriminator", "p")
    d.step("Its loss: say 1 to real images and 0 to fakes. This gradient changes D only.")
    d.box("d_loss", (12.1, 0.9), "loss of *D*", "1 for real, 0 for fake", "loss")
    d.arrow("p", "d_loss", role="loss")
    d.gradient("d_loss", "p", "discriminator")
    d.step("The generator's loss: D should say 1 to fakes. Its gradient goes through D into G.")
    d.box("g_loss", (12.1, 4.7), "loss of *G*", "1 for fake", "loss")
    d.arrow("p", "g_loss", role="loss")
    d.gradient("g_loss", "p", "discriminator", "fake", "generator")


def conditional_gan(d: Drawing) -> None:
    """Conditional GAN: generator and discriminator are both told the label y."""
    d.step("A label y: the digit that is wanted.")
    d.box("y", (1.2, 2.8), "*y = 3*", role="data")
    d.step("The generator is told y along with its noise, and makes a fake.")
    d.curve("noise", (1.2, 4.4), "*z ~ N(0, I)*")
    d.network("generator", (3.9, 4.1), "generator", "*G(z, y)*", WIDENS)
    d.picture("fake", (6.4, 4.1), "blurred 3", "fake 3", stack=True, role="made")
    d.arrow("noise", "generator", role="chance")
    d.arrow("y", "generator", "fake")
    d.step("A real image comes with its label.")
    d.picture("real", (6.4, 1.5), "digit 3", "real 3", above=True, stack=True)
    d.step("The discriminator is told y as well: is it real, and is it a y?")
    d.network("discriminator", (9.2, 2.8), "discriminator", "*D(x, y)*")
    d.box("p", (12, 2.8), "*P(*real 3*)*")
    d.arrow("real", "discriminator")
    d.arrow("y", "discriminator")
    d.arrow("fake", "discriminator", "p")
