"""The objective J(a, w) of white-noise training, its gradient and its Hessian, as numbers.

J(a, w) = ∫₀^∞ (Σ_i a_i e^{−w_i t} − ρ(t))² dt. Every term is generated from the symbolic
``Objective``: a pair term over all (i, j) and a single one that needs R, R' and R'' of the kernel.
Source: JMLR 23(42), 2022.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np
from sympy import Expr, Symbol, symbols

from longlag.numerics.codegen.scalar import generate_scalar
from longlag.numerics.memory.integrals import density, energy
from longlag.numerics.memory.transform import RATES, Transform, numeric_transform
from longlag.theory.errors import LonglagError
from longlag.theory.memory import Kernel, Objective, rate
from longlag.theory.memory.objective import amplitude, other_amplitude, other_rate, transform_symbol
from longlag.theory.spectra.quadrature import integrate

_TRANSFORMS: tuple[Symbol, ...] = symbols("R0 R1 R2", real=True)
_PAIR = (amplitude, rate, other_amplitude, other_rate)
_SINGLE = (amplitude, rate, *_TRANSFORMS)
#: Nearly the largest float64.
_LATEST = 1e300
_BACKENDS = ("numpy", "torch", "mpmath")


@dataclass(frozen=True)
class Terms:
    """The generated summands of J and of its derivatives on one backend.

    Args:
        value: the pair and the single term.
        gradient: ``a`` or ``w`` ↦ the summand over j and the single term.
        hessian: pair of variables ↦ the term at (i, k), the summand over j, the single term.
    """

    value: tuple[Callable[..., Any], Callable[..., Any]]
    gradient: dict[str, tuple[Callable[..., Any], Callable[..., Any]]]
    hessian: dict[str, tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]]


@lru_cache(maxsize=8)
def terms(backend: str) -> Terms:
    """Generate every term from the symbolic objective."""
    objective = Objective()

    def pair(expression: Expr, name: str) -> Callable[..., Any]:
        return generate_scalar(expression, _PAIR, backend, f"{name}_pair")

    def single(expression: Expr, name: str) -> Callable[..., Any]:
        r = transform_symbol(rate)
        # Highest derivative first: it contains the lower ones.
        known = {r.diff(rate, order): symbol for order, symbol in enumerate(_TRANSFORMS)}
        for order in reversed(range(len(_TRANSFORMS))):
            found = r.diff(rate, order) if order else r
            expression = expression.xreplace({found: known[found]})
        return generate_scalar(expression, _SINGLE, backend, f"{name}_single")

    gradient = {}
    for x in "aw":
        over_j, alone = objective.gradient(x)
        gradient[x] = (pair(over_j, f"d{x}"), single(alone, f"d{x}"))
    hessian = {}
    for x, y in ("aa", "aw", "ww"):
        crossed, over_j, alone = objective.hessian(x, y)
        hessian[x + y] = (
            pair(crossed, f"d{x}d{y}_crossed"),
            pair(over_j, f"d{x}d{y}"),
            single(alone, f"d{x}d{y}"),
        )
    value = (pair(objective.pair, "value"), single(objective.single, "value"))
    return Terms(value, gradient, hessian)


@dataclass(frozen=True, eq=False)
class NumericObjective:
    """J, its gradient and its Hessian for one kernel on one backend.

    Amplitudes a and rates w have shape (m,), as NumPy arrays or sequences, as tensors on the torch
    backend (in the dtype and on the device of ``w``; every method is differentiable), and as
    numbers of mpmath on that one, whose working precision counts when a method is called.

    Args:
        transform: R, R' and R'' of the kernel.
    """

    transform: Transform

    @property
    def kernel(self) -> Kernel:
        """The kernel that is learnt."""
        return self.transform.kernel

    @property
    def backend(self) -> str:
        """``numpy``, ``torch`` or ``mpmath``."""
        return self.transform.backend

    @property
    def energy(self) -> Any:
        """∫ρ² dt, the loss of a network that is silent."""
        if self.backend == "mpmath":
            return _energy_in_digits(self.kernel, mpmath.mp.prec)
        return energy(self.kernel)

    def value(self, a: Any, w: Any) -> Any:
        """Return J(a, w) = Σ_ij a_i a_j/(w_i + w_j) − 2 Σ_i a_i R(w_i) + ∫ρ² dt.

        Raises:
            LonglagError: rates that are not positive or beyond those of the transform, numbers that
                are not finite, different lengths.

        >>> from longlag.theory.memory import KERNELS
        >>> J = numeric_objective(KERNELS["exponential"].at({"a": 1, "b": 1}))
        >>> round(float(J.value([0.0], [1.0])), 12)
        0.5
        """
        a, w = self._units(a, w)
        pair, single = terms(self.backend).value
        alone = single(a, w, *self.transform.evaluate(w))
        return pair(*_grid(a, w)).sum() + alone.sum() + self.energy

    def gradient(self, a: Any, w: Any) -> tuple[Any, Any]:
        """Return (∂J/∂a, ∂J/∂w), each of shape (m,).

        ∂J/∂a_i = 2Σ_j a_j/(w_i+w_j) − 2R(w_i), ∂J/∂w_i = −2a_i[Σ_j a_j/(w_i+w_j)² + R'(w_i)].

        Raises:
            LonglagError: as for ``value``.
        """
        a, w = self._units(a, w)
        transforms, grid = self.transform.evaluate(w), _grid(a, w)
        by_a, by_w = (
            over_j(*grid).sum(1) + single(a, w, *transforms)
            for over_j, single in terms(self.backend).gradient.values()
        )
        return by_a, by_w

    def hessian(self, a: Any, w: Any) -> Any:
        """Return the Hessian, shape (2m, 2m), amplitudes before rates.

        Raises:
            LonglagError: as for ``value``.
        """
        a, w = self._units(a, w)
        transforms, grid = self.transform.evaluate(w), _grid(a, w)
        blocks = {}
        for name, (crossed, over_j, single) in terms(self.backend).hessian.items():
            diagonal = over_j(*grid).sum(1) + single(a, w, *transforms)
            blocks[name] = crossed(*grid) + _diagonal(diagonal)
        rows = [(blocks["aa"], blocks["aw"]), (blocks["aw"].T, blocks["ww"])]
        if self.backend == "torch":
            import torch

            return torch.cat([torch.cat(row, 1) for row in rows])
        return np.block([list(row) for row in rows])

    def _units(self, a: Any, w: Any) -> tuple[Any, Any]:
        """Amplitudes and rates as arrays of the backend, or what is wrong with them."""
        a, w = (_array(self.backend, values) for values in (a, w))
        if a.ndim != 1 or a.shape != w.shape or len(w) == 0:
            raise LonglagError(
                f"amplitudes of shape {tuple(a.shape)} and rates of shape {tuple(w.shape)}",
                "every unit has one of each",
                "give two series of the same length, not empty",
            )
        plain = {"amplitudes": _plain(a), "rates": _plain(w)}
        for what, values in plain.items():
            if not np.isfinite(values).all():
                raise LonglagError(
                    f"{what} {values.tolist()}",
                    "units are finite",
                    "remove the others; a flow that gets here has overflowed",
                )
        low, high = self.transform.rates
        smallest, largest = plain["rates"].min(), plain["rates"].max()
        if smallest <= 0:
            raise LonglagError(
                f"rate {smallest:.6g}",
                "a unit forgets at a positive rate, or J is infinite",
                "give positive rates",
            )
        if not (low <= smallest and largest <= high):
            raise LonglagError(
                f"rates from {smallest:.3g} to {largest:.3g}",
                f"the quadrature was made for rates from {low:g} to {high:g}",
                "give rates=(smallest, largest) when making the objective",
            )
        return a, w


def numeric_objective(
    kernel: Kernel, backend: str = "numpy", *, rates: tuple[float, float] = RATES
) -> NumericObjective:
    """Return J, its gradient and its Hessian as functions of amplitudes and rates.

    Args:
        kernel: with a number for every parameter.
        backend: ``numpy``, ``torch`` or ``mpmath``.
        rates: the smallest and the largest rate that it must serve.

    Raises:
        LonglagError: an unknown backend, a kernel with free parameters, one that is not integrable
            or not square integrable, or one that the quadrature cannot resolve.
    """
    if backend not in _BACKENDS:
        raise LonglagError(
            f"backend {backend!r}",
            "the objective is generated for some only",
            f"use {', '.join(_BACKENDS)}",
        )
    return _made(kernel, backend, rates)


@lru_cache(maxsize=256)
def _made(kernel: Kernel, backend: str, rates: tuple[float, float]) -> NumericObjective:
    return NumericObjective(numeric_transform(kernel, backend, rates=rates))


def _grid(a: Any, w: Any) -> tuple[Any, Any, Any, Any]:
    return a[:, None], w[:, None], a[None, :], w[None, :]


def _diagonal(values: Any) -> Any:
    return values.diag() if hasattr(values, "diag") else np.diag(values)


def real_numbers(values: Any) -> Any:
    """Return what was given, unless it is complex: imaginary parts would be lost in silence.

    >>> real_numbers([1, 2j])
    Traceback (most recent call last):
    longlag.theory.errors.LonglagError: amplitudes or rates with imaginary parts: the units of a
    diagonal network are real; give real numbers
    """
    held = values if hasattr(values, "is_complex") else np.asarray(values)
    if held.is_complex() if hasattr(held, "is_complex") else np.iscomplexobj(held):
        raise LonglagError(
            "amplitudes or rates with imaginary parts",
            "the units of a diagonal network are real",
            "give real numbers",
        )
    return values


def _array(backend: str, values: Any) -> Any:
    values = real_numbers(values)
    if backend == "torch":
        import torch

        given = torch.is_tensor(values) and values.is_floating_point()
        return values if given else torch.as_tensor(values, dtype=torch.float64)
    if backend == "mpmath":
        return np.array([mpmath.mpf(value) for value in values], dtype=object)
    # A copy: what a caller changes later must not change what was asked.
    return np.array(values, dtype=float)


def _plain(values: Any) -> np.ndarray:
    """The same as float64, for checks."""
    return np.asarray(values.detach().cpu() if hasattr(values, "detach") else values, dtype=float)


@lru_cache(maxsize=64)
def _energy_in_digits(kernel: Kernel, precision: int) -> Any:
    """∫ρ² dt to the working precision, of so many bits, by the quadrature of averages."""
    rho = density(kernel)

    def square(t: Any) -> Any:
        # Where ρ is 0 in float64, ρ² is below 1e-600; mpmath would work on it for minutes.
        if rho(np.array([min(float(t), _LATEST)]))[0] == 0:
            return mpmath.mpf(0)
        return kernel.value(t) ** 2

    return integrate(square, mpmath.mpf(0), mpmath.inf)
