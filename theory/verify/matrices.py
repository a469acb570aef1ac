"""Identities between matrices of symbolic size.

Proved where both sides have the same noncommutative normal form: sums of words, powers of one
letter side by side joined. Where that does not tell, exact arithmetic over a finite field at
several sizes: what differs there is false, what agrees is computed. A falsehood is shown by small
integer matrices.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import sympy
from sympy import (
    Expr,
    Identity,
    Inverse,
    MatAdd,
    MatMul,
    MatPow,
    MatrixSymbol,
    S,
    Symbol,
    Transpose,
    ZeroMatrix,
)

from longlag.theory.errors import LonglagError
from longlag.theory.statement import (
    DERIVED_HERE,
    Claim,
    Kind,
    Level,
    Settings,
    Source,
    Statement,
    Verdict,
)
from longlag.theory.typeset.scalar import scalar_tex
from longlag.theory.verify.matrix_values import (
    FRACTIONS,
    Assignment,
    Field,
    NoValueError,
    dimensions,
    finite_field,
)
from longlag.theory.verify.ordered import (
    IndexedMatrix,
    NeuronDiagonal,
    OrderedProduct,
    Run,
    expanded,
    index_symbols,
    run_of,
    written_out,
)

#: Letters with their exponents, from left to right.
Word: TypeAlias = tuple[tuple[Any, Expr], ...]
#: Words with their coefficients.
Words: TypeAlias = dict[Word, Expr]

_PRIME = 2**61 - 1
#: Sizes of the matrices, and draws at each, over the finite field.
_SIZES, _DRAWS = (1, 2, 3, 4, 5), 3
#: Draws of small integer matrices for a counterexample.
_SMALL_DRAWS = 200
#: Values of symbols in indices and in the ends of products.
_INDICES = (1, 2, 3, 4)


def verify_matrices(
    lhs: Any,
    rhs: Any,
    settings: Settings | None = None,
    integers: Mapping[Symbol, Sequence[int]] | None = None,
) -> Verdict:
    """Return the verdict on an identity between matrices, or traces of them, of symbolic size.

    Args:
        lhs: in MatrixSymbols, identities, inverses, transposes, powers, Hadamard products, …;
            matrices with an index are independent of one another.
        rhs: of the same shape.
        settings: the seed.
        integers: what symbols in indices may be, the first few; by default 1, 2, 3, 4.

    Returns:
        proved by the normal form; computed over a finite field at several sizes; refuted by small
        integer matrices, or by matrices of the finite field; else undecided.

    Raises:
        LonglagError: the shapes differ.

    >>> n = sympy.Symbol("n")
    >>> A, B = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n)
    >>> verify_matrices((A + B) ** 2, A**2 + A * B + B * A + B**2).level.value
    'proved'
    """
    settings = settings or Settings()
    lhs, rhs = sympy.sympify(lhs), sympy.sympify(rhs)
    _require_shapes(lhs, rhs)
    lhs, rhs = expanded(lhs), expanded(rhs)
    indices = {symbol: (integers or {}).get(symbol, _INDICES) for symbol in index_symbols(lhs, rhs)}
    draw = _Draw((lhs, rhs), random.Random(settings.seed), indices)
    # A normal form splits a product anywhere; where its first indices leave it empty it may not be.
    broken = _small_counterexample(draw, settings.seed) if indices else None
    if broken is not None:
        return broken
    if have_one_normal_form(lhs, rhs):
        return Verdict(level=Level.PROVED, method="noncommutative normal form")
    small = None if indices else _small_counterexample(draw, settings.seed)
    return small or _over_a_field(draw, settings.seed)


def have_one_normal_form(lhs: Any, rhs: Any) -> bool:
    """Whether two matrices are the same sum of words.

    Args:
        lhs: in nodes of ``normal_form``; False is returned where it has others.
        rhs: the same.
    """
    try:
        return not _difference(normal_form(lhs), normal_form(rhs))
    except NoNormalFormError:
        return False


def _require_shapes(lhs: Any, rhs: Any) -> None:
    shapes = [getattr(side, "shape", ()) for side in (lhs, rhs)]
    if shapes[0] != shapes[1]:
        raise LonglagError(
            f"sides of shapes {shapes[0]} and {shapes[1]}",
            "both have the same shape",
            "transpose one of them, or correct the sizes of its symbols",
        )


class NoNormalFormError(Exception):
    """A node that is no sum of words."""


def normal_form(expression: Any) -> Words:
    """Return a matrix expression as a sum of words in letters with exponents.

    Args:
        expression: sums and products of matrix symbols, transposes, powers and inverses.

    Raises:
        NoNormalFormError: another node, or the inverse or a symbolic power of a sum.
    """
    if isinstance(expression, Identity):
        return {(): S.One}
    if isinstance(expression, ZeroMatrix):
        return {}
    if isinstance(expression, MatrixSymbol):
        return {((expression, S.One),): S.One}
    run = run_of(expression)
    if run is not None:
        return {((run, S.One),) if run.first != run.behind else (): S.One}
    if isinstance(expression, NeuronDiagonal):
        return _diagonal(expression.entry, expression.shape[0])
    if isinstance(expression, OrderedProduct) and isinstance(expression.args[0], NeuronDiagonal):
        diagonal, limits = expression.args
        return _diagonal(sympy.Product(diagonal.entry, limits), diagonal.shape[0])
    if isinstance(expression, Transpose):
        return {_transposed(word): c for word, c in normal_form(expression.arg).items()}
    if isinstance(expression, MatAdd):
        total: Words = {}
        for term in expression.args:
            _add(total, normal_form(term), S.One)
        return total
    if isinstance(expression, MatMul):
        scalar, factors = expression.as_coeff_matrices()
        product: Words = {(): scalar}
        for factor in factors:
            product = _times(product, normal_form(factor))
        return product
    if isinstance(expression, (MatPow, Inverse)):
        return _power(normal_form(expression.base), expression.exp)
    raise NoNormalFormError(str(expression))


def _diagonal(entry: Expr, size: Expr) -> Words:
    """A diagonal as the sum of those of its monomials."""
    words: Words = {}
    for term in sympy.Add.make_args(sympy.expand(entry)):
        number, monomial = term.as_coeff_Mul()
        word = () if monomial == 1 else ((NeuronDiagonal(monomial, size), S.One),)
        _add(words, {word: number}, S.One)
    return words


def _power(base: Words, exponent: Expr) -> Words:
    if exponent.is_Integer and exponent >= 0:
        result: Words = {(): S.One}
        for _ in range(int(exponent)):
            result = _times(result, base)
        return result
    if len(base) != 1:
        raise NoNormalFormError("a power of a sum")
    ((word, coefficient),) = base.items()
    if any(isinstance(letter, (Run, NeuronDiagonal)) for letter, _ in word):
        raise NoNormalFormError("a power of matrices with an index, or of diagonals")
    if len(word) == 1:
        return {((word[0][0], sympy.expand(word[0][1] * exponent)),): coefficient**exponent}
    if exponent == -1:
        return {tuple((letter, -e) for letter, e in reversed(word)): 1 / coefficient}
    raise NoNormalFormError("a symbolic power of a product")


def _transposed(word: Word) -> Word:
    return tuple((_other(letter), exponent) for letter, exponent in reversed(word))


def _other(letter: Any) -> Any:
    """The transpose of a letter, itself a letter."""
    if isinstance(letter, Run):
        raise NoNormalFormError("a transposed product")
    if isinstance(letter, NeuronDiagonal):
        return letter
    return letter.arg if isinstance(letter, Transpose) else Transpose(letter)


def _times(left: Words, right: Words) -> Words:
    product: Words = {}
    for first, a in left.items():
        for second, b in right.items():
            _add(product, {_joined(first, second): a * b}, S.One)
    return product


def _joined(first: Word, second: Word) -> Word:
    letters = list(first)
    for letter, exponent in second:
        single = bool(letters) and letters[-1][1] == exponent == 1
        beside = _beside(letters[-1][0], letter) if single else None
        if beside is not None:
            letters[-1:] = beside
        elif letters and letters[-1][0] == letter:
            total = sympy.expand(letters.pop()[1] + exponent)
            if total != 0:
                letters.append((letter, total))
        else:
            letters.append((letter, exponent))
    return tuple(letters)


def _beside(left: Any, right: Any) -> list[tuple[Any, Expr]] | None:
    """Two letters side by side as one, or as none, where they are of a kind that is joined."""
    if isinstance(left, Run) and isinstance(right, Run):
        run = left.joined(right)
        return None if run is None else [(run, S.One)]
    if isinstance(left, NeuronDiagonal) and isinstance(right, NeuronDiagonal):
        entry = left.entry * right.entry
        return [] if entry == 1 else [(NeuronDiagonal(entry, left.shape[0]), S.One)]
    return None


def _add(total: Words, terms: Words, scale: Expr) -> None:
    for word, coefficient in terms.items():
        found = sympy.cancel(total.get(word, S.Zero) + scale * coefficient)
        if found == 0:
            total.pop(word, None)
        else:
            total[word] = found


def _difference(left: Words, right: Words) -> Words:
    total = dict(left)
    _add(total, right, -S.One)
    return total


@dataclass(frozen=True)
class _Draw:
    """Draws of values at which two sides may differ."""

    sides: tuple[Any, Any]
    generator: random.Random
    indices: Mapping[Symbol, Sequence[int]]

    def differ(
        self, field: Field, size: int, largest: int
    ) -> tuple[bool, Mapping[Any, Any], str, str] | None:
        """Whether both sides differ at random values; None where one of them has no value."""
        at = {symbol: self.generator.choice(values) for symbol, values in self.indices.items()}
        try:
            lhs, rhs = (written_out(side, at) if at else side for side in self.sides)
            assignment = drawn(lhs, rhs, field, size, self.generator, largest)
            left, right = assignment.value(lhs), assignment.value(rhs)
        except NoValueError:
            return None
        left_text, right_text = _text(left), _text(right)
        return left_text != right_text, {**at, **assignment.values}, left_text, right_text


def _small_counterexample(draw: _Draw, seed: int) -> Verdict | None:
    for count in range(_SMALL_DRAWS):
        found = draw.differ(FRACTIONS, 1 + count % 3, 2)
        if found is not None and found[0]:
            return Verdict(
                level=Level.REFUTED,
                method="exact arithmetic on small integer matrices",
                counterexample=written(found[1]),
                sides=f"{found[2]} against {found[3]}",
                seed=seed,
            )
    return None


def _over_a_field(draw: _Draw, seed: int) -> Verdict:
    told, field = 0, finite_field(_PRIME)
    for size in _SIZES:
        for _ in range(_DRAWS):
            found = draw.differ(field, size, _PRIME - 1)
            if found is None:
                continue
            told += 1
            if found[0]:
                return Verdict(
                    level=Level.REFUTED,
                    method=f"exact arithmetic modulo {_PRIME}",
                    seed=seed,
                    counterexample=f"matrices of size about {size}, {written(found[1])[:200]}",
                )
    if not told:
        return Verdict(level=Level.UNDECIDED, method="its nodes have no exact values", seed=seed)
    return Verdict(
        level=Level.COMPUTED,
        points=told,
        seed=seed,
        method=f"exact arithmetic modulo {_PRIME} at sizes {_SIZES[0]} to {_SIZES[-1]}",
    )


def drawn(
    lhs: Any, rhs: Any, field: Field, size: int, generator: random.Random, largest: int
) -> Assignment:
    """Return random integer matrices and scalars for the symbols of two sides.

    Args:
        lhs: one side.
        rhs: the other.
        field: where the numbers live.
        size: of square matrices of symbolic size; several sizes differ by one.
        generator: of random numbers.
        largest: the largest entry in size.
    """
    found = sorted(dimensions(lhs) | dimensions(rhs), key=str)
    sizes = {symbol: size + position for position, symbol in enumerate(found)}
    kinds = MatrixSymbol, IndexedMatrix
    matrices = sorted(lhs.atoms(*kinds) | rhs.atoms(*kinds), key=str)
    names = {matrix.args[0] for matrix in matrices}
    free = (lhs.free_symbols | rhs.free_symbols) - set(matrices) - names
    scalars = sorted(free - set(found), key=str)
    exponents = {
        s for side in (lhs, rhs) for power in side.atoms(MatPow) for s in power.exp.free_symbols
    } | {
        s
        for side in (lhs, rhs)
        for total in side.atoms(sympy.Sum)
        for _, *ends in total.limits
        for end in ends
        for s in end.free_symbols
    }
    values: dict[Any, Any] = {}
    for matrix in matrices:
        rows, columns = (int(sympy.sympify(n).subs(sizes)) for n in matrix.shape)
        entries = [
            field.number(generator.randint(-largest, largest), 1) for _ in range(rows * columns)
        ]
        values[matrix] = field.matrix(rows, columns, entries)
    for scalar in scalars:
        if scalar in exponents:
            values[scalar] = generator.randint(1, 4)
        else:
            values[scalar] = field.number(generator.randint(-largest, largest), 1)
    return Assignment(field, sizes, values)


def written(values: Mapping[Any, Any]) -> str:
    """Return the values of matrices and scalars in words."""
    return ", ".join(f"{symbol} = {_text(value)}" for symbol, value in values.items())


def _text(value: Any) -> str:
    if not hasattr(value, "tolist"):
        return str(value)
    return "[" + ", ".join("[" + ", ".join(map(str, row)) + "]" for row in value.tolist()) + "]"


def matrix_claim(
    name: str,
    lhs: Any,
    rhs: Any,
    *,
    title: str = "",
    text: str = "",
    source: Source = DERIVED_HERE,
    wrong: Mapping[str, Any] | None = None,
) -> Claim:
    """Return the claim that two matrices of symbolic size are equal.

    Args:
        name: of the statement, an identifier.
        lhs: left side.
        rhs: right side.
        title: above the display.
        text: what is said, in words.
        source: where it is published.
        wrong: name of a wrong version ↦ another right side.
    """
    return Claim(
        Statement(name, Kind.IDENTITY, f"{scalar_tex(lhs)} = {scalar_tex(rhs)}", source=source),
        _judge,
        title,
        text,
        stated={"lhs": lhs, "rhs": rhs},
        wrong={key: {"rhs": side} for key, side in (wrong or {}).items()},
    )


def _judge(settings: Settings, *, lhs: Any, rhs: Any) -> Verdict:
    return verify_matrices(lhs, rhs, settings)


__all__ = [
    "NoNormalFormError",
    "have_one_normal_form",
    "matrix_claim",
    "normal_form",
    "verify_matrices",
]
