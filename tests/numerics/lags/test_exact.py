"""Exact means are those of explicit ordered products, at every lag and in every precision."""

from __future__ import annotations

import math
from collections import Counter
from functools import partial

import mpmath
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from longlag.numerics.lags import (
    exact,
    exact_compiled,
    exact_cross,
    exact_gram,
    exact_plan,
    workspace,
)
from longlag.numerics.lags.exact import ExactMeans, Factors, exact_memory, exact_units
from longlag.numerics.lags.products import ordered_product
from longlag.theory.errors import LonglagError

#: These tests are of divide and conquer, which short products would do without.
exact_means = partial(exact.exact_means, direct=False)


def random_factors(seed: int, *shape: int, scale: float = 1.0) -> Tensor:
    """Return factors whose products neither die nor explode."""
    generator = torch.Generator().manual_seed(seed)
    return scale * torch.randn(*shape, generator=generator, dtype=torch.float64) / shape[-1] ** 0.5


def haar(seed: int, size: int) -> Tensor:
    """Return a random orthogonal matrix; without the signs QR favours some angles."""
    q, r = torch.linalg.qr(random_factors(seed, size, size))
    return q * r.diagonal().sign()


def explicit(
    factors: Tensor, max_lag: int, size: int, new: int, previous: int, source: Tensor | None = None
) -> ExactMeans:
    """Return the same means from every product, formed one by one."""
    steps, batch = len(factors), factors.shape[1:-2]
    rows, columns = (
        slice(new * size, (new + 1) * size),
        slice(previous * size, (previous + 1) * size),
    )
    absolute, signed, frobenius = [], [], []
    anchors = factors.new_full((max_lag, steps, *batch), torch.nan, dtype=torch.float64)
    norms = anchors.clone()
    for lag in range(1, max_lag + 1):
        diagonals = []
        for t in range(lag - 1, steps):
            block = ordered_product(factors[t - lag + 1 : t + 1].flip(0))[..., rows, columns]
            diagonal = block.diagonal(dim1=-2, dim2=-1)
            diagonals.append(diagonal if source is None else diagonal * source[t - lag + 1])
            norms[lag - 1, t] = torch.linalg.matrix_norm(block)
            anchors[lag - 1, t] = diagonals[-1].abs().sum(-1)
        every = torch.stack(diagonals).reshape(-1, size)
        absolute.append(every.abs().mean(0))
        signed.append(every.mean(0))
        frobenius.append(norms[lag - 1, lag - 1 :].mean())
    return ExactMeans(
        torch.stack(absolute), torch.stack(signed), torch.stack(frobenius), anchors, norms
    )


def distance(found: ExactMeans, true: ExactMeans) -> float:
    """Return the largest error over lags, relative to what is largest at the lag."""
    worst = 0.0
    for a, b in zip(found, true, strict=True):
        assert a is not None
        assert b is not None
        assert a.shape == b.shape
        if not torch.equal(a.isnan(), b.isnan()):
            return math.inf
        error, size = ((value.nan_to_num().reshape(len(b), -1)) for value in (a - b, b))
        error = error.abs().amax(1) / size.abs().amax(1).clamp(min=1e-300)
        worst = max(worst, error.max().item())
    return worst


shapes = st.tuples(
    st.integers(0, 999),
    st.integers(1, 45),
    st.sampled_from([(), (1,), (3,), (2, 2)]),
    st.integers(1, 3),
    st.integers(1, 4),
    st.data(),
)


@given(shapes, st.booleans())
def test_means_are_those_of_explicit_products(
    shape: tuple[int, int, tuple[int, ...], int, int, st.DataObject], weighted: bool
) -> None:
    seed, steps, batch, states, size, data = shape
    max_lag = data.draw(st.integers(1, steps))
    new, previous = (data.draw(st.integers(0, states - 1)) for _ in range(2))
    factors = random_factors(seed, steps, *batch, states * size, states * size)
    source = random_factors(seed + 1, steps, *batch, size) if weighted else None
    choice = {"max_lag": max_lag, "size": size, "new": new, "previous": previous, "source": source}
    true = explicit(factors, max_lag, size, new, previous, source)
    assert distance(exact_means(factors, per_anchor=True, **choice), true) < 1e-12
    narrow = exact_means(factors.float(), per_anchor=True, **choice)
    true = explicit(factors.float().double(), max_lag, size, new, previous, source)
    assert distance(narrow, true) < 1e-3


@pytest.mark.parametrize(
    ("steps", "max_lag", "size"), [(130, 130, 9), (300, 41, 6), (150, 100, 40)]
)
def test_long_windows_agree_with_explicit_products(steps: int, max_lag: int, size: int) -> None:
    factors = random_factors(steps, steps, size, size)
    found = exact_means(factors, max_lag=max_lag, per_anchor=True)
    product = torch.eye(size, dtype=torch.float64).expand(steps, size, size)
    assert found.frobenius is not None
    assert found.per_anchor is not None
    for lag in range(1, max_lag + 1):
        product = product[-(steps - lag + 1) :] @ factors[: steps - lag + 1]
        diagonal = product.diagonal(dim1=-2, dim2=-1)
        norms = torch.linalg.matrix_norm(product)
        scale = norms.mean()
        assert (found.signed[lag - 1] - diagonal.mean(0)).abs().max() < 1e-13 * scale
        assert (found.absolute[lag - 1] - diagonal.abs().mean(0)).abs().max() < 1e-13 * scale
        assert abs(found.frobenius[lag - 1] - scale) < 1e-13 * scale
        error = found.per_anchor[lag - 1, lag - 1 :] - diagonal.abs().sum(1)
        assert error.abs().max() < 1e-12 * norms.max()


def test_torch_alone_gives_the_numbers_of_compiled_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = random_factors(2, 60, 2, 6, 6)
    for factors in (wide, wide.float(), wide.float() * 1e-3):
        found = exact_means(factors, max_lag=23, size=3, per_anchor=True)
        with monkeypatch.context() as patch:
            patch.setattr(exact_compiled, "_library", lambda: None)
            patch.setattr(exact_gram, "_library", lambda: None)
            alone = exact_means(factors, max_lag=23, size=3, per_anchor=True)
        # Sums in another order, in the precision of the factors.
        assert distance(alone, found) < (1e-14 if factors.dtype == torch.float64 else 5e-7)


@given(st.integers(0, 999), st.integers(2, 70), st.data())
def test_factors_are_made_where_they_are_needed_and_each_once(
    seed: int, steps: int, data: st.DataObject
) -> None:
    max_lag = data.draw(st.integers(1, steps))
    factors = random_factors(seed, steps, 2, 3, 3)
    asked: Counter[tuple[int, int]] = Counter()

    def at(times: Tensor, sequences: Tensor) -> Tensor:
        asked.update(zip(times.flatten().tolist(), sequences.flatten().tolist(), strict=True))
        return factors[times, sequences]

    done: list[int] = []
    found = exact_means(
        Factors(at, steps, 2), max_lag=max_lag, per_anchor=True, advance=done.append
    )
    assert distance(found, exact_means(factors, max_lag=max_lag, per_anchor=True)) == 0
    assert set(asked) == {(time, sequence) for time in range(steps) for sequence in range(2)}
    # The first is asked for once more, for its shape, and the last stand in for what fills up.
    assert all(asked[time, b] == 1 for time in range(1, steps - 1) for b in range(2))
    assert sum(done) == exact_units(steps, 2, max_lag=max_lag)


@given(shapes, st.booleans(), st.integers(0, 12), st.integers(0, 16))
def test_means_do_not_depend_on_how_a_run_is_cut(
    shape: tuple[int, int, tuple[int, ...], int, int, st.DataObject],
    direct: bool,
    piece: int,
    chunk: int,
) -> None:
    seed, steps, batch, states, size, data = shape
    max_lag = data.draw(st.integers(1, steps))
    factors = random_factors(seed, steps, *batch, states * size, states * size)
    source = random_factors(seed + 1, steps, *batch, size)
    choice = {"max_lag": max_lag, "size": size, "source": source, "per_anchor": True}
    true = exact_means(factors, **choice)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workspace, "_CACHED", 1 << piece)
        patch.setattr(exact_plan, "_CHUNK_BYTES", 1 << chunk)
        patch.setattr(exact_plan, "LONGEST_FORMED", 1 + seed % 5)
        found = exact.exact_means(factors, direct=direct, **choice)
    assert distance(found, true) < 1e-12


@pytest.mark.parametrize("wrong", ["transposed", "reversed", "short", "last anchor", "source"])
def test_wrong_versions_are_caught(wrong: str) -> None:
    factors, source = random_factors(4, 12, 4, 4), random_factors(5, 12, 4)
    true = explicit(factors, 12, 4, 0, 0, source)
    found = exact_means(factors, max_lag=12, source=source, per_anchor=True)
    assert distance(found, true) < 1e-12
    if wrong == "transposed":
        factors[6] = factors[6].mT.clone()
    elif wrong == "reversed":
        factors = factors.flip(0)
    elif wrong == "short":
        true = ExactMeans(*(value[:-1] for value in true if value is not None))
        found = ExactMeans(*(value[1:] for value in found if value is not None))
    elif wrong == "last anchor":
        factors[-1] = 0
    else:
        source = source.roll(1, 0)
    if wrong != "short":
        found = exact_means(factors, max_lag=12, source=source, per_anchor=True)
    assert distance(found, true) > 1e-3


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_long_products_agree_with_fifty_digits(dtype: torch.dtype) -> None:
    steps, size = 64, 3
    generator = torch.Generator().manual_seed(1)
    factors = torch.rand(steps, size, size, generator=generator, dtype=dtype) * 1.9e-5 + 2e-7
    found = exact_means(factors, max_lag=steps)
    assert found.frobenius is not None
    with mpmath.workdps(50):
        product = mpmath.eye(size)
        for lag in range(1, steps + 1):
            product = product * mpmath.matrix(factors[steps - lag].double().tolist())
        norm = mpmath.norm(product, 2)
        diagonal = [product[q, q] for q in range(size)]
        assert norm < mpmath.mpf("1e-290")
        error = max(abs(found.absolute[-1, q].item() / diagonal[q] - 1) for q in range(size))
        assert error < (1e-13 if dtype == torch.float64 else 1e-6)
        assert abs(found.frobenius[-1].item() / norm - 1) < (
            1e-13 if dtype == torch.float64 else 1e-6
        )


def test_float32_keeps_slow_and_fast_neurons_apart() -> None:
    # Without recurrence every diagonal is a product of gates, from 1 to 1e-300 side by side.
    generator = torch.Generator().manual_seed(3)
    gates = torch.rand(40, 6, generator=generator) * 0.1 + 0.9
    gates[:, 1] = 1
    gates[:, 2] = 1e-30
    gates[:, 3] *= 3e-8
    gates[17, 4] = 0
    gates[::2, 5], gates[1::2, 5] = 1e-20, 1e20
    gates[25, 5] = 1e-12
    found = exact_means(torch.diag_embed(gates), max_lag=40, per_anchor=True)
    for lag in range(1, 41):
        products = gates.double().unfold(0, lag, 1).prod(-1)
        true = products.mean(0)
        assert (found.absolute[lag - 1] - true).abs().max() <= 1e-5 * true.max()
        held = (true > 1e-300) & (true != 0)
        assert ((found.absolute[lag - 1] - true).abs()[held] <= 1e-6 * true[held]).all()
        assert (found.absolute[lag - 1][true == 0] == 0).all()


@pytest.mark.parametrize("steps", [40, 64, 96, 100, 160])
@pytest.mark.parametrize("small", [range(0, 32), range(32, 40), range(64, 96), range(130, 135)])
@pytest.mark.parametrize("max_lag", [40, 64, 160])
def test_stretches_of_either_precision_meet(steps: int, small: range, max_lag: int) -> None:
    factors = random_factors(steps, steps, 3, 3)
    for time in small:
        if time < steps:
            factors[time] *= 1e-4
    max_lag = min(max_lag, steps)
    found = exact_means(factors.float(), max_lag=max_lag, frobenius=False)
    true = exact_means(factors.float().double(), max_lag=max_lag, frobenius=False)
    error = (found.absolute - true.absolute).abs().amax(1) / true.absolute.amax(1)
    assert error.max() < 1e-4


def test_float32_that_decays_keeps_its_digits() -> None:
    factors = 0.5 * torch.eye(8) + random_factors(9, 200, 8, 8, scale=0.1).float()
    found = exact_means(factors, max_lag=200)
    true = exact_means(factors.double(), max_lag=200)
    assert found.frobenius is not None
    assert true.frobenius is not None
    assert true.frobenius[-1] < 1e-45
    assert ((found.frobenius / true.frobenius - 1).abs() < 2e-6).all()
    error = (found.absolute - true.absolute).abs().amax(1) / true.frobenius
    assert (error < 2e-6).all()


def test_norms_survive_products_that_cancel() -> None:
    # U and V meet in directions in which both are small: ⟨UᵀU, VVᵀ⟩ alone would lose every digit.
    factors = torch.diag_embed(torch.tensor([[1.0, 1e-7]] * 2 + [[1e-7, 1.0]] * 2)).double()
    turn = haar(6, 2)
    factors = turn @ factors @ turn.T
    true = explicit(factors, 4, 2, 0, 0).frobenius
    found = exact_means(factors, max_lag=4).frobenius
    assert found is not None
    assert true is not None
    assert true[-1] < 1e-13
    assert abs(found[-1] - true[-1]) < 1e-2 * true[-1]


@pytest.mark.parametrize("batch", [1, 9])
def test_norms_of_float32_are_told_in_float64_where_they_would_lose_digits(
    batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What the older half keeps, the newer half forgets, and conversely.
    size, half = 20, 32
    kept = torch.full((2 * half, size), 0.8).double()
    kept[:half, ::2], kept[half:, 1::2] = 1, 1
    turn = haar(7, size)
    factors = ((turn * kept[:, None]) @ turn.T).float()[:, None].expand(-1, batch, -1, -1)
    options = {"max_lag": 2 * half, "per_anchor": True}
    found = exact_means(factors, **options)
    with monkeypatch.context() as patch:
        # The same products, which are of float32.
        patch.setattr(exact_cross, "gram_type", lambda factors, device: torch.float64)
        true = exact_means(factors, **options)

    def error(found: ExactMeans) -> float:
        assert found.frobenius_per_anchor is not None
        assert true.frobenius_per_anchor is not None
        ratio = found.frobenius_per_anchor / true.frobenius_per_anchor - 1
        return float(ratio.nan_to_num().abs().max())

    assert error(found) < 2e-6
    monkeypatch.setitem(exact_gram.CANCELLED, torch.float32, 0.0)
    if exact_gram.gram_type(factors.dtype, factors.device) == torch.float32:
        assert error(exact_means(factors, **options)) > 1e-4


def test_products_that_cancel_are_formed_newest_on_the_left() -> None:
    # F₂F₁ = 1e−7 W Vᵀ, while F₁F₂ is of size 1: no two factors commute.
    u, v, w, first, last = (haar(seed, 2) for seed in range(5))
    small = torch.diag(torch.tensor([1.0, 1e-7]).double())
    factors = torch.stack([first, u @ small @ v.T, w @ small.flip(0, 1) @ u.T, last])
    found, true = exact_means(factors, max_lag=4), explicit(factors, 4, 2, 0, 0)
    assert found.frobenius is not None
    assert true.frobenius is not None
    assert (true.frobenius[2:] < 2e-7).all()
    assert ((found.frobenius / true.frobenius - 1).abs() < 1e-7).all()


@pytest.mark.parametrize("steps", [31, 32, 33, 64, 70])
def test_stretches_of_several_states_are_those_of_every_product(steps: int) -> None:
    factors, size = random_factors(steps, steps, 4, 4, scale=0.9), 2
    for new, previous in ((0, 0), (1, 0), (1, 1)):
        choice = {"max_lag": steps, "size": size, "new": new, "previous": previous}
        found = exact_means(factors, per_anchor=True, **choice)
        assert distance(found, explicit(factors, **choice)) < 1e-11


def test_a_constant_gate_is_the_binomial_sum() -> None:
    # J = (1 − s)I + sW: diag = Σ_k C(ℓ, k)(1 − s)^{ℓ−k} s^k (W^k)_qq.
    size, steps, s = 6, 12, 0.3
    w = haar(8, size)
    factor = (1 - s) * torch.eye(size, dtype=torch.float64) + s * w
    found = exact_means(factor.expand(steps, size, size), max_lag=steps)
    for lag in range(1, steps + 1):
        true = sum(
            math.comb(lag, k) * (1 - s) ** (lag - k) * s**k * w.matrix_power(k).diagonal()
            for k in range(lag + 1)
        )
        assert isinstance(true, Tensor)
        assert (found.signed[lag - 1] - true).abs().max() < 1e-14


def test_a_constant_gate_decays_as_a_power() -> None:
    # ‖M‖²/H is the mean of |1 − s + s e^{iθ}|^{2ℓ} over eigenvalues; for large H the mean over
    # the circle, near (4π s(1 − s) ℓ)^{−1/2}: far above the (1 − s)^{2ℓ} of the local part.
    size, lag, s = 128, 144, 0.05
    w = haar(10, size)
    factor = (1 - s) * torch.eye(size, dtype=torch.float64) + s * w
    found = exact_means(factor.expand(lag, size, size), max_lag=lag).frobenius
    assert found is not None
    share = found[-1].item() ** 2 / size
    eigenvalues = torch.linalg.eigvals(w)
    exact = ((1 - s + s * eigenvalues).abs() ** (2 * lag)).mean().item()
    assert abs(share - exact) < 1e-12
    angle = torch.arange(4096, dtype=torch.float64) * (2 * math.pi / 4096)
    circle = ((1 - s + s * torch.polar(torch.ones_like(angle), angle)).abs() ** (2 * lag)).mean()
    limit = (4 * math.pi * s * (1 - s) * lag) ** -0.5
    assert abs(circle.item() / limit - 1) < 0.01
    assert 0.7 < share / limit < 1.3
    assert share > 1e4 * (1 - s) ** (2 * lag)


def test_overflow_names_the_first_lag() -> None:
    factors = torch.eye(3).expand(20, 3, 3) * 1e37
    with pytest.raises(LonglagError, match="lag 9 overflow") as caught:
        exact_means(factors, max_lag=20)
    assert "max_lag < 9" in str(caught.value)
    found = exact_means(factors, max_lag=8)
    assert (found.absolute[-1] / 1e296 - 1).abs().max() < 1e-6


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_not_finite_is_refused_with_its_time(value: float, dtype: torch.dtype) -> None:
    factors = random_factors(1, 50, 2, 3, 3).to(dtype)
    factors[41, 1, 2, 0] = value
    with pytest.raises(LonglagError, match="factor 41"):
        exact_means(factors, max_lag=10)


@pytest.mark.parametrize(
    ("shape", "options"),
    [
        ((4, 3), {}),
        ((4, 3, 2), {}),
        ((4, 0, 3, 3), {}),
        ((4, 3, 3), {"max_lag": 5}),
        ((4, 3, 3), {"max_lag": 0}),
        ((4, 4, 4), {"size": 3}),
        ((4, 4, 4), {"size": 2, "new": 2}),
        ((4, 4, 4), {"size": 2, "previous": -1}),
        ((4, 3, 3), {"source": torch.ones(4, 2)}),
    ],
)
def test_what_does_not_fit_is_refused(shape: tuple[int, ...], options: dict[str, int]) -> None:
    with pytest.raises(LonglagError):
        exact_means(torch.ones(shape), **{"max_lag": 2, **options})  # type: ignore[arg-type]


def test_jacobians_that_carry_a_graph_are_taken() -> None:
    factors, source = random_factors(3, 6, 4, 4), random_factors(4, 6, 4)
    plain = exact_means(factors, max_lag=6, source=source, per_anchor=True)
    factors, source = factors.requires_grad_(), source.requires_grad_()
    assert distance(exact_means(factors, max_lag=6, source=source, per_anchor=True), plain) == 0


def test_integers_and_factors_that_are_no_matrices_are_refused() -> None:
    with pytest.raises(LonglagError, match="real numbers"):
        exact_means(torch.ones(3, 2, 2, dtype=torch.int64), max_lag=2)
    with pytest.raises(LonglagError, match="square matrices"):
        exact_means(Factors(lambda times, _: torch.ones(*times.shape, 2), 5, 1), max_lag=2)


def test_memory_follows_the_window_and_neither_steps_nor_sequences() -> None:
    options = {"max_lag": 1000, "frobenius": True, "per_anchor": False}
    short, long = (exact_memory(steps, 2, 1, 128, 4, **options) for steps in (10**4, 10**7))
    assert short == long
    few, many = (exact_memory(10**4, batch, 1, 128, 4, **options) for batch in (10, 10**4))
    assert few == many
    options["max_lag"] = 4000
    wide = exact_memory(10**5, 2, 1, 128, 4, **options)
    assert 2 * short < wide < 4.5 * short


@given(st.integers(0, 999), st.integers(1, 30), st.integers(1, 2))
def test_multiplying_directly_gives_the_same_means(seed: int, max_lag: int, states: int) -> None:
    steps, size = 30, 3
    factors = random_factors(seed, steps, 2, states * size, states * size)
    source = random_factors(seed + 1, steps, 2, size)
    choice = {
        "max_lag": max_lag,
        "size": size,
        "new": states - 1,
        "per_anchor": True,
        "source": source,
    }
    found = exact.exact_means(factors, direct=True, **choice)
    assert distance(found, exact_means(factors, **choice)) < 1e-12
    if max_lag > 1:
        shifted = exact.exact_means(factors.flip(0), direct=True, **choice)
        assert distance(shifted, found) > 1e-6


def test_short_lags_are_multiplied_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    factors = random_factors(1, 60, 3, 3)
    longest = exact_plan.LONGEST_FORMED
    short = exact.exact_means(factors, max_lag=longest)
    monkeypatch.setattr(exact, "divide", None)
    assert torch.equal(exact.exact_means(factors, max_lag=longest).absolute, short.absolute)
    with pytest.raises(TypeError):
        exact.exact_means(factors, max_lag=longest + 1)
    factors[2, 0, 1] = torch.nan
    with pytest.raises(LonglagError, match="factor 2"):
        exact.exact_means(factors, max_lag=3, direct=True)
