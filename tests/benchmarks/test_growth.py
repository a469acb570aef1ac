"""Exponents are those of the costs, intervals hold them, and what grows too fast is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from benchmarks import growth
from benchmarks.growth import Growth, drawn, exponent, grown, table
from benchmarks.growth_cases import CASES, Case, products
from longlag.theory import LonglagError

SIZES = (4, 8, 16, 32, 64)


def case(told: float) -> Case:
    return Case("sums", "terms", SIZES, (128,), lambda n: lambda: sum(range(n)), float, told, "why")


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0, 3.0])
def test_the_exponent_of_a_power_is_its_own_and_sure(power: float) -> None:
    found = exponent(SIZES, [0.7 * size**power for size in SIZES])
    assert found.value == pytest.approx(power, abs=1e-12)
    assert found.high - found.low < 1e-9


def test_nineteen_of_twenty_intervals_hold_the_exponent() -> None:
    """The share of misses of 4000 draws lies within five standard errors of one in twenty."""
    random, draws = np.random.default_rng(0), 4000
    found = [
        exponent(SIZES, np.array(SIZES) ** 1.5 * np.exp(0.1 * random.standard_normal(len(SIZES))))
        for _ in range(draws)
    ]
    misses = sum(not each.low <= 1.5 <= each.high for each in found) / draws
    assert abs(misses - 0.05) < 5 * (0.05 * 0.95 / draws) ** 0.5


def test_what_has_no_slope_is_refused() -> None:
    for sizes, costs in (((1, 2), (1, 2)), ((3, 3, 3), (1, 1, 1)), ((1, 2, 3), (1, 0, 1))):
        with pytest.raises(LonglagError, match="three sizes or more"):
            exponent(sizes, costs)


def test_what_grows_faster_than_its_algorithm_is_not_met() -> None:
    seconds = tuple(1e-3 * size**2 for size in SIZES)
    assert Growth(case(2), SIZES, seconds).row.met
    assert Growth(case(2.5), SIZES, seconds).row.met, "slower is no fault"
    assert not Growth(case(1.9), SIZES, seconds).row.met
    assert Growth(case(2), SIZES, seconds).row.cost == seconds[-1]


def test_operations_have_the_exponents_that_are_told() -> None:
    """Counted far out, they are the told ones, but for logarithms."""
    for each in CASES:
        if "window" in each.what:
            continue  # counted in expressions, which far out take minutes to write
        far = [2**20, 2**21]
        slope = np.log2(each.operations(far[1]) / each.operations(far[0]))
        assert slope == pytest.approx(each.told, abs=0.01), each.quantity
    assert products(size=64, steps=8, sequences=1, lags=2) == 8 * (64**3 + 2 * 64**2)


def test_every_case_has_sizes_for_an_interval_and_work_of_its_smallest() -> None:
    quantities = " ".join(each.quantity for each in CASES)
    for word in ("H", "T", "lags", "sequences", "order", "cell size", "parameters", "atoms",
                 "variables", "displays"):  # fmt: skip
        assert word in quantities
    for each in CASES:
        assert len(each.sizes) >= 5
        assert list(each.sizes + each.more) == sorted(set(each.sizes + each.more))
        each.prepare(each.sizes[0])()


def test_cases_are_timed_told_and_drawn(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(growth, "CASES", (case(1), replace(case(1), quantity="addends")))
    monkeypatch.setattr(growth, "_LEAST_SECONDS", 1e-5)
    rows = growth.run(figure=tmp_path / "some" / "growth.png")
    assert [row.what for row in rows] == [
        "growth of sums with terms, 4 to 64",
        "growth of sums with addends, 4 to 64",
    ]
    assert (tmp_path / "some" / "growth.png").read_bytes().startswith(b"\x89PNG")
    assert "counted at these sizes" in capsys.readouterr().out
    assert grown(case(1), every=True, repeats=1).sizes == (*SIZES, 128)


def test_the_figure_and_the_table_hold_every_case() -> None:
    found = [Growth(each, SIZES, tuple(map(float, SIZES))) for each in (case(1), case(2))]
    assert len(drawn(found).axes) == 2
    console = Console(width=200, record=True, quiet=False, file=None)
    with console.capture() as captured:
        console.print(table(found))
    assert captured.get().count("1.00 [1.00, 1.00]") == 2
