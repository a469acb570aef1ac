"""``longlag signal`` as a user sees it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from longlag.numerics.signal import measure_signal
from longlag.numerics.tasks import stream
from longlag.numerics.tasks.multi_lag import MultiLag
from tests.cli.commands.test_commands import run

TASK = (
    "--task", "multi_lag", "--set", "steps=16", "--set", "channels=2",
    "--set", "delays=[1, 3]", "--set", "coefficients=[1, 0.5]",
)  # fmt: skip
FEW = ("--sequences", "24", "--groups", "8", "--alpha", "2")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a module and its readout in a file, weights, and sequences."""
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(0)
    torch.save(nn.GRU(2, 4, num_layers=2).state_dict(), "gru.pt")
    Path("mine.py").write_text(
        "import torch\n"
        "from torch import nn\n"
        "torch.manual_seed(0)\n"
        "model = nn.ModuleDict({'rnn': nn.GRU(2, 4), 'head': nn.Linear(4, 1)})\n"
        "both = nn.GRU(2, 4, bidirectional=True)\n"
        "from longlag.numerics.training import train\n"
        "from longlag.theory import CELLS\n"
        "x, y = torch.randn(16, 8, 2), torch.randn(16, 8, 1)\n"
        "random = torch.Generator().manual_seed(0)\n"
        "trained = train(CELLS['diag_gate'], x, y, size=4, steps=2, generator=random)\n"
        "network = trained.network(x)\n"
    )
    random = np.random.default_rng(0)
    np.savez("x.npz", inputs=random.normal(size=(9, 24, 2)), targets=random.normal(size=(9, 24, 1)))
    np.savez("wrong.npz", inputs=np.zeros((9, 24, 2)))
    return tmp_path


def test_the_command_says_what_the_library_says(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ("signal", "mine.py:model", "--module", "rnn", "--readout", "head", *TASK, *FEW)
    assert run(*line, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    torch.manual_seed(0)
    rnn, head = nn.GRU(2, 4), nn.Linear(4, 1)
    task = MultiLag(steps=16, channels=2, delays=(1, 3), coefficients=(1, 0.5))
    inputs, targets, _ = task.draw(24, stream(0, "signal"))
    rnn, head = rnn.double(), head.double().requires_grad_(False)
    expected = measure_signal(
        rnn,
        inputs,
        targets,
        (1, 3),
        loss=lambda states, wanted: (head(states) - wanted).square().mean(),
        without=lambda x, y, lag: y - task.part(x, lag),
        groups=8,
        alpha=2.0,
    )
    told, seen = expected.to_dict()["lags"], found["lags"]
    for mine, theirs in zip(told, seen, strict=True):
        for key in ("own", "deflated"):
            assert theirs[key]["signal"]["value"] == pytest.approx(mine[key]["signal"]["value"])
        assert theirs["paired"]["shift"]["value"] == pytest.approx(mine["paired"]["shift"]["value"])
    assert run(*line, "--plot", "signal.png") == 0
    shown = capsys.readouterr().out
    assert "cell gru, 16 steps, 24 sequences, the given readout" in shown
    assert "shuffled targets: nothing found" in shown
    assert (folder / "signal.png").stat().st_size > 0


def test_sequences_of_a_file_are_measured_at_the_lags_that_are_given(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ("signal", "gru.pt", "--data", "x.npz", "--lags", "2,0", "--groups", "8", "--alpha", "2")
    assert run(*line, "--json") == 0
    first = json.loads(capsys.readouterr().out)
    assert [row["lag"] for row in first["lags"]] == [0, 2]
    assert first["lags"][0]["paired"] is None
    held = np.load("x.npz")
    turned = {name: held[name].transpose(1, 0, 2) for name in held}
    np.savez("turned.npz", **turned)
    assert run(*line[:3], "turned.npz", *line[4:], "--batch-first", "--json") == 0
    assert_alike(json.loads(capsys.readouterr().out)["lags"], first["lags"])


def assert_alike(found: Any, expected: Any) -> None:
    """The same but for the rounding of sums in another order, number by number."""
    if isinstance(expected, dict):
        assert found.keys() == expected.keys()
        found, expected = list(found.values()), list(expected.values())
    if isinstance(expected, list):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_alike(one, other)
    else:
        assert found == (pytest.approx(expected, rel=1e-6) if expected is not None else None)


def test_a_trained_network_of_any_cell_is_measured_with_its_own_readout(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("signal", "mine.py:trained", *TASK, *FEW) == 0
    assert "cell diag_gate, 16 steps, 24 sequences, the given readout" in capsys.readouterr().out
    np.save("x.npy", np.random.default_rng(0).normal(size=(16, 3, 2)))
    assert run("measure", "mine.py:trained", "--input", "x.npy", "--max-lag", "4") == 0
    assert "cell diag_gate" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("gru.pt",), "no sequences"),
        (("gru.pt", *TASK, "--data", "x.npz"), "--task beside --data"),
        (("gru.pt", "--data", "x.npz"), "without --lags"),
        (("gru.pt", "--data", "wrong.npz", "--lags", "1"), "inputs and targets"),
        (("gru.pt", "--data", "none.npz", "--lags", "1"), "none.npz"),
        (("gru.pt", "--data", "x.npz", "--lags", "one"), "it lists lags"),
        (("gru.pt", "--data", "x.npz", "--lags", "9", *FEW[2:]), "lag 9"),
        (("gru.pt", *TASK, "--set", "depth=3"), "no key of this name"),
        (("gru.pt", *TASK, "--sequences", "24", "--alpha", "2"), "24 sequences in 32 groups"),
        (("gru.pt", *TASK, "--sequences", "96"), "the tail is fitted to half of them"),
        (("mine.py:both", *TASK, *FEW), "both directions"),
        (("mine.py:model", *TASK, *FEW), "--module rnn"),
        (("mine.py:network", *TASK, *FEW), "what train(…) returns"),
        (("mine.py:trained", "--readout", "head", *TASK, *FEW), "its own readout"),
        (("mine.py:trained", "--task", "five_harmonics", "--lags", "1", *FEW), "trained"),
        (("mine.py:model", "--module", "rnn", "--readout", "rnn", *TASK, *FEW), "nn.Linear(4, 1)"),
    ],
)
def test_what_cannot_be_measured_is_told_in_one_line(
    folder: Path, arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("signal", *arguments) == 2
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1
