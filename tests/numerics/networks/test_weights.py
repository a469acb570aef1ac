"""Modules come back out of their files of weights; nothing else does."""

from __future__ import annotations

import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn.utils import prune

from longlag.numerics.networks.weights import load_module, load_weights
from longlag.theory import LonglagError

MODULES = {
    "rnn": nn.RNN(2, 3),
    "gru_stack": nn.GRU(2, 3, num_layers=2),
    "lstm_both_ways": nn.LSTM(2, 3, bidirectional=True),
    "gru_without_bias": nn.GRU(2, 3, bias=False),
    "double": nn.LSTM(1, 4, dtype=torch.float64),
    "projected": nn.LSTM(2, 4, num_layers=2, proj_size=3),
    "projected_to_one": nn.LSTM(2, 3, bidirectional=True, proj_size=1, bias=False),
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


def nested(content: object, place: tuple[str | int, ...]) -> object:
    """Put content into dictionaries, at names, and into lists, at positions."""
    for key in reversed(place):
        content = {"epoch": 1, key: content} if isinstance(key, str) else [*[[0.5]] * key, content]
    return content


@pytest.mark.parametrize("place", [(), ("model",), ("a", "b"), (0,), ("nets", 0), ("a", 2, "b", 1)])
@pytest.mark.parametrize("inside", ["", "encoder.original_rnn.", "_orig_mod.module."])
def test_a_state_dict_is_found_wherever_it_is_stored(
    place: tuple[str | int, ...], inside: str, tmp_path: Path
) -> None:
    module, path = MODULES["lstm_both_ways"], tmp_path / "checkpoint.pt"
    weights = {inside + name: value for name, value in module.state_dict().items()}
    if inside:
        weights["head.parametrizations.weight.original0"] = torch.ones(1, 3)
    torch.save(nested(weights, place), path)
    x = torch.randn(5, 1, 2)
    assert torch.equal(load_module(path)(x)[0], module(x)[0])
    name = ".".join([*map(str, place), inside]).strip(".")
    assert torch.equal(load_module(path, name)(x)[0], module(x)[0])


def test_what_an_average_of_modules_counts_is_no_weight(tmp_path: Path) -> None:
    module, path = nn.GRU(2, 3), tmp_path / "average.pt"
    averaged = torch.optim.swa_utils.AveragedModel(module)
    torch.save(averaged.state_dict(), path)
    x = torch.randn(5, 1, 2)
    assert torch.equal(load_module(path)(x)[0], module(x)[0])


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_widened_exactly(dtype: torch.dtype, tmp_path: Path) -> None:
    module, path = nn.LSTM(2, 3).to(dtype), tmp_path / "half.pt"
    torch.save(module.state_dict(), path)
    found = load_module(path)
    assert torch.equal(found.weight_hh_l0, module.weight_hh_l0.float())


def inner(prefix: str, **further: torch.Tensor) -> dict[str, torch.Tensor]:
    """The weights of an LSTM under a prefix, and more tensors beside them."""
    weights = {prefix + name: value for name, value in nn.LSTM(1, 2).state_dict().items()}
    return {**weights, **{name.replace("__", "."): value for name, value in further.items()}}


PEEPHOLE, MATRIX, GAIN = torch.ones(6), torch.ones(8, 2), torch.ones(2)
NOT_PLAIN = {
    "peephole": (inner("", weight_ch_l0=PEEPHOLE), "weight_ch_l0"),
    "peephole inside": (inner("rnn.", rnn__W_ci=GAIN), "rnn.W_ci"),
    "raw weights": (inner("rnn.module.", rnn__weight_hh_l0_raw=MATRIX), "rnn.weight_hh_l0_raw"),
    "mask": (inner("rnn.module.", rnn__mask=MATRIX), "rnn.mask"),
    "masks": (inner("rnn.core.", rnn__masks__weight_hh_l0=MATRIX), "rnn.masks.weight_hh_l0"),
    "wrapper of a wrapper": (inner("a.b.rnn.", a__weight_hh_l0_orig=MATRIX), "a.weight_hh_l0_orig"),
    "norm": (inner("rnn.", rnn__norm__weight=GAIN), "rnn.norm.weight"),
    "pruned inputs": (inner("", weight_ih_l0_mask=MATRIX), "weight_ih_l0_mask"),
    "parametrized inputs": (
        inner("", parametrizations__weight_ih_l0__original=MATRIX),
        "weight_ih_l0.original",
    ),
    "two names of one weight": (inner("", weight_hh=MATRIX), "'weight_hh'"),
    "a layer more": (inner("", weight_xh_l1=MATRIX), "weight_xh_l1"),
}


@pytest.mark.parametrize("name", NOT_PLAIN)
def test_tensors_that_are_left_over_say_that_it_is_another_module(
    name: str, tmp_path: Path
) -> None:
    weights, told = NOT_PLAIN[name]
    torch.save(weights, tmp_path / "weights.pt")
    with pytest.raises(LonglagError, match="what was trained is another one") as caught:
        load_module(tmp_path / "weights.pt")
    assert told in str(caught.value)


def prefixed(module: nn.Module) -> nn.Module:
    return nn.ModuleDict({"rnn": module})


MADE_OF_PARTS = {
    "pruned": lambda m: prune.l1_unstructured(m, "weight_hh_l0", amount=1),
    "weight norm": lambda m: nn.utils.weight_norm(m, "weight_hh_l0"),
    "spectral norm": lambda m: nn.utils.spectral_norm(m, "weight_hh_l0"),
    "parametrized": lambda m: nn.utils.parametrizations.orthogonal(m, "weight_hh_l0"),
}


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("name", MADE_OF_PARTS)
@pytest.mark.parametrize("wrap", [lambda module: module, prefixed])
def test_a_weight_that_is_stored_in_parts_is_told(name: str, wrap: object, tmp_path: Path) -> None:
    module = MADE_OF_PARTS[name](nn.GRU(1, 2))
    torch.save(wrap(module).state_dict(), tmp_path / "weights.pt")
    with pytest.raises(LonglagError, match=r"stored in parts \(.*weight_hh_l0.*before saving"):
        load_module(tmp_path / "weights.pt")


def altered(**changes: torch.Tensor | None) -> dict[str, torch.Tensor]:
    weights = {**nn.GRU(1, 2).state_dict(), **changes}
    return {name: value for name, value in weights.items() if value is not None}


BAD = {
    "none": ({"bias": torch.zeros(3)}, "no weight_hh"),
    "five gates": (altered(weight_hh_l0=torch.zeros(10, 2)), "4H×H"),
    "no rows": (altered(weight_hh_l0=torch.zeros(6, 0)), "4H×H"),
    "integers": (altered(weight_hh_l0=torch.zeros(6, 2, dtype=torch.int64)), "real floating"),
    "complex": (altered(weight_ih_l0=torch.zeros(6, 1, dtype=torch.complex64)), "imaginary"),
    "sparse": (altered(weight_hh_l0=torch.zeros(6, 2).to_sparse()), "dense real"),
    "meta": (altered(weight_hh_l0=torch.zeros(6, 2, device="meta")), "a shape and no numbers"),
    "expanded": (
        altered(weight_hh_l0=torch.zeros(1, 1).expand(3 * 10**6, 10**6)),
        "holds fewer numbers",
    ),
    "gap": (altered(weight_hh_l2=torch.zeros(6, 2)), "layers 0, 2 and no layer 1"),
    "far layer": (altered(weight_hh_l1000000000=torch.zeros(6, 2)), "no layer 1"),
    "no layer 0": (
        {name.replace("l0", "l1"): value for name, value in altered().items()},
        "no layer 0",
    ),
    "layer 00": (altered(weight_hh_l00=torch.zeros(6, 2)), "no layer 1"),
    "long number": (altered(**{"weight_hh_l" + "9" * 5000: torch.zeros(6, 2)}), "no layer 1"),
    "one direction": (altered(weight_hh_l0_reverse=torch.zeros(6, 2)), "make no GRU"),
    "one bias": (altered(bias_hh_l0=None), "bias_hh_l0"),
    "parametrized": (
        {"parametrizations.weight_hh_l0.original0": torch.zeros(2, 2)},
        "stored in parts",
    ),
    "missing": (altered(bias_ih_l0=None), "make no GRU"),
    "wrong": (altered(bias_ih_l0=torch.zeros(7)), "make no GRU"),
    "nan": (altered(bias_ih_l0=torch.full((6,), torch.nan)), "not finite"),
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


def forge(path: Path, forged: Path, change: Callable[[bytes], bytes]) -> None:
    """Write an archive of PyTorch again, with other instructions for what is to be made."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(forged, "w") as new:
        for member in old.infolist():
            content = old.read(member)
            is_pickle = member.filename.endswith("data.pkl")
            new.writestr(member.filename, change(content) if is_pickle else content)


def holding_itself() -> object:
    content: dict[str, object] = dict(nn.GRU(1, 2).state_dict())
    content["again"] = [content]
    return content


def deep(levels: int) -> object:
    content: object = nn.GRU(1, 2).state_dict()
    for _ in range(levels):
        content = [content]
    return content


@pytest.mark.parametrize("content", [holding_itself(), deep(60), deep(300)])
def test_what_is_nested_without_end_is_refused(content: object, tmp_path: Path) -> None:
    path, deeper = tmp_path / "weights.pt", tmp_path / "deeper.pt"
    torch.save(content, path)
    forge(path, deeper, lambda pickled: b"\x80\x02" + b"]" * 100_000 + b"a" * 99_999 + b".")
    for each in (path, deeper):
        with pytest.raises(LonglagError, match="holds itself, or is nested"):
            load_module(each)


def test_what_stands_in_many_places_is_read_once(tmp_path: Path) -> None:
    content: object = nn.GRU(1, 2).state_dict()
    for _ in range(40):  # 2^40 ways lead to it
        content = [content, content]
    torch.save(content, tmp_path / "weights.pt")
    assert isinstance(load_module(tmp_path / "weights.pt"), nn.GRU)


def test_an_archive_that_unpacks_to_more_than_it_is_is_refused(tmp_path: Path) -> None:
    plain, packed = tmp_path / "plain.pt", tmp_path / "packed.pt"
    torch.save(
        {"weight_hh_l0": torch.zeros(4000, 1000), "weight_ih_l0": torch.zeros(4000, 1)}, plain
    )
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            new.writestr(member.filename, old.read(member))
    assert packed.stat().st_size < plain.stat().st_size / 100
    with pytest.raises(LonglagError, match="it unpacks to 1"):
        load_module(packed)
    packed.write_bytes(packed.read_bytes()[:-30])
    with pytest.raises(LonglagError, match="no file of plain tensors"):
        load_module(packed)


def test_a_storage_that_claims_more_than_the_file_holds_is_refused(tmp_path: Path) -> None:
    path, false = tmp_path / "weights.pt", tmp_path / "false.pt"
    torch.save({"weight_hh_l0": torch.zeros(8, 2), "weight_ih_l0": torch.zeros(8, 1)}, path)
    forge(path, false, lambda pickled: pickled.replace(b"K\x10", b"J\x00\x00\x00\x40", 1))
    with pytest.raises(LonglagError, match="no file of plain tensors"):
        load_module(false)


def test_memory_that_no_byte_of_the_file_stands_for_is_not_taken(tmp_path: Path) -> None:
    path, false = tmp_path / "weights.pt", tmp_path / "false.pt"
    torch.save(nn.GRU(1, 2).state_dict(), path)
    # Instructions to make 2^31 − 1 zero bytes, and a tensor of as many numbers.
    bomb = b"\x80\x02cbuiltins\nbytearray\nJ\xff\xff\xff\x7f\x85R."
    forge(path, false, lambda pickled: bomb)
    with pytest.raises(LonglagError, match="bytes that are no tensor"):
        load_module(false)
    false.write_bytes(bomb)
    with pytest.raises(LonglagError, match="bytes that are no tensor"):
        load_module(false)
    made = b"ctorch\nFloatTensor\nK\x06J\xff\xff\xff\x07\x86R"
    names = [b"X\x0c\x00\x00\x00" + name for name in (b"weight_hh_l0", b"weight_ih_l0")]
    content = b"\x80\x02}(" + b"".join(name + made for name in names) + b"u."
    forge(path, false, lambda pickled: content)
    with pytest.raises(LonglagError, match=r"more bytes than it has|6, 134217727"):
        load_module(false)


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices with names")
@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_what_is_no_file_is_never_opened(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"weights{suffix}"
    os.mkfifo(path)
    with pytest.raises(LonglagError, match="it is a pipe"):
        load_module(path)
    path.unlink()
    path.symlink_to("/dev/zero")
    with pytest.raises(LonglagError, match="it is a device"):
        load_module(path)


# Names in front of a module's own.

FRONTS = {"DataParallel": "module.", "Lightning": "model.", "compiled": "_orig_mod.module."}


def checkpoint(front: str, module: nn.Module, **beside: torch.Tensor) -> dict[str, object]:
    """A checkpoint of Lightning: weights under a name, beside optimisers and options."""
    weights = {front + name: value for name, value in module.state_dict().items()}
    moments = {0: {"step": torch.tensor(3.0), "exp_avg": torch.zeros(2)}}
    return {
        "epoch": 3,
        "pytorch-lightning_version": "2.1",
        "state_dict": {**weights, **beside},
        "callbacks": {"best": {"score": torch.tensor(0.5)}},
        "optimizer_states": [{"state": moments, "param_groups": [{"lr": 0.1}]}],
        "hyper_parameters": {"size": 3},
    }


@pytest.mark.parametrize("front", FRONTS.values(), ids=FRONTS)
def test_a_module_is_named_without_what_stands_in_front(front: str, tmp_path: Path) -> None:
    model = nn.ModuleDict({"rnn": nn.GRU(1, 2), "head": nn.Linear(2, 1), "top": nn.GRU(2, 2)})
    path = tmp_path / "model.ckpt"
    torch.save(checkpoint(front, model), path)
    assert torch.equal(load_module(path, "rnn").weight_hh_l0, model["rnn"].weight_hh_l0)
    full = f"state_dict.{front}top"
    assert torch.equal(load_module(path, full).weight_hh_l0, model["top"].weight_hh_l0)
    with pytest.raises(LonglagError, match="name one of them"):
        load_module(path, "nn")


def own() -> nn.ModuleDict:
    return nn.ModuleDict({"input": nn.Linear(2, 3), "norm": nn.BatchNorm1d(3)})


@pytest.mark.parametrize("front", ["", "net.cell.", *FRONTS.values()])
def test_weights_of_an_own_module_come_from_any_checkpoint(front: str, tmp_path: Path) -> None:
    trained, fresh, path = own(), own(), tmp_path / "own.ckpt"
    torch.save(
        checkpoint(front, trained, **({"head.weight": torch.ones(1)} if front else {})), path
    )
    load_weights(nn.DataParallel(fresh), path)
    for name, value in trained.state_dict().items():
        assert torch.equal(fresh.state_dict()[name], value)


def test_weights_of_another_module_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.ckpt"
    half = {"net.input.weight": torch.ones(3, 2)}
    nan = {**own().state_dict(), "input.bias": torch.full((3,), torch.nan)}
    wide = nn.ModuleDict({"input": nn.Linear(5, 3), "norm": nn.BatchNorm1d(3)})
    for content, message in (
        (half, "nowhere does it hold all of input.weight, input.bias"),
        ({"a": own().state_dict(), "b": own().state_dict()}, "at 'a', 'b'"),
        (checkpoint("model.", own(), **{"model.gain": torch.ones(1)}), "'gain' too"),
        (wide.state_dict(), r"input.weight of file .*\(3, 5\) there and \(3, 2\)"),
        (nan, "input.bias of file .* finite"),
    ):
        torch.save(content, path)
        fresh = own()
        before = fresh["input"].weight.clone()
        with pytest.raises(LonglagError, match=message) as caught:
            load_weights(fresh, path)
        assert "\n" not in str(caught.value)
        assert torch.equal(before, fresh["input"].weight)
