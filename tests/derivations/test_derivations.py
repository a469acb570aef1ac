"""Every registered derivation gives the expected verdicts, and a wrong version is refuted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from longlag.derivations import DERIVATIONS, get_derivations
from longlag.derivations.rates.effective_learning_rates import derive_cell
from longlag.derivations.rates.expansion_figure import transported_diagonals
from longlag.derivations.rates.published_rates import surrogate_verdict, updated_state_verdict
from longlag.theory import Cell, LonglagError, drive, recurrent, sigmoid, state
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.statement import Claim, Level, Settings

FEW = Settings(examples=3)


@pytest.mark.parametrize("name", DERIVATIONS)
def test_every_derivation_is_as_expected(name: str) -> None:
    for derivation in get_derivations(name):
        checked = derivation.check(FEW)
        unexpected = [c.claim.statement.name for c in checked.checked if not c.as_expected]
        assert not unexpected, derivation.name
        assert len(checked.checked) == len(derivation.claims) > 0


@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_derivations_hold_at_every_order(order: int) -> None:
    checked = derive_cell(CELLS["shared_gate"], order).check(FEW)
    assert checked.as_expected
    assert f"order {order}" in " ".join(
        note for claim in checked.derivation.claims for note in claim.statement.assumptions
    )


def test_every_display_of_a_cell_is_there_once() -> None:
    for cell in CELLS.values():
        names = [claim.statement.name for claim in derive_cell(cell).claims]
        wanted = ["update", "jacobian", "product", "expansion", "remainder", "rates", "factors"]
        assert names[:7] == wanted
        assert names[7:9] == ["leak_product", "open_gate_product"]
        left_out = ["gate_remainder"] if cell.graph.gates else []
        assert names[9:] == ["gate_jacobian", "gate_expansion", *left_out, "gate_rates"]


def test_every_display_of_the_gate_split_says_so() -> None:
    for cell in CELLS.values():
        for claim in derive_cell(cell).claims:
            if claim.statement.name.startswith("gate_"):
                assert "gate split" in claim.title
                assert any(letter in claim.statement.tex for letter in ("A_t", "A_{t-j}", "gate"))
            elif claim.statement.name in ("jacobian", "expansion", "remainder", "rates"):
                assert "leak split" in claim.title


def test_without_gates_the_expansion_is_told_to_be_exact() -> None:
    for cell in CELLS.values():
        claims = {c.statement.name: c for c in derive_cell(cell).claims}
        assert ("Exact" in claims["gate_expansion"].text) == (not cell.graph.gates)
    plain = {c.statement.name: c for c in derive_cell(CELLS["plain"]).claims}
    assert r"\varepsilon^{\ell}" in plain["expansion"].text


def test_the_gate_term_of_the_updated_state_is_too_small_by_what_the_gate_keeps() -> None:
    for seed in range(3):
        verdict = updated_state_verdict(Settings(seed=seed))
        assert verdict.level is Level.REFUTED
        assert "row by row 1 - z" in verdict.counterexample
        assert float(verdict.counterexample.split()[-1]) < 1e-12


def test_the_strongest_route_names_the_verdict() -> None:
    checked = derive_cell(CELLS["gru"]).check(FEW)
    assert checked.verdict("jacobian").level is Level.PROVED
    assert "for every H" in checked.verdict("jacobian").method
    assert checked.verdict("expansion").level is Level.PROVED
    assert checked.verdict("update").level is Level.COMPUTED
    assert checked.verdict("rates").level is Level.MEASURED
    assert any("torch.nn.GRU" in route.method for route in checked.verdict("update").routes)


def test_a_users_gru_is_not_taken_for_torch_s() -> None:
    h = state("h")
    other = Cell("gru", {h: h * sigmoid(recurrent("z", h) + drive("z"))})
    update = derive_cell(other).claims[0]
    assert "torch.nn" not in update.text
    assert update.judge(FEW).holds


def test_an_unexpected_verdict_is_told() -> None:
    derivation = derive_cell(CELLS["plain"])
    wrong = replace(derivation.claims[1], expected_to_hold=False)
    items = tuple(wrong if item is derivation.claims[1] else item for item in derivation.items)
    checked = replace(derivation, items=items).check(FEW)
    assert not checked.as_expected
    assert [c.as_expected for c in checked.checked].count(False) == 1


def test_the_gru_surrogate_is_refuted_with_its_numbers() -> None:
    for seed in range(3):
        verdict = surrogate_verdict(Settings(seed=seed))
        assert verdict.level is Level.REFUTED
        assert "published 1.9" in verdict.counterexample
        assert "exact 0.95" in verdict.counterexample
    (derivation,) = get_derivations("published_rates")
    claims = [item for item in derivation.items if isinstance(item, Claim)]
    assert not any(claim.expected_to_hold for claim in claims)


def test_the_figure_shows_first_order_beside_the_exact_product() -> None:
    series = transported_diagonals(CELLS["diag_gate"], Settings())
    exact, zeroth, first = series["exact"], series["zeroth order"], series["first order"]
    assert exact[0] == zeroth[0] == first[0] == 1.0
    assert first[1] == pytest.approx(exact[1], rel=1e-12), "at lag 1 first order is exact"
    assert abs(zeroth[1] - exact[1]) > 1e-6
    errors = [abs(f - e) / e for f, e in zip(first, exact, strict=True)]
    assert errors[-1] > 0.1, "first order is a short-lag tool"


def test_an_unknown_derivation_is_told_in_one_line() -> None:
    with pytest.raises(LonglagError, match="derivation 'layernorm'") as caught:
        get_derivations("layernorm")
    assert "\n" not in str(caught.value)
