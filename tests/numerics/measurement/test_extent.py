"""A network is asked for its sizes before a number of it is touched."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from longlag.numerics import Network, measure_transport
from longlag.numerics.measurement.extent import extent_of
from longlag.theory import LonglagError
from longlag.theory.cells import PAPER_CELLS as CELLS

EYE, DRIVE = torch.eye(3), torch.zeros(9, 3)


def network(**roles: Any) -> Network:
    plain = Network(CELLS["plain"], {"h": torch.zeros(3)}, {"n": DRIVE}, {"n": EYE}, {})
    return replace(plain, **{role: {} if v is None else {"n": v} for role, v in roles.items()})


def test_axes_of_sequences_broadcast() -> None:
    wide = replace(network(drive=torch.zeros(9, 4, 1, 3)), state={"h": torch.zeros(2, 3).double()})
    found = extent_of(wide)
    assert found == (9, (4, 2), 3, 8, torch.device("cpu"))
    assert found.sequences == 8
    assert extent_of(network(drive=DRIVE.half())).itemsize == 4, "half precision is widened"


REFUSED = {
    "complex": ({"weight": EYE + 0j}, "imaginary parts would be lost"),
    "an array": ({"drive": np.zeros((9, 3))}, "of type ndarray"),
    "a list": ({"weight": [[1.0]]}, "of type list"),
    "meta": ({"drive": DRIVE.to("meta")}, "a meta tensor"),
    "sparse": ({"weight": EYE.to_sparse()}, "a sparse_coo tensor"),
    "no drives": ({"drive": None}, "without drives"),
    "no states": ({"state": None}, "without states"),
    "no time": ({"drive": torch.zeros(3)}, r"shape \(3,\)"),
    "no steps": ({"drive": torch.zeros(0, 3)}, "no axis empty"),
    "a number": ({"state": torch.tensor(0.0)}, r"shape \(\)"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_extent_is_refused(name: str) -> None:
    roles, told = REFUSED[name]
    with pytest.raises(LonglagError, match=told) as caught:
        measure_transport(network(**roles), max_lag=3)
    assert "\n" not in str(caught.value)


@pytest.mark.filterwarnings("ignore:.*quantize_per_tensor")
def test_quantized_numbers_are_refused() -> None:
    weight = torch.quantize_per_tensor(EYE, 0.1, 0, torch.qint8)
    with pytest.raises(LonglagError, match="a quantized tensor"):
        extent_of(network(weight=weight))


def test_sequences_and_steps_that_do_not_fit_are_refused() -> None:
    apart = replace(network(drive=torch.zeros(9, 2, 3)), state={"h": torch.zeros(5, 3)})
    with pytest.raises(LonglagError, match="their axes of sequences broadcast"):
        extent_of(apart)
    gru = CELLS["gru"]
    drives = {name: torch.zeros(9 - (name == "z"), 3) for name in ("r", "z", "n", "hn")}
    weights = dict.fromkeys(("r", "z", "n"), EYE)
    with pytest.raises(LonglagError, match="they share their steps"):
        measure_transport(Network(gru, {"h": torch.zeros(3)}, drives, weights, {}), max_lag=3)


def test_a_network_that_would_not_fit_is_not_made() -> None:
    drive = torch.zeros(1, 1).expand(10**12, 3)
    with pytest.raises(LonglagError, match="GiB may be used"):
        measure_transport(network(drive=drive), max_lag=3)
