"""An initialisation as a person types it: a registered name, or what a unit keeps, over ``u``."""

from __future__ import annotations

import difflib

import sympy
from sympy import Expr, Integer, Integral, Piecewise, S, Symbol

from longlag.theory.errors import LonglagError
from longlag.theory.initialisations import INITIALISATIONS, Initialisation, chance
from longlag.theory.notation import ell
from longlag.theory.scalar.budget import OutOfTimeError, within
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.typed.parse import parse_expression

#: Processor time for the closed form of a share of one's own.
_SECONDS = 3.0
#: Lags at which a closed form is compared with quadrature, and how close it comes.
_COMPARED_AT, _CLOSE = (Integer(1), Integer(7)), 1e-9


def read_initialisation(text: str) -> Initialisation:
    """Return the initialisation that ``text`` names or spells out.

    Args:
        text: a registered one, or the share of its state that a unit keeps in a step over ``u``,
            uniform on (0, 1), and positive parameters.

    Raises:
        LonglagError: what the whitelist refuses, a share without ``u`` or outside (0, 1), one whose
            mean to the lag has no closed form that is found.

    >>> read_initialisation("lru_disc").envelope
    2/(ell + 2)
    >>> read_initialisation("u**(1/p)").envelope
    p/(ell + p)
    """
    name = text.strip()
    if name in INITIALISATIONS:
        return INITIALISATIONS[name]
    if name.isidentifier() and name != str(chance):
        close = difflib.get_close_matches(name, INITIALISATIONS, n=1)
        raise LonglagError(
            f"--init {name}",
            "no initialisation has this name",
            f"did you mean {close[0]}?" if close else f"choose one of {', '.join(INITIALISATIONS)}",
        )
    kept = parse_expression(
        text,
        {str(chance): chance},
        new_symbol=lambda name: Symbol(name, positive=True),
        what="share of an initialisation",
    )
    if not kept.has(chance):
        raise LonglagError(
            f"--init {text!r}",
            "a unit draws u, uniform on (0, 1), and keeps a share that depends on it",
            "write it in u, as u**(1/p), or name a law",
        )
    usual = {symbol: S.One for symbol in kept.free_symbols - {chance}}
    scheme = Initialisation("own", kept, _closed_form(text, kept), usual=usual)
    for lag in _COMPARED_AT:
        found = scheme.mean_at(lag, scheme.usual)
        if not abs(evaluate(scheme.envelope, {**scheme.usual, ell: lag}) - found) <= _CLOSE:
            raise _no_closed_form(text)
    return scheme


def _closed_form(text: str, kept: Expr) -> Expr:
    try:
        found = within(_SECONDS, lambda: sympy.integrate(kept**ell, (chance, 0, 1)))
    except OutOfTimeError:
        found = None
    if isinstance(found, Piecewise):
        found = found.args[0].expr
    if found is None or found.has(Integral):
        raise _no_closed_form(text)
    return sympy.simplify(found)


def _no_closed_form(text: str) -> LonglagError:
    return LonglagError(
        f"--init {text!r}",
        "no closed form of its mean to the lag was found",
        "longlag phases --init tells how its window grows; or type the law itself",
    )


__all__ = ["read_initialisation"]
