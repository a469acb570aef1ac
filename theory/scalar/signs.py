"""Signs of constants, as their assumptions tell them, or whom one has asked to tell.

The algebra of leading terms turns on signs: of exponents, of coefficients. Where a parameter may
have either, a judge is asked: the search for phases answers with each sign in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sympy import Expr

#: Of a constant that is not zero: 1 or −1.
Judge = Callable[[Expr], int]

_JUDGE: ContextVar[Judge | None] = ContextVar("judge", default=None)


class UndecidedError(Exception):
    """The leading term cannot be told: a sign is unknown, terms cancel, or a function is new."""


@contextmanager
def judged_by(judge: Judge) -> Iterator[None]:
    """Ask a judge about signs that assumptions do not tell.

    Args:
        judge: of a constant, 1 or −1; it may raise what its caller handles.
    """
    token = _JUDGE.set(judge)
    try:
        yield
    finally:
        _JUDGE.reset(token)


def sign_of(value: Expr) -> int:
    """Return 1, 0 or −1.

    Args:
        value: a constant: an expression of parameters.

    Raises:
        UndecidedError: where assumptions do not tell, and nobody is asked.

    >>> from sympy import Symbol
    >>> sign_of(-Symbol("b", positive=True))
    -1
    >>> with judged_by(lambda value: 1):
    ...     sign_of(Symbol("x", real=True))
    1
    """
    if value.is_positive:
        return 1
    if value.is_negative:
        return -1
    if value.is_zero:
        return 0
    judge = _JUDGE.get()
    if judge is None:
        raise UndecidedError(f"the sign of {value}")
    return judge(value)


def is_known_positive(value: Expr) -> bool:
    """Return whether a constant is positive; one whose sign is unknown is not."""
    try:
        return sign_of(value) > 0
    except UndecidedError:
        return False


def vanishes(value: Expr) -> bool:
    """Return whether a constant is zero as it is written, or as the judge says.

    Without a judge, a parameter that might be zero is taken not to be.
    """
    if value == 0 or _JUDGE.get() is None:
        return bool(value == 0)
    return sign_of(value) == 0


__all__ = ["Judge", "UndecidedError", "is_known_positive", "judged_by", "sign_of", "vanishes"]
