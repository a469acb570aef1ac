"""Envelopes in units of a live optimiser's step sizes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from longlag.numerics.checks.reference import map_inputs
from longlag.numerics.measurement.block import Block
from longlag.numerics.measurement.products import exact_over_sequences, first_order_over_sequences
from longlag.numerics.measurement.report import OptimiserRates
from longlag.numerics.measurement.run import Run
from longlag.numerics.training.step_sizes import Reading, effective_step_sizes
from longlag.theory.errors import LonglagError


def optimiser_rates(
    run: Run,
    step_sizes: Mapping[str, Tensor],
    block: Block,
    *,
    optimiser: str,
    reading: Reading,
    max_lag: int,
    exact: bool,
) -> OptimiserRates:
    """Return envelopes E Σ_q |Λ^{(q)}_k μ^{(q)}| for every recurrent map, k the source step.

    Source: arXiv 2512.05790, later versions; Λ as in ``numerics.optimisers``.

    Args:
        run: the network.
        step_sizes: λ by recurrent map, in the shape of its weight.
        block: the states at both ends of the lag.
        optimiser: what trains the network, by name.
        reading: how λ is averaged over a row.
        max_lag: the longest lag.
        exact: whether exact products are wanted too.

    Raises:
        LonglagError: step sizes of no map of the cell, or of another shape than its weight.
    """
    _check(run, step_sizes)
    new, previous = block.positions
    local, recurrent = run.in_double().diagonals()
    place: dict[str, Any] = {"max_lag": max_lag, "new": new, "previous": previous}
    inputs = map_inputs(run.network) if reading == "rayleigh" else {}
    states = next(iter(run.network.state.values()))
    found: dict[str, dict[str, Tensor]] = {"zeroth": {}, "first_order": {}, "exact": {}}
    means = {}
    for name, sizes in step_sizes.items():
        # A row that all neurons share has the step sizes of its one output everywhere.
        rows = sizes.to(states.device).expand(states.shape[-1], -1)
        # The coefficients are in float64, whatever the network is.
        source = effective_step_sizes(rows.double(), inputs.get(name, states).double(), reading)
        expanded = first_order_over_sequences(local, recurrent, source=source, **place)
        found["zeroth"][name] = expanded.zeroth.absolute.sum(-1).cpu()
        found["first_order"][name] = expanded.first_order.absolute.sum(-1).cpu()
        if exact:
            products = exact_over_sequences(run, source=source, frobenius=False, **place)
            found["exact"][name] = products.absolute.sum(-1).cpu()
        means[name] = float(source.double().mean())
    return OptimiserRates(optimiser=optimiser, reading=reading, step_size=means, **found)


def _check(run: Run, step_sizes: Mapping[str, Tensor]) -> None:
    weights = run.network.weight
    for name, sizes in step_sizes.items():
        if name not in weights or sizes.shape != weights[name].shape:
            maps = ", ".join(f"{key} {tuple(value.shape)}" for key, value in weights.items())
            raise LonglagError(
                f"step sizes {name!r} of shape {tuple(sizes.shape)}",
                f"cell {run.cell.name!r} has the maps {maps}",
                "give the optimiser that trains this network, or what it left in step_sizes",
            )
