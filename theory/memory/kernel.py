"""A memory kernel: what a linear functional of the past weighs the input of t time units ago with.

H_t(x) = ∫₀^∞ x_{t−s} ρ(s) ds with ρ integrable. Every linear, continuous, causal, regular and
time-homogeneous functional has this form (Riesz). Source: JMLR 23(42), 2022.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import mpmath
from sympy import Expr, S, Set, Symbol, oo

from longlag.theory.errors import LonglagError
from longlag.theory.notation import SymbolTable
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.parameters import (
    POSITIVE,
    as_expression,
    draw,
    parameter_values,
    validate_name,
)
from longlag.theory.spectra.laplace import transform
from longlag.theory.spectra.rate_average import RateAverage
from longlag.theory.typeset.described import described
from longlag.theory.typeset.scalar import function_tex, scalar_tex
from longlag.theory.typeset.shown import Shown

#: The time since an input, and the rate of an exponential unit e^{−wt}.
_symbols = SymbolTable("memory")
time = _symbols.add("t", "time since an input", unit="time", positive=True)
rate = _symbols.add("w", "rate of an exponential unit $e^{-wt}$", unit="1/time", positive=True)

_SAMPLES, _DIGITS, _AGREEMENT = 2, 20, 1e-12


@dataclass(frozen=True)
class Kernel(Shown):
    """A memory kernel ρ(t), integrable over t > 0.

    Args:
        name: an identifier.
        rho: ρ over ``time`` and parameters.
        domains: for every parameter, the set it lives in; those left out are positive.
        closed_transform: R(w) = ∫ρ e^{−wt} dt over ``rate``, where SymPy does not find it; it is
            compared with the quadrature before it is used.
        description: a few words.
        source: where it is used.
        values: the numbers that ``at`` put in for parameters, by name.

    >>> from sympy import exp
    >>> a = Symbol("a", positive=True)
    >>> Kernel("fading", exp(-a * time)).laplace
    1/(a + w)
    """

    name: str
    rho: Expr
    domains: Mapping[Symbol, Set] = field(default_factory=dict)
    closed_transform: Expr | None = None
    description: str = ""
    source: str = ""
    values: Mapping[str, Expr] = field(default_factory=dict)

    def __repr__(self) -> str:
        return described(
            f"kernel {self.name}: rho(t) = {self.rho}", "at(values)", "laplace", "latex()"
        )

    def __post_init__(self) -> None:
        validate_name("kernel", self.name)
        rho = as_expression(f"kernel {self.name!r}", self.rho)
        names = sorted(rho.free_symbols - {time}, key=lambda symbol: str(symbol.name))
        reserved = {str(time), str(rate)}
        for symbol in names:
            if symbol.name in reserved:
                raise LonglagError(
                    f"parameter {symbol.name!r} of kernel {self.name!r}",
                    "t is the time and w the rate of a unit",
                    f"import them from {__name__}, or use another name",
                )
        strangers = sorted(str(symbol) for symbol in set(self.domains) - set(names))
        if strangers:
            raise LonglagError(
                f"domains of {strangers} in kernel {self.name!r}",
                f"only parameters of {rho} have domains",
                "remove them or correct their names",
            )
        object.__setattr__(self, "rho", rho)
        object.__setattr__(self, "domains", {s: self.domains.get(s, POSITIVE) for s in names})

    def __hash__(self) -> int:
        return hash((self.name, self.rho))

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        """The parameters, in alphabetic order."""
        return tuple(self.domains)

    def at(self, given: Mapping[Any, Any]) -> Kernel:
        """Return the kernel with a number for every parameter.

        Args:
            given: parameter, by symbol or by name, ↦ a real number.

        Raises:
            LonglagError: a parameter that is missing, unknown or outside its domain; a stated
                closed form that is not the transform.
        """
        values = parameter_values(f"kernel {self.name!r}", self.domains, given)
        # Compared with the integral at random numbers before these are put in: a late part may be
        # too small to be seen at the given ones.
        closed = None if self.closed_transform is None else self.laplace.subs(values)
        return Kernel(
            self.name,
            self.rho.subs(values),
            closed_transform=closed,
            description=self.description,
            source=self.source,
            values={str(symbol): number for symbol, number in values.items()},
        )

    @property
    def laplace(self) -> Expr:
        """R(w) = ∫₀^∞ ρ(t) e^{−wt} dt; an unevaluated integral where no closed form is known."""
        return laplace_of(self)

    @property
    def average(self) -> RateAverage:
        """R(w) as an unevaluated integral, which has numbers to any precision."""
        return RateAverage(self.rho, time, S.Zero, oo, rate)

    def value(self, at: Any) -> Any:
        """Return ρ at one time, at the working precision of mpmath."""
        return evaluate(self.rho, {time: mpmath.mpf(at)})

    def _lines(self) -> list[str]:
        return [f"{function_tex('rho', time)} &= {scalar_tex(self.rho)}"]


@lru_cache(maxsize=256)
def laplace_of(kernel: Kernel) -> Expr:
    """Return R(w) of a kernel: its stated closed form, SymPy's, or the unevaluated integral.

    Raises:
        LonglagError: a stated closed form that is not the transform.
    """
    if kernel.values and kernel.closed_transform is not None:
        return kernel.closed_transform
    average = kernel.average
    generator = random.Random(0)
    samples = [
        {symbol: draw(domain, generator) for symbol, domain in kernel.domains.items()}
        for _ in range(_SAMPLES if kernel.parameters else 1)
    ]
    if kernel.closed_transform is None:
        return transform(average, samples)
    with mpmath.workdps(_DIGITS):
        for values in samples:
            for number in (mpmath.mpf("0.3"), mpmath.mpf(2)):
                at = {**values, rate: number}
                stated, true = evaluate(kernel.closed_transform, at), average.value(at)
                if abs(stated - true) > _AGREEMENT * abs(true):
                    raise LonglagError(
                        f"the transform of kernel {kernel.name!r}",
                        f"at w = {mpmath.nstr(number)} it is {mpmath.nstr(true, 6)}, and "
                        f"{kernel.closed_transform} gives {mpmath.nstr(stated, 6)}",
                        "correct it or leave it out",
                    )
    return kernel.closed_transform
