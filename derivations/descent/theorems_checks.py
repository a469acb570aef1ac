"""Checks of the theorems on gradient descent: exponents and rates of the required numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import mpmath
import torch
from sympy import Expr, Rational, S

from longlag.numerics.descent.finite_width import finite_width_errors
from longlag.numerics.descent.targets import Target, draw_map, draw_sequences
from longlag.theory.descent.activation import activation
from longlag.theory.descent.convergence import mean_square_error
from longlag.theory.descent.problem import Problem
from longlag.theory.descent.requirement import Requirement, requirement
from longlag.theory.descent.scaling import Algorithm
from longlag.theory.descent.smoothness import gradient_bound
from longlag.theory.descent.symbols import delta as delta_symbol
from longlag.theory.descent.symbols import gradient_start, size
from longlag.theory.descent.symbols import width as width_symbol
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.statement import Level, Settings, Verdict, failure_rate_bound, judged

#: A problem of middling size, from which one number at a time is changed.
MIDDLING: dict[str, Any] = {
    "steps": 50,
    "samples": 100,
    "dimension": 3,
    "alpha": Rational(9, 10),
    "delta": Rational(1, 20),
    "epsilon": Rational(1, 10),
}
_DIGITS = 8
#: How far an exponent may be off where it is measured, and what counts as no growth at all.
_CLOSE, _SAME = 0.01, 1e-6
#: Above the cutoff, with tanh, so that r → α.
_ABOVE = Rational(13, 10)
#: Between which a slope is taken: sizes of what changes, and numbers of steps above the cutoff.
_SIZES, _STEPS = (10**6, 10**7), (2000, 4000)
#: Of the simulation: T, n, α, δ, the widths, and the number of independent neurons.
_HORIZON, _SAMPLES, _ALPHA, _DELTA = 8, 6, 0.9, 0.1
_WIDTHS, _NEURONS = (32, 128, 512, 2048), 2**14
_SLOPE = 0.1
#: Sizes between which a logarithm is seen.
_LOGARITHMIC = (10**3, 10**6, 10**12, 10**24)

#: What is changed ↦ the problem at a size z of it.
_CHANGES: dict[str, Callable[[int], dict[str, Any]]] = {
    "T": lambda z: {"steps": z},
    "n": lambda z: {"samples": z},
    "d": lambda z: {"dimension": z},
    "d, components in [-1, 1]": lambda z: {"dimension": z, "input_bound": S(z) ** S.Half},
    "1/epsilon": lambda z: {"epsilon": Rational(1, z)},
    "1/delta": lambda z: {"delta": Rational(1, z)},
    "nu": lambda z: {"nu_w": z, "nu_u": z},
}


@lru_cache(maxsize=512)
def needed(change: str, size: int, algorithm: Algorithm, alpha: Expr) -> Requirement:
    """Return the requirement of the middling problem with one thing changed.

    Args:
        change: in ``_CHANGES``.
        size: to what.
        algorithm: projected or plain.
        alpha: α.
    """
    numbers = MIDDLING | {"alpha": alpha} | _CHANGES[change](size)
    return requirement(Problem(**numbers), algorithm, digits=_DIGITS)


def exponents_verdict(
    settings: Settings, *, change: str, exponents: tuple[Expr, Expr, Expr], alpha: Expr
) -> Verdict:
    """Compare d ln/d ln z of the required numbers with exponents.

    Args:
        settings: not used: nothing is random.
        change: in ``_CHANGES``.
        exponents: claimed of τ and m for projected, and of m for plain descent.
        alpha: α, with tanh, so that the cutoff is at 1.
    """
    far = _SIZES
    logs = [_logarithms(change, size, alpha) for size in far]
    distance = mpmath.log(mpmath.mpf(far[1]) / far[0])
    slopes = [float((late - early) / distance) for early, late in zip(*logs, strict=True)]
    method = f"d ln/d ln between {far[0]:.0e} and {far[1]:.0e}"
    return _verdict(slopes, [float(e) for e in exponents], method)


def rate_verdict(settings: Settings, *, multiples: tuple[Expr, Expr, Expr]) -> Verdict:
    """Compare d ln/dT of the required numbers above the cutoff with multiples of ln r.

    Args:
        settings: not used: nothing is random.
        multiples: claimed of τ and m for projected, and of m for plain descent.
    """
    alpha, far = _ABOVE, _STEPS
    logs = [_logarithms("T", size, alpha) for size in far]
    distance = (far[1] - far[0]) * mpmath.log(mpmath.mpf(alpha.p) / alpha.q)
    slopes = [float((late - early) / distance) for early, late in zip(*logs, strict=True)]
    method = f"d ln/dT over ln r between T = {far[0]} and {far[1]}"
    return _verdict(slopes, [float(multiple) for multiple in multiples], method)


def _logarithms(change: str, size: int, alpha: Expr) -> list[Any]:
    """ln τ and ln m of projected, ln m of plain descent."""
    projected, plain = (needed(change, size, each, alpha) for each in Algorithm)
    return [mpmath.log(x) for x in (projected.iterations, projected.width, plain.width)]


def logarithm_verdict(settings: Settings, *, change: str, quantity: str, grows: bool) -> Verdict:
    """Compare the growth of a required width in n, T or 1/δ with a logarithm, or with none.

    √m is affine in √ln(2nT/δ): the slopes between pairs of sizes agree.

    Args:
        settings: not used: nothing is random.
        change: ``n``, ``T`` or ``1/delta``.
        quantity: ``width`` or ``mean_square``.
        grows: whether it is said to grow at all.
    """
    alpha = MIDDLING["alpha"]
    roots = [
        mpmath.sqrt(getattr(needed(change, size, Algorithm.PROJECTED, alpha), quantity))
        for size in _LOGARITHMIC
    ]
    if not grows:
        ratio = float(roots[-1] / roots[0]) ** 2
        return _verdict([ratio], [1.0], f"m from {change} = 1e3 to 1e24, as a ratio", _SAME)
    if roots[-1] <= roots[0] * (1 + _SAME):
        return Verdict(
            level=Level.REFUTED,
            method=f"m from {change} = 1e3 to 1e24",
            counterexample="it does not grow",
        )
    own = {"T": MIDDLING["steps"], "n": MIDDLING["samples"], "1/delta": 1 / MIDDLING["delta"]}[
        change
    ]
    others = 2 * MIDDLING["samples"] * MIDDLING["steps"] / MIDDLING["delta"] / own
    logs = [mpmath.sqrt(mpmath.log(mpmath.mpf(int(others * size)))) for size in _LOGARITHMIC]
    steps = zip(pairwise(roots), pairwise(logs), strict=True)
    slopes = [float((late - early) / (far - near)) for (early, late), (near, far) in steps]
    method = f"slope of the root of m over that of the logarithm, {change} from 1e3 to 1e24"
    return _verdict([slopes[-1] / slopes[0]], [1.0], method)


def mean_square_verdict(settings: Settings, *, exponent: Expr) -> Verdict:
    """Compare the root of the mean square of ⟨∇F_t, Φ̄ − Φ₀⟩ − f*_t over j and t with e₂.

    It must stay below e₂, which is far above it, and fall as e₂ does.

    Args:
        settings: examples (targets) and seed.
        exponent: the error falls as m to the minus this.
    """
    generator = torch.Generator().manual_seed(settings.seed)
    sigma = activation("tanh")
    steps, samples, alpha, delta = _HORIZON, _SAMPLES, _ALPHA, _DELTA
    constants = Problem(**MIDDLING | {"steps": steps, "alpha": alpha}).constants()
    at_start = gradient_bound().value(steps, alpha, constants)
    worst, points = 0.0, 0
    squares: dict[int, list[float]] = {width: [] for width in _WIDTHS}
    for _ in range(settings.examples):
        target = Target(sigma, alpha, draw_map(1, generator))
        inputs = draw_sequences(samples, steps, 1, generator)
        errors = finite_width_errors(target, inputs, _WIDTHS, neurons=_NEURONS, generator=generator)
        for width, found in errors.items():
            roots = found.square().mean((1, 2)).sqrt()
            bound = float(
                evaluate(
                    mean_square_error(),
                    {
                        gradient_start: at_start,
                        size: target.transport.size,
                        delta_symbol: delta,
                        width_symbol: width,
                    },
                )
            )
            squares[width].append(float(roots.square().mean()))
            ratio = float(roots.max()) / bound
            if ratio > 1:
                return Verdict(
                    level=Level.REFUTED,
                    method="networks at their start",
                    error=ratio,
                    seed=settings.seed,
                    counterexample=f"m = {width}: {ratio:.3g} times e_2",
                )
            worst = max(worst, ratio)
        # Wider networks are made of the neurons of the narrow ones.
        points += len(errors[_WIDTHS[0]])
    first, last = (math.log(sum(squares[width])) / 2 for width in (_WIDTHS[0], _WIDTHS[-1]))
    slope = (first - last) / math.log(_WIDTHS[-1] / _WIDTHS[0])
    if abs(slope - float(exponent)) > _SLOPE:
        return Verdict(
            level=Level.REFUTED,
            method="slope over the width",
            error=abs(slope - float(exponent)),
            tolerance=_SLOPE,
            seed=settings.seed,
            counterexample=f"m^(-{slope:.3g})",
        )
    return Verdict(
        level=Level.MEASURED,
        method=f"networks at their start, T = {steps}, falling as m^(-{slope:.3f}); the largest "
        "over e_2",
        error=worst,
        tolerance=1.0,
        points=points,
        seed=settings.seed,
        failure_rate=failure_rate_bound(points),
    )


def no_growth_verdict(settings: Settings, *, changes: Sequence[str], quantity: str) -> Verdict:
    """Return the first refuted, or the last, of the verdicts that a width does not grow.

    Args:
        settings: not used: nothing is random.
        changes: in what it does not.
        quantity: ``width`` or ``mean_square``.
    """
    verdicts = [
        logarithm_verdict(settings, change=change, quantity=quantity, grows=False)
        for change in changes
    ]
    return next((verdict for verdict in verdicts if not verdict.holds), verdicts[-1])


def _verdict(
    found: Sequence[float], claimed: Sequence[float], method: str, close: float = _CLOSE
) -> Verdict:
    errors = [
        abs(own - stated) / max(1.0, abs(stated))
        for own, stated in zip(found, claimed, strict=True)
    ]
    worst = errors.index(max(errors))
    where = f"{found[worst]:.5g} in place of {claimed[worst]:.5g}"
    return judged(Level.COMPUTED, method, errors[worst], close, where)
