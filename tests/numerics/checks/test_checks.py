"""Every cell passes every check on random networks, and every check catches a wrong version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from longlag.derivations.rates.wrong_versions import (
    factor_dropped,
    half_bound,
    halved_first_order,
    leak_for_open_gate,
    negative_correction,
    one_factor_short,
    reversed_expansion,
    reversed_product,
    sign_flipped,
    transposed,
)
from longlag.numerics.checks import (
    CHECKS,
    Subject,
    combine,
    expansion_verdict,
    explicit_verdict,
    networks,
    subject,
)
from longlag.numerics.checks.modules import MODULES, module_discrepancy, module_verdict
from longlag.numerics.lags.rates import Rates, effective_rates
from longlag.numerics.networks.network import Network
from longlag.numerics.networks.sampling import sample_network
from longlag.theory import Cell, drive, recurrent, relu, sigmoid, state
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.language.matrix import Sum, add, blocks
from longlag.theory.statement import Level, Settings, Verdict
from longlag.theory.transport.jacobian import Jacobian
from longlag.theory.transport.product import Transport, transport

h = state("h")
_f = sigmoid(recurrent("f", h) + drive("f"))
OWN: dict[str, Cell] = {
    "minimal_gated": Cell(
        "minimal_gated", {h: (1 - _f) * h + _f * sigmoid(recurrent("n", _f * h) + drive("n"))}
    ),
    "linear": Cell("linear", {h: recurrent("n", h)}),
    "rectified": Cell(
        "rectified", {h: relu(recurrent("n", h) + drive("n"))}, allow_nondifferentiable=True
    ),
}
EVERY: dict[str, Cell] = {**CELLS, **OWN}
SUBJECTS = {name: subject(cell, order=2) for name, cell in EVERY.items()}


@st.composite
def random_networks(draw: st.DrawFn, cell: Cell) -> Network:
    """Networks from H = 1, weights over five decades or zero, gates from open to saturated."""
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    network = sample_network(
        cell,
        generator,
        size=draw(st.integers(1, 5)),
        steps=draw(st.integers(1, 6)),
        weight_scale=draw(st.sampled_from([1e-3, 1e-1, 1.0, 3.0, 1e2])),
        drive_scale=draw(st.sampled_from([0.0, 1e-1, 1.0, 10.0, 1e3])),
    )
    if draw(st.booleans()) and draw(st.booleans()):
        zeros = {name: torch.zeros_like(value) for name, value in network.weight.items()}
        network = replace(network, weight=zeros)
    return network


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("name", EVERY)
@settings(max_examples=max(4, settings.default.max_examples // 4))
@given(data=st.data())
def test_every_cell_passes_every_check(name: str, check: str, data: st.DataObject) -> None:
    network = data.draw(random_networks(EVERY[name]))
    error = CHECKS[check].discrepancy(SUBJECTS[name], network)
    assert error <= CHECKS[check].tolerance, network.describe()


@pytest.mark.parametrize("name", MODULES)
@given(data=st.data())
def test_generated_steps_are_the_real_modules(name: str, data: st.DataObject) -> None:
    network = data.draw(random_networks(CELLS[name]))
    assert module_discrepancy(SUBJECTS[name], network) <= 1e-12


def rates_from_the_old_end(found: Subject) -> Subject:
    """Rates of the product with the oldest factor first."""

    def wrong(local: Tensor, recurrent: Tensor, **options: int) -> Rates:
        return effective_rates(local.flip(0), recurrent.flip(0), **options)

    return replace(found, rates=wrong)


WRONG: dict[str, list[Callable[[Subject], Subject]]] = {
    "jacobian": [sign_flipped, factor_dropped, transposed],
    "parts": [sign_flipped, factor_dropped],
    "product": [sign_flipped, factor_dropped, transposed, reversed_product, one_factor_short],
    "expansion": [sign_flipped, factor_dropped, reversed_expansion, halved_first_order],
    "slope": [halved_first_order],
    "remainder": [half_bound],
    "rates": [sign_flipped, negative_correction, rates_from_the_old_end],
    "open_gate": [leak_for_open_gate],
}
#: Wrong versions that a cell cannot tell from the right one, with the reason.
SAME: dict[tuple[str, str], str] = {
    ("plain", "rates_from_the_old_end"): "D = 0: only lag 1 has a rate beyond the newest step"
}


@pytest.mark.parametrize(("check", "wrong"), [(c, w) for c, ws in WRONG.items() for w in ws])
@pytest.mark.parametrize("name", CELLS)
def test_every_check_catches_wrong_versions(
    name: str, check: str, wrong: Callable[[Subject], Subject]
) -> None:
    # At order 1 the bound is tight for H = 1 and lag 2; at order 2 the order of factors matters
    # even where D is the same for all neurons and times.
    hard = Settings(examples=20)
    right = subject(CELLS[name], order=2 if check == "expansion" else 1)
    if (name, wrong.__name__) in SAME or _indifferent(right, check, wrong):
        return
    verdict = CHECKS[check].run(wrong(right), hard)
    assert verdict.level is Level.REFUTED
    assert "H = " in verdict.counterexample
    assert verdict.error is not None
    assert verdict.error > CHECKS[check].tolerance


def _indifferent(found: Subject, check: str, wrong: Callable[[Subject], Subject]) -> bool:
    """Without a local part the first-order terms vanish beyond lag 1, so few mistakes show."""
    no_local = blocks(found.jacobian.local)[0][0] == Sum(())
    return (
        len(found.cell.states) == 1
        and no_local
        and check in ("slope", "expansion", "remainder", "rates")
    )


def test_the_update_check_catches_another_cell() -> None:
    z = sigmoid(recurrent("z", h) + drive("z"))
    n = sigmoid(recurrent("n", h) + drive("n"))
    swapped = Cell("diag_gate", {h: z * h + (1 - z) * n})
    right, wrong = subject(CELLS["diag_gate"]), subject(swapped)
    for network in networks(CELLS["diag_gate"], Settings(examples=3)):
        assert CHECKS["update"].discrepancy(right, network) < 1e-13
        assert CHECKS["update"].discrepancy(wrong, network) > 1e-3


def test_the_backend_check_catches_one_backend_that_differs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from longlag.numerics.checks import check

    found = subject(CELLS["gru"])
    honest = check.generate

    def crooked(jacobian: Jacobian, backend: str) -> object:
        wrong = sign_flipped(Subject(jacobian)).jacobian
        return honest(wrong if backend == "mpmath" else jacobian, backend)

    monkeypatch.setattr(check, "generate", crooked)
    assert CHECKS["backends"].run(found, Settings(examples=2)).level is Level.REFUTED


@pytest.mark.parametrize("name", MODULES)
def test_the_module_check_catches_another_update(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert module_verdict(name, Settings(examples=2)).holds
    right = CELLS[name]
    first = next(iter(right.update))
    doubled = Cell(name, {s: 2 * e if s == first else e for s, e in right.update.items()})
    network = next(iter(networks(right, Settings(examples=1))))
    assert module_discrepancy(subject(doubled), network) > 1e-3


@pytest.mark.parametrize("name", ["gru", "lstm", "shared_gate"])
@pytest.mark.parametrize("mistake", [sign_flipped, factor_dropped])
def test_symbolic_routes_refute_wrong_jacobians(
    name: str, mistake: Callable[[Subject], Subject]
) -> None:
    found = subject(CELLS[name]).jacobian
    wrong = mistake(subject(CELLS[name])).jacobian
    assert explicit_verdict(found, Settings()).level is Level.PROVED
    refuted = explicit_verdict(wrong, Settings())
    assert refuted.level is Level.REFUTED
    assert refuted.counterexample


class _WrongTerms(Transport):
    """A transport whose highest term is doubled."""

    @property
    def terms(self):  # type: ignore[no-untyped-def]
        *others, last = Transport(self.jacobian, self.order, self.lag).terms
        return (*others, add(last, last))


@pytest.mark.parametrize("name", CELLS)
def test_expansions_are_the_powers_of_epsilon(name: str) -> None:
    # Without a local part only the term that crosses R at every step is not zero.
    order = 3 if name == "plain" else 1
    right = transport(CELLS[name], order)
    assert expansion_verdict(right, Settings()).holds
    verdict = expansion_verdict(_WrongTerms(right.jacobian, order), Settings())
    assert verdict.level is Level.REFUTED
    assert f"order {order}" in verdict.counterexample


def test_a_nan_does_not_pass() -> None:
    broken = replace(subject(CELLS["leaky"]), layout=lambda matrix: matrix * float("nan"))
    assert CHECKS["jacobian"].run(broken, Settings(examples=1)).level is Level.REFUTED


def test_one_refuting_route_decides() -> None:
    good = Verdict(level=Level.PROVED, method="a proof")
    bad = Verdict(level=Level.REFUTED, method="a network", counterexample="H = 1")
    assert combine([good, bad]) is bad
    measured = Verdict(
        level=Level.MEASURED, method="autograd", error=1e-16, points=3, failure_rate=0.5
    )
    both = combine([measured, good])
    assert both.level is Level.PROVED
    assert "a proof" in both.summary()
    assert "autograd" in both.summary()


def test_verdicts_depend_on_the_seed_alone() -> None:
    settings = Settings(examples=3, seed=5)
    found = subject(CELLS["gru"])
    assert CHECKS["rates"].run(found, settings) == CHECKS["rates"].run(found, settings)
    other = CHECKS["rates"].run(found, Settings(examples=3, seed=6))
    assert CHECKS["rates"].run(found, settings).error != other.error
