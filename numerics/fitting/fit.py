"""Decay laws fitted to a measured envelope, compared, and what windows follow."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from jaxtyping import Float

from longlag.numerics.fitting.bootstrap import Samples, expanded_levels, resampled
from longlag.numerics.fitting.comparison import Comparison, Fitted, compare, goodness, prepare
from longlag.numerics.fitting.curve import LARGEST_RELATIVE_ERROR, Curve
from longlag.numerics.fitting.held_out import held_out_error
from longlag.numerics.fitting.horizons import horizons
from longlag.numerics.fitting.least_squares import GAIN_OF_SAMPLES, Solutions, fit_batch
from longlag.numerics.fitting.model import Model, model_of
from longlag.numerics.fitting.report import Estimate, FitReport, FittedWindow, LawFit, Question
from longlag.numerics.fitting.starts import best_fit
from longlag.theory.errors import LonglagError
from longlag.theory.laws import LAWS
from longlag.theory.laws.law import DecayLaw
from longlag.theory.laws.logarithm import amplitudes, interchangeable, is_scale_free, log_envelope
from longlag.theory.scalar.parameters import require_count
from longlag.theory.window.admission import check_law

#: A power of the lag is not supported by a range of lags shorter than this factor.
DECADE = 10.0
#: A parameter known to within less than this factor, or this far from the lags, is left open.
RUNAWAY = 1e3


def fit_laws(
    curve: Curve,
    laws: Iterable[DecayLaw] | None = None,
    *,
    question: Question | None = None,
    level: float = 0.95,
    replicates: int = 400,
    seed: int = 0,
) -> FitReport:
    """Fit decay laws to a curve by weighted least squares on ln f, and compare them.

    Args:
        curve: values over the lag, with errors or one curve for each sequence.
        laws: which; every registered one by default.
        question: N, A and κ, for windows; None for none.
        level: of confidence.
        replicates: bootstrap samples.
        seed: of them.

    Returns:
        Parameters with intervals from refits of samples drawn over sequences, or from the given
        errors; laws in the order of their errors at held-out lags; each beside the best of them.

    Raises:
        LonglagError: a law that is no envelope, that has more parameters than there are lags, or
            lags where it is not defined.

    >>> lags = np.arange(1.0, 33)
    >>> report = fit_laws(Curve(lags, 0.5 * np.exp(-0.1 * lags)), [LAWS["exponential"]])
    >>> round(report.best.parameters["b"].value, 9)
    0.1
    """
    if not 0 < level < 1:
        raise LonglagError(f"level {level}", "it lies between 0 and 1", "give .95 for 95 %")
    replicates = require_count(
        "replicates", replicates, "intervals come from some samples", least=20, most=10**6
    )
    chosen = list(LAWS.values()) if laws is None else list(laws)
    notes = _notes(curve)
    fittable = []
    for law in chosen:
        refusal = _refusal(law, curve)
        if refusal is None:
            fittable.append(law)
        elif laws is not None:
            raise refusal
        else:
            notes.append(f"left out: {refusal}")
    if not fittable:
        raise LonglagError(
            f"a table of {curve.used.sum()} lags",
            "every law has more parameters, or begins at later lags",
            "measure more lags",
        )
    samples = resampled(curve, replicates, np.random.default_rng(seed))
    prepared = []
    for law in fittable:
        model = model_of(law)
        found = best_fit(model, curve.lags, curve.log_values, curve.weights)
        if not np.isfinite(found.squares[0]):
            raise LonglagError(
                f"law {law.name!r}", "it has no finite values at these lags", "take another law"
            )
        fitted = prepare(model, found, curve)
        many = _refits(model, curve, samples, found)
        prepared.append((fitted, _law_fit(fitted, many, curve, question, level)))
    prepared.sort(key=lambda pair: (pair[1].unsupported != "", pair[1].held_out))
    comparisons = _beside_the_best([fitted for fitted, _ in prepared], curve)
    return FitReport(
        curve=curve,
        fits=tuple(fit for _, fit in prepared),
        comparisons=comparisons,
        question=question,
        level=level,
        replicates=replicates if samples is not None else 0,
        seed=seed,
        notes=tuple(notes),
    )


def _refusal(law: DecayLaw, curve: Curve) -> LonglagError | None:
    """Why a law cannot be fitted to a curve; a law that is no envelope raises."""
    if LAWS.get(law.name) != law:
        check_law(law)
    lags = curve.lags[curve.used]
    size = model_of(law).symbolic.size
    if lags.size < size:
        return LonglagError(
            f"{lags.size} lags for the {size} parameters of law {law.name!r}",
            "a fit needs at least as many lags as parameters",
            "measure more lags, or take a law with fewer parameters",
        )
    if law.start.is_number and lags[0] < float(law.start):
        return LonglagError(
            f"lag {lags[0]:g} for law {law.name!r}",
            f"it begins at lag {law.start}",
            "leave that lag out, or take another law",
        )
    return None


def _notes(curve: Curve) -> list[str]:
    notes = []
    if curve.errors is None:
        notes.append(
            "without errors or sequences nothing tells how sure parameters are, nor which law is"
            " better: neighbouring lags agree because their errors hang together"
        )
    elif not curve.correlation_is_known:
        notes.append(
            "errors of different lags are taken as independent, since nothing tells their"
            " correlation: where they hang together, intervals are too narrow; give one curve for"
            " each sequence"
        )
    dropped = int((~curve.used).sum())
    if dropped:
        notes.append(
            f"{dropped} of {len(curve.lags)} lags are left out, whose errors exceed"
            f" {LARGEST_RELATIVE_ERROR:.0%} of their values"
        )
    return notes


def _refits(
    model: Model, curve: Curve, samples: Samples | None, found: Solutions
) -> Solutions | None:
    """The fits of all bootstrap samples, from that of the data."""
    if samples is None:
        return None
    values, weights = samples
    # Far out f no longer moves with a coordinate, and a fit from there would never come back.
    near = np.log(10 * curve.lags[-1])
    start = np.tile(np.clip(found.u, -near, near), (len(values), 1))
    used = curve.used
    return fit_batch(
        model, curve.lags[used], values[:, used], weights[:, used], start, gain=GAIN_OF_SAMPLES
    )


def _law_fit(
    fitted: Fitted, many: Solutions | None, curve: Curve, question: Question | None, level: float
) -> LawFit:
    model, found = fitted.model, fitted.found
    law = model.law
    bounds = expanded_levels(curve, level)

    def estimate(
        value: Float[np.ndarray, " 1"], spread: Float[np.ndarray, " B"] | None
    ) -> Estimate:
        if spread is None:
            return Estimate(float(value[0]), None)
        low, high = np.quantile(spread, bounds, method="nearest")
        return Estimate(float(value[0]), (float(low), float(high)))

    values = _ordered(law, model.parameter_values(found.a, found.u))
    spreads = None if many is None else _ordered(law, model.parameter_values(many.a, many.u))
    parameters = {
        symbol.name: estimate(values[:, place], None if spreads is None else spreads[:, place])
        for place, symbol in enumerate(law.parameters)
    }
    window = None
    if question is not None:
        reached = estimate(
            horizons(model, found, question.log_level),
            None if many is None else horizons(model, many, question.log_level),
        )
        scale = [place for place, symbol in enumerate(law.parameters) if symbol in amplitudes(law)]
        total = estimate(
            values[:, scale].sum(1), None if spreads is None else spreads[:, scale].sum(1)
        )
        cost = total.mapped(question.cost_of) if scale else None
        window = FittedWindow(reached, cost, float(curve.lags[curve.used][-1]), question)
    return LawFit(
        law=law,
        parameters=parameters,
        undetermined=_undetermined(law, parameters, found, curve),
        squares=fitted.squares,
        lags=int(curve.used.sum()),
        goodness=goodness(fitted, curve),
        held_out=held_out_error(model, curve, found),
        unsupported=_unsupported(law, curve),
        window=window,
        found=found,
        many=many,
    )


def _undetermined(
    law: DecayLaw, parameters: dict[str, Estimate], found: Solutions, curve: Curve
) -> tuple[str, ...]:
    """Positive parameters that data leave open: with wide intervals, or on their way to an end."""
    coordinates = log_envelope(law).coordinates
    away = np.log(RUNAWAY * curve.lags[-1])
    running = {
        u.name for u, value in zip(coordinates, found.u[0], strict=True) if abs(value) > away
    }
    return tuple(
        name
        for name, each in parameters.items()
        if f"u_{name}" in running
        or (each.interval is not None and each.interval[1] > RUNAWAY * max(each.interval[0], 0) > 0)
        or (each.interval is not None and each.interval[0] == 0 < each.interval[1])
    )


def _ordered(law: DecayLaw, values: Float[np.ndarray, "B P"]) -> Float[np.ndarray, "B P"]:
    """Parameters of terms that may change places in the order of their rates, the slowest first."""
    groups = interchangeable(law)
    if not groups:
        return values
    place = {symbol: index for index, symbol in enumerate(law.parameters)}
    columns = np.array([[place[symbol] for symbol in group] for group in groups])
    order = np.argsort(values[:, columns[:, 0]], axis=1)
    ordered = values.copy()
    for term in range(len(groups)):
        ordered[:, columns[term]] = values[np.arange(len(values))[:, None], columns[order[:, term]]]
    return ordered


def _unsupported(law: DecayLaw, curve: Curve) -> str:
    lags = curve.lags[curve.used]
    first = lags[lags > 0][0]
    if is_scale_free(law) and lags[-1] < DECADE * first:
        return f"not supported: lags {first:g} to {lags[-1]:g} span less than a decade"
    return ""


def _beside_the_best(fitted: list[Fitted], curve: Curve) -> tuple[Comparison, ...]:
    pairs = [compare(other, fitted[0], curve) for other in fitted[1:]]
    return tuple(pair for pair in pairs if pair is not None)


__all__ = ["DECADE", "fit_laws"]
