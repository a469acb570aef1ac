"""Runs of gradient descent and of its limits, shared by claims, table and figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import torch
from sympy import Expr

from longlag.numerics.descent.finite_width import (
    finite_width_errors,
    linearisation_errors,
    moved_adversely,
    moved_randomly,
)
from longlag.numerics.descent.network import DiagonalNetwork, symmetric_start
from longlag.numerics.descent.targets import Target, draw_map, draw_sequences
from longlag.numerics.descent.training import Run, gradient_descent
from longlag.theory.descent.activation import activation
from longlag.theory.descent.guarantee import Guarantee, drift_guarantee, problem_of
from longlag.theory.descent.problem import Problem

#: Below, at and above the cutoff of tanh.
ALPHAS = (0.5, 1.0, 1.2)
WIDTHS = tuple(2**k for k in range(6, 15))
#: Of the linearisation, where every neuron's Hessian is formed.
NARROWER = WIDTHS[:7]
REPEATS = 8
#: Independent neurons of one repeat.
_NEURONS = 2**15
SAMPLES, HORIZON, SIZE, DELTA = 4, 10, 0.5, 0.05


@dataclass(frozen=True, kw_only=True)
class Case:
    """A run of gradient descent.

    Args:
        alpha: α.
        width: m.
        size: ν_w = ν_u, and the radii of projected descent.
        iterations: τ.
        steps: T.
        samples: n.
        dimension: d.
        plain: whether without projection.
    """

    alpha: float
    width: int
    size: float
    iterations: int
    steps: int = HORIZON
    samples: int = 8
    dimension: int = 1
    plain: bool = False

    @property
    def problem(self) -> Problem:
        """The numbers of the bounds."""
        return problem_of(
            steps=self.steps,
            samples=self.samples,
            dimension=self.dimension,
            alpha=self.alpha,
            size=(self.size, self.size),
            activation=activation("tanh"),
            delta=DELTA,
        )

    @property
    def problem_size(self) -> float:
        """ν."""
        return math.hypot(self.size, self.size)


#: In the last one the misfit is small enough for the risk to be seen beside it.
PROJECTED = (
    Case(alpha=0.5, width=256, size=0.1, iterations=200, dimension=2),
    Case(alpha=0.5, width=1024, size=0.1, iterations=200, dimension=2),
    Case(alpha=0.9, width=1024, size=0.1, iterations=200),
    Case(alpha=1.0, width=1024, size=0.1, iterations=200),
    Case(alpha=1.2, width=1024, size=0.1, iterations=200),
    Case(alpha=0.5, width=2**14, size=0.05, iterations=60, samples=4, steps=6),
)
PLAIN = (
    Case(alpha=0.5, width=1024, size=2e-4, iterations=100, plain=True),
    Case(alpha=0.9, width=1024, size=1e-5, iterations=100, plain=True),
    Case(alpha=1.2, width=1024, size=1e-8, iterations=100, plain=True),
)


@dataclass(frozen=True, eq=False)
class Trained:
    """A run with the numbers that bound it.

    Args:
        case: what was run.
        run: what it met.
        guarantee: the bounds in its ball.
        step_size: η.
        stable_steps: how many times η the linearised descent at the start would stand.
    """

    case: Case
    run: Run
    guarantee: Guarantee
    step_size: float
    stable_steps: float

    def bounds(self, expression: Expr) -> np.ndarray:
        """Return a bound over τ = 1, 2, …"""
        steps = range(1, self.case.iterations + 1)
        return np.array(
            [
                self.guarantee.value(expression, step_size=self.step_size, iterations=step)
                for step in steps
            ]
        )

    def moves(self, expression: Expr) -> np.ndarray:
        """Return a bound on ‖Φ(s+1) − Φ̄‖² − ‖Φ(s) − Φ̄‖² over s = 0, 1, …"""
        return np.array(
            [
                self.guarantee.value(expression, step_size=self.step_size, current_risk=risk)
                for risk in self.run.risk[:-1]
            ]
        )


def drawn(
    alpha: float, samples: int, steps: int, dimension: int, size: float, seed: int
) -> tuple[Target, torch.Tensor, torch.Generator]:
    """Return a target, its sequences, and the generator that drew them."""
    generator = torch.Generator().manual_seed(seed)
    inputs = draw_sequences(samples, steps, dimension, generator)
    transport = draw_map(dimension, generator, size_w=size, size_u=size)
    return Target(activation("tanh"), alpha, transport), inputs, generator


def start_of(target: Target, width: int, generator: torch.Generator) -> DiagonalNetwork:
    """Return a symmetric start for a target."""
    return symmetric_start(
        target.activation,
        width=width,
        dimension=len(target.transport.direction),
        alpha=target.alpha,
        generator=generator,
    )


@cache
def trained(case: Case, seed: int, step: float = 1.0) -> Trained:
    """Return a run at ``step`` times the largest step size that the bounds allow."""
    target, inputs, generator = drawn(
        case.alpha, case.samples, case.steps, case.dimension, case.size, seed
    )
    start = start_of(target, case.width, generator)
    radius: tuple[float, float] | None = None
    if case.plain:
        guarantee, _, step_size = drift_guarantee(
            case.problem, case.width, iterations=case.iterations
        )
    else:
        guarantee = Guarantee(case.problem, case.width)
        step_size, radius = guarantee.step_size, (case.size, case.size)
    exact = target.values(inputs)
    run = gradient_descent(
        start,
        inputs,
        exact,
        step_size=step * step_size,
        iterations=case.iterations,
        witness=target.witness(start),
        radius=radius,
    )
    gradients = start.neuron_gradients(inputs).flatten(0, 1).flatten(1)
    kernel = gradients @ gradients.mT / (case.width * len(gradients))
    stable = 1 / float(torch.linalg.eigvalsh(kernel)[-1])
    return Trained(case, run, guarantee, step * step_size, stable / (step * step_size))


@dataclass(frozen=True, eq=False)
class Errors:
    """Errors of many starts over widths, with their bounds.

    Args:
        widths: m.
        typical: root mean square for each repeat and width.
        largest: over all starts, samples and steps of a width.
        exceeding: the number of starts of a width whose largest error lies beyond the bound.
        starts: the number of starts of a width.
        bounds: at each width.
    """

    widths: Sequence[int]
    typical: np.ndarray
    largest: np.ndarray
    exceeding: np.ndarray
    starts: np.ndarray
    bounds: np.ndarray


def guarantee_of(alpha: float, width: int, *, samples: int = SAMPLES) -> Guarantee:
    """Return the bounds of the simulations at a width."""
    problem = problem_of(
        steps=HORIZON,
        samples=samples,
        dimension=1,
        alpha=alpha,
        size=(SIZE, SIZE),
        activation=activation("tanh"),
        delta=DELTA,
    )
    return Guarantee(problem, width)


@cache
def finite_width(alpha: float, seed: int) -> Errors:
    """Return the distance of finite networks from their infinite width."""
    target, inputs, generator = drawn(alpha, SAMPLES, HORIZON, 1, SIZE, seed)
    bounds = np.array([guarantee_of(alpha, width).finite_width for width in WIDTHS])
    repeats: list[list[Any]] = []
    for _ in range(REPEATS):
        found = finite_width_errors(target, inputs, WIDTHS, neurons=_NEURONS, generator=generator)
        repeats.append([found[width].abs().flatten(1).numpy() for width in WIDTHS])
    pooled = [np.concatenate([row[k] for row in repeats]) for k in range(len(WIDTHS))]
    return Errors(
        WIDTHS,
        np.array([[np.sqrt(np.mean(errors**2)) for errors in row] for row in repeats]),
        np.array([errors.max() for errors in pooled]),
        np.array([(e.max(1) > bound).sum() for e, bound in zip(pooled, bounds, strict=True)]),
        np.array([len(errors) for errors in pooled]),
        bounds,
    )


@cache
def linearisation(alpha: float, seed: int, *, adverse: bool) -> Errors:
    """Return the distance from the linearisation at the edge of the ball.

    Args:
        alpha: α.
        seed: of starts, inputs and directions.
        adverse: whether remainders are made to add up; directions are random otherwise.
    """
    target, inputs, generator = drawn(alpha, SAMPLES, HORIZON, 1, SIZE, seed)
    radius = SIZE, SIZE
    errors = np.zeros((REPEATS, len(NARROWER), SAMPLES * HORIZON))
    for repeat in range(REPEATS):
        for place, width in enumerate(NARROWER):
            start = start_of(target, width, generator)
            moved = (
                moved_adversely(start, radius, inputs[0])
                if adverse
                else moved_randomly(start, radius, generator)
            )
            found = linearisation_errors(start, moved, inputs)
            errors[repeat, place] = found.abs().flatten().numpy()
    bounds = np.array([guarantee_of(alpha, width).linearisation for width in NARROWER])
    largest = errors.max(2)
    return Errors(
        NARROWER,
        np.sqrt((errors**2).mean(2)),
        largest.max(0),
        (largest > bounds).sum(0),
        np.full(len(NARROWER), REPEATS),
        bounds,
    )
