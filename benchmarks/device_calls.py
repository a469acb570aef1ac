"""The calls that take tensors of any device: each makes its arrays in one place and measures there.

The same calls are run on the processor in float64 for their values, on a GPU by
``python -m benchmarks device``, and by the tests on a device that no machine has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import torch
from torch import Tensor, nn

from benchmarks.place import Place
from longlag.numerics import Adapter, Network, bind, generate, measure_splits, measure_transport
from longlag.numerics.anisotropy import largest_singular, lyapunov_spectrum, singular_values
from longlag.numerics.anisotropy.lyapunov import two_exponents
from longlag.numerics.anisotropy.sensitivity import null_r_squared, product_predictors
from longlag.numerics.descent.dense import dense_start
from longlag.numerics.descent.finite_width import last_hessians
from longlag.numerics.descent.labels import sampled_features
from longlag.numerics.descent.network import symmetric_start
from longlag.numerics.descent.saturation import saturation_bound
from longlag.numerics.descent.targets import Target, TransportMap, draw_map
from longlag.numerics.descent.training import gradient_descent
from longlag.numerics.gradients import gradient_by_lag, gradients_by_sequence, objective_of
from longlag.numerics.lags.exact import exact_means
from longlag.numerics.lags.first_order import first_order_means, first_order_per_anchor
from longlag.numerics.lags.local import local_means
from longlag.numerics.lags.rank_one import delta_rule, rank_one_means, rank_one_product
from longlag.numerics.measurement.block import find_block
from longlag.numerics.networks.flat import Layout
from longlag.numerics.signal import measure_signal
from longlag.numerics.training import train
from longlag.theory import Cell, axis, drive, recurrent, sigmoid, state, total
from longlag.theory.cells import PAPER_CELLS
from longlag.theory.descent.activation import activation
from longlag.theory.laws import LAWS

Found = Mapping[str, Tensor]


CALLS: dict[str, Callable[[Place], Found]] = {}


def _call(function: Callable[[Place], Found]) -> Callable[[Place], Found]:
    CALLS[function.__name__] = function
    return function


@_call
def generated_functions(place: Place) -> Found:
    """Every function of a cell, and of a law."""
    network, law = place.network("gru"), generate(LAWS["polynomial"], "torch")
    functions = generate(network.cell, "torch")
    local, recurrent_part = functions.diagonals(*network.arguments)
    samples = place.there(torch.logspace(2, 4, 5, dtype=torch.float64))
    letters = {symbol.name: 0.7 for symbol in LAWS["polynomial"].parameters}
    return {
        "step": functions.step(*network.arguments)["h"],
        "jacobian": functions.jacobian(*network.arguments),
        "local": local,
        "recurrent": recurrent_part,
        "horizon": law.horizon(samples, letters, cost=2.0, kappa=2.0),
    }


@_call
def transport_of_gru(place: Place) -> Found:
    """The whole report, of every anchor too, of a module."""
    gru, x = nn.GRU(2, place.size), place.drawn(place.steps, place.sequences, 2)
    report = measure_transport(
        place.module(gru), x, max_lag=place.max_lag, per_anchor=True, burn_in=2
    )
    assert report.matrices is not None
    assert report.per_anchor is not None
    assert report.per_anchor.exact is not None
    return {
        "exact": report.exact,
        "first_order": report.first_order,
        "norms": report.matrices.frobenius,
        "bounds": report.matrices.remainder_bound,
        "anchors": report.per_anchor.exact.nan_to_num(),
        "time_scales": report.time_scales,
    }


@_call
def transport_of_lstm(place: Place) -> Found:
    """Two layers and directions, with the rates of an optimiser."""
    lstm = place.module(nn.LSTM(2, place.size, num_layers=2, bidirectional=True))
    x = place.drawn(place.steps, place.sequences, 2)
    optimiser = torch.optim.Adam(lstm.parameters(), lr=1e-3)
    lstm(x)[0].square().mean().backward()
    optimiser.step()
    report = measure_transport(
        lstm, x, max_lag=place.max_lag, layer=1, reverse=True, block="c->h", optimiser=optimiser
    )
    assert report.optimiser is not None
    assert report.optimiser.exact is not None
    return {"exact": report.exact, **report.optimiser.exact}


@_call
def transport_of_gates(place: Place) -> Found:
    """A cell without a recurrent part."""
    h = state("h")
    a = sigmoid(drive("a"))
    cell = Cell("gated", {h: (1 - a) * h + a * drive("u")})
    shape = place.steps, place.sequences, place.size
    drives = {"a": place.drawn(*shape), "u": place.drawn(*shape)}
    network = Network(cell, {"h": place.drawn(*shape[1:])}, drives, {}, {})
    report = measure_transport(network, max_lag=place.max_lag)
    return {"exact": report.exact, "time_scales": report.time_scales}


@_call
def splits(place: Place) -> Found:
    """What other splits of the Jacobian leave out."""
    report = measure_splits(place.network("gru"), max_lag=place.max_lag, pairs=3)
    found: Found = {name: report.remainder(name).nan_to_num() for name in report.splits}
    return {"exact": report.exact.nan_to_num(), **found}


@_call
def products_over_lags(place: Place) -> Found:
    """Exact means with a source, rates of first order, local means and pairs of vectors."""
    shape, longest = (place.steps, place.sequences), place.max_lag
    matrices = place.drawn(*shape, place.size, place.size) / place.size**0.5
    source = place.drawn(*shape, place.size).abs()
    local = 0.9 + 0.02 * place.drawn(*shape, 1, 1, place.size)
    crossing = 0.05 * place.drawn(*shape, 1, 1, place.size)
    key = nn.functional.normalize(place.drawn(*shape, place.size), dim=-1)
    one = place.there(torch.ones(shape))
    factors = delta_rule(0.99 * one, 0.7 * one, key)
    exact = exact_means(matrices, source=source, max_lag=longest)
    anchors = first_order_per_anchor(local, crossing, max_lag=longest)
    pairs = rank_one_means(factors, per_anchor=True, max_lag=longest)
    return {
        "exact": exact.absolute,
        "first order": first_order_means(local, crossing, max_lag=longest).first_order.absolute,
        "anchors": anchors.first_order.nan_to_num(),
        "local": local_means(local, longest, modulus=True).exact.absolute,
        "pairs": pairs.absolute,
        "product": rank_one_product(factors),
    }


@_call
def directions(place: Place) -> Found:
    """Singular values, Lyapunov exponents and what predicts a sensitivity."""
    run, pairs, lags = place.run("lstm"), place.pairs(), (2, place.max_lag)
    singular = singular_values(run, pairs, lags, find_block(run.cell))
    largest = largest_singular(run, pairs, place.max_lag, generator=place.generator)
    spectrum = lyapunov_spectrum(run, 3, burn_in=2, blocks=2)
    gates = place.run("gru")
    predictors = product_predictors(gates, pairs, lags)
    leaks = gates.in_double().diagonals().local[:, :, 0, 0]
    return {
        "singular": singular.unit,
        "largest": largest.logarithm,
        "exponents": spectrum.exponents,
        "typical": two_exponents(leaks, lags).typical,
        "chance": null_r_squared(leaks[:, 0, 0], leaks[:, 0, 1], generator=place.generator),
        **predictors,
    }


@_call
def training_and_gradients(place: Place) -> Found:
    """Training, the gradient by lag and by sequence, and the signal in it."""
    inputs = place.drawn(place.steps, 48, 2)
    targets = inputs.roll(2, 0)[..., :1]
    trained = train(
        PAPER_CELLS["diag_gate"],
        inputs,
        targets,
        size=place.size,
        steps=4,
        generator=place.generator,
        burn_in=2,
    )
    objective = objective_of(trained, burn_in=2)
    by_lag = gradient_by_lag(objective, inputs, targets, max_lag=place.max_lag)
    signal = measure_signal(
        trained, inputs, targets, (1, 2, 4), burn_in=2, groups=8, alpha=2.0, replicates=100
    )
    return {
        "by lag": by_lag.flat(),
        "by sequence": gradients_by_sequence(objective, inputs, targets),
        "signal": torch.tensor([lag.own.signal.value for lag in signal.lags]),
    }


@_call
def arrays_with_axes(place: Place) -> Found:
    """A cell with a matrix for a state, and masks behind its shorter state."""
    n, p = axis("N"), axis("P")
    matrix, short = state("S", n, p), state("h", n)
    key, value = drive("k", n), drive("v", p)
    cell = Cell(
        "stored",
        {
            matrix: matrix + key * (value - total(key * matrix, over=n)),
            short: sigmoid(recurrent("n", short) + key),
        },
    )
    sizes, shape = {"N": 2, "P": 3}, (place.steps, place.sequences)
    network = Layout(cell, sizes).network(
        {"S": place.drawn(*shape[1:], 2, 3), "h": place.drawn(*shape[1:], 2)},
        {"k": 0.3 * place.drawn(*shape, 2), "v": place.drawn(*shape, 3)},
        {"n": 0.3 * place.drawn(2, 2)},
    )
    return {"exact": measure_transport(network, max_lag=place.max_lag).exact}


class _Leaky(nn.Module):
    """A user's own cell."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.input = nn.Linear(2, size)
        self.hidden = nn.Linear(size, size, bias=False)
        self.alpha = nn.Parameter(torch.ones(()))

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        return (1 - self.alpha) * h + self.alpha * torch.tanh(self.input(x) + self.hidden(h))


@_call
def adapted_module(place: Place) -> Found:
    """A module of one's own, bound by an adapter."""
    module = place.module(_Leaky(place.size))
    with torch.no_grad():
        module.alpha.copy_(place.there(torch.tensor(0.2)))
    adapter = Adapter(
        PAPER_CELLS["leaky"], {"n": "input"}, {"n": "hidden.weight"}, {"alpha": "alpha"}
    )
    x = place.drawn(place.steps, place.sequences, 2)
    return {"exact": measure_transport(bind(module, adapter), x, max_lag=place.max_lag).exact}


@_call
def descent(place: Place) -> Found:
    """Gradient descent on a diagonal network, and kernels and products of a dense one.

    In double precision everywhere, which enclosures and quadratures ask for.
    """
    place = replace(place, dtype=torch.float64)
    inputs = place.drawn(place.sequences, place.steps, 2)
    start = symmetric_start(
        activation("tanh"), width=8, dimension=2, alpha=0.5, generator=place.generator
    )
    start = start.with_parameters(place.there(start.weight), place.there(start.input_weight))
    start = type(start)(
        start.activation, start.weight, start.input_weight, place.there(start.signs)
    )
    run = gradient_descent(
        start,
        inputs,
        inputs[..., 0],
        step_size=0.01,
        iterations=3,
        witness=start,
        radius=(1.0, 1.0),
    )
    dense = dense_start(width=place.size, dimension=2, alpha=0.5, generator=place.generator)
    dense = type(dense)(
        dense.alpha, *map(place.there, (dense.weight, dense.input_weight, dense.signs))
    )
    drawn = draw_map(2, place.generator)
    moved = map(place.there, (drawn.frequencies, drawn.phases, drawn.direction))
    target = Target(start.activation, 0.5, TransportMap(1.0, 1.0, *moved))
    return {
        "bound": saturation_bound(start, inputs, reach_w=0.1, reach_u=0.1).hessian,
        "risk": torch.from_numpy(run.risk),
        "gradients": start.neuron_gradients(inputs),
        # Its grid has thousands of neurons, and is as fine for one sequence as for many.
        "target": target.values(inputs[:1, :4]),
        "kernel": dense.tangent_kernel(inputs, inputs),
        "products": dense.transport(inputs[0]),
        "curved": dense.most_curved(inputs[0], 1.0, place.generator)[0].abs(),
        "hessians": last_hessians(start, inputs[0]),
        "labels": sampled_features(start, inputs).gram(),
    }


__all__ = ["CALLS", "Found"]
