"""Diagrams of the course: each a short description, drawn as SVG, in steps, light and dark.

`diagram("vae")` draws one; `vaes.py` shows how one is described, with the words of
`course_utils.plots.diagrams.drawing`.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from course_utils.plots.diagrams.drawing import Diagram, Drawing
from coursework.diagrams.chains import coupling_layer, diffusion, unet
from coursework.diagrams.gans import conditional_gan, cycle_gan, gan, style_generator
from coursework.diagrams.judging import divergence, four_generators, judging
from coursework.diagrams.maps import debiasing, family, judge
from coursework.diagrams.vaes import autoencoder, conditional_vae, reparameterization, vae

__all__ = ["Diagram", "Drawing", "diagram", "names"]

_AUTOENCODERS = (autoencoder, vae, reparameterization, conditional_vae)
_GANS = (gan, conditional_gan, cycle_gan, style_generator)
_NETWORKS = (coupling_layer, diffusion, unet)
_MEASURES = (debiasing, judge, judging, divergence, four_generators)
_DESCRIBED = {
    describe.__name__: describe
    for describe in (*_AUTOENCODERS, *_GANS, *_NETWORKS, *_MEASURES, family)
}


def names() -> list[str]:
    """The names that `diagram` takes."""
    return list(_DESCRIBED)


def diagram(
    name: str, step: int | None = None, images: Mapping[str, object] | None = None
) -> Diagram:
    """The diagram `name`: all of it, or what is there after `step` (from 1), its news in full.

    images: {part: image (H, W), (1, H, W) or (3, H, W) in [0, 1]} in place of drawn ones, such as
    {"x": x[0], "x_hat": x_hat[0]}. Raises KeyError for an unknown name, ValueError for a step or
    a part that isn't there.
    """
    if name not in _DESCRIBED:
        near = difflib.get_close_matches(name, names(), n=1, cutoff=0.0)
        raise KeyError(f"there is no diagram {name!r}; the nearest name is {near[0]!r}")
    drawing = Drawing(_DESCRIBED[name], images or {})
    if unknown := sorted(set(images or {}) - drawing.pictures):
        known = ", ".join(sorted(drawing.pictures)) or "none"
        raise ValueError(f"{name} has no picture {unknown[0]!r}; its pictures: {known}")
    if step is not None and not 1 <= step <= len(drawing.parts):
        raise ValueError(f"{name} has steps 1 to {len(drawing.parts)}; there is no step {step}")
    return drawing.diagram(step)
