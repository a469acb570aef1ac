"""An average of decays over units, kept unevaluated where no closed form is known."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

import mpmath
from sympy import Expr, Float, Symbol


class Average(Expr):
    """An integral over units, which knows its numbers at any precision: it falls with the lag."""

    is_commutative = True
    is_real = True

    @property
    @abstractmethod
    def lag(self) -> Expr:
        """The lag ℓ."""

    @property
    @abstractmethod
    def bound(self) -> Symbol:
        """The variable that is integrated over."""

    @abstractmethod
    def as_integral(self) -> Expr:
        """Return it as a SymPy integral."""

    @abstractmethod
    def value(self, values: Mapping[Symbol, Any]) -> Any:
        """Return its value at the working precision of mpmath.

        Args:
            values: a number for every free symbol.
        """

    @property
    def free_symbols(self) -> set[Symbol]:
        """All symbols but the one that is integrated over."""
        symbols: set[Symbol] = set().union(*(argument.free_symbols for argument in self.args))
        return symbols - {self.bound}

    def _eval_evalf(self, precision: int) -> Expr | None:
        if self.free_symbols:
            return None
        working = precision + 40  # some bits are lost in sums, some near the limits
        # Numbers of more digits than that, such as a lag of 10^3000 + 1/3, only slow it down.
        rounded = self.xreplace({f: f._eval_evalf(working) for f in self.atoms(Float)})
        with mpmath.workprec(working):
            return Float(rounded.value({}), precision=precision)

    def _sympystr(self, printer: Any) -> str:
        return str(printer._print(self.as_integral()))

    def _latex(self, printer: Any) -> str:
        return str(printer._print(self.as_integral()))
