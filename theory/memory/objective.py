"""The objective of white-noise training and its derivatives, derived once for any kernel.

Inputs are white noise, so that the Itô isometry turns the mean square error into
J(a, w) = ∫₀^∞ (Σ_i a_i e^{−w_i t} − ρ(t))² dt = Σ_ij P(i, j) + Σ_i S(i) + ∫ρ² dt,
P(i, j) = a_i a_j/(w_i + w_j), S(i) = −2 a_i R(w_i). Source: JMLR 23(42), 2022; the split into a
pair and a single term, from which every derivative follows, is derived here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sympy import Expr, Function, exp, integrate, oo, simplify

from longlag.theory.memory.kernel import rate, time
from longlag.theory.notation import SymbolTable
from longlag.theory.typeset.scalar import scalar_tex
from longlag.theory.typeset.shown import Shown

#: Amplitude and rate of one unit, and of the other one of a pair.
_symbols = SymbolTable("memory")
amplitude = _symbols.add("a", "amplitude of a unit", real=True)
other_amplitude = _symbols.add("b", "amplitude of the other unit of a pair", real=True)
other_rate = _symbols.add("v", "rate of the other unit of a pair", unit="1/time", positive=True)

#: R(w), whatever the kernel: its derivatives stay symbolic until the kernel is known.
transform_symbol: Function = Function("R", real=True)


@dataclass(frozen=True)
class Objective(Shown):
    """J as a sum over pairs and units; the derivatives of both by amplitude and rate.

    With f the pair term, symmetric, and g the single one, and x, y each ``a`` or ``w``:
    ∂J/∂x_i = Σ_j 2 f_x(i, j) + g_x(i), and
    ∂²J/∂x_i∂y_k = 2 f_{x y'}(i, k) + δ_ik [Σ_j 2 f_{x y}(i, j) + g_{x y}(i)],
    y' differentiating the second unit. Derived here.
    """

    def _lines(self) -> list[str]:
        pair, single = scalar_tex(self.pair), scalar_tex(-self.single)
        return [rf"J &= \sum_{{(a,w),(b,v)}} {pair} - \sum_{{(a,w)}} {single} + \int \rho^2\, dt"]

    @cached_property
    def pair(self) -> Expr:
        """a b ∫ e^{−(w+v)t} dt."""
        overlap = simplify(integrate(exp(-(rate + other_rate) * time), (time, 0, oo)))
        return amplitude * other_amplitude * overlap

    @cached_property
    def single(self) -> Expr:
        """−2 a R(w)."""
        return -2 * amplitude * transform_symbol(rate)

    def gradient(self, variable: str) -> tuple[Expr, Expr]:
        """Return the summand over j and the single term of ∂J/∂x_i, x ``a`` or ``w``.

        >>> Objective().gradient("a")
        (2*b/(v + w), -2*R(w))
        """
        x = _FIRST[variable]
        return 2 * self.pair.diff(x), self.single.diff(x)

    def hessian(self, first: str, second: str) -> tuple[Expr, Expr, Expr]:
        """Return the three terms of ∂²J/∂x_i∂y_k: at (i, k), summed over j, and single.

        >>> Objective().hessian("a", "a")
        (2/(v + w), 0, 0)
        """
        x, y, other = _FIRST[first], _FIRST[second], _SECOND[second]
        return (2 * self.pair.diff(x, other), 2 * self.pair.diff(x, y), self.single.diff(x, y))


_FIRST = {"a": amplitude, "w": rate}
_SECOND = {"a": other_amplitude, "w": other_rate}
