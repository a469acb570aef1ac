"""Wrong data and wrong arguments are refused in one line: the value, the rule, the remedy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from longlag.numerics.tail import (
    aggregate,
    block_differences,
    dependence,
    hill,
    kogon_williams,
    maximum_likelihood,
    mcculloch,
    noise_report,
)
from longlag.theory import LonglagError

GOOD = np.random.default_rng(0).normal(size=1000)

ESTIMATORS: dict[str, tuple[Any, int]] = {
    "likelihood": (maximum_likelihood, 200),
    "characteristic function": (kogon_williams, 200),
    "quantiles": (mcculloch, 100),
    "hill": (hill, 100),
    "aggregation": (aggregate, 400),
    "dependence": (dependence, 100),
    "blocks": (lambda data, **o: block_differences(data, seed=0, **o), 256),
    "report": (lambda data, **o: noise_report(data, seed=0, **o), 400),
}
BY_NAME = pytest.mark.parametrize(("estimate", "minimum"), ESTIMATORS.values(), ids=ESTIMATORS)


def with_values(value: float, *places: int) -> np.ndarray:
    data = GOOD.copy()
    data[list(places)] = value
    return data


BAD_DATA = {
    "NaN": (with_values(np.nan, 7, 9), "2 of 1000 samples not finite, the first nan at index 7"),
    "infinite": (with_values(-np.inf, 31), "1 of 1000 samples not finite, the first -inf at index"),
    "matrix": (GOOD.reshape(100, 10), "data of shape (100, 10)"),
    "scalar": (np.float64(3), "data of shape ()"),
    "constant": (np.full(1000, 2.5), "1000 samples all equal to 2.5"),
    "text": (np.array(["a"] * 1000), "data of type <U1"),
    "complex": (GOOD + 1j, "data of type complex128"),
    "truth values": (GOOD > 0, "data of type bool"),
    "ragged": ([[1, 2], [3]], "data: they form one array"),
    "nothing": (np.array([]), "0 samples"),
}


@BY_NAME
@pytest.mark.parametrize(("data", "message"), BAD_DATA.values(), ids=BAD_DATA)
def test_bad_data_are_refused(estimate: Any, minimum: int, data: Any, message: str) -> None:
    with pytest.raises(LonglagError) as caught:
        estimate(data)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@BY_NAME
def test_each_estimator_states_its_minimum(estimate: Any, minimum: int) -> None:
    estimate(GOOD[:minimum])
    with pytest.raises(LonglagError, match=f"{minimum - 1} samples: .* needs at least {minimum}"):
        estimate(GOOD[: minimum - 1])


@BY_NAME
@pytest.mark.parametrize("level", [0, 1, -0.5, 1.5, np.nan, "0.95", True, None])
def test_a_level_lies_in_the_open_unit_interval(estimate: Any, minimum: int, level: Any) -> None:
    with pytest.raises(LonglagError, match="a confidence level lies strictly between 0 and 1"):
        estimate(GOOD, level=level)


@BY_NAME
def test_lists_integers_and_single_precision_are_numbers(estimate: Any, minimum: int) -> None:
    integers = np.round(1000 * GOOD).astype(np.int32)
    assert estimate(integers) == estimate(integers.astype(float).tolist())
    assert estimate(GOOD.astype(np.float32)) is not None


@BY_NAME
def test_the_data_are_not_changed(estimate: Any, minimum: int) -> None:
    data = GOOD.copy()
    estimate(data)
    assert (data == GOOD).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"block_sizes": [1, 2, 16]}, "block size 16: 1000 samples give fewer than 64 blocks"),
        ({"block_sizes": [0, 2]}, "block sizes [0, 2]: a slope needs two different sizes >= 1"),
        ({"block_sizes": [4, 4]}, "block sizes [4]"),
        ({"block_sizes": [1, 2.5]}, "block sizes [1, 2.5]: they count samples"),
        ({"block_sizes": 4}, "block sizes 4"),
        ({"fitted_from": 8}, "fitted_from 8: a slope needs two block sizes"),
        ({"replicates": 50}, "replicates 50: it is an integer >= 400"),
        ({"fitted_from": 0}, "fitted_from 0: it is an integer >= 1"),
        ({"fitted_from": 2.0}, "fitted_from 2.0"),
        ({"replicates": 1e3}, "replicates 1000.0"),
        ({"level": 0.99}, "replicates 1000: it is an integer >= 2000"),
        ({"seed": -1}, "seed -1"),
        ({"seed": None}, "seed None"),
    ],
)
def test_blocks_that_do_not_fit_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(LonglagError) as caught:
        block_differences(GOOD, **{"seed": 0, **options})
    assert message in str(caught.value)


def test_mostly_tied_data_are_refused() -> None:
    tied = np.where(np.arange(1000) % 5 == 0, GOOD, 0.0)
    for estimate in (maximum_likelihood, kogon_williams, mcculloch):
        with pytest.raises(LonglagError, match="half of the samples tie"):
            estimate(tied)
    sparse = np.where(np.arange(1000) % 50 == 0, GOOD, 0.0)
    with pytest.raises(LonglagError, match="a median difference of 0 between blocks of 1"):
        block_differences(sparse, seed=0)
    with pytest.raises(LonglagError, match="the others not all 0"):
        hill(sparse)


def test_two_values_do_not_determine_three_parameters() -> None:
    coins = np.sign(GOOD)
    with pytest.raises(LonglagError, match="1000 samples, 2 of them distinct"):
        maximum_likelihood(coins)
    with pytest.raises(LonglagError, match="the largest deviations from the median are distinct"):
        hill(coins)


def test_tails_beyond_the_cauchy_law_are_refused_where_the_table_ends() -> None:
    heavy = np.exp(2 * GOOD) * np.random.default_rng(1).normal(size=1000)
    for estimate in (maximum_likelihood, mcculloch):
        with pytest.raises(LonglagError, match="no mean concentrates; look at kogon_williams"):
            estimate(heavy)
    assert kogon_williams(heavy).alpha < 1
