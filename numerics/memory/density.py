"""A memory kernel as a function of an array of times, with the digits of a double everywhere.

Float64 alone loses them where nearly equal terms cancel, as in 1 − cos t near 0, and has none where
a growing factor overflows. There the value is found in mpmath.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Function, Mul, erfc, exp, lambdify

from longlag.numerics.codegen.scalar import generate_scalar
from longlag.numerics.memory.rounding import rounding_error
from longlag.theory.errors import LonglagError
from longlag.theory.memory.kernel import Kernel, time
from longlag.theory.scalar.cancellation import without_cancellation
from longlag.theory.scalar.evaluate import TooLargeError

Array = NDArray[np.float64]
Integrand = Callable[[Array], Array]

#: Where the power laws take over.
FIRST, LAST = 1e-30, 1e60
#: What a density is taken for 0 below.
_NOTHING = 1e-300
#: The rounding of a double, and what of it is seen beside the largest value up to some time.
_EPSILON, _SEEN = 2.2e-16, 8e-14
#: Times at which that largest value is looked for.
_GRID = 4000
#: Digits in which a value is found again where float64 loses them.
_DIGITS = (30, 60, 120, 240)


@lru_cache(maxsize=256)
def density(kernel: Kernel) -> Integrand:
    """Return ρ as a function of an array of times, in float64.

    Where float64 runs into ∞·0 the value is found by mpmath.

    Args:
        kernel: with numbers for all parameters.

    Raises:
        LonglagError: a kernel with parameters left.
    """
    if kernel.parameters:
        names = ", ".join(str(symbol) for symbol in kernel.parameters)
        first = kernel.parameters[0]
        raise LonglagError(
            f"kernel {kernel.name!r} with the parameters {names}",
            "an integral is a number only if the parameters are",
            f"give them, e.g. kernel.at({{'{first}': 1, …}})",
        )
    # Differences of nearly equal terms leave noise, which no panel resolves.
    rho = _scaled(without_cancellation(kernel.rho))
    function = _float_function(rho)
    spoiled = _spoiled(rho, function)

    exact = _exact(kernel)

    def values(t: Array) -> Array:
        found = function(t)
        strange = ~np.isfinite(found)
        noisy = spoiled(t) & ~strange
        if strange.any():
            found = found.copy()
            late = t[strange]
            # Float64 fails where a growing factor overflows: mostly far in a tail that is 0.
            ends = exact(np.array([late.min(), late.max()]))
            found[strange] = 0 if np.abs(ends).max() < _NOTHING else exact(late)
        if noisy.any():
            found = found.copy()
            found[noisy] = exact(t[noisy])
        return found

    return values


def _scaled(expression: Expr) -> Expr:
    """Write e^{x²} erfc x as one function, in which no infinity meets a 0."""
    if not expression.args:
        return expression
    rebuilt = expression.func(*map(_scaled, expression.args))
    growing = next((f for f in Mul.make_args(rebuilt) if isinstance(f, exp)), None)
    falling = next((f for f in Mul.make_args(rebuilt) if isinstance(f, erfc)), None)
    if growing is None or falling is None:
        return rebuilt
    (x,) = falling.args
    left = exp((growing.exp - x**2).expand())
    return rebuilt / (growing * falling) * left * Function("erfcx")(x)


def _float_function(expression: Expr) -> Integrand:
    """An expression in t as a function of an array of times, as float64 has it."""
    try:
        function = generate_scalar(expression, [time])
    except LonglagError:
        # Special functions that only SciPy has, such as Airy's.
        function = lambdify(time, expression, modules=["scipy", "numpy"])

    def values(t: Array) -> Array:
        with np.errstate(all="ignore"):
            found: Array = np.broadcast_to(np.asarray(function(t), dtype=np.float64), t.shape)
        return found

    return values


def _spoiled(rho: Expr, function: Integrand) -> Callable[[Array], NDArray[np.bool_]]:
    """Where rounding is seen in ρ t beside its largest value before, which counts at some rate."""
    try:
        error = _float_function(rounding_error(rho))
        error(np.ones(1))
    except (LonglagError, NameError, TypeError, ValueError):
        # A derivative that has no numbers here.
        return lambda t: np.zeros(t.shape, dtype=bool)
    grid = np.geomspace(FIRST, LAST, _GRID)
    size = np.nan_to_num(np.abs(function(grid)), posinf=0)
    with np.errstate(all="ignore"):
        # What is noise itself counts for nothing.
        size = np.where(_EPSILON * error(grid) < 1e-3 * size, size, 0)
    running = np.maximum.accumulate(size * grid)

    def spoiled(t: Array) -> NDArray[np.bool_]:
        beside = running[np.searchsorted(grid, t, "right") - 1]
        with np.errstate(all="ignore"):
            seen: NDArray[np.bool_] = _EPSILON * error(t) * t > _SEEN * beside
        return seen & (t >= FIRST)

    return spoiled


def _exact(kernel: Kernel) -> Integrand:
    """ρ where float64 fails, by more and more digits; infinite where it cannot be held."""
    known: dict[float, float] = {}  # every integral asks at the same nodes again
    try:
        function = generate_scalar(kernel.rho, [time], "mpmath")
    except LonglagError:
        function = np.frompyfunc(kernel.value, 1, 1)

    def values(t: Array) -> Array:
        new = np.array([at for at in np.unique(t).tolist() if at not in known])
        known.update(zip(new.tolist(), _settled(function, kernel, new), strict=True))
        return np.array([known[at] for at in t.tolist()])

    return values


def _settled(function: Callable[..., Any], kernel: Kernel, t: Array) -> list[float]:
    """The values of a function in mpmath, with more digits until the first ones stay."""
    found = np.full(len(t), np.inf)
    open_, coarse = np.arange(len(t)), np.full(len(t), mpmath.nan, dtype=object)
    for digits in _DIGITS:
        if len(open_) == 0:
            break
        with mpmath.workdps(digits):
            fine = _held(function, kernel, t[open_])
            # Two zeros do not agree: both may be all that is left of digits that cancelled.
            agree = [
                bool(new == new and new != 0 and abs(new - old) <= _EPSILON * abs(new))
                for new, old in zip(fine, coarse, strict=True)
            ]
        found[open_] = [float(value) if value == value else np.inf for value in fine]
        going = ~np.array(agree, dtype=bool)
        open_, coarse = open_[going], fine[going]
    return found.tolist()


def _held(function: Callable[..., Any], kernel: Kernel, t: Array) -> Any:
    """Values in mpmath at the working precision; NaN where there is no real one."""

    def held(value: Any) -> Any:
        return value if isinstance(value, mpmath.mpf) else mpmath.nan

    def alone(at: float) -> Any:
        try:
            return held(kernel.value(at))
        except (ArithmeticError, LonglagError, TooLargeError, ValueError):
            return mpmath.nan

    times = np.array([mpmath.mpf(at) for at in t.tolist()], dtype=object)
    try:
        found = np.broadcast_to(np.asarray(function(times), dtype=object), times.shape)
        return np.array([held(value) for value in found], dtype=object)
    except (ArithmeticError, LonglagError, TooLargeError, ValueError, TypeError):
        return np.array([alone(at) for at in t.tolist()], dtype=object)


__all__ = ["FIRST", "LAST", "Array", "Integrand", "density"]
