r"""Lyapunov exponents of products of random Jacobians, from D and R by mean field.

Of k = xH directions the next one has the length that is left of its image outside of the images of
the others: E‖(1 − P)(D e + σ w)‖² = D² β + σ² (1 − x), where β = 1 − E P of a direction that is not
among them. Deterministic equivalents of information plus noise (Hachem, Loubaton, Najim 2007) give
β = 1/u with (u − 1)(D²/u + σ²(1 − x)) = x σ². So the exponents are predicted from D and σ, and with
them how anisotropic transport grows: ln AI_r over the lag with the slope λ₁ − λ_r. Derived here.
"""

from __future__ import annotations

from sympy import Expr, Rational, log, sqrt


def fresh_exponent(kept: Expr, crossed: Expr, share: Expr) -> Expr:
    r"""Return λ(x) of D + σW with fresh weights in each step, for the share x of all directions.

    λ = ½ ln E, E = ½ (s + √(s² + 4σ⁴ x(1−x))), s = D² + σ²(1 − 2x). At x = 0 it is ½ ln χ; at D = 0
    the triangle law ½ ln σ²(1 − x) (Newman 1986).

    Args:
        kept: D, the same for all neurons.
        crossed: σ, entries of σW have the variance σ²/H.
        share: x = i/H of the i-th exponent.

    >>> from sympy import S, simplify
    >>> simplify(fresh_exponent(S.Zero, S.One, S(3) / 4))
    -log(2)
    """
    middle = kept**2 + crossed**2 * (1 - 2 * share)
    root = sqrt(middle**2 + 4 * crossed**4 * share * (1 - share))
    return Rational(1, 2) * log((middle + root) / 2)


def triangle_exponent(isotropy: Expr, share: Expr) -> Expr:
    """Return ½ ln χ(1 − x), Newman's law, which holds where nothing is kept and neurons are alike.

    Args:
        isotropy: χ.
        share: x.
    """
    return Rational(1, 2) * log(isotropy * (1 - share))


__all__ = ["fresh_exponent", "triangle_exponent"]
