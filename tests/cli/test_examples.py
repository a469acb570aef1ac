"""Every example in the help of a command is one that runs."""

from __future__ import annotations

import shlex
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import pytest

from longlag.cli import COMMANDS, app
from longlag.cli.group import command
from tests.cli.commands.test_commands import MGU, run

EXAMPLES = {
    name: import_module(f"longlag.cli.commands.{place.partition(':')[0]}").EXAMPLES
    for name, place in COMMANDS.items()
}
LINES = [line for lines in EXAMPLES.values() for line in lines]
#: They take minutes, or go on with what one of those began: what is typed is read, and not run.
LONG = (
    "longlag report",
    "longlag findings",
    *(f"longlag experiment {part}" for part in ("run", "resume", "status", "compare", "export")),
)
QUICK = [line for line in LINES if not line.startswith(LONG)]

CLAIMS = """
from sympy import S, Symbol
from longlag.theory.statement import Kind, Relation

x = Symbol("x", real=True)
square = Relation(Kind.IDENTITY, (x + 1) ** 2, x**2 + 2 * x + 1, {x: S.Reals})
"""

PAPER = r"""\documentclass{article}
\begin{document}
% longlag: let s in (0,1), \ell in naturals
% longlag: check
\begin{equation} (1-s)^{\ell} \le e^{-s\ell} \end{equation}
\end{document}
"""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with everything that examples name."""
    import numpy as np
    import torch

    generator = np.random.default_rng(0)
    torch.manual_seed(0)
    (tmp_path / "mgu.py").write_text(MGU)
    (tmp_path / "claims.py").write_text(CLAIMS)
    (tmp_path / "paper.tex").write_text(PAPER)
    torch.save(torch.nn.GRU(1, 8).state_dict(), tmp_path / "gru.pt")
    np.save(tmp_path / "series.npy", generator.normal(size=120))
    np.save(tmp_path / "gradients.npy", generator.standard_t(3, size=2000))
    np.save(tmp_path / "scales.npy", generator.gamma(2, 10, size=200))
    inputs, targets = generator.normal(size=(16, 512, 1)), generator.normal(size=(16, 512, 1))
    np.savez(tmp_path / "sequences.npz", inputs=inputs, targets=targets)
    lags = np.arange(1, 33)
    noise = np.exp(0.05 * generator.normal(size=32))
    rows = [f"{lag},{value}" for lag, value in zip(lags, lags**-0.7 * noise, strict=True)]
    (tmp_path / "curves.csv").write_text("lag,value\n" + "\n".join(rows) + "\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_examples_of_itself(name: str) -> None:
    assert EXAMPLES[name]
    assert all(line.startswith(f"longlag {name}") for line in EXAMPLES[name])


def test_every_part_of_a_group_has_an_example() -> None:
    group = command("experiment", f"longlag.cli.commands.{COMMANDS['experiment']}")
    assert group.commands
    for name, part in group.commands.items():
        assert f"longlag experiment {name}" in part.epilog


@pytest.mark.slow
@pytest.mark.parametrize("line", QUICK)
def test_an_example_runs(line: str, files: Path) -> None:
    before = set(files.iterdir())
    arguments = shlex.split(line)[1:]
    assert run(*arguments) == 0
    named = {files / name for flag, name in _written(arguments)}
    assert named <= set(files.iterdir()) - before


def _written(arguments: list[str]) -> list[tuple[str, str]]:
    return [pair for pair in pairwise(arguments) if pair[0] in ("-o", "--plot", "--annotate")]


@pytest.mark.parametrize("line", sorted(set(LINES) - set(QUICK)))
def test_what_takes_minutes_is_read_as_it_stands(line: str, files: Path) -> None:
    name, *rest = shlex.split(line)[1:]
    found = command(name, f"longlag.cli.commands.{COMMANDS[name]}")
    context = found.make_context(name, rest)
    if name == "experiment":
        inner, made, arguments = found.resolve_command(context, rest)
        context = made.make_context(inner, arguments)
    assert context.params


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_shows_them(name: str) -> None:
    from typer.testing import CliRunner

    told = CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "200", "TERM": "dumb"})
    shown = " ".join(told.output.split())
    assert all(" ".join(line.split()) in shown for line in EXAMPLES[name])
