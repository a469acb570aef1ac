"""Products without a recurrent part are those of a plain loop at every lag, for any factors."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from longlag.numerics.compiled import on_torch_alone
from longlag.numerics.lags.exact import exact_means
from longlag.numerics.lags.first_order import first_order_means
from longlag.numerics.lags.local import LocalProducts, block_norms, local_means
from longlag.numerics.lags.local_window import window_products
from longlag.numerics.lags.products import block_diagonal
from longlag.theory import LonglagError

STEPS, LAGS = 17, 11

#: Gates, signs, zeros, and numbers whose products leave the doubles on the way.
entries = st.one_of(
    st.floats(-2, 2),
    st.sampled_from([0.0, -0.0, 1.0, -1.0, 1e-30, 1e-160, -1e-160, 1e160, 1e-300, 5e-324]),
)


@st.composite
def scalars(draw: st.DrawFn) -> list[float]:
    return draw(st.lists(entries, min_size=1, max_size=14))


@given(factors=scalars(), length=st.integers(1, 14))
def test_a_window_is_the_exact_product_of_its_factors(factors: list[float], length: int) -> None:
    if length > len(factors):
        return
    local = torch.tensor(factors, dtype=torch.float64)[:, None, None, None, None]
    found = next(window_products(local, [length])).flatten().tolist()
    for start, value in enumerate(found):
        exact = math.prod(Fraction(f) for f in factors[start : start + length])
        if abs(exact) >= Fraction(2) ** 1024:
            assert math.isinf(value)
        elif abs(exact) < Fraction(2) ** -1022:
            assert abs(value - float(exact)) <= 2.0**-1022
        else:
            assert abs(Fraction(value) - exact) <= Fraction(1, 10**14) * abs(exact)


def test_windows_of_rising_lengths_are_those_of_each_alone() -> None:
    local = drawn(5, 2)
    for lengths in ([1, 2, 4, 8, 16], [3, 5, 6, 17], [2, 3, 6]):
        for length, found in zip(lengths, window_products(local, lengths), strict=True):
            alone = next(window_products(local, [length]))
            torch.testing.assert_close(found, alone, rtol=1e-13, atol=1e-300)


def drawn(seed: int, states: int, size: int = 5, batch: tuple[int, ...] = (2,)) -> Tensor:
    """Factors of which some are zero, negative, tiny and above one."""
    random = torch.Generator().manual_seed(seed)
    shape = (STEPS, *batch, states, states, size)
    local = torch.randn(shape, generator=random, dtype=torch.float64) / states
    kind = torch.randint(0, 12, shape, generator=random)
    return torch.where(kind == 0, 0, torch.where(kind == 1, 1e-90 * local, local))


def by_hand(local: Tensor, new: int, previous: int) -> dict[str, Tensor]:
    """Every reading by a product for every anchor and lag."""
    flat = local.flatten(1, -4) if local.ndim > 4 else local[:, None]
    found: dict[str, list[Tensor]] = {"absolute": [], "signed": [], "frobenius": [], "modulus": []}
    for lag in range(1, LAGS + 1):
        rows: dict[str, list[Tensor]] = {name: [] for name in found}
        for anchor in range(lag - 1, STEPS):
            product = flat[anchor].movedim(-1, -3)
            for back in range(1, lag):
                product = product @ flat[anchor - back].movedim(-1, -3)
            entry = product[..., new, previous]
            rows["absolute"].append(entry.abs())
            rows["signed"].append(entry)
            rows["frobenius"].append(torch.linalg.vector_norm(entry, dim=-1))
            rows["modulus"].append(torch.linalg.matrix_norm(product, 2))
        for name, values in rows.items():
            found[name].append(torch.stack(values).mean((0, 1)))
    return {name: torch.stack(values) for name, values in found.items()}


@pytest.mark.parametrize("states", [1, 2, 3])
@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("batch", [(), (2,), (2, 3)])
def test_all_lags_are_those_of_plain_products(
    states: int, compiled: bool, batch: tuple[int, ...]
) -> None:
    local, place = drawn(states, states, batch=batch), {"new": 0, "previous": states - 1}
    expected = by_hand(local, **place)
    with on_torch_alone(not compiled):
        found = local_means(local, LAGS, modulus=True, per_anchor=True, **place)
    for name in ("absolute", "signed", "frobenius"):
        torch.testing.assert_close(
            getattr(found.exact, name), expected[name], rtol=1e-12, atol=1e-300
        )
    torch.testing.assert_close(found.modulus, expected["modulus"], rtol=1e-12, atol=1e-300)
    each = found.exact.per_anchor
    assert each.shape == (LAGS, STEPS, *batch)
    for lag in range(1, LAGS + 1):
        assert bool(each[lag - 1, : lag - 1].isnan().all())
        kept = each[lag - 1, lag - 1 :]
        torch.testing.assert_close(kept.mean(), expected["absolute"][lag - 1].sum())
        norms = found.exact.frobenius_per_anchor[lag - 1, lag - 1 :]
        torch.testing.assert_close(norms.mean(), expected["frobenius"][lag - 1])


@pytest.mark.parametrize("states", [1, 2])
@pytest.mark.parametrize("pieces", [(17,), (1,) * 17, (3, 9, 5), (12, 5)])
@pytest.mark.parametrize("lags", [LAGS, (1, 4, 11), (11,)])
def test_pieces_and_chosen_lags_change_nothing(
    states: int, pieces: tuple[int, ...], lags: int | tuple[int, ...]
) -> None:
    local = drawn(7, states)
    whole = local_means(local, LAGS, modulus=True, per_anchor=True)
    products = LocalProducts(lags, modulus=True, per_anchor=True)
    for piece in local.split(list(pieces)):
        products.add(piece)
    found = products.means()
    rows = [lag - 1 for lag in products.lags]
    torch.testing.assert_close(found.modulus, whole.modulus[rows], rtol=1e-12, atol=1e-300)
    for name, values in found.exact._asdict().items():
        expected = getattr(whole.exact, name)[rows]
        torch.testing.assert_close(values, expected, rtol=1e-12, atol=1e-300, equal_nan=True)


def test_a_few_long_lags_take_windows_and_give_the_same() -> None:
    random = torch.Generator().manual_seed(0)
    local = 0.9 + 0.2 * torch.rand(900, 1, 1, 1, 3, generator=random, dtype=torch.float64)
    lags = (1, 100, 333)
    rows = [lag - 1 for lag in lags]
    whole = local_means(local, 333, per_anchor=True).exact
    products = LocalProducts(lags, per_anchor=True)
    for piece in local.split(350):
        products.add(piece)
    for name, values in products.means().exact._asdict().items():
        expected = getattr(whole, name)[rows]
        torch.testing.assert_close(values, expected, rtol=1e-12, atol=0, equal_nan=True)


def test_they_are_the_exact_products_of_matrices_and_the_zeroth_order() -> None:
    local = drawn(3, 2)
    place = {"new": 1, "previous": 0}
    found = local_means(local, LAGS, **place).exact
    dense = exact_means(block_diagonal(local), max_lag=LAGS, size=5, **place)
    zeroth = first_order_means(local, torch.zeros_like(local), max_lag=LAGS, **place).zeroth
    for name in ("absolute", "signed"):
        values = getattr(found, name)
        torch.testing.assert_close(values, getattr(dense, name), rtol=1e-12, atol=1e-15)
        torch.testing.assert_close(values, getattr(zeroth, name), rtol=1e-12, atol=1e-15)
    torch.testing.assert_close(found.frobenius, dense.frobenius, rtol=1e-12, atol=1e-15)
    swapped = local_means(local.transpose(-3, -2), LAGS, **place).exact
    assert not torch.allclose(found.absolute, swapped.absolute, rtol=1e-3)


def test_norms_of_products_whose_squares_are_no_numbers_are_right() -> None:
    for size in (1e-200, 1e-300, 1e200):
        local = torch.full((3, 1, 1, 1, 11), size, dtype=torch.float64)
        for compiled in (True, False):
            with on_torch_alone(not compiled):
                norm = float(local_means(local, 1).exact.frobenius)
            assert norm == pytest.approx(size * 11**0.5, rel=1e-13)


def test_a_rotating_pair_has_its_modulus_at_every_lag() -> None:
    size, angle = 0.999, 0.5
    turn = [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
    local = size * torch.tensor(turn, dtype=torch.float64)[..., None].expand(500, 1, 2, 2, 1)
    found = local_means(local, 400, modulus=True)
    lags = torch.arange(1, 401, dtype=torch.float64)
    torch.testing.assert_close(found.modulus[:, 0], size**lags, rtol=1e-12, atol=0)
    entry = size**lags * torch.cos(angle * lags)
    torch.testing.assert_close(found.exact.signed[:, 0], entry, rtol=1e-11, atol=1e-13)


@given(seed=st.integers(0, 2**16), states=st.integers(1, 3))
def test_block_norms_are_the_largest_singular_values(seed: int, states: int) -> None:
    blocks = drawn(seed, states)[0]
    expected = torch.linalg.matrix_norm(blocks.movedim(-1, -3), 2)
    torch.testing.assert_close(block_norms(blocks), expected, rtol=1e-13, atol=1e-300)


def test_a_long_run_keeps_what_the_longest_lag_needs() -> None:
    products = LocalProducts((1, 64))
    piece = torch.full((500, 1, 1, 1, 4), 0.99, dtype=torch.float64)
    for _ in range(20):
        products.add(piece)
        assert len(products._kept) == 63
    assert products.steps == 10_000
    found = products.means().exact.absolute[:, 0]
    torch.testing.assert_close(found, torch.tensor([0.99, 0.99**64], dtype=torch.float64))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: local_means(torch.ones(5, 2, 2), 2), r"local of shape \(5, 2, 2\)"),
        (lambda: local_means(torch.ones(5, 1, 1, 3), 6), "lag 6: 5 factors"),
        (lambda: local_means(torch.ones(5, 1, 1, 3), 0), "lag 0"),
        (lambda: local_means(torch.ones(5, 1, 1, 3), (3, 2)), r"lags \[3, 2\]: they rise"),
        (lambda: local_means(torch.ones(5, 1, 1, 3), 1, new=1), "new 1: .*0 to 0"),
        (lambda: local_means(torch.full((5, 1, 1, 1), torch.nan), 1), "not finite"),
        (
            lambda: local_means(torch.full((5, 1, 1, 1), 1e200, dtype=torch.float64), 3),
            "lag 2: .*overflows",
        ),
    ],
)
def test_bad_input_is_told_in_one_line(call: object, message: str) -> None:
    with pytest.raises(LonglagError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_pieces_of_another_run_are_refused() -> None:
    products = LocalProducts(2)
    products.add(torch.ones(3, 1, 1, 4))
    with pytest.raises(LonglagError, match="pieces of one run"):
        products.add(torch.ones(3, 1, 1, 5))
