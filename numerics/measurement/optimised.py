"""Envelopes in units of a live optimiser's step sizes."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.optim import Optimizer

from longlag.numerics.measurement.block import Block
from longlag.numerics.measurement.products import exact_over_sequences, first_order_over_sequences
from longlag.numerics.measurement.report import OptimiserRates
from longlag.numerics.measurement.run import Run
from longlag.numerics.networks.binding import BoundModule
from longlag.numerics.training.step_sizes import Reading, effective_step_sizes, step_sizes


def optimiser_rates(
    run: Run,
    optimiser: Optimizer,
    bound: BoundModule,
    block: Block,
    *,
    reading: Reading,
    max_lag: int,
    exact: bool,
) -> OptimiserRates:
    """Return envelopes E Σ_q |Λ^{(q)}_k μ^{(q)}| for every recurrent map, k the source step.

    Source: arXiv 2512.05790, later versions; Λ as in ``numerics.optimisers``.

    Args:
        run: the network.
        optimiser: what trains the module.
        bound: the module that ran.
        block: the states at both ends of the lag.
        reading: how λ is averaged over a row.
        max_lag: the longest lag.
        exact: whether exact products are wanted too.
    """
    new, previous = block.positions
    local, recurrent = run.in_double().diagonals()
    place: dict[str, Any] = {"max_lag": max_lag, "new": new, "previous": previous}
    # The maps of every torch module read h.
    states = run.network.state["h"]
    found: dict[str, dict[str, Tensor]] = {"zeroth": {}, "first_order": {}, "exact": {}}
    means = {}
    for name, sizes in step_sizes(optimiser, bound).items():
        source = effective_step_sizes(sizes, states, reading)
        expanded = first_order_over_sequences(local, recurrent, source=source, **place)
        found["zeroth"][name] = expanded.zeroth.absolute.sum(-1).cpu()
        found["first_order"][name] = expanded.first_order.absolute.sum(-1).cpu()
        if exact:
            products = exact_over_sequences(run, source=source, frobenius=False, **place)
            found["exact"][name] = products.absolute.sum(-1).cpu()
        means[name] = float(source.double().mean())
    return OptimiserRates(
        optimiser=type(optimiser).__name__, reading=reading, step_size=means, **found
    )
