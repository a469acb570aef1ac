"""``longlag measure`` as a user sees it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from longlag.numerics import measure_splits, measure_transport
from tests.cli.commands.test_commands import run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the weights of a GRU, an input, and a Python file."""
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(0)
    torch.save(nn.GRU(1, 4).state_dict(), "gru.pt")
    np.save("x.npy", np.sin(np.arange(40) / 3))
    Path("mine.py").write_text(
        "import torch\n"
        "from torch import nn\n"
        "from longlag.theory import CELLS\n"
        "from longlag.numerics.networks.sampling import sample_network\n"
        "model = nn.ModuleDict({'rnn': nn.LSTM(1, 4), 'head': nn.Linear(4, 1)})\n"
        "from longlag.numerics import bind\n"
        "bound, number = bind(nn.GRU(1, 4)), 3\n"
        "network = sample_network(CELLS['leaky'], torch.Generator(), steps=30)\n"
        "double = nn.DataParallel(nn.ModuleDict({'rnn': nn.GRU(1, 4)}))\n"
        "from longlag.numerics import Adapter\n"
        "class Leaky(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.input, self.hidden = nn.Linear(1, 4), nn.Linear(4, 4, bias=False)\n"
        "        self.leak = nn.Parameter(torch.tensor(0.1))\n"
        "    def forward(self, x, h):\n"
        "        return h + self.leak * (torch.tanh(self.input(x) + self.hidden(h)) - h)\n"
        "names = {'n': 'input'}, {'n': 'hidden.weight'}, {'alpha': 'leak'}\n"
        "own = bind(Leaky(), Adapter(CELLS['leaky'], *names))\n"
    )
    return tmp_path


def test_the_table_and_the_json_say_what_the_library_says(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    common = ("measure", "gru.pt", "--input", "x.npy", "--max-lag", "16")
    assert run(*common, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    gru = nn.GRU(1, 4)
    gru.load_state_dict(torch.load("gru.pt", weights_only=True))
    x = torch.from_numpy(np.load("x.npy")).float()[:, None]
    expected = measure_transport(gru, x, max_lag=16)
    assert found["exact"] == expected.exact.tolist()
    assert found["rates"]["lags"] == [1, 2, 4, 8, 16]
    assert found["provenance"]["versions"]["torch"] == torch.__version__
    assert run(*common, "--lags", "1,5") == 0
    shown = capsys.readouterr().out
    assert "GRU, layer 0 (cell gru), block dh_t/dh_(t-lag)" in shown
    assert f"{float(expected.neuron_mean('exact')[4]):.4g}" in shown
    assert "first order is wrong by more than 10%" in shown


def test_expansions_are_measured_alone_where_asked(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    common = ("measure", "gru.pt", "--input", "x.npy", "--max-lag", "16", "--first-order")
    assert run(*common, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert "first_order" in found
    assert "exact" not in found
    assert run(*common, "--samples", "64", "--kappa", "2", "--plot", "alone.png") == 0
    shown = capsys.readouterr().out
    assert "       lag 1st order    zeroth\n" in shown
    assert "wrong" not in shown
    assert "exact" not in shown
    assert Path("alone.png").exists()


def test_a_network_without_a_recurrent_part_has_one_reading_and_no_errors(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("linear.py").write_text(
        "import torch\n"
        "from sympy import cos, sin\n"
        "from longlag.numerics import Network\n"
        "from longlag.theory import Cell, drive, state\n"
        "x, y, u, a = state('x'), state('y'), drive('u'), drive('a')\n"
        "turn = {x: 0.99 * (cos(a) * x - sin(a) * y) + u, y: 0.99 * (sin(a) * x + cos(a) * y)}\n"
        "zero = {name: torch.zeros(1, dtype=torch.float64) for name in 'xy'}\n"
        "angle = torch.full((50, 1), 0.5, dtype=torch.float64)\n"
        "mode = Network(Cell('mode', turn), zero, {'u': 0 * angle, 'a': angle}, {}, {})\n"
        "gate = Network(Cell('gate', {x: a * x + u}), {'x': zero['x']},\n"
        "               {'u': 0 * angle, 'a': angle}, {}, {})\n"
    )
    assert run("measure", "linear.py:mode", "--max-lag", "16", "--plot", "mode.png") == 0
    shown = capsys.readouterr().out
    assert "       lag   modulus     exact    ‖M‖/√H\n" in shown
    assert "no recurrent part: the diagonal is the product, first order is exact" in shown
    assert f"slowest {-1 / np.log(0.99):.4g} steps" in shown
    assert "by 0.5 to 0.5 radians a step" in shown
    assert "wrong" not in shown
    assert run("measure", "linear.py:gate", "--max-lag", "4", "--first-order") == 0
    shown = capsys.readouterr().out
    assert "       lag     exact\n" in shown
    assert "radians" not in shown


def test_windows_are_those_of_the_measured_envelopes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--input", "x.npy", "--max-lag", "16", "--samples", "64", "--kappa", "2")
    assert run("measure", "gru.pt", *options, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    for reading in ("exact", "first_order", "zeroth"):
        learnable = [
            lag
            for lag, f in zip(found["lags"], found["neuron_mean"][reading], strict=True)
            if f >= 1 / 8
        ]
        assert found["window"][reading]["last"] == learnable[-1] < 16
    assert run("measure", "gru.pt", *options) == 0
    shown = capsys.readouterr().out
    assert f"exact        lag {learnable[-1]}" in shown
    # Of n linear units no lag beyond n/r² − 1 is recalled with R² ≥ r².
    ceiling = re.search(r"ceiling +lag (\d+): (\d+) linear units", shown)
    assert ceiling is not None
    assert int(ceiling[1]) == 2 * int(ceiling[2]) - 1


def test_an_envelope_goes_straight_into_laws(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.save("many.npy", np.random.default_rng(0).normal(size=(40, 5, 1)))
    common = ("measure", "gru.pt", "--input", "many.npy", "--max-lag", "12", "--fit")
    assert run(*common, "--samples", "20", "--kappa", "2") == 0
    shown = capsys.readouterr().out
    assert "12 lags from 1 to 12, ln f by least squares; 5 sequences" in shown
    assert "H_N" in shown
    assert "as a law: longlag law '" in shown
    assert run(*common, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    gru = nn.GRU(1, 4)
    gru.load_state_dict(torch.load("gru.pt", weights_only=True))
    x = torch.from_numpy(np.load("many.npy")).float()
    expected = measure_transport(gru, x, max_lag=12, per_anchor=True).fit()
    assert found["fit"] == expected.to_dict()


def test_objects_of_a_file_are_measured(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--input", "x.npy", "--max-lag", "4", "--json")
    assert run("measure", "mine.py:model", "--module", "rnn", "--block", "c->h", *options) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["provenance"]["block"] == "c->h"
    assert run("measure", "mine.py:network", "--max-lag", "4", "--json") == 0
    assert json.loads(capsys.readouterr().out)["provenance"]["cell"] == "leaky"
    assert run("measure", "mine.py:own", *options) == 0
    found = json.loads(capsys.readouterr().out)["provenance"]
    assert (found["origin"], found["cell"], found["steps"]) == ("Leaky", "leaky", 40)
    assert run("measure", "mine.py:double", "--module", "rnn", *options) == 0
    assert json.loads(capsys.readouterr().out)["provenance"]["cell"] == "gru"


@pytest.mark.parametrize("suffix", ["png", "pdf", "svg"])
def test_a_figure_is_written(folder: Path, suffix: str, capsys: pytest.CaptureFixture[str]) -> None:
    plot = f"figures/out.{suffix}"
    assert run("measure", "gru.pt", "--input", "x.npy", "--max-lag", "9", "--plot", plot) == 0
    assert f"wrote {plot}" in capsys.readouterr().err
    assert Path(plot).stat().st_size > 5000
    assert [path.name for path in Path("figures").iterdir()] == [f"out.{suffix}"]


def test_layouts_of_the_input_agree(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = np.random.default_rng(0).normal(size=(20, 3, 1))
    np.save("steps_first.npy", rows)
    np.save("sequences_first.npy", rows.transpose(1, 0, 2))
    results = []
    for extra in (("steps_first.npy",), ("sequences_first.npy", "--batch-first")):
        assert run("measure", "gru.pt", "--max-lag", "3", "--json", "--input", *extra) == 0
        results.append(json.loads(capsys.readouterr().out)["exact"])
    # In float32: products of other layouts are rounded elsewhere.
    assert results[0] == pytest.approx(results[1], rel=1e-6)


BAD = {
    "no lag": (("--max-lag", "0", "--input", "x.npy"), ">= 1"),
    "too long": (("--max-lag", "41", "--input", "x.npy"), "hold no product"),
    "no input": (("--max-lag", "4"), "give --input FILE.npy"),
    "no file": (("--max-lag", "4", "--input", "y.npy"), "cannot be read"),
    "pickle": (("--max-lag", "4", "--input", "objects.npy"), "no array of plain numbers"),
    "nan": (("--max-lag", "4", "--input", "nan.npy"), "not finite as float32"),
    "too large": (("--max-lag", "4", "--input", "huge.npy"), "not finite as float32"),
    "kink": (("--max-lag", "4", "--input", "x.npy", "--nonlinearity", "sin"), "tanh or relu"),
    "shape": (("--max-lag", "4", "--input", "wide.npy"), "D = 1"),
    "lags": (("--max-lag", "4", "--input", "x.npy", "--lags", "1,9"), "from 1 to 4"),
    "plot": (("--max-lag", "4", "--input", "x.npy", "--plot", "x.jpg"), ".svg"),
    "place": (("--max-lag", "4", "--input", "x.npy", "--plot", "x.npy/a.png"), "folder"),
    "memory": (("--max-lag", "4", "--input", "x.npy", "--memory", "1e-5"), "lower max_lag"),
    "negative memory": (("--max-lag", "4", "--input", "x.npy", "--memory", "-1"), "more than 0"),
    "no memory": (("--max-lag", "4", "--input", "x.npy", "--memory", "0"), "more than 0"),
    "endless memory": (("--max-lag", "4", "--input", "x.npy", "--memory", "inf"), "more than 0"),
    "absurd memory": (("--max-lag", "4", "--input", "x.npy", "--memory", "1e300"), "at most"),
    "no number": (("--max-lag", "4", "--input", "x.npy", "--memory", "nan"), "more than 0"),
    "a cost alone": (("--max-lag", "4", "--input", "x.npy", "--cost", "auto"), "--cost auto: "),
    "complex": (("--max-lag", "4", "--input", "complex.npy"), "imaginary parts"),
    "pipe": (("--max-lag", "4", "--input", "pipe"), "a pipe"),
    "device": (("--max-lag", "4", "--input", "/dev/zero"), "a device"),
    "plot on a device": (("--max-lag", "4", "--input", "x.npy", "--plot", "a.png"), "no file on"),
    "layer": (("--max-lag", "4", "--input", "x.npy", "--layer", "3"), "choose from 0 to 0"),
    "no exponent": (("--max-lag", "4", "--input", "x.npy", "--samples", "9"), "exactly one"),
    "no samples": (("--max-lag", "4", "--input", "x.npy", "--kappa", "2"), "give --samples"),
    "block": (("--max-lag", "4", "--input", "x.npy", "--block", "c->c"), "h->h"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gives_one_line_and_no_file(
    folder: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    np.save("objects.npy", np.array([{}, 1], dtype=object), allow_pickle=True)
    np.save("nan.npy", np.full(40, np.nan))
    np.save("huge.npy", np.full(40, 1e300))
    np.save("wide.npy", np.zeros((40, 2)))
    np.save("complex.npy", np.full(40, 1j))
    os.mkfifo("pipe")
    Path("a.png").symlink_to("/dev/null")
    before = sorted(folder.rglob("*"))
    arguments, told = BAD[name]
    assert run("measure", "gru.pt", *arguments) == 2
    printed = capsys.readouterr()
    assert printed.err.count("\n") == 1
    assert told in printed.err
    assert printed.out == ""
    assert sorted(folder.rglob("*")) == before


def test_the_byte_order_of_a_file_does_not_matter(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.save("swapped.npy", np.load("x.npy").astype(">f4"))
    np.save("native.npy", np.load("x.npy").astype("f4"))
    results = []
    for name in ("swapped.npy", "native.npy"):
        assert run("measure", "gru.pt", "--input", name, "--max-lag", "3", "--json") == 0
        results.append(json.loads(capsys.readouterr().out)["exact"])
    assert results[0] == results[1]


PARTS = {
    "part of a Network": ("mine.py:network", "--module", "rnn"),
    "part of a bound module": ("mine.py:bound", "--module", "rnn"),
    "layer of a Network": ("mine.py:network", "--layer", "1"),
    "several parts": ("mine.py:model",),
    "absent part": ("mine.py:model", "--module", "gru"),
    "no module": ("mine.py:number",),
}


@pytest.mark.parametrize("name", PARTS)
def test_parts_that_are_not_there_are_refused(
    folder: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    target, *options = PARTS[name]
    given = () if target.endswith("network") else ("--input", "x.npy")
    assert run("measure", target, "--max-lag", "3", *options, *given) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    if target.endswith("model"):
        assert "--module rnn" in told


@pytest.mark.parametrize("target", ["x.npy", "absent.pt", ".", "mine.py", "mine.py:nothing"])
def test_what_is_no_module_is_refused(
    folder: Path, target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("measure", target, "--input", "x.npy", "--max-lag", "4") == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_an_interrupt_leaves_no_file(folder: Path) -> None:
    torch.save(nn.LSTM(1, 64).state_dict(), "large.pt")
    np.save("long.npy", np.zeros((3000, 4, 1)))
    before = sorted(folder.rglob("*"))
    code = (
        "import longlag.numerics.measurement.measure as m; from longlag.cli import main\n"
        "run = m.run_network\n"
        "def told(*arguments, **options):\n"
        "    print('running', flush=True)\n"
        "    return run(*arguments, **options)\n"
        "m.run_network = told\n"
        "main()\n"
    )
    running = subprocess.Popen(
        [
            sys.executable,
            "-c",
            code,
            "measure",
            "large.pt",
            "--input",
            "long.npy",
            "--max-lag",
            "2000",
            "--plot",
            "large.png",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell without a terminal starts what runs behind it deaf to interrupts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        text=True,
    )
    assert running.stdout.readline() == "running\n"
    running.send_signal(signal.SIGINT)
    _, error = running.communicate(timeout=120)
    assert running.returncode == 130
    assert error.strip().endswith("longlag: interrupted")
    assert sorted(folder.rglob("*")) == before


def test_both_splits_are_compared(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    common = ("measure", "gru.pt", "--input", "x.npy", "--max-lag", "16", "--split")
    assert run(*common, "both", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    gru = nn.GRU(1, 4)
    gru.load_state_dict(torch.load("gru.pt", weights_only=True))
    x = torch.from_numpy(np.load("x.npy")).float()[:, None]
    expected = measure_splits(gru, x, max_lag=16)
    for split in ("leak", "gate"):
        told = found["splits"][split]["remainder"]
        assert told == [expected.remainder(split)[lag - 1].item() for lag in found["lags"]]
    assert run(*common, "both", "--lags", "1,5") == 0
    first, second = capsys.readouterr().out.splitlines()[3:5]
    assert first.split()[1] == first.split()[3] == "exact"
    assert f"{float(expected.remainder('gate')[4]):.3g}" in second
    assert run(*common, "gate") == 0
    shown = capsys.readouterr().out
    assert "leak" not in shown
    assert "gate left out" in shown


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        (("--split", "gates"), "choose of leak, gate"),
        (("--split", "both", "--first-order"), "leave out"),
        (("--split", "both", "--fit"), "leave out"),
        (("--split", "gate", "--samples", "9", "--kappa", "1"), "leave out"),
    ],
)
def test_what_a_split_does_not_go_with_is_told(
    folder: Path, arguments: tuple[str, ...], rule: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("measure", "gru.pt", "--input", "x.npy", "--max-lag", "9", *arguments) == 2
    told = capsys.readouterr().err.strip().splitlines()
    assert len(told) == 1
    assert rule in told[0]
