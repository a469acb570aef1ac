"""H_N of fitted laws, for many samples of their parameters at once."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from longlag.numerics.fitting.least_squares import Solutions
from longlag.numerics.fitting.model import Model

#: Where ln ℓ is looked at: finely up to e^30, then up to the largest double.
_FINE = np.linspace(-14.0, 30.0, 881)
_COARSE = np.linspace(30.5, 700.0, 670)
_HALVINGS = 60


def horizons(model: Model, found: Solutions, log_level: float) -> Float[np.ndarray, " B"]:
    """Return sup{ℓ : ln f(ℓ) ≥ ln φ} for every sample.

    Args:
        model: of the law.
        found: its coordinates, B of them.
        log_level: ln φ = (ln A − ln N)/κ.

    Returns:
        Shape (B,): 0 where no lag reaches φ, ∞ where f stays above. A last crossing is looked for
        on a grid of ln ℓ and halved in; between two neighbours of the grid, a twentieth of ln ℓ
        apart, a law crosses once.
    """
    law = model.law
    start = float(law.start) if law.start.is_number else 0.0
    grid = np.exp(np.concatenate([_FINE, _COARSE]))
    grid = np.concatenate([[start], grid[grid > start]])
    reached = model.log_shape(grid, found.u) + found.a[:, None] >= log_level
    last = len(grid) - 1 - np.argmax(reached[:, ::-1], axis=1)
    none, beyond = ~reached.any(1), reached[:, -1]
    low, high = grid[last], grid[np.minimum(last + 1, len(grid) - 1)]
    for _ in range(_HALVINGS):
        # Halfway on the scale of ln ℓ, except from lag 0.
        middle = np.where(low > 0, np.sqrt(low) * np.sqrt(high), high / 2)
        above = (model.log_shape(middle[:, None], found.u)[:, 0] + found.a) >= log_level
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.where(none, 0.0, np.where(beyond, np.inf, low))


__all__ = ["horizons"]
