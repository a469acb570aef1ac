"""Show a bound step by step: by steps of one, in which gamma functions cancel, or by induction."""

from __future__ import annotations

import sympy
from sympy import Expr, Symbol, log

from longlag.theory.verify import induction
from longlag.theory.verify.argument import Box
from longlag.theory.verify.attempt import Attempt, shown_by
from longlag.theory.verify.by_cover import by_cover
from longlag.theory.verify.by_signs import by_signs
from longlag.theory.verify.ends import limit_of
from longlag.theory.verify.nonnegative import Prover
from longlag.theory.verify.shown import Shown

#: Integers that are taken out of an argument.
_MOST_STEPS = 20
#: Functions that a step of one reduces to simpler ones.
_STEPPING = (
    sympy.gamma,
    sympy.loggamma,
    sympy.polygamma,
    sympy.digamma,
    sympy.harmonic,
    sympy.factorial,
)


def by_steps_of_one(attempt: Attempt) -> Shown | None:
    """Prove by D(x) ≥ D(x + 1), which loses its gamma functions, and the limit of D."""
    if not (attempt.rhs - attempt.lhs).has(*_STEPPING):
        return None
    prover = Prover(attempt.budget)
    for form in attempt.forms():
        for x, side in attempt.box.items():
            if side.high != sympy.oo or x not in form.free_symbols:
                continue
            step = without_steps(form, x)
            if step is None:
                continue
            falls = prover.show(step, attempt.box)
            limit = None if falls is None else limit_of(form, x)
            if falls is None or limit is None:
                continue
            rest = {s: v for s, v in attempt.box.items() if s is not x}
            end = prover.show(limit, rest)
            if end is not None:
                return shown_by(falls.joined(end).note(f"steps of one in {x.name}"))
    return None


def by_induction(attempt: Attempt) -> Shown | None:
    """Prove a bound at integers from one to the next."""

    def show_other(lhs: Expr, rhs: Expr, box: Box) -> Shown | None:
        other = Attempt(lhs, rhs, box, (), [], attempt.budget)
        return by_signs(other) or by_cover(other)

    for n in attempt.counters:
        found = induction.show(attempt.lhs, attempt.rhs, attempt.box, n, show_other)
        if found is not None:
            return found
    return None


def without_steps(form: Expr, x: Symbol) -> Expr | None:
    """Return f(x) − f(x + 1) if gamma functions and their kind cancel in it, else None.

    >>> x = sympy.Symbol("x", positive=True)
    >>> without_steps(sympy.loggamma(x), x)
    -log(x)
    """
    rewritten = form.replace(sympy.harmonic, lambda n: sympy.digamma(n + 1) + sympy.EulerGamma)
    rewritten = rewritten.replace(sympy.factorial, lambda n: sympy.gamma(n + 1))
    rewritten = rewritten.replace(
        lambda e: isinstance(e, log) and isinstance(e.args[0], sympy.gamma),
        lambda e: sympy.loggamma(e.args[0].args[0]),
    )
    step = sympy.expand(_shifted_down(rewritten) - _shifted_down(rewritten.subs(x, x + 1)))
    return None if step.has(*_STEPPING) else step


def _shifted_down(expression: Expr) -> Expr:
    """An expression whose logarithms of gamma functions have no integer in their argument."""
    expression = expression.replace(sympy.loggamma, _loggamma_from_below)
    return sympy.expand_func(expression)


def _loggamma_from_below(argument: Expr) -> Expr:
    count, rest = sympy.expand(argument).as_coeff_Add()
    if not (count.is_Integer and 0 < count < _MOST_STEPS):
        return sympy.loggamma(argument)
    return sympy.loggamma(rest) + sympy.Add(*[log(rest + j) for j in range(int(count))])
