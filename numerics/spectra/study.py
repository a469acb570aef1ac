"""What follows from a spectrum: its envelope in every form there is, the class of its law, H_N."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import brentq
from sympy import Expr, Symbol, exp, expand_log, log

from longlag.numerics.canvas import canvas
from longlag.numerics.codegen.scalar import generate_scalar
from longlag.numerics.frames import frame
from longlag.numerics.spectra.rule import Rule, rule_of
from longlag.theory.errors import LonglagError
from longlag.theory.notation import ell, horizon_letter, of_lag
from longlag.theory.spectra.rate_average import RateAverage
from longlag.theory.spectra.spectrum import Spectrum, envelope_of
from longlag.theory.spectra.tauberian import Decay, asymptote_of, decay_of
from longlag.theory.typeset.described import described
from longlag.theory.typeset.scalar import number_tex, scalar_tex
from longlag.theory.typeset.shown import Shown

if TYPE_CHECKING:
    from pandas import DataFrame

#: ln ℓ at which an asymptote is compared, and how close it must be from there on.
_COMPARED = np.concatenate([np.arange(-5, 40, 0.25), np.arange(40, 601, 10)])
_CLOSE = 0.1
_SMALLEST = -600.0
#: ln H is looked for up to here: the rule has no digits for longer lags.
_FARTHEST = 700.0
_SHOWN_LAGS = (1, 10, 100, 1000, 10_000)


@dataclass(frozen=True)
class SpectrumStudy(Shown):
    """A spectrum at numbers for its parameters, and what follows from it.

    Args:
        spectrum: with its density.
        parameters: name ↦ number.
        envelope: f over ``ell``; an unevaluated average where no closed form is known.
        asymptote: what f is asymptotic to; None where it is no power times a slow factor.
        asymptote_from: the lag from which it holds to 10 %, in steps.
        decay: the class of the law.
        lags: some, in steps.
        values: f there.
        samples: N; None where no window was asked for.
        cost: A, the samples needed where f = 1.
        kappa: the exponent of concentration.
        log_horizon: ln H_N; −∞ for an empty window, ∞ for one beyond e^700 steps.
        rule: the weights by which f is evaluated.
    """

    spectrum: Spectrum
    parameters: Mapping[str, float]
    envelope: Expr
    asymptote: Expr | None
    asymptote_from: float | None
    decay: Decay
    lags: tuple[float, ...]
    values: tuple[float, ...]
    samples: float | None
    cost: float
    kappa: float | None
    log_horizon: float | None
    rule: Rule

    def __repr__(self) -> str:
        told = f"spectrum {self.spectrum.name}: {self.decay}"
        return described(told, "values", "horizon", "plot()", "to_frame()", "latex()")

    @property
    def closed_form(self) -> bool:
        """Whether f has a closed form."""
        return not self.envelope.has(RateAverage)

    @property
    def horizon(self) -> float | None:
        """H_N in steps; ∞ beyond e^700."""
        return None if self.log_horizon is None else math.exp(self.log_horizon)

    def _lines(self) -> list[str]:
        lines = [*self.spectrum._lines(), f"{of_lag('f')} &= {scalar_tex(self.envelope)}"]
        if self.asymptote is not None:
            lines.append(rf"{of_lag('f')} &\sim {scalar_tex(self.asymptote)}")
        if self.horizon is not None and math.isfinite(self.horizon):
            lines.append(rf"{horizon_letter()} &\approx {number_tex(self.horizon, 6)}")
        return lines

    def to_frame(self) -> DataFrame:
        """Return a frame with a row for each lag that was looked at: its envelope."""
        about = {"spectrum": self.spectrum.name, "parameters": dict(self.parameters)}
        return frame({"lag": self.lags, "envelope": self.values}, about)

    def to_dict(self) -> dict[str, Any]:
        """Return plain strings and numbers for JSON, where null stands for what is not finite."""
        return {
            "spectrum": self.spectrum.name,
            "density": str(self.spectrum.density),
            "atoms": {str(at): str(weight) for at, weight in self.spectrum.atoms.items()},
            "variable": str(self.spectrum.variable),
            "support": [str(limit) for limit in self.spectrum.support],
            "parameters": dict(self.parameters),
            "envelope": str(self.envelope),
            "closed_form": self.closed_form,
            "asymptote": None if self.asymptote is None else str(self.asymptote),
            "asymptote_from": self.asymptote_from,
            "decay": str(self.decay),
            "lags": list(self.lags),
            "values": list(self.values),
            "samples": self.samples,
            "cost": self.cost,
            "kappa": self.kappa,
            "horizon": _finite(self.horizon),
            "log_horizon": _finite(self.log_horizon),
        }

    def plot(self) -> Any:
        """Return a figure of the envelope, its asymptote and its window."""
        figure, axes = canvas()
        far = max(4.0, min((self.log_horizon or 0) / math.log(10) + 1, 12))
        lags = np.geomspace(0.1, 10**far, 300)
        height = self.rule.envelope(lags)
        axes.loglog(lags, height, "k-", label=r"$f(\ell)$")
        if self.asymptote is not None:
            numbers = {s: self.parameters[s.name] for s in self.asymptote.free_symbols - {ell}}
            line = generate_scalar(self.asymptote.subs(numbers), [ell])(lags[lags > 1.0])
            axes.loglog(lags[lags > 1.0], line, "C3--", lw=0.9, label="asymptote")
        if self.horizon is not None and 0 < self.horizon <= lags[-1]:
            axes.axvline(self.horizon, color="C2", lw=0.8, label="$H_N$")
        axes.set_ylim(max(height[height > 0].min(), 1e-12), 2)
        axes.set_xlabel("lag")
        axes.legend(frameon=False, fontsize=8)
        axes.set_title(f"{self.spectrum.name}: {self.decay}", fontsize=9)
        return figure


def study_spectrum(
    spectrum: Spectrum,
    parameters: Mapping[Any, Any],
    *,
    samples: float | None = None,
    cost: float = 1.0,
    kappa: float | None = None,
) -> SpectrumStudy:
    """Return what follows from a spectrum at numbers for its parameters.

    Args:
        spectrum: of rates or of time scales.
        parameters: parameter, by symbol or name, ↦ number.
        samples: N, for the window; it needs ``kappa``.
        cost: A, the samples needed where f = 1.
        kappa: the exponent of concentration, above 0.

    Raises:
        LonglagError: what is no distribution, numbers outside their domains, N without κ.

    >>> from longlag.theory.spectra import beta_rates
    >>> study = study_spectrum(beta_rates, {"a": 2, "b": 3}, samples=1e6, kappa=2)
    >>> study.decay.value, str(study.asymptote), round(study.horizon, 1)
    ('power law', 'gamma(a + b)/(ell**a*gamma(b))', 107.5)
    """
    if (samples is None) != (kappa is None):
        raise LonglagError(
            "samples and kappa",
            "a window needs both: how many sequences, and how estimates concentrate",
            "give --samples with --alpha or --kappa",
        )
    for name, number in (("samples", samples), ("cost", cost), ("kappa", kappa)):
        if number is not None and not (0 < number < math.inf):
            raise LonglagError(f"{name} {number}", f"{name} is positive", "give one above 0")
    numbers = spectrum.values(parameters)
    envelope = envelope_of(spectrum)
    rule = rule_of(spectrum, numbers)
    try:
        asymptote = asymptote_of(spectrum)
    except LonglagError:
        asymptote = None
    return SpectrumStudy(
        spectrum=spectrum,
        parameters={symbol.name: float(value) for symbol, value in numbers.items()},
        envelope=envelope,
        asymptote=asymptote,
        asymptote_from=None if asymptote is None else _holds_from(asymptote.subs(numbers), rule),
        decay=decay_of(spectrum),
        lags=_SHOWN_LAGS,
        values=tuple(rule.envelope(_SHOWN_LAGS).tolist()),
        samples=samples,
        cost=cost,
        kappa=kappa,
        log_horizon=(
            None
            if samples is None or kappa is None
            else log_horizon(rule, (math.log(cost) - math.log(samples)) / kappa)
        ),
        rule=rule,
    )


def log_horizon(rule: Rule, log_threshold: float) -> float:
    """Return ln H, H the last lag with f ≥ φ; f falls at every lag, so there is one crossing.

    Args:
        rule: the weights of a spectrum.
        log_threshold: ln φ.

    Returns:
        −∞ where f < φ from the start, ∞ where f ≥ φ up to lag e^700.
    """

    def excess(log_lag: float) -> float:
        return float(np.maximum(rule.log_envelope(log_lag), -1e300)[0]) - log_threshold

    if log_threshold > 0:
        return -math.inf
    if excess(_FARTHEST) >= 0:
        return math.inf
    if excess(-_FARTHEST) < 0:
        return -math.inf
    return float(brentq(excess, -_FARTHEST, _FARTHEST, xtol=1e-13, rtol=1e-13))


def _holds_from(asymptote: Expr, rule: Rule) -> float | None:
    """The lag from which the asymptote is within 10 %; None where it never is."""
    logarithm = Symbol("t", real=True)
    inside = expand_log(log(asymptote.subs(ell, exp(logarithm))), force=True)
    with np.errstate(all="ignore"):
        line = generate_scalar(inside, [logarithm])(_COMPARED)
        apart = np.abs(np.expm1(rule.log_envelope(_COMPARED) - line))
    apart[line < _SMALLEST] = 0  # too small for a double, where nothing is compared
    far = np.flatnonzero(~(apart <= _CLOSE))
    if far.size == 0:
        return math.exp(_COMPARED[0])
    return None if far[-1] + 1 == _COMPARED.size else math.exp(_COMPARED[far[-1] + 1])


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
