"""What a fit returns: laws with their parameters, intervals, comparisons and windows."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from longlag.numerics.fitting.comparison import Comparison, rejected
from longlag.numerics.fitting.curve import Curve
from longlag.numerics.fitting.least_squares import Solutions
from longlag.numerics.frames import of_rows, with_ends
from longlag.theory.errors import LonglagError
from longlag.theory.laws.law import DecayLaw
from longlag.theory.scalar.parameters import exact
from longlag.theory.typeset.described import described
from longlag.theory.typeset.scalar import number_tex, scalar_tex
from longlag.theory.typeset.shown import Shown

if TYPE_CHECKING:
    from pandas import DataFrame

#: Digits of a display, and of the numbers in a fitted law.
_DIGITS, _KEPT = 4, 10


@dataclass(frozen=True)
class Question:
    """What a window is asked for.

    Args:
        samples: N.
        kappa: the concentration exponent.
        cost: A, the samples needed where f = 1.
        extrapolate: whether windows beyond the measured lags are given as numbers.
    """

    samples: float
    kappa: float
    cost: float = 1.0
    extrapolate: bool = False

    def __post_init__(self) -> None:
        for name in ("samples", "kappa", "cost"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise LonglagError(f"{name} {value}", f"{name} is positive", "give one above 0")

    @property
    def log_level(self) -> float:
        """The logarithm of φ = (A/N)^{1/κ}."""
        return (math.log(self.cost) - math.log(self.samples)) / self.kappa

    def cost_of(self, amplitude: float) -> float:
        """Return A c^{−κ}, the samples needed where f over its amplitude c is 1.

        Args:
            amplitude: c, above 0 and perhaps infinite.
        """
        return self.cost * float(np.float64(amplitude) ** -self.kappa)


@dataclass(frozen=True)
class Estimate:
    """A number with its interval; None where nothing tells one.

    >>> print(Estimate(0.5, (0.4, 0.6)))
    0.5 [0.4, 0.6]
    """

    value: float
    interval: tuple[float, float] | None

    def __str__(self) -> str:
        if self.interval is None:
            return f"{self.value:.4g}"
        return f"{self.value:.4g} [{self.interval[0]:.4g}, {self.interval[1]:.4g}]"

    def mapped(self, function: Callable[[float], float]) -> Estimate:
        """Return the estimate of a monotone function of the number."""
        ends = None if self.interval is None else sorted(map(function, self.interval))
        return Estimate(function(self.value), None if ends is None else (ends[0], ends[1]))

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers, infinities as text."""
        ends = None if self.interval is None else [_plain(end) for end in self.interval]
        return {"value": _plain(self.value), "interval": ends}


@dataclass(frozen=True)
class FittedWindow:
    """H_N of a fitted law, and how far it lies beyond what was measured.

    Args:
        computed: H_N as the law goes on, wherever that is.
        cost: A of the law's shape, the samples needed where f over its amplitude c, or the sum of
            its amplitudes, is 1: A c^{−κ}; None of a law without one.
        supported: the longest lag that the fit used.
        question: N, A and κ.
    """

    computed: Estimate
    cost: Estimate | None
    supported: float
    question: Question

    @property
    def extrapolation(self) -> float:
        """H_N over the longest lag that the fit used; above 1 the law is only thought to go on."""
        return self.computed.value / self.supported

    @property
    def horizon(self) -> Estimate | None:
        """H_N; None where it lies beyond the measured lags and extrapolation was not asked for."""
        if self.extrapolation > 1 and not self.question.extrapolate:
            return None
        return self.computed

    def __str__(self) -> str:
        if self.horizon is None:
            return f"beyond every measured lag (> {self.supported:g}); --extrapolate gives it"
        low, high = self.computed.interval or (None, None)
        if self.question.extrapolate or high is None or high <= self.supported:
            told = str(self.computed)
        else:
            told = f"{self.computed.value:.4g} [{low:.4g}, > {self.supported:g}]"
        if self.extrapolation > 1:
            told += f", {self.extrapolation:.3g} times the longest measured lag"
        return told

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers; what lies beyond the measured lags only if it was asked for."""
        horizon = None if self.horizon is None else self.horizon.to_dict()
        if horizon is not None and horizon["interval"] and not self.question.extrapolate:
            horizon["interval"] = [
                end if isinstance(end, float) and end <= self.supported else None
                for end in horizon["interval"]
            ]
        return {
            "horizon": horizon,
            "beyond_measured_lags": self.extrapolation > 1,
            "longest_supported_lag": self.supported,
            "extrapolation": _plain(self.extrapolation) if self.horizon is not None else None,
            "cost_of_shape": None if self.cost is None else self.cost.to_dict(),
        }


@dataclass(frozen=True)
class LawFit(Shown):
    """One law at its least squares.

    Args:
        law: as it was given, with its parameters as letters.
        parameters: name ↦ estimate.
        undetermined: names of the parameters that the data leave open.
        squares: the sum of weighted squares of ln f.
        lags: how many the fit used.
        goodness: how often a true law would miss the data as much; None where that is not known.
        held_out: mean weighted square at lags that were left out.
        unsupported: why the lags do not support the law; empty where they do.
        window: H_N, where it was asked for.
        found: coordinates of the fit.
        many: those of the bootstrap samples.
    """

    law: DecayLaw
    parameters: dict[str, Estimate]
    undetermined: tuple[str, ...]
    squares: float
    lags: int
    goodness: float | None
    held_out: float
    unsupported: str
    window: FittedWindow | None
    found: Solutions = field(repr=False, compare=False)
    many: Solutions | None = field(repr=False, compare=False)

    def __hash__(self) -> int:
        return hash((self.law, self.squares))

    @property
    def name(self) -> str:
        """The law's name."""
        return self.law.name

    @property
    def fitted(self) -> DecayLaw:
        """The law with its numbers put in, to ten digits: a law like any other.

        Raises:
            LonglagError: a parameter at an end of its domain, where it is another law.
        """
        ends = [
            name for name, each in self.parameters.items() if not 0 < abs(each.value) < math.inf
        ]
        if ends:
            raise LonglagError(
                f"{ends[0]} = {self.parameters[ends[0]].value:g} of law {self.name!r}",
                "there it is a simpler law",
                "take that law",
            )
        numbers = {n: float(f"{each.value:.{_KEPT}g}") for n, each in self.parameters.items()}
        values = self.law.values(numbers)
        start = self.law.smallest_lag
        return DecayLaw(self.name, self.law.envelope.subs(values), smallest_lag=start)

    def typed(self, digits: int = 6) -> str:
        """Return the fitted f as ``longlag law`` and ``longlag horizon`` read it.

        Args:
            digits: of its numbers.
        """
        values = {
            symbol: exact(float(f"{self.parameters[symbol.name].value:.{digits}g}"), symbol.name)
            for symbol in self.law.parameters
            if math.isfinite(self.parameters[symbol.name].value)
        }
        return str(self.law.envelope.xreplace({s: v.evalf(digits) for s, v in values.items()}))

    def _lines(self) -> list[str]:
        lines = list(self.law._lines())
        for symbol in self.law.parameters:
            shown = self.law.marks.get(symbol, symbol)
            lines.append(_estimate_tex(shown, self.parameters[symbol.name]))
        return lines

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers, for JSON."""
        return {
            "law": self.name,
            "envelope": str(self.law.envelope),
            "parameters": {name: each.to_dict() for name, each in self.parameters.items()},
            "undetermined": list(self.undetermined),
            "squares": self.squares,
            "lags": self.lags,
            "goodness": self.goodness,
            "held_out": _plain(self.held_out),
            "unsupported": self.unsupported or None,
            "window": None if self.window is None else self.window.to_dict(),
        }


@dataclass(frozen=True)
class FitReport(Shown):
    """Laws fitted to one curve, the best at held-out lags first.

    Args:
        curve: what was fitted.
        fits: one for each law; those that the lags do not support come last.
        comparisons: of each with the first; empty where errors are not known.
        question: of the windows.
        level: of confidence.
        replicates: bootstrap samples, 0 where there were none.
        seed: of them.
        notes: what a reader has to know of the data.
    """

    curve: Curve
    fits: tuple[LawFit, ...]
    comparisons: tuple[Comparison, ...]
    question: Question | None
    level: float
    replicates: int
    seed: int
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        told = f"{len(self.fits)} laws at {len(self.curve.lags)} lags: {self.verdict()}"
        return described(told, "best", "fits", "plot()", "to_frame()", "to_dict()")

    @property
    def best(self) -> LawFit:
        """The law with the least error at held-out lags, of those that the lags support."""
        return self.fits[0]

    @property
    def not_rejected(self) -> tuple[str, ...]:
        """The laws that the data do not tell apart from the best, itself among them."""
        return tuple(
            fit.name
            for fit in self.fits
            if not fit.unsupported and not rejected(self.comparisons, fit.name, self.level)
        )

    @property
    def decided(self) -> bool:
        """Whether the data tell the best law apart from every other one, and are fitted by it."""
        fits = self.best.goodness is not None and self.best.goodness >= 1 - self.level
        return fits and self.not_rejected == (self.best.name,)

    def __getitem__(self, name: str) -> LawFit:
        for fit in self.fits:
            if fit.name == name:
                return fit
        raise LonglagError(
            f"law {name!r}",
            "it was not fitted",
            f"choose from {', '.join(fit.name for fit in self.fits)}",
        )

    def _lines(self) -> Sequence[str]:
        return self.best._lines()

    def verdict(self) -> str:
        """Return in one sentence what the data say of the laws."""
        best = self.best
        if self.curve.errors is None:
            return f"{best.name} misses held-out lags least; without errors nothing more is known"
        others = [name for name in self.not_rejected if name != best.name]
        told = f"{best.name} misses held-out lags least"
        if best.goodness is not None and best.goodness < 1 - self.level:
            told += f", but misses the data by more than their errors (p = {best.goodness:.2g})"
        preferred = [name for name in others if self._prefers(name)]
        alike = [name for name in others if name not in preferred]
        if preferred:
            told += f"; over all lags {' and '.join(preferred)} fit better"
        if alike:
            told += f"; not told apart from it: {', '.join(alike)}"
        if others:
            return told
        return f"{told}; every other law is rejected" if len(self.fits) > 1 else told

    def _prefers(self, name: str) -> bool:
        """Whether likelihood over all lags tells a law apart from the best one as the better."""
        return any(
            each.law == each.better == name and each.p_value < 1 - self.level
            for each in self.comparisons
        )

    def plot(self) -> Any:
        """Return a matplotlib figure: the values, the laws with their bands, and the residuals."""
        from longlag.numerics.fitting.plot import fit_figure

        return fit_figure(self)

    def to_frame(self) -> DataFrame:
        """Return a frame with a row for each law, the best first; its parameters by name."""
        rows = []
        for fit in self.fits:
            row: dict[str, Any] = {
                "law": fit.name,
                "held_out": fit.held_out,
                "squares": fit.squares,
                "goodness": fit.goodness,
                "not_rejected": fit.name in self.not_rejected,
            }
            for name, estimate in fit.parameters.items():
                row |= with_ends(name, estimate.value, estimate.interval)
            rows.append(row)
        about = {"level": self.level, "replicates": self.replicates, "seed": self.seed}
        return of_rows(rows, about)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain numbers, for JSON."""
        lags = self.curve.lags[self.curve.used]
        return {
            "lags": int(lags.size),
            "range": [float(lags[0]), float(lags[-1])],
            "sequences": None if self.curve.sequences is None else len(self.curve.sequences),
            "correlation_known": self.curve.correlation_is_known,
            "level": self.level,
            "replicates": self.replicates,
            "seed": self.seed,
            "question": None if self.question is None else vars(self.question),
            "best": self.best.name,
            "not_rejected": list(self.not_rejected),
            "decided": self.decided,
            "verdict": self.verdict(),
            "laws": [fit.to_dict() for fit in self.fits],
            "comparisons": [vars(each) for each in self.comparisons],
            "notes": list(self.notes),
        }


def _estimate_tex(symbol: Any, estimate: Estimate) -> str:
    name = scalar_tex(symbol)
    number = number_tex(estimate.value, _DIGITS)
    if estimate.interval is None:
        return rf"{name} &\approx {number}"
    low, high = (number_tex(end, _DIGITS) for end in estimate.interval)
    return rf"{name} &\approx {number} \; [{low}, {high}]"


def _plain(value: float) -> float | str:
    """A number that JSON has, or its name."""
    return value if math.isfinite(value) else str(value)


__all__ = ["Estimate", "FitReport", "FittedWindow", "LawFit", "Question"]
