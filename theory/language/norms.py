"""Means, and what is divided by them: over all neurons, or over one axis of an array."""

from __future__ import annotations

from sympy import Expr, Integer, Interval, S

from longlag.theory.errors import LonglagError
from longlag.theory.language.axes import Axis
from longlag.theory.language.maps import LinearMap, MeanWeight
from longlag.theory.language.reductions import average
from longlag.theory.language.symbols import Parameter, parameter
from longlag.theory.scalar.parameters import as_expression, validate_name

#: PyTorch's default for LayerNorm.
_EPSILON = Integer(1) / 100_000


def mean(expression: Expr, name: str | None = None, *, over: Axis | None = None) -> Expr:
    """Return the mean of an expression over all neurons, or over one axis of an array.

    Args:
        expression: what is averaged.
        name: of the mean over all neurons, a map with the fixed row 1ᵀ/H: an identifier, distinct
            from the names of the other maps.
        over: the axis; the mean then is ``average(expression, over=N)``.

    Raises:
        LonglagError: neither a name nor an axis.

    >>> from longlag.theory import axis, state
    >>> N = axis("N")
    >>> mean(state("h"), "m"), mean(state("S", N, axis("P")), over=N)
    (m[h], mean(S, over=N))
    """
    if over is not None:
        return average(expression, over=over)
    if name is None:
        raise LonglagError(
            f"map name None of mean({expression})",
            "one over all neurons is a map with a name, one over an axis names the axis",
            'write mean(expr, "m") or mean(expr, over=N)',
        )
    weight = MeanWeight(validate_name("map", name))
    return LinearMap(weight, as_expression(f"argument of map {name!r}", expression))


def layer_norm(
    expression: Expr, name: str, *, over: Axis | None = None, epsilon: Expr = _EPSILON
) -> Expr:
    """Return LayerNorm of an expression: γ (p − ⟨p⟩)/√(⟨(p − ⟨p⟩)²⟩ + ε) + β.

    The dense factor of its derivative follows from the two means; nothing about it is typed in.
    Source: derived here; the factor is stated in arXiv 2512.05790.

    Args:
        expression: the pre-activation p.
        name: prefix of the names it introduces: maps ``{name}_mean`` and ``{name}_variance``,
            parameters ``{name}_gain`` and ``{name}_bias`` with a number for each entry.
        over: the axis of an array that is normed, for each place on its other axes; by default
            all neurons.
        epsilon: added to the variance; PyTorch's default is 1e−5.
    """
    centred = expression - mean(expression, f"{name}_mean", over=over)
    variance = mean(centred**2, f"{name}_variance", over=over)
    bias = _entrywise(f"{name}_bias", Interval(-1, 1), over)
    return _gain(name, over) * centred / (variance + epsilon) ** S.Half + bias


def rms_norm(
    expression: Expr, name: str, *, over: Axis | None = None, epsilon: Expr = _EPSILON
) -> Expr:
    """Return an expression over the root of its mean square: γ p/√(⟨p²⟩ + ε).

    Source: Zhang and Sennrich 2019, arXiv 1910.07467.

    Args:
        expression: the pre-activation p.
        name: prefix of the names it introduces: the map ``{name}_square`` and the parameter
            ``{name}_gain`` with a number for each entry.
        over: as for ``layer_norm``.
        epsilon: added to the mean square; PyTorch's default is the distance of 1 to the next
            number of its dtype.
    """
    square = mean(expression**2, f"{name}_square", over=over)
    return _gain(name, over) * expression / (square + epsilon) ** S.Half


def _gain(name: str, over: Axis | None) -> Parameter:
    return _entrywise(f"{name}_gain", Interval(S.Half, 2), over)


def _entrywise(name: str, interval: Interval, over: Axis | None) -> Parameter:
    axes = () if over is None else (over,)
    return parameter(name, interval, *axes, per_neuron=True)


__all__ = ["layer_norm", "mean", "rms_norm"]
