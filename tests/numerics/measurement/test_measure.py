"""A report says what the explicit products of a network's Jacobians say."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from longlag.numerics import bind, measure_transport
from longlag.numerics.checks.reference import autograd_jacobian, evaluate_update
from longlag.numerics.generate import generate
from longlag.numerics.lags.products import trajectory
from longlag.numerics.lags.rates import effective_rates
from longlag.numerics.measurement import TransportReport
from longlag.numerics.networks.network import Network
from longlag.numerics.networks.sampling import sample_network
from longlag.numerics.training.network import first_states
from longlag.numerics.training.step_sizes import step_sizes
from longlag.theory import LonglagError
from longlag.theory.bridges.gates import gate_law
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.notation import ell

STEPS, SIZE, LAGS = 14, 3, 9


def network(name: str, seed: int, batch: tuple[int, ...] = (2,)) -> Network:
    generator = torch.Generator().manual_seed(seed)
    return sample_network(CELLS[name], generator, size=SIZE, batch=batch, steps=STEPS)


def autograd_jacobians(given: Network) -> Tensor:
    """J_t of one sequence by autograd of the update as it is written, shape (T, n, n)."""
    run = trajectory(generate(given.cell, "torch"), given)

    def update(*arguments: object) -> object:
        return evaluate_update(given.cell, *arguments)

    steps = [
        run.at(t, {name: value[t] for name, value in run.state.items()}) for t in range(run.steps)
    ]
    return torch.stack([autograd_jacobian(update, step) for step in steps])


def sequence(given: Network, b: int) -> Network:
    return replace(
        given,
        state={name: value[b] for name, value in given.state.items()},
        drive={name: value[:, b] for name, value in given.drive.items()},
    )


def explicit(
    given: Network, new: int, previous: int, *, newest_left: bool = True
) -> dict[str, Tensor]:
    """Every reading from explicit products, anchor by anchor."""
    diagonals: list[list[Tensor]] = [[] for _ in range(LAGS)]
    norms: list[list[Tensor]] = [[] for _ in range(LAGS)]
    for b in range(given.drive[next(iter(given.drive))].shape[1]):
        factors = autograd_jacobians(sequence(given, b))
        for anchor in range(STEPS):
            product = torch.eye(factors.shape[-1], dtype=factors.dtype)
            for lag in range(1, min(LAGS, anchor + 1) + 1):
                older = factors[anchor - lag + 1]
                product = product @ older if newest_left else older @ product
                rows = slice(new * SIZE, (new + 1) * SIZE)
                part = product[rows, previous * SIZE : (previous + 1) * SIZE]
                diagonals[lag - 1].append(part.diagonal())
                norms[lag - 1].append(torch.linalg.matrix_norm(part))
    return {
        "absolute": torch.stack([torch.stack(found).abs().mean(0) for found in diagonals]),
        "signed": torch.stack([torch.stack(found).mean(0) for found in diagonals]),
        "frobenius": torch.stack([torch.stack(found).mean() for found in norms]),
    }


def assert_close(found: Tensor, expected: Tensor, tolerance: float = 1e-12) -> None:
    assert found.dtype == torch.float64
    assert torch.allclose(found, expected.double(), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", CELLS)
def test_exact_rates_are_the_diagonals_of_explicit_products_by_autograd(name: str) -> None:
    given = network(name, seed=1)
    report = measure_transport(given, max_lag=LAGS)
    old, new = report.provenance.block.split("->")
    states = given.cell.states
    truth = explicit(given, states.index(new), states.index(old))
    assert_close(report.per_neuron["exact"], truth["absolute"])
    assert_close(report.per_neuron_signed["exact"], truth["signed"])
    assert_close(report.frobenius, truth["frobenius"])
    assert_close(report.exact, truth["absolute"].sum(-1))
    assert_close(report.signed("exact"), truth["signed"].sum(-1))
    assert_close(report.neuron_mean("exact"), truth["absolute"].mean(-1))
    wrong = explicit(given, states.index(new), states.index(old), newest_left=False)
    assert not torch.allclose(report.per_neuron["exact"], wrong["absolute"], rtol=1e-3)


@pytest.mark.parametrize("block", ["h->h", "h->c", "c->h", "c->c"])
def test_an_lstm_has_four_blocks_by_name(block: str) -> None:
    given = network("lstm", seed=2)
    report = measure_transport(given, max_lag=LAGS, block=block)
    old, new = (given.cell.states.index(name) for name in block.split("->"))
    truth = explicit(given, new, old)
    assert report.provenance.block == block
    assert_close(report.per_neuron["exact"], truth["absolute"])
    assert_close(report.frobenius, truth["frobenius"])
    assert measure_transport(given, max_lag=2).provenance.block == "c->c"


@pytest.mark.parametrize("name", CELLS)
def test_expansions_are_the_rates_of_the_theory_averaged_over_anchors(name: str) -> None:
    given = network(name, seed=3)
    report = measure_transport(given, max_lag=LAGS, per_anchor=True)
    states = given.cell.states
    old, new = (states.index(part) for part in report.provenance.block.split("->"))
    functions = generate(given.cell, "torch")
    local, recurrent = functions.diagonals(*trajectory(functions, given).arguments)
    for lag in range(1, LAGS + 1):
        windows = [
            effective_rates(
                local[t - lag + 1 : t + 1].flip(0),
                recurrent[t - lag + 1 : t + 1].flip(0),
                new=new,
                previous=old,
            )
            for t in range(lag - 1, STEPS)
        ]
        for reading in ("zeroth", "first_order"):
            values = torch.stack([getattr(rates, reading)[-1] for rates in windows])
            place = lag - 1
            assert_close(report.per_neuron[reading][place], values.abs().mean((0, 1)))
            assert_close(report.per_neuron_signed[reading][place], values.mean((0, 1)))
            kept = getattr(report.per_anchor, reading)[place]
            assert_close(kept[place:], values.abs().sum(-1))
            assert bool(kept[:place].isnan().all())


@pytest.mark.parametrize("name", CELLS)
def test_first_order_stays_within_the_remainder_bound_and_is_exact_at_lag_one(name: str) -> None:
    report = measure_transport(network(name, seed=4), max_lag=LAGS)
    gap = (report.per_neuron_signed["exact"] - report.per_neuron_signed["first_order"]).abs()
    assert bool((gap <= report.remainder_bound[:, None] + 1e-14).all())
    assert report.remainder_bound[0] == 0
    assert report.errors.first_order[0] < 1e-12
    assert bool((report.errors.zeroth >= 0).all())


def test_expansions_alone_are_those_beside_exact_products() -> None:
    given = network("lstm", seed=4)
    whole = measure_transport(given, max_lag=LAGS, per_anchor=True)
    alone = measure_transport(given, max_lag=LAGS, per_anchor=True, exact=False)
    assert alone.readings == ("zeroth", "first_order")
    for reading in alone.readings:
        assert torch.equal(alone.per_neuron[reading], whole.per_neuron[reading])
        assert torch.equal(alone.signed(reading), whole.signed(reading))
        kept = (getattr(report.per_anchor, reading) for report in (alone, whole))
        assert torch.equal(*(values.nan_to_num() for values in kept))
    assert torch.equal(alone.time_scales, whole.time_scales)
    assert torch.equal(alone.rates(3), whole.rates(3, "first_order"))
    assert alone.window(samples=9, cost=1, kappa=2) == whole.window(
        samples=9, cost=1, kappa=2, reading="first_order"
    )
    missing = {"exact", "frobenius", "remainder_bound", "relative_error", "breakdown"}
    assert whole.to_dict().keys() - alone.to_dict().keys() == missing
    with pytest.raises(LonglagError, match="choose from zeroth, first_order"):
        _ = alone.exact
    with pytest.raises(LonglagError, match="measure with exact=True"):
        alone.breakdown(0.1)
    assert alone.plot().axes[0].get_title() == "envelopes"


@pytest.mark.parametrize("size", [2, 7])
def test_the_window_of_a_gate_is_that_of_its_law_however_many_neurons_there_are(size: int) -> None:
    given = sample_network(
        CELLS["const_gate"], torch.Generator().manual_seed(0), steps=40, size=size
    )
    law = gate_law(given.cell)
    (symbol,) = law.domains
    # Half a step beyond a lag, so that rounding decides nothing.
    kept = float(law.envelope.subs({symbol: float(given.parameter["s"]), ell: 9.5}))
    found = measure_transport(given, max_lag=20).window(
        samples=kept**-2, cost=1.0, kappa=2.0, reading="zeroth"
    )
    assert (found.last, found.first_failure) == (9, 10)


def test_an_optimisers_expansions_need_no_exact_products() -> None:
    gru, optimiser, x = optimised(torch.optim.Adam, lr=0.01)
    whole, alone = (
        measure_transport(gru, x, max_lag=3, optimiser=optimiser, exact=exact)
        for exact in (True, False)
    )
    assert torch.equal(alone.optimiser.first_order["z"], whole.optimiser.first_order["z"])
    assert alone.optimiser.exact == {}
    assert "exact" not in alone.to_dict()["optimiser"]


def test_what_is_left_out_needs_no_memory() -> None:
    given = sample_network(CELLS["gru"], torch.Generator(), size=32, steps=STEPS)
    limit = {"max_lag": LAGS, "memory_limit": 2**20, "error_pairs": 1}
    with pytest.raises(LonglagError, match="or leave exact products out"):
        measure_transport(given, **limit)
    assert measure_transport(given, exact=False, **limit).matrices is None


def test_results_per_anchor_average_to_the_envelopes() -> None:
    report = measure_transport(network("gru", seed=5), max_lag=LAGS, per_anchor=True)
    kept = report.per_anchor
    for reading in ("zeroth", "first_order", "exact"):
        values: Tensor = getattr(kept, reading)
        assert values.shape == (LAGS, STEPS, 2)
        assert_close(values.nanmean((1, 2)), getattr(report, reading))
    assert_close(kept.frobenius.nanmean((1, 2)), report.frobenius)


def test_a_burn_in_leaves_out_factors_but_not_the_run_up() -> None:
    given = network("gru", seed=6)
    run = trajectory(generate(given.cell, "torch"), given)
    later = replace(
        given,
        state={name: value[5] for name, value in run.state.items()},
        drive={name: value[5:] for name, value in given.drive.items()},
    )
    with_burn_in = measure_transport(given, max_lag=LAGS, burn_in=5)
    assert with_burn_in.provenance.steps == STEPS - 5
    expected = measure_transport(later, max_lag=LAGS)
    assert_close(with_burn_in.exact, expected.exact)
    assert_close(with_burn_in.first_order, expected.first_order)


MODULES = [
    (nn.RNN, {}),
    (nn.GRU, {}),
    (nn.LSTM, {}),
    (nn.GRU, {"num_layers": 2, "batch_first": True}),
    (nn.LSTM, {"bidirectional": True}),
]


@pytest.mark.parametrize(("kind", "options"), MODULES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_module_is_measured_as_the_network_it_is_bound_to(
    kind: type[nn.RNNBase], options: dict[str, object], dtype: torch.dtype
) -> None:
    torch.manual_seed(0)
    module = kind(2, SIZE, dtype=dtype, **options)
    x = torch.randn(2, STEPS, 2, dtype=dtype)
    x = x if module.batch_first else x.transpose(0, 1)
    place = {"layer": module.num_layers - 1, "reverse": module.bidirectional}
    report = measure_transport(module, x, max_lag=LAGS, **place)
    bound = bind(module, place["layer"], reverse=place["reverse"])
    direct = measure_transport(bound.network(x), max_lag=LAGS)
    assert torch.equal(report.exact, direct.exact)
    assert torch.equal(measure_transport(bound, x, max_lag=LAGS).exact, direct.exact)
    assert report.provenance.dtype == str(dtype).removeprefix("torch.")
    double = measure_transport(module.double(), x.double(), max_lag=LAGS, **place)
    assert torch.allclose(report.exact, double.exact, rtol=1e-5)
    assert kind.__name__ in report.provenance.describe()


@given(st.integers(0, 2**31), st.integers(1, 6), st.integers(1, 20))
def test_compiled_and_torch_functions_agree(seed: int, size: int, max_lag: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    given = sample_network(CELLS["gru"], generator, size=size, steps=20, drive_scale=3.0)
    compiled = measure_transport(given, max_lag=max_lag)
    plain = measure_transport(given, max_lag=max_lag, compiled=False)
    assert plain.provenance.backend == "torch"
    found = plain.to_dict()["provenance"]
    assert found["kernels"] == found["backend"] == "torch", "the old name is kept"
    for reading in ("zeroth", "first_order", "exact"):
        assert_close(compiled.per_neuron[reading], plain.per_neuron[reading])


def optimised(kind: type[torch.optim.Optimizer], **options: float) -> tuple[nn.GRU, object, Tensor]:
    torch.manual_seed(1)
    gru = nn.GRU(1, SIZE, dtype=torch.float64)
    optimiser = kind(gru.parameters(), **options)
    x = torch.randn(STEPS, 2, 1, dtype=torch.float64)
    for _ in range(3):
        optimiser.zero_grad()
        (gru(x)[0] - x).square().mean().backward()
        optimiser.step()
    return gru, optimiser, x


def test_plain_gradient_descent_scales_every_rate_by_the_learning_rate() -> None:
    gru, optimiser, x = optimised(torch.optim.SGD, lr=0.25)
    report = measure_transport(gru, x, max_lag=LAGS, optimiser=optimiser)
    assert set(report.optimiser.exact) == {"r", "z", "n"}
    for reading in ("zeroth", "first_order", "exact"):
        for values in getattr(report.optimiser, reading).values():
            assert_close(values, 0.25 * getattr(report, reading))
    assert report.optimiser.step_size["z"] == 0.25


def test_adaptive_step_sizes_stand_at_the_source_of_a_product() -> None:
    from longlag.numerics.training.step_sizes import effective_step_sizes

    gru, optimiser, x = optimised(torch.optim.Adam, lr=0.01)
    report = measure_transport(gru, x, max_lag=3, optimiser=optimiser)
    given = bind(gru).network(x)
    states = trajectory(generate(given.cell, "torch"), given).state["h"].detach()
    factors = [autograd_jacobians(sequence(given, b)).detach() for b in range(2)]
    found = []
    for b, sizes in ((b, step_sizes(optimiser, gru)["z"]) for b in range(2)):
        weight = effective_step_sizes(sizes, states)[:, b]
        for t in range(2, STEPS):
            product = factors[b][t] @ factors[b][t - 1] @ factors[b][t - 2]
            found.append((product.diagonal() * weight[t - 2]).abs().sum())
    assert_close(report.optimiser.exact["z"][2], torch.stack(found).mean())


@pytest.mark.parametrize("name", ["gru_reset_before", "shared_gate", "lstm"])
def test_an_optimiser_of_a_networks_own_weights_reads_what_each_map_acts_on(name: str) -> None:
    given = network(name, seed=4)
    weight = {key: value.clone().requires_grad_() for key, value in given.weight.items()}
    own = replace(given, weight=weight)
    optimiser = torch.optim.Adam(weight.values(), lr=0.01)
    first_states(own).square().mean().backward()
    optimiser.step()
    sizes = step_sizes(optimiser, own)
    assert {key: value.shape for key, value in sizes.items()} == {
        key: value.shape for key, value in weight.items()
    }
    report = measure_transport(own, max_lag=3, optimiser=optimiser).optimiser
    kept = measure_transport(own, max_lag=3, optimiser=sizes).optimiser
    assert (report.optimiser, kept.optimiser) == ("Adam", "given")
    run = trajectory(generate(own.cell, "torch"), own)
    h = run.state["h"].detach()
    if name == "gru_reset_before":
        r = torch.sigmoid(run.drive["r"] + h @ weight["r"].detach().T)
        inputs = {"r": h, "z": h, "n": r * h}
    else:
        inputs = dict.fromkeys(weight, h)
    for key, read in inputs.items():
        square = read.square()
        mean = torch.einsum("...p,qp->...q", square, sizes[key].expand(SIZE, SIZE))
        expected = mean / square.sum(-1, keepdim=True)
        # The states before the first step are drawn, so that none is zero.
        assert report.step_size[key] == pytest.approx(float(expected.mean()), rel=1e-12)
        assert torch.equal(report.exact[key], kept.exact[key])
    row = measure_transport(own, max_lag=3, optimiser=sizes, optimiser_reading="row_mean")
    assert row.optimiser.step_size[key] == pytest.approx(float(sizes[key].mean()), rel=1e-12)


def test_an_optimiser_of_a_single_precision_module_is_taken() -> None:
    gru, x = nn.GRU(1, SIZE), torch.randn(STEPS, 2, 1)
    report = measure_transport(
        gru, x, max_lag=3, optimiser=torch.optim.SGD(gru.parameters(), lr=0.5)
    )
    assert torch.allclose(report.optimiser.exact["z"], 0.5 * report.exact, rtol=1e-5)
    assert torch.allclose(report.optimiser.first_order["z"], 0.5 * report.first_order, rtol=1e-5)


def test_step_sizes_of_another_network_are_refused() -> None:
    sizes = {"z": torch.ones(4, 4)}
    with pytest.raises(LonglagError, match=r"step sizes 'z' of shape \(4, 4\): cell 'gru' has"):
        measure_transport(network("gru", 1), max_lag=2, optimiser=sizes)
    frozen = {key: value.requires_grad_() * 1 for key, value in network("gru", 1).weight.items()}
    with pytest.raises(LonglagError, match="computed from other parameters"):
        measure_transport(
            replace(network("gru", 1), weight=frozen),
            max_lag=2,
            optimiser=torch.optim.SGD([torch.ones(1)], lr=1.0),
        )


def test_breakdown_is_the_first_lag_beyond_a_level() -> None:
    report = measure_transport(network("gru", seed=7), max_lag=LAGS)
    errors = report.errors.first_order
    lag = report.breakdown(float(errors[4]) * (1 - 1e-9))
    assert lag == 1 + int((errors > errors[4] * (1 - 1e-9)).nonzero()[0])
    assert report.breakdown(1e9) is None
    with pytest.raises(LonglagError, match="choose from zeroth, first_order"):
        report.breakdown(0.1, "exact")
    with pytest.raises(LonglagError, match="lags 1 to 9"):
        report.rates([1.5])  # type: ignore[list-item]
    assert torch.equal(report.rates(3), report.rates([3]))


def plain(report: TransportReport) -> str:
    import json

    return json.dumps(report.to_dict(), allow_nan=False)


def test_a_report_is_plain_numbers_for_machines() -> None:
    gru, optimiser, x = optimised(torch.optim.RMSprop, lr=0.01)
    report = measure_transport(gru, x, max_lag=LAGS, optimiser=optimiser)
    text = plain(report)
    assert '"breakdown"' in text
    assert report.to_dict()["rates"]["lags"] == [1, 2, 4, 8, 9]
    assert report.to_dict([3])["rates"]["exact"] == [report.rates([3])[0].tolist()]
    # A plain cell has no local path: its time scales are 0 and say so.
    assert set(measure_transport(network("plain", 1), max_lag=2).time_scales.tolist()) == {0.0}


def test_a_second_way_to_choose_a_layer_is_refused() -> None:
    bound = bind(nn.GRU(1, 2, 2, bidirectional=True))
    for place in ({"layer": 1}, {"reverse": True}):
        with pytest.raises(LonglagError, match="already"):
            measure_transport(bound, torch.zeros(4, 1), max_lag=2, **place)
    with pytest.raises(LonglagError, match="beside a Network"):
        measure_transport(network("gru", 1), max_lag=2, layer=1)


@pytest.mark.parametrize("value", [math.inf, math.nan])
def test_inputs_that_are_not_finite_are_refused(value: float) -> None:
    with pytest.raises(LonglagError, match="NaN or infinity"):
        measure_transport(nn.GRU(1, 2), torch.full((5, 1), value), max_lag=2)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_measured_in_single_and_says_so(dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    gru = nn.GRU(1, 4).to(dtype)
    report = measure_transport(gru, torch.ones(9, 1, dtype=dtype), max_lag=4)
    assert report.provenance.dtype == f"float32 (given as {str(dtype).removeprefix('torch.')})"
    single = measure_transport(gru.float(), torch.ones(9, 1), max_lag=4)
    assert torch.allclose(report.exact, single.exact, rtol=0.02)


def test_slow_gates_of_a_float32_module_keep_their_time_scales() -> None:
    torch.manual_seed(0)
    gru = nn.GRU(1, 4)
    with torch.no_grad():
        gru.bias_hh_l0[4:8] += 15
    x = torch.randn(30, 1)
    narrow = measure_transport(gru, x, max_lag=4).time_scales
    wide = measure_transport(gru.double(), x.double(), max_lag=4).time_scales
    assert torch.allclose(narrow, wide, rtol=1e-4)


def test_errors_at_short_lags_use_anchors_that_reach_no_further() -> None:
    report = measure_transport(network("gru", 8, batch=()), max_lag=STEPS)
    assert report.provenance.error_pairs == STEPS
    only = measure_transport(network("gru", 8, batch=()), max_lag=STEPS, error_pairs=1)
    assert torch.isclose(report.errors.first_order[-1], only.errors.first_order[-1], rtol=1e-12)
    assert report.errors.first_order[3] != only.errors.first_order[3]


def test_quantiles_lie_between_neurons() -> None:
    report = measure_transport(network("gru", 9), max_lag=2)
    made = replace(report, time_scales=torch.tensor([4.0, 1.0, math.inf, 2.0]))
    assert made.spectrum()["50%"] == 3.0
    assert made.spectrum()["100%"] == made.spectrum()["75%"] == math.inf
    assert made.spectrum()["5%"] == pytest.approx(1.15)
    assert repr(made).startswith("<transport over lags 1 to 2: Network (cell gru)")


REFUSALS = [
    ({"max_lag": 0}, ">= 1"),
    ({"max_lag": 2.5}, "an integer"),
    ({"max_lag": STEPS + 1}, "hold no product"),
    ({"max_lag": 2, "burn_in": STEPS - 1}, "shorter burn-in"),
    ({"max_lag": 2, "burn_in": -1}, ">= 0"),
    ({"max_lag": 2, "block": "h->x"}, "h->h"),
    ({"max_lag": 2, "error_pairs": 0}, ">= 1"),
    ({"max_lag": 2, "memory_limit": 1000}, "MiB may be used"),
    ({"max_lag": 2, "memory_limit": math.inf}, "memory_limit inf: .* an integer"),
    ({"max_lag": 2, "memory_limit": math.nan}, "memory_limit nan"),
    ({"max_lag": 2, "memory_limit": -1}, "memory_limit -1"),
    ({"max_lag": 2, "memory_limit": True}, "memory_limit True"),
    ({"max_lag": 2, "x": torch.zeros(3)}, "leave x and hx out"),
]


@pytest.mark.parametrize(("options", "told"), REFUSALS)
def test_bad_input_is_refused_with_the_remedy(options: dict[str, object], told: str) -> None:
    with pytest.raises(LonglagError, match=told):
        measure_transport(network("gru", seed=1), **options)


@pytest.mark.parametrize("role", ["state", "drive", "weight"])
def test_imaginary_parts_are_not_dropped(role: str) -> None:
    real = network("gru", seed=1)
    group = {name: value + 1j for name, value in getattr(real, role).items()}
    with pytest.raises(LonglagError, match="imaginary parts would be lost"):
        measure_transport(replace(real, **{role: group}), max_lag=2)


def test_drives_that_do_not_fit_are_not_made() -> None:
    # A long input of one number that stands everywhere: the drives of 8 TiB would not.
    x = torch.zeros(1, 1).expand(2**33, 1)
    with pytest.raises(LonglagError, match=r"and drives alone take .* GiB; lower max_lag"):
        measure_transport(nn.LSTM(1, 64), x, max_lag=3)


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(LonglagError, match="recurrent torch module"):
        measure_transport("gru", max_lag=3)
    with pytest.raises(LonglagError, match="single step"):
        measure_transport(nn.GRUCell(1, 2), torch.zeros(4, 1), max_lag=3)
    with pytest.raises(LonglagError, match="this SGD does not hold it"):
        measure_transport(
            network("gru", 1), max_lag=3, optimiser=torch.optim.SGD([torch.ones(1)], lr=1.0)
        )
    gru = nn.GRU(1, 2)
    with torch.no_grad():
        gru.weight_hh_l0[0, 0] = torch.nan
    with pytest.raises(LonglagError, match="NaN or infinity"):
        measure_transport(gru, torch.zeros(4, 1), max_lag=3)
