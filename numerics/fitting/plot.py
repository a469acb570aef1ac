"""The figure of a fit: values with errors, laws with bands, and what the best law misses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from longlag.numerics.canvas import blank
from longlag.numerics.fitting.bootstrap import expanded_levels
from longlag.numerics.fitting.model import model_of

if TYPE_CHECKING:
    from longlag.numerics.fitting.report import FitReport, LawFit

_POINTS = 240
_MOST_LAWS = 4


def fit_figure(report: FitReport) -> Any:
    """Return a figure with the curve, the laws that it does not reject, and residuals.

    Args:
        report: what ``fit_laws`` returned; its ``plot()`` calls this.
    """
    figure = blank((6.4, 5.2))
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    draw_laws(above, report)
    draw_residuals(below, report)
    figure.suptitle(report.verdict(), fontsize=8, wrap=True)
    return figure


def draw_laws(axes: Any, report: FitReport) -> None:
    """Draw the values with their errors, and laws with bands; dotted beyond the lags they fit."""
    curve = report.curve
    axes.errorbar(
        curve.lags, curve.values, curve.errors, fmt="k.", markersize=3, lw=0.6, label="measured"
    )
    last = float(curve.lags[curve.used][-1])
    first = float(curve.lags[curve.lags > 0][0])
    lags = np.geomspace(first, last, _POINTS)
    shown = [fit for fit in report.fits if fit.name in report.not_rejected][:_MOST_LAWS]
    for place, fit in enumerate(shown):
        colour = f"C{place}"
        axes.plot(lags, _line(fit, lags), color=colour, lw=1, label=fit.name.replace("_", " "))
        band = _band(report, fit, lags)
        if band is not None:
            axes.fill_between(lags, *band, color=colour, alpha=0.2, lw=0)
        _extrapolate(axes, report, fit, last, colour)
    if report.question is not None:
        level = float(np.exp(report.question.log_level))
        axes.axhline(level, color="0.5", lw=0.6, ls="--", label=r"$\varphi = (A/N)^{1/\kappa}$")
    axes.set_yscale("log")
    if last / first > 10:
        axes.set_xscale("log")
    axes.set_ylabel(r"$f(\ell)$")
    axes.legend(frameon=False, fontsize=8)


def draw_residuals(axes: Any, report: FitReport) -> None:
    """Draw what the best law misses, in standard errors where those are known."""
    curve = report.curve
    used = curve.used
    lags = curve.lags[used]
    missed = curve.weights[used] * (curve.log_values[used] - np.log(_line(report.best, lags)))
    axes.axhline(0, color="0.7", lw=0.6)
    axes.plot(lags, missed, "k.", markersize=3)
    unit = "" if curve.errors is None else " / error"
    axes.set_ylabel(rf"$\Delta\ln f${unit}", fontsize=8)
    axes.set_xlabel(r"lag $\ell$")


def _extrapolate(axes: Any, report: FitReport, fit: LawFit, last: float, colour: str) -> None:
    """Draw a law up to its window, where that was asked for beyond the measured lags."""
    question, window = report.question, fit.window
    if question is None or not question.extrapolate or window is None:
        return
    if last < window.computed.value < np.inf:
        lags = np.geomspace(last, window.computed.value, _POINTS)
        axes.plot(lags, _line(fit, lags), ":", color=colour, lw=1)


def _line(fit: LawFit, lags: Any) -> Any:
    model = model_of(fit.law)
    return np.exp(fit.found.a[0] + model.log_shape(lags, fit.found.u)[0])


def _band(report: FitReport, fit: LawFit, lags: Any) -> Any:
    """The interval of f at every lag, from the bootstrap samples."""
    if fit.many is None:
        return None
    logarithms = fit.many.a[:, None] + model_of(fit.law).log_shape(lags, fit.many.u)
    return np.exp(np.quantile(logarithms, expanded_levels(report.curve, report.level), axis=0))


__all__ = ["draw_laws", "draw_residuals", "fit_figure"]
