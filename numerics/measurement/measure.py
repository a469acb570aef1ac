"""``measure_transport``: a trained network in, its transport over every lag out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from longlag.numerics.compiled import on_torch_alone
from longlag.numerics.lags.exact import ExactMeans
from longlag.numerics.lags.first_order import LagMeans, first_order_per_anchor
from longlag.numerics.measurement.block import Block, find_block, true_entries
from longlag.numerics.measurement.budget import Budget
from longlag.numerics.measurement.errors import ExpansionErrors, sample_anchors
from longlag.numerics.measurement.estimate import is_long, seconds_left
from longlag.numerics.measurement.extent import extent_of
from longlag.numerics.measurement.footprint import (
    check_memory,
    device_of,
    drawn_memory,
    likely_bytes,
    memory_needed,
)
from longlag.numerics.measurement.local import coupled_states, measured_locally, run_locally
from longlag.numerics.measurement.matrices import measured_matrices
from longlag.numerics.measurement.optimised import optimiser_rates
from longlag.numerics.measurement.origin import check_states, counts, provenance_of
from longlag.numerics.measurement.pieces import run_within
from longlag.numerics.measurement.products import first_order_over_sequences
from longlag.numerics.measurement.report import OfMatrices, PerAnchor, Provenance, TransportReport
from longlag.numerics.measurement.run import Run, find_network, flattened, run_network
from longlag.numerics.measurement.sampled import measure_drawn
from longlag.numerics.measurement.segment import wanted_of
from longlag.numerics.measurement.time_scales import folding_lags, leak_time_scales
from longlag.numerics.precision import in_full_precision
from longlag.numerics.threads import by_sharing
from longlag.numerics.training.step_sizes import Reading, step_sizes
from longlag.theory.errors import LonglagError
from longlag.theory.transport.jacobian import jacobian

#: Called with the share of the work that is done, from 0 to 1.
Progress = Callable[[float], None]


@in_full_precision
@by_sharing
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
    exact: bool = True,
    per_anchor: bool = False,
    optimiser: Optimizer | Mapping[str, Tensor] | None = None,
    optimiser_reading: Reading = "rayleigh",
    error_pairs: int = 16,
    seconds: float | None = None,
    precision: float | None = None,
    seed: int = 0,
    compiled: bool | None = None,
    memory_limit: int | None = None,
    progress: Progress | None = None,
    begun: Callable[[float, int], None] | None = None,
) -> TransportReport:
    """Measure the transport of a network over every lag: exact, zeroth and first order.

    M_{t,ℓ} = J_t J_{t−1} ⋯ J_{t−ℓ+1} with J_t = ∂h_t/∂h_{t−1}, t = 0 … T−1 and the initial state
    before t = 0. At lag ℓ everything is a mean over the anchors t = ℓ−1 … T−1 and over the
    sequences. Source of the rates: arXiv 2512.05790; the exact diagonals, by divide and conquer,
    and the bound of the remainder are derived here.

    Where the derived recurrent part is zero, the diagonal is the product: no matrix is formed, all
    readings are one, and errors are 0. D is made some steps at a time, and a network whose D does
    not read its states does not run.

    Args:
        module: an ``nn.RNN``, ``nn.GRU`` or ``nn.LSTM``, what ``bind`` made of any module, or a
            ``Network``: any cell with weights, drives (T, ..., H) and initial states.
        x: the module's input in its own layout; None for a Network.
        max_lag: the longest lag L, at most T after the burn-in.
        hx: the module's initial state; zeros if left out.
        layer: the layer of a stack.
        reverse: the backward direction of a bidirectional module.
        block: ``c->h`` for ∂h_t/∂c_{t−ℓ}; by default the state that carries its own value, c->c
            for an LSTM. The report says which.
        burn_in: steps at the beginning whose factors are left out.
        exact: False leaves out all that needs whole matrices, which costs the most by far: the
            report then has expansions and time scales.
        per_anchor: keep Σ_q |·| and ‖M‖_F of every anchor and sequence as well.
        optimiser: a live optimiser that moves the weights of the module or Network, or the
            ``step_sizes`` that a trained network keeps; they give ``report.optimiser``.
        optimiser_reading: ``rayleigh`` or ``row_mean``, see ``effective_step_sizes``.
        error_pairs: pairs of an anchor and a sequence at which the expansions are compared with
            the exact diagonal entry by entry.
        seconds: time that may be used: blocks of anchors and sequences are drawn at random until
            then, and each mean carries its interval, see ``sampled``. The network itself runs
            first; where that takes half of the time, only its first steps count.
        precision: draws until half of every interval is below so much of its mean, at every lag.
        seed: by which blocks are drawn.
        compiled: None takes compiled functions where there is a compiler and the network is on the
            CPU; False keeps to PyTorch.
        memory_limit: bytes that may be used; None asks the machine.
        progress: called with the share of the work done.
        begun: called once before a long measurement of every anchor with an estimate of its seconds
            and its bytes; shorter measurements of the same network tell it.

    Returns:
        The report.

    Raises:
        LonglagError: what cannot be bound, a lag beyond the sequence, states that are not finite,
            a product that overflows, a measurement that would not fit in memory, a budget that is
            not positive, or one beside results that need every anchor.

    >>> import torch
    >>> gru = torch.nn.GRU(1, 4)
    >>> report = measure_transport(gru, torch.ones(20, 1), max_lag=8)
    >>> report.exact.shape, bool((report.first_order[0] - report.exact[0]).abs() < 1e-6)
    (torch.Size([8]), True)
    """
    started, budget = time.perf_counter(), Budget(seconds, precision)
    drawn = seconds is not None or precision is not None
    if drawn and (per_anchor or optimiser is not None):
        raise LonglagError(
            "seconds or precision beside per_anchor or an optimiser",
            "these are of every anchor, and a budget draws some",
            "leave one of them out",
        )
    network, bound, origin = find_network(
        module,
        x,
        hx,
        layer,
        reverse,
        afford=lambda size: check_memory({"drives": size}, memory_limit, device_of(x)),
    )
    cell, chosen = network.cell, find_block(network.cell, block)
    alone = jacobian(cell).is_local
    sizes = None
    if isinstance(optimiser, Optimizer):
        sizes = step_sizes(optimiser, network if bound is None else bound)
    elif optimiser is not None:
        sizes = dict(optimiser)
    extent = extent_of(network)
    entries = true_entries(network, chosen)
    given_dtype = next(iter(network.state.values())).dtype
    max_lag, burn_in, error_pairs = counts(max_lag, burn_in, error_pairs, extent.steps)
    pairs = None
    if exact and not alone and not drawn:
        pairs = sample_anchors(
            extent.steps - burn_in, extent.sequences, error_pairs, max_lag=max_lag
        )
    shape = (extent.steps, extent.sequences, extent.size)
    options: dict[str, Any] = {"max_lag": max_lag, "alone": alone}
    if drawn:
        needed = drawn_memory(cell, shape, extent.itemsize, exact=exact, **options)
    else:
        count = 0 if pairs is None else len(pairs)
        options |= {"per_anchor": per_anchor, "pairs": count, "device": extent.device}
        needed = memory_needed(cell, shape, extent.itemsize, **options)
    check_memory(needed, memory_limit, extent.device)
    wanted = wanted_of(network, chosen, max_lag=max_lag, exact=exact, named=block is not None)
    network = flattened(network, extent.batch)
    advance = progress or (lambda share: None)
    with torch.no_grad(), on_torch_alone(compiled is False):
        if drawn:
            run = run_within(network, origin, lambda: budget.share, burn_in + max_lag)
        else:
            run = (run_locally if alone else run_network)(network, origin)
        run = run.without(burn_in)
        check_states(run, burn_in)
        provenance = replace(
            provenance_of(run, chosen, given_dtype, burn_in, pairs),
            size=entries,
            route="diagonal" if alone else "matrices",
        )
        if drawn:
            found = measure_drawn(
                run,
                provenance,
                chosen,
                wanted,
                budget=budget,
                seed=seed,
                error_pairs=error_pairs,
                given=extent.steps - burn_in,
                progress=advance,
            )
        elif alone:
            found = _measured_locally(
                run,
                provenance,
                chosen,
                max_lag,
                exact=exact,
                modulus=block is None,
                per_anchor=per_anchor,
            )
        else:
            width = len(cell.states) * extent.size
            if begun is not None and exact and is_long(*run.shape[:2], width, max_lag):
                ran = time.perf_counter() - started

                def part_of(part: Run, max_lag: int) -> object:
                    few = sample_anchors(*part.shape[:2], error_pairs, max_lag=max_lag)
                    quiet: dict[str, Any] = {"per_anchor": False, "progress": lambda share: None}
                    return _measured(part, provenance, chosen, max_lag, few, **quiet)

                least = memory_needed(cell, shape, extent.itemsize, widened=False, **options)
                left = seconds_left(run, part_of, max_lag, width=width)
                begun(ran + left, likely_bytes(needed, least))
            found = _measured(
                run, provenance, chosen, max_lag, pairs, per_anchor=per_anchor, progress=advance
            )
        found = _of_true_entries(found, entries)
        rates = None
        if sizes is not None:
            rates = optimiser_rates(
                run,
                sizes,
                chosen,
                optimiser=type(optimiser).__name__ if isinstance(optimiser, Optimizer) else "given",
                reading=optimiser_reading,
                max_lag=max_lag,
                exact=exact,
            )
    advance(1.0)
    told = replace(found.provenance, seconds=time.perf_counter() - started)
    return replace(found, optimiser=rates, provenance=told)


def _of_true_entries(found: TransportReport, size: int) -> TransportReport:
    """A report without what lies behind the true entries of a vector."""
    return replace(
        found,
        per_neuron={name: value[..., :size] for name, value in found.per_neuron.items()},
        per_neuron_signed={
            name: value[..., :size] for name, value in found.per_neuron_signed.items()
        },
        time_scales=found.time_scales[..., :size],
        folding_lags=found.folding_lags[..., :size],
        angles=None if found.angles is None else found.angles[..., :size],
    )


def _measured(
    run: Run,
    provenance: Provenance,
    block: Block,
    max_lag: int,
    pairs: Tensor | None,
    *,
    per_anchor: bool,
    progress: Progress,
) -> TransportReport:
    """Measure along a trajectory; without pairs to compare, leave out exact products."""
    new, previous = block.positions
    place: dict[str, Any] = {"max_lag": max_lag, "new": new, "previous": previous}
    # Gates a rounding away from 1 have time scales that float32 does not hold.
    precise = run.in_double()
    local, recurrent = fields = precise.diagonals()
    first = first_order_over_sequences(local, recurrent, **place)
    means = {"zeroth": first.zeroth, "first_order": first.first_order}
    exact = matrices = None
    if pairs is not None:
        exact, matrices = measured_matrices(
            run, precise, fields, pairs, per_anchor=per_anchor, progress=progress, **place
        )
        means["exact"] = LagMeans(exact.absolute, exact.signed)
    coupled = coupled_states(run.cell, block.new) if new == previous else ()
    scales = leak_time_scales(local, new=new, previous=previous, coupled=coupled)
    per_neuron = {reading: found.absolute.cpu() for reading, found in means.items()}
    return TransportReport(
        lags=torch.arange(1, max_lag + 1),
        per_neuron=per_neuron,
        per_neuron_signed={reading: found.signed.cpu() for reading, found in means.items()},
        time_scales=scales.cpu(),
        folding_lags=folding_lags(list(per_neuron.values())[-1]),
        provenance=provenance,
        matrices=matrices,
        per_anchor=_per_anchor(local, recurrent, exact, place) if per_anchor else None,
    )


def _measured_locally(
    run: Run,
    provenance: Provenance,
    block: Block,
    max_lag: int,
    *,
    exact: bool,
    modulus: bool,
    per_anchor: bool,
) -> TransportReport:
    """Measure a network without a recurrent part, whose expansions leave nothing out."""
    found = measured_locally(run, block, max_lag=max_lag, modulus=modulus, per_anchor=per_anchor)
    products = found.means.exact
    readings = ("zeroth", "first_order", *(["exact"] if exact else []))
    per_neuron = dict.fromkeys(readings, products.absolute.cpu())
    if found.means.modulus is not None:
        per_neuron["modulus"] = found.means.modulus.cpu()
    matrices = each = None
    if exact:
        assert products.frobenius is not None
        nothing = torch.zeros(max_lag, dtype=torch.float64)
        errors = ExpansionErrors(nothing, nothing)
        matrices = OfMatrices(products.frobenius.cpu(), nothing, errors)
    if per_anchor:
        anchors, norms = products.per_anchor, products.frobenius_per_anchor
        assert anchors is not None
        each = PerAnchor(anchors, anchors, *((anchors, norms) if exact else (None, None)))
    return TransportReport(
        lags=torch.arange(1, max_lag + 1),
        per_neuron=per_neuron,
        per_neuron_signed=dict.fromkeys(readings, products.signed.cpu()),
        time_scales=found.time_scales.cpu(),
        folding_lags=folding_lags(list(per_neuron.values())[-1]),
        provenance=provenance,
        matrices=matrices,
        per_anchor=each,
        angles=None if found.angles is None else found.angles.cpu(),
    )


def _per_anchor(
    local: Tensor, recurrent: Tensor, exact: ExactMeans | None, place: dict[str, Any]
) -> PerAnchor:
    expanded = first_order_per_anchor(local, recurrent, **place)
    kept = (None, None) if exact is None else (exact.per_anchor, exact.frobenius_per_anchor)
    return PerAnchor(
        expanded.zeroth.cpu(),
        expanded.first_order.cpu(),
        *(None if values is None else values.cpu() for values in kept),
    )
