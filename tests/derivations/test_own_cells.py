"""Whoever writes a cell gets its derivation, whatever the cell has none of."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
import torch

from longlag.cli import main
from longlag.derivations.rates.effective_learning_rates import derive_cell
from longlag.derivations.rates.expansion_figure import transported_diagonals
from longlag.numerics import generate
from longlag.numerics.checks import expansion_verdict
from longlag.numerics.lags.products import trajectory
from longlag.numerics.networks.sampling import sample_network
from longlag.theory import jacobian, transport
from longlag.theory.language.explicit import Explicit
from longlag.theory.language.matrix import ZERO, add, is_zero
from longlag.theory.statement import Level, Settings
from longlag.theory.transport.product import Transport
from tests.own_cells import OWN_CELLS

CLAIMS = ["update", "jacobian", "product", "expansion", "remainder", "rates", "factors"]


@pytest.mark.parametrize("name", OWN_CELLS)
def test_every_claim_of_a_cell_of_ones_own_is_checked_and_holds(name: str) -> None:
    checked = derive_cell(OWN_CELLS[name], order=2).check(Settings(examples=3))
    # Where nothing is left out there is no bound of it.
    exact = is_zero(jacobian(OWN_CELLS[name]).recurrent)
    wanted = [claim for claim in CLAIMS if not (exact and claim == "remainder")]
    assert [c.claim.statement.name for c in checked.checked][: len(wanted)] == wanted
    assert [c.verdict.summary() for c in checked.checked if not c.as_expected] == []


class _DoubledTerm(Transport):
    """A transport with one of its terms taken twice."""

    doubled = 0

    @property
    def terms(self):  # type: ignore[no-untyped-def]
        right = Transport(self.jacobian, self.order, self.lag).terms
        return tuple(
            add(term, term) if order == self.doubled else term for order, term in enumerate(right)
        )


class _DoubledCorrection(_DoubledTerm):
    doubled = 1


@pytest.mark.parametrize("wrong", [_DoubledTerm, _DoubledCorrection])
@pytest.mark.parametrize("name", OWN_CELLS)
def test_a_wrong_term_of_any_expansion_is_refuted(name: str, wrong: type[_DoubledTerm]) -> None:
    cell = OWN_CELLS[name]
    verdict = expansion_verdict(wrong(jacobian(cell), 1), Settings())
    term = transport(cell).at(3).term(wrong.doubled)
    if is_zero(term) or Explicit(cell.graph, 1, keep_values=True).matrix(term).is_zero_matrix:
        assert verdict.holds  # twice nothing
    else:
        assert verdict.level is Level.REFUTED
        assert f"order {wrong.doubled}" in verdict.counterexample


@pytest.mark.parametrize("name", ["leak", "rotation", "memoryless", "selective"])
def test_a_cell_without_maps_has_no_term_beyond_the_zeroth(name: str) -> None:
    expansion = transport(OWN_CELLS[name], 2)
    assert all(term == ZERO for term in expansion.terms[1:])
    assert r"\sum" not in expansion.latex()


@pytest.mark.parametrize("name", ["turned_shared", "of_nothing", "mean_alone", "recurrent_alone"])
def test_a_cell_without_drives_lasts_as_long_as_asked(name: str) -> None:
    cell = OWN_CELLS[name]
    network = sample_network(cell, torch.Generator().manual_seed(0), size=2, steps=5)
    assert network.steps == trajectory(generate(cell, "torch"), network).steps == 5
    assert all(len(values) > 40 for values in transported_diagonals(cell, Settings()).values())


@pytest.mark.parametrize("name", ["rotation", "of_nothing", "turned_shared", "long_decimals"])
def test_the_commands_take_such_cells_from_a_file(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mine.py"
    file.write_text(f"from tests.own_cells import OWN_CELLS\ncell = OWN_CELLS[{name!r}]\n")
    page = tmp_path / "page.html"
    for arguments in (["derive", f"{file}:cell", "-o", str(page)], ["check", f"{file}:cell"]):
        monkeypatch.setattr("sys.argv", ["longlag", *arguments, "--examples", "2"])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(SystemExit) as stopped:
                main()
            assert not stopped.value.code
    assert "all as expected" in capsys.readouterr().out
    assert "<figure" in page.read_text()


MATRIX_STATE = """
from longlag.theory import Cell, axis, drive, state, total

N, P = axis("N"), axis("P")
S, n, y, k, q = state("S", N, P), state("n", N), state("y", P), drive("k", N), drive("q", N)
read = total(S * q, over=N) / (1 + total(n * q, over=N) ** 2)
cell = Cell("memory", {S: S / 2 + k * drive("v", P), n: n / 2 + k, y: read})
"""


def test_a_matrix_state_with_its_readout_is_written_and_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, page = tmp_path / "mine.py", tmp_path / "page.html"
    file.write_text(MATRIX_STATE)
    arguments = ["derive", f"{file}:cell", "-o", str(page), "--examples", "2"]
    monkeypatch.setattr("sys.argv", ["longlag", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert not stopped.value.code
    # Two sums over N are one letter; vectors are no longer than those of other cells.
    assert "<figure" in page.read_text()


SIGNED = """
from sympy import tanh
from longlag.theory import Cell, axis, drive, sigmoid, softmax, state, weight

h, N, P = state("h"), axis("N"), axis("P")
W, x, M = weight("W"), state("x", N), weight("M", over=N, to=P)
inhibited = Cell("inhibited", {h: tanh(h) - 2 * W(sigmoid(h))})
memory = Cell("memory", {x: M.T(softmax(M(x), over=P)) + drive("x", N)})
"""


@pytest.mark.parametrize("name", ["inhibited", "memory"])
def test_a_negative_factor_stands_with_one_sign_or_in_brackets(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, page = tmp_path / "mine.py", tmp_path / "page.tex"
    file.write_text(SIGNED)
    arguments = ["derive", f"{file}:{name}", "--format", "tex", "-o", str(page), "--examples", "1"]
    monkeypatch.setattr("sys.argv", ["longlag", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert not stopped.value.code
    assert "+ -" not in page.read_text()
