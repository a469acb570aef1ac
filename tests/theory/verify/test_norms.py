"""Norms: submultiplicativity as a step, and falsehoods refuted by small matrices."""

from __future__ import annotations

import pytest
from sympy import Expr, Identity, Interval, MatrixSymbol, Symbol, ZeroMatrix, latex, oo

from longlag.theory import LonglagError
from longlag.theory.statement import Level, Settings, Verdict
from longlag.theory.verify import Norm, Proof, norms
from longlag.theory.verify.norms import submultiplied

BRIEF = Settings(effort="quick", seconds=1)
H = Symbol("H", integer=True, positive=True)
A, B, C = (MatrixSymbol(name, H, H) for name in "ABC")
a, c = Symbol("a"), Symbol("c")
SIZES = {a: Interval(0, oo), c: Interval(0, oo)}


@pytest.mark.parametrize(
    ("lhs", "rhs"),
    [
        (Norm(A * B + C), Norm(A) * Norm(B) + Norm(C)),
        (Norm(A - B), Norm(A) + Norm(B)),
        (Norm(2 * A * B), Norm(A) ** 2 + Norm(B) ** 2),
        (Norm(A**3), Norm(A) ** 3),
        (Norm(A * B.T), Norm(A) * Norm(B)),
        (Norm(A * Identity(H)), Norm(A) + 1),
        (Norm(A + ZeroMatrix(H, H)), Norm(A)),
    ],
)
def test_follows(lhs: Expr, rhs: Expr) -> None:
    assert Proof(lhs, (("≤", rhs),), {}).check(BRIEF).verdict.level is Level.PROVED


@pytest.mark.parametrize(
    ("sign", "lhs", "rhs"),
    [
        ("≤", Norm(A * B), Norm(B * A)),
        ("≤", Norm(A + B), Norm(A)),
        ("=", Norm(A * B), Norm(A) * Norm(B)),
        ("≥", Norm(A + B), Norm(A) + Norm(B)),
        ("<", Norm(A * B), Norm(A) * Norm(B) - 1),
        ("≤", Norm(A**2), Norm(A)),
    ],
)
def test_falsehoods_are_refuted_by_matrices(sign: str, lhs: Expr, rhs: Expr) -> None:
    verdict = Proof(lhs, ((sign, rhs),), {}).check(BRIEF).verdict
    assert verdict.level is Level.REFUTED
    assert verdict.counterexample.startswith("A = [[")


def test_the_strongest_verdict_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    levels = iter([Level.COMPUTED, Level.PROVED])
    monkeypatch.setattr(norms, "verify", lambda *_: Verdict(level=next(levels), method="told"))
    found = Proof(Norm(A * B), (("≤", Norm(A) * Norm(B)),), {}).check(BRIEF).verdict
    assert found.level is Level.PROVED


def test_what_is_given_is_used_where_the_line_rises_in_it() -> None:
    given = {Norm(A): a}
    held = Proof(Norm(A * B + C), (("≤", a * Norm(B) + Norm(C)),), SIZES, given=given)
    assert held.check(BRIEF).verdict.level is Level.PROVED
    fallen = Proof(Norm(B) - Norm(A), (("≤", Norm(B) - a),), SIZES, given=given)
    assert fallen.check(BRIEF).verdict.level is Level.UNDECIDED


@pytest.mark.parametrize(
    ("lhs", "rhs"),
    [(Norm(A * B + C), a * Norm(B)), (Norm(A * B), a), (Norm(A**2), a), (Norm(A) * c, a * c - 1)],
)
def test_falsehoods_about_what_is_given_are_refuted(lhs: Expr, rhs: Expr) -> None:
    verdict = Proof(lhs, (("≤", rhs),), SIZES, given={Norm(A): a}).check(BRIEF).verdict
    assert verdict.level is Level.REFUTED
    assert "a = " in verdict.counterexample


def test_one_symbol_may_bound_several_norms() -> None:
    given = {Norm(A): a, Norm(B): a}
    proof = Proof(Norm(A * B), (("≤", a**2),), SIZES, given=given)
    assert proof.check(BRIEF).verdict.level is Level.PROVED
    assert proof.replaced(0, a**2 / 2).check(BRIEF).verdict.level is Level.REFUTED


def test_what_does_not_follow_is_not_refuted() -> None:
    # True, by A = (A + B) - B; the rules do not see it.
    verdict = Proof(Norm(A) - Norm(B), (("≤", Norm(A + B)),), {}).check(BRIEF).verdict
    assert verdict.level is not Level.REFUTED


def test_prints_and_refuses() -> None:
    assert latex(Norm(A * B)) == r"\left\| A B \right\|"
    assert submultiplied(Norm(A * B) ** 2) == Norm(A) ** 2 * Norm(B) ** 2
    with pytest.raises(LonglagError):
        Norm(a)
    with pytest.raises(LonglagError):
        Proof(Norm(A), (("∼", Norm(B)),), SIZES, a).check(BRIEF)
