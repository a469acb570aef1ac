"""A spectrum: how the time scales of a network's units are distributed, and the decay it makes.

Units that forget at rate ν = 1/τ keep e^{−νℓ} after ℓ steps; over the network, the envelope is the
average f(ℓ) = E e^{−νℓ}, the Laplace transform of the distribution of rates.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

import mpmath
import sympy
from sympy import Add, Expr, Integer, S, Set, Symbol, exp, oo

from longlag.theory.errors import LonglagError
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import SymbolTable, ell
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.parameters import (
    POSITIVE,
    as_expression,
    draw,
    parameter_values,
    validate_name,
)
from longlag.theory.spectra.laplace import mean_rate, transform
from longlag.theory.spectra.rate_average import RateAverage
from longlag.theory.typeset.described import described
from longlag.theory.typeset.scalar import scalar_tex
from longlag.theory.typeset.shown import Shown

#: The rate and the time scale over which densities are written.
_symbols = SymbolTable("spectra")
nu = _symbols.add("nu", "rate of a unit", unit="1/steps", positive=True)
tau = _symbols.add("tau", r"time scale $1/\nu$ of a unit", unit="steps", positive=True)

_SAMPLES, _DIGITS = 2, 20
#: A density must integrate to 1 as closely as this.
_NORMALISED = 1e-9
#: A density that reaches this height per unit of ln ν is none, or narrower than a quadrature sees.
_STEEPEST = 10**6


class Variable(StrEnum):
    """What a spectrum is a distribution of."""

    RATE = "rate"
    TIME_SCALE = "time_scale"


@dataclass(frozen=True)
class Spectrum(Shown):
    """A distribution of rates ν or of time scales τ = 1/ν: a density, or weights at atoms.

    Args:
        name: an identifier.
        density: over ``nu`` or ``tau``.
        atoms: position ↦ weight, in place of a density.
        variable: what the density or the positions are over.
        support: where the density lives.
        domains: for every parameter, the set it lives in; those left out are positive.
        description: a few words.
        source: where it is used.

    Raises:
        LonglagError: for a density over something else, negative rates, weights that do not sum to
            1; by ``envelope_of``, for a density that is negative or does not integrate to 1.

    >>> envelope_of(Spectrum("fast", 2 * exp(-2 * nu)))
    2/(ell + 2)
    """

    name: str
    density: Expr | None = None
    atoms: Mapping[Expr, Expr] = field(default_factory=dict)
    variable: Variable = Variable.RATE
    support: tuple[Expr, Expr] = (S.Zero, oo)
    domains: Mapping[Symbol, Set] = field(default_factory=dict)
    description: str = ""
    source: str = ""

    def __repr__(self) -> str:
        told = self.atoms if self.density is None else f"density {self.density}"
        return described(f"spectrum {self.name} of {self.variable}s: {told}", "domains", "latex()")

    def __post_init__(self) -> None:
        validate_name("spectrum", self.name)
        owner = f"spectrum {self.name!r}"
        if (self.density is None) == (not self.atoms):
            raise LonglagError(
                owner, "it is a density or weights at atoms", "give exactly one of the two"
            )
        if self.variable not in list(Variable):
            raise LonglagError(
                f"variable {self.variable!r} of {owner}",
                "a spectrum is over rates or over time scales",
                "write 'rate' or 'time_scale'",
            )
        object.__setattr__(self, "variable", Variable(self.variable))
        limits = tuple(as_expression(f"support of {owner}", limit) for limit in self.support)
        object.__setattr__(self, "support", limits)
        atoms = {
            as_expression(f"position in {owner}", position): as_expression(f"weight in {owner}", w)
            for position, w in self.atoms.items()
        }
        object.__setattr__(self, "atoms", atoms)
        expressions = [*atoms, *atoms.values()]
        if self.density is None:
            _check_atoms(self)
        else:
            density = as_expression(f"density of {owner}", self.density)
            object.__setattr__(self, "density", density)
            _check_variable(self, density)
            expressions = [density, *limits]
        symbols = set().union(*(part.free_symbols for part in expressions))
        if self.density is not None:
            symbols -= {self.symbol}
        ordered = sorted(symbols, key=lambda symbol: str(symbol.name))
        strangers = sorted(str(symbol) for symbol in set(self.domains) - symbols)
        if strangers:
            raise LonglagError(
                f"domains of {strangers} in {owner}",
                "only parameters have domains",
                "remove them or correct their names",
            )
        domains = {symbol: self.domains.get(symbol, POSITIVE) for symbol in ordered}
        object.__setattr__(self, "domains", domains)

    def __hash__(self) -> int:
        return hash((self.name, self.density, tuple(self.atoms.items()), self.support))

    def _lines(self) -> list[str]:
        """The density with its support, or the weight of each atom."""
        variable = scalar_tex(self.symbol)
        if self.density is None:
            weighed = [
                rf"{'' if w == 1 else scalar_tex(w)} \delta_{{{scalar_tex(at)}}}".strip()
                for at, w in self.atoms.items()
            ]
            return [f"p &= {' + '.join(weighed)}"]
        low, high = map(scalar_tex, self.support)
        support = rf"{low} < {variable} < {high}"
        return [rf"p({variable}) &= {scalar_tex(self.density)} \quad ({support})"]

    @property
    def symbol(self) -> Symbol:
        """The symbol of its variable: ``nu`` or ``tau``."""
        return nu if self.variable is Variable.RATE else tau

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        """The parameters, in alphabetic order."""
        return tuple(self.domains)

    def values(self, given: Mapping[Any, Any]) -> dict[Symbol, Expr]:
        """Return a number for every parameter, checked against its domain.

        Args:
            given: parameter, by symbol or by name, ↦ a real number.

        Raises:
            LonglagError: a parameter that is missing, unknown, not real or outside its domain.
        """
        return parameter_values(f"spectrum {self.name!r}", self.domains, given)

    @property
    def rate_average(self) -> RateAverage:
        """The envelope of a density as an integral over rates."""
        low, high = self.support
        if self.variable is Variable.RATE:
            return RateAverage(self.density, nu, low, high, ell)
        # p(τ) dτ with τ = 1/ν.
        density = as_expression("density", self.density).subs(tau, 1 / nu)
        return RateAverage(sympy.powsimp(density / nu**2), nu, _inverse(high), _inverse(low), ell)

    @property
    def rate_atoms(self) -> dict[Expr, Expr]:
        """Rate ↦ weight."""
        if self.variable is Variable.RATE:
            return dict(self.atoms)
        return {_inverse(position): weight for position, weight in self.atoms.items()}


@lru_cache(maxsize=256)
def envelope_of(spectrum: Spectrum) -> Expr:
    """Return f(ℓ) = E e^{−νℓ} over the symbol ``ell``.

    Args:
        spectrum: of rates or of time scales.

    Returns:
        A closed form that agrees with the quadrature at random parameters; where SymPy finds none,
        a ``RateAverage``: an integral that can be evaluated to any digits.

    Raises:
        LonglagError: for a density that is negative or does not integrate to 1.
    """
    samples = draw_parameters(spectrum)
    if spectrum.density is None:
        for values in samples:
            _check_weights(spectrum, values)
        return Add(*(weight * exp(-rate * ell) for rate, weight in spectrum.rate_atoms.items()))
    require_density(spectrum)
    return transform(spectrum.rate_average, samples)


def mean_rate_of(spectrum: Spectrum) -> Expr:
    """Return the mean rate E ν; an infinite one raises LonglagError.

    >>> mean_rate_of(Spectrum("fast", 2 * exp(-2 * nu)))
    1/2
    """
    if spectrum.density is None:
        return Add(*(weight * rate for rate, weight in spectrum.rate_atoms.items()))
    return mean_rate(spectrum.rate_average, draw_parameters(spectrum))


def law_of(spectrum: Spectrum) -> DecayLaw:
    """Return the decay law that a spectrum makes.

    >>> law_of(Spectrum("fast", 2 * exp(-2 * nu))).envelope
    2/(ell + 2)
    """
    envelope = envelope_of(spectrum)
    open_ended = "; no closed form was found, so it is evaluated by quadrature"
    return DecayLaw(
        spectrum.name,
        envelope,
        {
            symbol: domain
            for symbol, domain in spectrum.domains.items()
            if symbol in envelope.free_symbols
        },
        description=spectrum.description + open_ended * envelope.has(RateAverage),
        source=spectrum.source,
    )


def require_density(spectrum: Spectrum) -> Expr:
    """Return the density of a spectrum; one that is none at random parameters raises LonglagError.

    Raises:
        LonglagError: atoms in place of a density; one that is negative or does not integrate to 1.

    >>> require_density(Spectrum("fast", 2 * exp(-2 * nu)))
    2*exp(-2*nu)
    """
    if spectrum.density is None:
        raise LonglagError(
            f"spectrum {spectrum.name!r}",
            "weights at atoms have no likelihood of measured rates",
            "give a density",
        )
    for values in draw_parameters(spectrum):
        _check_density(spectrum, values)
    return spectrum.density


def draw_parameters(spectrum: Spectrum, seed: int = 0) -> list[dict[Symbol, Any]]:
    """Return numbers for the parameters at which a spectrum is looked at.

    Raises:
        LonglagError: where the support is empty, or below 0, at all of many points.
    """
    generator = random.Random(seed)
    found: list[dict[Symbol, Any]] = []
    for _ in range(50):
        drawn = {symbol: draw(domain, generator) for symbol, domain in spectrum.domains.items()}
        values = {symbol: mpmath.mpf(value.p) / value.q for symbol, value in drawn.items()}
        low, high = (evaluate(limit, values) for limit in spectrum.support)
        if 0 <= low < high:
            found.append(values)
        if len(found) == (_SAMPLES if spectrum.domains else 1):
            return found
    raise LonglagError(
        f"support {spectrum.support} of spectrum {spectrum.name!r}",
        "rates and time scales live between 0 and infinity, the lower limit first",
        "correct the support or the domains of its parameters",
    )


def _inverse(position: Expr) -> Expr:
    return oo if position == 0 else S.Zero if position == oo else 1 / position


def _check_variable(spectrum: Spectrum, density: Expr) -> None:
    symbol, free = spectrum.symbol, density.free_symbols
    if symbol in free or (not free & {nu, tau} and spectrum.support[1] != oo):
        strangers = [s for s in free if s != symbol and s.name == symbol.name]
    else:
        strangers = [symbol]
    limits = Add(*(limit for limit in spectrum.support if limit != oo))
    if strangers or symbol in limits.free_symbols:
        raise LonglagError(
            f"density {density} of spectrum {spectrum.name!r}",
            f"it must be a function of the {spectrum.variable} {symbol}",
            f"write it over longlag.theory.spectrum.{symbol}, or change the variable",
        )


def _check_atoms(spectrum: Spectrum) -> None:
    if sympy.simplify(Add(*spectrum.atoms.values()) - 1) != 0:
        raise LonglagError(
            f"weights {list(spectrum.atoms.values())} of spectrum {spectrum.name!r}",
            "the weights of a distribution sum to 1",
            "divide them by their sum",
        )


def _check_weights(spectrum: Spectrum, values: Mapping[Symbol, Any]) -> None:
    """Refuse negative weights and rates, at numbers for the parameters."""
    for rate, weight in spectrum.rate_atoms.items():
        for what, part in (("weight", weight), ("rate", rate)):
            if not evaluate(part, values) >= 0:
                raise LonglagError(
                    f"{what} {part} of spectrum {spectrum.name!r}",
                    f"a {what} is not negative on the domains of its parameters",
                    "correct it, or restrict the domains",
                )


def _check_density(spectrum: Spectrum, values: Mapping[Symbol, Any]) -> None:
    """Refuse a density that is negative or not real somewhere, or does not integrate to 1."""
    average = spectrum.rate_average
    where = ", ".join(f"{symbol} = {mpmath.nstr(value, 6)}" for symbol, value in values.items())
    owner = f"density of spectrum {spectrum.name!r}" + (f" at {where}" if where else "")
    with mpmath.workdps(_DIGITS):
        for rate in _grid(*(evaluate(limit, values) for limit in average.support)):
            height = evaluate(average.density, {**values, nu: rate})
            if isinstance(height, mpmath.mpc) or not height >= 0:
                raise LonglagError(
                    f"{owner}, rate {mpmath.nstr(rate, 6)}: {mpmath.nstr(height, 6)}",
                    "a density is not negative",
                    "correct it, or restrict its support",
                )
            if height * rate > _STEEPEST:
                raise _not_normalised(owner, "it is too large or too narrow")
        try:
            total = RateAverage(*average.args[:4], Integer(0)).value(values)
        except LonglagError as error:
            raise _not_normalised(owner, f"{error.value}, {error.rule}") from None
        if abs(total - 1) > _NORMALISED:
            raise _not_normalised(owner, f"it integrates to {mpmath.nstr(total, 10)}")


def _not_normalised(owner: str, what: str) -> LonglagError:
    return LonglagError(
        f"{owner}: {what}",
        "a density integrates to 1",
        "divide it by its integral, or correct its support",
    )


def _grid(low: Any, high: Any) -> list[Any]:
    """Return rates between the limits, evenly spaced in their logarithm."""
    start = mpmath.log(low) if low > 0 else min(-20, mpmath.log(high) - 40 if high < oo else -20)
    end = mpmath.log(high) if mpmath.isfinite(high) else max(20, start + 40)
    return [mpmath.exp(start + (end - start) * mpmath.mpf(k) / 24) for k in range(1, 24)]
