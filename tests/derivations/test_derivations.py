"""Every registered derivation gives the expected verdicts, and a wrong version is refuted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import Expr, exp, tanh

from longlag.derivations import DERIVATIONS, get_derivations
from longlag.derivations.rates.effective_learning_rates import derive_cell
from longlag.derivations.rates.expansion_figure import transported_diagonals
from longlag.derivations.rates.published_rates import surrogate_verdict, updated_state_verdict
from longlag.numerics.checks import CHECKS, subject
from longlag.theory import Cell, LonglagError, drive, jacobian, recurrent, sigmoid, softplus, state
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.statement import Claim, Level, Settings, Table

FEW = Settings(examples=3)


@pytest.mark.parametrize("name", DERIVATIONS)
def test_every_derivation_is_as_expected(name: str) -> None:
    for derivation in get_derivations(name):
        checked = derivation.check(FEW)
        unexpected = [c.claim.statement.name for c in checked.checked if not c.as_expected]
        assert not unexpected, derivation.name
        assert len(checked.checked) == len(derivation.claims)
        # A section without claims shows what others check, side by side.
        assert derivation.claims or any(isinstance(item, Table) for item in derivation.items)


@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_derivations_hold_at_every_order(order: int) -> None:
    checked = derive_cell(CELLS["shared_gate"], order).check(FEW)
    assert checked.as_expected
    assert f"order {order}" in " ".join(
        note for claim in checked.derivation.claims for note in claim.statement.assumptions
    )


#: Cells that take in two things by different gates.
NO_CANDIDATE: set[str] = set()


def test_every_display_of_a_cell_is_there_once() -> None:
    for cell in CELLS.values():
        names = [claim.statement.name for claim in derive_cell(cell).claims]
        found = jacobian(cell)
        wanted = ["update", "jacobian", "product", "expansion"]
        wanted += [] if found.is_local else ["remainder"]
        wanted += ["rates", "factors", *(["leak_product"] if found.keeps else [])]
        wanted += ["open_gate_product"] if cell.name not in NO_CANDIDATE else []
        if not found.is_local:
            left_out = ["gate_remainder"] if cell.graph.gates else []
            wanted += ["gate_jacobian", "gate_expansion", *left_out, "gate_rates"]
        assert names == wanted


def test_every_display_of_the_gate_split_says_so() -> None:
    for cell in CELLS.values():
        for claim in derive_cell(cell).claims:
            if claim.statement.name.startswith("gate_"):
                assert "gate split" in claim.title
                assert any(letter in claim.statement.tex for letter in ("A_t", "A_{t-j}", "gate"))
            elif claim.statement.name in ("jacobian", "expansion", "remainder", "rates"):
                assert "leak split" in claim.title


h = state("h")
z, y = sigmoid(drive("z")), softplus(drive("y"))


def test_without_a_recurrent_part_the_diagonal_is_the_product() -> None:
    derivation = derive_cell(Cell("minimal", {h: (1 - z) * h + z * drive("n")}))
    claims = {claim.statement.name: claim for claim in derivation.claims}
    assert "the diagonal is the product: first order is exact" in claims["expansion"].text
    assert claims["rates"].statement.tex.count(r"\mu") == 1
    # No order, remainder or recurrent norm where there is nothing to expand in.
    assert not {"remainder", "gate_jacobian", "gate_expansion"} & set(claims)
    said = " ".join(c.text + c.statement.tex for n, c in claims.items() if n != "jacobian")
    assert not any(word in said for word in ("R_t", "R^{", r"\varepsilon", "order 1"))
    assert derivation.check(FEW).as_expected


def test_without_a_local_part_there_is_no_leak() -> None:
    claims = {c.statement.name: c for c in derive_cell(CELLS["plain"]).claims}
    assert "there is no leak" in claims["jacobian"].text
    assert "leak_product" not in claims


@pytest.mark.parametrize(
    ("update", "opened"),
    [
        ((1 - z) * h + z * drive("n"), z),
        ((1 - z) * h + z * (recurrent("n", h) + drive("n")), z),
        (exp(-y) * h + y * drive("x"), y),
        (h / 2 + y * tanh(drive("x")), y),
        (h / 2 + z * drive("x") + drive("b"), None),
        (exp(-drive("x")) * h + y * drive("x"), None),
        ((1 - z) * h, None),
    ],
)
def test_what_is_taken_in_is_the_weight_of_the_one_thing_that_is(
    update: Expr, opened: Expr | None
) -> None:
    cell = Cell("own", {h: update})
    factor = jacobian(cell).coefficients.open_gate.get("h")
    if opened is None:
        assert factor is None
    else:
        (value,) = [n.value for n in cell.graph.values if n.definition == opened]
        assert factor == value
        assert subject(cell).jacobian.coefficients.open_gate == {"h": value}
        assert CHECKS["open_gate"].run(subject(cell), FEW).holds


def test_without_gates_the_expansion_is_told_to_be_exact() -> None:
    for cell in CELLS.values():
        claims = {c.statement.name: c for c in derive_cell(cell).claims}
        if not jacobian(cell).is_local:
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
