"""Series shipped with longlag are the published ones, and tasks are cut from them without loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from longlag.numerics.series import (
    SERIES,
    NextValue,
    digits,
    last_value_loss,
    mean_loss,
    monthly_sunspots,
    next_value,
    sunspots,
)
from longlag.theory import LonglagError

SEEDS = st.integers(0, 2**31)


def normal(seed: int, *shape: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("name", SERIES)
def test_every_series_says_what_it_is_and_is_laid_out_time_first(name: str) -> None:
    series = SERIES[name]
    assert series.title
    assert series.source
    assert series.licence in ("public domain", "CC BY 4.0")
    values = series.load()
    shapes = {"sunspots": (309, 1, 1), "monthly_sunspots": (3120, 1, 1), "digits": (64, 1797, 1)}
    assert values.shape == shapes[name]
    assert values.dtype == torch.float64
    assert bool((values >= 0).all())
    # What is loaded belongs to the caller.
    values.fill_(-1)
    assert bool((series.load() >= 0).all())


def test_sunspots_are_the_yearly_numbers() -> None:
    years = sunspots()
    known = {1700: 5.0, 1711: 0.0, 1712: 0.0, 1778: 154.4, 1848: 124.7, 1957: 190.2, 2008: 2.9}
    assert {year: years[year - 1700].item() for year in known} == known
    assert 1700 + int(years.argmax()) == 1957


def test_the_mean_of_twelve_months_is_the_number_of_the_year() -> None:
    months, years = monthly_sunspots(), sunspots()
    # Both are published with one decimal, and a few years were revised once more.
    error = (months.reshape(-1, 12).mean(1) - years[1749 - 1700 :]).abs()
    assert error.max() < 0.5
    assert error.median() < 0.06
    misread = (months.reshape(12, -1).T.mean(1) - years[1749 - 1700 :]).abs()
    assert misread.max() > 50


def test_the_cycle_of_the_sun_is_eleven_years() -> None:
    power = torch.fft.rfft(sunspots() - sunspots().mean()).abs()
    assert abs(309 / int(power.argmax()) - 11) < 0.1


def test_digits_are_the_published_images() -> None:
    pixels, labels = digits()
    assert labels.bincount().tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert (16 * pixels[:16, 0, 0]).tolist() == [
        0,
        0,
        5,
        13,
        9,
        1,
        0,
        0,
        0,
        0,
        13,
        15,
        10,
        15,
        5,
        0,
    ]
    assert torch.equal((16 * pixels).round(), 16 * pixels)
    assert pixels.max() == 1
    # The left column is dark in nearly all images: rows are read one after the other.
    images = pixels[:, :, 0].T.reshape(-1, 8, 8)
    assert images[:, :, 0].mean() < 0.01 < images[:, 0, :].mean()


@given(SEEDS, st.integers(2, 30), st.data())
def test_crops_are_consecutive_values_and_targets_the_next(
    seed: int, total: int, data: st.DataObject
) -> None:
    length = data.draw(st.integers(1, total - 1))
    series = 3 + 5 * normal(seed, total)
    task = next_value(series, length)
    assert task.inputs.shape == task.targets.shape == (length, total - length, 1)
    standard = (series - series.mean()) / series.std(correction=0)
    for crop in range(total - length):
        window = standard[crop : crop + length + 1]
        assert torch.allclose(task.inputs[:, crop, 0], window[:-1], rtol=0, atol=1e-12)
        assert torch.allclose(task.targets[:, crop, 0], window[1:], rtol=0, atol=1e-12)


@given(SEEDS, st.floats(0.1, 10), st.floats(-10, 10))
def test_losses_do_not_change_with_the_unit_of_the_series(
    seed: int, scale: float, shift: float
) -> None:
    series = normal(seed, 20)
    tasks = [next_value(values, 6) for values in (series, scale * series + shift)]
    for loss in (last_value_loss, mean_loss):
        first, second = (loss(task) for task in tasks)
        assert abs(first - second) < 1e-9 * first


def test_losses_are_those_of_the_predictors_written_out() -> None:
    task = next_value(sunspots(), 64)
    last = sum(float((y - x) ** 2) for x, y in zip(*map(torch.flatten, task), strict=True))
    assert abs(last_value_loss(task) - last / task.inputs.numel()) < 1e-12
    constants = torch.linspace(-1, 1, 201, dtype=torch.float64)
    losses = torch.stack([(task.targets - constant).square().mean() for constant in constants])
    assert abs(mean_loss(task) - losses.min()) < 1e-4
    assert mean_loss(task) <= losses.min()
    shifted = NextValue(task.inputs[1:], task.targets[:-1])
    assert last_value_loss(shifted) == 0.0


VALUES = torch.arange(5.0)
BAD: dict[str, tuple[Callable[[], Any], str]] = {
    "unknown": (lambda: SERIES["sunspot"], "series 'sunspot': .*did you mean 'sunspots'"),
    "rank": (lambda: next_value(VALUES[:, None], 2), r"series of shape \(5, 1\)"),
    "integers": (lambda: next_value(VALUES.long(), 2), "dtype torch.int64: .*real numbers"),
    "gap": (lambda: next_value(VALUES / VALUES, 2), "finite real numbers"),
    "constant": (lambda: next_value(0 * VALUES + 7, 2), "constant at 7"),
    "too long": (lambda: next_value(VALUES, 5), "length 5: .*choose from 1 to 4"),
    "empty crop": (lambda: next_value(VALUES, 0), "length 0"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told_in_one_line(name: str) -> None:
    call, message = BAD[name]
    with pytest.raises(LonglagError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
