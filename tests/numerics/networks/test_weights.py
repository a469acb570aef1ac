"""Modules come back out of their files of weights; nothing else does."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest
import torch
from torch import nn

from longlag.numerics.networks.weights import load_module
from longlag.theory import LonglagError

MODULES = {
    "rnn": nn.RNN(2, 3),
    "gru_stack": nn.GRU(2, 3, num_layers=2),
    "lstm_both_ways": nn.LSTM(2, 3, bidirectional=True),
    "gru_without_bias": nn.GRU(2, 3, bias=False),
    "double": nn.LSTM(1, 4, dtype=torch.float64),
}


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_a_state_dict_becomes_the_module_it_came_from(
    name: str, suffix: str, tmp_path: Path
) -> None:
    module, path = MODULES[name], tmp_path / f"weights{suffix}"
    if suffix == ".pt":
        torch.save(module.state_dict(), path)
    else:
        from safetensors.torch import save_file

        save_file(module.state_dict(), path)
    found = load_module(path)
    assert type(found) is type(module)
    x = torch.randn(5, 1, module.input_size, dtype=next(module.parameters()).dtype)
    assert torch.equal(found(x)[0], module(x)[0])


def test_modules_inside_larger_ones_are_found_by_name(tmp_path: Path) -> None:
    model = nn.ModuleDict({"encoder": nn.GRU(1, 2), "decoder": nn.LSTM(2, 2)})
    path = tmp_path / "checkpoint.pt"
    torch.save({"epoch": 3, "model": model.state_dict()}, path)
    with pytest.raises(LonglagError, match=r"2 recurrent modules.*--module model\.decoder"):
        load_module(path)
    assert isinstance(load_module(path, "model.decoder"), nn.LSTM)
    with pytest.raises(LonglagError, match="name one of them"):
        load_module(path, "decoder.rnn")


def test_the_weights_of_a_single_step_become_a_stack_of_one_layer(tmp_path: Path) -> None:
    cell, path = nn.GRUCell(2, 3), tmp_path / "cell.pt"
    torch.save(cell.state_dict(), path)
    h, x = torch.randn(1, 3), torch.randn(1, 2)
    assert torch.allclose(load_module(path)(x[None], h[None])[1][0], cell(x, h), atol=1e-6)


def test_the_rectifier_of_a_plain_network_has_to_be_told(tmp_path: Path) -> None:
    module, path = nn.RNN(1, 2, nonlinearity="relu"), tmp_path / "rnn.pt"
    torch.save(module.state_dict(), path)
    x = torch.randn(4, 1)
    assert torch.equal(load_module(path, nonlinearity="relu")(x)[0], module(x)[0])
    assert not torch.equal(load_module(path)(x)[0], module(x)[0])


class Trap:
    """Runs a command when it is unpickled."""

    def __init__(self, target: str) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (self.target,)


def test_objects_in_a_file_are_never_made(tmp_path: Path) -> None:
    sprung = tmp_path / "sprung"
    for number, save in enumerate((torch.save, lambda o, p: p.write_bytes(pickle.dumps(o)))):
        path = tmp_path / f"trap{number}.pt"
        save({"weight_hh_l0": Trap(str(sprung))}, path)
        with pytest.raises(LonglagError, match="never loaded"):
            load_module(path)
    torch.save(nn.GRU(1, 2), tmp_path / "whole.pt")
    with pytest.raises(LonglagError, match="state_dict"):
        load_module(tmp_path / "whole.pt")
    assert not sprung.exists()


def altered(**changes: torch.Tensor | None) -> dict[str, torch.Tensor]:
    weights = {**nn.GRU(1, 2).state_dict(), **changes}
    return {name: value for name, value in weights.items() if value is not None}


BAD = {
    "none": ({"bias": torch.zeros(3)}, "no weight_hh"),
    "five gates": (altered(weight_hh_l0=torch.zeros(10, 2)), "4H×H"),
    "no rows": (altered(weight_hh_l0=torch.zeros(6, 0)), "4H×H"),
    "integers": (altered(weight_hh_l0=torch.zeros(6, 2, dtype=torch.int64)), "real floating"),
    "complex": (altered(weight_ih_l0=torch.zeros(6, 1, dtype=torch.complex64)), "real floating"),
    "one bias": (altered(bias_hh_l0=None), "bias_hh_l0"),
    "parametrized": (
        {"parametrizations.weight_hh_l0.original0": torch.zeros(2, 2)},
        "remove the parametrization",
    ),
    "missing": (altered(bias_ih_l0=None), "make no GRU"),
    "wrong": (altered(bias_ih_l0=torch.zeros(7)), "make no GRU"),
    "nan": (altered(bias_ih_l0=torch.full((6,), torch.nan)), "not finite"),
    "projection": (nn.LSTM(1, 4, proj_size=2).state_dict(), "proj_size"),
}


@pytest.mark.parametrize("name", BAD)
def test_weights_that_make_no_module_are_refused(name: str, tmp_path: Path) -> None:
    weights, told = BAD[name]
    path = tmp_path / "weights.pt"
    torch.save(weights, path)
    with pytest.raises(LonglagError, match=told):
        load_module(path)


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_files_that_are_no_weights_are_refused(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"weights{suffix}"
    with pytest.raises(LonglagError, match="cannot be read"):
        load_module(path)
    for content in (b"", b"text", bytes(range(256)) * 4, b"\x80\x02}q\x00."):
        path.write_bytes(content)
        with pytest.raises(LonglagError):
            load_module(path)
