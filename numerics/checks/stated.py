"""A person's own Jacobian or rates for a cell, against autograd on random networks.

What fails is told with the entry and the numbers of the smallest network that shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

import mpmath
import sympy
import torch
from sympy import Expr, Integer
from torch import Tensor

from longlag.numerics.checks.check import combine, conditioning, networks, scaled_gap, subject
from longlag.numerics.checks.lag import growth, reference_parts, reference_rates
from longlag.numerics.checks.one_step import first_step
from longlag.numerics.checks.reference import autograd_jacobian, evaluate_update
from longlag.numerics.checks.symbolic import EVERY_SIZE, FUNCTIONS, explicit_jacobian, zero_verdict
from longlag.numerics.codegen.effective import Algebra, floats, matrix_of
from longlag.numerics.lags.products import per_neuron, trajectory
from longlag.numerics.networks.network import Arrays, Network
from longlag.theory.cells.cell import Cell
from longlag.theory.cells.entries import Entries, entry_chains, explicit_entries
from longlag.theory.errors import LonglagError
from longlag.theory.language.explicit import Explicit
from longlag.theory.language.maps import DenseWeight, RowWeight
from longlag.theory.language.matrix import Weight
from longlag.theory.language.symbols import Drive, Parameter
from longlag.theory.notation import ell, learning_rate
from longlag.theory.statement import (
    DERIVED_HERE,
    Claim,
    Kind,
    Level,
    Settings,
    Source,
    Statement,
    Verdict,
    failure_rate_bound,
)
from longlag.theory.transport.entrywise import SymbolicEntries
from longlag.theory.transport.jacobian import jacobian
from longlag.theory.transport.rates import carrier

#: A Jacobian as a person states it.
StatedJacobian: TypeAlias = (
    Callable[[Arrays, Arrays, Arrays, Arrays], Tensor] | sympy.Matrix | Expr | Entries
)
#: Rates as a person states them: from D and R by neuron, newest first, or an expression.
StatedRates: TypeAlias = Callable[[Tensor, Tensor], Tensor] | Expr
#: What a check says of one network: its error, and where it is largest.
Look: TypeAlias = Callable[[Network], tuple[float, str]]

_TOLERANCE = 1e-12
#: Numbers of neurons for which an entry is compared symbolically.
_SIZES = (1, 2)


def check_jacobian(cell: Cell, stated: StatedJacobian, settings: Settings | None = None) -> Verdict:
    """Return the verdict on a stated one-step Jacobian of a cell.

    Args:
        cell: the cell.
        stated: a function of states, drives, weights and parameters; a SymPy matrix in the names of
            ``cell.to_explicit``, for one number of neurons; one entry, see ``entries``; or entries
            by (new, previous) state.
        settings: how many networks, and the seed.

    Returns:
        refuted with the entry and the network; else proved for every H where entries agree with the
        derivative by definition; else measured, and proved at the sizes where the difference to
        SymPy's own derivative expands to zero.

    >>> from longlag.theory import CELLS, drive, parameter, recurrent, state
    >>> from longlag.theory.cells.entries import delta, weight
    >>> n, alpha = sympy.tanh(recurrent("n", state("h")) + drive("n")), sympy.Symbol("alpha")
    >>> leaky = CELLS["leaky"]
    >>> (alpha,) = leaky.symbols(Parameter)
    >>> check_jacobian(leaky, (1 - alpha) * delta + alpha * (1 - n**2) * weight("n")).level.value
    'proved'
    >>> check_jacobian(leaky, (1 - alpha) * delta + alpha * (1 - n) * weight("n")).level.value
    'refuted'
    """
    settings = settings or Settings()
    function: Any = stated if callable(stated) and not isinstance(stated, Expr) else None
    size = _size_of(stated, cell) if isinstance(stated, sympy.MatrixBase) else None

    def explicit(count: int) -> sympy.Matrix:
        return stated if size else explicit_entries(stated, cell, count)

    def look(network: Network) -> tuple[float, str]:
        step = first_step(network)
        found = (
            _numbers_of(explicit(step.size), cell, step)
            if function is None
            else torch.as_tensor(function(*step.arguments)).double()
        )
        wanted = autograd_jacobian(lambda *arguments: evaluate_update(cell, *arguments), step)
        where = _entry(found, wanted, cell, step)
        return scaled_gap(found, wanted, conditioning(step)), where

    measured = _over_networks(
        cell, look, settings, "autograd of the update as written, float64", size
    )
    if not measured.holds or function is not None:
        return measured
    if not size:
        chains = entry_chains(stated, cell)
        if chains is not None and SymbolicEntries(cell).are_entries(chains):
            return combine([Verdict(level=Level.PROVED, method=EVERY_SIZE), measured])
    sizes = (size,) if size else _SIZES
    differences = [explicit(count) - explicit_jacobian(cell, count) for count in sizes]
    method = "SymPy's Matrix.jacobian for H = " + ", ".join(map(str, sizes))
    return combine([zero_verdict(differences, method, settings), measured])


def check_rates(
    cell: Cell,
    stated: StatedRates,
    settings: Settings | None = None,
    *,
    reading: Literal["zeroth", "first_order"] = "first_order",
) -> Verdict:
    """Return the verdict on stated effective learning rates of a cell, at every lag, for η = 1.

    Args:
        cell: the cell; both ends are its carrier, see ``effective_learning_rates``.
        stated: a function of D and R by neuron, newest first, shape (ℓ, S, S, H), that returns the
            rates at lags 0…ℓ, shape (ℓ+1, H); or, for one state, an expression in D[j], R[j]
            and ℓ, such as ``effective_learning_rates(cell).first_order.expression``.
        settings: how many networks, and the seed.
        reading: which rates are meant.
    """
    settings = settings or Settings()
    found = subject(cell)
    states, index = len(cell.states), cell.states.index(carrier(jacobian(cell)))
    if isinstance(stated, Expr) and states > 1:
        raise LonglagError(
            f"rate of cell {cell.name!r} as one expression",
            "for several states it is one entry of a product of matrices",
            "give a function of D and R by neuron",
        )

    def look(network: Network) -> tuple[float, str]:
        parts = reference_parts(trajectory(found.generated, network))
        local, recurrent = (per_neuron(part, states) for part in parts)
        rates = (
            _rates_of(stated, local[:, 0, 0], recurrent[:, 0, 0])
            if isinstance(stated, Expr)
            else torch.as_tensor(stated(local, recurrent)).double()
        )
        wanted = getattr(reference_rates(parts, states, index), reading)
        scale = growth(parts.local) * growth(parts.recurrent)
        where = ""
        if rates.shape == wanted.shape:
            lag, neuron = _largest(rates - wanted)
            where = f"the rate at lag {lag} of neuron {neuron + 1} is {wanted[lag, neuron]:.6g}, "
            where += f"not {rates[lag, neuron]:.6g}"
        else:
            where = f"rates of shape {tuple(rates.shape)}, not {tuple(wanted.shape)}"
        return scaled_gap(rates, wanted, scale, conditioning(network)), where

    return _over_networks(
        cell, look, settings, "diagonals of explicit products of autograd's D and R, every lag"
    )


def stated_claim(
    name: str,
    tex: str,
    check: Callable[..., Verdict],
    cell: Cell,
    stated: Any,
    *,
    kind: Kind = Kind.IDENTITY,
    wrong: Mapping[str, Any] | None = None,
    title: str = "",
    text: str = "",
    source: Source = DERIVED_HERE,
    **options: Any,
) -> Claim:
    """Return the claim that a statement of one's own about a cell holds.

    Args:
        name: of the statement, an identifier.
        tex: what is displayed.
        check: ``check_jacobian``, ``check_rates`` or ``check_transport_bound``.
        cell: the cell.
        stated: what is stated of it.
        kind: identity or bound.
        wrong: name of a wrong version ↦ what it states.
        title: above the display.
        text: in words.
        source: where it is published.
        options: further arguments of the check.
    """

    def judge(settings: Settings, *, stated: Any) -> Verdict:
        return check(cell, stated, settings, **options)

    return Claim(
        Statement(name, kind, tex, source=source),
        judge,
        title,
        text,
        stated={"stated": stated},
        wrong={key: {"stated": value} for key, value in (wrong or {}).items()},
    )


def _over_networks(
    cell: Cell, look: Look, settings: Settings, method: str, size: int | None = None
) -> Verdict:
    """Look at every network; the smallest that fails is the counterexample."""
    worst = 0.0
    failing: list[tuple[int, int, float, str, Network]] = []
    for network in networks(cell, settings, size):
        error, where = look(network)
        if error <= _TOLERANCE:
            worst = max(worst, error)
        else:
            failing.append((network.size, len(failing), error, where, network))
    if not failing:
        return Verdict(
            level=Level.MEASURED,
            method=method,
            error=worst,
            tolerance=_TOLERANCE,
            points=settings.examples,
            seed=settings.seed,
            failure_rate=failure_rate_bound(settings.examples),
        )
    _, _, error, where, network = min(failing, key=lambda failure: failure[:2])
    return Verdict(
        level=Level.REFUTED,
        method=method,
        error=error,
        tolerance=_TOLERANCE,
        seed=settings.seed,
        counterexample=f"H = {network.size}",
        sides=f"{where}; {numbers_in_words(network)}",
    )


def numbers_in_words(network: Network) -> str:
    """Return all numbers of a small network, rounded to six digits."""
    groups = zip(("", "drive ", "W_", ""), network.arguments, strict=True)
    return ", ".join(
        f"{prefix}{name} = {_rounded(value)}"
        for prefix, group in groups
        for name, value in group.items()
    )


def _rounded(value: Tensor) -> str:
    if value.ndim == 0:
        return f"{value.item():.6g}"
    return "[" + ", ".join(_rounded(part) for part in value) + "]"


def _largest(gap: Tensor) -> tuple[int, int]:
    position = int(torch.nan_to_num(gap.abs(), nan=torch.inf).argmax())
    return divmod(position, gap.shape[-1])


def _entry(found: Tensor, wanted: Tensor, cell: Cell, step: Network) -> str:
    if found.shape != wanted.shape:
        return f"a matrix of shape {tuple(found.shape)}, not {tuple(wanted.shape)}"
    row, column = _largest(found - wanted)
    names = [f"{name}_{neuron + 1}" for name in cell.states for neuron in range(step.size)]
    right, wrong = wanted[row, column], found[row, column]
    return f"∂{names[row]}/∂{names[column]} is {right:.6g}, not {wrong:.6g}"


def _size_of(stated: Any, cell: Cell) -> int:
    rows, columns = stated.shape
    if rows != columns or rows % len(cell.states):
        raise LonglagError(
            f"Jacobian of shape {stated.shape} for cell {cell.name!r}",
            f"it is square, with a block for each of {', '.join(cell.states)}",
            "give it in the order of cell.to_explicit(H)",
        )
    return int(rows) // len(cell.states)


def _numbers_of(matrix: sympy.Matrix, cell: Cell, network: Network) -> Tensor:
    """The numbers of an explicit matrix at a network."""
    known = _explicit_values(cell, network)
    strangers = sorted(map(str, matrix.free_symbols - set(known)))
    if strangers:
        raise LonglagError(
            f"symbols {', '.join(strangers)} in a Jacobian of cell {cell.name!r}",
            "they are none of its written-out symbols",
            f"use the names of cell.to_explicit({network.size})",
        )
    function = sympy.lambdify(list(known), list(matrix), [FUNCTIONS, "mpmath"], cse=True)
    with mpmath.workdps(30):
        entries = [float(e) for e in function(*[mpmath.mpf(v) for v in known.values()])]
    return torch.tensor(entries, dtype=torch.float64).reshape(matrix.shape)


def _explicit_values(cell: Cell, network: Network) -> dict[Any, float]:
    """The numbers of a network by the symbols of its cell written out."""
    writer = Explicit(cell.graph, network.size)
    values: dict[Any, float] = {}
    groups = (
        (set(cell.update), network.state),
        (cell.symbols(Drive), network.drive),
        (cell.symbols(Parameter), network.parameter),
        (cell.symbols(RowWeight), network.weight),
    )
    for symbols, arrays in groups:
        for symbol in symbols:
            flat = arrays[symbol.name].reshape(-1)
            for neuron, number in enumerate(flat.tolist()):
                values[writer.symbol(symbol, neuron)] = number
    held = {s: float(network.parameter[s.name]) for s in cell.symbols(Parameter) if s.shared}
    algebra = Algebra(
        torch.linalg.matrix_exp,
        lambda scale: float(scale.xreplace(held)),
        lambda entries: torch.tensor(floats(entries), dtype=torch.float64),
    )
    weights = {node.weight for node in cell.graph.maps if isinstance(node.weight, DenseWeight)}
    for symbol in (*weights, *cell.given_dense):
        names = writer.matrix(Weight(symbol))
        numbers = matrix_of(symbol, network.weight, algebra)
        values |= dict(zip(names, numbers.reshape(-1).tolist(), strict=True))
    return values


def _rates_of(stated: Expr, local: Tensor, recurrent: Tensor) -> Tensor:
    """An expression in D[j], R[j] and ℓ at every lag of a window, by neuron."""
    rates = []
    for lag in range(local.shape[0] + 1):
        written = stated.subs({ell: Integer(lag), learning_rate: Integer(1)}).doit()
        indexed = sorted(written.atoms(sympy.Indexed), key=str)
        function = sympy.lambdify(indexed, written, "math")
        letters = {"D": local, "R": recurrent}
        try:
            columns = [letters[str(i.base)][int(i.indices[0])] for i in indexed]
        except (KeyError, IndexError, TypeError) as error:
            raise LonglagError(
                f"rate {stated} at lag {lag}",
                "it is an expression in D[j] and R[j] with 0 ≤ j < ell",
                "see effective_learning_rates(cell).first_order.expression",
            ) from error
        if written.free_symbols - {s for i in indexed for s in i.free_symbols}:
            raise LonglagError(
                f"rate {stated}",
                "it is an expression in D[j], R[j], ell and eta alone",
                "take their symbols from longlag.theory.notation",
            )
        rates.append(function(*columns) + torch.zeros_like(local[0]))
    return torch.stack(rates)


__all__ = ["check_jacobian", "check_rates", "numbers_in_words", "stated_claim"]
