"""Which of two laws data prefer: a likelihood ratio, judged by what its own kind of pair follows.

The errors of ln f are taken as normal. Their correlation over the lags, as far as it is known from
sequences, scales both tests (Rao and Scott 1984).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.special import chdtrc, fdtrc, stdtr

from longlag.numerics.fitting.curve import Curve
from longlag.numerics.fitting.least_squares import Solutions
from longlag.numerics.fitting.model import EDGE, Model
from longlag.theory.laws.nesting import nesting

_SMALL = 1e-9


@dataclass(frozen=True)
class Fitted:
    """A law at its least squares, as a comparison needs it.

    Args:
        model: of the law.
        found: its fit, B = 1.
        line: a + h at the used lags, times the weights, shape (L,).
        squares: the sum of squares.
        basis: orthonormal directions in which the line moves with the parameters, shape (L, P).
        spread: tr(P C), what the covariance C puts into those directions; P without correlation.
    """

    model: Model
    found: Solutions
    line: Float[np.ndarray, " L"]
    squares: float
    basis: Float[np.ndarray, "L P"]
    spread: float


@dataclass(frozen=True)
class Comparison:
    """One law beside another.

    Args:
        law: the one that is judged.
        against: the other.
        test: ``likelihood ratio``, of laws that contain one another, or ``Vuong``.
        statistic: that follows χ² or Student's t.
        p_value: how often data of equally good laws would differ as much; of a likelihood ratio
            how often the smaller law would seem as wrong.
        better: the law that describes the data better.
        nested: where the larger law is the smaller one; empty for others.
    """

    law: str
    against: str
    test: str
    statistic: float
    p_value: float
    better: str
    nested: str

    def rejected(self, level: float) -> bool:
        """Return whether ``law`` is told apart from a better one.

        Args:
            level: of confidence.
        """
        return self.better != self.law and self.p_value < 1 - level


def prepare(model: Model, found: Solutions, curve: Curve) -> Fitted:
    """Return what a comparison needs of a fit.

    Args:
        model: of the law.
        found: its fit, B = 1.
        curve: what it was fitted to.
    """
    lags, weights = curve.lags[curve.used], curve.weights[curve.used]
    shape, *slopes = model.evaluate(lags, found.u)
    columns = [slope[0] for slope, u in zip(slopes, found.u[0], strict=True) if abs(u) < EDGE]
    columns += [np.ones(lags.size)] if model.scaled else []
    moves = np.stack(columns, axis=1) * weights[:, None] if columns else np.zeros((lags.size, 0))
    norms = np.linalg.norm(moves, axis=0)
    moves = moves[:, norms > 0] / norms[norms > 0]
    left, singular, _ = np.linalg.svd(moves, full_matrices=False)
    basis = left[:, singular > _SMALL]
    spread = float(np.sum((curve.deviations[:, curve.used] @ basis) ** 2))
    line = weights * (found.a[0] + shape[0])
    return Fitted(model, found, line, float(found.squares[0]), basis, spread)


def goodness(fitted: Fitted, curve: Curve) -> float | None:
    """Return how often a true law would miss the data as much; None where errors are not known.

    Args:
        fitted: the law.
        curve: the data.

    The sum of squares is compared with a multiple of χ² that has its mean and its variance under
    the covariance of the errors. Source: Satterthwaite (1946); the unbiased trace of a square of
    a sample covariance, Bai and Saranadasa (1996).
    """
    if curve.errors is None:
        return None
    deviations = curve.deviations[:, curve.used]
    left = deviations - (deviations @ fitted.basis) @ fitted.basis.T
    mean = float(np.sum(left**2))
    square = float(np.sum((left @ left.T) ** 2))
    if curve.sequences is not None:
        degrees = len(curve.sequences) - 1
        square = degrees**2 / ((degrees - 1) * (degrees + 2)) * (square - mean**2 / degrees)
    # What a sample covariance of few sequences leaves of it: never less than one direction.
    square = max(square, mean**2 / left.shape[1])
    if mean <= _SMALL:
        return None
    return float(chdtrc(mean**2 / square, fitted.squares * mean / square))


def compare(one: Fitted, other: Fitted, curve: Curve) -> Comparison | None:
    """Return one law beside another; None where errors are not known.

    Args:
        one: the law that is judged.
        other: the one beside it.
        curve: what both were fitted to.
    """
    if curve.errors is None:
        return None
    small, large = sorted((one, other), key=lambda each: each.model.symbolic.size)
    inside = nesting(small.model.law, large.model.law)
    if inside is None:
        return _vuong(one, other, curve)
    gained = max(small.squares - large.squares, 0.0)
    count = large.model.symbolic.size - small.model.symbolic.size
    gained /= _inflation(small, large, curve)
    p_value = chdtrc(count, gained)
    if curve.sequences is not None:
        # The inflation is itself an estimate.
        p_value = fdtrc(count, len(curve.sequences) - 1, gained / count)
    better = large if gained > 0 else small
    how = str(inside) if inside.interior else f"{inside}, conservative"
    return Comparison(
        _name(one), _name(other), "likelihood ratio", gained, float(p_value), _name(better), how
    )


def _inflation(small: Fitted, large: Fitted, curve: Curve) -> float:
    """By how much correlation widens the likelihood ratio, per direction that the law gains."""
    if curve.sequences is None:
        return 1.0
    # The directions that the smaller law lacks most: both are taken at their own optimum, so that
    # the others do not coincide exactly.
    gained = max(large.basis.shape[1] - small.basis.shape[1], 1)
    lacking = large.basis - small.basis @ (small.basis.T @ large.basis)
    extra = np.linalg.svd(lacking, full_matrices=False)[0][:, :gained]
    return float(np.sum((curve.deviations[:, curve.used] @ extra) ** 2)) / extra.shape[1]


def _vuong(one: Fitted, other: Fitted, curve: Curve) -> Comparison:
    """Whether two laws that do not contain one another describe data equally well.

    The difference of the sums of squares is linear in the data, so that its variance follows from
    their covariance; what each law gains by fitting noise is taken out. Source: Vuong (1989).
    """
    apart = other.line - one.line
    difference = (one.squares + one.spread) - (other.squares + other.spread)
    spread = 2 * float(np.linalg.norm(curve.deviations[:, curve.used] @ apart))
    statistic = difference / spread if spread > _SMALL else 0.0
    degrees = np.inf if curve.sequences is None else len(curve.sequences) - 1
    p_value = 2 * float(stdtr(degrees, -abs(statistic)))
    better = other if difference > 0 else one
    return Comparison(_name(one), _name(other), "Vuong", abs(statistic), p_value, _name(better), "")


def _name(fitted: Fitted) -> str:
    return fitted.model.law.name


def rejected(comparisons: Sequence[Comparison], law: str, level: float) -> bool:
    """Return whether one of some comparisons tells a law apart from a better one.

    Args:
        comparisons: of several laws.
        law: its name.
        level: of confidence.
    """
    return any(each.law == law and each.rejected(level) for each in comparisons)


__all__ = ["Comparison", "Fitted", "compare", "goodness", "prepare", "rejected"]
