"""``measure_transport``: a trained network in, its transport over every lag out."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from longlag import __version__
from longlag.numerics.kernels.exact import ExactMeans
from longlag.numerics.kernels.first_order import first_order_means, first_order_per_anchor
from longlag.numerics.measurement.block import find_block
from longlag.numerics.measurement.errors import expansion_errors, sample_anchors
from longlag.numerics.measurement.memory import check_memory, memory_needed
from longlag.numerics.measurement.optimised import optimiser_rates
from longlag.numerics.measurement.products import exact_over_sequences, recurrent_norms_of
from longlag.numerics.measurement.remainder import local_norms, remainder_bounds
from longlag.numerics.measurement.report import PerAnchor, Provenance, TransportReport
from longlag.numerics.measurement.run import Run, find_network, flattened, run_network
from longlag.numerics.measurement.time_scales import folding_lags, leak_time_scales
from longlag.numerics.optimisers import Reading
from longlag.theory.errors import LonglagError

#: Called with the share of the work that is done, from 0 to 1.
Progress = Callable[[float], None]


def measure_transport(
    module: object,
    x: Tensor | None = None,
    *,
    max_lag: int,
    hx: Any = None,
    layer: int = 0,
    reverse: bool = False,
    block: str | None = None,
    burn_in: int = 0,
    per_anchor: bool = False,
    optimiser: Optimizer | None = None,
    optimiser_reading: Reading = "rayleigh",
    error_pairs: int = 16,
    compiled: bool | None = None,
    memory_limit: int | None = None,
    progress: Progress | None = None,
) -> TransportReport:
    """Measure the transport of a network over every lag: exact, zeroth and first order.

    M_{t,ℓ} = J_t J_{t−1} ⋯ J_{t−ℓ+1} with J_t = ∂h_t/∂h_{t−1}, t = 0 … T−1 and the initial state
    before t = 0. At lag ℓ everything is a mean over the anchors t = ℓ−1 … T−1 and over the
    sequences. Source of the rates: arXiv 2512.05790; the exact diagonals, by divide and conquer,
    and the bound of the remainder are derived here.

    Args:
        module: an ``nn.RNN``, ``nn.GRU`` or ``nn.LSTM``, what ``bind`` made of one, or a
            ``Network``: any cell with weights, drives (T, ..., H) and initial states.
        x: the module's input in its own layout; None for a Network.
        max_lag: the longest lag L, at most T after the burn-in.
        hx: the module's initial state; zeros if left out.
        layer: the layer of a stack.
        reverse: the backward direction of a bidirectional module.
        block: ``c->h`` for ∂h_t/∂c_{t−ℓ}; by default the state that carries its own value, c->c
            for an LSTM. The report says which.
        burn_in: steps at the beginning whose factors are left out.
        per_anchor: keep Σ_q |·| and ‖M‖_F of every anchor and sequence as well.
        optimiser: a live optimiser of the module; its step sizes give ``report.optimiser``.
        optimiser_reading: ``rayleigh`` or ``row_mean``, see ``effective_step_sizes``.
        error_pairs: pairs of an anchor and a sequence at which the expansions are compared with
            the exact diagonal entry by entry.
        compiled: None takes compiled kernels where there is a compiler and the network is on the
            CPU; False keeps to PyTorch.
        memory_limit: bytes that may be used; None asks the machine.
        progress: called with the share of the work done.

    Returns:
        The report.

    Raises:
        LonglagError: what cannot be bound, a lag beyond the sequence, states that are not finite,
            a product that overflows, a measurement that would not fit in memory.

    >>> import torch
    >>> gru = torch.nn.GRU(1, 4)
    >>> report = measure_transport(gru, torch.ones(20, 1), max_lag=8)
    >>> report.exact.shape, bool((report.first_order[0] - report.exact[0]).abs() < 1e-6)
    (torch.Size([8]), True)
    """
    started = time.perf_counter()
    advance = progress or (lambda share: None)
    network, bound, origin = find_network(module, x, hx, layer, reverse)
    cell = network.cell
    chosen = find_block(cell, block)
    if optimiser is not None and bound is None:
        raise LonglagError(
            "an optimiser beside a Network", "its step sizes belong to the weights of a module",
            "give the module that it trains",
        )  # fmt: skip
    network = flattened(network)
    _check_lags(max_lag, burn_in, error_pairs, network.steps)
    any_state = next(iter(network.state.values()))
    steps, batch, size = network.steps - burn_in, any_state.shape[0], network.size
    check_memory(
        memory_needed(
            cell, (network.steps, batch, size), any_state.element_size(),
            max_lag=max_lag, per_anchor=per_anchor, pairs=error_pairs,
        ),
        memory_limit,
    )  # fmt: skip
    run = run_network(network, origin, compiled=compiled).without(burn_in)
    _check_finite(run)
    new, previous = chosen.positions
    place: dict[str, Any] = {"max_lag": max_lag, "new": new, "previous": previous}
    with torch.no_grad():
        local, recurrent = run.diagonals()
        first = first_order_means(local, recurrent, compiled=compiled, **place)
        exact = exact_over_sequences(
            run, per_anchor=per_anchor, progress=lambda share: advance(0.9 * share), **place
        )
        pairs = sample_anchors(steps, batch, error_pairs, max_lag=max_lag)
        errors = expansion_errors(run, local, recurrent, pairs, **place)
        bounds = remainder_bounds(local_norms(local), recurrent_norms_of(run), max_lag=max_lag)
        scales = leak_time_scales(local, new=new, previous=previous)
        anchored = _per_anchor(local, recurrent, exact, place) if per_anchor else None
        sized = None
        if optimiser is not None and bound is not None:
            sized = optimiser_rates(
                run, local, recurrent, optimiser, bound, reading=optimiser_reading, **place
            )
    assert exact.frobenius is not None
    per_neuron = {
        "zeroth": first.zeroth.absolute.cpu(),
        "first_order": first.first_order.absolute.cpu(),
        "exact": exact.absolute.cpu(),
    }
    advance(1.0)
    return TransportReport(
        lags=torch.arange(1, max_lag + 1),
        per_neuron=per_neuron,
        per_neuron_signed={
            "zeroth": first.zeroth.signed.cpu(),
            "first_order": first.first_order.signed.cpu(),
            "exact": exact.signed.cpu(),
        },
        frobenius=exact.frobenius.cpu(),
        remainder_bound=bounds.cpu(),
        errors=errors,
        time_scales=scales.cpu(),
        folding_lags=folding_lags(per_neuron["exact"]),
        provenance=Provenance(
            origin=run.origin,
            cell=cell.name,
            block=str(chosen),
            steps=steps,
            batch=batch,
            size=size,
            burn_in=burn_in,
            error_pairs=len(pairs),
            dtype=str(local.dtype).removeprefix("torch."),
            device=str(local.device),
            kernels="compiled" if run.on_compiled else "torch",
            versions={"longlag": __version__, "torch": torch.__version__},
            seconds=time.perf_counter() - started,
        ),
        per_anchor=anchored,
        optimiser=sized,
    )


def _check_lags(max_lag: int, burn_in: int, error_pairs: int, steps: int) -> None:
    counts = {"max_lag": (max_lag, 1), "burn_in": (burn_in, 0), "error_pairs": (error_pairs, 1)}
    for name, (value, least) in counts.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise LonglagError(
                f"{name} {value!r}", f"it is a whole number, at least {least}", "give such a number"
            )
    if max_lag > steps - burn_in:
        raise LonglagError(
            f"max_lag {max_lag}",
            f"{steps} steps less a burn-in of {burn_in} hold no product of more than "
            f"{max(steps - burn_in, 0)} factors",
            "give a longer sequence, a smaller lag or a shorter burn-in",
        )


def _check_finite(run: Run) -> None:
    for name, value in run.network.state.items():
        bad = ~torch.isfinite(value).all(-1).all(-1)
        if bool(bad.any()):
            raise LonglagError(
                f"state {name!r} before step {int(bad.int().argmax())}",
                "it is not finite, so nothing can be measured along this sequence",
                "look for NaN or huge values in the input and the weights",
            )


def _per_anchor(
    local: Tensor, recurrent: Tensor, exact: ExactMeans, place: dict[str, Any]
) -> PerAnchor:
    expanded = first_order_per_anchor(local, recurrent, **place)
    assert exact.per_anchor is not None
    assert exact.frobenius_per_anchor is not None
    return PerAnchor(
        expanded.zeroth.cpu(), expanded.first_order.cpu(),
        exact.per_anchor.cpu(), exact.frobenius_per_anchor.cpu(),
    )  # fmt: skip
