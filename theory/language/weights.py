"""Weights as objects: the same object is the same matrix, and others are made of it.

A weight that ``recurrent`` names belongs to one map. One that ``weight`` makes may be applied to
several arguments, and ``W.T``, ``U @ V``, ``U - V`` and ``expm(W)`` are made of it. Sums and
products are taken apart where they are applied, so that (U − V)(h) is U h − V h; a transpose or an
exponential stays one matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import Add, Expr, Interval, Mul, S, Symbol, sympify

from longlag.theory.errors import LonglagError
from longlag.theory.language.axes import Axes, Axis, names
from longlag.theory.language.maps import DenseWeight, LinearMap, slug, slug_of
from longlag.theory.language.parts import parts_of_kind
from longlag.theory.language.symbols import CellSymbol, is_constant, is_shared
from longlag.theory.scalar.parameters import as_expression


class FreeWeight(DenseWeight):
    """A weight that is an object of its own: every map with it is the same matrix.

    Args:
        name: an identifier; the numbers are given under it.
        interval: where its entries lie; random networks are drawn from it.
        label: the name that its user gave it, where one matrix acts on arrays of several axes:
            between their entries it is a matrix for each, with a name for each.
    """

    interval: Interval = S.Reals
    label: str
    #: Above that of expressions, so that 2*W and alpha*W come here.
    _op_priority = 11.0

    def __new__(
        cls,
        name: str,
        tex: str = "",
        to: Axis | None = None,
        over: Axis | None = None,
        place: tuple[Axes, Axes] | None = None,
        interval: Interval = S.Reals,
        label: str = "",
        **_: Any,
    ) -> FreeWeight:
        # Not through the cache of Symbol, which would drop what it is besides its name.
        symbol = Symbol.__xnew__(cls, name, real=True)
        symbol.tex, symbol.to, symbol.over, symbol.place = tex, to, over, place
        symbol.interval, symbol.label = interval, label or name
        return symbol

    def _hashable_content(self) -> tuple[Any, ...]:
        return (*super()._hashable_content(), self.interval)

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        own = self.name, self.tex, self.to, self.over, self.place
        return (*own, self.interval, self.label), {}

    @property
    def text(self) -> str:
        """The matrix as its user wrote it."""
        return self.label

    def placed(self, source: Axes, target: Axes) -> FreeWeight:
        """Return the weight between the entries of two arrays, its own two axes known."""
        over = self.over or source[-1]
        to = self.to or over
        place = source, target
        return FreeWeight(self.name, self.tex, to, over, place, self.interval, self.label)

    @property
    def bare(self) -> FreeWeight:
        """The weight as it was made, wherever it acts."""
        return FreeWeight(self.label, self.tex, self.to, self.over, None, self.interval)

    def told_apart(self, labels: AbstractSet[str]) -> FreeWeight:
        """Return the weight by a name of its place, if its label is among some."""
        if self.place is None or self.label not in labels:
            return self
        return self._named(f"{self.label}_on_{'_'.join(names(self.place[0]))}")

    def _named(self, name: str) -> FreeWeight:
        own = self.tex, self.to, self.over, self.place
        return FreeWeight(name, *own, self.interval, self.label)

    @property
    def given(self) -> tuple[FreeWeight, ...]:
        """The weights whose numbers it is made of."""
        return (self,)

    def value_name(self, argument: Expr) -> str:
        """Return the name of the value of its map of ``argument``: it has one for each."""
        return f"{self.name}_of_{slug_of(argument)}"

    @property
    def T(self) -> FreeWeight:
        """The transposed matrix."""
        return TransposedWeight(self)

    def __call__(self, argument: Expr) -> Expr:
        """Return the map of a per-neuron expression."""
        return LinearMap(self, as_expression(f"argument of weight {self.name!r}", argument))

    def __matmul__(self, other: FreeWeight | MatrixForm) -> MatrixForm:
        return _form(self) @ other

    def __add__(self, other: Any) -> MatrixForm:
        return _form(self) + other

    __radd__ = __add__

    def __sub__(self, other: Any) -> MatrixForm:
        return _form(self) - other

    def __rsub__(self, other: Any) -> MatrixForm:
        return -_form(self) + other

    def __neg__(self) -> MatrixForm:
        return -_form(self)

    def __mul__(self, other: Any) -> MatrixForm:
        return _form(self) * other

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> MatrixForm:
        return _form(self) / other

    def extract_multiplicatively(self, c: Any) -> None:
        """Return nothing: SymPy would divide the matrix to see whether it has a factor."""

    def __pow__(self, exponent: Any, modulo: Any = None) -> MatrixForm:
        raise LonglagError(
            f"{self} ** {exponent}",
            "a matrix is multiplied by another with @",
            "write W @ W; an inverse is a weight of its own",
        )


class TransposedWeight(FreeWeight):
    """The transpose of a weight."""

    of: FreeWeight

    def __new__(cls, of: FreeWeight, **_: Any) -> TransposedWeight:
        symbol: TransposedWeight = super().__new__(
            cls, f"{of.name}_T", to=of.over, over=of.to or of.over, interval=of.interval
        )
        symbol.of, symbol.label = of, f"{of.label}_T"
        return symbol

    def _hashable_content(self) -> tuple[Any, ...]:
        return (*super()._hashable_content(), self.of)

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.of,), {}

    @property
    def text(self) -> str:
        """The matrix as its user wrote it."""
        return f"{self.of.text}.T"

    def placed(self, source: Axes, target: Axes) -> FreeWeight:
        """Return the weight between the entries of two arrays."""
        return TransposedWeight(self.of.placed(target, source))

    @property
    def bare(self) -> FreeWeight:
        """The transpose of the weight as it was made."""
        return TransposedWeight(self.of.bare)

    def told_apart(self, labels: AbstractSet[str]) -> FreeWeight:
        """Return the transpose of the weight by a name of its place."""
        return TransposedWeight(self.of.told_apart(labels))

    @property
    def given(self) -> tuple[FreeWeight, ...]:
        """The weights whose numbers it is made of."""
        return self.of.given

    @property
    def T(self) -> FreeWeight:
        """The matrix that was transposed."""
        return self.of


class ExponentialWeight(FreeWeight):
    """The exponential of a matrix."""

    of: MatrixForm

    def __new__(cls, of: MatrixForm, **_: Any) -> ExponentialWeight:
        label = f"expm_{slug(str(of))}"
        places = [f"_{each.name}" for each in of.given if each.name != each.label]
        # Its rows and its columns go over the axis of what it acts on.
        over = of.terms[0][1][-1].over
        symbol: ExponentialWeight = super().__new__(cls, label + "".join(places), "", over, over)
        symbol.of, symbol.label = of, label
        return symbol

    def _hashable_content(self) -> tuple[Any, ...]:
        return (*super()._hashable_content(), str(self.of), *self.given)

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.of,), {}

    @property
    def text(self) -> str:
        """The matrix as its user wrote it."""
        return f"expm({self.of})"

    def placed(self, source: Axes, target: Axes) -> FreeWeight:
        """Return the weight between the entries of two arrays, which are alike."""
        terms = tuple((scale, self._chain(factors, source)) for scale, factors in self.of.terms)
        return ExponentialWeight(MatrixForm(terms))

    @property
    def bare(self) -> FreeWeight:
        """The exponential of the weights as they were made."""
        return ExponentialWeight(self.of.each(lambda weight: weight.bare))

    def told_apart(self, labels: AbstractSet[str]) -> FreeWeight:
        """Return the exponential with its weights by names of their places."""
        return ExponentialWeight(self.of.each(lambda weight: weight.told_apart(labels)))

    def _chain(self, factors: tuple[FreeWeight, ...], source: Axes) -> tuple[FreeWeight, ...]:
        """The weights of a product, each between the arrays on either side of it."""
        placed: list[FreeWeight] = []
        now = source
        for factor in factors[::-1]:
            over = factor.over or now[-1]
            then = tuple((factor.to or over) if each == over else each for each in now)
            if over not in now:
                break
            placed.append(factor.placed(now, then))
            now = then
        if len(placed) < len(factors) or now != source:
            raise LonglagError(
                f"{self.text} of an array over {', '.join(names(source))}",
                f"of {' @ '.join(factor.text for factor in factors)} the rows and the columns "
                "have different axes",
                "an exponential is one of a square matrix: W, W - W.T or U @ V from an axis back "
                "to it",
            )
        return tuple(placed[::-1])

    @property
    def given(self) -> tuple[FreeWeight, ...]:
        """The weights whose numbers it is made of."""
        return self.of.given

    @property
    def T(self) -> FreeWeight:
        """The exponential of the transposed matrix."""
        return ExponentialWeight(self.of.T)


@dataclass(frozen=True)
class MatrixForm:
    """A sum of products of weights.

    Args:
        terms: for each term its factor, a number or a parameter, and its weights, leftmost first.
    """

    terms: tuple[tuple[Expr, tuple[FreeWeight, ...]], ...]
    #: Above that of expressions, so that alpha*(U - V) comes here.
    _op_priority: ClassVar[float] = 12.0

    @property
    def given(self) -> tuple[FreeWeight, ...]:
        """The weights whose numbers it is made of, each once."""
        every = (each for _, factors in self.terms for factor in factors for each in factor.given)
        return tuple(dict.fromkeys(every))

    def each(self, change: Callable[[FreeWeight], FreeWeight]) -> MatrixForm:
        """Return the same sum of products of other weights."""
        return MatrixForm(tuple((scale, tuple(map(change, ws))) for scale, ws in self.terms))

    @property
    def T(self) -> MatrixForm:
        """The transposed matrix."""
        return MatrixForm(
            tuple((scale, tuple(w.T for w in factors[::-1])) for scale, factors in self.terms)
        )

    def __call__(self, argument: Expr) -> Expr:
        """Return the map of a per-neuron expression, taken apart."""
        total = []
        for scale, factors in self.terms:
            value = as_expression(f"argument of {self}", argument)
            for factor in factors[::-1]:
                value = factor(value)
            total.append(scale * value)
        return Add(*total)

    def __matmul__(self, other: FreeWeight | MatrixForm) -> MatrixForm:
        pairs = [(a, b) for a in self.terms for b in _form(other).terms]
        return MatrixForm(tuple((a[0] * b[0], a[1] + b[1]) for a, b in pairs))

    def __add__(self, other: Any) -> Any:
        if not _is_matrix(other):
            raise LonglagError(
                f"{self} + {other}",
                "to a matrix only matrices are added",
                "add what they give: W(h) + h",
            )
        return MatrixForm(self.terms + _form(other).terms)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self + -other

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __neg__(self) -> MatrixForm:
        return -1 * self

    def __mul__(self, scale: Any) -> MatrixForm:
        if _is_matrix(scale):
            raise LonglagError(
                f"{self} * {scale}", "a product of matrices is written with @", "write U @ V"
            )
        if not _is_scale(scale):
            raise LonglagError(
                f"{scale} times the matrix {self}",
                "a matrix is multiplied by a number or a parameter, the same at all times",
                "write W(h) for W h, and c * W(h) to multiply what the map gives",
            )
        factor = sympify(scale)
        return MatrixForm(tuple((factor * own, factors) for own, factors in self.terms))

    __rmul__ = __mul__

    def __truediv__(self, scale: Any) -> MatrixForm:
        if _is_matrix(scale):
            raise LonglagError(
                f"{self} / {scale}", "there is no quotient of matrices", "an inverse is a weight"
            )
        return self * (1 / sympify(scale))

    def written(
        self, matrix: Callable[[FreeWeight], str], scale: Callable[[Expr], str], between: str
    ) -> str:
        """Return the sum as text, each term with its sign.

        Args:
            matrix: how a weight is written.
            scale: how the factor before a product is, with what parts it from the weights.
            between: what stands between two weights.
        """
        text = ""
        for factor, weights in self.terms:
            negative = factor.could_extract_minus_sign()
            size = -factor if negative else factor
            before = "" if size == 1 else scale(size)
            text += (" - " if negative else " + ") + before + between.join(map(matrix, weights))
        return text.removeprefix(" + ").strip()

    def __str__(self) -> str:
        def scale(size: Expr) -> str:
            return f"({size})*" if size.is_Add else f"{size}*"

        return self.written(lambda weight: weight.text, scale, " @ ")

    def _sympy_(self) -> Expr:
        return Add(*(Mul(scale, *factors) for scale, factors in self.terms))


def atoms_of(expression: Expr, role: type[CellSymbol]) -> set[CellSymbol]:
    """Return the symbols of one role in an expression, those that its weights are made of too."""
    found: set[CellSymbol] = parts_of_kind(expression, role)
    for each in parts_of_kind(expression, TransposedWeight, ExponentialWeight):
        found |= atoms_of(sympify(each.of), role)
    return found


def _is_matrix(value: Any) -> bool:
    return isinstance(value, (FreeWeight, MatrixForm))


def _is_scale(value: Any) -> bool:
    """Whether it is a number or a parameter, the same at all times and for all neurons."""
    factor = sympify(value)
    return isinstance(factor, Expr) and is_shared(factor) and is_constant(factor)


def _form(matrix: Any) -> MatrixForm:
    if isinstance(matrix, MatrixForm):
        return matrix
    if isinstance(matrix, FreeWeight):
        return MatrixForm(((S.One, (matrix,)),))
    raise LonglagError(
        f"{matrix}",
        "it is no matrix",
        "make weights with weight(name), and of them U + V, U - V, U @ V, W.T and expm(W)",
    )


def expm(matrix: FreeWeight | MatrixForm) -> FreeWeight:
    """Return the exponential of a matrix as a weight: expm(W - W.T) is orthogonal.

    Args:
        matrix: a weight, or a sum of products of weights.

    Raises:
        LonglagError: what is given is no matrix.

    >>> from longlag.theory import state, weight
    >>> W = weight("W")
    >>> expm(W - W.T)(state("h"))
    expm(W - W.T)[h]
    """
    form = _form(matrix)
    for _, factors in form.terms:
        over, to = factors[-1].over, factors[0].to
        if over is not None and to is not None and to != over:
            raise LonglagError(
                f"expm({form})",
                f"its columns go over {over} and its rows over {to}",
                "an exponential is one of a square matrix: of W - W.T, or U @ V from an axis back",
            )
    return ExponentialWeight(form)


__all__ = ["ExponentialWeight", "FreeWeight", "MatrixForm", "TransposedWeight", "atoms_of", "expm"]
