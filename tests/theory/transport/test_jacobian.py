"""J = D + R is SymPy's Jacobian of the update written out, and reads as the papers print it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sympy
from sympy import Abs, Matrix, Max, Piecewise, Symbol, eye, ones, sqrt

from longlag.theory import Cell, LonglagError, drive, jacobian, relu, state
from longlag.theory import recurrent as map_of
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.language.explicit import Explicit
from longlag.theory.language.matrix import (
    Block,
    Diagonal,
    Product,
    RankOne,
    Sum,
    add,
    block,
    blocks,
    multiply,
)
from longlag.theory.transport.jacobian import Jacobian
from tests.theory.cells.contract import jacobian_is_sympys_own
from tests.theory.language.oracle import EVERY, LARGE, close, entries, one_step, same, weight


# Two neurons are in test_contract.
@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("name", EVERY)
def test_jacobian_is_sympys_own(name: str, size: int) -> None:
    jacobian_is_sympys_own(EVERY[name], size)


@pytest.mark.parametrize("name", EVERY)
def test_local_part_holds_the_maps_still(name: str) -> None:
    cell = EVERY[name]
    local = Explicit(cell.graph, 2).matrix(jacobian(cell).local)
    assert same(local, one_step(cell, 2).local)
    corners = range(0, local.rows, 2)
    assert all(local[i : i + 2, j : j + 2].is_diagonal() for i in corners for j in corners)


def mutants(found: Jacobian) -> Iterator[tuple[str, Jacobian]]:
    """Jacobians with one slip of the pen in one recurrent term."""
    rows = blocks(found.recurrent)
    for i, row in enumerate(rows):
        for j, entry in enumerate(row):
            terms = entry.terms if isinstance(entry, Sum) else (entry,)
            for k, term in enumerate(terms):
                for slip, wrong in slips(term):
                    changed = [list(r) for r in rows]
                    changed[i][j] = add(*terms[:k], wrong, *terms[k + 1 :])
                    yield (
                        f"{slip} in block {i}{j}, term {k}",
                        replace(found, recurrent=block(changed)),
                    )


def slips(term: Product | RankOne | Diagonal) -> Iterator[tuple[str, object]]:
    yield "sign flipped", multiply(Diagonal(sympy.Integer(-1)), term)
    yield "doubled", multiply(Diagonal(sympy.Integer(2)), term)
    factors = term.factors if isinstance(term, Product) else (term,)
    for dropped in range(len(factors)):
        yield f"factor {dropped} dropped", multiply(*factors[:dropped], *factors[dropped + 1 :])
    if len(factors) > 1:
        yield "factors reversed", multiply(*reversed(factors))


@pytest.mark.parametrize("name", sorted(set(EVERY) - {"decoupled"}))
def test_every_slip_in_every_recurrent_term_is_caught(name: str) -> None:
    found, reference = jacobian(EVERY[name]), one_step(EVERY[name], 2).jacobian
    wrong = list(mutants(found))
    assert len(wrong) >= 3
    assert [slip for slip, mutant in wrong if close(mutant.to_explicit(2), reference)] == []


@pytest.mark.parametrize("name", sorted(set(EVERY) - {"decoupled"}))
def test_the_transpose_is_caught(name: str) -> None:
    assert not close(jacobian(EVERY[name]).to_explicit(2).T, one_step(EVERY[name], 2).jacobian)


h, d = state("h"), drive("n")
a = map_of("n", h) + d
KINKED = {
    "relu": relu(a) + h / 2,
    "abs": Abs(a) * h,
    "max": Max(a, h),
    "piecewise": Piecewise((a, h > 0), (h**2, True)),
}


@pytest.mark.parametrize("name", KINKED)
def test_away_from_its_kinks_a_rough_cell_has_a_jacobian_too(name: str) -> None:
    cell = Cell(name, {h: KINKED[name]}, allow_nondifferentiable=True)
    reference = one_step(cell, 2).jacobian.doit()
    assert any(x.name.startswith("W_") for x in reference.free_symbols)
    assert close(jacobian(cell).to_explicit(2).doit(), reference)
    assert not close(jacobian(cell).to_explicit(2).doit(), reference.T)


H = 3
I, J = eye(H), ones(H, H)


def gate(name: str) -> Matrix:
    return sympy.diag(*entries(f"value_{name}", H))


def previous(name: str) -> Matrix:
    return sympy.diag(*entries(name, H))


def pre(map_name: str, drive_name: str) -> Matrix:
    pairs = zip(entries(f"map_{map_name}", H), entries(f"d_{drive_name}", H), strict=True)
    return sympy.diag(*(a + b for a, b in pairs))


def layer_norm_factor(p: Matrix) -> Matrix:
    """diag(γ)/σ_p (I − 11ᵀ/H − zzᵀ/H) with z = (p − mean)/σ_p."""
    centre, variance = (Symbol(f"map_n_{word}", real=True) for word in ("mean", "variance"))
    sigma = sqrt(variance + sympy.Rational(1, 100_000))
    z = Matrix([(p[q, q] - centre) / sigma for q in range(H)])
    return sympy.diag(*entries("n_gain", H)) / sigma * (I - J / H - z * z.T / H)


def published() -> dict[str, tuple[Matrix, Matrix]]:
    """Local and recurrent part of every cell as the papers write them, gates as symbols."""
    W = {k: weight(k, H) for k in "nzrifgo"}
    n, z, r, i, f, g, o, y = (gate(k) for k in "nzrifgoy")
    h, c = previous("h"), previous("c")
    alpha, s = Symbol("alpha", real=True), Symbol("s", real=True)
    s_t = Symbol("value_s", real=True)
    u = Matrix(entries("u_s", H)).T
    C = c * f * (I - f) * W["f"] + i * (I - g**2) * W["g"] + g * i * (I - i) * W["i"]
    e = o * (I - y**2)
    reset = pre("n", "hn")
    p = pre("n", "n")
    candidate = r * W["n"] + reset * r * (I - r) * W["r"]
    update_gate = (h - n) * z * (I - z) * W["z"]
    p_gru = sympy.diag(*entries("d_n", H)) + r * reset
    norm, norm_gru = layer_norm_factor(p), layer_norm_factor(p_gru)
    zero = sympy.zeros(H)
    gate_term = Matrix([s_t * (1 - s_t) * (n - h)[q, q] for q in range(H)]) * u
    return {
        "plain": (zero, (I - n**2) * W["n"]),
        "leaky": ((1 - alpha) * I, alpha * (I - n**2) * W["n"]),
        "const_gate": ((1 - s) * I, s * (I - n**2) * W["n"]),
        "shared_gate": ((1 - s_t) * I, s_t * (I - n**2) * W["n"] + gate_term),
        "diag_gate": (I - z, z * (I - n**2) * W["n"] + (n - h) * z * (I - z) * W["z"]),
        "gru": (z, update_gate + (I - z) * (I - n**2) * candidate),
        "gru_reset_before": (
            I - z,
            (n - h) * z * (I - z) * W["z"]
            + z * (I - n**2) * W["n"] * (r + h * r * (I - r) * W["r"]),
        ),
        "lstm": (
            Matrix(sympy.BlockMatrix([[zero, e * f], [zero, f]])),
            Matrix(sympy.BlockMatrix([[e * C + y * o * (I - o) * W["o"], zero], [C, zero]])),
        ),
        "const_gate_layer_norm": ((1 - s) * I, s * (I - n**2) * norm * W["n"]),
        "gru_layer_norm": (z, update_gate + (I - z) * (I - n**2) * norm_gru * candidate),
    }


@pytest.mark.parametrize("name", CELLS)
def test_parts_read_as_published(name: str) -> None:
    found = jacobian(CELLS[name])
    writer = Explicit(CELLS[name].graph, H, keep_values=True)
    # The paper prints the root 1/σ_p of the LayerNorm itself, not a letter for it.
    variance = Symbol("map_n_variance", real=True)
    root = {Symbol("value_y", real=True): 1 / sqrt(variance + sympy.Rational(1, 100_000))}
    for part, printed in zip((found.local, found.recurrent), published()[name], strict=True):
        derived = writer.matrix(part).xreplace(root)
        assert same(derived, printed, settle=name not in LARGE)
        assert printed.is_zero_matrix or not close(derived, -printed)


def test_layer_norm_annihilates_constants() -> None:
    factor = layer_norm_factor(pre("n", "n"))
    centre = Symbol("map_n_mean", real=True)
    mean = sum(pre("n", "n").diagonal()) / H
    rows = factor.subs(centre, mean) * ones(H, 1)
    assert rows.applyfunc(sympy.simplify).is_zero_matrix


def test_one_term_of_the_reset_before_gru_crosses_two_weights() -> None:
    def crossings(name: str) -> list[int]:
        terms = jacobian(CELLS[name]).recurrent.terms
        return sorted(sum(not isinstance(f, Diagonal) for f in t.factors) for t in terms)

    assert crossings("gru_reset_before") == [1, 1, 2]
    assert crossings("gru") == [1, 1, 1]


def test_blocks_are_named_by_states() -> None:
    found = jacobian(CELLS["lstm"])
    assert isinstance(found.matrix, Block)
    assert found.block("h", "c") == found.matrix.rows[0][1]
    assert found.block("c", "h") == found.matrix.rows[1][0]
    with pytest.raises(LonglagError, match=r"^state 'x': .*'lstm'.*; choose from h, c$"):
        found.block("x", "c")


@pytest.mark.parametrize("given", ["gru", None, jacobian(CELLS["gru"])])
def test_only_a_cell_has_a_jacobian(given: object) -> None:
    with pytest.raises(LonglagError, match="only a Cell has a Jacobian"):
        jacobian(given)


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_every_block_is_the_sum_of_its_parts(name: str) -> None:
    found = jacobian(CELLS[name])
    whole, local, recurrent = map(blocks, (found.matrix, found.local, found.recurrent))
    for i, new in enumerate(CELLS[name].states):
        for j, previous in enumerate(CELLS[name].states):
            assert found.block(new, previous) == whole[i][j] == add(local[i][j], recurrent[i][j])


def test_a_text_leaves_out_the_blocks_that_are_zero_unless_there_is_no_other() -> None:
    said = [line.split(" = ")[0] for line in str(jacobian(CELLS["lstm"])).splitlines()]
    assert said[:4] == ["D[h, c]", "D[c, c]", "R[h, h]", "R[c, h]"]
    h = state("h")
    alone = Cell("alone", {h: h / 2 + drive("n")})
    assert str(jacobian(alone)).splitlines()[:2] == ["D = (1/2) I", "R = 0"]
