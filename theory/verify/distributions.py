"""Probability laws that an expectation is taken over, as SymPy objects with their parameters."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import (
    Abs,
    Basic,
    Expr,
    Integral,
    Interval,
    Set,
    Symbol,
    cos,
    exp,
    gamma,
    oo,
    pi,
    sin,
    sqrt,
)


class Distribution(Basic):
    """A law: where it lives, its density or its means of waves, and how it prints."""

    @property
    def interval(self) -> Set:
        """Where it lives: the whole line, unless a law says otherwise."""
        return Interval(-oo, oo)

    def density(self, x: Expr) -> Expr | None:
        """Return the density at a point, None where it has no closed form."""
        return None

    def waves(self, k: Expr) -> tuple[Expr, Expr] | None:
        """Return E cos kX and E sin kX where they have a closed form."""
        return None

    def exponential(self, k: Expr) -> Expr | None:
        """Return E e^{kX} where it has a closed form for every k."""
        return None

    def _latex(self, printer: Any) -> str:
        parameters = ", ".join(printer.doprint(argument) for argument in self.args)
        return rf"\mathrm{{{type(self).__name__}}}\left({parameters}\right)"


class Gaussian(Distribution):
    """The normal law of a mean and a positive standard deviation.

    >>> Gaussian(0, 2).waves(Symbol("k"))[0]
    exp(-2*k**2)
    """

    def __new__(cls, mean: Expr | int = 0, deviation: Expr | int = 1) -> Gaussian:
        """Take a mean and a standard deviation."""
        made: Gaussian = Basic.__new__(cls, sympy.sympify(mean), sympy.sympify(deviation))
        return made

    def density(self, x: Expr) -> Expr:
        """Return e^{−(x−μ)²/2σ²}/(σ√(2π))."""
        mean, deviation = self.args
        return exp(-(((x - mean) / deviation) ** 2) / 2) / (deviation * sqrt(2 * pi))

    def waves(self, k: Expr) -> tuple[Expr, Expr]:
        """Return e^{−σ²k²/2} times cos μk and sin μk."""
        mean, deviation = self.args
        size = exp(-(deviation**2) * k**2 / 2)
        return size * cos(mean * k), size * sin(mean * k)

    def exponential(self, k: Expr) -> Expr:
        """Return e^{μk + σ²k²/2}."""
        mean, deviation = self.args
        return exp(mean * k + deviation**2 * k**2 / 2)

    def _latex(self, printer: Any) -> str:
        mean, variance = (printer.doprint(v) for v in (self.args[0], self.args[1] ** 2))
        return rf"\mathcal{{N}}\left({mean}, {variance}\right)"


class Beta(Distribution):
    """The beta law on (0, 1) with density x^{a−1} (1−x)^{b−1} / B(a, b), a and b positive."""

    def __new__(cls, a: Expr | int, b: Expr | int) -> Beta:
        """Take both exponents plus one."""
        made: Beta = Basic.__new__(cls, sympy.sympify(a), sympy.sympify(b))
        return made

    @property
    def interval(self) -> Set:
        """The unit interval."""
        return Interval.open(0, 1)

    def density(self, x: Expr) -> Expr:
        """Return x^{a−1} (1−x)^{b−1} Γ(a+b)/(Γ(a)Γ(b))."""
        a, b = self.args
        return x ** (a - 1) * (1 - x) ** (b - 1) * gamma(a + b) / (gamma(a) * gamma(b))


class Exponential(Distribution):
    """The exponential law with density λ e^{−λx} on (0, ∞), λ positive."""

    def __new__(cls, rate: Expr | int = 1) -> Exponential:
        """Take a rate."""
        made: Exponential = Basic.__new__(cls, sympy.sympify(rate))
        return made

    @property
    def interval(self) -> Set:
        """The positive half-line."""
        return Interval.open(0, oo)

    def density(self, x: Expr) -> Expr:
        """Return λ e^{−λx}."""
        (rate,) = self.args
        return rate * exp(-rate * x)

    def waves(self, k: Expr) -> tuple[Expr, Expr]:
        """Return λ²/(λ²+k²) and λk/(λ²+k²)."""
        (rate,) = self.args
        return rate**2 / (rate**2 + k**2), rate * k / (rate**2 + k**2)


class SymmetricStable(Distribution):
    """The symmetric α-stable law, known by its characteristic function e^{−(γ|k|)^α}.

    Its tail index α lies in (0, 2], its scale γ is positive.
    """

    def __new__(cls, alpha: Expr | int, scale: Expr | int = 1) -> SymmetricStable:
        """Take a tail index and a scale."""
        made: SymmetricStable = Basic.__new__(cls, sympy.sympify(alpha), sympy.sympify(scale))
        return made

    def density(self, x: Expr) -> Expr | None:
        """Return the density where it has a closed form: of Cauchy's and of Gauss's law."""
        alpha, scale = self.args
        if alpha == 1:
            return scale / (pi * (x**2 + scale**2))
        return Gaussian(0, sqrt(2) * scale).density(x) if alpha == 2 else None

    def waves(self, k: Expr) -> tuple[Expr, Expr]:
        """Return e^{−(γ|k|)^α} and 0."""
        alpha, scale = self.args
        return exp(-((scale * Abs(k)) ** alpha)), sympy.S.Zero

    def _latex(self, printer: Any) -> str:
        alpha, scale = (printer.doprint(v) for v in self.args)
        return rf"S_{{{alpha}}}\left({scale}\right)"


class Density(Distribution):
    """A law of one's own, by its density in a symbol on an interval.

    >>> x = Symbol("x")
    >>> Density(2 * x, x, Interval(0, 1)).mass().doit()
    1
    """

    def __new__(cls, expression: Expr, argument: Symbol, interval: Interval) -> Density:
        """Take a density, its symbol and where it lives."""
        made: Density = Basic.__new__(cls, sympy.sympify(expression), argument, interval)
        return made

    @property
    def free_symbols(self) -> set[Symbol]:
        """Those of the density but the one it is a function of."""
        return set(self.args[0].free_symbols) - {self.args[1]}

    @property
    def interval(self) -> Set:
        """Where it lives."""
        return self.args[2]

    def density(self, x: Expr) -> Expr:
        """Return the density at a point."""
        return self.args[0].subs(self.args[1], x)

    def mass(self) -> Expr:
        """Return the integral of the density, which ought to be 1: a claim to be verified."""
        return Integral(self.args[0], (self.args[1], self.interval.inf, self.interval.sup))

    def _latex(self, printer: Any) -> str:
        return str(printer.doprint(self.args[0]))


__all__ = ["Beta", "Density", "Distribution", "Exponential", "Gaussian", "SymmetricStable"]
