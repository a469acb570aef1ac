"""What a linear network recalls, in floating point: by all-pass filters, and the old way.

R² by the inverse of a Gram matrix is lost in rounding: of 16 multipliers evenly between .5 and .95
a pseudo-inverse finds 12 lags. The filters of ``theory.linear.recall`` have no inverse.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Complex, Float
from numpy.typing import NDArray
from scipy.signal import lfilter

from longlag.theory.errors import LonglagError


def recall_curve(
    multipliers: Float[NDArray[np.float64], " n"] | Complex[NDArray[np.complex128], " n"], lags: int
) -> Float[NDArray[np.float64], " lags+1"]:
    """Return R²(0) … R²(L) of a linear network under white input.

    Args:
        multipliers: the eigenvalues λ_1 … λ_n of its step, |λ| < 1; complex ones of a real network
            stand in pairs. Two that are the same are a Jordan block.
        lags: L.

    Returns:
        R²(ℓ) = 1 − Σ_{k ≤ ℓ} |b_k|², b the response of ∏ (z − λ_i)/(1 − λ̄_i z) to an impulse.

    Raises:
        LonglagError: a multiplier that does not forget, or a negative lag.

    >>> recall_curve(np.array([0.5]), 2).tolist()
    [0.75, 0.1875, 0.046875]
    """
    found = np.asarray(multipliers)
    if found.ndim != 1 or not len(found) or not bool((np.abs(found) < 1).all()):
        raise LonglagError(
            f"multipliers {found}", "a stable network has |λ| < 1, n ≥ 1", "give such eigenvalues"
        )
    if lags < 0:
        raise LonglagError(f"lags {lags}", "a lag counts steps back", "give 0 or more")
    response = np.zeros(lags + 1, dtype=found.dtype)
    response[0] = 1
    for each in found:
        response = lfilter([-each, 1], [1, -np.conj(each)], response)
    left: NDArray[np.float64] = 1 - np.cumsum(np.abs(response) ** 2)
    return np.clip(left, 0, None)


def recall_by_inverse(
    multipliers: Float[NDArray[np.float64], " n"], lags: int
) -> Float[NDArray[np.float64], " lags+1"]:
    """Return R² by a pseudo-inverse of the Gram matrix, as it is often computed.

    Args:
        multipliers: real.
        lags: L.
    """
    gram = 1 / (1 - np.outer(multipliers, multipliers))
    powers = multipliers ** np.arange(lags + 1)[:, None]
    found: NDArray[np.float64] = np.einsum("li,ij,lj->l", powers, np.linalg.pinv(gram), powers)
    return found


__all__ = ["recall_by_inverse", "recall_curve"]
