"""The benchmark of a GPU judges values, and says what it did not run."""

from __future__ import annotations

import pytest
import torch

from benchmarks import device
from benchmarks.device_calls import CALLS
from tests.card import CARD, card


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_nothing_is_measured_and_that_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert device.run() == []
    assert f"all {len(CALLS)} calls are UNTESTED" in capsys.readouterr().out.replace("\n", " ")


def test_values_are_judged_in_both_precisions(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = ("generated_functions", "products_over_lags", "adapted_module")
    monkeypatch.setattr(device, "CALLS", {name: CALLS[name] for name in chosen})
    with card():
        for dtype in (torch.float64, torch.float32):
            rows = device.values(CARD, dtype)
            assert [row.what.partition(",")[0] for row in rows] == list(chosen)
            assert all(row.met for row in rows), rows


def test_an_error_and_a_missing_number_are_seen() -> None:
    right = {"a": torch.tensor([1.0, 2.0]).double(), "b": torch.tensor([4.0]).double()}
    assert device.error_of(right, right) == 0
    assert device.error_of({**right, "b": torch.tensor([3.0])}, right) == 0.25
    bad = device.error_of({**right, "a": torch.tensor([1.0, torch.nan])}, right)
    assert not bad <= 1e9


def test_ratios_are_told_for_every_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "CALLS", {"generated_functions": CALLS["generated_functions"]})
    monkeypatch.setattr(device, "_SIZES", (4, 8, 2, 2))
    with card():
        (row,) = device.ratios(CARD, torch.float32)
    assert row.what == "generated_functions, float32, H=4, T=8, 2 sequences, lags to 2"
    assert row.cost is not None
    assert row.cost > 0
