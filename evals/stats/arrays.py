"""Arrays as the statistics take them."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
"""Integers that stand for clusters, strata or the like."""

Bounds = tuple[float, float]
"""Lowest and highest possible value; nan if nothing bounds it."""
