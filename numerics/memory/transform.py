"""The Laplace transform R(w) = ∫ρ e^{−wt} dt of a memory kernel and its derivatives, as numbers.

A closed form serves where the backend can print it and it agrees with the quadrature over the whole
range of rates: e^{s²w²/2} erfc(…) of a bump overflows, an exponential integral of any order has no
NumPy form. Everywhere else serves one fixed rule for all rates: Gauss–Legendre panels in ln t, on
each of which ρ t is a polynomial to rounding. In ln t the factor e^{−wt} has the same shape at
every rate, so what resolves it once resolves it always.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np
from numpy.polynomial import legendre
from sympy import Expr, exp, simplify

from longlag.numerics.codegen.scalar import generate_scalar
from longlag.numerics.memory.integrals import density, energy, mass, oscillating_tail
from longlag.numerics.memory.oscillation import cutoff, slow_oscillation
from longlag.theory.errors import LonglagError
from longlag.theory.memory import Kernel, rate, time
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.spectra.rate_average import RateAverage

#: Rates for which a rule is made unless others are asked for.
RATES = (1e-6, 1e6)
#: The derivatives of R that J and its first two derivatives contain.
_ORDERS = (0, 1, 2)

_NODES, _CHECKS = 20, 48
_DEPTH, _MOST_PANELS = 44, 20_000
_RESOLVED, _ROUNDING = 1e-13, 1e-14
#: Below, float64 has fewer digits, and no transform feels it.
_SMALLEST = 1e-290
#: Beyond w t = this, e^{−wt} is not a number any more; below w t = that, nothing is left of ∫dt.
_VANISHED, _BEGINNING = 740.0, 1e-17
#: The same of a kernel that is singular at 0, of which more is left there.
_SINGULAR_BEGINNING = 1e-32
_NEGLIGIBLE = 1e-20
_AGREEMENT, _PROBES, _DIGITS = 1e-12, 7, 30


@dataclass(frozen=True, eq=False)
class Rule:
    """A quadrature rule made for one kernel: ∫ρ g dt ≈ Σ_n weights_n ρ(t_n) g(t_n).

    Args:
        nodes: the t_n, rising.
        weights: of dt.
        rho: ρ at the nodes.
    """

    nodes: np.ndarray
    weights: np.ndarray
    rho: np.ndarray

    def felt(self) -> Rule:
        """Return the rule without the late nodes that no transform feels."""
        mass = np.abs(self.weights * self.rho)
        behind = np.cumsum(mass[::-1])[::-1]
        kept = behind > _NEGLIGIBLE * behind[0]
        return Rule(self.nodes[kept], self.weights[kept], self.rho[kept])


#: Takes an array of rates to R, R' and R'' at them.
Evaluator = Callable[[Any], tuple[Any, Any, Any]]


@dataclass(frozen=True, eq=False)
class Transform:
    """R(w) and its derivatives on one backend.

    Args:
        kernel: with a number for every parameter.
        backend: ``numpy``, ``torch`` or ``mpmath``.
        method: how R is found, in words.
        rates: the smallest and the largest rate that it serves.
        evaluate: takes an array of rates, shape (m,), to R, R' and R'' at them.
    """

    kernel: Kernel
    backend: str
    method: str
    rates: tuple[float, float]
    evaluate: Evaluator

    def __call__(self, rates: Any, order: int = 0) -> Any:
        """Return d^k R/dw^k at an array of rates, shape (m,), for k = 0, 1, 2."""
        return self.evaluate(rates)[order]


def numeric_transform(
    kernel: Kernel, backend: str = "numpy", *, rates: tuple[float, float] = RATES
) -> Transform:
    """Return R(w) and its first two derivatives as functions of arrays.

    Args:
        kernel: with a number for every parameter.
        backend: ``numpy``, ``torch`` or ``mpmath``; the last at its own working precision.
        rates: the smallest and the largest rate that it must serve.

    Returns:
        derivatives with an error of at most 1e-12 of ∫|ρ| t^k e^{−wt} dt.

    Raises:
        LonglagError: a kernel with free parameters, one that is not integrable or not square
            integrable, or one that the quadrature cannot resolve.

    >>> from longlag.theory.memory import KERNELS
    >>> transform = numeric_transform(KERNELS["exponential"].at({"a": 1, "b": 1}))
    >>> transform.method, transform(np.array([1.0, 3.0]))
    ('closed form', array([0.5 , 0.25]))
    """
    if backend == "mpmath":
        return _many_digits(kernel, rates)
    rule = kernel_rule(kernel, rates)
    closed = _closed_evaluator(kernel, backend)
    if closed is not None and _agrees(closed, rule, backend, rates):
        return Transform(kernel, backend, "closed form", rates, closed)
    method = f"quadrature, {len(rule.nodes)} nodes"
    return Transform(kernel, backend, method, rates, _rule_evaluator(rule, backend))


@lru_cache(maxsize=256)
def kernel_rule(kernel: Kernel, rates: tuple[float, float] = RATES) -> Rule:
    """Return the Gauss–Legendre panels in ln t that resolve a kernel.

    A panel is halved until the interpolant of ρ t reproduces it between the nodes, to 1e-13 of the
    largest value met up to there, which is what counts at every rate.

    Args:
        kernel: with a number for every parameter.
        rates: the smallest and the largest rate that it must serve.

    Raises:
        LonglagError: free parameters, a divergent integral, or endless oscillation.
    """
    # Both refuse what is not integrable, and parameters without numbers.
    mass(kernel), energy(kernel)
    rho = _felt(kernel)
    low, high = rates
    if not 0 < low <= high < np.inf:
        raise LonglagError(
            f"rates from {low:g} to {high:g}", "0 < smallest <= largest < infinity", "correct them"
        )
    beginning = _SINGULAR_BEGINNING if _is_singular(rho, _BEGINNING / high) else _BEGINNING
    first, last = np.log(beginning / high), np.log(_VANISHED / low)
    edges = np.linspace(first, last, int(last - first) + 1)
    panels = _resolve(kernel, rho, np.stack([edges[:-1], edges[1:]], 1))
    points, shares = legendre.leggauss(_NODES)
    middle, half = panels.mean(1, keepdims=True), np.diff(panels) / 2
    nodes = np.exp(middle + half * points).ravel()
    rule = Rule(nodes, (half * shares).ravel() * nodes, rho(nodes))
    rule = rule.felt()
    _check_rule(kernel, rule, rates)
    return rule


def _felt(kernel: Kernel) -> Callable[[Any], Any]:
    """ρ as smooth weights see it: of a tail that oscillates on and on, the average."""
    rho = density(kernel)
    late = slow_oscillation(rho)
    tail = oscillating_tail(rho, None, f"kernel {kernel.name!r}", late) if late else None
    if tail is None:
        return rho

    def felt(t: Any) -> Any:
        share = cutoff(t / tail.cutoff)
        average = np.where(share < 1, tail.average(np.maximum(t, tail.cutoff)), 0)
        return np.where(share > 0, rho(t), 0) * share + average * (1 - share)

    return felt


def _is_singular(rho: Callable[[Any], Any], at: float) -> bool:
    """Whether a kernel still rises towards 0 there, so that the rest may count."""
    earlier, later = np.abs(rho(np.array([at / 2, at])))
    return bool(earlier > later * (1 + 1e-6))


def _resolve(kernel: Kernel, rho: Callable[[Any], Any], panels: Any) -> Any:
    """Halve panels until each carries ρ t as a polynomial of low degree."""
    points, _ = legendre.leggauss(_NODES)
    between = np.linspace(-1, 1, _CHECKS + 2)[1:-1]
    fit = np.linalg.inv(legendre.legvander(points, _NODES - 1))
    interpolate = legendre.legvander(between, _NODES - 1) @ fit
    done: list[Any] = []
    tops: list[tuple[float, float]] = []
    for depth in range(_DEPTH + 1):
        middle, half = panels.mean(1, keepdims=True), np.diff(panels) / 2
        found, checked = (_times_t(rho, middle + half * places) for places in (points, between))
        height = np.maximum(np.abs(found).max(1), np.abs(checked).max(1))
        tops.extend(zip(panels[:, 1], height, strict=True))
        ends, heights = np.array(sorted(tops)).T
        running = np.maximum.accumulate(heights)
        scale = np.maximum(height, running[np.searchsorted(ends, panels[:, 1], "right") - 1])
        slope = np.abs(np.diff(checked, axis=1)).max(1) / (np.diff(panels)[:, 0] / _CHECKS)
        coefficients = np.abs(found @ fit.T)[:, -_NODES // 4 :].max(1)
        missed = np.abs(checked - found @ interpolate.T).max(1)
        fine = np.maximum(coefficients, missed) <= (
            _RESOLVED * scale + _ROUNDING * slope + _SMALLEST
        )
        if depth == _DEPTH:
            fine[:] = True
        done.append(panels[fine])
        left = panels[~fine]
        if len(left) == 0:
            break
        if sum(map(len, done)) + len(left) > _MOST_PANELS:
            raise LonglagError(
                f"kernel {kernel.name!r}",
                f"the quadrature cannot resolve it near t = {np.exp(left[0, 0]):.3g}",
                "give a kernel without endless oscillation",
            )
        centre = left.mean(1)
        panels = np.concatenate(
            [np.stack([left[:, 0], centre], 1), np.stack([centre, left[:, 1]], 1)]
        )
    everything = np.concatenate(done)
    return everything[np.argsort(everything[:, 0])]


def _times_t(rho: Callable[[Any], Any], logarithm: Any) -> Any:
    times = np.exp(logarithm)
    return rho(times.ravel()).reshape(times.shape) * times


def _check_rule(kernel: Kernel, rule: Rule, rates: tuple[float, float]) -> None:
    """Compare with the closed form in many digits: a bump too narrow to be seen has one."""
    stated = _closed_form(kernel)
    if stated is None:
        return
    w = np.geomspace(*rates, _PROBES)
    found = _rule_evaluator(rule, "numpy")(w)[0]
    for place, number in enumerate(w):
        with mpmath.workdps(_DIGITS):
            true = float(evaluate(stated, {rate: mpmath.mpf(float(number))}))
        if abs(found[place] - true) > _AGREEMENT * abs(true):
            raise LonglagError(
                f"kernel {kernel.name!r}",
                f"the quadrature gives R({number:.3g}) = {found[place]:.6g} and the closed form "
                f"{true:.6g}, which differ by a share of {abs(found[place] / true - 1):.2g}",
                "correct the closed form, or widen a part too narrow to be seen",
            )


def _rule_evaluator(rule: Rule, backend: str) -> Evaluator:
    """R^(k)(w) = Σ weights ρ (−t)^k e^{−wt}: one exponential for all three."""
    decay = exp(-rate * time)
    exponential = generate_scalar(decay, [rate, time], backend, "decay")
    columns = []
    for order in _ORDERS:
        factor = simplify(decay.diff(rate, order) / decay)
        columns.append(rule.weights * rule.rho * generate_scalar(factor, [time])(rule.nodes))
    matrix = np.stack(columns, 1)

    def on_numpy(rates: Any) -> tuple[Any, Any, Any]:
        with np.errstate(under="ignore"):
            found = exponential(rates[:, None], rule.nodes) @ matrix
        return found[:, 0], found[:, 1], found[:, 2]

    def on_torch(rates: Any) -> tuple[Any, Any, Any]:
        import torch

        nodes, weights = (torch.as_tensor(array).to(rates) for array in (rule.nodes, matrix))
        first, second, third = (exponential(rates[:, None], nodes) @ weights).unbind(1)
        return first, second, third

    return on_torch if backend == "torch" else on_numpy


def _closed_form(kernel: Kernel) -> Expr | None:
    """R(w) as stated or found by SymPy; the rule is compared with it, so it need not be twice."""
    stated = kernel.laplace if kernel.closed_transform is None else kernel.closed_transform
    return None if stated.has(RateAverage) else stated


def _closed_evaluator(kernel: Kernel, backend: str) -> Evaluator | None:
    """The generated closed form and its derivatives, or None where the backend has none."""
    stated = _closed_form(kernel)
    if stated is None:
        return None
    try:
        r0, r1, r2 = (
            generate_scalar(stated.diff(rate, order), [rate], backend, f"R{order}")
            for order in _ORDERS
        )
    except LonglagError:
        return None
    return lambda rates: (r0(rates), r1(rates), r2(rates))


def _agrees(closed: Evaluator, rule: Rule, backend: str, rates: tuple[float, float]) -> bool:
    """Whether a closed form is as accurate as the rule at every rate that it must serve."""
    w = np.geomspace(*rates, 16 * _PROBES)
    given: Any = w
    if backend == "torch":
        import torch

        given = torch.as_tensor(w)
    try:
        with np.errstate(all="ignore"):
            found = [np.asarray(part) for part in closed(given)]
    except ValueError:  # an exponential integral of an order that is no integer
        return False
    true = _rule_evaluator(rule, "numpy")(w)
    return all(
        bool(np.all(np.abs(mine - other) <= _AGREEMENT * np.abs(other)))
        for mine, other in zip(found, true, strict=True)
    )


def _many_digits(kernel: Kernel, rates: tuple[float, float]) -> Transform:
    """The closed form in mpmath, or the integral by its quadrature, digit for digit."""
    kernel_rule(kernel, rates)
    closed = _closed_evaluator(kernel, "mpmath")
    if closed is not None:
        return Transform(kernel, "mpmath", "closed form", rates, closed)
    averages = [
        kernel.average.func(kernel.rho * (-time) ** k, *kernel.average.args[1:]) for k in _ORDERS
    ]

    def integrals(w: Any) -> tuple[Any, Any, Any]:
        first, second, third = (
            np.array([average.value({rate: number}) for number in w], dtype=object)
            for average in averages
        )
        return first, second, third

    return Transform(kernel, "mpmath", "quadrature to the working precision", rates, integrals)
