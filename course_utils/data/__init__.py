"""Data sets: `load("digits")`, "fashion", "roads", "faces", "non-faces"; densities in `toy`.

Read `dataset.py` first (what you get), then `loading.py` (how it is chosen). `digits.py`,
`roads.py`, `faces.py` and `face_lookalikes.py` draw images whose true factors are known; how they
are drawn stands in `digit_strokes.py`, `road_scene.py` and `face_scene.py`. `real.py` reads MNIST
and Fashion-MNIST, `face_photos.py` photographs, `measured.py` what the benchmarks measured, and
`checkpoint.py` weights that were trained beforehand. `vowels.py` synthesizes sounds.
"""

from course_utils.data.dataset import Dataset
from course_utils.data.loading import load

__all__ = ["Dataset", "load"]
