"""Functions and roots in an update as symbols, so that what is compared stays short.

What vanishes whatever these are vanishes. Exponentials stay, whose products are the exponentials
of sums; a power b^{p/q} is a power of b times one of its root between 1 and b.
"""

from __future__ import annotations

from sympy import Expr, Pow, Rational, exp, expand
from sympy.core.function import Application

from longlag.theory.language.chains import Placed, placed
from longlag.theory.language.symbols import CellSymbol, is_constant, is_shared


class Veil(CellSymbol):
    """A function, a root or a reciprocal of a neuron."""

    role = "veil"


class SharedVeil(Veil):
    """One that is the same for all neurons."""

    shared = True


class Veils:
    """Puts symbols for functions, roots and reciprocals, and takes them away again."""

    def __init__(self) -> None:
        self._symbols: dict[Expr, Veil] = {}
        self._behind: dict[Veil, Expr] = {}
        self._known: dict[Expr, Expr] = {}

    def over(self, expression: Expr) -> Expr:
        """Return a per-neuron expression with its functions hidden, the innermost first."""
        if not expression.args:
            return expression
        if expression not in self._known:
            inside = [self.over(part) for part in expression.args]
            self._known[expression] = self._veiled(expression.func(*inside))
        return self._known[expression]

    def lifted(self, expression: Expr) -> Expr:
        """Return an expression in placed symbols with what was hidden back in it."""
        while found := [a for a in expression.atoms(Placed) if isinstance(a.symbol, Veil)]:
            shown = {a: placed(self._behind[a.symbol], a.place) for a in found}
            expression = expression.xreplace(shown)
        while shared := expression.atoms(SharedVeil):
            expression = expression.xreplace({veil: self._behind[veil] for veil in shared})
        return expression

    def _veiled(self, expression: Expr) -> Expr:
        # What is the same for all neurons and times is short.
        if is_constant(expression):
            return expression
        if isinstance(expression, Pow) and expression.exp.is_Rational:
            return self._power(expression)
        if not isinstance(expression, Expr):
            return expression
        if isinstance(expression, Application) and not isinstance(expression, exp):
            parts = [expand(p) if isinstance(p, Expr) else p for p in expression.args]
            return self._symbol(expression.func(*parts))
        return expression

    def _power(self, power: Pow) -> Expr:
        base, exponent = power.base, power.exp
        whole = exponent.floor()
        root = Pow(expand(base), Rational(1, exponent.q), evaluate=False)
        above = 1 if exponent == whole else self._symbol(root) ** ((exponent - whole) * exponent.q)
        if whole >= 0 or not base.is_Add:
            return above * base**whole
        return above * self._symbol(Pow(expand(base), -1, evaluate=False)) ** -whole

    def _symbol(self, hidden: Expr) -> Veil:
        if hidden not in self._symbols:
            kind = SharedVeil if is_shared(hidden) else Veil
            veil = kind(f"{len(self._symbols)}")
            self._symbols[hidden], self._behind[veil] = veil, hidden
        return self._symbols[hidden]


__all__ = ["Veils"]
