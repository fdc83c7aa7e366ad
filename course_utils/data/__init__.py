"""Data sets: `load("digits")`, `load("fashion")`, `load("roads")`, and densities in `toy`.

Read `dataset.py` first (what you get), then `loading.py` (how it is chosen); `digits.py` and
`roads.py` draw pictures whose true factors are known, `real.py` reads MNIST and Fashion-MNIST.
"""

from course_utils.data.dataset import Dataset
from course_utils.data.loading import load

__all__ = ["Dataset", "load"]
