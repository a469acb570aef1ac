"""Limits of an expression as one symbol goes to infinity, the others ranging over domains."""

from __future__ import annotations

import sympy
from sympy import Dummy, Expr, LambertW, Symbol, expand_log, log, oo

from longlag.theory.scalar.budget import OutOfTimeError, within
from longlag.theory.scalar.leading import limit_at_infinity
from longlag.theory.scalar.signs import UndecidedError
from longlag.theory.statement import Kind, Relation
from longlag.theory.verify.normal import elementary
from longlag.theory.verify.question import Question

#: Seconds for one limit.
_SECONDS = 3.0
#: Powers of sums up to which SymPy may write them out.
_LARGEST = 200
#: What SymPy and the leading terms raise on expressions that they do not know.
_NOT_TOLD = (
    UndecidedError,
    OutOfTimeError,
    NotImplementedError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    sympy.PoleError,
)


def quotient_far_out(relation: Relation, variable: Symbol) -> Expr | None:
    """Return the limit of lhs/rhs as a symbol goes to infinity; None where it is not told.

    Args:
        relation: both sides and the domains of the other symbols.
        variable: what goes to infinity.

    >>> from sympy import S
    >>> from sympy.abc import x
    >>> quotient_far_out(Relation(Kind.BOUND, 2 * x, x + 1, {x: S.Reals}), x)
    2
    """
    if _is_vast(relation):
        return None
    lhs, rhs, positive = _sides(relation, variable)
    quotient = sympy.powsimp(lhs / rhs)
    return _first(quotient, expand_log(log(lhs)) - expand_log(log(rhs)), positive)


def difference_far_out(relation: Relation, variable: Symbol) -> Expr | None:
    """Return the limit of rhs − lhs as a symbol goes to infinity; None where it is not told."""
    if _is_vast(relation):
        return None
    lhs, rhs, positive = _sides(relation, variable)
    return _first(sympy.expand(rhs - lhs), None, positive)


def _is_vast(relation: Relation) -> bool:
    """Whether a side has a power of a sum whose terms, written out, would fill the memory."""
    powers = relation.lhs.atoms(sympy.Pow) | relation.rhs.atoms(sympy.Pow)
    return any(p.base.is_Add and p.exp.is_Rational and abs(p.exp) > _LARGEST for p in powers)


def _sides(relation: Relation, variable: Symbol) -> tuple[Expr, Expr, Symbol]:
    question = Question(
        Relation(Kind.LIMIT, relation.lhs, relation.rhs, relation.domains, variable)
    )
    positive = Dummy("x", positive=True)
    renamed = {**question.assumed, variable: positive}
    lhs, rhs = (elementary(side).xreplace(renamed) for side in (relation.lhs, relation.rhs))
    if {node.args for side in (lhs, rhs) for node in side.atoms(LambertW)} == {(positive,)}:
        # x = w e^w goes to infinity with w, and Lambert's function of it is w.
        lhs, rhs = (_in_lambert(side, positive) for side in (lhs, rhs))
    return lhs, rhs, positive


def _in_lambert(side: Expr, x: Symbol) -> Expr:
    mark = Dummy("w", positive=True)
    written = side.xreplace({LambertW(x): mark}).xreplace({x: mark * sympy.exp(mark)})
    return expand_log(written).xreplace({mark: x})


def _first(form: Expr, logarithm: Expr | None, x: Symbol) -> Expr | None:
    """The limit of a form, by its leading terms, by those of its logarithm, or by SymPy."""
    try:
        return within(_SECONDS, limit_at_infinity, form, x)
    except _NOT_TOLD:
        pass
    if logarithm is not None:
        try:
            found = within(_SECONDS, limit_at_infinity, sympy.expand(logarithm), x)
            return oo if found == oo else sympy.exp(found)
        except _NOT_TOLD:
            pass
    try:
        found = within(_SECONDS, sympy.limit, form, x, oo)
    except _NOT_TOLD:
        return None
    told = isinstance(found, Expr) and not found.has(sympy.Limit, sympy.AccumBounds, sympy.nan)
    return found if told and x not in found.free_symbols else None


__all__ = ["difference_far_out", "quotient_far_out"]
