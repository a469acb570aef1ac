"""Where a function of time changes its sign."""

from __future__ import annotations

import numpy as np
from scipy.optimize import elementwise

from longlag.numerics.memory.density import Array, Integrand


def crossings(function: Integrand, times: Array) -> Array:
    """Return a root between every two neighbouring times at which a function has unlike signs.

    Args:
        function: takes an array of times to as many values.
        times: increasing, shape (n,).

    >>> crossings(np.cos, np.array([0.0, 2.0, 3.0, 6.0])).round(12) * 2 / np.pi
    array([1., 3.])
    """
    signs = np.sign(function(times))
    turns = np.flatnonzero(signs[1:] * signs[:-1] < 0)
    if len(turns) == 0:
        return np.empty(0)
    found = elementwise.find_root(function, (times[turns], times[turns + 1]))
    # Where the values near a root are no numbers, a bracket is all that is known.
    roots: Array = np.where(found.success, found.x, found.bracket[0])
    return roots
