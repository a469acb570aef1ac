r"""A phase diagram of windows: every class that a family has, where, and what lies between.

The algebra of leading terms is done once for every sign that the parameters allow, so the regions
cover all of them; each is shown not to be empty by a point at which its conditions are certified.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sympy import Eq, Expr, log

from longlag.theory.phases.branching import Branch, branches
from longlag.theory.phases.family import Family
from longlag.theory.phases.region import Region
from longlag.theory.typeset.scalar import scalar_tex
from longlag.theory.typeset.shown import Shown
from longlag.theory.window.growth import Growth
from longlag.theory.window.tails import Decay
from longlag.theory.window.window import COST, KAPPA, SAMPLES


@dataclass(frozen=True)
class Phase(Shown):
    """A part of the parameters in which windows grow in one way.

    Args:
        region: the part.
        decay: what the envelope is at long lags; None where it could not be told.
        growth: how its window grows.
        why: what could not be told.
    """

    region: Region
    decay: Decay | None
    growth: Growth | None
    why: str = ""

    @property
    def kind(self) -> str:
        """The class of the windows, in a word or two."""
        return "not told" if self.growth is None else self.growth.kind

    @property
    def relations(self) -> tuple[Expr, ...]:
        """Where it is, as equations and inequalities, none of which follows from the others."""
        equations = [
            Eq(symbol, value, evaluate=False) for symbol, value in self.region.fixed.items()
        ]
        zeros = [Eq(each, 0, evaluate=False) for each in self.region.zeros]
        return (*equations, *zeros, *(each.relation for each in self.region.needed))

    def _lines(self) -> list[str]:
        where = r",\ ".join(map(scalar_tex, self.relations)) or r"\text{everywhere}"
        if self.growth is None:
            return [rf"\text{{not told}} &\qquad {where}"]
        return [rf"{' &'.join(self.growth.sides)} \qquad {where}"]


@dataclass(frozen=True)
class Boundary:
    """Where parameters pass from one region to another.

    Args:
        expression: what is zero there.
        below: classes on the side where it is negative.
        on: classes where it is zero.
        above: classes on the side where it is positive.
    """

    expression: Expr
    below: tuple[str, ...]
    on: tuple[str, ...]
    above: tuple[str, ...]

    @property
    def separates(self) -> bool:
        """Whether the classes on its sides differ."""
        return len({self.below, self.on, self.above} - {()}) > 1


@dataclass(frozen=True)
class PhaseDiagram(Shown):
    """The phases of a family, and the boundaries between them.

    Args:
        family: the family.
        kappa: κ of N(ℓ) = A f(ℓ)^{−κ}, over parameters of the noise.
        phases: the regions; together they hold all parameters.
    """

    family: Family
    kappa: Expr
    phases: tuple[Phase, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes of windows that are told, each once, in the order in which they were met."""
        return tuple(dict.fromkeys(p.kind for p in self.phases if p.growth is not None))

    @property
    def boundaries(self) -> tuple[Boundary, ...]:
        """What the regions are divided by, each with the classes that meet there."""
        asked: dict[Expr, None] = {}
        for phase in self.phases:
            for each in phase.region.conditions:
                if -each.expression not in asked:
                    asked[each.expression] = None
        return tuple(_boundary(expression, self.phases) for expression in asked)

    def _lines(self) -> Sequence[str]:
        return [line for phase in self.phases for line in phase._lines()]


def phase_diagram(family: Family, kappa: Expr = KAPPA) -> PhaseDiagram:
    """Return every class of windows that a family has, and where.

    Args:
        family: an envelope with free parameters.
        kappa: κ of N(ℓ) = A f(ℓ)^{−κ}, a positive expression; by default a letter.

    Returns:
        Regions that cover all parameters. Derived here, by the algebra of leading terms.

    >>> from longlag.theory.laws import LAWS
    >>> from longlag.theory.phases.family import of_law
    >>> phase_diagram(of_law(LAWS["tempered_power"])).classes
    ('polylogarithmic', 'logarithmic')
    """
    level, log_level = (SAMPLES / COST) ** (1 / kappa), log(SAMPLES) / kappa

    def compute(region: Region) -> tuple[Decay, Growth]:
        decay = family.decay(region)
        return decay, decay.growth(level, log_level)

    found = [_phase(branch) for branch in branches(compute, family.region)]
    return PhaseDiagram(family, kappa, tuple(_joined(found)))


def _phase(branch: Branch[tuple[Decay, Growth]]) -> Phase:
    if branch.outcome is None:
        return Phase(branch.region, None, None, branch.why)
    return Phase(branch.region, *branch.outcome)


def _joined(phases: list[Phase]) -> list[Phase]:
    """Phases without conditions that turned out not to matter: c > 0, c < 0 and c = 0 alike."""
    for place, phase in enumerate(phases):
        for condition in phase.region.conditions:
            others = tuple(each for each in phase.region.conditions if each != condition)
            wider = replace(phase.region, conditions=others)
            alike = [
                other
                for other in phases[place + 1 :]
                if _is_part(other, wider, -condition.expression) and _agree(phase, other)
            ]
            below = [other for other in alike if not set(other.region.fixed) - set(wider.fixed)]
            on = [other for other in alike if set(other.region.fixed) - set(wider.fixed)]
            if below and on:
                rest = [other for other in phases if other not in alike]
                rest[rest.index(phase)] = replace(phase, region=wider)
                return _joined(rest)
    return phases


def _is_part(phase: Phase, wider: Region, opposite: Expr) -> bool:
    """Whether a phase is the other side of a condition, or the boundary itself, in a region."""
    own, outer = set(phase.region.conditions), set(wider.conditions)
    if phase.region.fixed == wider.fixed:
        return {each.expression for each in own} == {e.expression for e in outer} | {opposite}
    more = {s: v for s, v in phase.region.fixed.items() if s not in wider.fixed}
    return bool(more) and (opposite.subs(more) == 0 or opposite.subs(more).simplify() == 0)


def _agree(one: Phase, other: Phase) -> bool:
    """Whether two phases have the same window, one perhaps where a parameter is given."""
    if one.growth is None or other.growth is None:
        return False
    if (one.growth.kind, one.growth.depth) != (other.growth.kind, other.growth.depth):
        return False
    difference = one.growth.leading.subs(other.region.fixed) - other.growth.leading
    return bool(difference == 0 or difference.simplify() == 0)


def _boundary(expression: Expr, phases: Sequence[Phase]) -> Boundary:
    sides: dict[int, dict[str, None]] = {-1: {}, 0: {}, 1: {}}
    for phase in phases:
        own = expression.subs(phase.region.fixed)
        is_zero = own == 0 or expression in phase.region.zeros
        known = 0 if is_zero else phase.region.sign_of(own)
        if known is not None:
            sides[known][phase.kind] = None
    return Boundary(expression, *(tuple(sides[side]) for side in (-1, 0, 1)))


__all__ = ["Boundary", "Phase", "PhaseDiagram", "phase_diagram"]
