"""Mean squares of a Jacobian and of its products over random weights: χ and its recursion."""

from __future__ import annotations

import numpy as np

from longlag.numerics.stability.factors import Factors, Reals


def passed_variances(factors: Factors, gains: Reals, second: Reals) -> Reals:
    """Return E u_k² of what the maps pass on, shape (K,).

    Args:
        factors: of a network.
        gains: g, shape (K,).
        second: E δh δhᵀ of each neuron, shape (H, S, S).
    """
    taken = gains**2 * np.einsum("qks,qst,qkt->qk", factors.before, second, factors.before).mean(0)
    inner = gains[:, None] ** 2 * (factors.nested**2).mean(0)
    found: Reals = np.linalg.solve(np.eye(len(gains)) - inner, taken)
    return found


def mean_squares(factors: Factors, gains: Reals, lags: int) -> Reals:
    """Return E‖M_ℓ‖_F²/(S H) for ℓ = 0 … L, with independent weights in each step.

    V ← D V Dᵀ + Σ_k E u_k² b_k b_kᵀ for the second moments of the S states of each neuron, from
    the identity: exact at every H for single maps, since independent weights have no cross terms.

    Args:
        factors, gains: as for ``passed_variances``; the same in every step.
        lags: L.
    """
    second = np.broadcast_to(np.eye(factors.states), factors.local.shape)
    found = [1.0]
    for _ in range(lags):
        passed = passed_variances(factors, gains, second)
        kept = factors.local @ second @ factors.local.transpose(0, 2, 1)
        second = kept + np.einsum("k,qsk,qtk->qst", passed, factors.after, factors.after)
        found.append(float(np.einsum("qss->", second)) / (factors.size * factors.states))
    return np.array(found)


def isotropy(factors: Factors, gains: Reals) -> float:
    """Return χ = E‖J‖_F²/(S H), the mean squared singular value.

    Args:
        factors, gains: as for ``passed_variances``.
    """
    return float(mean_squares(factors, gains, 1)[1])


def drawn_squares(
    factors: Factors, gains: Reals, lag: int, seed: int, *, tied: bool = False
) -> float:
    """Return ‖M_ℓ‖_F²/(S H) of drawn weights.

    Args:
        factors, gains: as for ``passed_variances``.
        lag: ℓ.
        seed: of the draw.
        tied: one draw for all steps, as in a recurrent network, or a fresh one in each.
    """
    generator = np.random.default_rng(seed)
    width = factors.size * factors.states
    product = np.eye(width)
    step = factors.jacobian(factors.draw(generator, gains))
    for position in range(lag):
        if position and not tied:
            step = factors.jacobian(factors.draw(generator, gains))
        product = step @ product
    return float((product**2).sum() / width)


__all__ = ["drawn_squares", "isotropy", "mean_squares", "passed_variances"]
