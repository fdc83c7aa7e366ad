"""Title pictures that are sheets of images."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from course_utils.plots.diagrams.drawing import Drawing, Role

APART = 1.36  # cells from the middle of one image to that of the next
FIRST = 0.85


def _sheet(d: Drawing, names: Sequence[str], role: Role = "data", top: float = FIRST) -> None:
    """Images row by row, four in a row."""
    for number, name in enumerate(names):
        row, column = divmod(number, 4)
        d.picture(name, (FIRST + APART * column, top + APART * row), "noise", role=role)


def samples_of_all(d: Drawing) -> None:
    """Sixteen images: digits and faces, some of them real, the others drawn by models."""
    d.step("Which are real can't be told from one image alone.")
    models = ("diffusion", "real", "VAE", "GAN")
    for number in range(16):
        row, column = divmod(number, 4)
        is_face = (row + column) % 2
        name = f"style {number // 2}" if is_face else f"{models[number // 2 % 4]} {number % 12}"
        d.picture(name, (FIRST + APART * column, FIRST + APART * row), "noise", role="made")


def three_or_eight(d: Drawing) -> None:
    """Threes and eights: four rows of digits, and one place among them is empty."""
    d.step("The empty place asks for a digit that nobody has written.")
    for number in range(16):
        row, column = divmod(number, 4)
        at = FIRST + APART * column, FIRST + APART * row
        if number == 9:
            d.box("missing", at, "?", role="chance", high=1.2)
        else:
            d.picture(f"{3 if column < 2 else 8} {2 * row + column % 2}", at, "noise")


def through_few_numbers(d: Drawing) -> None:
    """Autoencoding: three digits above, a box with a short code below each, and below that the
    digits drawn again, a little blurred."""
    d.step("Nothing else than the code gets through.")
    for column, digit in enumerate("259"):
        x = 0.95 + 1.9 * column
        d.picture(f"{digit} 0", (x, 0.85), "noise")
        d.box(f"code {digit}", (x, 2.85), "?", "numbers", high=1)
        d.picture(f"again {digit}", (x, 4.85), f"blurred {digit}", role="made")
        d.arrow(f"{digit} 0", f"code {digit}", f"again {digit}")


def drawn_from_the_prior(d: Drawing) -> None:
    """Digits of a VAE: a Gaussian of codes, and twelve soft digits that the decoder drew."""
    d.step("Each comes from one code z, drawn from the Gaussian.")
    _sheet(d, [f"VAE {number}" for number in (1, 3, 4, 6, 7, 8, 9, 11)], "made")
    d.curve("prior", (1.4, 4.6), "*z ~ N(0, I)*")
    d.network("decoder", (4.1, 4.3), "decoder")
    d.arrow("prior", "decoder", role="chance")
    d.arrow("decoder", "VAE 9")


def one_knob_each(d: Drawing) -> None:
    """Four knobs: in four rows of drawn faces the head turns, the mouth smiles, the skin gets
    darker, and the light moves to the other side."""
    d.step("One knob is turned in each row, and the others stand still.")
    for row, knob in enumerate(("azimuth", "smile", "skin_tone", "light_direction")):
        _sheet(d, [f"{knob} {number}" for number in range(4)], top=FIRST + APART * row)


def one_rare_face(d: Drawing) -> None:
    """One rare face: sixteen drawn faces, and the one with dark skin has an orange frame."""
    d.step("Who is rare in the data is missed more often.")
    for number in range(16):
        row, column = divmod(number, 4)
        at = FIRST + APART * column, FIRST + APART * row
        if number == 6:
            d.picture("rare", at, "face 9 20", role="loss")
        else:
            d.picture(f"face {number}", at, f"face {1 + number % 3} {12 * (number % 5) - 24}")


def on_request(d: Drawing) -> None:
    """On request: three labels, y is 7, 4 and 8, go into a model, and out come a seven, a
    four and an eight."""
    d.step("The model of notebook 14 drew them.")
    d.network("model", (2.95, 2.85), "model", ends=(3, 3))
    for row, (digit, number) in enumerate({"7": 1, "4": 2, "8": 4}.items()):
        y = 0.9 + 1.95 * row
        d.box(f"wish {digit}", (0.8, y), f"*y = {digit}*", role="data", high=0.9)
        d.picture(f"diffusion {number}", (5.2, y), "noise", role="made")
        d.arrow(f"wish {digit}", "model", f"diffusion {number}")


def whom_to_believe(d: Drawing) -> None:
    """Three models: each of the rows A, B and C has three digits from another model, and a question
    mark for its score."""
    d.step("A is soft, B is crisp with broken strokes, C is crisp.")
    for row, (letter, model) in enumerate({"A": "VAE", "B": "GAN", "C": "diffusion"}.items()):
        y = 0.9 + 1.7 * row
        for column in range(3):
            name = f"{model} {3 * row + column + 1}"
            d.picture(name, (FIRST + APART * column, y), "noise", role="made")
        d.box(f"score {letter}", (5, y), f"{letter}: ?", role="loss", high=0.9)
        d.arrow(f"{model} {3 * row + 3}", f"score {letter}", dotted=True, role="loss")


def out_of_noise(d: Drawing) -> None:
    """A seven in sixteen stages: from even noise at the upper left to a clear digit at the lower
    right."""
    d.step("From stage to stage there is a little less noise.")
    for number in range(16):
        row, column = divmod(number, 4)
        at = FIRST + APART * column, FIRST + APART * row
        role: Role = "made" if number == 15 else "chance"
        d.picture(f"stage {number}", at, f"noisy 7 {1 - number / 15:.2f}", role=role)


def turned_heads(d: Drawing) -> None:
    """Turned heads: three rows of four faces that a style generator drew."""
    d.step("Heads are turned to either side, on backgrounds of several colors.")
    _sheet(d, [f"style {number}" for number in range(12)], "made")


def four_families(d: Drawing) -> None:
    """Four families: four digits of each, row by row: VAE, flow, GAN, diffusion."""
    d.step("Each row has a look of its own, and each its fault.")
    for row, model in enumerate(("VAE", "flow", "GAN", "diffusion")):
        _sheet(d, [f"{model} {number}" for number in range(3, 7)], "made", FIRST + APART * row)


SHEETS: tuple[Callable[[Drawing], None], ...] = (
    samples_of_all,
    three_or_eight,
    through_few_numbers,
    drawn_from_the_prior,
    one_knob_each,
    one_rare_face,
    on_request,
    whom_to_believe,
    out_of_noise,
    turned_heads,
    four_families,
)
