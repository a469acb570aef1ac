r"""How large a linear unit becomes, and how sensitive it is, under correlated input.

h_t = λ h_{t−1} + x_t with stationary x of unit variance and correlation ρ^{|k|} at distance k, and
g = ∂h/∂λ with g_t = λ g_{t−1} + h_{t−1}. With s₀ = λρ/(1−λρ) and s₁ = λρ/(1−λρ)²,

    E h² = (1 + 2 s₀)/(1−λ²),   E g² = (1+λ²)/(1−λ²)³ (1 + 2 s₀) + 2 s₁/(1−λ²)².

Source: Zucchet and Orvieto 2024, arXiv 2405.21064. What is learnt is θ ↦ λ(θ), and the unit is
often normalised, h̃ = √(1−λ²) h: E (∂h̃/∂θ)² = λ'(θ)² S(λ), where (1−λ)² S(λ) has a positive limit
as λ → 1. So it stays bounded for long time scales if and only if λ' = O(1−λ): derived here.
"""

from __future__ import annotations

import sympy
from sympy import Expr, Matrix, S, sqrt, symbols

from longlag.theory.memory.reparametrisation import multiplier
from longlag.theory.notation import SymbolTable

_symbols = SymbolTable("linear")
#: The correlation of neighbouring inputs.
correlation = _symbols.add("rho", "correlation of neighbouring inputs", real=True)

_l, _r = multiplier, correlation


def state_power() -> Expr:
    """Return E h² over λ and ρ.

    >>> state_power().subs(correlation, 0)
    1/(1 - lambda**2)
    """
    return (1 + 2 * _near()) / (1 - _l**2)


def sensitivity_power() -> Expr:
    """Return E (∂h/∂λ)² over λ and ρ.

    >>> sympy.factor(sensitivity_power().subs(correlation, 0))
    -(lambda**2 + 1)/((lambda - 1)**3*(lambda + 1)**3)
    """
    far = _l * _r / (1 - _l * _r) ** 2
    return (1 + _l**2) / (1 - _l**2) ** 3 * (1 + 2 * _near()) + 2 * far / (1 - _l**2) ** 2


def _near() -> Expr:
    return _l * _r / (1 - _l * _r)


def stationary_moments() -> Matrix:
    """Return the covariance of (x, h, g), solved from one step of the recurrence.

    x_t = ρ x_{t−1} + √(1−ρ²) ε_t makes the three a linear recurrence under white noise, and its
    covariance Σ = A Σ Aᵀ + Q; nothing is assumed of E h² and E g².

    >>> stationary_moments()[0, 0]
    1
    """
    root = sqrt(1 - _r**2)
    step = Matrix([[_r, 0, 0], [_r, _l, 0], [0, 1, _l]])
    noise = Matrix([root, root, 0])
    entries = symbols("xx xh xg hh hg gg")
    xx, xh, xg, hh, hg, gg = entries
    found = Matrix([[xx, xh, xg], [xh, hh, hg], [xg, hg, gg]])
    gap = found - step * found * step.T - noise * noise.T
    (solution,) = sympy.linsolve([gap[i, j] for i in range(3) for j in range(i, 3)], list(entries))
    return found.subs(dict(zip(entries, solution, strict=True))).applyfunc(sympy.factor)


def normalised_sensitivity() -> Expr:
    """Return S(λ) = E (∂h̃/∂λ)² of the normalised unit h̃ = √(1−λ²) h, over λ and ρ.

    With E h g = ½ ∂/∂λ E h²: (1−λ²) E g² − λ ∂/∂λ E h² + λ²/(1−λ²) E h².

    >>> normalised_sensitivity()
    (lambda*rho + 1)/((1 - lambda**2)**2*(-lambda*rho + 1))
    """
    power, norm = state_power(), 1 - _l**2
    found = norm * sensitivity_power() - _l * sympy.diff(power, _l) + _l**2 / norm * power
    # Written over 1 − λρ, which is positive.
    above, below = sympy.fraction(sympy.factor(found * norm**2))
    sign = sympy.sign(below.subs({_l: 0, _r: 0}))
    return (sign * above).expand() / (sign * below).expand() / norm**2


def leading_sensitivity() -> Expr:
    """Return lim (1−λ)² S(λ) as λ → 1: what a bounded E (∂h̃/∂θ)² is measured in.

    >>> leading_sensitivity()
    -(rho + 1)/(4*(rho - 1))
    """
    found: Expr = sympy.factor(sympy.limit((1 - _l) ** 2 * normalised_sensitivity(), _l, 1))
    return found


def long_memory_limit(slope: Expr) -> Expr:
    """Return lim E (∂h̃/∂θ)² as λ → 1.

    Args:
        slope: dλ/dθ over ``multiplier``, such as 1 − λ² of λ = tanh θ.

    Returns:
        A number over ρ, 0 or ∞.

    >>> long_memory_limit(1 - multiplier**2), long_memory_limit(S.One)
    (-(rho + 1)/(rho - 1), oo)
    """
    relative = sympy.limit(slope / (1 - _l), _l, 1, "-")
    if relative.is_infinite:
        return S.Infinity
    found: Expr = sympy.factor(relative**2 * leading_sensitivity())
    return found


def angle_sensitivity() -> Expr:
    """Return E |∂h̃/∂φ|² for λ = |λ| e^{iφ} and white input: λ² (1−λ²) E g² over |λ|.

    ∂h/∂φ = iλ ∂h/∂λ, and the norm of the unit does not depend on its angle.

    >>> sympy.limit((1 - multiplier) ** 2 * angle_sensitivity(), multiplier, 1)
    1/2
    """
    white = sensitivity_power().subs(_r, 0)
    return sympy.factor(_l**2 * (1 - _l**2) * white)


__all__ = [
    "angle_sensitivity",
    "correlation",
    "leading_sensitivity",
    "long_memory_limit",
    "normalised_sensitivity",
    "sensitivity_power",
    "state_power",
    "stationary_moments",
]
