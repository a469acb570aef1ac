"""The verdict on one step of a proof: a relation between two lines, or a substitution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sympy import Abs, Expr, FiniteSet, Interval, Range, S, Set, Symbol, oo

from longlag.theory.errors import LonglagError
from longlag.theory.statement import Kind, Level, Relation, Settings, Verdict
from longlag.theory.verify.decide import verify
from longlag.theory.verify.far import quotient_far_out
from longlag.theory.verify.norms import Norm, judge_norms
from longlag.theory.verify.quantifiers import best_constant
from longlag.theory.verify.question import Question
from longlag.theory.verify.search import short_fraction
from longlag.theory.verify.strictness import verify_strict

#: From where on a bound up to a constant is looked for, as a symbol goes to infinity.
_FAR_FROM = 16


def judge_step(
    sign: str, lines: Relation, given: Mapping[Expr, Expr], settings: Settings
) -> Verdict:
    """Return the verdict on one step.

    Args:
        sign: between the lines.
        lines: the line before as the left side and the next as the right one, their domains, and
            what goes to infinity, if anything does.
        given: what nodes in the line before are known to be at most.
        settings: how hard.
    """
    if lines.lhs.has(Norm, *given) or lines.rhs.has(Norm):
        return judge_norms(sign, lines, given, settings)
    still = replace(lines, variable=None)
    turned = replace(still, lhs=lines.rhs, rhs=lines.lhs)
    if sign == "=":
        return verify(replace(still, kind=Kind.IDENTITY), settings)
    if sign in "≤≥":
        return verify(still if sign == "≤" else turned, settings)
    if sign in "<>":
        return verify_strict(still if sign == "<" else turned, settings)
    if sign == "∼":
        return verify(replace(lines, kind=Kind.LIMIT), settings)
    if sign == "→":
        return verify(_tending(lines), settings)
    return _up_to_a_constant(lines, settings)


def _tending(lines: Relation) -> Relation:
    """That a line tends to the next, as the limit of a quotient."""
    lhs, rhs = lines.lhs, lines.rhs
    if lines.variable in rhs.free_symbols:
        raise LonglagError(
            f"{lhs} → {rhs}",
            f"a limit does not depend on {lines.variable}",
            "write ∼ between lines that both depend on it",
        )
    if rhs in (oo, -oo):
        return replace(lines, kind=Kind.LIMIT, lhs=1 + 1 / lhs, rhs=S.One)
    if rhs.is_nonzero:
        return replace(lines, kind=Kind.LIMIT)
    return replace(lines, kind=Kind.LIMIT, lhs=1 + lhs - rhs, rhs=S.One)


def _up_to_a_constant(lines: Relation, settings: Settings) -> Verdict:
    x = lines.variable
    sizes = replace(lines, variable=None, lhs=Abs(lines.lhs), rhs=Abs(lines.rhs))
    if x is None:
        return best_constant(sizes, settings).verdict
    quotient = quotient_far_out(lines, x)
    if quotient is not None and quotient.is_finite:
        return Verdict(
            level=Level.PROVED, method=f"leading terms: the quotient tends to {quotient}"
        )
    if quotient is not None and quotient.is_infinite:
        return Verdict(
            level=Level.REFUTED,
            method="leading terms: the quotient goes to infinity",
            counterexample=f"{x} → ∞",
        )
    domain = sizes.domains[x].intersect(Interval(_FAR_FROM, oo))
    return best_constant(replace(sizes, domains={**sizes.domains, x: domain}), settings).verdict


def judge_substitution(
    symbol: Symbol,
    expression: Expr,
    domains: Mapping[Symbol, Set],
    new: Mapping[Symbol, Set],
    settings: Settings,
) -> tuple[Verdict, dict[Symbol, Set]]:
    """Return whether an expression takes only values of a symbol's domain, and the domains after.

    Args:
        symbol: what is replaced.
        expression: what it is replaced by.
        domains: before.
        new: of the symbols that come with it.
        settings: how hard.

    Raises:
        LonglagError: the symbol has no domain, or one of the expression's symbols has none.
    """
    if symbol not in domains:
        raise LonglagError(
            f"substitution of {symbol}",
            "it replaces a symbol of the proof",
            f"name one of {', '.join(sorted(map(str, domains)))}",
        )
    after = {s: d for s, d in domains.items() if s != symbol or s in expression.free_symbols}
    after |= dict(new)
    verdicts = _inside(expression, domains[symbol], after, settings)
    order = list(Level)
    weakest = max(verdicts, key=lambda verdict: order.index(verdict.level))
    refuted = next((v for v in verdicts if v.level is Level.REFUTED), weakest)
    method = f"it stays in the domain of {symbol}: {refuted.method}"
    return replace(refuted, method=method), after


def _inside(
    expression: Expr, domain: Set, domains: Mapping[Symbol, Set], settings: Settings
) -> list[Verdict]:
    low, high, low_open, high_open, whole = _ends(domain, expression)
    verdicts = [_is_real(expression, domains)]
    for end, opened, sides in (
        (low, low_open, (low, expression)),
        (high, high_open, (expression, high)),
    ):
        if end.is_finite:
            relation = Relation(Kind.BOUND, *sides, domains)
            verdicts.append((verify_strict if opened else verify)(relation, settings))
    if whole:
        verdicts.append(_is_whole(expression, domains))
    return verdicts


def _is_real(expression: Expr, domains: Mapping[Symbol, Set]) -> Verdict:
    question = Question(Relation(Kind.IDENTITY, expression, expression, domains))
    if question.lifted(expression).is_real:
        return Verdict(level=Level.PROVED, method="it is real")
    return Verdict(level=Level.COMPUTED, method="nothing says that it is not real")


def _ends(domain: Set, expression: Expr) -> tuple[Expr, Expr, bool, bool, bool]:
    """Both ends, whether they are left out, and whether only integers are meant."""
    if isinstance(domain, Interval):
        return domain.start, domain.end, bool(domain.left_open), bool(domain.right_open), False
    if domain in (S.Naturals, S.Naturals0, S.Integers):
        return domain.inf, domain.sup, False, False, True
    if isinstance(domain, Range) and domain.step == 1:
        return domain.inf, domain.sup, False, False, True
    if isinstance(domain, FiniteSet) and expression in domain:
        return expression, expression, False, False, False
    raise LonglagError(
        f"substitution into {domain}",
        "the domain is an interval or a run of integers",
        "state the proof on an interval, on Naturals or on a Range",
    )


def _is_whole(expression: Expr, domains: Mapping[Symbol, Set]) -> Verdict:
    question = Question(Relation(Kind.IDENTITY, expression, S.Zero, domains))
    if question.lifted(expression).is_integer:
        return Verdict(level=Level.PROVED, method="it is an integer")
    for point in _few_points(question):
        value = question.sides(point, 64)[0]
        if getattr(value, "q", 1) != 1:
            where = ", ".join(f"{s} = {short_fraction(v)}" for s, v in point.items())
            return Verdict(
                level=Level.REFUTED,
                method="the symbol stands for integers",
                counterexample=where,
                sides=f"{value}",
            )
    return Verdict(level=Level.UNDECIDED, method="whether it is an integer is not told")


def _few_points(question: Question) -> list[dict[Symbol, Any]]:
    choices = {s: [v for a in pieces for v in a.special()] for s, pieces in question.axes.items()}
    return [
        {s: values[(i * (j + 1)) % len(values)] for j, (s, values) in enumerate(choices.items())}
        for i in range(12)
    ]


__all__ = ["judge_step", "judge_substitution"]
