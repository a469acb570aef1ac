"""One decay law as a derivation: N(ℓ), H_N, growth, local exponent, each line checked."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from sympy import Expr, Interval, Rational, S, log

from longlag.derivations.window.law_checks import (
    exponent_verdict,
    growth_verdict,
    time_for_check,
    window_verdict,
)
from longlag.derivations.window.law_proofs import SECONDS
from longlag.theory.laws import LAWS
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import (
    WINDOW,
    Glossary,
    ell,
    horizon_letter,
    in_letters,
    lag_tex,
    of_lag,
)
from longlag.theory.readback import Logarithm, Name, Said, Slope, Supremum, read_back, said
from longlag.theory.scalar.budget import OutOfTimeError, within
from longlag.theory.statement import (
    DERIVED_HERE,
    Claim,
    Derivation,
    Item,
    Kind,
    Level,
    Relation,
    Settings,
    Source,
    Statement,
    Text,
    Verdict,
)
from longlag.theory.typeset.prose import lettered
from longlag.theory.verify import verify
from longlag.theory.window.admission import MODERATE
from longlag.theory.window.displayed import LEVEL, LEVEL_IN_SAMPLES, window_formulas
from longlag.theory.window.formula import domain_latex, formula
from longlag.theory.window.growth import Growth
from longlag.theory.window.window import (
    COST,
    KAPPA,
    SAMPLES,
    LearnabilityWindow,
    learnability_window,
)

PAPER = Source("arXiv 2512.05790", "learnability window")
#: Of what every law's section is one.
FAMILY = "Decay laws, from their envelope to their window"
#: What SymPy may take to show that N(ℓ) solves f = φ, in seconds of processor time.
_SECONDS = 2


def derive_law(law: DecayLaw) -> Derivation:
    """Return the derivation of a law's window: N(ℓ), H_N, growth and local exponent.

    Args:
        law: registered or typed.

    >>> from longlag.theory.laws import LAWS
    >>> [claim.statement.name for claim in derive_law(LAWS["exponential"]).claims]
    ['sample_size', 'horizon', 'growth', 'local_exponent']
    """
    own, law = law.marks, law.displayed
    domains = ", ".join(f"${domain_latex(s, law.domains[s])}$" for s in law.parameters)
    opening = (
        rf"The envelope is ${of_lag('f')} = {formula(law.envelope)}$ for "
        rf"${lag_tex()} \ge {formula(law.start)}$"
    )
    opening += f", with {domains}." if domains else "."
    for symbol, shown in own.items():
        opening += f" ${formula(shown)}$ is the law's own ${formula(symbol)}$."
    title = law.name.replace("_", " ").capitalize()
    claims = map(_in_time, window_items(learnability_window(law)))
    items = (Text(opening), *claims)
    return Derivation(f"window_{law.name}", f"{title} decay", items, _glossary(law), FAMILY)


def _in_time(item: Item) -> Item:
    """The same item, of which a check that takes too long is undecided: a law may be anything."""
    if not isinstance(item, Claim):
        return item
    check = item.check

    def checked(settings: Settings, **stated: Any) -> Verdict:
        try:
            return within(time_for_check(settings) + SECONDS, partial(check, settings, **stated))
        except OutOfTimeError as error:
            return Verdict(level=Level.UNDECIDED, method=str(error), seed=settings.seed)

    return replace(item, check=checked)


def _glossary(law: DecayLaw) -> Glossary:
    """The table of symbols without what a law has a letter of its own for, such as α."""
    own = {formula(symbol) for symbol in law.parameters}
    lines = [line for line in WINDOW.notation if own.isdisjoint(line.tex.split(r",\ "))]
    return in_letters(replace(WINDOW, notation=tuple(lines)))


def window_items(window: LearnabilityWindow) -> list[Item]:
    """Return the checked lines of a window: N(ℓ), H_N, growth and local exponent."""
    items: list[Item] = [_sample_size_claim(window)]
    if window.law.envelope.has(ell):
        items.append(_horizon_claim(window))
    items += _growth_items(window)
    if window.local_exponent is not None:
        items.append(_exponent_claim(window))
    return items


def sample_size_latex(window: LearnabilityWindow) -> str:
    """Return N(ℓ) as it is displayed."""
    return formula(window_formulas(window).sample_size)


def horizon_latex(window: LearnabilityWindow) -> str:
    """Return H_N over φ as it is displayed, or its definition where it has no closed form."""
    found = window_formulas(window).horizon
    if found is None:
        level = rf"{of_lag('f')} \ge {formula(LEVEL)}"
        return rf"\sup\,\{{{lag_tex()} : {level}\}}"
    return formula(found)


def growth_latex(growth: Growth, window: LearnabilityWindow) -> str:
    """Return the leading term of the window as it is displayed."""
    return " ".join(replace(growth, leading=window_formulas(window).growth).sides)


def level_latex() -> str:
    """Return how φ is displayed beside a formula that uses it."""
    return f"{formula(LEVEL)} = {formula(LEVEL_IN_SAMPLES)}"


def level_said() -> Said:
    """Return what φ is, as it is read back."""
    return said(LEVEL, "=", LEVEL_IN_SAMPLES)


def _horizon_side(displayed: Expr | None) -> Expr | Supremum:
    if displayed is not None:
        return displayed
    return Supremum(Name(lag_tex()), said(Name(of_lag("f")), "≥", LEVEL))


def _source(law: DecayLaw) -> Source:
    """The paper where the law is one of its own, else this derivation."""
    return PAPER if law.source == PAPER.paper else DERIVED_HERE


def _sample_size_claim(window: LearnabilityWindow) -> Claim:
    law = window.law
    domains = {symbol: law.domains[symbol].intersect(MODERATE) for symbol in law.parameters}
    left = (COST / window_formulas(window).sample_size) ** (1 / KAPPA)
    relation = Relation(
        Kind.IDENTITY,
        left,
        law.envelope,
        {**domains, ell: Interval(law.start + 1, 9), COST: Interval(1, 3), KAPPA: Interval(2, 4)},
    )
    return Claim(
        Statement(
            "sample_size",
            Kind.IDENTITY,
            rf"{of_lag('N')} = {sample_size_latex(window)}",
            source=_source(window.law),
            reading=read_back(said(Name(of_lag("N")), "=", window_formulas(window).sample_size)),
        ),
        _relation_verdict,
        title="Samples needed",
        text=lettered(
            r"$N(\ell) = A f(\ell)^{-\kappa}$, which solves $f(\ell) = (A/N)^{1/\kappa}$."
        ),
        stated={"relation": relation},
        wrong={
            "twice as many": {"relation": replace(relation, lhs=left * 2 ** (-1 / KAPPA))},
            "the exponent upside down": {"relation": replace(relation, lhs=left ** (KAPPA**2))},
        },
    )


def _relation_verdict(settings: Settings, *, relation: Relation) -> Verdict:
    return verify(relation, settings, seconds=_SECONDS)


def _horizon_claim(window: LearnabilityWindow) -> Claim:
    displayed = window_formulas(window).horizon
    judged = None if displayed is None else log(displayed.subs(LEVEL, LEVEL_IN_SAMPLES))
    text = f"Solved for the lag: {window.method}."
    if displayed is None:
        text = (
            "No closed form was found for general parameters; numbers come from a bracketed root, "
            "whose crossing is enclosed where interval arithmetic reaches."
        )
    tex = rf"{horizon_letter()} = {horizon_latex(window)}, \qquad {level_latex()}"
    return Claim(
        Statement(
            "horizon",
            Kind.IDENTITY,
            tex,
            source=_source(window.law),
            reading=read_back(
                said(Name(horizon_letter()), "=", _horizon_side(displayed)), level_said()
            ),
        ),
        window_verdict,
        title="Learnability window",
        text=text,
        stated={"law": window.law, "formula": judged, "multiple": S.One},
        wrong={"a thousandth more": {"multiple": Rational(1001, 1000)}},
    )


def _growth_items(window: LearnabilityWindow) -> list[Item]:
    growth = window.growth
    if growth is None:
        return [Text("The leading growth of the window with $N$ could not be told.")]
    leading = window_formulas(window).growth
    if growth.leading.is_infinite:
        where = rf"\text{{from some }} {formula(SAMPLES)} \text{{ on}}"
        tex = rf"{horizon_letter()} = \infty \quad {where}"
        told = said(Name(horizon_letter()), "=", S.Infinity)
        reading = read_back(told, said(SAMPLES), words=["from some on"])
    else:
        tex = rf"{growth_latex(growth, window)} \qquad ({formula(SAMPLES)} \to \infty)"
        quantity: Name | Logarithm = Name(horizon_letter())
        for _ in range(growth.depth):
            quantity = Logarithm(quantity)
        reading = read_back(said(quantity, "∼", leading), said(SAMPLES, "→", S.Infinity))
    judged = replace(growth, leading=leading)
    wrong: dict[str, dict[str, Any]] = {
        "a tenth more": {"growth": replace(judged, leading=judged.leading * Rational(11, 10))}
    }
    if growth.leading.is_infinite:
        wrong = {"of an envelope that goes to 0": {"law": LAWS["exponential"]}}
    return [
        Claim(
            Statement("growth", Kind.LIMIT, tex, source=_source(window.law), reading=reading),
            growth_verdict,
            title=f"Growth with the samples: {growth.kind}",
            stated={"law": window.law, "growth": judged},
            wrong=wrong,
        )
    ]


def _exponent_claim(window: LearnabilityWindow) -> Claim:
    displayed: Any = window_formulas(window).local_exponent
    window_letter = horizon_letter()
    slope = rf"\frac{{d \ln {window_letter}}}{{d \ln {formula(SAMPLES)}}}"
    where = rf"\text{{at }} {lag_tex()} = {window_letter}"
    tex = rf"{slope} = {formula(displayed)} \quad {where}"
    return Claim(
        Statement(
            "local_exponent",
            Kind.EXPONENT,
            tex,
            source=_source(window.law),
            reading=read_back(
                said(Slope(Name(window_letter), Name(formula(SAMPLES))), "=", displayed),
                said(Name(lag_tex()), "=", Name(window_letter)),
                words=["at"],
            ),
        ),
        exponent_verdict,
        title="Local exponent",
        text=lettered(r"$1/(\kappa\,|d \ln f/d \ln \ell|)$ at the end of the window."),
        stated={"law": window.law, "formula": displayed},
        wrong={"twice that": {"formula": 2 * displayed}},
    )
