"""Families of laws: every class of windows that occurs, where, and what lies between."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from sympy import Eq, Expr, Ge, Gt, Integer, Le, Lt, Rational, S, Symbol

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
from longlag.theory.notation import WINDOW, horizon_letter
from longlag.theory.phases import FAMILIES
from longlag.theory.phases.diagram import Phase
from longlag.theory.readback import Logarithm, Name, read_back, said
from longlag.theory.statement import (
    DERIVED_HERE,
    Claim,
    Derivation,
    Figure,
    Item,
    Kind,
    Settings,
    Statement,
    Text,
)
from longlag.theory.typeset.scalar import scalar_tex
from longlag.theory.window.formula import formula
from longlag.theory.window.window import SAMPLES

_LETTERS = Letters()
_HOLDING = _LETTERS.add("n", "phases that a point of the parameters lies in")
_CERTIFIED = _LETTERS.add("q", "the share of the rectangle in which the phase is certified")

_SIGNS: dict[type[Expr], str] = {Gt: ">", Ge: r"\ge", Lt: "<", Le: r"\le", Eq: "="}

#: Family ↦ the rectangle that is drawn, and numbers for its other parameters.
_DRAWN: dict[str, tuple[tuple[tuple[str, Expr, Expr], ...], tuple[tuple[str, Expr], ...]]] = {
    "weibull_biases": ((("k", Rational(1, 4), Integer(3)), ("s", Rational(1, 4), Integer(3))), ()),
    "workload": (
        (("theta", Rational(1, 10), Integer(4)), ("kappa_0", Rational(1, 10), Integer(2))),
        (("alpha", Rational(3, 2)), ("beta", Rational(1, 2)), ("c", Integer(1))),
    ),
    "any_decay": (
        (("d", Rational(1, 10), Integer(3)), ("c", Rational(1, 10), Integer(3))),
        (("a", Integer(1)), ("b", Integer(1))),
    ),
}
_LEAST_CERTIFIED = 0.99


def derive_family(name: str) -> Derivation:
    """Return the section of a family: its phases, that they cover, and a map.

    Args:
        name: a registered one.
    """
    family, diagram = FAMILIES[name], diagram_of(name)
    source = f" Source: {family.source}." if family.source else ""
    described = f"{family.description[:1].upper()}{family.description[1:]}."
    classes = ", ".join(diagram.classes)
    items: list[Item] = [
        Text(
            rf"{described}{source} $f(\ell) = {formula(family.envelope)}$. "
            f"Classes of windows: {classes}."
        )
    ]
    for place, phase in enumerate(diagram.phases):
        items.append(_phase_item(name, place, phase))
    items.append(_cover_claim(name))
    if name in _DRAWN:
        items += [_map_claim(name), Figure(f"map_{name}", _caption(name), partial(_map, name))]
    title = f"Phases: {name.replace('_', ' ')}"
    return Derivation(f"phases_{name}", title, tuple(items), glossary=WINDOW)


def _phase_item(name: str, place: int, phase: Phase) -> Item:
    where = r",\ ".join(map(_relation_tex, phase.relations))
    if phase.growth is None:
        return Text(f"Not told where ${where}$: {phase.why}.")
    growth = phase.growth
    conditions = [_said_relation(each) for each in phase.relations]
    if growth.leading.is_infinite:
        tex = rf"{horizon_letter()} = \infty"
        told = [said(Name(horizon_letter()), "=", S.Infinity)]
        ending = where
    else:
        quantity: Name | Logarithm = Name(horizon_letter())
        for _ in range(growth.depth):
            quantity = Logarithm(quantity)
        logarithms = r"\ln " * growth.depth
        tex = rf"{logarithms}{horizon_letter()} \sim {formula(growth.leading)}"
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
            source=DERIVED_HERE,
            reading=read_back(*told, *conditions),
        ),
        phase_verdict,
        title=f"{growth.kind[:1].upper()}{growth.kind[1:]}",
        stated={"family": name, "phase": place, "growth": growth},
        wrong=wrong,
    )


def _relation_tex(relation: Expr) -> str:
    return f"{scalar_tex(relation.lhs)} {_SIGNS[type(relation)]} {scalar_tex(relation.rhs)}"


def _said_relation(relation: Expr) -> Any:
    sign = {r"\ge": "≥", r"\le": "≤"}.get(_SIGNS[type(relation)], _SIGNS[type(relation)])
    return said(relation.lhs, sign, relation.rhs)


def _cover_claim(name: str) -> Claim:
    count = len(diagram_of(name).phases)
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
        stated={"family": name, "left_out": None},
        wrong={"without the last of them": {"left_out": count - 1}},
    )


def _map_claim(name: str) -> Claim:
    over, given = _DRAWN[name]
    return live_claim(
        "map",
        _CERTIFIED,
        ">",
        _LEAST_CERTIFIED,
        map_verdict,
        title="A map",
        text=f"{_caption(name)} Boxes are halved until every boundary has one sign in them.",
        stated={"family": name, "over": over, "given": given, "least": _LEAST_CERTIFIED},
        wrong={"all of it": {"least": 1.0}},
    )


def _caption(name: str) -> str:
    over, given = _DRAWN[name]
    spans = " and ".join(
        rf"${scalar_tex(Symbol(symbol))}$ from {low} to {high}" for symbol, low, high in over
    )
    held = ", ".join(f"${scalar_tex(Symbol(symbol))} = {number}$" for symbol, number in given)
    return f"Windows over {spans}" + (f", with {held}." if held else ".")


def _map(name: str, settings: Settings) -> Any:
    over, given = _DRAWN[name]
    return draw_map(diagram_of(name), map_of(name, over, given))


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
        ),
        glossary=_LETTERS.glossary("Letters of the phases."),
    )
    return [overview, *map(derive_family, FAMILIES)]


__all__ = ["derivations", "derive_family"]
