"""Title pictures that show how something works, with the fewest parts that can."""

from __future__ import annotations

from collections.abc import Callable

from course_utils.plots.diagrams.drawing import NARROWS, WIDENS, Drawing
from coursework.diagrams.judging import GENERATORS


def how_far_apart(d: Drawing) -> None:
    """Two distributions: p has two bumps, q one. Between them stand two numbers, KL from p to q
    and KL from q to p, joined by a sign that says unequal."""
    d.step("Which one should a model minimize?")
    d.curve("p", (2.9, 0.95), "*p(x)*", peaks=(-0.5, 0.5))
    d.curve("q", (2.9, 4.75), "*q(x)*")
    d.box("forward", (1.2, 2.95), "KL*(p ‖ q)*", role="loss")
    d.box("reverse", (4.6, 2.95), "KL*(q ‖ p)*", role="loss")
    d.note((2.9, 2.95), "≠", "loss")
    d.arrow("p", "forward", role="loss")
    d.arrow("q", "reverse", role="loss")


def past_the_draw(d: Drawing) -> None:
    """A gradient that stops: a loss sends it back to a drawn code z. Between z and the numbers μ
    and σ that it was drawn with stands a question mark."""
    d.step("How does the gradient get past the draw?")
    d.box("mu", (0.9, 1.4), "*μ*", high=1)
    d.box("sigma", (0.9, 3.9), "*σ*", high=1)
    d.circle("z", (3.1, 2.65), "*z*")
    d.box("loss", (5.3, 2.65), "*f(z)*", "the loss", "loss")
    d.arrow("mu", "z", role="chance")
    d.arrow("sigma", "z", role="chance")
    d.arrow("z", "loss")
    d.gradient("loss", "z")
    d.note((2.1, 2.65), "?", "loss")


def forger_and_judge(d: Drawing) -> None:
    """Forger and judge: one network turns noise into a fake digit; the other is shown it and a real
    one, and has to say which is real."""
    d.step("Each of the two networks is the other's teacher.")
    d.curve("noise", (1, 4.6), "*z*")
    d.network("generator", (3.1, 4.6), "forger", ends=WIDENS)
    d.picture("GAN 0", (5.4, 4.6), "noise", "fake", role="made")
    d.picture("real 1", (5.4, 1.3), "noise", "real")
    d.network("judge", (3.1, 1.9), "judge", ends=(1.4, 2.4))
    d.box("answer", (1, 1.9), "real?", role="loss")
    d.arrow("noise", "generator", role="chance")
    d.arrow("generator", "GAN 0")
    d.arrow("real 1", "judge")
    d.arrow("GAN 0", "judge")
    d.arrow("judge", "answer")


def the_perfect_judge(d: Drawing) -> None:
    """A perfect judge: it knows two distributions, that of the data and that of the forger, and has
    to give the best answer for each x."""
    d.step("It answers one half where both are equally likely.")
    d.curve("p", (1.4, 1.2), "*p_{data}(x)*", above=True)
    d.curve("q", (4.5, 1.2), "*p_G(x)*", above=True)
    d.box("best", (2.95, 3.05), "*D(x) = ?*", "of a perfect judge", high=1.1)
    d.box("answer", (2.95, 4.8), "a coin, or a proof?", role="loss", high=0.9)
    d.arrow("p", "best")
    d.arrow("q", "best")
    d.arrow("best", "answer", role="loss")


def one_mode_of_three(d: Drawing) -> None:
    """A collapsed generator: the data have three bumps, and what it draws has one. The judge hasn't
    changed that."""
    d.step("This is mode collapse, one of three failures.")
    d.curve("data", (1.4, 1.2), "the data", above=True, peaks=(-0.6, 0, 0.6))
    d.curve("drawn", (4.6, 1.2), "what *G* draws", above=True)
    d.network("judge", (3, 3.3), "judge", ends=NARROWS)
    d.box("remedy", (3, 5.2), "which remedy?", role="loss", high=0.9)
    d.arrow("data", "judge")
    d.arrow("drawn", "judge")
    d.arrow("remedy", "judge", role="loss")


def there_and_back(d: Drawing) -> None:
    """A map that can be undone: one arrow leads from a Gaussian to a distribution of two bumps,
    another back."""
    d.step("So the density of each image is known exactly.")
    d.curve("x", (1.9, 0.9), "*p(x)*, of images", peaks=(-0.5, 0.5))
    d.box("f", (1.9, 2.95), "*f*", "can be undone", high=1.1)
    d.curve("z", (1.9, 4.8), "*p(z) = N(0, I)*")
    d.arrow("z", "f", role="chance")
    d.gradient("f", "z", role="made")


def black_or_blond(d: Drawing) -> None:
    """Black or blond: a network is shown a face whose hair is gray, and could answer with black
    hair or with blond hair."""
    d.step("Both fit what the network was shown.")
    d.picture("gray hair", (0.95, 2.85), "noise")
    d.network("network", (3, 2.85), "network", ends=(1.6, 1.6))
    d.picture("black hair", (5.25, 1.3), "noise", "?", role="made")
    d.picture("blond hair", (5.25, 4.1), "noise", "?", role="made")
    d.arrow("gray hair", "network")
    d.arrow("network", "black hair")
    d.arrow("network", "blond hair")


def through_a_wire(d: Drawing) -> None:
    """Digits as a file: a stack of digits goes through an encoder into a few bits, and comes out of
    a decoder exactly as it was."""
    d.step("How few bits are enough?")
    d.picture("real 1", (0.95, 1.5), "noise", stack=True)
    d.network("encoder", (3.2, 1.5), "encoder")
    d.box("bits", (5.2, 2.95), "0110", "? bits", high=1.1)
    d.network("decoder", (3.2, 4.4), "decoder", ends=NARROWS)
    d.picture("real 2", (0.95, 4.4), "noise", stack=True, role="made")
    d.arrow("real 1", "encoder", "bits")
    d.arrow("bits", "decoder", "real 2")


def which_one_of_four(d: Drawing) -> None:
    """Four generators: A draws one clump, B all four, C anything, D between the clumps as well."""
    d.step("Which one has all the clumps of the data, and nothing else?")
    for number, (letter, (peaks, _)) in enumerate(GENERATORS.items()):
        x, y = 1.4 + 3 * (number % 2), 1.2 + 2.7 * (number // 2)
        d.curve(letter, (x, y), letter, peaks=peaks)


SKETCHES: tuple[Callable[[Drawing], None], ...] = (
    how_far_apart,
    past_the_draw,
    forger_and_judge,
    the_perfect_judge,
    one_mode_of_three,
    there_and_back,
    black_or_blond,
    through_a_wire,
    which_one_of_four,
)
