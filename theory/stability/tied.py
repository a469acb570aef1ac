r"""How large products of Jacobians are with one matrix for all steps, and with fresh ones.

For equal neurons at rest J = D + σW. Whatever is kept, a recurrent network uses one W in all steps:
its products are larger than those of fresh matrices by a factor that grows exponentially, unless
D = 0 or σ = 0. Derived here.
"""

from __future__ import annotations

from sympy import Expr, S, binomial, pi, sqrt


def tied_square_norm(kept: Expr, crossed: Expr, lag: int) -> Expr:
    r"""Return lim E‖(D + σW)^ℓ‖_F²/H for one matrix W, Haar orthogonal or of variance 1/H.

    Σ_k C(ℓ,k)² D^{2(ℓ−k)} σ^{2k}: only equal powers of W on both sides have a trace, by which the
    binomial formula turns into the sum of its squared terms. With a fresh W in each step it is
    (D² + σ²)^ℓ. Derived here; the orthogonal case is Parseval's on the circle.

    Args:
        kept: D, the same for all neurons.
        crossed: σ.
        lag: ℓ.

    >>> tied_square_norm(S(1) / 2, S(1) / 2, 2)
    3/8
    """
    terms = (
        binomial(lag, k) ** 2 * kept ** (2 * (lag - k)) * crossed ** (2 * k) for k in range(lag + 1)
    )
    return S(sum(terms))


def tied_asymptote(kept: Expr, crossed: Expr, lag: Expr) -> Expr:
    """Return (D+σ)^{2ℓ+1}/(2√(πℓDσ)), what ``tied_square_norm`` approaches over long lags.

    Args:
        kept: D > 0.
        crossed: σ > 0.
        lag: ℓ.
    """
    return (kept + crossed) ** (2 * lag + 1) / (2 * sqrt(pi * lag * kept * crossed))


def orthogonal_square_norm(kept: Expr, crossed: Expr, lag: int, size: Expr) -> Expr:
    r"""Return E‖(D + σO)^ℓ‖_F²/H for a Haar orthogonal O, exactly for every H.

    With L of ``tied_square_norm``: L + (((D+σ)^{2ℓ} + (D−σ)^{2ℓ})/2 − L)/H. A trace of O^m has the
    mean 1 for even m ≥ 2 and 0 for odd m, for every H: of the hooks in its expansion by Schur
    functions one alone has even parts only. So terms of even unequal powers add 1/H each.

    Args:
        kept: D, the same for all neurons.
        crossed: σ.
        lag: ℓ.
        size: H.

    >>> orthogonal_square_norm(S(1) / 2, S(1) / 2, 2, S(1))
    1/2
    """
    limit = tied_square_norm(kept, crossed, lag)
    even = ((kept + crossed) ** (2 * lag) + (kept - crossed) ** (2 * lag)) / 2
    return limit + (even - limit) / size


def fresh_square_norm(kept: Expr, crossed: Expr, lag: Expr) -> Expr:
    """Return (D² + σ²)^ℓ = χ^ℓ, what a fresh W in each step makes of it.

    Args:
        kept: D.
        crossed: σ.
        lag: ℓ.
    """
    return (kept**2 + crossed**2) ** lag


__all__ = ["fresh_square_norm", "orthogonal_square_norm", "tied_asymptote", "tied_square_norm"]
