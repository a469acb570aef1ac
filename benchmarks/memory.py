"""The white-noise objective: closed derivatives against autograd, and the grid of exit times."""

from __future__ import annotations

import time

import numpy as np
import torch
from sympy import Rational
from torch import Tensor

from benchmarks.timing import Row, absolute, at_least, medians
from longlag.numerics.memory.flow import exit_time
from longlag.numerics.memory.integrals import density
from longlag.numerics.memory.objective import numeric_objective
from longlag.theory.memory import KERNELS, Kernel

_UNITS, _NODES, _SPEED_UP = 100, 10_000, 50
_LENGTHS, _SECONDS = range(2, 17), 60.0


def _target(length: int) -> Kernel:
    return KERNELS["delayed"].at({"a": 1, "b": 1, "c": 1, "s": 1, "omega": Rational(1, length)})


def autograd_derivatives(units: Tensor, nodes: Tensor, weights: Tensor, rho: Tensor) -> Tensor:
    """Gradient above the Hessian of a quadrature of the square, as one would ask PyTorch."""

    def loss(x: Tensor) -> Tensor:
        a, w = x.chunk(2)
        gap = torch.exp(-nodes[:, None] * w) @ a - rho
        return (weights * gap**2).sum()

    x = units.clone().requires_grad_()
    (slope,) = torch.autograd.grad(loss(x), x)
    hessian = torch.autograd.functional.hessian(loss, units)
    return torch.cat([slope[None], hessian])


def derivatives() -> list[Row]:
    """Gradient and Hessian of J for many units, both to the same digits."""
    generator = np.random.default_rng(0)
    a, w = generator.normal(size=_UNITS) / _UNITS, generator.uniform(0.5, 2, _UNITS)
    kernel = _target(8)
    objective = numeric_objective(kernel)
    # Gauss–Legendre on panels up to where e^{−t/2} has died: what a careful user would take.
    panels = _NODES // 10
    points, shares = np.polynomial.legendre.leggauss(10)
    edges = np.linspace(0, 80, panels + 1)
    half = np.diff(edges)[:, None] / 2
    t = (edges[:-1, None] + half + half * points).ravel()
    nodes, weights, rho = (
        torch.tensor(values) for values in (t, (half * shares).ravel(), density(kernel)(t))
    )
    units = torch.from_numpy(np.concatenate([a, w]))
    found = np.vstack([np.concatenate(objective.gradient(a, w)), objective.hessian(a, w)])
    expected = autograd_derivatives(units, nodes, weights, rho).numpy()
    error = float(np.abs(found - expected).max())
    seconds = medians(
        {
            "closed": lambda: (objective.gradient(a, w), objective.hessian(a, w)),
            "autograd": lambda: autograd_derivatives(units, nodes, weights, rho),
        },
        repeats=3,
        warmup=1,
    )
    what = f"gradient and Hessian of J, m={_UNITS}, apart by {error:.0e}"
    against = f"autograd through {_NODES} nodes"
    ratio = seconds["autograd"] / seconds["closed"]
    return [at_least(what, against, ratio, _SPEED_UP, name="gradient and Hessian of J")]


def exits() -> list[Row]:
    """Exit times for the whole reference grid, kernels and quadratures built anew."""
    start = time.perf_counter()
    times = [exit_time(_target(k), [0.5, 0.5], [1.05, 0.95], 0.3) for k in _LENGTHS]
    seconds = time.perf_counter() - start
    what = f"exit times for 1/omega = {_LENGTHS[0]}..{_LENGTHS[-1]}, up to {max(times):.3g}"
    return [absolute(what, seconds, _SECONDS, name="exit times")]


def run() -> list[Row]:
    """Return the rows of this file."""
    return [*exits(), *derivatives()]
