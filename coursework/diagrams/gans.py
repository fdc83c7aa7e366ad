"""Models in which a discriminator judges what a generator makes."""

from __future__ import annotations

from course_utils.plots.diagrams.drawing import WIDENS, Drawing


def gan(d: Drawing) -> None:
    """Generative adversarial network: a generator makes images from noise, and a discriminator
    tells them from real ones."""
    d.step("Noise z, drawn from a Gaussian.")
    d.curve("noise", (1.2, 4), "*z ~ N(0, I)*")
    d.step("The generator turns each draw into an image: a fake.")
    d.network("generator", (3.9, 4), "generator", "*G*", WIDENS)
    d.picture("fake", (6.4, 4), "blurred 3", "fake *x̂ = G(z)*", stack=True, role="made")
    d.arrow("noise", "generator", role="chance")
    d.arrow("generator", "fake")
    d.step("Real images come from the data.")
    d.picture("real", (6.4, 1.6), "digit 3", "real *x*", above=True, stack=True)
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
    d.network("generator", (3.9, 4), "generator", "*G(z, y)*", WIDENS)
    d.picture("fake", (6.4, 4), "blurred 3", "fake 3", stack=True, role="made")
    d.arrow("noise", "generator", role="chance")
    d.arrow("y", "generator", "fake")
    d.step("A real image comes with its label.")
    d.picture("real", (6.4, 1.6), "digit 3", "real 3", above=True, stack=True)
    d.step("The discriminator is told y as well: is it real, and is it a y?")
    d.network("discriminator", (9.2, 2.8), "discriminator", "*D(x, y)*")
    d.box("p", (12, 2.8), "*P(*real 3*)*")
    d.arrow("real", "discriminator")
    d.arrow("y", "discriminator")
    d.arrow("fake", "discriminator", "p")


def cycle_gan(d: Drawing) -> None:
    """CycleGAN: one generator turns day into night, another turns it back, and the image has to
    come out as it went in. No pairs of images are needed."""
    d.step("A road by day. Nobody has a photo of the same road by night.")
    d.picture("x", (0.9, 2.6), "day 0", "*x*, day")
    d.step("The generator G turns day into night.")
    d.network("to_night", (3.4, 2.6), "to night", "*G*", (1.8, 1.8))
    d.picture("fake", (5.9, 2.6), "night 0", "*G(x)*, night", above=True, role="made")
    d.arrow("x", "to_night", "fake")
    d.step("A discriminator compares with real nights, of any roads.")
    d.picture("real", (2.6, 5), "night 5", "real nights", stack=True)
    d.network("judge", (5.9, 5), "real night?", "*D*", (1.8, 1))
    d.arrow("fake", "judge")
    d.arrow("real", "judge")
    d.step("A second generator F turns night back into day.")
    d.network("to_day", (8.4, 2.6), "to day", "*F*", (1.8, 1.8))
    d.picture("back", (10.9, 2.6), "day 0", "*F(G(x))*", role="made")
    d.arrow("fake", "to_day", "back")
    d.step("The cycle loss: the road must come back as it was, so G may not invent another one.")
    d.box("cycle", (5.9, 0.7), "*‖F(G(x)) − x‖*", "cycle loss", "loss")
    d.arrow("x", "cycle", via=[(0.9, 0.7)], dotted=True, role="loss")
    d.arrow("back", "cycle", via=[(10.9, 0.7)], dotted=True, role="loss")
    d.step("The same the other way round, from night to day and back, with a second D.")
    d.note((10.4, 5), "and from night to day and back", "model")


def style_generator(d: Drawing) -> None:
    """Style-based generator: noise becomes a style, and the style is set anew at every
    resolution, from coarse to fine."""
    d.step("A mapping network turns the noise z into a style w.")
    d.circle("z", (0.9, 4.9), "*z*")
    d.network("mapping", (3, 4.9), "mapping", "3 layers", (1.3, 1.3))
    d.box("w", (5.2, 4.9), "*w*", "style", high=1)
    d.arrow("z", "mapping", "w")
    d.step("The image begins as one learned constant of 4 × 4 numbers, the same for all.")
    d.box("constant", (1.1, 1.8), "4 × 4", "constant", high=0.9)
    d.step("Each block doubles the resolution.")
    d.box("coarse", (4, 1.8), "8 × 8", "twice as large", high=1.1)
    d.box("middle", (6.8, 1.8), "16 × 16", "and again", high=1.5)
    d.box("fine", (9.6, 1.8), "32 × 32", "and again", high=2)
    d.picture("image", (12.2, 1.8), "face 4 -20", "*x̂*", role="made")
    d.arrow("constant", "coarse", "middle", "fine", "image")
    d.step("The style scales the features of every block: coarse ones first, fine ones last.")
    for block in ("constant", "coarse", "middle", "fine"):
        d.arrow("w", block)
    d.step("Fresh noise at every block draws what no style decides, such as single hairs.")
    d.curve("noise", (9.6, 4.9), "fresh noise")
    d.arrow("noise", "fine", role="chance")
