"""Whether windows grow as a phase says: at a certified point of it, far out; and that phases cover.

At the point f is evaluated at lags of 4, 8, 16, … digits; ℓ is the window of the N(ℓ) that follows,
so the leading term at N(ℓ) is compared with ℓ or ln ℓ itself. Errors of a true leading term go to
0, if slowly; those of a wrong one stay.
"""

from __future__ import annotations

import random
from dataclasses import replace
from functools import lru_cache
from typing import Any

import mpmath
from sympy import Expr, Integer, Piecewise, Symbol

from longlag.derivations.window.law_checks import growth_verdict
from longlag.derivations.window.law_proofs import growth_is_led
from longlag.theory.errors import LonglagError
from longlag.theory.laws.law import DecayLaw, assumed_domain
from longlag.theory.notation import ell
from longlag.theory.phases.certified import Map, Rectangle, certified_map
from longlag.theory.phases.diagram import Phase, PhaseDiagram, phase_diagram
from longlag.theory.phases.family import Family
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.scalar.leading import piece_that_holds
from longlag.theory.scalar.parameters import draw
from longlag.theory.scalar.signs import judged_by
from longlag.theory.spectra.average import Average
from longlag.theory.statement import Level, Settings, Verdict, judged
from longlag.theory.window.growth import Growth
from longlag.theory.window.window import COST, KAPPA, SAMPLES

#: Lags that are tried: far ones, and nearer ones where nothing is left so far; and the fewest.
_LAGS = (
    tuple(10**digits for digits in (4, 8, 16, 32, 64)),
    tuple(10**digits for digits in (1, 2, 3, 4, 5)),
    tuple(2**power for power in range(1, 11)),
)
_FEWEST = 3
#: f of fewer bits than this is not asked for.
_LEAST = -(10**6)
#: A and κ of N(ℓ), and digits that are kept.
_QUANTITIES = {COST: Integer(2), KAPPA: Integer(2)}
_PRECISION = 25
#: Errors below the first are nothing; their limit must lie below the second.
_NOTHING, _SETTLED = 1e-6, 0.03
#: From where on a leading term is told to be close.
_CLOSE = 0.1
#: Envelopes in closed form are looked at from this lag on, where ln ℓ is positive.
_START = 2
#: Random points that must lie in one phase each, and how often one is put on an end or at 1.
_POINTS, _ON_AN_END = 200, 0.4


@lru_cache(maxsize=64)
def diagram_of(family: Family) -> PhaseDiagram:
    """Return the phases of a family, derived once."""
    return phase_diagram(family)


def phase_verdict(settings: Settings, *, family: Family, phase: int, growth: Growth) -> Verdict:
    """Compare the growth of a phase with windows at its certified point.

    Args:
        settings: of the growth of envelopes in closed form.
        family: the family.
        phase: its place in the diagram.
        growth: what is judged.
    """
    judged_phase = diagram_of(family).phases[phase]
    point = judged_phase.region.witness
    if point is None:
        return Verdict(
            level=Level.UNDECIDED, method="no point is known at which its conditions are certified"
        )
    if _is_led(family, judged_phase, growth):
        why = (
            "the envelope has a positive limit"
            if growth.leading.is_infinite
            else "the leading term of the quotient at N(ℓ) is 1"
        )
        return Verdict(level=Level.PROVED, method=f"{why}, for all parameters of the phase")
    told = replace(growth, leading=growth.leading.subs(point))
    envelope = family.envelope.subs(judged_phase.region.fixed).subs(point)
    where = ", ".join(f"{symbol} = {number}" for symbol, number in point.items())
    if isinstance(envelope, Average):
        return _followed(envelope, told, where)
    law = _law(family.name, envelope)
    try:
        verdict = growth_verdict(settings, law=law, growth=told)
    except LonglagError:
        # Windows of N drawn at random lie below the smallest lag where the decay is steep.
        return _followed(envelope, told, where)
    # At one point a proof says no more than numbers do.
    level = Level.COMPUTED if verdict.level is Level.PROVED else verdict.level
    method = verdict.method.replace(", for all parameters", "")
    return replace(verdict, level=level, routes=(), method=f"at {where}: {method}")


def _is_led(family: Family, phase: Phase, growth: Growth) -> bool:
    """Whether the growth of an envelope in closed form is proved for all parameters of a phase."""
    envelope = _piece(family.envelope, phase)
    if isinstance(envelope, Average) or phase.growth is None:
        return False
    if growth.leading.is_infinite != phase.growth.leading.is_infinite:
        return False
    wanted, leader = phase.region.covered(envelope, growth.leading)
    law = _law(family.name, wanted)
    return growth_is_led(law, replace(growth, leading=leader))


def _law(name: str, envelope: Expr) -> DecayLaw:
    """The law of an envelope, which in some phases does not fall with the lag at all."""
    letters = envelope.free_symbols - {ell}
    domains = {letter: assumed_domain(letter) for letter in letters}
    return DecayLaw(name, envelope, domains, smallest_lag=_START)


def _piece(envelope: Expr, phase: Phase) -> Expr:
    """The piece of an envelope that holds in a phase: that of its point."""
    point = phase.region.whole_witness
    if not isinstance(envelope, Piecewise) or point is None:
        return envelope
    with judged_by(lambda constant: int(mpmath.sign(evaluate(constant, point)))):
        return piece_that_holds(envelope, ell)


def _followed(envelope: Expr, growth: Growth, where: str) -> Verdict:
    with mpmath.workdps(_PRECISION):
        for lags in _LAGS:
            known = _values(envelope, lags)
            if len(known) >= _FEWEST:
                break
        errors = [
            float(_error(value, growth, lag)) for lag, value in zip(lags, known, strict=False)
        ]
    if len(errors) < _FEWEST:
        return Verdict(
            level=Level.UNDECIDED, method=f"at {where}: f is held at {len(errors)} lags alone"
        )
    limit = _limit(errors)
    told = f"errors {', '.join(f'{error:.2g}' for error in errors)} with limit {limit:.2g}"
    settled = abs(limit) <= _SETTLED
    close = [abs(error) <= _CLOSE for error in errors]
    since = next((lag for k, lag in enumerate(lags) if k < len(close) and all(close[k:])), 0)
    far = f"within a tenth from {_shown(since)} on" if since else "not within a tenth yet"
    return Verdict(
        level=Level.COMPUTED if settled else Level.REFUTED,
        method=f"at {where}: f at ℓ = {', '.join(map(_shown, lags[: len(errors)]))}; {told}; {far}",
        points=len(errors),
        error=abs(limit),
        tolerance=_SETTLED,
        counterexample="" if settled else f"{where}; {told}",
    )


def _shown(lag: int) -> str:
    """A lag as people write it: 10^16 where it has many digits."""
    return str(lag) if lag < 10**4 else f"10^{len(str(lag)) - 1}"


def _values(envelope: Expr, lags: tuple[int, ...]) -> list[Any]:
    """f at lags, up to where it is too small to be held."""
    found: list[Any] = []
    for lag in lags:
        value = evaluate(envelope, {ell: Integer(lag)})
        if not value > 0 or mpmath.mag(value) < _LEAST:
            break
        found.append(value)
    return found


def _limit(errors: list[float]) -> float:
    """Where errors go, by Aitken's extrapolation; the last of them where they go nowhere."""
    first, second, third = errors[-3:]
    step, last_step = second - first, third - second
    if abs(third) <= _NOTHING or not 0 < last_step * step < step**2:
        return third
    return third + last_step**2 / (step - last_step)


def _error(known: Any, growth: Growth, lag: int) -> Any:
    """The leading term at N(ℓ) over what it leads, less 1."""
    cost, kappa = (evaluate(_QUANTITIES[symbol], {}) for symbol in (COST, KAPPA))
    log_lag = mpmath.log(lag)
    quantity = (mpmath.exp(log_lag), log_lag, mpmath.log(log_lag))[growth.depth]
    values = {COST: cost, KAPPA: kappa, SAMPLES: cost * known**-kappa}
    return evaluate(growth.leading, values) / quantity - 1


def cover_verdict(settings: Settings, *, family: Family, left_out: int | None) -> Verdict:
    """Judge whether every point of the parameters lies in one phase, and no phase is empty.

    Args:
        settings: seed.
        family: the family.
        left_out: a phase that is not counted, in wrong versions.
    """
    diagram = diagram_of(family)
    phases = [phase for place, phase in enumerate(diagram.phases) if place != left_out]
    told = [phase for phase in phases if phase.growth is not None]
    empty = [phase for phase in told if phase.region.witness is None]
    generator = random.Random(settings.seed)
    witnesses = [p.region.whole_witness for p in diagram.phases]
    drawn = [_drawn(diagram, generator) for _ in range(_POINTS)]
    points = [*(point for point in witnesses if point is not None), *drawn]
    counted = [(at, sum(phase.region.contains(at) for phase in phases)) for at in points]
    failing = [(at, count) for at, count in counted if count != 1]
    where = ""
    if failing:
        at, count = failing[0]
        place = ", ".join(f"{symbol} = {value}" for symbol, value in at.items())
        where = f"{place}: in {count} phases"
    elif empty:
        where = f"no point is known in {empty[0].relations}"
    return judged(
        Level.COMPUTED,
        f"every phase that is told ({len(told)}) has a point at which its conditions are "
        "certified in balls; every sign that decides is divided into positive, negative and zero, "
        "so they cover",
        float(len(failing) + len(empty)),
        0.0,
        where,
        points=len(points),
        seed=settings.seed,
    )


def _drawn(diagram: PhaseDiagram, generator: random.Random) -> dict[Symbol, Expr]:
    at = {}
    for symbol, domain in diagram.family.domains.items():
        at[symbol] = draw(domain, generator).limit_denominator(1000)
        ends = [end for end in (domain.inf, domain.sup, Integer(1)) if end in domain]
        if ends and generator.random() < _ON_AN_END:
            at[symbol] = generator.choice(ends)
    return at


@lru_cache(maxsize=16)
def map_of(family: Family, rectangle: Rectangle) -> Map:
    """Return the certified map of a family over a rectangle, made once."""
    return certified_map(diagram_of(family), rectangle)


def map_verdict(
    settings: Settings, *, family: Family, rectangle: Rectangle, least: float
) -> Verdict:
    """Judge whether the phase is certified on at least a share of a rectangle.

    Args:
        settings: not used: nothing is drawn.
        family: the family.
        rectangle: of the map.
        least: the share.
    """
    found = map_of(family, rectangle)
    told = f"{found.certified:.4f} of the area, in {len(found.boxes)} boxes"
    return judged(
        Level.CERTIFIED,
        f"signs of all boundaries enclosed in interval arithmetic: {told}",
        max(0.0, least - found.certified),
        0.0,
        "" if found.certified >= least else told,
        points=len(found.boxes),
    )


__all__ = ["cover_verdict", "diagram_of", "map_of", "map_verdict", "phase_verdict"]
