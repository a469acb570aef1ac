"""Whether an initialisation makes the envelope that is said: by quadrature, and in networks."""

from __future__ import annotations

import random
from functools import lru_cache
from itertools import pairwise

import mpmath
import torch
from sympy import Expr, Integer, ceiling
from torch import Tensor

from longlag.numerics.initialisations.networks import initialised, shares_kept
from longlag.theory.initialisations import INITIALISATIONS, Initialisation
from longlag.theory.notation import ell
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.parameters import draw
from longlag.theory.statement import Level, Settings, Verdict, judged
from longlag.theory.window.admission import MODERATE

#: Lags of the quadrature, digits, and how close both sides are.
_LAGS, _DIGITS, _CLOSE = (1, 4, 12), 15, 1e-8
#: An envelope below this is nothing.
_LEAST = 1e-12
#: Random numbers of the parameters, beside the usual ones.
_MOST_DRAWN = 2
#: The limit's parameter, ℓ over it, and how close the envelope comes at the last.
_FAR, _OVER, _LIMIT_CLOSE = (10**2, 10**4, 10**6), (0.03, 0.3, 2.0), 1e-4
#: Units of the networks that are drawn, lags, and standard errors a mean may be off by.
_UNITS, _MEASURED_LAGS, _STANDARD_ERRORS = 20_000, (1, 3, 10, 30, 100), 5.0


def envelope_verdict(settings: Settings, *, scheme: Initialisation, envelope: Expr) -> Verdict:
    """Compare an envelope with the integral of a(u)^ℓ, or with its limit.

    Args:
        settings: examples and seed.
        scheme: with a(u).
        envelope: over ``ell`` and the parameters.
    """
    if scheme.limit is not None:
        return _limit_verdict(scheme, envelope)
    generator = random.Random(settings.seed)
    cases = [dict(scheme.usual)]
    for _ in range(min(settings.examples, _MOST_DRAWN) if scheme.domains else 0):
        drawn = {
            symbol: draw(domain.intersect(MODERATE), generator)
            for symbol, domain in scheme.domains.items()
        }
        cases.append({s: ceiling(v) if s.is_integer else v for s, v in drawn.items()})
    worst, where = 0.0, ""
    with mpmath.workdps(_DIGITS):
        for values in cases:
            for lag in _LAGS:
                found = scheme.mean_at(lag, values)
                stated = evaluate(envelope, {**values, ell: Integer(lag)})
                # Where nothing is left the quadrature has no digits that count.
                off = float(abs(stated - found) / max(found, _LEAST))
                if not off <= worst:
                    told = ", ".join(f"{s} = {float(v):.4g}" for s, v in values.items())
                    worst = off
                    where = f"ℓ = {lag}, {told}: {mpmath.nstr(found, 8)} by quadrature"
    return judged(
        Level.COMPUTED,
        f"quadrature over u at ℓ = {', '.join(map(str, _LAGS))}",
        worst,
        _CLOSE,
        where,
        points=len(cases) * len(_LAGS),
        seed=settings.seed,
    )


def _limit_verdict(scheme: Initialisation, envelope: Expr) -> Verdict:
    grows, errors, where = scheme.limit, [], ""
    with mpmath.workdps(_DIGITS):
        for size in _FAR:
            worst = 0.0
            for share in _OVER:
                values = {**scheme.usual, grows: Integer(size)}
                found = scheme.mean_at(share * size, values)
                stated = evaluate(envelope, {**values, ell: share * size})
                off = float(abs(stated / found - 1))
                if off > worst:
                    worst = off
                    where = f"{grows} = {size}, ℓ = {share * size:g}: {mpmath.nstr(found, 8)}"
            errors.append(worst)
    told = ", ".join(f"{error:.1e}" for error in errors)
    shrinks = all(later < earlier for earlier, later in pairwise(errors))
    return judged(
        Level.COMPUTED,
        f"quadrature at {grows} = 1e2, 1e4, 1e6 and ℓ/{grows} = {', '.join(map(str, _OVER))}: "
        f"errors {told}",
        errors[-1] if shrinks else float("inf"),
        _LIMIT_CLOSE,
        where,
        points=len(_FAR) * len(_OVER),
    )


def network_verdict(settings: Settings, *, scheme: str, drawn: str) -> Verdict:
    """Compare the envelope of a drawn network with that of an initialisation.

    Args:
        settings: the seed.
        scheme: whose envelope it is, by quadrature.
        drawn: whose networks are drawn; the same as stated.
    """
    stated = INITIALISATIONS[scheme]
    shares = drawn_shares(drawn, settings.seed)
    worst, where = 0.0, ""
    for lag in _MEASURED_LAGS:
        kept = shares**lag
        mean = float(kept.mean())
        # What does not vary among units may be rounded.
        error = max(float(kept.std()) / _UNITS**0.5, 1e-12 * mean)
        expected = float(stated.mean_at(lag, stated.usual))
        off = abs(mean - expected) / error
        if off > worst:
            worst = off
            where = f"lag {lag}: {mean:.5g} ± {error:.2g}, stated {expected:.5g}"
    return judged(
        Level.MEASURED,
        f"{_UNITS} units of the cell {INITIALISATIONS[drawn].cell}, one step by its generated "
        f"Jacobian, lags {', '.join(map(str, _MEASURED_LAGS))}, in standard errors",
        worst,
        _STANDARD_ERRORS,
        where,
        points=len(_MEASURED_LAGS),
        seed=settings.seed,
    )


@lru_cache(maxsize=32)
def drawn_shares(name: str, seed: int) -> Tensor:
    """Return what each unit of a drawn network keeps in a step.

    Args:
        name: of the initialisation, with its usual numbers.
        seed: of the draw.
    """
    scheme = INITIALISATIONS[name]
    generator = torch.Generator().manual_seed(seed)
    return shares_kept(initialised(scheme, scheme.usual, generator, units=_UNITS))


__all__ = ["drawn_shares", "envelope_verdict", "network_verdict"]
