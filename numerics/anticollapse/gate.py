"""A test of a power tail by R² of a line through log τ and log of how many are longer."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from longlag.theory.errors import LonglagError

#: The least number of values that a line is put through.
LEAST = 10


def line_fit(values: Float[np.ndarray, " n"], *, share: float = 1.0) -> float:
    """Return R² of the line through (ln v, ln of the share that is at least v).

    Args:
        values: positive ones, such as time scales.
        share: of the largest that are looked at.

    Raises:
        LonglagError: fewer than ten values, or one that is not positive.

    >>> pareto = np.random.default_rng(0).pareto(1.5, 1000) + 1
    >>> line_fit(pareto) > 0.99
    True
    """
    count = round(share * values.size)
    if count < LEAST or not float(values.min()) > 0:
        raise LonglagError(
            f"{count} values, the least {values.min():g}",
            f"a line goes through at least {LEAST} positive ones",
            "give more of them",
        )
    largest = np.sort(values)[::-1][:count]
    logs = np.log(largest)
    if logs[0] == logs[-1]:
        # One number for all: no line is drawn through one point.
        return 0.0
    ranks = np.log(np.arange(1, count + 1) / values.size)
    return float(np.corrcoef(logs, ranks)[0, 1] ** 2)


def share_accepted(spectra: Float[np.ndarray, "spectra n"], *, share: float, least: float) -> float:
    """Return the share of spectra with R² of at least ``least``.

    Args:
        spectra: one in each row.
        share: of the largest of each that are looked at.
        least: R² from which a spectrum is called a power law.
    """
    return float(np.mean([line_fit(row, share=share) >= least for row in spectra]))


__all__ = ["LEAST", "line_fit", "share_accepted"]
