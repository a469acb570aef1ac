"""What an estimator of a mean in stable noise is: its error at N samples, and what follows from it.

The noise is symmetric alpha-stable with characteristic function exp(-sigma^alpha |t|^alpha),
1 < alpha <= 2, so that alpha = 2 is normal with variance 2 sigma^2. Everything else about an
estimator is derived from how its error scales with N; an exponent is never typed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sympy import Expr, Set, Symbol, expand_log, gamma, log, oo, pi, simplify

from longlag.theory.notation import Quantity, SymbolTable, samples
from longlag.theory.statement import Source
from longlag.theory.typeset.described import described
from longlag.theory.typeset.scalar import scalar_tex
from longlag.theory.typeset.shown import Shown

_symbols = SymbolTable("estimators")


def _quantiles(letter: str, law: str) -> tuple[Quantity, Quantity]:
    """Upper quantiles of a law at the two error levels δ₁ and δ₂."""
    first, second = (
        _symbols.add(
            f"{letter}_{place}",
            rf"upper quantile of {law} at level $\delta_{place}$",
            positive=True,
        )
        for place in (1, 2)
    )
    return first, second


alpha = _symbols.add("alpha", "tail index of the stable noise", positive=True)
scale = _symbols.add("sigma", "scale of the stable noise", positive=True)
signal = _symbols.add("m", r"mean $m(\ell)$ that is to be detected", positive=True)
stable_quantiles = _quantiles("q", "the standard stable law")
normal_quantiles = _quantiles("z", "the standard normal law")
clipped_quantiles = _quantiles("r", "the stable law whose jumps are clipped at 1")
information = _symbols.add(
    "I", "Fisher information of the location of the law of scale 1", positive=True
)
variance = _symbols.add(
    "V", r"asymptotic variance $E \psi^2/(E \psi')^2$ of an M-estimator, at scale 1", positive=True
)
#: Density of the law of scale 1 at its centre, Γ(1 + 1/α)/π.
density_at_zero = gamma(1 + 1 / alpha) / pi


@dataclass(frozen=True, kw_only=True)
class Estimator(Shown):
    """An estimator of the mean of N independent draws of stable noise around it.

    Args:
        name: an identifier.
        description: one sentence.
        error: the scale of its error at N samples, a power of N.
        quantiles: upper quantiles, at the two error levels, of its error divided by that scale.
        exact: whether that law holds at every N, or only as N grows.
        concentrates: the tail indices at which its error shrinks with N.
        source: where the law of its error is published.
        threshold: in units of sigma, where it clips; may grow with N, infinite if it never does.
    """

    name: str
    description: str
    error: Expr
    quantiles: tuple[Symbol, Symbol]
    exact: bool
    concentrates: Set
    source: Source
    threshold: Expr = oo

    def __repr__(self) -> str:
        return described(f"estimator {self.name}: error {self.error}", "concentrates", "latex()")

    def _lines(self) -> list[str]:
        needed = scalar_tex(self.required_samples)
        return [rf"\kappa &= {scalar_tex(self.kappa)}", f"N &= {needed}"]

    @cached_property
    def kappa(self) -> Expr:
        """The concentration exponent, in alpha: N grows like m^(-kappa) as the signal m falls.

        kappa = -1 / (d ln error / d ln N).
        """
        return simplify(-1 / (samples * expand_log(log(self.error)).diff(samples)))

    @cached_property
    def required_samples(self) -> Expr:
        """The N at which error(N) (quantile₁ + quantile₂) = m, so that both error levels hold.

        The test rejects "no signal" above the first quantile; the signal misses it with the
        second probability. Telling +m from -m by the sign puts m = 2m', both levels alike.
        """
        first, second = self.quantiles
        return (self.error.subs(samples, 1) * (first + second) / signal) ** self.kappa
