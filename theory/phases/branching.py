"""Algebra that turns on signs, done once for every sign that the parameters allow.

What is computed asks for the sign of a constant; where that is not the same in the whole region,
the region is divided in three: positive, negative, and the boundary between, where one parameter is
solved for and the algebra begins anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from sympy import Expr, Poly, Symbol, solve
from sympy.polys.polyerrors import PolynomialError

from longlag.theory.phases.factors import factors_of
from longlag.theory.phases.region import Region
from longlag.theory.scalar.budget import OutOfTimeError, within
from longlag.theory.scalar.signs import UndecidedError, judged_by

Outcome = TypeVar("Outcome")

#: Conditions on one region at most: beyond them the algebra does not come to an end.
_DEEPEST = 12
_SECONDS = 3


@dataclass(frozen=True)
class Branch(Generic[Outcome]):
    """A region in which the algebra has one outcome.

    Args:
        region: where.
        outcome: what was found there, or None where it could not be told.
        why: what could not be told.
    """

    region: Region
    outcome: Outcome | None
    why: str = ""


class _QuestionError(Exception):
    """A constant whose sign is not the same in all of a region."""

    def __init__(self, constant: Expr) -> None:
        super().__init__(str(constant))
        self.constant = constant


def branches(compute: Callable[[Region], Outcome], region: Region) -> Iterator[Branch[Outcome]]:
    """Yield the parts of a region in each of which a computation has one outcome.

    Args:
        compute: what is done in a region, with the algebra of leading terms; its parameters that
            are given by others must be put in by itself.
        region: all parameters.

    Yields:
        Branches that cover the region; parts that are proved empty are left out.
    """
    if region.is_empty:
        return
    try:
        with judged_by(lambda constant: _judged(constant, region)):
            outcome = compute(region)
    except _QuestionError as asked:
        if len(region.conditions) >= _DEEPEST:
            yield Branch(region, None, f"the sign of {asked.constant}")
            return
        yield from branches(compute, region.where(asked.constant))
        yield from branches(compute, region.where(-asked.constant))
        yield from _between(compute, region, asked.constant)
    except UndecidedError as error:
        yield Branch(region, None, str(error))
    else:
        yield Branch(region, outcome)


def _between(
    compute: Callable[[Region], Outcome], region: Region, constant: Expr
) -> Iterator[Branch[Outcome]]:
    """The boundary on which a constant is zero."""
    solved = _solved(constant, region)
    if solved is None:
        on = replace(region, zeros=(*region.zeros, constant))
        yield Branch(on, None, f"the boundary {constant} = 0 is not solved for a parameter")
        return
    yield from branches(compute, region.at(*solved))


def _judged(constant: Expr, region: Region) -> int:
    sign = 1
    for factor in factors_of(constant.subs(region.fixed)):
        known = region.sign_of(factor)
        if known is None:
            raise _QuestionError(factor)
        sign *= known
    return sign


def _solved(constant: Expr, region: Region) -> tuple[Symbol, Expr] | None:
    """A parameter and its value where a constant is zero, linear ones first."""
    free = [symbol for symbol in region.free if constant.has(symbol)]
    for symbol in free:
        try:
            linear = Poly(constant, symbol)
        except PolynomialError:
            continue
        if linear.degree() == 1 and region.sign_of(linear.nth(1)) is not None:
            return symbol, (-linear.nth(0) / linear.nth(1)).factor()
    for symbol in free:
        # What rises or falls everywhere has one zero; others, such as sin, may have many.
        if region.sign_of(constant.diff(symbol)) is None:
            continue
        try:
            found = within(_SECONDS, solve, constant, symbol)
        except (OutOfTimeError, NotImplementedError):
            continue
        if len(found) == 1:
            return symbol, found[0]
    return None


__all__ = ["Branch", "branches"]
