"""A decay law as a person types it: a registered name or an expression in ``ell``."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence

from sympy import Expr, Integer, Interval, Rational, Symbol, oo

from longlag.theory.errors import LonglagError
from longlag.theory.laws import LAWS
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.typed.parse import parse_expression, parse_number


def read_settings(pairs: Sequence[str]) -> dict[str, Rational]:
    """Return the numbers of ``--set name=value`` options.

    Args:
        pairs: as typed.

    Raises:
        LonglagError: no equals sign, no number, or a name given twice.

    >>> read_settings(["b=0.5"])
    {'b': 1/2}
    """
    values: dict[str, Rational] = {}
    for pair in pairs:
        name, equals, text = (part.strip() for part in pair.partition("="))
        if not (equals and name and text):
            raise LonglagError(f"--set {pair[:60]!r}", "it takes name=value", "write --set b=0.5")
        if name in values:
            raise LonglagError(f"--set {name}", "it was given twice", "give every parameter once")
        values[name] = parse_number(text, f"--set {name}")
    return values


def read_law(
    text: str, values: Mapping[str, Rational], smallest_lag: Rational | None = None
) -> tuple[DecayLaw, dict[str, Rational]]:
    """Return the law that ``text`` names or spells out, and the numbers of its parameters.

    Args:
        text: a registered law, or an expression in ``ell`` and parameters.
        values: numbers that are known; a parameter is taken as positive or negative by its
            number, and as positive where it has none.
        smallest_lag: where lags begin; None leaves it to the law.

    Returns:
        The law, into which zeros are put at once, and the other numbers.

    Raises:
        LonglagError: what the whitelist refuses, an expression without ``ell``, a negative start.
    """
    if smallest_lag is not None and smallest_lag < 0:
        raise LonglagError(f"--from {smallest_lag}", "lags are not negative", "give 0 or more")
    if text.strip() in LAWS:
        law = LAWS[text.strip()]
        if smallest_lag is None:
            return law, dict(values)
        return DecayLaw(law.name, law.envelope, law.domains, smallest_lag), dict(values)

    def symbol(name: str) -> Symbol:
        if values.get(name, 1) < 0:
            return Symbol(name, negative=True)
        return Symbol(name, positive=True)

    envelope = parse_expression(text, {"ell": ell}, new_symbol=symbol, what="envelope")
    if not re.search(r"\bell\b", text):
        close = difflib.get_close_matches(text.strip(), LAWS, n=1)
        raise LonglagError(
            f"envelope {text!r}",
            "a decay law depends on the lag, written ell",
            f"did you mean {close[0]}?" if close else "write it in ell, or name the law constant",
        )
    zeros = {s: Integer(0) for s in envelope.free_symbols if values.get(s.name) == 0}
    gone = {symbol.name for symbol in zeros}
    left = {name: value for name, value in values.items() if name not in gone}
    reduced = _without(envelope, zeros)
    # Where a zero took the lag away, the law is a constant, and its parameters say so.
    constant = () if reduced.has(ell) else reduced.free_symbols
    domains = {s: Interval.open(*((0, oo) if s.is_positive else (-oo, 0))) for s in constant}
    return DecayLaw("typed", reduced, domains, smallest_lag), left


def _without(envelope: Expr, zeros: Mapping[Symbol, Integer]) -> Expr:
    reduced = envelope.subs(zeros)
    if not reduced.is_finite and reduced.is_finite is not None:
        names = ", ".join(f"{symbol} = 0" for symbol in zeros)
        raise LonglagError(
            f"envelope {envelope} at {names}", "it is not finite there", "choose another value"
        )
    return reduced


def told_apart(law: DecayLaw) -> str:
    """Return which letters of a law are displayed otherwise, since a window has the same.

    >>> told_apart(DecayLaw("typed", Symbol("N", positive=True) / ell))
    "N_f is the law's own N"
    """
    return ", ".join(f"{shown} is the law's own {own}" for own, shown in law.marks.items())
