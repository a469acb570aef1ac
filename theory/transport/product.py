"""Transport over a lag: the ordered product of Jacobians, its expansion, its remainder.

M_{t,ℓ} = ∂h_t/∂h_{t−ℓ} = J_t J_{t−1} ⋯ J_{t−ℓ+1}, newest on the left. With J = D + εR,
M = Σ_k ε^k Σ_{j₁<…<j_k} (the product with R at those positions and D elsewhere). In the gate split
the two parts are A and G, and everything else is the same.
Source: arXiv 2512.05790 (leak split) and 2508.12121 (gate split), to first order; any order and the
remainder are derived here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import sympy
from sympy import Expr, Integer, S, binomial

from longlag.theory.cells.cell import Cell
from longlag.theory.language.displays import print_scalar
from longlag.theory.language.explicit import Explicit
from longlag.theory.language.latex import CellPrinter
from longlag.theory.language.letters import matrix_tex
from longlag.theory.language.matrix import (
    IDENTITY,
    ZERO,
    Matrix,
    OrderedProduct,
    PositionSum,
    add,
    diagonal,
    is_zero,
    multiply,
    split_constant,
)
from longlag.theory.notation import ell, local_norm, recurrent_norm
from longlag.theory.scalar.parameters import require_count
from longlag.theory.transport.jacobian import PART_LETTERS, Jacobian, Split, jacobian
from longlag.theory.typeset.author import at_time, clock
from longlag.theory.typeset.described import described
from longlag.theory.typeset.shown import Shown

#: What there is to say of the expansion of a cell without a recurrent part.
DIAGONAL_IS_PRODUCT = "the diagonal is the product: first order is exact"


@dataclass(frozen=True)
class Transport(Shown):
    """The transport of a cell over a lag and its expansion in the recurrent part.

    Args:
        jacobian: the one-step Jacobian.
        order: the highest order kept.
        lag: the number of factors, a symbol or an integer.
    """

    jacobian: Jacobian
    order: int
    lag: Expr = ell

    @property
    def is_exact(self) -> bool:
        """Whether the expansion leaves nothing out: the order reaches the lag, or R is zero."""
        reached = self.lag.is_Integer and self.order >= self.lag
        return bool(reached) or self.jacobian.is_local

    @property
    def error_order(self) -> Expr | None:
        """The power of ε with which the error falls in ∏(D + εR); None where there is no error.

        It is the order plus one. Without a local part, as in the leak split of a plain cell, the
        one product that is left is R at every position, and the power is ℓ.
        """
        if self.is_exact:
            return None
        return Integer(self.order + 1) if self.jacobian.keeps else self.lag

    @property
    def exact(self) -> Matrix:
        """The ordered product of the full Jacobians."""
        return IDENTITY if self.lag == 0 else OrderedProduct(self.jacobian.matrix, self.lag)

    @property
    def terms(self) -> tuple[Matrix, ...]:
        """The terms of order 0, 1, …, ``order``, each simplified where D is constant."""
        return tuple(self.term(order) for order in range(self.order + 1))

    @property
    def expansion(self) -> Matrix:
        """The sum of the terms."""
        return add(*self.terms)

    def term(self, order: int | Expr) -> Matrix:
        """Return the part of the product that crosses recurrent parts at ``order`` positions."""
        if self.lag.is_Integer and order > self.lag:
            return ZERO
        if self.lag == 0:
            return IDENTITY
        return position_sum(self.jacobian.local, self.jacobian.recurrent, self.lag, order)

    @property
    def remainder_bound(self) -> Expr:
        """‖M − M_{≤k}‖₂ ≤ (d+r)^ℓ − Σ_{i≤k} C(ℓ,i) d^{ℓ−i} r^i with d = max‖D‖₂, r = max‖R‖₂.

        Derived here: every product that is left out crosses more than k recurrent parts, and there
        are C(ℓ,i) products that cross i of them.
        """
        if self.is_exact:
            return S.Zero
        d, r, count = local_norm, recurrent_norm, self.lag
        kept = [binomial(count, i) * d ** (count - i) * r**i for i in range(self.order + 1)]
        return (d + r) ** count - sympy.Add(*kept)

    @property
    def simple_remainder_bound(self) -> Expr:
        """C(ℓ,k+1) r^{k+1} (d+r)^{ℓ−k−1}, a looser form of ``remainder_bound`` (derived here)."""
        if self.is_exact:
            return S.Zero
        d, r, k, count = local_norm, recurrent_norm, self.order + 1, self.lag
        return binomial(count, k) * r**k * (d + r) ** (count - k)

    def at(self, lag: int) -> Transport:
        """Return the transport over ``lag`` factors; lag 0 is the identity.

        Raises:
            LonglagError: the lag is negative or not an integer.

        >>> from longlag.theory import CELLS
        >>> transport(CELLS["leaky"], order=2).at(2).remainder_bound
        0
        """
        return replace(self, lag=Integer(require_lag(lag)))

    def to_explicit(self, size: int, *, exact: bool = False) -> sympy.Matrix:
        """Write the expansion (or the exact product) over a given lag out for ``size`` neurons."""
        writer = Explicit(self.jacobian.cell.graph, size)
        if self.lag == 0:
            return sympy.eye(len(self.jacobian.cell.states) * size)
        if exact:
            return writer.matrix(self.exact)
        explicit = [writer.matrix(term) for term in self.terms if term != ZERO]
        total = sympy.zeros(len(self.jacobian.cell.states) * size)
        for term in explicit:
            total = total + term
        return total

    @property
    def _remainder(self) -> str:
        if self.is_exact:
            return "exact"
        local, recurrent = PART_LETTERS[self.jacobian.split]
        return f"remainder <= {self.remainder_bound} with d = max|{local}|, r = max|{recurrent}|"

    def __repr__(self) -> str:
        return described(str(self), "at(lag)", "remainder_bound", "latex()")

    def __str__(self) -> str:
        if self.jacobian.is_local:
            return (
                f"transport of {self.jacobian.cell.name} over lag {self.lag}: {DIAGONAL_IS_PRODUCT}"
            )
        return (
            f"transport of {self.jacobian.cell.name} over lag {self.lag}, order {self.order}, "
            f"{self.jacobian.split} split; {self._remainder}"
        )

    def _lines(self) -> list[str]:
        return transport_equations(self)


def transport(cell: Cell, order: int = 1, *, split: Split = "leak") -> Transport:
    """Derive the transport of a cell over a symbolic lag, expanded to ``order``.

    Args:
        cell: the cell.
        order: the highest power of the recurrent part that is kept; beyond the lag it is exact.
        split: "leak" expands in all that crosses a map, "gate" in the derivatives of the gates
            around the Jacobian with the gates held fixed.

    Returns:
        The transport; ``.at(lag)`` gives it for a number.

    Raises:
        LonglagError: the order is negative or not an integer, or there is no such split.

    >>> from longlag.theory import CELLS
    >>> transport(CELLS["const_gate"]).terms[0]
    Diagonal(entry=(1 - s)**ell)
    >>> transport(CELLS["const_gate"], split="gate").remainder_bound
    0
    """
    return Transport(jacobian(cell, split), require_order(order))


def require_order(order: object) -> int:
    """Return an order of expansion as an integer >= 0; anything else raises LonglagError."""
    return require_count("order", order, "an order counts recurrent factors")


def require_lag(lag: object) -> int:
    """Return a lag as an integer >= 0; anything else raises LonglagError."""
    return require_count("lag", lag, "a lag counts factors")


def position_sum(local: Matrix, recurrent: Matrix, lag: Expr, order: int | Expr) -> Matrix:
    """Return the terms of ∏(local + ε recurrent) of order ε^order, constants pulled out.

    Args:
        local: D.
        recurrent: R.
        lag: the number of factors.
        order: how many of them are R.

    Returns:
        c^{lag−order} ρ^{order} times the sum over positions, where D = c D′ and R = ρ R′ with c
        and ρ constant; for D = c I the products of D′ disappear.
    """
    if is_zero(recurrent) and order > 0:
        return ZERO
    local_scale, local_rest = (S.Zero, IDENTITY) if local == ZERO else split_constant(local)
    recurrent_scale, recurrent_rest = split_constant(recurrent)
    scale = diagonal(local_scale ** (lag - order) * recurrent_scale**order)
    if order == 0 and local_rest == IDENTITY:
        return scale
    return multiply(scale, PositionSum(local_rest, recurrent_rest, lag, order))


def product_latex(lag: Expr) -> str:
    """Return the transport as an ordered product of Jacobians."""
    J, now = matrix_tex("J"), clock()
    if lag.is_Integer and lag <= 4:
        steps = [now, *(f"{now}-{behind}" for behind in range(1, int(lag)))][: int(lag)]
        return r" \, ".join(at_time(J, step) for step in steps) or "I"
    last = f"{now}-{print_scalar(lag)}+1" if not lag.is_Integer else f"{now}-{int(lag) - 1}"
    return rf"{at_time(J, now)} \, {at_time(J, f'{now}-1')} \cdots {at_time(J, last)}"


def transport_printer(transport: Transport) -> CellPrinter:
    """Return a printer that knows the letters D, R and J of a transport."""
    found = transport.jacobian
    local, recurrent = PART_LETTERS[found.split]
    # R last: for a cell without a local part J and R are the same node, and R says more.
    labels = {found.matrix: "J", found.recurrent: recurrent}
    if found.local != ZERO:
        labels[found.local] = local
    return CellPrinter(found.cell.graph, labels=labels)


def expansion_terms(transport: Transport) -> list[str]:
    """Return the terms of a transport's expansion as LaTeX, without those that vanish."""
    printer = transport_printer(transport)
    return [printer.node(term) for term in transport.terms if term != ZERO] or ["0"]


def transport_name(transport: Transport) -> str:
    """Return the letter of a transport with its lag."""
    return at_time(matrix_tex("M"), f"{clock()},{print_scalar(transport.lag)}")


def expansion_name(transport: Transport) -> str:
    """Return the letter of the expansion: M itself where nothing is left out."""
    name = transport_name(transport)
    gates = r",\,\mathrm{gate}" if transport.jacobian.split == "gate" else ""
    return name if transport.is_exact else rf"{name}^{{\le {transport.order}{gates}}}"


def expansion_equation(transport: Transport) -> list[str]:
    """Return the expansion as LaTeX lines, one term each."""
    first, *others = expansion_terms(transport)
    lines = [rf"{expansion_name(transport)} &= {first}"]
    return lines + [rf"&\quad + {term}" for term in others]


def remainder_equation(transport: Transport) -> str:
    """Return the remainder bound as a LaTeX line."""
    difference = f"{transport_name(transport)} - {expansion_name(transport)}"
    return rf"\bigl\| {difference} \bigr\|_2 &\le {print_scalar(transport.remainder_bound)}"


def transport_equations(transport: Transport) -> list[str]:
    """Return the product, the expansion and the remainder bound as lines of LaTeX."""
    name = transport_name(transport)
    lines = [f"{name} &= {product_latex(transport.lag)}", *expansion_equation(transport)]
    if not transport.is_exact:
        lines.append(remainder_equation(transport))
    return lines
