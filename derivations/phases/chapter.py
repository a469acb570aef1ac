"""Families of laws: every class of windows that occurs, where, and what lies between."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from sympy import Eq, Expr, Ge, Gt, Integer, Le, Lt, Rational, S, sqrt

from longlag.derivations.phases.checks import (
    cover_verdict,
    diagram_of,
    map_of,
    map_verdict,
    phase_verdict,
)
from longlag.derivations.phases.figures import draw_map
from longlag.derivations.results import Letters
from longlag.derivations.results.judged import live_claim
from longlag.theory.notation import WINDOW, ell, horizon_letter
from longlag.theory.phases import FAMILIES
from longlag.theory.phases.catalogue import any_decay, weibull_biases, workload
from longlag.theory.phases.certified import Rectangle
from longlag.theory.phases.diagram import Phase
from longlag.theory.phases.family import Family
from longlag.theory.readback import Logarithm, Name, of_relation, read_back, said
from longlag.theory.scalar.parameters import POSITIVE, positive
from longlag.theory.statement import (
    DERIVED_HERE,
    NEW_HERE,
    Claim,
    Derivation,
    Figure,
    Item,
    Kind,
    Relation,
    Settings,
    Statement,
    Text,
)
from longlag.theory.typeset.scalar import scalar_tex
from longlag.theory.verify import claim
from longlag.theory.window.formula import formula
from longlag.theory.window.tails import Tail, far
from longlag.theory.window.window import SAMPLES

_LETTERS = Letters()
_HOLDING = _LETTERS.add("n", "phases that a point of the parameters lies in")
_CERTIFIED = _LETTERS.add("q", "the share of the rectangle in which the phase is certified")

_SIGNS: dict[type[Expr], str] = {Gt: ">", Ge: r"\ge", Lt: "<", Le: r"\le", Eq: "="}

_HALF, _LOW = Rational(1, 2), Rational(1, 10)
#: Family ↦ the rectangle that is drawn.
_DRAWN: dict[str, Rectangle] = {
    "any_decay": Rectangle(
        ((any_decay.d, _LOW, Integer(3)), (any_decay.c, _LOW, Integer(3))),
        ((any_decay.a, Integer(1)), (any_decay.b, Integer(1))),
    ),
    "weibull_biases": Rectangle(
        ((weibull_biases.k, _LOW, Integer(3)), (weibull_biases.s, _LOW, Integer(3)))
    ),
    "workload": Rectangle(
        ((workload.theta, _LOW, Integer(4)), (workload.pull, _LOW, Integer(2))),
        ((workload.alpha, 3 * _HALF), (workload.beta, _HALF), (workload.c, Integer(1))),
    ),
}
#: Families whose classes nobody told before, as far as we know.
_NEW = ("pareto_biases", "weibull_biases")
_LEAST_CERTIFIED = 0.99


def derive_family(family: Family, rectangle: Rectangle | None = None) -> Derivation:
    """Return the section of a family: its phases, that they cover, and a map.

    Args:
        family: registered or of one's own.
        rectangle: of the map; None draws none.
    """
    name, diagram = family.name, diagram_of(family)
    source = f" Source: {family.source}." if family.source else ""
    told = family.description or f"the family {name.replace('_', ' ')}"
    items: list[Item] = [
        Text(
            rf"{told[:1].upper()}{told[1:]}.{source} $f(\ell) = {formula(family.envelope)}$. "
            f"Classes of windows: {', '.join(diagram.classes)}."
        )
    ]
    items += [_phase_item(family, place, phase) for place, phase in enumerate(diagram.phases)]
    items.append(_cover_claim(family))
    if rectangle is not None:
        drawn = partial(_map, family, rectangle)
        items += [_map_claim(family, rectangle), Figure(f"map_{name}", _caption(rectangle), drawn)]
    title = f"Phases: {name.replace('_', ' ')}"
    return Derivation(f"phases_{name}", title, tuple(items), glossary=WINDOW)


def _phase_item(family: Family, place: int, phase: Phase) -> Item:
    where = r",\ ".join(map(_relation_tex, phase.relations))
    if phase.growth is None:
        return Text(f"Not told where ${where}$: {phase.why}.")
    growth, shown = phase.growth, family.name.replace("_", " ")
    conditions = [_said_relation(each) for each in phase.relations]
    tex = " ".join(growth.sides)
    if growth.leading.is_infinite:
        told = [said(Name(horizon_letter()), "=", S.Infinity)]
        ending = where
    else:
        quantity: Name | Logarithm = Name(horizon_letter())
        for _ in range(growth.depth):
            quantity = Logarithm(quantity)
        told = [said(quantity, "∼", growth.leading), said(SAMPLES, "→", S.Infinity)]
        limit = rf"{formula(SAMPLES)} \to \infty"
        ending = rf"{limit},\ {where}" if where else limit
    wrong: dict[str, dict[str, Any]] = {
        "a tenth more": {"growth": replace(growth, leading=growth.leading * Rational(11, 10))}
    }
    if growth.leading.is_infinite:
        wrong = {"of the first phase": {"phase": 0}}
    return Claim(
        Statement(
            f"phase_{place + 1}",
            Kind.LIMIT,
            rf"{tex} \qquad ({ending})" if ending else tex,
            source=NEW_HERE if family.name in _NEW else DERIVED_HERE,
            reading=read_back(*told, *conditions),
        ),
        phase_verdict,
        title=f"{growth.kind[:1].upper()}{growth.kind[1:]} windows of {shown}"
        + (f" where ${where}$" if where else ""),
        stated={"family": family, "phase": place, "growth": growth},
        wrong=wrong,
    )


def _relation_tex(relation: Expr) -> str:
    return f"{scalar_tex(relation.lhs)} {_SIGNS[type(relation)]} {scalar_tex(relation.rhs)}"


def _said_relation(relation: Expr) -> Any:
    sign = {r"\ge": "≥", r"\le": "≤"}.get(_SIGNS[type(relation)], _SIGNS[type(relation)])
    return said(relation.lhs, sign, relation.rhs)


def _cover_claim(family: Family) -> Claim:
    count = len(diagram_of(family).phases)
    return live_claim(
        "cover",
        _HOLDING,
        "=",
        1,
        cover_verdict,
        title="They cover",
        text="Every sign that the algebra of leading terms asked for was divided into positive, "
        "negative and zero; what is proved empty is left out.",
        kind=Kind.IDENTITY,
        stated={"family": family, "left_out": None},
        wrong={"without the last of them": {"left_out": count - 1}},
    )


def _map_claim(family: Family, rectangle: Rectangle) -> Claim:
    return live_claim(
        "map",
        _CERTIFIED,
        ">",
        _LEAST_CERTIFIED,
        map_verdict,
        title="A map",
        text=f"{_caption(rectangle)} Boxes are halved until every boundary has one sign in them.",
        stated={"family": family, "rectangle": rectangle, "least": _LEAST_CERTIFIED},
        wrong={"all of it, boundaries too": {"least": 1.0}},
    )


def _caption(rectangle: Rectangle) -> str:
    spans = " and ".join(
        rf"${scalar_tex(symbol)}$ from {low} to {high}" for symbol, low, high in rectangle.over
    )
    held = ", ".join(f"${scalar_tex(symbol)} = {number}$" for symbol, number in rectangle.given)
    return f"Classes of windows over {spans}" + (f", with {held}." if held else ".")


def _map(family: Family, rectangle: Rectangle, settings: Settings) -> Any:
    return draw_map(diagram_of(family), map_of(family, rectangle))


def _least_claim() -> Claim:
    """Of −ln P = c y^m the conjugate is what is taken, and is nowhere passed."""
    c, m = positive("c"), positive("m")
    domains = {ell: POSITIVE, c: POSITIVE, far: POSITIVE}
    relation = Relation(Kind.BOUND, 2 * sqrt(c * ell), ell / far + c * far, domains)
    conjugate = scalar_tex(Tail(exponent=c * far**m).decay().exponent)
    return claim(
        "least",
        relation,
        title="The least value for a tail $e^{-cy}$",
        text=f"Reached at $y = \\sqrt{{\\ell/c}}$; of $e^{{-c y^m}}$ it is ${conjugate}$.",
        reading=of_relation(relation),
        wrong={"a twentieth less": ell / far + c * far - sqrt(c * ell) / 20},
    )


def derivations(order: int = 1) -> list[Derivation]:
    """Return the sections, one per family; there is nothing to expand."""
    overview = Derivation(
        "phases",
        "Phases of windows",
        (
            Text(
                "How a window grows with the samples is decided by the slowest units: by the tail "
                "of their time scales. In a family with free parameters the leading terms turn on "
                "signs of exponents and coefficients; each is followed both ways, so the phases "
                "below are all that occur. With $P(\\tau \\ge y) = y^{-b} L(y)$ the envelope is "
                "$\\Gamma(1+b)\\, \\ell^{-b} L(\\ell)$; where the tail falls faster, $-\\ln f$ is "
                "the least value of $\\ell/y - \\ln P(\\tau \\ge y)$ (de Bruijn)."
            ),
            _least_claim(),
        ),
        glossary=_LETTERS.glossary("Letters of the phases."),
    )
    return [overview, *(derive_family(f, _DRAWN.get(name)) for name, f in FAMILIES.items())]


__all__ = ["derivations", "derive_family"]
