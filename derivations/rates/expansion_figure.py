"""Figures of the derivations; each says in its title what its numbers depend on."""

from __future__ import annotations

from typing import Any

import torch

from longlag.numerics.canvas import canvas
from longlag.numerics.generate import generate
from longlag.numerics.lags.products import parts, per_neuron, trajectory
from longlag.numerics.measurement.block import find_block, true_entries
from longlag.numerics.networks.flat import sizes_within
from longlag.numerics.networks.sampling import sample_network
from longlag.theory.cells.cell import Cell
from longlag.theory.statement import Settings

_SIZE, _LAGS, _WEIGHT_SCALE = 32, 48, 1.0


def transported_diagonals(cell: Cell, settings: Settings) -> dict[str, list[float]]:
    """Return the mean absolute diagonal of M at lags 0…L: zeroth order, first order and exact.

    Args:
        cell: the cell.
        settings: its seed makes the random network.
    """
    generator = torch.Generator().manual_seed(settings.seed)
    size = next(iter(sizes_within(cell, _SIZE).values()))
    network = sample_network(cell, generator, size=size, steps=_LAGS, weight_scale=_WEIGHT_SCALE)
    functions = generate(cell, "torch")
    found = parts(functions, trajectory(functions, network))
    states = len(cell.states)
    block = find_block(cell)
    # Behind the entries of a shorter state others are repeated, which say nothing.
    true = true_entries(network, block)
    exact = zeroth = torch.eye(states * network.size, dtype=torch.float64)
    first = torch.zeros_like(exact)
    series: dict[str, list[float]] = {"zeroth order": [], "first order": [], "exact": []}
    for lag in range(_LAGS + 1):
        if lag:
            d, r = found.local[lag - 1], found.recurrent[lag - 1]
            exact, first, zeroth = exact @ (d + r), first @ d + zeroth @ r, zeroth @ d
        for name, matrix in (
            ("zeroth order", zeroth),
            ("first order", zeroth + first),
            ("exact", exact),
        ):
            diagonal = per_neuron(matrix, states)[(*block.positions, slice(true))]
            series[name].append(float(diagonal.abs().mean()))
    return series


def expansion_error(cell: Cell, settings: Settings) -> Any:
    """Return the figure of the transported diagonal over the lag, exact beside the expansion."""
    series = transported_diagonals(cell, settings)
    figure, axes = canvas(size=(6.0, 3.2))
    styles = {"zeroth order": ":", "first order": "--", "exact": "-"}
    for name, values in series.items():
        positive = [value if value > 0 else float("nan") for value in values]
        # With markers, so that a rate that is zero beyond lag 0 or 1 still shows where it was.
        axes.plot(range(len(values)), positive, styles[name], marker=".", markersize=3, label=name)
    axes.set_yscale("log")
    axes.set_xlabel(r"lag $\ell$")
    axes.set_ylabel(r"mean $|M^{(qq)}_{t,\ell}|$")
    given = sizes_within(cell, _SIZE)
    first, sizes = next(iter(given)), ", ".join(f"{name} = {size}" for name, size in given.items())
    axes.set_title(
        f"{cell.name}: one random network, {sizes}, weights N(0, {_WEIGHT_SCALE:g}/{first}), "
        f"seed {settings.seed}",
        fontsize=9,
    )
    axes.legend(frameon=False)
    return figure
