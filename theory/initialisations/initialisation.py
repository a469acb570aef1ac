r"""An initialisation: what each unit keeps of its state in a step, as one random number decides.

A unit that draws u, uniform on (0, 1), keeps the share a(u) of its state in every step, as its bias
or its eigenvalue alone sets it: weights to its gate are zero. Over the network f(ℓ) is the integral
of a(u)^ℓ: from a scheme of initialisation follow a decay law and its window, before any training.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import mpmath
from sympy import Expr, S, Set, Symbol, lambdify

from longlag.theory.errors import LonglagError
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import SymbolTable, ell
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.parameters import (
    POSITIVE,
    as_expression,
    parameter_values,
    validate_name,
)
from longlag.theory.typeset.scalar import function_tex, scalar_tex
from longlag.theory.typeset.shown import Shown

_symbols = SymbolTable("initialisations")
#: What a unit draws.
chance = _symbols.add("u", "uniform random number of a unit, in (0, 1)", positive=True)


@dataclass(frozen=True)
class Initialisation(Shown):
    """A scheme of initialisation, and the decay law that it makes.

    Args:
        name: an identifier.
        kept: a(u) in (0, 1) over ``chance`` and the parameters.
        envelope: f(ℓ) over ``ell`` and the parameters: exact, or what f approaches in ``limit``.
        cell: a cell of the catalogue in which it is realised.
        realised: drive or parameter of the cell ↦ its value over ``chance`` and the parameters;
            what is left out is zero.
        limit: None where the envelope is exact; else the parameter that grows without bound while
            ℓ over it is held.
        jumps: a(u) is smooth between multiples of this number.
        domains: for every parameter, the set it lives in; those left out are positive.
        usual: for every parameter, a number that people use, for figures and checks.
        description: a few words.
        source: where it is published.

    Raises:
        LonglagError: a share that is not over ``chance``, or not in (0, 1) at the usual numbers.

    >>> from sympy import sqrt
    >>> disc = Initialisation("disc", sqrt(chance), 2 / (ell + 2))
    >>> disc.mean_at(2, {})
    mpf('0.5')
    """

    name: str
    kept: Expr
    envelope: Expr
    cell: str = "min_gru"
    realised: Mapping[str, Expr] = field(default_factory=dict)
    limit: Symbol | None = None
    jumps: Expr = S.One
    domains: Mapping[Symbol, Set] = field(default_factory=dict)
    usual: Mapping[Symbol, Expr] = field(default_factory=dict)
    description: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        validate_name("initialisation", self.name)
        owner = f"initialisation {self.name!r}"
        kept = as_expression(f"share of {owner}", self.kept)
        object.__setattr__(self, "kept", kept)
        object.__setattr__(self, "envelope", as_expression(f"envelope of {owner}", self.envelope))
        names = (kept.free_symbols | self.envelope.free_symbols) - {chance, ell}
        ordered = sorted(names, key=lambda symbol: str(symbol.name))
        domains = {symbol: self.domains.get(symbol, POSITIVE) for symbol in ordered}
        object.__setattr__(self, "domains", domains)
        if set(self.usual) != set(domains):
            raise LonglagError(
                f"usual numbers of {owner}: {', '.join(map(str, self.usual)) or 'none'}",
                f"its parameters are {', '.join(map(str, domains)) or 'none'}",
                "give one for each",
            )
        for at in (0.03, 0.5, 0.97):
            share = lambdify(chance, kept.subs(self.usual), "mpmath")(mpmath.mpf(at))
            if not 0 < share < 1:
                raise LonglagError(
                    f"share {kept} of {owner}, {mpmath.nstr(share, 6)} at u = {at}",
                    "a unit keeps a share between 0 and 1",
                    "correct it, or the usual numbers",
                )

    def __hash__(self) -> int:
        return hash((self.name, self.kept, self.envelope))

    def _lines(self) -> list[str]:
        return [f"{function_tex('a', chance)} &= {scalar_tex(self.kept)}"]

    @property
    def law(self) -> DecayLaw:
        """The decay law of its envelope."""
        symbols = self.envelope.free_symbols
        return DecayLaw(
            self.name,
            self.envelope,
            {symbol: domain for symbol, domain in self.domains.items() if symbol in symbols},
            description=self.description,
            source=self.source,
        )

    def values(self, given: Mapping[Any, Any]) -> dict[Symbol, Expr]:
        """Return a number for every parameter, checked against its domain.

        Args:
            given: parameter, by symbol or by name, ↦ a real number.

        Raises:
            LonglagError: a parameter that is missing, unknown or outside its domain.
        """
        return parameter_values(f"initialisation {self.name!r}", self.domains, given)

    def mean_at(self, lag: Expr | float, values: Mapping[Symbol, Any]) -> Any:
        """Return f(ℓ) = ∫₀¹ a(u)^ℓ du by quadrature, whatever its closed form.

        Args:
            lag: ℓ ≥ 0.
            values: a number for every parameter.

        Returns:
            A number of mpmath in its working precision.
        """
        power = evaluate(as_expression("lag", lag), {})
        share = lambdify(chance, self.kept.subs(values), "mpmath")
        step = evaluate(self.jumps.subs(values), {})
        places = [step * k for k in range(int(1 / step) + 1)]
        edges = [*places, *([mpmath.mpf(1)] if places[-1] < 1 else [])]
        total = mpmath.mpf(0)
        for low, high in pairwise(edges):
            # Slow units lie at an end, in a share of it that shrinks as the lag grows.
            inner = [mpmath.mpf(10) ** -k for k in (12, 9, 6, 4, 2)]
            points = [0, *inner, 0.5, *(1 - each for each in reversed(inner)), 1]
            at = [low + (high - low) * point for point in points]
            total += mpmath.quad(lambda u: share(u) ** power, at)
        return total


__all__ = ["Initialisation", "chance"]
