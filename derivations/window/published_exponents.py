"""The exponents that the versions of arXiv 2512.05790 state, each with its verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sympy import Expr, Function, Integer, Interval, Rational, S, Symbol

from longlag.derivations.window.detection import SMALLEST_SLOPE
from longlag.derivations.window.detection_checks import kappa_verdict
from longlag.numerics.checks import combine
from longlag.theory.estimators.concentration import (
    PUBLISHED_KAPPA,
    agreement_at_two,
    kappa,
    smallest_exponent,
    window_compression,
)
from longlag.theory.estimators.estimator import alpha as tail_index
from longlag.theory.notation import WINDOW, ell, of_lag
from longlag.theory.readback import Name, ReadBack, Verbatim, read_back, said
from longlag.theory.statement import (
    Claim,
    Derivation,
    Kind,
    Relation,
    Settings,
    Source,
    Statement,
    Text,
    Verdict,
)
from longlag.theory.verify import claim, verify
from longlag.theory.window.formula import exponent_latex, formula

EARLY, LATE = "versions 1-2", "versions 3 and later"


def published_exponents() -> Derivation:
    """Return the section: what each version states, for averages and for any estimator."""
    early, late = (PUBLISHED_KAPPA[name].kappa for name in (EARLY, LATE))
    items = (
        Text(
            "The paper changed its law. Versions 1 and 2 have "
            rf"$N(\ell) \propto f(\ell)^{{{exponent_latex(-early)}}}$, versions 3 and later "
            rf"$N(\ell) \propto f(\ell)^{{{exponent_latex(-late)}}}$. Both are kept, with the "
            "numbers that speak for or against them."
        ),
        _exponent_claim(
            "versions_1_2",
            EARLY,
            early,
            "mean",
            holds=False,
            title="Versions 1 and 2",
            text="Compared with averages, which the paper takes.",
        ),
        claim(
            "versions_1_2_any_test",
            early_for_any_test(),
            rf"\frac{{d \ln N_{{\min}}}}{{d \ln(1/m)}} \to {formula(early)}",
            title="Versions 1 and 2, for some other test",
            text="Some test would have to need so few samples; the bound for any test grows with "
            "the exponent 2.",
            source=_source(EARLY, "learnability window"),
            reading=read_back(said(SMALLEST_SLOPE, "→", early)),
            expected_to_hold=False,
        ),
        claim(
            "versions_1_2_compression",
            window_compression(early),
            rf"f^{{-2}} \le f^{{{exponent_latex(-early)}}} \qquad (0 < f < 1,\ 1 < \alpha \le 2)",
            title="Versions 1 and 2: heavy tails compress the window",
            text="So the paper says; with its exponent they would widen it.",
            source=_source(EARLY, "heavy tails compress the window"),
            reading=_compression_reading(early),
            expected_to_hold=False,
        ),
        _exponent_claim(
            "versions_3", LATE, late, "mean", holds=True, title="Versions 3 and later, for averages"
        ),
        claim(
            "versions_3_compression",
            window_compression(late),
            rf"f^{{-2}} \le f^{{{exponent_latex(-late)}}} \qquad (0 < f < 1,\ 1 < \alpha \le 2)",
            title="Versions 3 and later: heavy tails compress the window",
            source=_source(LATE, "heavy tails compress the window"),
            reading=_compression_reading(late),
            wrong={"with the exponent of versions 1 and 2": window_compression(early)},
        ),
        _exponent_claim(
            "versions_3_any_estimator",
            LATE,
            late,
            "median",
            holds=False,
            title="Versions 3 and later, as a statement about the noise alone",
            text=r"$\kappa$ belongs to the estimator and the noise together: the median has 2.",
        ),
        Claim(
            Statement(
                "agreement_at_two",
                Kind.IDENTITY,
                r"\kappa(\alpha = 2) = 2",
                reading=read_back(said(Verbatim(r"\kappa(\alpha = 2)"), "=", Integer(2))),
            ),
            agreement_verdict,
            title=r"At $\alpha = 2$ nothing is told apart",
            text="Every estimator and every version agree there, so a check with normal noise "
            "shows nothing.",
            stated={"relations": tuple(agreement_at_two().values())},
            wrong={"at another tail index": {"relations": (_at(Rational(3, 2)),)}},
        ),
    )
    return Derivation("published_exponents", "Published exponents", items, glossary=WINDOW)


def _compression_reading(exponent: Expr) -> ReadBack:
    """f^{−2} ≤ f^{−κ} for 0 < f < 1 and 1 < α ≤ 2."""
    envelope = Symbol("f", positive=True)
    return read_back(
        said(envelope**-2, "≤", envelope**-exponent),
        said(S.Zero, "<", envelope, "<", S.One),
        said(S.One, "<", tail_index, "≤", Integer(2)),
    )


def early_for_any_test() -> Relation:
    """Return the lower bound for any test with the exponent α, away from α = 2."""
    smallest = smallest_exponent()
    indices = Interval(Rational(11, 10), Rational(19, 10))
    return replace(smallest, rhs=tail_index, domains={**smallest.domains, tail_index: indices})


def agreement_verdict(settings: Settings, *, relations: Sequence[Relation]) -> Verdict:
    """Verify what every estimator and version says at one tail index.

    Args:
        settings: of the checks.
        relations: κ of each, and what it is said to be.
    """
    return combine([verify(relation, settings) for relation in relations])


def _at(tail: Rational) -> Relation:
    """κ = 2 of the mean, at a tail index."""
    return Relation(Kind.IDENTITY, kappa(tail, "mean"), Integer(2), {})


def _source(versions: str, place: str) -> Source:
    source = PUBLISHED_KAPPA[versions].source
    return Source(source.paper, place, source.version)


def _exponent_claim(
    name: str,
    versions: str,
    stated: Expr,
    estimator: str,
    *,
    holds: bool,
    title: str,
    text: str = "",
) -> Claim:
    tex = rf"N(\ell) \propto f(\ell)^{{{exponent_latex(-stated)}}}"
    return Claim(
        Statement(
            name,
            Kind.EXPONENT,
            tex,
            source=_source(versions, "sample size"),
            reading=read_back(said(Name(of_lag("N")), "∝", Function("f")(ell) ** -stated)),
        ),
        kappa_verdict,
        title,
        text,
        expected_to_hold=holds,
        stated={"estimator": estimator, "kappa": stated},
        wrong={"of the median": {"kappa": Integer(2)}} if holds else {},
    )
