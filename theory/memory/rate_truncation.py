"""Polynomial memory ω(1 + t)^{−(1+ω)}: what bounds by truncation make of it, and of slow units.

Cut at T, the tail T^{−ω} is lost, and the rate bound with β = 1/T, α = 1 was taken for
(ω/m)T^{1−ω} on the rest: m ~ ωε^{−1/ω}. That argument needs ω < 1: at ω = 1 the second term is 1/m
whatever T, and beyond the sum tends to 0 with T for every m, so that it says nothing.

Derived here: with a proved second term BT^{α+1}/m^α the exponent of 1/ε is (α + 1 + ω)/(αω), which
tends to 1/ω for smooth memory; and, whatever the method and the number of units, a sum with
Σ|a_i| ≤ A and relative error ε has a rate below (2ε)^{1/ω} times a logarithm.
"""

from __future__ import annotations

import math

import sympy
from sympy import Expr

from longlag.theory.errors import LonglagError
from longlag.theory.memory.rate_bound import checked_smoothness
from longlag.theory.notation import SymbolTable

#: The power ω of the memory, the number m of units, the cut T, the relative error ε.
_symbols = SymbolTable("memory")
omega = _symbols.add("omega", r"power of the memory $t^{-(1+\omega)}$", positive=True)
terms = _symbols.add("m", "number of exponentials", positive=True)
cut = _symbols.add("T", "time at which a memory is cut", unit="time", positive=True)
error = _symbols.add("epsilon", "relative error to reach", positive=True)
_tail = _symbols.add("A", "constant of the tail beyond the cut", positive=True)
_rest = _symbols.add("B", "constant of the error before the cut", positive=True)


def truncation_error() -> Expr:
    """Return the tail and the approximation error of the rest, T^{−ω} + (ω/m)T^{1−ω}.

    >>> truncation_error().subs({omega: 1, cut: 4})
    1/4 + 1/m
    """
    return cut**-omega + omega / terms * cut ** (1 - omega)


def balanced_count() -> Expr:
    """Return the m at which both terms are ε.

    >>> balanced_count()
    omega/epsilon**(1/omega)
    """
    (reach,) = sympy.solve(cut**-omega - error, cut)
    second = (truncation_error() - cut**-omega).subs(cut, reach)
    (count,) = sympy.solve(second - error, terms)
    return sympy.powsimp(sympy.powdenest(count, force=True), force=True)


def proved_exponent(smoothness: int) -> Expr:
    """Return p in m ~ ε^{−p} from AT^{−ω} + BT^{α+1}/m^α, minimised over T.

    The second term is the derived rate bound for the memory tapered by e^{−t/T}, at β = 1/T.

    Args:
        smoothness: α, at least 1.

    >>> proved_exponent(1)
    (omega + 2)/omega
    """
    alpha = checked_smoothness(smoothness)
    total = _tail * cut**-omega + _rest * cut ** (alpha + 1) / terms**alpha
    slope = sympy.powsimp(sympy.expand(total.diff(cut) * cut ** (omega + 1)))
    (reach,) = sympy.solve(slope, cut)
    # Both terms fall alike at the optimum: the power of m in the tail is that of the error.
    fall = sympy.simplify(terms * sympy.log(_tail * reach**-omega).diff(terms))
    return sympy.factor(-1 / fall)


def slowest_rate_bound(power: float, relative_error: float, total_amplitude: float) -> float:
    """Return what the smallest rate of a sum cannot exceed.

    For ρ = (1+t)^{−(1+ω)}, of mass 1/ω: beyond T = (2ε)^{−1/ω} − 1 lies the mass 2ε/ω, of which
    the sum has to hold half, so ε/ω ≤ Σ|a_i|e^{−w_i T}/w_i ≤ A e^{−wT}/w with w = min w_i. Hence
    w is at most the root of w e^{wT} = Aω/ε: derived here.

    Args:
        power: ω.
        relative_error: ε, the L¹ error relative to the mass.
        total_amplitude: A = Σ|a_i|.

    Raises:
        LonglagError: ω or A not positive, or ε outside (0, 1/2), where nothing follows.

    >>> slowest_rate_bound(0.125, 0.01, 1.0) < 1e-11
    True
    """
    if not (power > 0 and total_amplitude > 0 and 0 < relative_error < 0.5):
        raise LonglagError(
            f"omega = {power:g}, error {relative_error:g}, amplitudes {total_amplitude:g}",
            "a rate is bounded for positive powers and amplitudes and errors below 1/2",
            "give such numbers",
        )
    reach = (2 * relative_error) ** (-1 / power) - 1
    # x = wT solves x e^x = AωT/ε.
    target = total_amplitude * power * reach / relative_error
    x = math.log1p(target)
    for _ in range(60):
        x -= (x + math.log(x) - math.log(target)) / (1 + 1 / x)
    return x / reach
