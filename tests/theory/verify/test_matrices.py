"""Matrix identities of symbolic size: proved by words, computed over a field, refuted exactly."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import (
    Determinant,
    DiagMatrix,
    HadamardProduct,
    Identity,
    MatrixSymbol,
    OneMatrix,
    Symbol,
    Trace,
    ZeroMatrix,
)

from longlag.theory import LonglagError
from longlag.theory.statement import Level, Settings
from longlag.theory.verify import matrix_claim, verify_matrices
from longlag.theory.verify.matrices import normal_form

n, m = (Symbol(name, integer=True, positive=True) for name in "nm")
ell = Symbol("ell", integer=True, nonnegative=True)
s, t = Symbol("s"), Symbol("t")
A, B, C = (MatrixSymbol(name, n, n) for name in "ABC")
U, V = MatrixSymbol("U", n, m), MatrixSymbol("V", m, n)
u, v = MatrixSymbol("u", n, 1), MatrixSymbol("v", n, 1)
I, J = Identity(n), Identity(m)

PROVED = [
    ((A + B) * C, A * C + B * C),
    ((A * B).T, B.T * A.T),
    ((A * B).inverse(), B.inverse() * A.inverse()),
    ((A + s * B) ** 2, A**2 + s * (A * B + B * A) + s**2 * B**2),
    (A**ell * A, A ** (ell + 1)),
    ((I + A) * (I - A), I - A**2),
    (A - A, ZeroMatrix(n, n)),
    (U * V * U * V, (U * V) ** 2),
]
COMPUTED = [
    ((I + A).inverse() * A, A * (I + A).inverse()),
    (
        (A + U * V).inverse(),
        A.inverse() - A.inverse() * U * (J + V * A.inverse() * U).inverse() * V * A.inverse(),
    ),
    (Trace(A * B * C), Trace(C * A * B)),
    (DiagMatrix(u) * A * DiagMatrix(v), HadamardProduct(u * v.T, A)),
    (Determinant(A * B), Determinant(A) * Determinant(B)),
    (HadamardProduct(A, OneMatrix(n, n)), A),
]
FALSE = [
    (A * B, B * A),
    ((A + B) ** 2, A**2 + 2 * A * B + B**2),
    ((A * B).T, A.T * B.T),
    ((A * B).inverse(), A.inverse() * B.inverse()),
    (Trace(A * B * C), Trace(A * C * B)),
    ((I + A).inverse(), I - A),
    (A**ell * B, B * A**ell),
    (Determinant(A + B), Determinant(A) + Determinant(B)),
    (DiagMatrix(u) * A, A * DiagMatrix(u)),
    (s * A, t * A),
]


@pytest.mark.parametrize(("lhs", "rhs"), PROVED, ids=str)
def test_proved(lhs: Any, rhs: Any) -> None:
    assert verify_matrices(lhs, rhs).level is Level.PROVED


@pytest.mark.parametrize(("lhs", "rhs"), COMPUTED, ids=str)
def test_computed_over_a_finite_field(lhs: Any, rhs: Any) -> None:
    verdict = verify_matrices(lhs, rhs)
    assert verdict.level is Level.COMPUTED
    assert verdict.points >= 5


@pytest.mark.parametrize(("lhs", "rhs"), FALSE, ids=str)
def test_refuted_by_small_matrices(lhs: Any, rhs: Any) -> None:
    verdict = verify_matrices(lhs, rhs)
    assert verdict.level is Level.REFUTED
    assert "small integer" in verdict.method
    assert verdict.sides


@st.composite
def polynomials(draw: st.DrawFn) -> Any:
    """Sums of words in three letters and their transposes."""
    letters = st.sampled_from([A, B, C, A.T, B.T, I])
    words = draw(st.lists(st.lists(letters, min_size=1, max_size=3), min_size=1, max_size=3))
    total: Any = ZeroMatrix(n, n)
    for word in words:
        product: Any = Identity(n)
        for letter in word:
            product = product * letter
        total = total + draw(st.integers(-2, 2)) * product
    return total


@given(polynomials(), polynomials(), polynomials())
def test_ring_laws(p: Any, q: Any, r: Any) -> None:
    assert normal_form(p * (q + r)) == normal_form(p * q + p * r)
    assert normal_form((p * q).T) == normal_form(q.T * p.T)
    assert normal_form((p * q) * r) == normal_form(p * (q * r))


@given(polynomials(), polynomials())
def test_normal_forms_differ_only_where_matrices_do(p: Any, q: Any) -> None:
    same = normal_form(p) == normal_form(q)
    assert verify_matrices(p, q, Settings(seed=1)).holds == same


def test_claim_and_shapes() -> None:
    claim = matrix_claim("square", (A + I) ** 2, A**2 + 2 * A + I, wrong={"cross": A**2 + I})
    assert claim.judge(Settings()).level is Level.PROVED
    assert claim.misstated("cross").judge(Settings()).level is Level.REFUTED
    with pytest.raises(LonglagError, match="shape"):
        verify_matrices(A, U)
    assert verify_matrices(A.conjugate(), A).level is Level.UNDECIDED
