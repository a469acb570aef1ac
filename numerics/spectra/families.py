"""A registered family as a likelihood of measured rates, fitted by maximum likelihood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.optimize import minimize
from sympy import Expr, Symbol, expand_log, log, oo

from longlag.numerics.codegen.scalar import generate_scalar
from longlag.theory.spectra import SPECTRA
from longlag.theory.spectra.spectrum import Spectrum, nu

Array = Float[np.ndarray, " n"]

#: What a family is measured in, where it has no parameter for it.
UNIT = "unit"
_STEP, _BEYOND = 1 / 32, 40.0


@dataclass(frozen=True)
class Family:
    """A density of rates ν over free parameters; ends of its support are the sample's extremes.

    The likelihood of rates that are even up to an unknown end is largest where the end is the
    largest rate. A family with a fixed end, beside which its density is positive and finite, such
    as τ ≥ 1, is given a unit of time, estimated in the same way.

    Args:
        name: in ``SPECTRA``.
        free: the parameters that are searched for.
        ends: the parameters, or the unit, that the smallest (−1) or the largest rate (1) gives.
        high: the upper end of the support where it is a number; ∞ or that of ``ends`` otherwise.
        log_density: of arrays: ν, the free parameters, the ends.
        spectrum: that the density is of.
    """

    name: str
    free: tuple[str, ...]
    ends: dict[str, int]
    high: float
    log_density: Callable[..., Array]
    spectrum: Spectrum

    def __reduce__(self) -> tuple[Any, ...]:
        """A generated function is made again wherever it is sent."""
        return family_of, (self.spectrum,)

    @property
    def count(self) -> int:
        """The number of parameters."""
        return len(self.free) + len(self.ends)

    def log_likelihoods(self, rates: Array, parameters: dict[str, float]) -> Array:
        """Return ln p(ν) of every rate; −∞ outside of the support, shape (n,)."""
        scale = parameters.get(UNIT, 1.0)
        inside = np.ones(rates.shape, bool)
        for name, side in self.ends.items():
            inside &= rates >= parameters[name] if side < 0 else rates <= parameters[name]
        inside &= rates / scale < self.high if np.isfinite(self.high) and not self.ends else True
        given = [np.float64(parameters[name]) for name in (*self.free, *self.ends) if name != UNIT]
        with np.errstate(all="ignore"):
            found = self.log_density(rates / scale, *given) - np.log(scale)
        return np.where(inside & ~np.isnan(found), found, -np.inf)

    def fit(
        self,
        rates: Array,
        start: dict[str, float] | None = None,
        ends: dict[str, float] | None = None,
    ) -> dict[str, float] | None:
        """Return the parameters of the largest likelihood; None where no rate may be the sample's.

        Args:
            rates: positive, shape (n,).
            start: where the search begins; by default at the median rate, or 1.
            ends: of the support, where they are known; by default those of the sample.
        """
        if ends is None:
            ends = self.extremes(rates)
        if not self.free:
            return ends

        def loss(logarithms: np.ndarray) -> float:
            at = dict(zip(self.free, np.exp(logarithms).tolist(), strict=True))
            return min(-float(self.log_likelihoods(rates, {**at, **ends}).mean()), 1e300)

        firsts = [[start[name] for name in self.free]] if start else _starts(rates, len(self.free))
        options = {"xatol": 1e-6, "fatol": 1e-9, "maxiter": 600}
        found = [minimize(loss, np.log(x), method="Nelder-Mead", options=options) for x in firsts]
        best = min(found, key=lambda each: float(each.fun))
        if not best.fun < 1e299:
            return None
        return {**dict(zip(self.free, np.exp(best.x).tolist(), strict=True)), **ends}

    def extremes(self, rates: Array) -> dict[str, float]:
        """Return the ends of the support of the largest likelihood."""
        return {n: float(rates.min() if side < 0 else rates.max()) for n, side in self.ends.items()}

    def distribution(self, rates: Array, parameters: dict[str, float]) -> tuple[Array, Array]:
        """Return ln ν on a grid around some rates, and P(rate ≤ ν) there.

        Args:
            rates: what the grid must cover, shape (n,).
            parameters: as of ``fit``.
        """
        low, end = np.log(rates.min()), self.high * parameters.get(UNIT, 1.0)
        end = next((parameters[n] for n, side in self.ends.items() if side > 0), end)
        floor = next((parameters[n] for n, side in self.ends.items() if side < 0), 0.0)
        if np.isfinite(end):
            s = np.arange(low - np.log(end) - _BEYOND, 36.0, _STEP)
            log_rates, slope = np.log(end) - np.logaddexp(0, -s), -np.logaddexp(0, s)
        else:
            log_rates = np.arange(low - _BEYOND, np.log(rates.max()) + _BEYOND, _STEP)
            slope = np.zeros_like(log_rates)
        at = np.minimum(np.exp(log_rates), end)
        height = np.exp(self.log_likelihoods(at, parameters) + log_rates + slope)
        height[at < floor] = 0
        below = np.concatenate([[0.0], np.cumsum((height[1:] + height[:-1]) / 2)])
        return log_rates, below / below[-1]


def _starts(rates: Array, count: int) -> list[list[float]]:
    """Where a search begins: parameters have no units here that would tell one from another."""
    middle = float(np.median(rates))
    at_middle = [[middle if k == place else 1.0 for k in range(count)] for place in range(count)]
    return [[1.0] * count, *reversed(at_middle)]


@lru_cache(maxsize=1)
def families() -> dict[str, Family]:
    """Return the registered spectra that have a likelihood: those with a density of one part.

    >>> families()["pareto_time_scales"].ends
    {'unit': 1}
    """
    return {name: family_of(s) for name, s in SPECTRA.items() if s.density is not None}


def family_of(spectrum: Spectrum) -> Family:
    """Return a density as a likelihood over its parameters.

    Args:
        spectrum: with a density, of rates or of time scales, its parameters positive.
    """
    average = spectrum.rate_average
    low, high = average.support
    ends: dict[str, int] = {}
    symbols: list[Symbol] = []
    for end, side in ((low, -1), (high, 1)):
        if isinstance(end, Symbol):
            ends[end.name] = side
            symbols.append(end)
        elif end not in (0, oo) and _is_flat(average.density.subs(nu, end)):
            ends[UNIT] = side
    free = [symbol for symbol in spectrum.parameters if symbol not in symbols]
    expression = expand_log(log(average.density), force=True)
    function = generate_scalar(expression, [nu, *free, *symbols])
    bound = float(high) if high.is_number else np.inf
    return Family(spectrum.name, tuple(s.name for s in free), ends, bound, function, spectrum)


def _is_flat(height: Expr) -> bool:
    """Whether a density at an end of its support is positive and finite, whatever its parameters.

    A power of 0 is neither.
    """
    return not height.has(oo) and height.is_positive is True
