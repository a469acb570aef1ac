"""Mean squares of products with fresh weights: in symbols, and against drawn ones."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import sympy
from sympy import Expr, symbols

from longlag.derivations.stability.boundary_checks import two_maps
from longlag.numerics.stability.factors import Factors, sampled_factors
from longlag.numerics.stability.isotropy import drawn_squares, isotropy, mean_squares
from longlag.theory.cells import CELLS
from longlag.theory.statement import Level, Settings, Verdict, judged

_DRAWS, _STANDARD_ERRORS, _SIZE, _LAG = 80, 5.0, 32, 6
#: Neurons of the proof in symbols, and steps.
_SYMBOLIC, _STEPS = 3, 4


def _networks(seed: int) -> dict[str, Factors]:
    found = {name: sampled_factors(CELLS[name], seed, size=_SIZE) for name in ("gru", "lstm")}
    found["recurrent_highway"] = sampled_factors(CELLS["recurrent_highway"], seed, size=_SIZE)
    found["two maps"] = two_maps(_SIZE)
    return found


@lru_cache(maxsize=2)
def _drawn(seed: int) -> dict[str, tuple[float, float]]:
    found = {}
    for name, factors in _networks(seed).items():
        gains = np.full(len(factors.maps), 1.5)
        squares = np.array(
            [drawn_squares(factors, gains, _LAG, 1000 * seed + k) for k in range(_DRAWS)]
        )
        found[name] = float(squares.mean()), float(squares.std(ddof=1) / np.sqrt(_DRAWS))
    return found


def recursion_verdict(settings: Settings, *, by_powers: bool) -> Verdict:
    """Compare E‖M_ℓ‖_F²/(S H) of drawn weights with the recursion, in standard errors.

    Args:
        settings: the seed.
        by_powers: with χ^ℓ in its place.
    """
    worst, where = 0.0, ""
    for name, factors in _networks(settings.seed).items():
        gains = np.full(len(factors.maps), 1.5)
        mean, error = _drawn(settings.seed)[name]
        stated = (
            isotropy(factors, gains) ** _LAG
            if by_powers
            else mean_squares(factors, gains, _LAG)[-1]
        )
        off = abs(mean - stated) / error
        if off >= worst:
            worst, where = off, f"{name}: {mean:.4g} ± {error:.2g}, stated {stated:.4g}"
    return judged(
        Level.MEASURED,
        f"GRU, LSTM and highway cell at a sampled state and two maps with different b and c, H = "
        f"{_SIZE}, ℓ = {_LAG}, {_DRAWS} draws of fresh weights, in standard errors; {where}",
        worst,
        _STANDARD_ERRORS,
        where,
        points=4 * _DRAWS,
        seed=settings.seed,
    )


def power_verdict(settings: Settings, *, alike: frozenset[str]) -> Verdict:
    """Judge v̄_ℓ = χ^ℓ where some of D, b and c are the same for all neurons.

    Args:
        settings: not used.
        alike: which of "D", "b", "c" are; D and one of the others as stated.
    """
    columns = {
        letter: symbols(f"{letter}1:{_SYMBOLIC + 1}", positive=True)
        if letter not in alike
        else (symbols(letter, positive=True),) * _SYMBOLIC
        for letter in ("D", "b", "c")
    }
    second: list[Expr] = [sympy.S.One] * _SYMBOLIC
    chi: Expr = sympy.S.One
    for step in range(1, _STEPS + 1):
        passed = sum(c**2 * v for c, v in zip(columns["c"], second, strict=True)) / _SYMBOLIC
        second = [
            d**2 * v + b**2 * passed
            for d, b, v in zip(columns["D"], columns["b"], second, strict=True)
        ]
        mean = sum(second) / _SYMBOLIC
        chi = mean if step == 1 else chi
        if sympy.expand(mean - chi**step) != 0:
            return Verdict(
                level=Level.REFUTED,
                method=f"the recursion in symbols of {_SYMBOLIC} neurons",
                counterexample=f"ℓ = {step}, any D, b and c but isolated ones",
            )
    return Verdict(
        level=Level.PROVED,
        method=f"the recursion in symbols of {_SYMBOLIC} neurons, ℓ up to {_STEPS}; for every ℓ: "
        "with b alike v stays the same for all, with c alike its mean takes the factor χ",
    )


__all__ = ["power_verdict", "recursion_verdict"]
