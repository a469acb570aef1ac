"""A network as an initialisation leaves it, and what its units keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from sympy import Expr, lambdify
from torch import Tensor

from longlag.numerics.generate import generate
from longlag.numerics.networks.network import Network
from longlag.numerics.networks.sampling import sample_network
from longlag.theory.cells import CELLS
from longlag.theory.initialisations.initialisation import Initialisation, chance
from longlag.theory.transport.jacobian import jacobian
from longlag.theory.transport.rates import carrier


def initialised(
    scheme: Initialisation, values: Mapping[Any, Any], generator: torch.Generator, *, units: int
) -> Network:
    """Draw a network of an initialisation, its weights and inputs zero.

    Args:
        scheme: the initialisation.
        values: a number for every parameter of it.
        generator: where the randomness comes from.
        units: how many draw a number of their own.

    Returns:
        A network of the scheme's cell with one step; each unit has its own drives and parameters.
        Of a cell with axes every unit is a network of its own, of one entry.
    """
    numbers = scheme.values(values)
    cell = CELLS[scheme.cell]
    arrays = bool(cell.axes and len(cell.axes) > 1)
    network = sample_network(
        cell, generator, size=1 if arrays else units, batch=(units,) if arrays else ()
    )
    shape = (units, 1) if arrays else (units,)
    drawn = torch.rand(units, generator=generator, dtype=torch.float64).reshape(shape)

    def value(name: str, old: Tensor) -> Tensor:
        expression = scheme.realised.get(name)
        if expression is None:
            return torch.zeros_like(old)
        expression = expression.subs(numbers)
        if not expression.has(chance):
            return torch.full_like(old, float(expression))
        return torch.from_numpy(_values(expression, drawn.numpy()))

    return replace(
        network,
        drive={name: value(name, old) for name, old in network.drive.items()},
        parameter={name: value(name, old) for name, old in network.parameter.items()},
        # Sums and spreads over axes stay what they are.
        weight={**network.weight, **{name: 0 * network.weight[name] for name in cell.weights}},
    )


def _values(expression: Expr, at: np.ndarray) -> np.ndarray:
    function = lambdify(chance, expression, "numpy")
    found: np.ndarray = np.asarray(function(at), dtype=np.float64)
    return np.broadcast_to(found, at.shape).copy()


def shares_kept(network: Network) -> Float[Tensor, " units"]:
    """Return what each unit keeps of its carrying state in a step: |D|, of a complex one |λ|.

    Args:
        network: of one step.
    """
    local = generate(network.cell).diagonals(*network.arguments).local
    states = network.cell.states
    name = carrier(jacobian(network.cell))
    place = states.index(name)
    row = local[..., place, :, :]
    base = name.rpartition("_")[0]
    if name.endswith("_re") and f"{base}_im" in states:
        pair = row[..., [place, states.index(f"{base}_im")], :]
        return pair.norm(dim=-2).flatten()
    return row[..., place, :].abs().flatten()


__all__ = ["initialised", "shares_kept"]
