"""Effective learning rates: how much of a gradient step survives a lag, neuron by neuron.

μ^{(q)}_{t,ℓ} = η [ Γ^{(q)} + Σ_j (∏_{i<j} D_i) R_j^{(qq)} (∏_{i>j} D_i) ],  Γ = ∏ D_j.
Source: arXiv 2512.05790, where the sum is written Γ Σ_j R_j^{(qq)}/D_j^{(q)}; the form used here
has no division, so it survives gates that are exactly 0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import sympy
from sympy import Expr, Idx, IndexedBase, Product, S, Sum, Symbol

from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.language.displays import entry_equations, intermediate_equations
from longlag.theory.language.latex import CellPrinter
from longlag.theory.language.letters import block_tex
from longlag.theory.language.matrix import ZERO, Diagonal, Matrix, blocks
from longlag.theory.notation import ell, lag_tex, learning_rate
from longlag.theory.transport.jacobian import Jacobian, jacobian
from longlag.theory.transport.product import Transport, expansion_name, expansion_terms, require_lag
from longlag.theory.typeset.author import at_now, at_time, clock, letter
from longlag.theory.typeset.described import described
from longlag.theory.typeset.scalar import scalar_tex
from longlag.theory.typeset.shown import Shown

Reading = Literal["zeroth", "first_order", "leak_product", "open_gate_product"]


@dataclass(frozen=True)
class Rate(Shown):
    """One reading of the effective learning rate of a neuron.

    Args:
        reading: which one.
        rates: the cell and the block of states it belongs to.
        factor: the per-step factor of a product reading, in the gate's own symbols.
    """

    reading: Reading
    rates: EffectiveRates
    factor: Expr | None = None

    @property
    def expression(self) -> Expr:
        """The rate at a symbolic lag, with D[j], R[j] (or G[j]) the factors at position j.

        For several states it is the entry of a matrix product and has no scalar form; use ``at``.
        """
        if self.factor is None and len(self.rates.cell.states) > 1:
            raise LonglagError(
                f"{self.reading} rate of cell {self.rates.cell.name!r}",
                "for several states it is one entry of a product of matrices",
                "use .at(lag) for an expression or .latex()",
            )
        base = IndexedBase("D" if self.factor is None else "G", real=True)
        i, j = Symbol("i", integer=True), Symbol("j", integer=True)
        product = Product(base[j], (j, 0, ell - 1))
        if self.reading != "first_order":
            return learning_rate * product
        recurrent = IndexedBase("R", real=True)
        newer = Product(base[i], (i, 0, j - 1))
        older = Product(base[i], (i, j + 1, ell - 1))
        return learning_rate * (product + Sum(newer * recurrent[j] * older, (j, 0, ell - 1)))

    def at(self, lag: int) -> Expr:
        """Return the rate over ``lag`` factors, a polynomial in the factors at each position.

        Position 0 is the newest. For several states the factors are D_new_previous[j].

        >>> from longlag.theory import CELLS
        >>> effective_learning_rates(CELLS["leaky"]).first_order.at(2)
        eta*(D[0]*D[1] + D[0]*R[1] + D[1]*R[0])
        """
        count = require_lag(lag)
        if self.factor is not None:
            base = IndexedBase("G", real=True)
            return learning_rate * sympy.Mul(*(base[j] for j in range(count)))
        value, correction = self.rates.transported(count)
        if self.reading == "first_order":
            value = value + correction
        return learning_rate * value

    def _lines(self) -> list[str]:
        return [rate_latex(self)]


@dataclass(frozen=True)
class EffectiveRates(Shown):
    """The effective learning rates of a cell between two of its states.

    Args:
        jacobian: the one-step Jacobian.
        new: the state at the new end.
        previous: the state at the old end.
    """

    jacobian: Jacobian
    new: str
    previous: str

    @property
    def cell(self) -> Cell:
        """The cell."""
        return self.jacobian.cell

    @property
    def zeroth(self) -> Rate:
        """η Γ: the local parts alone."""
        return Rate("zeroth", self)

    @property
    def first_order(self) -> Rate:
        """η [Γ + one crossing of R^{(qq)}]."""
        return Rate("first_order", self)

    @property
    def leak_product(self) -> Rate:
        """η ∏ ∂(new state)/∂(its previous value): what a neuron keeps, ∏(1−s) for a gate s."""
        entry = self.jacobian.coefficients.local.get((self.new, self.new), S.Zero)
        return Rate("leak_product", self, entry)

    @property
    def open_gate_product(self) -> Rate:
        """η ∏ ∂(new state)/∂(candidate): what a neuron takes in, ∏ s for a gate s.

        Raises:
            LonglagError: the update does not mix in exactly one candidate.
        """
        entry = self.jacobian.coefficients.open_gate.get(self.new)
        if entry is None:
            raise LonglagError(
                f"open-gate product of cell {self.cell.name!r}",
                f"the update of {self.new!r} is not linear in exactly one candidate",
                "use leak_product, or write the candidate as one function such as tanh(…)",
            )
        return Rate("open_gate_product", self, entry)

    @property
    def readings(self) -> tuple[Rate, ...]:
        """Every reading that the cell has; without a recurrent part first order is zeroth order."""
        readings = [self.zeroth, *self._expanded, *self._kept]
        if self.new in self.jacobian.coefficients.open_gate:
            readings.append(self.open_gate_product)
        return tuple(readings)

    @property
    def _expanded(self) -> list[Rate]:
        return [] if self.jacobian.is_local else [self.first_order]

    @property
    def _kept(self) -> list[Rate]:
        return [] if self.leak_product.factor == 0 else [self.leak_product]

    def transported(self, lag: int) -> tuple[Expr, Expr]:
        """Return Γ and its first-order correction over ``lag`` factors, for the block of states.

        The pair obeys C ← C D + Γ ρ, Γ ← Γ D over per-neuron matrices: no division.
        """
        size = len(self.cell.states)
        gamma, correction = sympy.eye(size), sympy.zeros(size)
        for position in range(lag):
            local = self._step("D", self.jacobian.local, position)
            recurrent = self._step("R", self.jacobian.recurrent, position)
            correction = (correction * local + gamma * recurrent).applyfunc(sympy.expand)
            gamma = gamma * local
        states = self.cell.states
        row, column = states.index(self.new), states.index(self.previous)
        return gamma[row, column], correction[row, column]

    def _step(self, letter: str, part: object, position: int) -> sympy.Matrix:
        states = self.cell.states
        rows = blocks(part)  # type: ignore[arg-type]

        def entry(a: int, b: int) -> Expr:
            if rows[a][b] == ZERO:
                return S.Zero
            suffix = "" if len(states) == 1 else f"_{states[a]}_{states[b]}"
            return IndexedBase(letter + suffix, real=True)[Idx(position)]

        return sympy.Matrix(len(states), len(states), lambda a, b: entry(int(a), int(b)))

    def __repr__(self) -> str:
        return described(str(self), *(each.reading for each in self.readings), "latex()")

    def __str__(self) -> str:
        lines = [f"effective learning rates of {self.cell.name}, {self.new} <- {self.previous}"]
        for rate in self.readings:
            factor = (
                "" if rate.factor is None else f": eta * product over the lag of ({rate.factor})"
            )
            lines.append(f"  {rate.reading}{factor}")
        return "\n".join(lines)

    def _lines(self) -> list[str]:
        return [rate_latex(reading) for reading in self.readings]


def effective_learning_rates(
    cell: Cell, new: str | None = None, previous: str | None = None
) -> EffectiveRates:
    """Derive the effective learning rates of a cell, in every reading, by name.

    Args:
        cell: the cell.
        new: the state at the new end. By default the carrier: the first state that keeps some of
            its own value locally (c for an LSTM), or the first state where none does.
        previous: the state at the old end, by default the same.

    Returns:
        ``zeroth``, ``first_order``, ``leak_product`` and ``open_gate_product``.

    >>> from longlag.theory import CELLS
    >>> rates = effective_learning_rates(CELLS["diag_gate"])
    >>> rates.leak_product.factor, rates.open_gate_product.factor
    (1 - z, z)
    """
    found = jacobian(cell)
    new = carrier(found) if new is None else new
    previous = new if previous is None else previous
    found.block(new, previous)
    return EffectiveRates(found, new, previous)


def carrier(found: Jacobian) -> str:
    """Return the first state whose local part onto itself is not zero, else the first state.

    >>> from longlag.theory import CELLS, jacobian
    >>> carrier(jacobian(CELLS["lstm"]))
    'c'
    """
    states = found.cell.states
    rows = blocks(found.local)
    kept = [name for i, name in enumerate(states) if isinstance(rows[i][i], Diagonal)]
    return kept[0] if kept else states[0]


def rate_latex(rate: Rate) -> str:
    """Return one reading of the effective learning rate as an equation."""
    rates = rate.rates
    states = rates.cell.states
    printer = CellPrinter(rates.cell.graph, neuron="q").at("j")
    mu, lag, now = letter("mu", r"\mu"), lag_tex(), clock()
    marks = {
        "zeroth": "0",
        "first_order": "1",
        "leak_product": r"\mathrm{leak}",
        "open_gate_product": r"\mathrm{open}",
    }
    left = rf"{mu}^{{(q)}}_{{{marks[rate.reading]}}}({now},{lag})"
    eta = scalar_tex(learning_rate)
    product = rf"\prod_{{j=0}}^{{{lag}-1}}"
    if rate.factor is not None:
        return rf"{left} &= {eta} {product} {printer._wrapped(rate.factor)}"
    opening, closing = r"\Bigl[", r"\Bigr]"
    several = len(states) > 1
    if several:
        closing += f"_{{{block_tex(states, rates.new, rates.previous)}}}"

    def factor(name: str, mark: str, index: str) -> str:
        symbol = letter(name, rf"\mathbf{{{name}}}" if several else name)
        return at_time(symbol, f"{now}-{index}", mark)

    gamma = f"{product} {factor('D', '(q)', 'j')}"
    if rate.reading == "zeroth":
        inner = f"{opening} {gamma} {closing}" if several else gamma
        return rf"{left} &= {eta}\, {inner}"
    newer = rf"\Bigl(\prod_{{0 \le i < j}} {factor('D', '(q)', 'i')}\Bigr)"
    older = rf"\Bigl(\prod_{{j < i \le {lag}-1}} {factor('D', '(q)', 'i')}\Bigr)"
    crossing = rf"\sum_{{j=0}}^{{{lag}-1}} {newer} {factor('R', '(qq)', 'j')} {older}"
    return rf"{left} &= {eta}\, {opening} {gamma} + {crossing} {closing}"


def gate_rate_equations(transport: Transport) -> list[str]:
    """Return the rates of the gate split as LaTeX: diagonal entries of the expansion.

    The zeroth order is the product of the Jacobians with the gates held fixed, a full matrix; so
    no rate is a product over one neuron. Of several states the carrier's block is meant.

    Args:
        transport: in the gate split.
    """
    states = transport.jacobian.cell.states
    mu, lag, now = letter("mu", r"\mu"), lag_tex(), clock()
    block = ""
    if len(states) > 1:
        name = carrier(jacobian(transport.jacobian.cell))
        block = f",{block_tex(states, name, name)}"
    inner = {0: expansion_terms(replace(transport, order=0))[0]}
    if not transport.is_exact:
        inner.setdefault(transport.order, expansion_name(transport))
    eta = scalar_tex(learning_rate)
    return [
        rf"{mu}^{{(q)}}_{{\mathrm{{gate}},{order}}}({now},{lag}) &= "
        rf"{eta}\, \Bigl[ {tex} \Bigr]_{{qq{block}}}"
        for order, tex in inner.items()
    ]


def factors_of_a_neuron(found: Jacobian) -> list[tuple[str, str, Matrix]]:
    """Return the letters, marks and matrices of the factors of a rate; none of R where it is zero.

    Args:
        found: the one-step Jacobian.
    """
    parts = [("D", "(q)", found.local), ("R", "(qq)", found.recurrent)]
    return parts[:1] if found.is_local else parts


def rate_definitions(rate: Rate) -> list[str]:
    """Return the equations of the per-neuron factors D^{(q)} and R^{(qq)} of a rate."""
    found = rate.rates.jacobian
    states = found.cell.states
    printer = CellPrinter(found.cell.graph)
    lines: list[str] = []
    for name, mark, part in factors_of_a_neuron(found):
        for new, row in zip(states, blocks(part), strict=True):
            for previous, entry in zip(states, row, strict=True):
                block = "" if len(states) == 1 else f",{block_tex(states, new, previous)}"
                if entry == ZERO and len(states) > 1:
                    continue
                left = at_now(f"{letter(name, name)}^{{{mark}{block}}}")
                lines.extend(entry_equations(printer, entry, left))
    return lines + intermediate_equations(found.cell.graph, found.recurrent)
