"""The diagonal of a matrix of a cell as scalar expressions over fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sympy import Add, Expr, Mul
from torch import Tensor
from torch.nn.functional import linear

from longlag.numerics.codegen.matrices import factors_of, terms_of
from longlag.numerics.compiled.assembly import Entry, Outer, dense_core, split
from longlag.numerics.compiled.pointwise import Derived
from longlag.theory.language.matrix import Diagonal, Matrix, RankOne, Weight


@dataclass
class Diagonals:
    """Turns matrices into the expressions of their diagonals.

    Args:
        cores: what the expressions need besides: symbol ↦ how it is computed.
        entries: the scalars that computing them needs.
    """

    cores: dict[Derived, Callable[[Entry], Tensor]] = field(default_factory=dict)
    entries: dict[Expr, None] = field(default_factory=dict)

    def expression(self, node: Matrix) -> Expr:
        """Return the diagonal of a matrix; no full product is formed where it can be avoided."""
        return Add(*[self._term(factors_of(term)) for term in terms_of(node)])

    def _term(self, factors: tuple[Matrix, ...]) -> Expr:
        if len(factors) == 1 and isinstance(rank := factors[0], RankOne):
            return rank.column * rank.row
        left, core, right = split(factors)
        return Mul(left, right, *([self._core(core)] if core else []))

    def _core(self, core: tuple[Matrix, ...]) -> Derived:
        if len(core) == 1 and isinstance(weight := core[0], Weight):
            symbol = Derived(f"diagonal_{weight.symbol.name}")
        else:
            symbol = Derived(f"core_{len(self.cores)}")
            for factor in core:
                if isinstance(factor, Diagonal):
                    self.entries[factor.entry] = None
                elif isinstance(factor, RankOne):
                    self.entries |= {factor.column: None, factor.row: None}
        self.cores[symbol] = lambda entry: core_diagonal(core, entry)
        return symbol


def core_diagonal(core: tuple[Matrix, ...], entry: Entry) -> Tensor:
    """Return the diagonal of a chain that begins and ends with a map, shape (..., H)."""
    if any(isinstance(factor, RankOne) for factor in core):
        outer = Outer(core)
        return outer.column(entry) * outer.row(entry)
    if len(core) == 1:
        return dense_core(core, entry).diagonal(dim1=-2, dim2=-1)
    *first, last = core
    right = dense_core([last], entry)
    middle = core[1]
    constant = isinstance(first[0], Weight) and isinstance(last, Weight)
    if len(core) == 3 and isinstance(middle, Diagonal) and constant:
        # Σ_p W[q,p] e_p V[p,q] for all rows is one product.
        return linear(entry(middle.entry), dense_core(first[:1], entry) * right.mT)
    return (dense_core(first, entry) * right.mT).sum(-1)
