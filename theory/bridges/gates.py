"""From a gate to a decay law: what a neuron keeps of its own value over a lag, in gate symbols.

The zeroth-order effective learning rate of a neuron is η ∏ D over the lag. Where the gate is
constant that is η D^ℓ, and the mean over neurons is the envelope f(ℓ).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sympy import Abs, Add, Dummy, Expr, Indexed, Interval, Pow, Symbol, exp, log

from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.language.symbols import CellSymbol, Parameter, Value, is_constant
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import SymbolTable, ell, learning_rate
from longlag.theory.scalar.functions import sigmoid
from longlag.theory.scalar.parameters import exact, positive
from longlag.theory.transport.rates import EffectiveRates, effective_learning_rates
from longlag.theory.window.growth import Growth
from longlag.theory.window.window import growth_of

#: Where a sigmoid gate lives.
UNIT = Interval.open(0, 1)


def gate_law(cell: Cell, gates: Mapping[str, Sequence[Expr | float]] | None = None) -> DecayLaw:
    """Return the envelope that a cell's gate makes, from its zeroth-order effective rate.

    Args:
        cell: the cell; of several states the carrier is taken.
        gates: for each gate in the rate, the constants it is held at, one for every group of
            neurons; the groups are equally large. Not needed where the rate is constant already.

    Returns:
        f(ℓ) = (1/Q) Σ_q D(gates of group q)^ℓ, over the gate's own symbols.

    Raises:
        LonglagError: a gate without constants, constants outside (0, 1), groups of unequal number,
            or a neuron that keeps nothing of its value.

    Derived from ``effective_learning_rates``; the source of the rates is arXiv 2512.05790.

    >>> from longlag.theory.cells import CELLS
    >>> gate_law(CELLS["const_gate"]).envelope
    (1 - s)**ell
    """
    rates = effective_learning_rates(cell)
    factor = keep_factor(rates)
    groups = _groups(cell, factor, gates or {})
    over_lag = _over_lag(rates)
    kept = [over_lag.subs(_STEP, factor.xreplace(group)) for group in groups]
    envelope = Add(*kept) / len(kept)
    domains = {
        symbol: UNIT
        for group in groups
        for value in group.values()
        for symbol in value.free_symbols
    }
    parameters = {symbol: positive(symbol.name) for symbol in factor.atoms(Parameter)}
    domains |= {own: symbol.interval for symbol, own in parameters.items()}
    return DecayLaw(
        cell.name,
        envelope.xreplace(parameters),
        domains,
        smallest_lag=0,
        description=f"{len(groups)} constant gate{'s' if len(groups) > 1 else ''}",
        source="derived from the cell",
    )


#: Stands for the factor of one step in the product over a lag.
_STEP = SymbolTable("bridges").add(
    "D", "factor of one step in the product over a lag", positive=True
)


def keep_factor(rates: EffectiveRates) -> Expr:
    """Return D of one neuron, the factor of its zeroth-order rate, and that the rate is ∏ D.

    Raises:
        LonglagError: a neuron that keeps nothing, or a rate that also passes through other states.
    """
    factor = rates.leak_product.factor
    if factor is None or factor == 0:
        raise LonglagError(
            f"cell {rates.cell.name!r}",
            "its neurons keep nothing of their own value",
            "choose a cell with a leak or a gate",
        )
    # A product of two steps shows whether a path leads over another state and back.
    over_two, _ = rates.transported(2)
    if len(over_two.atoms(Indexed)) != 2:
        raise LonglagError(
            f"cell {rates.cell.name!r}",
            f"its rate over two steps is {over_two}, not a product",
            "choose a cell whose state returns to itself in one way",
        )
    return factor


def _over_lag(rates: EffectiveRates) -> Expr:
    """The product over the lag with the same factor at every step, without η."""
    product = rates.leak_product.expression / learning_rate
    (factor,) = product.atoms(Indexed)
    return product.xreplace({factor: _STEP}).doit()


def _groups(
    cell: Cell, factor: Expr, gates: Mapping[str, Sequence[Expr | float]]
) -> list[dict[CellSymbol, Expr]]:
    values = {symbol.name: symbol for symbol in factor.atoms(Value)}
    others = [s for s in factor.atoms(CellSymbol) if not isinstance(s, Value | Parameter)]
    if others or set(gates) != set(values) or not all(map(is_constant, factor.atoms(Parameter))):
        raise LonglagError(
            f"gates {sorted(gates)} of cell {cell.name!r}",
            f"a neuron keeps {factor} at every step, over the gates {sorted(values)}",
            "give constants for exactly these, such as gates={'z': [0.1, 0.01]}",
        )
    for name, symbol in values.items():
        if not isinstance(cell.graph.definition(symbol), sigmoid):
            raise LonglagError(
                f"gate {name!r} of cell {cell.name!r}",
                "a gate is a sigmoid",
                "choose a cell with gates between 0 and 1",
            )
    counts = {len(constants) for constants in gates.values()} or {1}
    if len(counts) != 1 or counts == {0}:
        raise LonglagError(
            f"gates of cell {cell.name!r} for {sorted(counts)} groups of neurons",
            "every group has one constant for each gate",
            "give sequences of one length",
        )
    return [
        {values[name]: _constant(name, constants[position]) for name, constants in gates.items()}
        for position in range(counts.pop())
    ]


def _constant(name: str, value: Expr | float) -> Expr:
    if isinstance(value, Symbol) and value.is_positive:
        return value
    constant = exact(value, f"{name} = {value}")
    if not 0 < constant < 1:
        raise LonglagError(
            f"{name} = {value}",
            "a gate lives between 0 and 1",
            "give a number inside, or a symbol made by longlag.theory.decay.positive",
        )
    return constant


def gate_growth(law: DecayLaw) -> Growth | None:
    """Return the growth of the window of a law over powers D^ℓ with 0 < D < 1.

    Args:
        law: as ``gate_law`` returns it.

    D^ℓ = e^{−νℓ} with ν = |ln D|; SymPy cannot tell the sign of ln(1 − s) by itself. Derived here.

    >>> from longlag.theory.cells import CELLS
    >>> gate_growth(gate_law(CELLS["leaky"])).leading
    log(N)/(kappa*Abs(log(1 - alpha)))
    """
    powers = [power for power in law.envelope.atoms(Pow) if power.exp == ell]
    rates = {power: Dummy("nu", positive=True) for power in powers}
    growth = growth_of(law.envelope.xreplace({p: exp(-nu * ell) for p, nu in rates.items()}))
    if growth is None:
        return None
    back = {nu: Abs(log(power.base), evaluate=False) for power, nu in rates.items()}
    return replace(growth, leading=growth.leading.subs(back))
