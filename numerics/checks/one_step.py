"""Checks of one step: the update, the Jacobian, its two parts, the open gate, the backends."""

from __future__ import annotations

import numpy as np
import torch

from longlag.numerics.checks.check import (
    COARSER,
    SPREAD,
    Check,
    Subject,
    conditioning,
    scaled_gap,
    single,
)
from longlag.numerics.checks.reference import (
    autograd_jacobian,
    autograd_parts,
    evaluate_update,
    evaluate_update_exactly,
    reverse_jacobian,
)
from longlag.numerics.lags.products import block_diagonal, per_neuron
from longlag.numerics.networks.network import Arrays, Network
from longlag.theory.cells.cell import Cell
from longlag.theory.language.symbols import Drive, drive
from longlag.theory.statement import Level

#: The tolerance in single precision.
_FLOAT32 = 1e-5


def first_step(network: Network) -> Network:
    """Return the network of the first step of a sequence."""
    return network.at(0, network.state)


def update_discrepancy(subject: Subject, network: Network) -> float:
    """Generated step against the update evaluated as it was written, in 50 digits."""
    step = first_step(network)
    found = subject.generated.step(*step.arguments)
    exact = evaluate_update_exactly(step)
    gaps = [
        scaled_gap(
            found[name], torch.from_numpy(np.array(exact[name], dtype=float)), conditioning(step)
        )
        for name in subject.cell.states
    ]
    return max(gaps)


def jacobian_discrepancy(subject: Subject, network: Network) -> float:
    """Generated Jacobian against reverse-mode autograd of the update as it was written."""
    step = first_step(network)
    found = subject.layout(subject.generated.jacobian(*step.arguments))
    expected = autograd_jacobian(lambda *arguments: evaluate_update(subject.cell, *arguments), step)
    return scaled_gap(found, expected, conditioning(step))


def parts_discrepancy(subject: Subject, network: Network) -> float:
    """Both parts and their diagonals against autograd with the maps, or the gates, held."""
    step = first_step(network)
    split = subject.jacobian.split
    local, recurrent = autograd_parts(step, split)
    fields = subject.generated.diagonals(*step.arguments)
    states = len(subject.cell.states)
    scale = conditioning(step)
    if split == "gate":
        first = subject.generated.local(*step.arguments)
    else:
        first = block_diagonal(fields.local)
    return max(
        scaled_gap(first, local, scale),
        scaled_gap(fields.local, per_neuron(local, states), scale),
        scaled_gap(subject.generated.recurrent(*step.arguments), recurrent, scale),
        scaled_gap(fields.recurrent, per_neuron(recurrent, states), scale),
    )


def open_gate_discrepancy(subject: Subject, network: Network) -> float:
    """Open-gate coefficients against autograd by a shift of the candidate."""
    step = first_step(network)
    found = subject.generated.coefficients(*step.arguments).open_gate
    graph = subject.cell.graph
    gaps = [0.0]
    for name, field in found.items():
        candidate = graph.candidate(name)
        assert candidate is not None
        written = candidate if isinstance(candidate, Drive) else graph.written(candidate)
        shifted = _shift(subject.cell, name, written)
        expected = _derivative_by_shift(shifted, step, name)
        gaps.append(scaled_gap(field, expected, conditioning(step)))
    return max(gaps)


def _shift(cell: Cell, name: str, written: object) -> Cell:
    """Return the cell with ``candidate + shift`` for the candidate in one state's update."""
    update = {
        symbol: expr.xreplace({written: written + drive("shift", *symbol.axes)})
        if symbol.name == name
        else expr
        for symbol, expr in cell.update.items()
    }
    return Cell(f"{cell.name}_shifted", update, allow_nondifferentiable=True)


def _derivative_by_shift(cell: Cell, step: Network, name: str) -> torch.Tensor:
    def shifted(shift: torch.Tensor) -> torch.Tensor:
        drives: Arrays = {**step.drive, "shift": shift}
        new = evaluate_update(cell, step.state, drives, step.weight, step.parameter, hold_maps=True)
        return new[name]

    zero = torch.zeros(step.size, dtype=step.state[name].dtype)
    return torch.diagonal(reverse_jacobian(shifted, zero))


def backends_discrepancy(subject: Subject, network: Network) -> float:
    """NumPy and 50-digit mpmath against torch: step, Jacobian and diagonals."""
    import mpmath

    step = first_step(network)
    arrays = [{k: v.numpy() for k, v in group.items()} for group in step.arguments]
    scale = conditioning(step)
    gaps = []
    with mpmath.workdps(50):
        for backend in ("numpy", "mpmath"):
            other = subject.functions(backend)
            pairs = [
                (other.jacobian(*arrays), subject.generated.jacobian(*step.arguments)),
                (
                    other.diagonals(*arrays).recurrent,
                    subject.generated.diagonals(*step.arguments)[1],
                ),
            ]
            new = other.step(*arrays)
            expected = subject.generated.step(*step.arguments)
            pairs += [(new[name], expected[name]) for name in new]
            gaps += [
                scaled_gap(torch.from_numpy(np.array(found, dtype=float)), wanted, scale)
                for found, wanted in pairs
            ]
    return max(gaps)


def float32_discrepancy(subject: Subject, network: Network) -> float:
    """Generated Jacobian in float32 against float64, where float32 holds its numbers."""
    step = first_step(network)
    found = subject.generated.jacobian(*single(step).arguments)
    expected = subject.generated.jacobian(*step.arguments)
    gap = scaled_gap(found.double(), expected, conditioning(step))
    return gap if gap <= _FLOAT32 or not _overflows(subject, step) else 0.0


def _overflows(subject: Subject, step: Network) -> bool:
    """Whether a number on the way to the Jacobian is none in single precision."""
    arrays = [{k: v.numpy() for k, v in group.items()} for group in single(step).arguments]
    try:
        with np.errstate(over="raise", divide="raise", invalid="raise"):
            subject.functions("numpy").jacobian(*arrays)
    except FloatingPointError:
        return True
    return False


def _float32_rounding(_: Check, subject: Subject, network: Network) -> float:
    """The rounding of the Jacobian in double precision, seen in 50 digits, taken up to single."""
    import mpmath

    step = first_step(network)
    arrays = [{k: v.numpy() for k, v in group.items()} for group in step.arguments]
    with mpmath.workdps(50):
        exact = np.array(subject.functions("mpmath").jacobian(*arrays), dtype=float)
    found = subject.generated.jacobian(*step.arguments)
    return COARSER * scaled_gap(found, torch.from_numpy(exact), conditioning(step)) * SPREAD


ONE_STEP_CHECKS = (
    Check(
        "update",
        "generated step against the update as written",
        "float64 code against the update as written, in 50 digits",
        Level.COMPUTED,
        1e-13,
        update_discrepancy,
    ),
    Check(
        "jacobian",
        "one-step Jacobian against autograd",
        "autograd of the update as written, float64",
        Level.MEASURED,
        1e-12,
        jacobian_discrepancy,
    ),
    Check(
        "parts",
        "local and recurrent part against autograd with the maps held",
        "autograd with the maps (in the gate split the gates) held, float64",
        Level.MEASURED,
        1e-12,
        parts_discrepancy,
    ),
    Check(
        "open_gate",
        "open gate against autograd by a shift of the candidate",
        "autograd by a shift of the candidate, float64",
        Level.MEASURED,
        1e-12,
        open_gate_discrepancy,
    ),
    Check(
        "backends",
        "NumPy and mpmath against torch",
        "NumPy in float64 and mpmath in 50 digits against torch",
        Level.COMPUTED,
        1e-12,
        backends_discrepancy,
    ),
    Check(
        "float32",
        "Jacobian in single precision against double",
        "float32 against float64",
        Level.MEASURED,
        _FLOAT32,
        float32_discrepancy,
        _float32_rounding,
    ),
)
