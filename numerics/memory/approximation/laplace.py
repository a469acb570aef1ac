"""Exponential sums by quadrature of a Laplace representation ρ(t) = ∫ g(s) e^{−st} ds.

A trapezoidal rule in ln s gives log-spaced rates. For polynomial memory
c(1 + t/τ)^{−(1+ω)} = c/Γ(1+ω) ∫ s^ω e^{−s} e^{−st/τ} ds; with ε the relative error it needs
O((1/ω) log²(1/ε)) units: derived here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import gammaln
from sympy import Poly, PolynomialError, simplify

from longlag.numerics.memory.approximation.exponential_sum import (
    ExponentialSum,
    checked_terms,
    grid,
    judged,
    positive_mass,
)
from longlag.numerics.memory.integrals import SLOWEST
from longlag.theory.errors import LonglagError
from longlag.theory.memory import Kernel, time
from longlag.theory.registry import Registry

Array = NDArray[np.float64]


class Representation(NamedTuple):
    """ρ(t) = ∫ g(s) e^{−st} ds.

    Args:
        weight: ln s ↦ g(s)s, the weight of a step in ln s.
        slow: the power b in g(s)s ~ s^b for s → 0: rates below s carry a share ~ s^{b−1} of the
            mass.
        scale: the largest rates that matter are of this order.
    """

    weight: Callable[[Array], Array]
    slow: float
    scale: float


def polynomial_representation(kernel: Kernel) -> Representation | None:
    """Return the representation of c(1 + t/τ)^{−(1+ω)}, whatever the kernel is called.

    It is recognised by ρ/ρ' = −(τ + t)/(1 + ω), linear in t.
    """
    slope = kernel.rho.diff(time)
    if slope == 0:
        return None
    try:
        ratio = Poly(simplify(kernel.rho / slope), time)
    except PolynomialError:
        return None
    if ratio.degree() != 1 or not all(number.is_number for number in ratio.all_coeffs()):
        return None
    steep, start = (float(number) for number in ratio.all_coeffs())
    omega, tau = -1 / steep - 1, start / steep
    if omega <= 0 or tau <= 0:
        return None
    c = float(kernel.rho.subs(time, 0))

    def weight(logs: Array) -> Array:
        # With s the rate: (cτ/Γ(1+ω)) (τs)^ω e^{−τs}, times s.
        scaled = logs + np.log(tau)
        found: Array = c * np.exp((1 + omega) * scaled - np.exp(scaled) - gammaln(1 + omega))
        return found

    return Representation(weight, 1 + omega, 1 / tau)


#: What each kind of kernel is recognised and represented by.
REPRESENTATIONS: Registry[Callable[[Kernel], Representation | None]] = Registry("representation")
REPRESENTATIONS.register("polynomial", polynomial_representation)


def representation(kernel: Kernel) -> Representation:
    """Return the Laplace representation of a kernel.

    Raises:
        LonglagError: none is known.
    """
    for name in REPRESENTATIONS:
        found = REPRESENTATIONS[name](kernel)
        if found is not None:
            return found
    raise LonglagError(
        f"kernel {kernel.name!r}",
        f"a Laplace representation is known only of: {', '.join(REPRESENTATIONS)}",
        "use log_spaced or rational, or register a representation",
    )


def laplace_quadrature(
    kernel: Kernel, terms: int, *, span: tuple[float, float] | None = None
) -> ExponentialSum:
    """Return the trapezoidal rule in ln s of the Laplace representation.

    Args:
        kernel: with numbers for all parameters.
        terms: the number m of exponentials.
        span: smallest and largest rate; by default those with the smallest L¹ error.

    Raises:
        LonglagError: a kernel without a known representation, or a span that is not ascending.

    >>> from longlag.theory.memory import KERNELS
    >>> kernel = KERNELS["polynomial"].at({"c": 1, "tau": 1, "omega": 1})
    >>> laplace_quadrature(kernel, 8).l1_error < 0.01
    True
    """
    checked_terms(terms)
    positive_mass(kernel)
    known = representation(kernel)
    if span is not None and not 0 < span[0] < span[1]:
        raise LonglagError(
            f"rates from {span[0]:g} to {span[1]:g}",
            "rates are positive and ascend",
            "give the smallest and the largest rate",
        )
    coarse = grid(kernel)

    def rule(low: float, high: float) -> tuple[Array, Array]:
        logs, step = np.linspace(low, high, terms), (high - low) / max(terms - 1, 1)
        return known.weight(logs) * step, np.exp(logs)

    def error(ends: Array) -> float:
        low, high = ends[0] / (known.slow - 1), ends[1]
        shift = np.log(known.scale)
        if not np.log(SLOWEST) - shift < low < high < 6:
            return 1e3
        return coarse.l1(*rule(low + shift, high + shift))

    if span is not None:
        low, high = np.log(span[0]), np.log(span[1])
    elif terms == 1:
        # A rule with one node has no step: match mass and height at 0 instead.
        height, total = float(coarse.rho[0]), float(coarse.rho @ coarse.weights)
        return judged(kernel, [height], [height / total], "laplace quadrature")
    else:
        # The share of the mass at rates below the smallest one is a power of it.
        starts = [np.array([np.log(share), 1.0]) for share in (0.9, 0.5, 0.1, 0.01, 1e-4)]
        start = min(starts, key=error)
        steps = start + np.array([[0, 0], [-1.0, 0], [0, 0.5]])
        found = minimize(
            error,
            start,
            method="Nelder-Mead",
            options={"initial_simplex": steps, "maxfev": 80, "xatol": 1e-3, "fatol": 1e-12},
        )
        shift = np.log(known.scale)
        low, high = found.x[0] / (known.slow - 1) + shift, found.x[1] + shift
    return judged(kernel, *rule(low, high), "laplace quadrature")
