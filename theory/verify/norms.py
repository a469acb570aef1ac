"""Norms of sums and products of matrices, and what submultiplicativity says of them.

Of a norm it is used that ‖AB‖ ≤ ‖A‖‖B‖, ‖A + B‖ ≤ ‖A‖ + ‖B‖, ‖cA‖ = |c|‖A‖ and ‖I‖ = 1.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sympy
from flint import arb, fmpq
from sympy import (
    Abs,
    Dummy,
    Expr,
    Identity,
    Interval,
    MatAdd,
    MatMul,
    MatPow,
    MatrixSymbol,
    S,
    Symbol,
    ZeroMatrix,
    oo,
)

from longlag.theory.balls.numbers import ball, precision
from longlag.theory.balls.program import Program
from longlag.theory.errors import LonglagError
from longlag.theory.statement import Kind, Level, Relation, Settings, Verdict
from longlag.theory.verify.axis import axes
from longlag.theory.verify.decide import verify
from longlag.theory.verify.matrices import drawn, written
from longlag.theory.verify.matrix_values import FRACTIONS, Assignment, NoValueError
from longlag.theory.verify.question import Question
from longlag.theory.verify.strictness import verify_strict

#: Draws of small matrices among which a counterexample is looked for.
_DRAWS = 300
#: Verdicts, the strongest first.
_ORDER = list(Level)
_RULE = "‖AB‖ ≤ ‖A‖‖B‖, ‖A+B‖ ≤ ‖A‖+‖B‖"


class Norm(Expr):
    """The spectral norm ‖A‖ of a matrix expression.

    >>> A, B = MatrixSymbol("A", 2, 2), MatrixSymbol("B", 2, 2)
    >>> submultiplied(Norm(A * B + A))
    Norm(A)*Norm(B) + Norm(A)
    """

    is_commutative = True
    is_extended_real = True
    is_nonnegative = True
    is_finite = True

    def __new__(cls, matrix: Any) -> Norm:
        """Take a matrix expression."""
        if not getattr(matrix, "is_MatrixExpr", False):
            raise LonglagError(
                f"norm of {matrix}",
                "it is taken of a matrix expression",
                "write it in MatrixSymbols",
            )
        made: Norm = Expr.__new__(cls, matrix)
        return made

    @property
    def free_symbols(self) -> set[Symbol]:
        """Scalars inside; matrices are no symbols with a domain."""
        return {s for s in self.args[0].free_symbols if not isinstance(s, MatrixSymbol)} - {
            s for m in self.args[0].atoms(MatrixSymbol) for d in m.shape for s in d.free_symbols
        }

    def _latex(self, printer: Any) -> str:
        return rf"\left\| {printer.doprint(self.args[0])} \right\|"


def submultiplied(expression: Expr) -> Expr:
    """Return an expression whose norms of sums and products are replaced by what they are at most.

    Args:
        expression: in norms of matrices.
    """
    return expression.replace(lambda e: isinstance(e, Norm), lambda e: _at_most(e.args[0]))


def _at_most(matrix: Any) -> Expr:
    if isinstance(matrix, MatAdd):
        return sympy.Add(*[_at_most(term) for term in matrix.args])
    if isinstance(matrix, MatMul):
        scalars, matrices = matrix.as_coeff_matrices()
        return Abs(scalars) * sympy.Mul(*[_at_most(factor) for factor in matrices])
    if isinstance(matrix, MatPow) and matrix.exp.is_nonnegative:
        return _at_most(matrix.base) ** matrix.exp
    if isinstance(matrix, Identity):
        return S.One
    if isinstance(matrix, ZeroMatrix):
        return S.Zero
    if isinstance(matrix, sympy.Transpose):
        return _at_most(matrix.arg)
    return Norm(matrix)


def judge_norms(
    sign: str, lines: Relation, given: Mapping[Expr, Expr], settings: Settings
) -> Verdict:
    """Return the verdict on a step between lines with norms of matrices.

    Where the sides agree, or one is at most the other, with each norm a number from 0 on, that is
    shown as for numbers; else the left norms are taken apart by submultiplicativity first, and
    what is given replaces the norms that it speaks of. A falsehood is one of numbers (matrices of
    one entry), or of small integer matrices.

    Args:
        sign: =, ≤, <, ≥ or >.
        lines: the line before and the next.
        given: norms, or other nodes, with what they are at most.
        settings: how hard.
    """
    if sign not in "=≤<≥>":
        raise LonglagError(
            f"step {sign} between norms", "it is one of =, ≤, <, ≥, >", "choose one of them"
        )
    still = replace(lines, variable=None, kind=Kind.IDENTITY if sign == "=" else Kind.BOUND)
    if sign in "≥>":
        still = replace(still, lhs=lines.rhs, rhs=lines.lhs)
    judge = verify_strict if sign in "<>" else verify
    broken = _broken_by_matrices(still, given, settings)
    if broken is not None:
        return broken
    undecided = Verdict(
        level=Level.UNDECIDED, method=f"it does not follow from {_RULE} and what is given"
    )
    if sign == "=":
        found = judge(_as_numbers(still), settings)
        return found if found.holds else undecided
    split = replace(still, lhs=submultiplied(still.lhs))
    strongest = undecided
    for lhs in dict.fromkeys((still.lhs, split.lhs, *_with_given(split, given))):
        found = judge(_as_numbers(replace(still, lhs=lhs)), settings)
        if found.holds and _ORDER.index(found.level) < _ORDER.index(strongest.level):
            said = "" if lhs == still.lhs else f"{_RULE}" + ("" if lhs == split.lhs else ", given")
            strongest = replace(found, method=f"{said}: {found.method}" if said else found.method)
        if strongest.level is Level.PROVED:
            break
    return strongest


def _with_given(relation: Relation, given: Mapping[Expr, Expr]) -> list[Expr]:
    """The left side with what is given in place of nodes in which it rises.

    First only of those that the right side no longer speaks of, then of all.
    """
    gone = {node: most for node, most in given.items() if not relation.rhs.has(node)}
    return [lhs for part in (gone, given) if (lhs := _risen(relation, part)) != relation.lhs]


def _risen(relation: Relation, given: Mapping[Expr, Expr]) -> Expr:
    lhs = relation.lhs
    for node, most in given.items():
        mark = Dummy("g", nonnegative=True)
        marked = lhs.xreplace({node: mark})
        slope = Question(_as_numbers(replace(relation, lhs=sympy.diff(marked, mark), rhs=S.Zero)))
        if slope.lifted(slope.relation.lhs).is_nonnegative:
            lhs = marked.xreplace({mark: most})
    return lhs


def _as_numbers(relation: Relation) -> Relation:
    """A relation whose norms are symbols that range from 0 on."""
    norms = sorted(relation.lhs.atoms(Norm) | relation.rhs.atoms(Norm), key=str)
    names = {norm: Symbol(f"‖{norm.args[0]}‖") for norm in norms}
    domains = {**relation.domains, **{name: Interval(0, oo) for name in names.values()}}
    sides = (relation.lhs.xreplace(names), relation.rhs.xreplace(names))
    marks = (sides[0].free_symbols | sides[1].free_symbols) - set(domains)
    domains |= {mark: Interval(0, oo) for mark in marks if isinstance(mark, Dummy)}
    return replace(relation, lhs=sides[0], rhs=sides[1], domains=domains)


def _broken_by_matrices(
    relation: Relation, given: Mapping[Expr, Expr], settings: Settings
) -> Verdict | None:
    """Small integer matrices at which a relation fails and what is given holds, both enclosed."""
    norms = relation.lhs.atoms(Norm) | relation.rhs.atoms(Norm)
    names = {norm: Dummy("n", nonnegative=True) for norm in norms}
    program = Program([side.xreplace(names) for side in (relation.lhs, relation.rhs)])
    known_symbols = set(names.values()) | set(relation.domains)
    if not norms or not set(program.symbols) <= known_symbols:
        return None
    if not all(isinstance(node, Norm) for node in given):
        return None
    choices = {
        s: [v for axis in axes(s, domain) for v in axis.special()]
        for s, domain in relation.domains.items()
    }
    generator = random.Random(settings.seed)
    for draw in range(_DRAWS):
        assignment = drawn(
            sympy.Add(relation.lhs, *given), relation.rhs, FRACTIONS, 1 + draw % 3, generator, 2
        )
        point = {s: generator.choice(values) for s, values in choices.items()}
        with precision(128):
            try:
                if not _allows(given, assignment, point, relation):
                    continue
                assignment = replace(assignment, values={**assignment.values, **point})
                known = {names[n]: _norm_of(assignment.value(n.args[0])) for n in norms}
            except NoValueError:
                continue
            left, right = (ball(side) for side in program.run({**point, **known}))
            fails = left > right if relation.kind is Kind.BOUND else not left.overlaps(right)
        if fails:
            sides = f"{left.str(8, radius=False)} against {right.str(8, radius=False)}"
            return Verdict(
                level=Level.REFUTED,
                method="small integer matrices, their norms enclosed",
                seed=settings.seed,
                counterexample=written(assignment.values),
                sides=sides,
            )
    return None


def _allows(
    given: Mapping[Expr, Expr], assignment: Assignment, point: dict[Any, Any], relation: Relation
) -> bool:
    """Whether matrices obey what is given of them; a symbol that stands alone is raised to it."""
    sizes = [(most, _norm_of(assignment.value(node.args[0]))) for node, most in given.items()]
    for most, size in sizes:
        if most in point:
            raised = fmpq(int(size.upper().ceil().unique_fmpz()))
            point[most] = max(point[most], raised)
            if not any(axis.contains(point[most]) for axis in axes(most, relation.domains[most])):
                return False
    return all(most in point or size <= ball(Program([most]).run(point)[0]) for most, size in sizes)


def _norm_of(matrix: Any) -> Any:
    """The spectral norm as a ball: the root of the largest eigenvalue of AᵀA.

    Its characteristic polynomial is exact; its roots are isolated and all real.
    """
    roots = (matrix.transpose() * matrix).charpoly().complex_roots()
    largest = max((arb(root.real) for root, _ in roots), key=lambda root: float(root.mid()))
    return largest.max(arb(0)).sqrt()


__all__ = ["Norm", "judge_norms", "submultiplied"]
