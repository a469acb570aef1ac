"""Random networks whose gates are constant, and the exact diagonal of their transport."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from sympy import Symbol

from longlag.numerics.checks.reference import autograd_transport, evaluate_update
from longlag.numerics.generate import generate
from longlag.numerics.lags.products import parts, per_neuron, remainder_bound, trajectory
from longlag.numerics.networks.network import Network
from longlag.numerics.networks.sampling import sample_network
from longlag.theory.bridges.gates import gate_law
from longlag.theory.cells.cell import Cell
from longlag.theory.laws.law import DecayLaw
from longlag.theory.transport.product import transport

#: Lags looked at, and the scale of the weights, which the zeroth order leaves out.
LAGS, WEIGHT_SCALE = (1, 2, 5, 10, 20), 1e-3
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Gated:
    """A cell with its gates held constant, and the law that follows.

    Args:
        cell: the cell.
        gates: for each gate its constants, one symbol for every group of neurons.
    """

    cell: Cell
    gates: Mapping[str, Sequence[Symbol]] | None = None

    @property
    def law(self) -> DecayLaw:
        """The envelope in the gate's symbols."""
        return gate_law(self.cell, self.gates)


def gated_network(
    gated: Gated, values: Mapping[str, float], generator: torch.Generator, *, size: int
) -> Network:
    """Return a random network of a cell whose gates are constant.

    Args:
        gated: the cell; a gate z = σ(W_z h + d_z) gets W_z = 0 and the drive that makes it z.
        values: number for every constant, by name.
        generator: where the rest comes from.
        size: the number of neurons, a multiple of the number of groups.
    """
    network = sample_network(
        gated.cell,
        generator,
        size=size,
        steps=max(LAGS),
        weight_scale=WEIGHT_SCALE,
        drive_scale=0.5,
    )
    parameter = {
        name: torch.full_like(old, values[name]) for name, old in network.parameter.items()
    }
    drive, weight = dict(network.drive), dict(network.weight)
    for name, constants in (gated.gates or {}).items():
        numbers = torch.tensor([values[symbol.name] for symbol in constants], dtype=torch.float64)
        per_group = numbers.repeat_interleave(size // len(numbers))
        drive[name] = torch.logit(per_group).expand_as(drive[name]).clone()
        weight[name] = torch.zeros_like(weight[name])
    return replace(network, drive=drive, weight=weight, parameter=parameter)


def exact_diagonals(cell: Cell, network: Network) -> list[tuple[int, float, float]]:
    """Return (lag, mean diagonal of the transport by autograd, remainder bound of order 0)."""
    functions = generate(cell, "torch")
    found = parts(functions, trajectory(functions, network))
    zeroth = transport(cell, 0)
    result = []
    for lag in LAGS:
        newest = replace(network, drive={k: v[:lag] for k, v in network.drive.items()})
        exact = autograd_transport(lambda *a: evaluate_update(cell, *a), newest)
        diagonal = float(per_neuron(exact, 1)[0, 0].mean())
        # The first steps in time are the last of the parts, which begin with the newest.
        bound = remainder_bound(zeroth, found.local[-lag:], found.recurrent[-lag:])
        result.append((lag, diagonal, bound + _ROUNDING))
    return result
