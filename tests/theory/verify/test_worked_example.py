"""The remainder bound of transport, from submultiplicativity to the binomial tail, line by line.

M = ∏ (D_j + R_j) over ℓ factors, and P_i is the sum of its products that cross R at i positions.
What an expansion to order k leaves out is P_{k+1} + … + P_ℓ. With d = max ‖D_j‖, r = max ‖R_j‖:
‖P_i‖ ≤ C(ℓ,i) d^{ℓ-i} r^i by induction on ℓ, and the rest is the tail of the binomial theorem.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from sympy import (
    Identity,
    Interval,
    MatrixSymbol,
    Range,
    S,
    Sum,
    Symbol,
    ZeroMatrix,
    binomial,
    oo,
    symbols,
)

from longlag.theory import transport
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.notation import ell, local_norm, recurrent_norm
from longlag.theory.statement import Level, Settings
from longlag.theory.verify import Norm, Proof, verify_matrices
from longlag.theory.verify.norms import submultiplied

BRIEF = Settings(effort="quick", seconds=1)
H = Symbol("H", integer=True, positive=True)
P, Q, D, R = (MatrixSymbol(name, H, H) for name in "PQDR")
d, r = local_norm, recurrent_norm
i, k = symbols("i k")
POSITIVE = Interval.open(0, oo)


def crossing(lag: int, order: int) -> Any:
    """P_i written out: every choice of positions, newest factor on the left."""
    local = [MatrixSymbol(f"D{j}", H, H) for j in range(lag)]
    recurrent = [MatrixSymbol(f"R{j}", H, H) for j in range(lag)]
    total: Any = ZeroMatrix(H, H)
    for chosen in combinations(range(lag), order):
        product: Any = Identity(H)
        for j in range(lag):
            product = product * (recurrent if j in chosen else local)[j]
        total = total + product
    return total


def at_most(lag: int, order: int) -> Any:
    """What submultiplicativity says of ‖P_i‖, with all ‖D_j‖ = d and all ‖R_j‖ = r."""
    found = submultiplied(Norm(crossing(lag, order)))
    sizes = {n: d if str(n.args[0]).startswith("D") else r for n in found.atoms(Norm)}
    return found.xreplace(sizes)


@pytest.mark.parametrize("lag", [1, 2, 3, 4])
@pytest.mark.parametrize("order", [0, 1, 2])
def test_words_are_counted_by_the_binomial_coefficient(lag: int, order: int) -> None:
    counted = binomial(lag, order) * d ** (lag - order) * r**order
    assert (at_most(lag, order) - (counted if order <= lag else 0)).expand() == 0


@pytest.mark.parametrize("lag", [1, 2, 3])
@pytest.mark.parametrize("order", [1, 2])
def test_one_more_factor_stands_on_the_right(lag: int, order: int) -> None:
    oldest, newest = MatrixSymbol(f"D{lag}", H, H), MatrixSymbol(f"R{lag}", H, H)
    grown = crossing(lag, order) * oldest + crossing(lag, order - 1) * newest
    assert verify_matrices(crossing(lag + 1, order), grown).level is Level.PROVED
    swapped = oldest * crossing(lag, order) + newest * crossing(lag, order - 1)
    assert verify_matrices(crossing(lag + 1, order), swapped).level is Level.REFUTED


def crossed(lag: Any, order: Any) -> Any:
    return binomial(lag, order) * d ** (lag - order) * r**order


STEP = Proof(
    Norm(P * D + Q * R),
    (
        ("≤", Norm(P) * Norm(D) + Norm(Q) * Norm(R), "submultiplicativity"),
        ("≤", Norm(P) * d + Norm(Q) * r, "the largest norms"),
        ("≤", crossed(ell, i) * d + crossed(ell, i - 1) * r, "hypothesis"),
        ("=", crossed(ell + 1, i), "Pascal's rule"),
    ),
    {d: POSITIVE, r: POSITIVE, ell: S.Naturals, i: S.Naturals},
    given={Norm(D): d, Norm(R): r, Norm(P): crossed(ell, i), Norm(Q): crossed(ell, i - 1)},
)


def test_step_of_the_induction() -> None:
    checked = STEP.check(BRIEF)
    assert checked.verdict.holds
    assert checked.proof.sign == "≤"
    assert [step.verdict.level for step in checked.steps][:3] == [Level.PROVED] * 3


def test_hypothesis_with_one_power_too_few_breaks_there() -> None:
    checked = STEP.replaced(2, crossed(ell, i) + crossed(ell, i - 1) * r).check(BRIEF)
    assert checked.broken == 2
    assert checked.verdict.level is Level.REFUTED
    assert "P = [[" in checked.verdict.counterexample
    wrong_rule = STEP.replaced(3, crossed(ell + 1, i + 1)).check(BRIEF)
    assert wrong_rule.broken == 3
    assert wrong_rule.verdict.level is Level.REFUTED


FIRST_ORDER = transport(CELLS["leaky"], order=1)
TAIL = Proof(
    Sum(crossed(ell, k), (k, 2, ell)),
    (
        ("=", FIRST_ORDER.remainder_bound, "binomial theorem"),
        ("=", Sum(crossed(ell, k + 2), (k, 0, ell - 2)), "count from 2"),
        (
            "≤",
            binomial(ell, 2) * r**2 * Sum(crossed(ell - 2, k), (k, 0, ell - 2)),
            "C(ℓ,k+2) ≤ C(ℓ,2) C(ℓ-2,k)",
        ),
        ("=", FIRST_ORDER.simple_remainder_bound, "binomial theorem"),
        ("≤", ell**2 * r**2 * (d + r) ** (ell - 2) / 2, "C(ℓ,2) ≤ ℓ²/2"),
    ),
    {d: POSITIVE, r: POSITIVE, ell: Range(2, oo)},
)


@pytest.mark.slow
def test_tail_is_what_transport_states() -> None:
    checked = TAIL.check(Settings(effort="quick", seconds=10))
    assert checked.verdict.level is Level.PROVED
    assert checked.proof.sign == "≤"


@pytest.mark.slow
def test_half_of_the_bound_breaks() -> None:
    half = TAIL.replaced(3, FIRST_ORDER.simple_remainder_bound / 2).check(BRIEF)
    assert half.broken == 3
    assert half.verdict.level is Level.REFUTED
    assert "(binomial theorem)" in half.verdict.summary()


def test_proof_is_a_claim_of_a_derivation() -> None:
    claim = STEP.claim("step", wrong={"Pascal": STEP.replaced(3, crossed(ell + 2, i))})
    assert claim.judge(BRIEF).holds
    assert claim.misstated("Pascal").judge(BRIEF).level is Level.REFUTED
    assert r"\left\| P D + Q R \right\|" in claim.statement.tex
