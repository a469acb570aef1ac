"""A SymPy expression as LaTeX, where no room has a printer of its own for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Basic, Symbol
from sympy.printing.latex import LatexPrinter

from longlag.theory.typeset.author import letter


class ScalarPrinter(LatexPrinter):
    """SymPy's printer in the author's letters; numbers of mpmath with a few digits."""

    def _print_Symbol(self, symbol: Symbol, style: str = "plain") -> str:
        own = str(super()._print_Symbol(symbol, style))
        return own if symbol in self._settings["symbol_names"] else letter(symbol.name, own)

    def _print_mpf(self, number: Any) -> str:
        return number_tex(number)


def scalar_tex(expression: Basic, names: Mapping[Basic, str] | None = None) -> str:
    r"""Return an expression, a set or a relation as LaTeX.

    Args:
        expression: what is printed.
        names: symbol ↦ its TeX, before all others.

    >>> from sympy.abc import x
    >>> scalar_tex(1 / (1 + x))
    '\\frac{1}{x + 1}'
    """
    return str(ScalarPrinter({"symbol_names": dict(names or {})}).doprint(expression))


def number_tex(number: Any, digits: int = 6) -> str:
    r"""Return a number, mpmath's or Python's, with a few digits.

    Args:
        number: real or infinite.
        digits: how many are shown.

    >>> import mpmath
    >>> number_tex(mpmath.mpf("1.5e30")), number_tex(float("inf")), number_tex(12)
    ('1.5 \\cdot 10^{30}', '\\infty', '12')
    """
    import mpmath

    if isinstance(number, int):
        return str(number)
    number = mpmath.mpf(number)
    if mpmath.isinf(number):
        return r"\infty" if number > 0 else r"-\infty"
    text = mpmath.nstr(number, digits, strip_zeros=True)
    head, e, power = text.partition("e")
    head = head.removesuffix(".0")
    return rf"{head} \cdot 10^{{{int(power)}}}" if e else head


def function_tex(name: str, argument: Symbol) -> str:
    r"""Return a function of a symbol by its letter.

    >>> from sympy.abc import t
    >>> function_tex("rho", t)
    '\\rho(t)'
    """
    return f"{scalar_tex(Symbol(name))}({scalar_tex(argument)})"
