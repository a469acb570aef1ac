"""Sums over one axis and the largest entry, and the matrices of zeros and ones that they are."""

from __future__ import annotations

from typing import Any, ClassVar

from sympy import Expr, Symbol, exp

from longlag.theory.errors import LonglagError
from longlag.theory.language.axes import Axes, Axis, names
from longlag.theory.language.maps import DenseWeight, is_real_inside, slug_of
from longlag.theory.scalar.functions import hold
from longlag.theory.scalar.parameters import as_expression

#: How a sum of each kind is written.
_WORDS = {"total": "sum", "picked": "sum", "mean": "mean", "cumulative": "cumsum", "largest": "max"}


class Total(Expr):
    """A sum of an expression over one of its axes: a mean, sums up to each place, the largest.

    Inside a cell the largest of some numbers is the sum of those that are picked, which moves with
    them; ``picked`` is that sum, and where no derivative is taken ``largest`` is the number itself.
    """

    is_commutative = True

    @property
    def argument(self) -> Expr:
        """What is summed."""
        return self.args[0]

    @property
    def over(self) -> Axis:
        """The axis that is summed over."""
        return self.args[1]

    @property
    def operation(self) -> str:
        """Which of them."""
        return str(self.args[2].name)

    def _eval_is_real(self) -> bool | None:
        return is_real_inside(self.argument)

    def _eval_is_positive(self) -> bool | None:
        return self.argument.is_positive

    def _eval_derivative(self, _: Symbol) -> Expr:
        raise LonglagError(
            f"derivative of {self}",
            "a sum over an axis mixes entries, so its derivative is a matrix",
            "put it in a Cell and call jacobian(cell)",
        )

    def _sympystr(self, printer: Any) -> str:
        return f"{self.operation}({printer._print(self.argument)}, over={self.over})"


def total(expression: Expr, *, over: Axis | None = None) -> Expr:
    """Return the sum of an expression over one of its axes.

    Args:
        expression: over states, drives and maps, one of which has the axis.
        over: the axis.

    >>> from longlag.theory import axis, drive, state
    >>> N, P = axis("N"), axis("P")
    >>> total(drive("k", N) ** 2, over=N), total(state("S", N, P), over=N)
    (total(k**2, over=N), total(S, over=N))
    """
    return _summed("total", expression, over)


def average(expression: Expr, *, over: Axis | None = None) -> Expr:
    """Return the mean of an expression over one of its axes.

    Args:
        expression: over states, drives and maps, one of which has the axis.
        over: the axis.
    """
    return _summed("mean", expression, over)


def cumulative(expression: Expr, *, over: Axis | None = None) -> Expr:
    """Return at each place of an axis the sum up to and with it.

    Args:
        expression: over states, drives and maps, one of which has the axis.
        over: the axis.
    """
    return _summed("cumulative", expression, over)


def largest(expression: Expr, *, over: Axis | None = None) -> Expr:
    """Return the largest entry over one axis.

    Where two are equal it has a kink; there its slope is shared among them, as PyTorch does.

    Args:
        expression: over states, drives and maps, one of which has the axis.
        over: the axis.

    >>> largest(Symbol("x"), over=Axis("N"))
    largest(x, over=N)
    """
    return _summed("largest", expression, over)


def softmax(expression: Expr, *, over: Axis | None = None) -> Expr:
    """Return e^x over the sum of e^x over one axis.

    The largest x is subtracted from all, so that nothing overflows; it cancels, and no derivative
    is taken of it.

    Args:
        expression: x, over states, drives and maps, one of which has the axis.
        over: the axis.

    >>> softmax(Symbol("x"), over=Axis("N"))
    exp(x - hold(largest(x, over=N)))/total(exp(x - hold(largest(x, over=N))), over=N)
    """
    axis = _axis("softmax", over)
    exponent = as_expression("argument of softmax", expression)
    weight = exp(exponent - hold(largest(exponent, over=axis)))
    return weight / total(weight, over=axis)


def _summed(kind: str, expression: Expr, over: Axis | None) -> Expr:
    axis = _axis(kind, over)
    return Total(as_expression(f"argument of {kind}", expression), axis, Symbol(kind))


def _axis(kind: str, over: Any) -> Axis:
    if isinstance(over, Axis):
        return over
    raise LonglagError(
        f"{kind}(…, over={over!r})",
        "it sums over an axis",
        f'make one with N = axis("N"), give it to a state and write {kind}(…, over=N)',
    )


class FixedWeight(DenseWeight):
    """A matrix of given numbers between entries, by what it does to an array.

    Args:
        operation: ``total``, ``picked``, ``mean``, ``cumulative``, ``largest`` or ``spread``.
        over: the axis that is summed; none for ``spread``.
        source: the axes of what it acts on.
        target: the axes of what it gives.
    """

    role: ClassVar[str] = "fixed"
    operation: str
    over: Axis | None
    source: Axes
    target: Axes

    def __new__(
        cls, operation: str, over: Axis | None, source: Axes, target: Axes, **_: Any
    ) -> FixedWeight:
        words = [operation, *([] if over is None else [over.name]), "from", *names(source)]
        symbol: FixedWeight = Symbol.__xnew__(
            cls, "_".join([*words, "to", *names(target)]), real=True
        )
        symbol.operation, symbol.over = operation, over
        symbol.source, symbol.target = source, target
        return symbol

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.operation, self.over, self.source, self.target), {}

    @property
    def text(self) -> str:
        """The matrix as a reader knows it."""
        return "spread" if self.over is None else f"{_WORDS[self.operation]}_{self.over}"

    def value_name(self, argument: Expr) -> str:
        """Return the name of the value of its map of ``argument``: it has one for each."""
        return f"{self.name}_of_{slug_of(argument)}"


def is_spread(weight: Any) -> bool:
    """Whether a matrix spreads an array over the axes it lacks, which is not written out."""
    return isinstance(weight, FixedWeight) and weight.operation == "spread"


def is_largest(weight: Any) -> bool:
    """Whether a matrix of ones tells among which entries the largest is taken, not their sum."""
    return isinstance(weight, FixedWeight) and weight.operation == "largest"


__all__ = [
    "FixedWeight",
    "Total",
    "average",
    "cumulative",
    "is_largest",
    "is_spread",
    "largest",
    "softmax",
    "total",
]
